"""How pages say what organizations are."""

from cadre.directory.v1 import organization_service_pb2 as pb

KINDS = {
    pb.Organization.ASSOCIATION: "Association",
    pb.Organization.STATE: "Another state",
    pb.Organization.TRIBE: "Tribe",
    pb.Organization.TERRITORY: "Territory",
    pb.Organization.UNIVERSITY: "University",
    pb.Organization.COURT: "Court",
    pb.Organization.HOSPITAL: "Hospital",
    pb.Organization.EMPLOYER: "Employer",
    pb.Organization.OTHER: "Other",
}
# For a form, by the name of the kind.
CHOICES = [("", "Choose one"), *((pb.Organization.Kind.Name(kind), title) for kind, title in KINDS.items())]


def kind_of(name: str) -> pb.Organization.Kind.ValueType:
    """Return the kind that a form names; none for what no form of ours sends."""
    return pb.Organization.Kind.Value(name) if name in dict(CHOICES) and name else pb.Organization.KIND_UNSPECIFIED


def kind(organization: pb.Organization) -> str:
    """Say of which kind an organization is."""
    return KINDS.get(organization.kind, "Other")
