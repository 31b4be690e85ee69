"""Amending a letter that is out: its next version is drafted as a letter is, and issued in one transaction.

What that means for confirmations follows from what is changed (`versions/rules/changes.py`). However many people there
are, it is a few statements. What was confirmed stays on record, by version and hash.
"""

from dataclasses import asdict
from datetime import date, datetime
from typing import cast
from uuid import UUID, uuid4

from notification.attachments import attachments
from notification.copies import MEMBERSHIPS
from notification.deliveries import deliveries, local
from notification.inbox import recipients
from notification.letters.acknowledgements import keep_statements
from notification.letters.rows import facts_of, letter_of, load, name_of
from notification.letters.rules import due_dates, letter, lifecycle
from notification.letters.rules.due_dates import DueRule
from notification.letters.rules.lifecycle import AmendmentOpen, State, Step
from notification.letters.tables import NoticeRow, NoticeVersionRow
from notification.local_audience import telling as local_audience
from notification.messages import amended as messages
from notification.notices import events, searching
from notification.versions import queries as versions
from notification.versions.rules.changes import Change, most
from servicekit import closed_days
from servicekit.calendar import PACIFIC, pacific_date
from servicekit.data.db import Db
from servicekit.data.outbox import emit

# What an amendment has of its own.
_OWN = ("series", "number", "what_changed", "substantive")


def begin(db: Db, *, notice_id: UUID, author: UUID, at: datetime) -> NoticeRow:
    """Begin an amendment of a letter that is out: a draft with its text and files."""
    notice = load(db, notice_id)
    lifecycle.check_in_force(name_of(notice_id), notice.withdrawn_at)
    lifecycle.after(Step.AMEND, name_of(notice_id), notice.state)
    if (open_one := versions.amendment_of(db, notice_id)) is not None:
        raise AmendmentOpen(
            "The letter is being amended already.", notice=name_of(notice_id), amendment=name_of(open_one)
        )
    said = {name: value for name, value in asdict(letter_of(notice)).items() if name not in _OWN}
    draft = NoticeRow(
        id=uuid4(),
        state=State.DRAFT,
        series=notice.series,
        number="",
        amends=notice.id,
        amended_number=notice.number,
        author_id=author,
        writers=[author],
        created_at=at,
        **said,
    )
    db.add(draft)
    db.flush()
    attachments.copy(db, notice, draft.id)
    db.changed(name_of(draft.id), after={**facts_of(draft), "amends": name_of(notice_id)})
    return draft


def lock(db: Db, amendment: NoticeRow) -> NoticeRow:
    """Return the letter that *amendment* amends, locked; refuse it if the letter holds no more.

    Before any audience is held, as whoever withdraws the letter does; then the audiences of both, in order.
    """
    notice = load(db, cast("UUID", amendment.amends))
    lifecycle.check_in_force(name_of(notice.id), notice.withdrawn_at)
    MEMBERSHIPS.hold(db, {cast("UUID", one.audience_id) for one in (notice, amendment)})
    return notice


def issue(db: Db, amendment: NoticeRow, notice: NoticeRow, audience_revision: int, at: datetime) -> NoticeRow:
    """Make an approved *amendment* the next version of *notice*, which `lock` returned; return the amendment."""
    change = cast("Change", most(versions.amended(db, amendment)))
    before, course = facts_of(notice), (notice.course_id, notice.course_version)
    audience = cast("UUID", notice.audience_id)
    version = _version(db, amendment, notice, change, at)
    deliveries.hold(db, notice)
    _take_over(amendment, notice, version)
    keep_statements(db, notice)
    if change is not Change.EDITORIAL:
        notice.audience_revision = audience_revision
        _move_dates(db, notice, change, at)
    db.flush()
    deliveries.carry_over(db, notice, again=change is Change.SUBSTANTIVE, at=at)
    if change is not Change.EDITORIAL:
        local.end_moot(db, notice.id, notice.version, due=cast("date", notice.due_date), seen=_seen(notice, at))
        recipients.ask_again(db, notice, whole=change is Change.SUBSTANTIVE, before=course)
    local_audience.move(db, notice.id, before=audience, now=cast("UUID", notice.audience_id))
    searching.keep(db, {notice.id: pacific_date(cast("datetime", notice.published_at))})
    amendment.state, amendment.publish_at = lifecycle.after(Step.MERGE, name_of(amendment.id), amendment.state), None
    amendment.revision += 1
    db.changed(
        name_of(notice.id),
        before=before,
        after={**facts_of(notice), "version": notice.version, "change": change, "amendment": name_of(amendment.id)},
        reason=amendment.what_changed,
    )
    emit(db, events.notice_amended(notice, change))
    messages.tell_later(db, notice)
    return amendment


def _version(db: Db, amendment: NoticeRow, notice: NoticeRow, change: Change, at: datetime) -> NoticeVersionRow:
    """Write down the next version, before the letter takes it over: the database looks for it."""
    said = {**asdict(letter_of(amendment)), "number": notice.number}
    text = letter.canonical(letter.Letter(**said), attachments.said_of(db, amendment))
    version = NoticeVersionRow(
        notice_id=notice.id,
        version=notice.version + 1,
        canonical=text,
        text_sha256=letter.digest(text),
        published_at=at,
        change=change,
        what_changed=amendment.what_changed,
        files_of=amendment.id,
        author_id=amendment.author_id,
        approver_id=amendment.approver_id,
    )
    db.add(version)
    db.flush()
    return version


def _take_over(amendment: NoticeRow, notice: NoticeRow, version: NoticeVersionRow) -> None:
    for name, value in asdict(letter_of(amendment)).items():
        if name not in ("series", "number"):
            setattr(notice, name, value)
    notice.version, notice.text_sha256 = version.version, version.text_sha256
    notice.amended_at, notice.files_of = version.published_at, amendment.id
    notice.revision += 1


def _move_dates(db: Db, notice: NoticeRow, change: Change, at: datetime) -> None:
    """Give people the days after the amendment that they have after an issue; after they see it, if that is later."""
    calendar, seen = closed_days.known(db), _seen(notice, at)
    rule = DueRule(notice.business_days_before_effective, notice.business_days_after_issue)
    notice.due_date = due_dates.due_date(rule, calendar, effective=cast("date", notice.effective_date), issued=seen)
    if change is Change.SUBSTANTIVE:
        notice.agency_due_date = due_dates.agency_due_date(
            calendar, at.astimezone(PACIFIC), notice.agency_confirms_within, urgent=bool(notice.urgent_reason)
        )


def _seen(notice: NoticeRow, at: datetime) -> date:
    """Return from which day on staff see the amended letter."""
    amended_on = pacific_date(at)
    return max(amended_on, notice.staff_release_date or amended_on)
