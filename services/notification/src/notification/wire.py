"""Between the contract's messages and what the service works with."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from cadre.notification.v1 import agency_notice_service_pb2 as agency_notice_pb
from cadre.notification.v1 import attachment_service_pb2 as attachment_pb
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from cadre.notification.v1 import series_service_pb2 as series_pb
from notification.agencies.records import (
    AgencyNotice,
    AgencyReadiness,
    Figures,
    Recipient,
    UnitFigures,
)
from notification.attachments.attachments import Attachment
from notification.attachments.rules import files
from notification.attachments.rules.files import Label
from notification.inbox.queries import InboxRow
from notification.inbox.rules import Standing
from notification.inbox.steps import Item
from notification.letters.rules.due_dates import DueRule
from notification.letters.rules.letter import TEXTS, Letter
from notification.letters.rules.reading import Reader
from notification.letters.tables import Notice
from notification.notices.rules.history import HistoricLetter
from notification.series.series import Series
from servicekit import names, paging, text
from servicekit.calendar import YEARS_OF_DOCUMENTS, day_of, moment_of
from servicekit.refusals import InvalidField
from servicekit.rpc.tokens import SELF, WHOLE, Principal
from servicekit.rpc.wire import caller, day_text, is_person, timestamp

# Whoever holds one of these for the state sees drafts too.
_DRAFT_RIGHTS = ("notices.write", "notices.approve", "readiness.read")
# Whoever holds one of these for an agency prepares letters there, and sees them before the agency's staff do.
_AGENCY_RIGHTS = ("notices.confirm_for_agency", "readiness.read_agency")
_HISTORIC = (
    *("series", "number", "issuer", "subject", "effective", "staff_action", "topic", "supersedes", "references"),
    "source",
)
# What a list may be asked to say more of: a home page needs three notices and 25 people.
_LEFT_FOR, _LEFT_MOST = 10, 100


# ---- in ----


def notice_id(name: str, field: str = "name") -> UUID:
    """Read `notices/{notice}`."""
    return names.uuid_in("notices/{notice}", name, field=field)


def notice_ids(names_: Collection[str]) -> list[UUID]:
    """Read the notices to which a list is narrowed; none = it is not."""
    return names.uuids_in("notices/{notice}", names_, field="notices", most=paging.MOST)


def agency_id(name: str) -> str:
    """Read `agencies/{agency}`."""
    return names.one("agencies/{agency}", name, field="parent")


def person_id(name: str, field: str) -> UUID:
    """Read `people/{person}`."""
    return names.uuid_in("people/{person}", name, field=field)


def attachment_ids(name: str) -> tuple[UUID, UUID]:
    """Read `notices/{notice}/attachments/{attachment}`."""
    ids = names.parse("notices/{notice}/attachments/{attachment}", name)
    return names.as_uuid(ids["notice"], field="name"), names.as_uuid(ids["attachment"], field="name")


def label(request: attachment_pb.AddAttachmentRequest) -> Label:
    """Read what is said of a file."""
    return files.label(_enum_name(notice_pb.Attachment.Kind, request.kind, "kind"), request.title, request.filename)


def reader(principal: Principal, today: date) -> Reader:
    """Read what the caller may see of letters from their rights."""
    held = principal.rights
    drafts = any(WHOLE in held.get(right, ()) for right in _DRAFT_RIGHTS)
    prepares = any(held.get(right, frozenset()) - {SELF} for right in _AGENCY_RIGHTS)
    person = caller(principal) if is_person(principal) else None
    return Reader(person, today, drafts=drafts, before_staff=drafts or prepares)


def own_reader(principal: Principal, today: date) -> Reader:
    """Read what the caller sees of their own letters: only a person has any."""
    caller(principal)
    return reader(principal, today)


def letter(notice: notice_pb.Notice) -> Letter:
    """Read the draft fields of a notice; what is only set by the service is ignored."""
    course_id, course_version = _course_version(notice.course_version)
    given: dict[str, Any] = {
        name: (text.block if one.several else text.line)(getattr(notice, name)) for name, one in TEXTS.items()
    }
    if notice.HasField("due_rule"):
        given["business_days_before_effective"] = notice.due_rule.business_days_before_effective
        given["business_days_after_issue"] = notice.due_rule.business_days_after_issue
    if notice.agency_confirms_within:
        given["agency_confirms_within"] = notice.agency_confirms_within
    return Letter(
        **given,
        kind=_enum_name(notice_pb.Notice.Kind, notice.kind, "notice.kind"),
        reason=_enum_name(notice_pb.Notice.Reason, notice.reason, "notice.reason"),
        asks=_enum_name(notice_pb.Asks, notice.asks, "notice.asks"),
        effective_date=day(notice.effective_date, "notice.effective_date"),
        audience_id=names.uuid_in("audiences/{audience}", notice.audience, field="notice.audience")
        if notice.audience
        else None,
        course_id=course_id,
        course_version=course_version,
        demonstration=notice.demonstration,
        briefing_counts=notice.briefing_counts,
        staff_release_days=notice.staff_release_days,
    )


def moment(stamp: Timestamp, field: str) -> datetime:
    """Read a moment."""
    return moment_of(field, stamp, YEARS_OF_DOCUMENTS)


def left_asked(
    request: agency_notice_pb.ListAgencyNoticesRequest, shown: Iterable[AgencyNotice]
) -> tuple[list[UUID], list[AgencyNotice]]:
    """Read of which notices of a page it is asked who is left: by id, and by unit."""
    open_ones = [row for row in shown if row.notice.state == "PUBLISHED" and row.figures.to_go > 0][
        : min(request.left_for, _LEFT_FOR)
    ]
    most = min(request.left_most, _LEFT_MOST)
    few = [row.notice.id for row in open_ones if row.figures.listed <= most]
    return few, [row for row in open_ones if row.figures.listed > most][:1]


# ---- out ----


def series_of(message: series_pb.Series) -> Series:
    """Read a series."""
    return Series(
        names.one("series/{series}", message.name, field="series.name"),
        message.title.strip(),
        _enum_name(notice_pb.Notice.Kind, message.kind, "series.kind"),
        message.source.strip(),
    )


def historic(message: notice_pb.HistoricNotice) -> HistoricLetter:
    """Read a letter as printed."""
    said = {name: getattr(message, name).strip() for name in _HISTORIC}
    return HistoricLetter(issued_on=message.date.strip(), **said)


def notice(row: Notice, attached: Iterable[Attachment] = (), due_sentence: str = "") -> notice_pb.Notice:
    """Write a notice; *row* may be without its body, and in lists it is without what is *attached*."""
    rule = DueRule(row.business_days_before_effective, row.business_days_after_issue, row.staff_release_days)
    said = {
        "name": f"notices/{row.id}",
        "state": notice_pb.Notice.State.Value(row.state),
        "kind": _enum_value(notice_pb.Notice.Kind, row.kind),
        "reason": _enum_value(notice_pb.Notice.Reason, row.reason),
        "asks": _enum_value(notice_pb.Asks, row.asks),
        **{name: getattr(row, name) for name in TEXTS},
        "effective_date": day_text(row.effective_date),
        "audience": f"audiences/{row.audience_id}" if row.audience_id else "",
        "course_version": f"courses/{row.course_id}/versions/{row.course_version}" if row.course_id else "",
        "due_rule": notice_pb.DueRule(
            business_days_before_effective=rule.before_effective, business_days_after_issue=rule.after_issue
        ),
        "agency_confirms_within": row.agency_confirms_within,
        "demonstration": row.demonstration,
        "briefing_counts": row.briefing_counts,
        "staff_release_days": row.staff_release_days,
        "author": _person(row.author_id),
        "approver": _person(row.approver_id),
        "return_reason": row.return_reason,
        "etag": str(row.revision),
        "create_time": timestamp(row.created_at),
        "submit_time": timestamp(row.submitted_at),
        "publish_time": timestamp(row.published_at),
        "version": row.version,
        "text_sha256": row.text_sha256,
        "due_date": day_text(row.due_date),
        "agency_due_date": day_text(row.agency_due_date),
        "audience_revision": row.audience_revision,
        "due_sentence": due_sentence,
        "publish_at": timestamp(row.publish_at),
        "withdraw_time": timestamp(row.withdrawn_at),
        "withdraw_reason": row.withdraw_reason,
        "withdrawn_by": _person(row.withdrawn_by),
        "issuer": row.issuer,
        "issued_on": row.issued_on,
        "effective_printed": row.effective_printed,
        "source": row.source,
        "staff_release_date": day_text(row.staff_release_date),
        "attachments": [attachment(one) for one in attached],
    }
    # Half of a letter is not said: to set it all the same costs a list of letters a fifth more.
    return notice_pb.Notice(**{name: value for name, value in said.items() if value})


def series(row: Series) -> series_pb.Series:
    """Write a series."""
    kind = _enum_value(notice_pb.Notice.Kind, row.kind)
    return series_pb.Series(name=f"series/{row.series}", title=row.title, kind=kind, source=row.source)


def attachment(row: Attachment) -> notice_pb.Attachment:
    """Write a file of a notice, without its content."""
    return notice_pb.Attachment(
        name=f"notices/{row.notice_id}/attachments/{row.id}",
        kind=notice_pb.Attachment.Kind.Value(row.kind),
        title=row.title,
        filename=row.filename,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        pages=row.pages,
        scan_note=row.scan_note,
    )


def readiness(issued: Notice, rows: Iterable[AgencyReadiness]) -> readiness_pb.Readiness:
    """Write the figures of a notice: the row of agency '' is the state's."""
    answer = readiness_pb.Readiness(notice=f"notices/{issued.id}")
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
        confirmed_by=_person(row.delivery.confirmed_by),
        lead=_person(row.delivery.lead),
        problem=row.delivery.problem or "",
        confirmation_overdue=row.delivery.confirmation_overdue,
        asked_no_more=row.delivery.asked_no_more,
        staff_release_date=day_text(row.staff_release_date),
        staff_release_time=timestamp(row.delivery.staff_released_at),
    )


def agency_notice(
    row: AgencyNotice, units: Iterable[UnitFigures], attached: Iterable[Attachment] = (), left: Iterable[UUID] = ()
) -> agency_notice_pb.AgencyNotice:
    """Write a notice as it stands at an agency."""
    return agency_notice_pb.AgencyNotice(
        notice=notice(row.notice, attached),
        readiness=agency_readiness(row.readiness),
        units=[agency_notice_pb.UnitCounts(unit=unit.unit, counts=counts(unit.figures)) for unit in units],
        left=map(_person, left),
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


def recipient(row: Recipient) -> agency_notice_pb.Recipient:
    """Write a person of a list: the id, never the name."""
    return agency_notice_pb.Recipient(
        person=f"people/{row.person_id}",
        units=row.units,
        on_leave=row.on_leave,
        excused=row.excused,
        ready=row.ready,
        due_date=day_text(row.due_date),
        read_time=timestamp(row.read_at),
        confirm_time=timestamp(row.confirmed_at),
        train_time=timestamp(row.trained_at),
    )


def inbox_row(row: InboxRow, attached: Iterable[Attachment] = ()) -> inbox_pb.InboxItem:
    """Write a letter of a person's list."""
    standing = Standing(
        row.notice.asks,
        row.read_at,
        row.confirmed_at,
        row.trained_at,
        excused=row.excused,
        on_leave=row.on_leave,
    )
    return inbox_item(Item(row.notice, standing, row.own_due_date), attached)


def inbox_item(item: Item, attached: Iterable[Attachment] = ()) -> inbox_pb.InboxItem:
    """Write a letter as it stands for a person."""
    standing = item.standing
    return inbox_pb.InboxItem(
        notice=notice(item.notice, attached),
        ready=standing.ready,
        on_leave=standing.on_leave,
        excused=standing.excused,
        due_date=day_text(item.due_date),
        read_time=timestamp(standing.read_at),
        confirm_time=timestamp(standing.confirmed_at),
        train_time=timestamp(standing.trained_at),
    )


def _course_version(name: str) -> tuple[str, int]:
    if not name:
        return "", 0
    return names.version_in("courses/{course}/versions/{version}", name, field="notice.course_version")


def _enum_name(enum: Any, value: int, field: str) -> str:  # noqa: ANN401 - generated enums share no class
    """Return the name of an enum's value, '' if it is not said."""
    if value not in enum.values():
        raise InvalidField(field, value, "must be a value of the contract")
    return str(enum.Name(value)) if value else ""


def _enum_value(enum: Any, name: str) -> Any:  # noqa: ANN401 - generated enums share no class
    return enum.Value(name) if name else 0


def day(value: str, field: str) -> date | None:
    """Read a day of a letter; None if it is not said."""
    return day_of(field, value, YEARS_OF_DOCUMENTS) if value else None


def _person(value: UUID | None) -> str:
    return "" if value is None else f"people/{value}"
