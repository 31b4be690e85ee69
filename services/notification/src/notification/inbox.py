"""What a person does with a letter: reads it, confirms it.

Three statements beside the kit's: lock the person's row, look where they count, write. The membership is read after the
row is locked, since whoever changes it locks that row first.
"""

from dataclasses import astuple, dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from notification.notices import name_of
from notification.readiness import ADD, any_slot
from notification.rules import lifecycle
from notification.rules.reading import Reader
from notification.rules.standing import Counts, Standing
from notification.tables import NOTICE_WITHOUT_BODY
from notification.visibility import RELEASED, values
from servicekit.data.db import Db
from servicekit.refusals import NotFound, Refusal

_COUNTS = tuple(field.name for field in fields(Counts))
_LOCK = f"""
SELECT {NOTICE_WITHOUT_BODY}, r.due_date AS own_due_date, r.read_at, r.confirmed_at, r.trained_at, r.excused
FROM recipient AS r JOIN notice AS n ON n.id = r.notice_id AND n.state IN ('PUBLISHED', 'WITHDRAWN')
WHERE r.notice_id = %(notice)s AND r.person_id = %(reader)s AND {RELEASED}
FOR UPDATE OF r
"""  # noqa: S608 - made of constants
_PLACES = """
SELECT agency_id, on_leave FROM audience_member
WHERE audience_id = %(audience)s AND person_id = %(person)s AND member
"""
# In one statement, with the figures last: their rows are everybody's, and locked until commit.
_WRITE = f"""
WITH stepped AS (
  UPDATE recipient SET read_at = %(read_at)s, confirmed_at = %(confirmed_at)s
  WHERE notice_id = %(notice)s AND person_id = %(person)s
), said AS (
  INSERT INTO acknowledgement (notice_id, person_id, kind, agency_id, version, text_sha256, at)
  VALUES (%(notice)s, %(person)s, %(kind)s, '', %(version)s, %(text_sha256)s, %(at)s)
)
{
    ADD.format(
        rows=f'''
SELECT %(notice)s, place, %(due)s, %(slot)s, {", ".join(f"%({name})s" for name in _COUNTS)}
FROM unnest(%(places)s::text[]) AS place ORDER BY place
'''
    )
}
"""  # noqa: S608 - made of constants


class TextChanged(Refusal):
    """The text that was seen is not the text that was issued."""


@dataclass(frozen=True)
class Item:
    """A letter as it stands for one person; *notice* holds its columns."""

    notice: dict[str, Any]
    standing: Standing
    due_date: Any


def read(db: Db, *, notice_id: UUID, person_id: UUID, reader: Reader, at: datetime) -> Item:
    """Record that the person opened the letter. Idempotent: the first time stays, and nothing is written again."""
    notice, standing, places = _locked(db, notice_id, person_id, reader)
    if standing.read_at is not None:
        return Item(notice, standing, notice["own_due_date"])
    return _step(db, "READ", notice, standing, places, person_id, read_at=at, confirmed_at=standing.confirmed_at, at=at)


def confirm(db: Db, *, notice_id: UUID, person_id: UUID, reader: Reader, text_sha256: str, at: datetime) -> Item:
    """Record that the person confirmed the text with that hash, and so has read it. Idempotent as `read`."""
    notice, standing, places = _locked(db, notice_id, person_id, reader)
    check_text(notice, text_sha256)
    if standing.confirmed_at is not None:
        return Item(notice, standing, notice["own_due_date"])
    read_at = standing.read_at or at
    return _step(db, "CONFIRM", notice, standing, places, person_id, read_at=read_at, confirmed_at=at, at=at)


def check_text(notice: dict[str, Any], text_sha256: str) -> None:
    """Refuse a confirmation of another text than the one issued."""
    if text_sha256 != notice["text_sha256"]:
        raise TextChanged(
            "The text that was seen is not the text that was issued.",
            field="text_sha256",
            notice=name_of(notice["id"]),
            issued=notice["text_sha256"],
            seen=text_sha256,
        )


def _locked(db: Db, notice_id: UUID, person_id: UUID, reader: Reader) -> tuple[dict[str, Any], Standing, list[str]]:
    """Return the notice, where the person stands and counts; refuse whoever is not (or no longer) in the audience.

    A letter that no longer holds asks for nothing, and one that their agency's staff do not see yet is not there.
    """
    rows = db.rows(_LOCK, notice=notice_id, **values(reader))
    members = db.rows(_PLACES, audience=rows[0]["audience_id"], person=person_id) if rows else []
    if not members:
        raise NotFound(name_of(notice_id))
    notice = rows[0]
    lifecycle.check_in_force(name_of(notice_id), notice["withdrawn_at"])
    on_leave = any(member["on_leave"] for member in members)
    standing = Standing(
        notice["asks"],
        notice["read_at"],
        notice["confirmed_at"],
        notice["trained_at"],
        excused=notice["excused"],
        on_leave=on_leave,
    )
    return notice, standing, ["", *sorted(member["agency_id"] for member in members)]


def _step(
    db: Db,
    kind: str,
    notice: dict[str, Any],
    before: Standing,
    places: list[str],
    person_id: UUID,
    *,
    read_at: datetime | None,
    confirmed_at: datetime | None,
    at: datetime,
) -> Item:
    after = Standing(
        before.asks, read_at, confirmed_at, before.trained_at, excused=before.excused, on_leave=before.on_leave
    )
    moved = after.counts() - before.counts()
    db.run(
        _WRITE,
        notice=notice["id"],
        person=person_id,
        kind=kind,
        version=notice["version"],
        text_sha256=notice["text_sha256"],
        at=at,
        read_at=read_at,
        confirmed_at=confirmed_at,
        due=notice["own_due_date"],
        slot=any_slot(),
        # Who is excused moves no figure.
        places=places if moved else [],
        **dict(zip(_COUNTS, astuple(moved), strict=True)),
    )
    db.changed(
        name_of(notice["id"]), after={"kind": kind, "version": notice["version"], "text_sha256": notice["text_sha256"]}
    )
    return Item(notice, after, notice["own_due_date"])
