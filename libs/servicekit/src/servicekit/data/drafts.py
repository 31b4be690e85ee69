"""Drafts that people edit, and the versions that are made of them.

A draft is a row with the number of its newest version and a revision, which counts its changes and is its etag. Who
changes it says which revision they read. To publish copies what the draft holds into the next version: versions are
numbered from 1 without gaps, and none is like the one before. None ever changes; a trigger on their table refuses it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import literal
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel

from servicekit.data.db import Db
from servicekit.refusals import AlreadyExists, InvalidField, NotFound, Refusal, Stale


class DraftRow(SQLModel):
    """What every row of a draft has, whatever else it holds."""

    id: str = Field(primary_key=True)
    latest_version: int
    # Counts the changes; the etag.
    revision: int
    changed_at: datetime


D = TypeVar("D", bound=DraftRow)
V = TypeVar("V", bound=SQLModel)


@dataclass(frozen=True)
class Drafts(Generic[D, V]):
    """The drafts of one kind of thing: `things/{id}`, in a table of *draft* rows, with a table of *version* rows.

    *noun* is what one is called: a version names its draft in the column `{noun}_id`, and has `version` and
    `published_at` beside what was published. The columns *published* are in both tables: what a version copies from the
    draft. *unchanged* is what a version like the one before is refused with.
    Each function is a part of one write, whose audit entry is completed by the caller.
    """

    noun: str
    collection: str
    draft: type[D]
    version: type[V]
    published: tuple[str, ...]
    unchanged: type[Refusal]

    def name(self, draft_id: str, number: int = 0) -> str:
        """Return the resource name of a draft, or of one of its versions."""
        return f"{self.collection}/{draft_id}/versions/{number}" if number else f"{self.collection}/{draft_id}"

    def create(self, db: Db, draft_id: str, columns: Mapping[str, Any]) -> D:
        """Write a new draft that holds *columns*. Raises `AlreadyExists`."""
        row = self.draft(id=draft_id, **columns, latest_version=0, revision=1, changed_at=db.at)
        # Two who create the same one at once: the second is told so, rather than failing on the key.
        statement = insert(self.draft).values(row.model_dump()).on_conflict_do_nothing().returning(literal(1))
        if db.execute(statement).one_or_none() is None:
            raise AlreadyExists(self.name(draft_id), field=f"{self.noun}_id")
        return row

    def load(self, db: Db, draft_id: str, etag: str, *, field: str, lock: bool = True) -> D:
        """Return the draft as the caller last read it, locked unless it is only looked at.

        Raises `InvalidField` for *field* without an etag, `NotFound`, and `Stale`.
        """
        if not etag:
            raise InvalidField(field, etag, f"must be given: the etag of the {self.noun} as it was read")
        row = db.get(self.draft, draft_id, with_for_update=lock)
        if row is None:
            raise NotFound(self.name(draft_id))
        if etag != str(row.revision):
            raise Stale(self.name(draft_id))
        return row

    def change(self, db: Db, row: D, columns: Mapping[str, Any]) -> None:
        """Set *columns* of a draft that is locked. Its versions stay as they are."""
        for column, value in (dict(columns) | {"revision": row.revision + 1, "changed_at": db.at}).items():
            setattr(row, column, value)
        db.add(row)

    def publish(self, db: Db, row: D, **derived: Any) -> V:  # noqa: ANN401 - what a column holds
        """Make what a draft holds, which is locked, its next version; *derived* follows from it. Raises *unchanged*."""
        content = {column: getattr(row, column) for column in self.published}
        newest = db.get(self.version, (row.id, row.latest_version))
        if newest is not None and content == {column: getattr(newest, column) for column in self.published}:
            raise self.unchanged(
                "The draft is what the newest version holds.",
                **{self.noun: self.name(row.id), "version": self.name(row.id, row.latest_version)},
            )
        self.change(db, row, {"latest_version": row.latest_version + 1})
        key = {f"{self.noun}_id": row.id, "version": row.latest_version}
        version = self.version(**key, **content, **derived, published_at=db.at)
        db.add(version)
        return version
