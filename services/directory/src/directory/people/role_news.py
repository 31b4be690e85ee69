"""Who is given a role, or has one taken from them, is told so. What ends by itself with a job is not said."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from directory.rules import roles
from servicekit.data import messages
from servicekit.data.db import Db

_PLACES = """
SELECT scope, coalesce(unit.title || ' at ', '') || agency.title AS title
FROM unnest(%(scopes)s::text[]) AS scope JOIN agency ON agency.id = split_part(scope, '/', 1)
LEFT JOIN work_unit AS unit ON unit.id = nullif(split_part(scope, '/', 3), '')
"""
_IN_STATE = "the state"


class Held(NamedTuple):
    """A role as it is kept: who was given it, and for what."""

    id: UUID
    person_id: UUID
    role: str
    scope: str


class _Place(NamedTuple):
    scope: str
    title: str


def tell(db: Db, *, given: Iterable[Held] = (), taken: Iterable[Held] = ()) -> None:
    """Have people told of roles that they were given and that were taken from them, if the transaction commits."""
    by_kind = {"role.given": list(given), "role.taken": list(taken)}
    scopes = sorted({one.scope for held in by_kind.values() for one in held} - {roles.STATE})
    titles = dict(db.all(_Place, _PLACES, scopes=scopes)) if scopes else {}
    for kind, held in by_kind.items():
        of_one: defaultdict[tuple[str, str], list[Held]] = defaultdict(list)
        for one in sorted(held):
            of_one[one.role, one.scope].append(one)
        for (role, scope), alike in of_one.items():
            for start in range(0, len(alike), messages.MOST_PEOPLE):
                told = alike[start : start + messages.MOST_PEOPLE]
                messages.want(
                    db,
                    kind=kind,
                    # The first of those that are alike names the occasion: a grant is given, and taken, once.
                    once=str(told[0].id),
                    about=scope if scope == roles.STATE else f"agencies/{scope}",
                    facts={"role": roles.TITLES[role][0], "where": titles.get(scope, _IN_STATE)},
                    people=[one.person_id for one in told],
                )
