"""Writing a notice: begun, changed, deleted."""

from dataclasses import asdict, replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlmodel import col, select

from notification.attachments import attachments
from notification.letters.rows import facts_of, load_draft, name_of, wrote
from notification.letters.rules import letter, numbers
from notification.letters.rules.letter import Letter
from notification.letters.rules.lifecycle import NumberTaken, State
from notification.letters.tables import NoticeRow
from notification.series import series as on_record
from notification.versions.rules import changes
from servicekit.data.db import Db
from servicekit.refusals import InvalidField


def create(db: Db, *, draft: Letter, author: UUID, at: datetime) -> NoticeRow:
    """Begin a draft."""
    draft = _as_numbered(db, draft)
    letter.check_draft(draft)
    letter.check_no_amendment(draft)
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
    if notice.amends is None:
        letter.check_no_amendment(draft)
    else:
        draft = _as_amended(notice, draft)
    before, numbered = facts_of(notice), (notice.series, notice.number)
    for field, value in asdict(draft).items():
        setattr(notice, field, value)
    wrote(notice, writer)
    # One that another letter was given since is refused when the draft is sent, and keeps nobody from saving it.
    if (notice.series, notice.number) != numbered:
        check_number(db, notice)
    db.changed(name_of(notice_id), before=before, after=facts_of(notice))
    return notice


def delete(db: Db, *, notice_id: UUID, etag: str) -> None:
    """Delete a draft with its files. Whoever may write on it may do so: what it said stays in nobody's way."""
    notice = load_draft(db, notice_id, etag)
    before = facts_of(notice)
    files = attachments.remove_all(db, notice)
    db.delete(notice)
    db.flush()
    db.changed(name_of(notice_id), before={**before, "files": files}, after={"deleted": True})


def _as_amended(notice: NoticeRow, draft: Letter) -> Letter:
    """Return the draft of an amendment; refuse what stays: what it is called, and from when staff see it."""
    stays = {
        "series": (draft.series, notice.series),
        "number": (draft.number or notice.amended_number, notice.amended_number),
        "staff_release_days": (draft.staff_release_days, notice.staff_release_days),
    }
    for field, (given, issued) in stays.items():
        if given != issued:
            raise InvalidField(f"notice.{field}", given, f"must stay {issued}: an amendment does not change it")
    return replace(draft, number="", substantive=changes.check_raised(draft.substantive))


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
