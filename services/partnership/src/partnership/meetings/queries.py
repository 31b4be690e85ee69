"""Meetings, with what is in them, as those see them who may."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from partnership.bodies.rules import ruling
from partnership.meetings.rules.agenda import Item
from partnership.meetings.rules.meetings import TOOK_PLACE, Said
from partnership.meetings.rules.quorum import Interval, Position, Quorum, quorum, there_at
from partnership.visibility import APPROVES, MINE, RUNNING, VISIBLE, Reader, inside, stands, values
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.refusals import NotFound

# The day of a meeting `m` is the one on which it begins in California.
DAY = "(m.start_at AT TIME ZONE 'America/Los_Angeles')::date"
INSIDE = inside(DAY)
# A draft is seen by those alone who run it, and so is one that was cancelled before it was called.
SEEN = f"({VISIBLE} AND (m.called_at IS NOT NULL OR {RUNNING}))"
_MEETING = f"""
m.id, m.body_id, m.state, m.title, m.start_at, m.end_at, m.zone, m.place, m.link, m.public, m.called_at, m.late_reason,
m.held_at, m.cancel_reason, m.approved_edition, m.approver, m.approving_meeting_id, m.revision, b.rules, mine.parts,
{RUNNING} AS runs, {INSIDE} AS inside
"""
_ONE = f"""
SELECT {_MEETING} FROM meeting AS m JOIN body AS b ON b.id = m.body_id {MINE}
WHERE m.id = %(meeting)s AND b.id = %(body)s AND {SEEN}
"""  # noqa: S608 - made of constants
_LISTED = f"""
SELECT {_MEETING} FROM meeting AS m JOIN body AS b ON b.id = m.body_id {MINE}
WHERE b.id = %(body)s AND {SEEN} {{page}}
ORDER BY m.start_at DESC, m.id DESC LIMIT %(limit)s
"""  # noqa: S608 - made of constants
_OWN = f"""
SELECT {_MEETING} FROM meeting AS m JOIN body AS b ON b.id = m.body_id {MINE}
WHERE m.state = 'CALLED' AND m.end_at > %(now)s AND cardinality(mine.parts) > 0
ORDER BY m.start_at, m.id LIMIT 50
"""  # noqa: S608 - made of constants
# The newest meeting before one of which notes are out, with what was said there for the reader.
_LAST = f"""
SELECT {_MEETING} FROM meeting AS m JOIN body AS b ON b.id = m.body_id {MINE}
WHERE b.id = %(body)s AND m.start_at < %(before)s AND m.state IN ('NOTES_OUT', 'CLOSED') AND {SEEN} AND {INSIDE}
ORDER BY m.start_at DESC, m.id DESC LIMIT 1
"""  # noqa: S608 - made of constants
_ITEMS = """
SELECT id, title, kind, presenter, minutes, decides, late, notes, outcome, end_at, seats_present, quorum, told
FROM agenda_item WHERE meeting_id = %(meeting)s ORDER BY position, id
"""
_PRESENCE = """
SELECT person_id AS person, arrive_at AS arrive, leave_at AS leave FROM presence
WHERE meeting_id = %(meeting)s ORDER BY arrive_at, person_id
"""
_ANSWERS = """
SELECT person_id, comes, reason FROM call_answer WHERE meeting_id = %(meeting)s ORDER BY person_id
"""
_OWN_ANSWERS = """
SELECT meeting_id, person_id, comes, reason FROM call_answer
WHERE person_id = %(reader)s AND meeting_id = ANY(%(meetings)s)
"""
# Voting seats that are filled on a day; of a body without seats, its members.
_POSITIONS = f"""
SELECT coalesce(s.constituency_id, '') AS constituency, h.person_id AS holder, a.person_id AS alternate
FROM membership AS h
LEFT JOIN seat AS s ON s.body_id = h.body_id AND s.id = h.seat_id
LEFT JOIN membership AS a ON a.body_id = h.body_id AND a.seat_id = h.seat_id AND a.part = 'ALTERNATE'
  AND {stands("a", "%(day)s")}
WHERE h.body_id = %(body)s AND h.part = 'MEMBER' AND {stands("h", "%(day)s")}
  AND (h.seat_id IS NULL OR (s.voting AND (s.end_on IS NULL OR s.end_on > %(day)s)))
ORDER BY 1, 2
"""  # noqa: S608 - made of constants
_PEOPLE = f"""
SELECT DISTINCT m.person_id, m.organization_id FROM membership AS m
WHERE m.body_id = %(body)s AND {stands("m", "%(day)s")} ORDER BY 1, 2
"""  # noqa: S608 - made of constants


class Meeting(NamedTuple):
    """A meeting with the rules of its body, and what the reader is there today."""

    id: UUID
    body_id: str
    state: str
    title: str
    start_at: datetime
    end_at: datetime
    zone: str
    place: str
    link: str
    public: bool
    called_at: datetime | None
    late_reason: str
    held_at: datetime | None
    cancel_reason: str
    approved_edition: int | None
    approver: UUID | None
    approving_meeting_id: UUID | None
    revision: int
    rules: dict[str, Any]
    parts: list[str]
    runs: bool
    inside: bool

    @property
    def name(self) -> str:
        """The resource name."""
        return name_of(self.body_id, self.id)

    @property
    def said(self) -> Said:
        """What it says of itself."""
        return Said(self.title, self.start_at, self.end_at, self.zone, self.place, self.link, self.public)

    @property
    def day(self) -> date:
        """The day in California on which it begins."""
        return pacific_date(self.start_at)

    @property
    def ruling(self) -> ruling.Ruling:
        """By which rules its body decides."""
        return ruling.read(self.rules)

    @property
    def approves(self) -> bool:
        """Whether the reader says what its body approved."""
        return not APPROVES.isdisjoint(self.parts)


class ItemRow(NamedTuple):
    """An item of an agenda, and what came of it."""

    id: UUID
    title: str
    kind: str
    presenter: str
    minutes: int
    decides: str
    late: bool
    notes: str
    outcome: str
    end_at: datetime | None
    seats_present: int | None
    quorum: bool | None
    told: int

    @property
    def item(self) -> Item:
        """What stands on the agenda."""
        return Item(self.id, self.title, self.kind, self.presenter, self.minutes, self.decides)


class Answer(NamedTuple):
    """What somebody said to the call."""

    person_id: UUID
    comes: bool
    reason: str


class OwnAnswer(NamedTuple):
    """What the reader said to the call of a meeting."""

    meeting_id: UUID
    answer: Answer


class Person(NamedTuple):
    """Somebody with a part in a body, and for whom they are there."""

    person_id: UUID
    organization_id: str


def name_of(body_id: str, meeting_id: UUID) -> str:
    """Return the resource name."""
    return f"bodies/{body_id}/meetings/{meeting_id}"


def one(db: Db, body_id: str, meeting_id: UUID, reader: Reader) -> Meeting:
    """Return a meeting that *reader* sees; nothing tells others that there is one."""
    found = db.maybe(Meeting, _ONE, body=body_id, meeting=meeting_id, **values(reader))
    if found is None:
        raise NotFound(name_of(body_id, meeting_id))
    return found


def listed(db: Db, body_id: str, reader: Reader, page: Page) -> Sequence[Meeting]:
    """Return meetings of a body that *reader* sees, the newest first, one more than the page holds."""
    after = page.after_sql("AND", "<", start_at="timestamptz", id="uuid").replace(
        "(start_at, id)", "(m.start_at, m.id)"
    )
    sql = _LISTED.format(page=after)
    return db.all(Meeting, sql, body=body_id, **values(reader), **page.values("start_at", "id"))


def last_noted(db: Db, meeting: Meeting, reader: Reader) -> Meeting | None:
    """Return the newest meeting before *meeting* of which notes are out, if *reader* reads what was said there."""
    return db.maybe(Meeting, _LAST, body=meeting.body_id, before=meeting.start_at, **values(reader))


def own(db: Db, reader: Reader) -> Sequence[Meeting]:
    """Return called meetings that are not over, of all bodies where *reader* has a part, the next first."""
    return db.all(Meeting, _OWN, now=db.at, **values(reader))


def own_answers(db: Db, meetings: Sequence[Meeting], reader: Reader) -> dict[UUID, Answer]:
    """Return what *reader* said to the calls of meetings."""
    return dict(db.all(OwnAnswer, _OWN_ANSWERS, reader=reader.person, meetings=[one.id for one in meetings]))


def items(db: Db, meeting_id: UUID) -> list[ItemRow]:
    """Return the agenda, in its order."""
    return db.all(ItemRow, _ITEMS, meeting=meeting_id)


def presence(db: Db, meeting_id: UUID) -> list[Interval]:
    """Return when people came and went, by who came first."""
    return db.all(Interval, _PRESENCE, meeting=meeting_id)


def answers(db: Db, meeting_id: UUID) -> list[Answer]:
    """Return what people said to the call."""
    return db.all(Answer, _ANSWERS, meeting=meeting_id)


def positions(db: Db, body_id: str, day: date) -> list[Position]:
    """Return the voting seats that are filled on a day; of a body without seats, its members."""
    return db.all(Position, _POSITIONS, body=body_id, day=day)


def people(db: Db, body_id: str, day: date) -> list[Person]:
    """Return who has any part in a body on a day, and for whom."""
    return db.all(Person, _PEOPLE, body=body_id, day=day)


def quorum_now(
    meeting: Meeting, agenda: Sequence[ItemRow], intervals: Sequence[Interval], seats: Sequence[Position], now: datetime
) -> Quorum:
    """Say who is there: now, or, once it took place, as its last item ended."""
    ends = [one.end_at for one in agenda if one.end_at is not None]
    at = max(ends, default=meeting.end_at) if meeting.state in TOOK_PLACE else now
    return quorum(seats, there_at(intervals, at), meeting.ruling)
