"""Writing a notice: begun, changed."""

from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import col, select

from notification import series as on_record
from notification.rules import letter, lifecycle, numbers
from notification.rules.letter import Letter
from notification.rules.lifecycle import NumberTaken, State, Step
from notification.tables import NoticeRow
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.refusals import NotFound


def create(db: Db, *, draft: Letter, author: UUID, at: datetime) -> NoticeRow:
    """Begin a draft."""
    draft = _as_numbered(db, draft)
    letter.check_draft(draft)
    notice = NoticeRow(
        id=uuid4(), state=State.DRAFT, author_id=author, writers=[author], created_at=at, **asdict(draft)
    )
    check_number(db, notice)
    db.add(notice)
    db.changed(name_of(notice.id), after=facts_of(notice))
    return notice


def update(db: Db, *, notice_id: UUID, draft: Letter, etag: str, writer: UUID) -> NoticeRow:
    """Replace the text of a draft. Whoever does so is one of its writers from then on."""
    notice = load_draft(db, notice_id, etag)
    draft = _as_numbered(db, draft)
    letter.check_draft(draft)
    before = facts_of(notice)
    for field, value in asdict(draft).items():
        setattr(notice, field, value)
    wrote(notice, writer)
    check_number(db, notice)
    db.changed(name_of(notice_id), before=before, after=facts_of(notice))
    return notice


def suggest_number(db: Db, *, series: str, at: datetime) -> str:
    """Return the next number of *series* in the year of *at*; drafts count, so that two authors get different ones."""
    letter.check_draft(Letter(series=series))
    on_record.check_known(db, [series])
    year = pacific_date(at).year
    this_year = col(NoticeRow.number).startswith(f"{year % 100:02d}-")
    taken = db.exec(select(NoticeRow.number).where(NoticeRow.series == series, this_year)).all()
    return numbers.next_free(taken, year)


def load(db: Db, notice_id: UUID) -> NoticeRow:
    """Return the notice, locked: steps of one notice happen one after the other."""
    notice = db.exec(select(NoticeRow).where(NoticeRow.id == notice_id).with_for_update()).one_or_none()
    if notice is None:
        raise NotFound(name_of(notice_id))
    return notice


def load_draft(db: Db, notice_id: UUID, etag: str) -> NoticeRow:
    """Return the draft, locked, for somebody who writes on it as they last read it."""
    notice = load(db, notice_id)
    lifecycle.after(Step.WRITE, name_of(notice_id), notice.state)
    lifecycle.check_etag(name_of(notice_id), etag, notice.revision)
    return notice


def wrote(notice: NoticeRow, writer: UUID) -> None:
    """Note that *writer* changed the notice: they cannot approve it, and who has an older one must read it again."""
    if writer not in notice.writers:
        notice.writers = [*notice.writers, writer]
    notice.revision += 1


def letter_of(notice: NoticeRow) -> Letter:
    """Return what the notice says."""
    values: dict[str, Any] = {field.name: getattr(notice, field.name) for field in fields(Letter)}
    return Letter(**values)


def name_of(notice_id: UUID) -> str:
    """Return the resource name."""
    return f"notices/{notice_id}"


def _as_numbered(db: Db, draft: Letter) -> Letter:
    """Return the draft with its number in the one form, however it was typed; refuse a series that is not on record."""
    on_record.check_known(db, [draft.series])
    number = numbers.parse(draft.number, on_record.known(db))
    if number is None or number.series not in ("", draft.series):
        return draft
    return replace(draft, number=number.number)


def check_number(db: Db, notice: NoticeRow) -> None:
    """Refuse a number that another letter has, as soon as it is written down."""
    if not notice.series or not notice.number:
        return
    with db.no_autoflush:
        other = db.exec(
            select(NoticeRow.id).where(
                NoticeRow.series == notice.series,
                NoticeRow.number == notice.number,
                NoticeRow.state != State.DRAFT,
                col(NoticeRow.id) != notice.id,
            )
        ).first()
    if other is not None:
        raise _number_taken(notice, other)


def _number_taken(notice: NoticeRow, other: UUID) -> NumberTaken:
    return NumberTaken(
        "Another letter has this number.",
        field="number",
        series=notice.series,
        number=notice.number,
        notice=name_of(other),
    )


def facts_of(notice: NoticeRow) -> dict[str, Any]:
    """Return what the audit trail keeps of a change: the whole letter is kept by its hash."""
    return {
        "state": str(notice.state),
        "revision": notice.revision,
        "number": f"{notice.series} {notice.number}".strip(),
        "audience": str(notice.audience_id or ""),
        "effective_date": str(notice.effective_date or ""),
        "asks": notice.asks,
        "text_sha256": letter.digest(letter.canonical(letter_of(notice))),
    }
