"""Between the contract's messages and how far agencies are with letters."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from cadre.notification.v1 import agency_notice_service_pb2 as pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from notification.agencies.queries import MOST_NAMES
from notification.agencies.records import (
    AgencyNotice,
    AgencyReadiness,
    Figures,
    Recipient,
    Standing,
    UnitFigures,
    Wanted,
)
from notification.attachments.attachments import Attachment
from notification.attachments.wire import attachment
from notification.days.queries import ReadinessDay
from notification.deliveries.deliveries import Seen
from notification.letters.rules import parts
from notification.letters.wire import channel, enum_name, notice, person
from servicekit import names
from servicekit.refusals import InvalidField
from servicekit.rpc.wire import day_text, timestamp

# What a list may be asked to say more of: a home page needs three notices and 25 people.
_LEFT_FOR, _LEFT_MOST = 10, 100
# A page of the state's letters, each with a row for each agency.
FIGURES_AT_ONCE = 100


def agency_id(name: str) -> str:
    """Read `agencies/{agency}`."""
    return names.one("agencies/{agency}", name, field="parent")


def person_id(name: str, field: str) -> UUID:
    """Read `people/{person}`."""
    return names.uuid_in("people/{person}", name, field=field)


def wanted(request: pb.FindRecipientsRequest) -> Wanted:
    """Read whose names are asked for."""
    people = names.uuids_in("people/{person}", request.people, field="people", most=MOST_NAMES)
    if request.standing not in pb.FindRecipientsRequest.Standing.values():
        raise InvalidField("standing", request.standing, "must be one that the contract names")
    return Wanted(request.unit, Standing(pb.FindRecipientsRequest.Standing.Name(request.standing)), people)


def seen(request: pb.ConfirmForAgencyRequest) -> Seen:
    """Read what was seen by who confirms for an agency."""
    return Seen(request.text_sha256, request.statement_sha256, channel(request.channel))


def left_asked(
    request: pb.ListAgencyNoticesRequest, shown: Iterable[AgencyNotice], today: date
) -> tuple[list[UUID], list[AgencyNotice]]:
    """Read of which notices of a page it is asked who is left: by id, and by unit."""

    def place(row: AgencyNotice) -> tuple[bool, bool, int, str]:
        comes = parts.next_day(row.notice.section_dates, row.notice.effective_date, today)
        coming, day = comes is not None, (comes or row.notice.effective_date or today).toordinal()
        number = f"{row.notice.series} {row.notice.number}"
        return not row.notice.urgent_reason, not coming, day if coming else -day, number

    open_ones = [row for row in shown if row.notice.state == "PUBLISHED" and row.figures.to_go > 0]
    open_ones = sorted(open_ones, key=place)[: min(request.left_for, _LEFT_FOR)]
    most = min(request.left_most, _LEFT_MOST)
    few = [row.notice.id for row in open_ones if row.figures.listed <= most]
    return few, [row for row in open_ones if row.figures.listed > most][:1]


def which(request: pb.ListAgencyNoticesRequest) -> str:
    """Read which notices are asked for: a value of `Which`, by name."""
    return enum_name(pb.Which, request.which, "which")


def readiness(notice_id: UUID, rows: Iterable[AgencyReadiness]) -> readiness_pb.Readiness:
    """Write the figures of a notice: the row of agency '' is the state's."""
    answer = readiness_pb.Readiness(notice=f"notices/{notice_id}")
    for row in rows:
        if row.agency_id:
            answer.agencies.append(agency_readiness(row))
        else:
            answer.state.CopyFrom(counts(row.figures))
    answer.agencies_confirmed = sum(agency.HasField("confirm_time") for agency in answer.agencies)
    answer.agencies_asked = sum(
        agency.HasField("deliver_time") and not agency.asked_no_more for agency in answer.agencies
    )
    return answer


def agency_readiness(row: AgencyReadiness) -> readiness_pb.AgencyReadiness:
    """Write figures and confirmation of one agency."""
    return readiness_pb.AgencyReadiness(
        agency=f"agencies/{row.agency_id}",
        counts=counts(row.figures),
        deliver_time=timestamp(row.delivery.delivered_at),
        confirm_time=timestamp(row.delivery.confirmed_at),
        confirmed_by=person(row.delivery.confirmed_by),
        lead=person(row.delivery.lead),
        problem=row.delivery.problem or "",
        confirmation_overdue=row.delivery.confirmation_overdue,
        asked_no_more=row.delivery.asked_no_more,
        staff_release_date=day_text(row.staff_release_date),
        staff_release_time=timestamp(row.delivery.staff_released_at),
    )


def agency_notice(
    row: AgencyNotice, units: Iterable[UnitFigures], attached: Iterable[Attachment] = (), left: Iterable[UUID] = ()
) -> pb.AgencyNotice:
    """Write a notice as it stands at an agency."""
    return pb.AgencyNotice(
        notice=notice(row.notice, map(attachment, attached)),
        readiness=agency_readiness(row.readiness),
        units=[pb.UnitCounts(unit=unit.unit, counts=counts(unit.figures)) for unit in units],
        left=map(person, left),
    )


def counts(row: Figures) -> readiness_pb.Counts:
    """Write counts."""
    return readiness_pb.Counts(
        ready=row.ready,
        not_started=row.not_started,
        on_leave=row.on_leave,
        read=row.read,
        confirmed=row.confirmed,
        trained=row.trained,
        overdue=row.overdue,
        excused=row.excused,
        of=row.listed,
        at_work=row.listed - row.on_leave,
    )


def readiness_day(row: ReadinessDay) -> readiness_pb.ReadinessDay:
    """Write a day that is on record, with its counts if they are known."""
    return readiness_pb.ReadinessDay(
        day=day_text(row.day),
        unknown=row.listed is None,
        of=row.listed or 0,
        at_work=row.at_work or 0,
        ready=row.ready or 0,
        not_started=row.not_started or 0,
        overdue=row.overdue or 0,
    )


def day_as_it_stands(day: date, now: Figures) -> readiness_pb.ReadinessDay:
    """Write the figures as they stand, as those of *day*."""
    at_work = now.listed - now.on_leave
    return readiness_day(ReadinessDay(day, now.listed, at_work, now.ready, now.not_started, now.overdue))


def recipient(row: Recipient) -> pb.Recipient:
    """Write a person of a list: the id, never the name."""
    return pb.Recipient(
        person=f"people/{row.person_id}",
        units=row.units,
        on_leave=row.on_leave,
        excused=row.excused,
        ready=row.ready,
        due_date=day_text(row.due_date),
        read_time=timestamp(row.read_at),
        confirm_time=timestamp(row.confirmed_at),
        train_time=timestamp(row.trained_at),
        confirmed_for=row.confirmed_for,
        local=row.local,
    )
