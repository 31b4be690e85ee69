"""What is to be done: given by who runs the body, done by whom it was given to."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlmodel import select

from partnership.bodies.rules.bodies import check_etag
from partnership.meetings import queries, telling
from partnership.meetings.queries import DAY
from partnership.meetings.rules import presence
from partnership.meetings.tables import ActionRow
from partnership.visibility import MINE, VISIBLE, Reader, inside, standing, values
from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.refusals import InvalidField, NotFound

_LONGEST = 500
# An action is of the day of its meeting, or of the one on which it was given.
_SEEN = f"""
({VISIBLE} AND cardinality(mine.parts) + %(convenes)s::int > 0 AND (m.id IS NULL OR m.called_at IS NOT NULL) AND (
  a.owner = %(reader)s OR {inside(f"coalesce({DAY}, (a.created_at AT TIME ZONE 'America/Los_Angeles')::date)")}
))
"""
_ACTION = f"""
SELECT a.id, a.body_id, a.meeting_id, a.item_id, a.what, a.owner, a.due_on, a.done_at, a.revision,
  a.done_at IS NOT NULL AS done
FROM action AS a JOIN body AS b ON b.id = a.body_id LEFT JOIN meeting AS m ON m.id = a.meeting_id {MINE}
WHERE {_SEEN}
"""  # noqa: S608 - made of constants
_LISTED = f"""
SELECT * FROM (
  {_ACTION} AND (b.id = %(body)s OR (%(body)s::text IS NULL AND a.owner = %(reader)s))
) AS seen {{page}} ORDER BY done, due_on, id LIMIT %(limit)s
"""  # noqa: S608 - made of constants
_ONE = f"{_ACTION} AND a.id = %(action)s AND b.id = %(body)s"


class Action(NamedTuple):
    """Something that somebody is to do."""

    id: UUID
    body_id: str
    meeting_id: UUID | None
    item_id: UUID | None
    what: str
    owner: UUID
    due_on: date
    done_at: datetime | None
    revision: int
    done: bool


class New(NamedTuple):
    """Something that somebody is to be given to do."""

    what: str
    owner: UUID
    due: date
    meeting: UUID | None
    item: UUID | None


def name_of(body_id: str, action_id: UUID) -> str:
    """Return the resource name."""
    return f"bodies/{body_id}/actions/{action_id}"


def listed(db: Db, body_id: str | None, reader: Reader, page: Page) -> Sequence[Action]:
    """Return actions of a body, or *reader*'s own of all, open ones first, one more than the page holds."""
    after = page.after_sql("WHERE", ">", done="boolean", due_on="date", id="uuid")
    sql = _LISTED.format(page=after)
    return db.all(Action, sql, body=body_id, **values(reader), **page.values("done", "due_on", "id"))


def one(db: Db, body_id: str, action_id: UUID, reader: Reader) -> Action:
    """Return an action that *reader* sees."""
    found = db.maybe(Action, _ONE, body=body_id, action=action_id, **values(reader))
    if found is None:
        raise NotFound(name_of(body_id, action_id))
    return found


def create(db: Db, body_id: str, new: New, reader: Reader) -> UUID:
    """Give somebody with a part in the body something to do."""
    standing(db, body_id, reader).require_runs()
    if not new.what or len(new.what) > _LONGEST:
        raise InvalidField("action.what", new.what, f"must be given, of at most {_LONGEST} characters")
    if new.item is not None and new.meeting is None:
        raise InvalidField("action.meeting", "", "must be given with an item")
    if new.meeting is not None:
        meeting = queries.one(db, body_id, new.meeting, reader)
        if new.item is not None and new.item not in {one.id for one in queries.items(db, new.meeting)}:
            raise NotFound(f"{meeting.name}/items/{new.item}")
    known = {one.person_id for one in queries.people(db, body_id, reader.today)}
    presence.check_people([new.owner], known, body=f"bodies/{body_id}")
    row = ActionRow(
        id=uuid4(),
        body_id=body_id,
        meeting_id=new.meeting,
        item_id=new.item,
        what=new.what,
        owner=new.owner,
        due_on=new.due,
        created_at=db.at,
    )
    db.add(row)
    db.flush()
    if new.owner != reader.person:
        due = new.due.isoformat()
        telling.action_given(db, body_id=body_id, action_id=row.id, person=new.owner, what=new.what[:300], due=due)
    db.changed(name_of(body_id, row.id), after={"owner": f"people/{new.owner}", "due_date": new.due.isoformat()})
    return row.id


def complete(db: Db, body_id: str, action_id: UUID, *, done: bool, etag: str, reader: Reader) -> None:
    """Note that it is done, or not done after all: by its owner, or by who runs the body."""
    name = name_of(body_id, action_id)
    seen = one(db, body_id, action_id, reader)
    if seen.owner != reader.person:
        standing(db, body_id, reader).require_runs()
    row = db.exec(select(ActionRow).where(ActionRow.id == action_id).with_for_update()).one()
    check_etag(name, etag, row.revision)
    before = {"done": row.done_at is not None}
    row.done_at = (row.done_at or db.at) if done else None
    row.revision += 1
    db.flush()
    db.changed(name, before=before, after={"done": done, "revision": row.revision})
