"""What people do with a letter: they read it, they confirm it.

Thousands do so on the morning of a letter, in company (`servicekit.data.company`). Three statements beside the kit's:
lock their rows, look where they count, write. Memberships, and whether the letter is still the version that was read,
are looked at after the rows are locked, since whoever changes one locks that person's row first.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from notification.deliveries.visibility import RELEASED_TO_EACH
from notification.inbox.readiness import ADD, any_slot
from notification.inbox.rules import Counts, Standing
from notification.letters.acknowledgements import ACKNOWLEDGE, changed_meanwhile, check_text
from notification.letters.queries import NOTICE_WITHOUT_BODY
from notification.letters.rows import name_of
from notification.letters.rules import lifecycle
from notification.letters.rules.reading import Reader
from notification.letters.rules.statements import check_seen
from notification.letters.tables import Notice
from servicekit.data.company import Asked, Group
from servicekit.data.db import Db
from servicekit.refusals import NotFound

_COUNTS = tuple(field.name for field in fields(Counts))
_LOCK = f"""
SELECT {NOTICE_WITHOUT_BODY}, r.person_id, r.due_date AS own_due_date, r.read_at, r.confirmed_at, r.trained_at,
  r.excused, r.confirmed_for
FROM unnest(%(notices)b::uuid[], %(people)b::uuid[], %(days)b::date[], %(before_staff)b::boolean[])
  AS asked (notice_id, person_id, today, before_staff)
JOIN recipient AS r ON (r.notice_id, r.person_id) = (asked.notice_id, asked.person_id)
JOIN notice AS n ON n.id = r.notice_id AND n.state IN ('PUBLISHED', 'WITHDRAWN')
WHERE {RELEASED_TO_EACH}
ORDER BY r.notice_id, r.person_id
FOR UPDATE OF r
"""  # noqa: S608 - made of constants
_PLACES = """
SELECT asked.notice_id, asked.person_id, member.agency_id, member.on_leave, member.local, notice.version
FROM unnest(%(notices)b::uuid[], %(people)b::uuid[]) AS asked (notice_id, person_id)
JOIN notice ON notice.id = asked.notice_id
JOIN audience_member AS member
  ON (member.audience_id, member.person_id) = (notice.audience_id, asked.person_id) AND member.member
ORDER BY asked.notice_id, asked.person_id, member.agency_id
"""
# In one statement, with the figures last: their rows are everybody's, and locked until commit.
_WRITE = f"""
WITH given AS (
  SELECT *
  FROM unnest(
    %(notices)b::uuid[], %(people)b::uuid[], %(kinds)b::text[], %(versions)s::int[], %(hashes)b::text[],
    %(moments)b::timestamptz[], %(read_at)b::timestamptz[], %(confirmed_at)b::timestamptz[],
    %(confirmed_for)b::boolean[], %(statements)b::text[], %(channels)b::text[]
  ) AS given (
    notice_id, person_id, kind, version, text_sha256, at, read_at, confirmed_at, confirmed_for,
    statement_sha256, channel
  )
), stepped AS (
  UPDATE recipient AS r SET read_at = given.read_at, confirmed_at = given.confirmed_at,
    confirmed_for = given.confirmed_for
  FROM given WHERE (r.notice_id, r.person_id) = (given.notice_id, given.person_id)
), said AS (
  {ACKNOWLEDGE}
  SELECT notice_id, person_id, kind, '', version, text_sha256, at, statement_sha256, channel
  FROM given ORDER BY notice_id, person_id
)
{
    ADD.format(
        rows=f'''
SELECT notice_id, agency_id, due_date, %(slot)s, {", ".join(_COUNTS)}
FROM unnest(
  %(moved_notices)b::uuid[], %(places)b::text[], %(dues)b::date[], {", ".join(f"%({name})s::int[]" for name in _COUNTS)}
) AS moved (notice_id, agency_id, due_date, {", ".join(_COUNTS)})
ORDER BY notice_id, agency_id, due_date
'''
    )
}
"""  # noqa: S608 - made of constants

# A letter and a person, by their ids.
Key = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Step:
    """A person opens a letter or, with the hashes of its text and its statement, confirms it; and by which way."""

    notice_id: UUID
    person_id: UUID
    reader: Reader
    text_sha256: str = ""
    statement_sha256: str = ""
    channel: str = "API"

    @property
    def key(self) -> Key:
        """The row of this person under this letter."""
        return self.notice_id, self.person_id


@dataclass(frozen=True)
class Item:
    """A letter as it stands for one person; *notice* holds its columns. *agreed* is the statement of a confirmation."""

    notice: Notice
    standing: Standing
    due_date: date
    agreed: str = ""


class _Locked(NamedTuple):
    notice: Notice
    person_id: UUID
    own_due_date: date
    read_at: datetime | None
    confirmed_at: datetime | None
    trained_at: datetime | None
    excused: bool
    confirmed_for: bool


class _Done(NamedTuple):
    at: datetime
    step: Step
    item: Item


class _Member(NamedTuple):
    notice_id: UUID
    person_id: UUID
    agency_id: str
    on_leave: bool
    local: bool
    version: int


@dataclass(frozen=True)
class _Place:
    """Where a person counts, '' for the state, whether they are on leave, and which version of the letter holds.

    Whom their agency alone asks counts nowhere.
    """

    agency_ids: list[str]
    on_leave: bool
    version: int


def read(db: Db, group: Group[Step, Item]) -> None:
    """Record that people opened letters. Idempotent: the first time stays, and nothing is written again."""
    _step(db, group, "READ", lambda one, standing: replace(standing, read_at=standing.read_at or one.at))


def confirm(db: Db, group: Group[Step, Item]) -> None:
    """Record that people confirmed the text with that hash; they have read it by that. Idempotent as `read`."""
    _step(db, group, "CONFIRM", lambda one, standing: _confirmed(standing, one.at))


def _step(db: Db, group: Group[Step, Item], kind: str, move: Callable[[Asked[Step, Item], Standing], Standing]) -> None:
    """Move where people stand, and the figures with them."""
    notices = _locked(db, [one.what for one in group], waits=group.waits)
    places = _places(db, notices)
    before: dict[Key, Standing] = {}
    for one in group:
        with group.deciding(one):
            known = _standing(one.what, notices.get(one.what.key), places.get(one.what.key), alone=group.alone)
            if known is None:
                continue
            row = notices[one.what.key]
            notice = row.notice
            agreed = _agreed(notice, one.what) if kind == "CONFIRM" else ""
            before[one.what.key] = known
            after = move(one, known)
            one.result = Item(notice, after, row.own_due_date, agreed)
            if after != known:
                said = {"kind": kind, "version": notice.version, "text_sha256": notice.text_sha256}
                agreeing = {"statement_sha256": agreed} if agreed else {}
                one.changed(name_of(notice.id), after={**said, **agreeing, "channel": one.what.channel})
    recorded = ((one, one.result) for one in group.record(db) if one.result)
    done = [_Done(one.at, one.what, item) for one, item in recorded if item.standing != before[one.what.key]]
    _write(db, kind, done, before, places)


def confirm_together(db: Db, steps: Sequence[Step], at: datetime) -> list[Item]:
    """Confirm several letters for one person in the transaction of *db*: all of them, or none. Idempotent as `confirm`.

    Refuses as `confirm` does, by the first that is not to be confirmed; the caller says what was changed.
    """
    notices = _locked(db, steps, waits="")
    places = _places(db, notices)
    before: dict[Key, Standing] = {}
    items: list[Item] = []
    for step in steps:
        known = _standing(step, notices.get(step.key), places.get(step.key), alone=True)
        assert known is not None  # noqa: S101 - who is alone is told
        row, before[step.key] = notices[step.key], known
        items.append(Item(row.notice, _confirmed(known, at), row.own_due_date, _agreed(row.notice, step)))
    done = [_Done(at, step, item) for step, item in zip(steps, items, strict=True) if item.standing != before[step.key]]
    _write(db, "CONFIRM", done, before, places)
    return items


def _confirmed(standing: Standing, at: datetime) -> Standing:
    return replace(
        standing, read_at=standing.read_at or at, confirmed_at=standing.confirmed_at or at, confirmed_for=False
    )


def _agreed(notice: Notice, step: Step) -> str:
    """Return the hash of what is agreed to; refuse who saw another text, or another statement, than the letter's."""
    check_text(notice, step.text_sha256)
    return check_seen(name_of(notice.id), notice.statement, step.statement_sha256)


def _locked(db: Db, steps: Sequence[Step], *, waits: str) -> dict[Key, _Locked]:
    """Lock people's rows; return them with their letters. One that their agency's staff do not see yet is not there."""
    rows = db.all(
        _Locked,
        _LOCK + waits,
        notices=[step.notice_id for step in steps],
        people=[step.person_id for step in steps],
        days=[step.reader.today for step in steps],
        before_staff=[step.reader.before_staff for step in steps],
    )
    return {(row.notice.id, row.person_id): row for row in rows}


def _places(db: Db, notices: dict[Key, _Locked]) -> dict[Key, _Place]:
    """Return where each counts; those who are not (or no longer) in the audience are left out."""
    rows = db.all(
        _Member,
        _PLACES,
        notices=[notice_id for notice_id, _ in notices],
        people=[person_id for _, person_id in notices],
    )
    members: dict[Key, list[_Member]] = defaultdict(list)
    for row in rows:
        members[row.notice_id, row.person_id].append(row)
    return {
        key: _Place(_counting(own), any(row.on_leave for row in own), own[0].version) for key, own in members.items()
    }


def _counting(own: Sequence[_Member]) -> list[str]:
    agencies = [row.agency_id for row in own if not row.local]
    return ["", *agencies] if agencies else []


def _standing(step: Step, row: _Locked | None, place: _Place | None, *, alone: bool) -> Standing | None:
    """Return where a person stands; None if that is not to be seen in company.

    Refuse who is not in the audience, and what is asked of a letter that holds no more, or not as it was read.
    """
    if row is None and not alone:
        return None
    if row is None or place is None:
        raise NotFound(name_of(step.notice_id))
    # It was amended while this waited for the row.
    if place.version != row.notice.version:
        raise changed_meanwhile(row.notice)
    lifecycle.check_in_force(name_of(step.notice_id), row.notice.withdrawn_at)
    return Standing(
        row.notice.asks,
        row.read_at,
        row.confirmed_at,
        row.trained_at,
        excused=row.excused,
        on_leave=place.on_leave,
        confirmed_for=row.confirmed_for,
    )


def _write(db: Db, kind: str, done: Sequence[_Done], before: dict[Key, Standing], places: dict[Key, _Place]) -> None:
    moved: dict[tuple[UUID, str, date], Counts] = defaultdict(Counts)
    for _, step, item in done:
        key = step.key
        difference = item.standing.counts() - before[key].counts()
        # People who are excused move no figure.
        for place in places[key].agency_ids if difference else ():
            moved[item.notice.id, place, item.due_date] += difference
    if not done:
        return
    db.run(
        _WRITE,
        notices=[step.notice_id for _, step, _ in done],
        people=[step.person_id for _, step, _ in done],
        kinds=[kind] * len(done),
        versions=[item.notice.version for _, _, item in done],
        hashes=[item.notice.text_sha256 for _, _, item in done],
        moments=[at for at, _, _ in done],
        read_at=[item.standing.read_at for _, _, item in done],
        confirmed_at=[item.standing.confirmed_at for _, _, item in done],
        confirmed_for=[item.standing.confirmed_for for _, _, item in done],
        statements=[item.agreed for _, _, item in done],
        channels=[step.channel for _, step, _ in done],
        slot=any_slot(),
        moved_notices=[notice_id for notice_id, _, _ in moved],
        places=[place for _, place, _ in moved],
        dues=[due for _, _, due in moved],
        **{name: [getattr(counts, name) for counts in moved.values()] for name in _COUNTS},
    )
