"""Issuing a notice: one transaction, one statement for all people and one for all agencies."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import cast
from uuid import UUID

from notification.approvals import sent
from notification.attachments import attachments
from notification.copies import MEMBERSHIPS
from notification.deliveries import deliveries
from notification.inbox import recipients
from notification.letters import telling
from notification.letters.acknowledgements import keep_statements
from notification.letters.rows import letter_of, load, name_of
from notification.letters.rules import due_dates, letter, lifecycle
from notification.letters.rules.due_dates import DueRule
from notification.letters.rules.letter import Asks
from notification.letters.rules.lifecycle import NoticeWithdrawn, State, Step
from notification.letters.tables import NoticeRow, NoticeVersionRow
from notification.local_audience import telling as local_audience
from notification.local_audience.rules.addition import AudienceWidened
from notification.messages import steps
from notification.messages.rules.kinds import LETTER_APPROVED
from notification.notices import amending, events, searching
from notification.notices.approval import check_circle, circle, give_back, pins_of
from notification.notices.rules import approval
from notification.releases import queries as releases
from notification.releases.rules import freezes
from servicekit import closed_days
from servicekit.calendar import PACIFIC, pacific_date
from servicekit.data.db import Db
from servicekit.data.outbox import emit
from servicekit.refusals import InvalidField, Refusal

_DUE = "SELECT id FROM notice WHERE state = 'SCHEDULED' AND publish_at <= %(at)s ORDER BY publish_at, id"

_ACTOR = "services/notification"
_NOT_WHAT_WAS_APPROVED = "Not issued at its time: since it was approved, {differs} changed. Send it for approval again."
_IN_A_CIRCLE = "Not issued at its time: it would supersede itself by way of the letters that it supersedes ({path})."
_WIDENED = (
    "Not issued at its time: another letter is for the same people, and an agency asks more of its people under one"
    " of them. Make an audience of its own for it."
)
_LETTER_WITHDRAWN = "Not issued at its time: the letter was withdrawn. Delete this amendment."


class AudienceNotReady(Refusal):
    """The membership that the approver saw has not arrived here completely: try again in a moment."""


@dataclass(frozen=True)
class Approval:
    """What an approver says: as whom, to which membership, of which text, and when to issue it (None = now).

    *freeze_reason*: why, although its training is due in a freeze window.
    """

    approver: UUID
    audience_revision: int
    etag: str
    publish_at: datetime | None = None
    freeze_reason: str = ""


def publish(db: Db, *, notice_id: UUID, decision: Approval, at: datetime) -> NoticeRow:
    """Approve, and issue now or at the time given; an amendment becomes the next version of its letter.

    It goes to the newest complete membership, which must be the one that the approver saw or a later one: whoever
    joined in between would become a recipient a moment later anyhow. Which one it was is recorded.
    """
    notice = load(db, notice_id)
    amended = amending.lock(db, notice) if notice.amends else None
    step = Step.ISSUE if decision.publish_at is None else Step.SCHEDULE
    # Only a letter in approval: what is scheduled was approved, and issues itself.
    lifecycle.after(Step.SCHEDULE, name_of(notice_id), notice.state)
    lifecycle.check_etag(name_of(notice_id), decision.etag, notice.revision)
    lifecycle.check_approver(name_of(notice_id), decision.approver, notice.writers)
    approval.check(name_of(notice_id), notice.pinned, pins_of(db, notice))
    check_circle(db, notice)
    sent.approve_last(db, notice, decision.approver)
    if decision.audience_revision < 1:
        raise InvalidField("audience_revision", decision.audience_revision, "must be the one that the approver saw")
    notice.approver_id, notice.audience_revision = decision.approver, decision.audience_revision
    complete = _complete_revision(db, notice)
    if decision.publish_at is not None:
        lifecycle.check_publish_at(decision.publish_at, at)
    reason = _reason_in_freeze(db, notice, decision.publish_at or at, decision.freeze_reason)
    if decision.publish_at is None:
        row = amending.issue(db, notice, amended, complete, at) if amended else _issue(db, notice, complete, at)
        db.reason = reason
        return row
    before = notice.state
    notice.state, notice.publish_at = lifecycle.after(step, name_of(notice_id), notice.state), decision.publish_at
    notice.revision += 1
    after = {"state": notice.state, "publish_at": decision.publish_at.isoformat()}
    db.changed(name_of(notice_id), before={"state": before}, after=after, reason=reason)
    steps.tell_later(db, notice, LETTER_APPROVED)
    return notice


def due_to_issue(db: Db, at: datetime) -> list[UUID]:
    """Return the scheduled notices whose time has come, the earliest first."""
    return db.values(_DUE, at=at)


def issue_scheduled(db: Db, *, notice_id: UUID, at: datetime) -> None:
    """Issue a scheduled notice whose time has come.

    Nothing happens if it was given back, or issued by another process, since it was found. One that is not what was
    approved goes back to its author, who sees why.
    """
    notice = load(db, notice_id)
    if notice.state != State.SCHEDULED or notice.publish_at is None or notice.publish_at > at:
        return
    if differs := approval.differences(notice.pinned, pins_of(db, notice)):
        give_back(db, notice_id=notice_id, reason=_NOT_WHAT_WAS_APPROVED.format(differs=", ".join(differs)))
        return
    if path := circle(db, notice):
        give_back(db, notice_id=notice_id, reason=_IN_A_CIRCLE.format(path=path))
        return
    try:
        amended = amending.lock(db, notice) if notice.amends else None
    except NoticeWithdrawn:
        give_back(db, notice_id=notice_id, reason=_LETTER_WITHDRAWN)
        return
    try:
        complete = _complete_revision(db, notice)
    except AudienceWidened:
        give_back(db, notice_id=notice_id, reason=_WIDENED)
        return
    if amended:
        amending.issue(db, notice, amended, complete, at)
    else:
        _issue(db, notice, complete, at)


def _issue(db: Db, notice: NoticeRow, audience_revision: int, at: datetime) -> NoticeRow:
    """Fix the text, give it to the local agencies that receive it and to every person of the audience."""
    before = notice.state
    notice.state = lifecycle.after(Step.ISSUE, name_of(notice.id), notice.state)
    notice.published_at, notice.publish_at = at, None
    notice.revision += 1
    notice.version = 1
    notice.audience_revision = audience_revision
    _set_dates(db, notice, at)
    db.add(_version(db, notice, at))
    db.flush()
    keep_statements(db, notice)
    people = recipients.give(db, notice)
    deliveries.deliver(db, notice, due=notice.agency_due_date, at=at)
    searching.keep(db, {notice.id: pacific_date(at)})
    db.changed(
        name_of(notice.id),
        before={"state": before},
        after={"state": notice.state, "text_sha256": notice.text_sha256, "audience": notice.audience_revision},
    )
    emit(db, events.notice_published(notice))
    telling.tell_issued(db, notice.id, actor=_ACTOR, many=people > recipients.MANY)
    return notice


def _complete_revision(db: Db, notice: NoticeRow) -> int:
    seen = notice.audience_revision
    # What is in approval has an audience. A change of its membership that comes meanwhile finds the notice issued.
    complete = MEMBERSHIPS.complete_revision(db, cast("UUID", notice.audience_id))
    if complete < seen:
        raise AudienceNotReady(
            "The membership has not arrived completely.",
            audience=f"audiences/{notice.audience_id}",
            revision=seen,
            complete_revision=complete,
        )
    local_audience.check_free(db, notice.amends or notice.id, cast("UUID", notice.audience_id))
    return complete


def _reason_in_freeze(db: Db, notice: NoticeRow, at: datetime, reason: str) -> str:
    """Return why training is due in a freeze window, '' where none is; an urgent letter waits for no window."""
    if notice.asks != Asks.TRAIN or notice.urgent_reason:
        return ""
    issued, effective = pacific_date(at), cast("date", notice.effective_date)
    due = due_dates.due_date(_rule(notice), closed_days.known(db), effective=effective, issued=issued)
    return freezes.check(releases.freeze_at(db, due), due=due, reason=reason)


def _rule(notice: NoticeRow) -> DueRule:
    return DueRule(notice.business_days_before_effective, notice.business_days_after_issue, notice.staff_release_days)


def _set_dates(db: Db, notice: NoticeRow, at: datetime) -> None:
    calendar, issued, rule = closed_days.known(db), pacific_date(at), _rule(notice)
    # What is in approval was complete, so it has an effective date.
    effective = cast("date", notice.effective_date)
    notice.staff_release_date = due_dates.staff_release_date(rule, calendar, issued=issued)
    notice.due_date = due_dates.due_date(rule, calendar, effective=effective, issued=issued)
    notice.agency_due_date = due_dates.agency_due_date(
        calendar, at.astimezone(PACIFIC), notice.agency_confirms_within, urgent=bool(notice.urgent_reason)
    )


def _version(db: Db, notice: NoticeRow, at: datetime) -> NoticeVersionRow:
    text = letter.canonical(letter_of(notice), attachments.said_of(db, notice))
    notice.text_sha256 = letter.digest(text)
    return NoticeVersionRow(
        notice_id=notice.id,
        version=notice.version,
        canonical=text,
        text_sha256=notice.text_sha256,
        published_at=at,
    )
