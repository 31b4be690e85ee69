"""Between the contract's messages and what can be shown of a letter."""

from datetime import date, timedelta
from uuid import UUID

from cadre.notification.v1 import evidence_service_pb2 as pb
from notification.evidence import keeping
from notification.evidence.coverage import Coverage
from notification.evidence.keeping import Packet
from notification.evidence.layout import KEPT_DAYS
from notification.evidence.signatures import AgencySignatures, Signature
from servicekit import names
from servicekit.calendar import YEARS_OF_DOCUMENTS, day_of, pacific_date
from servicekit.files.store import PIECE_BYTES
from servicekit.refusals import InvalidField, PermissionMissing
from servicekit.rpc.calls import Call
from servicekit.rpc.wire import day_text, timestamp


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
        recorded=row.recorded,
    )


def of_agency(row: AgencySignatures) -> pb.AgencySignatures:
    """Write how many of an agency confirmed."""
    return pb.AgencySignatures(
        agency=f"agencies/{row.agency_id}",
        people=row.people or 0,
        confirm_time=timestamp(row.at),
        confirmed_version=row.version or 0,
    )


def owner(call: Call, agency: str) -> str:
    """Read for which agency a packet is, '' for the state: whose names it has, only who answers for it there may have.

    A right for the whole state reaches counts, and no agency's names.
    """
    if not agency and call.scope.whole:
        return ""
    if agency and agency in call.scope.resources:
        return agency_id(agency)
    raise PermissionMissing("The caller may not do this.", right="evidence.pack", scope=agency or "state")


def packet_of(name: str) -> tuple[UUID, UUID]:
    """Read letter and packet in the name of a packet."""
    notice, packet_id = names.parse("notices/{notice}/packets/{packet}", name).values()
    return names.as_uuid(notice, field="name"), names.as_uuid(packet_id, field="name")


def extent(request: pb.GetEvidencePacketContentRequest) -> tuple[int, int]:
    """Read which piece of a file is asked for."""
    if request.offset < 0:
        raise InvalidField("offset", request.offset, "must not be negative")
    if not 0 < request.limit <= PIECE_BYTES:
        raise InvalidField("limit", request.limit, f"must be from 1 to {PIECE_BYTES}")
    return request.offset, request.limit


def packet(row: Packet) -> pb.EvidencePacket:
    """Write a packet."""
    until = pacific_date(row.completed_at) + timedelta(days=KEPT_DAYS) if row.completed_at else None
    return pb.EvidencePacket(
        name=keeping.name(row),
        agency=f"agencies/{row.agency_id}" if row.agency_id else "",
        asker=f"people/{row.asked_by}",
        ask_time=timestamp(row.asked_at),
        state=pb.EvidencePacket.State.Value(row.state),
        step=pb.EvidencePacket.Step.Value(row.step if row.state == "RUNNING" and row.step else "STEP_UNSPECIFIED"),
        complete_time=timestamp(row.completed_at),
        cause=row.cause,
        sha256=row.sha256,
        size_bytes=row.size_bytes,
        drop_time=timestamp(row.dropped_at),
        keep_date=day_text(until) if row.state == "READY" else "",
    )


def coverage(row: Coverage) -> pb.Coverage:
    """Write whom a letter reached at an agency, or in the state."""
    return pb.Coverage(
        agency=f"agencies/{row.agency_id}" if row.agency_id else "",
        expected=row.expected,
        ready=row.figures.ready,
        to_go=row.figures.to_go,
        on_leave=row.figures.on_leave,
        excused=row.figures.excused,
        left=row.left,
        reached=[pb.Reach(how=pb.Reach.How.Value(one.how), cause=one.cause, people=one.people) for one in row.reached],
    )
