"""Ladders as people set them: of the state, a series or a letter, each as the level above until it has its own."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb

from notification.letters.rows import name_of
from notification.letters.rules.lifecycle import State, WrongState
from notification.messages.rules import ladder
from notification.messages.rules.ladder import Ladder, Level, Of, Rung
from notification.series import series
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.refusals import NotFound, Stale

STATE = "state"
_SERIES = "series/"
_ALL = "SELECT owner, rungs, changed_on, revision FROM ladder ORDER BY owner"
_OF = "SELECT owner, rungs, changed_on, revision FROM ladder WHERE owner = ANY(%(owners)s)"
_LETTER = "SELECT series, state FROM notice WHERE id = %(notice)s"
_SAVE = """
INSERT INTO ladder (owner, notice_id, rungs, revision, changed_on)
VALUES (%(owner)s, %(notice)s, %(rungs)s, 1, %(today)s)
ON CONFLICT (owner) DO UPDATE
SET rungs = excluded.rungs, revision = ladder.revision + 1, changed_on = excluded.changed_on
RETURNING revision
"""


class _Kept(NamedTuple):
    owner: str
    rungs: list[dict[str, Any]] | None
    changed_on: date
    revision: int


class _Letter(NamedTuple):
    series: str
    state: str


class Held(NamedTuple):
    """The ladder of *owner* as it holds, and the revision of what was said of it there, 0 before the first time."""

    owner: str
    ladder: Ladder
    revision: int


def levels(db: Db) -> Mapping[str, Level]:
    """Return all that was said of ladders, by whose."""
    return _levels(db.all(_Kept, _ALL))


def of_letter(known: Mapping[str, Level], notice_id: UUID, of_series: str) -> Ladder:
    """Return the ladder of a letter."""
    return ladder.holding(known, _of_letter(notice_id, of_series))


def held(db: Db, owner: str) -> Held:
    """Return the ladder of the state (`state`), a series (`series/…`) or a letter (`notices/…`) as it holds."""
    names = _names(db, owner)
    kept = db.all(_Kept, _OF, owners=names)
    revision = next((one.revision for one in kept if one.owner == owner), 0)
    return Held(owner, ladder.holding(_levels(kept), names), revision)


def listed(db: Db) -> list[Held]:
    """Return the state's ladder, and those of the series that have their own, A-Z."""
    kept = db.all(_Kept, _ALL)
    known = _levels(kept)
    own = [one.owner for one in kept if one.owner.startswith(_SERIES) and one.rungs is not None]
    revisions = {one.owner: one.revision for one in kept}
    return [
        Held(owner, ladder.holding(known, [owner, STATE]), revisions.get(owner, 0)) for owner in (STATE, *sorted(own))
    ]


def replace(db: Db, owner: str, rungs: Sequence[Rung] | None, etag: str) -> Held:
    """Give *owner* rungs of its own; None = back to the level above. *etag* is of the ladder as it was read.

    Raises:
        InvalidField: a rung breaks a rule.
        NotFound, WrongState: there is no such letter or series; the letter was withdrawn, or issued elsewhere.
        Stale: somebody else changed it since.
    """
    if rungs is not None:
        ladder.check(rungs)
    before = held(db, owner)
    notice = _notice(owner)
    if notice and (letter := _letter(db, notice)).state in {State.WITHDRAWN, State.HISTORIC}:
        raise WrongState("Nobody is reminded of this letter any more.", state=letter.state)
    revision = db.value(
        _SAVE,
        owner=owner,
        notice=notice,
        rungs=None if rungs is None else Jsonb([_written(rung) for rung in ladder.in_order(rungs)]),
        today=pacific_date(db.at),
    )
    # The row is locked by now: who came first has the revision before ours.
    if etag != etag_of(int(revision) - 1):
        raise Stale(f"{owner}/ladder")
    after = held(db, owner)
    db.changed(f"{owner}/ladder", before=_said(before), after=_said(after))
    return after


def etag_of(revision: int) -> str:
    """Return the etag of a ladder: none until it was changed for the first time."""
    return str(revision) if revision else ""


def _names(db: Db, owner: str) -> list[str]:
    """Return whose ladders hold for *owner*, from the nearest to the furthest."""
    notice = _notice(owner)
    if notice:
        return _of_letter(notice, _letter(db, notice).series)
    if owner.startswith(_SERIES) and owner.removeprefix(_SERIES) not in series.known(db):
        raise NotFound(f"{owner}/ladder")
    return [owner] if owner == STATE else [owner, STATE]


def _of_letter(notice_id: UUID, of_series: str) -> list[str]:
    return [name_of(notice_id), f"{_SERIES}{of_series}", STATE]


def _notice(owner: str) -> UUID | None:
    kind, _, id_ = owner.partition("/")
    return UUID(id_) if kind == "notices" else None


def _letter(db: Db, notice_id: UUID) -> _Letter:
    found = db.maybe(_Letter, _LETTER, notice=notice_id)
    if found is None:
        raise NotFound(name_of(notice_id))
    return found


def _levels(kept: Sequence[_Kept]) -> Mapping[str, Level]:
    return {
        one.owner: Level(None if one.rungs is None else tuple(map(_read, one.rungs)), one.changed_on) for one in kept
    }


def _written(rung: Rung) -> dict[str, object]:
    return {"of": rung.of.value, "business_days": rung.business_days, "whom": rung.whom, "on": rung.on}


def _read(kept: Mapping[str, Any]) -> Rung:
    return Rung(Of(kept["of"]), kept["business_days"], kept["whom"], kept["on"])


def _said(held_: Held) -> dict[str, object]:
    return {"source": held_.ladder.source, "rungs": [_written(rung) for rung in held_.ladder.rungs]}
