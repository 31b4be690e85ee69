"""The row of a letter, to be changed: whoever takes a step with a letter loads it here."""

from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlmodel import select

from notification.letters.rules import letter, lifecycle
from notification.letters.rules.letter import Letter
from notification.letters.rules.lifecycle import Step
from notification.letters.tables import Notice, NoticeRow
from servicekit.data.db import Db
from servicekit.refusals import NotFound


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


def letter_of(notice: Notice) -> Letter:
    """Return what the notice says."""
    values: dict[str, Any] = {field.name: getattr(notice, field.name) for field in fields(Letter)}
    return Letter(**values)


def name_of(notice_id: UUID) -> str:
    """Return the resource name."""
    return f"notices/{notice_id}"


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
