"""Between writing and issuing: sent for approval, which pins what is approved; taken back, and returned."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from notification.approvals import sent
from notification.attachments import attachments
from notification.letters.rows import facts_of, letter_of, load, name_of, wrote
from notification.letters.rules import letter, lifecycle
from notification.letters.rules.lifecycle import NothingAmended, NumberTaken, Step
from notification.letters.tables import NoticeRow
from notification.links import links
from notification.links.links import Supersedes
from notification.messages import ledger, steps
from notification.messages.rules.kinds import LETTER_RETURNED, LETTER_WAITING
from notification.notices.drafts import check_number
from notification.notices.rules import approval
from notification.reviews import reviews
from notification.series import series
from notification.versions import queries as versions
from servicekit.data.db import Db

_UNIQUE_NUMBER = "uq_notice_series_number"


def submit(db: Db, *, notice_id: UUID, etag: str, writer: UUID, at: datetime) -> NoticeRow:
    """Send a complete draft for approval. From then on no other letter has its number, and what it says is pinned.

    One without a number gets the next free one of its series. An amendment has its letter's, and changes something.
    """
    notice = load(db, notice_id)
    state = lifecycle.after(Step.SUBMIT, name_of(notice_id), notice.state)
    lifecycle.check_etag(name_of(notice_id), etag, notice.revision)
    letter.check_complete(letter_of(notice), amends=notice.amends is not None)
    reviews.check_settled(db, notice_id)
    if notice.amends is None:
        notice.number = notice.number or series.next_number(db, series=notice.series, at=at)
        check_number(db, notice)
    elif not versions.amended(db, notice):
        raise NothingAmended("The amendment says what the letter says.", notice=name_of(notice.amends))
    check_circle(db, notice)
    # If the letter was changed in the same write, this is how it was before.
    before = db.before or facts_of(notice)
    wrote(notice, writer)
    notice.state, notice.submitted_at, notice.return_reason = state, at, ""
    notice.pinned = pins_of(db, notice)
    _flush(db, notice)
    sent.begin(db, notice, at)
    db.changed(name_of(notice_id), before=before, after={**facts_of(notice), "pinned": notice.pinned})
    steps.tell_later(db, notice, LETTER_WAITING)
    return notice


def approve_stage(db: Db, *, notice_id: UUID, etag: str, approver: UUID) -> NoticeRow:
    """Approve the next stage of what waits, as it was pinned; the last one is approved by issuing it."""
    notice = load(db, notice_id)
    lifecycle.after(Step.SCHEDULE, name_of(notice_id), notice.state)
    lifecycle.check_etag(name_of(notice_id), etag, notice.revision)
    lifecycle.check_approver(name_of(notice_id), approver, notice.writers)
    approval.check(name_of(notice_id), notice.pinned, pins_of(db, notice))
    stage = sent.approve(db, notice, approver)
    notice.revision += 1
    db.changed(name_of(notice_id), before={"stage": ""}, after={"stage": stage.title, "pinned": notice.pinned})
    # Who stood for the stage that is over need not be asked any more.
    ledger.is_old_news(db, [LETTER_WAITING.name], [name_of(notice_id)])
    steps.tell_later(db, notice, LETTER_WAITING)
    return notice


def recall(db: Db, *, notice_id: UUID, etag: str, writer: UUID) -> NoticeRow:
    """Take back what waits for approval: it can be written on again. Its number is free for others, as a draft's is."""
    notice = load(db, notice_id)
    state = lifecycle.after(Step.RECALL, name_of(notice_id), notice.state)
    lifecycle.check_writer(name_of(notice_id), writer, notice.writers)
    lifecycle.check_etag(name_of(notice_id), etag, notice.revision)
    before = facts_of(notice)
    notice.state, notice.pinned = state, {}
    notice.revision += 1
    db.changed(name_of(notice_id), before=before, after={**facts_of(notice), "recalled": True})
    return notice


def give_back(db: Db, *, notice_id: UUID, reason: str) -> NoticeRow:
    """Return a notice to its author, with a reason; also one that was approved and waits for its time."""
    notice = load(db, notice_id)
    state = lifecycle.after(Step.RETURN, name_of(notice_id), notice.state)
    reason = lifecycle.check_reason(reason)
    before = facts_of(notice)
    notice.state, notice.return_reason = state, reason
    notice.publish_at, notice.approver_id, notice.audience_revision = None, None, 0
    notice.pinned = {}
    notice.revision += 1
    db.changed(name_of(notice_id), before=before, after=facts_of(notice), reason=reason)
    steps.tell_later(db, notice, LETTER_RETURNED)
    return notice


def circle(db: Db, notice: NoticeRow) -> str:
    """Return the letters by which the notice would supersede itself, '' if it would not."""
    if not (notice.replaces or notice.supersedes):
        return ""
    said = Supersedes(notice.series, notice.number or notice.amended_number, notice.replaces, notice.supersedes)
    return links.circle(db, said, series.known(db))


def check_circle(db: Db, notice: NoticeRow) -> None:
    """Refuse a notice that would supersede itself by way of others."""
    links.refuse_circle(circle(db, notice))


def pins_of(db: Db, notice: NoticeRow) -> dict[str, str]:
    """Return what stands for the notice as it is now."""
    return approval.pins(letter_of(notice), attachments.said_of(db, notice))


def _flush(db: Db, notice: NoticeRow) -> None:
    """Write the row; of two letters that take one number at the same moment the index lets one pass."""
    of, number = notice.series, notice.number
    try:
        db.flush()
    except IntegrityError as error:
        if _UNIQUE_NUMBER not in str(error.orig):
            raise
        raise NumberTaken("Another letter has this number.", field="number", series=of, number=number) from error
