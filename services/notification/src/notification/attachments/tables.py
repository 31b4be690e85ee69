"""Files of letters."""

import uuid

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field

from notification.base import Base


class FileRow(Base, table=True):
    """The content of a file, once however many letters have it. Never changes: a trigger refuses it."""

    __tablename__ = "file"

    sha256: str = Field(primary_key=True)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class FileWordsRow(Base, table=True):
    """The words that a content is found by: the first, if all would be too many."""

    __tablename__ = "file_words"

    sha256: str = Field(primary_key=True, foreign_key="file.sha256", ondelete="CASCADE")
    words: str
    # Under which cutting into words (see letters/rules/search.py).
    cut: int


class AttachmentRow(Base, table=True):
    """A file of a letter: the signed letter itself, or an attachment. Stays once the letter is no draft, by trigger."""

    __tablename__ = "attachment"
    __table_args__ = (
        UniqueConstraint("notice_id", "sha256"),
        CheckConstraint("kind IN ('LETTER', 'ATTACHMENT')", name="kind"),
        CheckConstraint("kind <> 'LETTER' OR media_type = 'application/pdf'", name="letter"),
        CheckConstraint("size_bytes > 0", name="size_bytes"),
        Index("uq_attachment_letter", "notice_id", unique=True, postgresql_where=text("kind = 'LETTER'")),
        Index("ix_attachment_sha256", "sha256"),
    )

    id: uuid.UUID = Field(primary_key=True)
    notice_id: uuid.UUID = Field(foreign_key="notice.id")
    # In the order in which they were added.
    place: int
    kind: str
    title: str
    filename: str
    media_type: str
    size_bytes: int
    sha256: str = Field(foreign_key="file.sha256")
    pages: int
    scan_note: str
