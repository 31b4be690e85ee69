"""Between the contract's messages and memberships."""

from datetime import date
from uuid import UUID

from cadre.partnership.v1 import membership_service_pb2 as pb
from partnership.bodies.wire import day
from partnership.memberships import queries
from partnership.memberships.queries import name_of
from partnership.memberships.rules.parts import Given
from servicekit import names
from servicekit.rpc.wire import day_text

_NAME = "bodies/{body}/memberships/{membership}"


def membership_of(name: str, field: str = "name") -> tuple[str, UUID]:
    """Read body and membership in a name."""
    body, membership = names.parse(_NAME, name, field=field).values()
    return names.slug(body, field=field), names.as_uuid(membership, field=field)


def given(said: pb.Membership) -> Given:
    """Read a part that somebody is to have; what is only set by the service is ignored."""
    return Given(
        person=names.uuid_in("people/{person}", said.person, field="membership.person"),
        organization=names.slug(said.organization, field="membership.organization"),
        part=pb.Membership.Part.Name(said.part) if said.part in pb.Membership.Part.values() else "",
        seat=names.slug(said.seat, field="membership.seat") if said.seat else None,
        start=day(said.start_date, "membership.start_date"),
        end=day(said.end_date, "membership.end_date") if said.end_date else None,
        carries_over=said.carries_over,
    )


def membership(row: queries.Membership, on: date, *, with_reason: bool) -> pb.Membership:
    """Write a membership as it stands on a day; why it ends is for those whom it concerns."""
    return pb.Membership(
        name=name_of(row.body_id, row.id),
        person=f"people/{row.person_id}",
        organization=row.organization_id,
        part=pb.Membership.Part.Value(row.part),
        seat=row.seat_id or "",
        start_date=day_text(row.start_on),
        end_date=day_text(row.end_on),
        carries_over=row.carries_over,
        carried_over=row.carries_over and row.end_on is not None and row.end_on <= on,
        end_reason=row.end_reason if with_reason else "",
        etag=str(row.version),
    )
