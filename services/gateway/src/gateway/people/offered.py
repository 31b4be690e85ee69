"""What the forms of an agency offer."""

from collections.abc import Collection, Iterable

from cadre.directory.v1 import agency_service_pb2 as agency_pb

STATE = "state"

Boxes = list[tuple[str, str]]


def units_at(agency: agency_pb.Agency, units: Iterable[agency_pb.WorkUnit], held: Collection[str] = ()) -> Boxes:
    """Return what a form of *agency* offers: units of local agencies, or divisions of the state; and what is *held*."""
    of_state = agency.kind == STATE
    return [(unit.slug, unit.title) for unit in units if unit.of_state == of_state or unit.slug in held]
