"""Between the contract's messages and what can be shown of a letter."""

from datetime import date
from uuid import UUID

from cadre.notification.v1 import evidence_service_pb2 as pb
from notification.evidence.signatures import AgencySignatures, Signature
from servicekit import names
from servicekit.calendar import YEARS_OF_DOCUMENTS, day_of
from servicekit.refusals import InvalidField
from servicekit.rpc.wire import timestamp


def version_of(parent: str) -> tuple[UUID, int]:
    """Read `notices/{notice}/versions/{version}`."""
    notice, number = names.version_in("notices/{notice}/versions/{version}", parent, field="parent")
    return names.as_uuid(notice, field="parent"), number


def agency_id(name: str) -> str:
    """Read `agencies/{agency}`."""
    return names.slug_in("agencies/{agency}", name, field="agency")


def day(value: str, today: date) -> date:
    """Read the day by whose end something is asked: today if none is said. What will be is not known."""
    asked = day_of("date", value, YEARS_OF_DOCUMENTS) if value else today
    if asked > today:
        raise InvalidField("date", value, "must not lie ahead")
    return asked


def signature(row: Signature) -> pb.Signature:
    """Write who confirmed which text, and when."""
    return pb.Signature(
        person=f"people/{row.person_id}",
        version=row.version,
        text_sha256=row.text_sha256,
        sign_time=timestamp(row.at),
    )


def of_agency(row: AgencySignatures) -> pb.AgencySignatures:
    """Write how many of an agency confirmed."""
    return pb.AgencySignatures(
        agency=f"agencies/{row.agency_id}",
        people=row.people or 0,
        confirm_time=timestamp(row.at),
        confirmed_version=row.version or 0,
    )
