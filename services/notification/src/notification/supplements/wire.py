"""Between the contract's messages and what agencies add."""

from cadre.notification.v1 import supplement_service_pb2 as pb
from notification.letters.rows import name_of
from notification.letters.wire import person
from notification.supplements import supplements
from notification.supplements.queries import Supplement
from notification.supplements.rules import supplement as rules
from notification.supplements.rules.supplement import Reader
from servicekit import names
from servicekit.rpc.calls import Call
from servicekit.rpc.tokens import WHOLE
from servicekit.rpc.wire import caller, timestamp

# Whoever holds one of these for the state reads what all agencies added.
_STATE = ("notices.write", "notices.approve", "readiness.read")


def agency_id(name: str) -> str:
    """Read `agencies/{agency}`."""
    return names.one("agencies/{agency}", name, field="parent")


def reader(call: Call) -> Reader:
    """Read who reads, and where they work."""
    return rules.reader(caller(call.principal), call.principal.rights, whole=WHOLE, state=_STATE)


def supplement(row: Supplement) -> pb.Supplement:
    """Write a version."""
    return pb.Supplement(
        notice=name_of(row.notice_id),
        agency=f"agencies/{row.agency_id}",
        number=row.number,
        text=row.text,
        version=row.version,
        writer=person(row.written_by),
        write_time=timestamp(row.written_at),
        etag=supplements.etag_of(row),
    )
