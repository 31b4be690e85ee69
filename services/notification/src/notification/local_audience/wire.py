"""Between the contract's messages and whom agencies ask too."""

from cadre.notification.v1 import local_audience_service_pb2 as pb
from notification.letters.rows import name_of
from notification.letters.wire import person
from notification.local_audience.queries import LocalAudience, Unit
from notification.local_audience.rules.addition import MOST_AT_ONCE
from servicekit import names
from servicekit.refusals import InvalidField
from servicekit.rpc.wire import timestamp


def agency_id(name: str) -> str:
    """Read `agencies/{agency}`."""
    return names.one("agencies/{agency}", name, field="parent")


def units(request: pb.AddUnitsRequest) -> list[str]:
    """Read the units, each once."""
    if not 0 < len(request.units) <= MOST_AT_ONCE:
        raise InvalidField("units", len(request.units), f"must name between 1 and {MOST_AT_ONCE}")
    return sorted({names.slug(one, field="units") for one in request.units})


def local_audience(row: LocalAudience) -> pb.LocalAudience:
    """Write whom an agency asks too."""
    return pb.LocalAudience(
        notice=name_of(row.notice_id),
        agency=f"agencies/{row.agency_id}",
        units=[_unit(one) for one in row.units],
        **row.figures._asdict(),
    )


def _unit(row: Unit) -> pb.AddedUnit:
    return pb.AddedUnit(
        unit=row.unit,
        reason=row.reason,
        adder=person(row.added_by),
        add_time=timestamp(row.added_at),
        people=row.people,
    )
