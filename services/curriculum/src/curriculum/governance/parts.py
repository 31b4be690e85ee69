"""Who has which part in a body today: by the same rule as in its votes."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from curriculum.governance.rules import seats
from curriculum.governance.sheets import seated
from servicekit.calendar import pacific_date
from servicekit.data.db import Db

_BODIES = "SELECT DISTINCT body_id FROM membership WHERE person_id = %(person)s AND start_date IS NOT NULL"


class Part(NamedTuple):
    """What somebody is in a body on a day."""

    body: str
    person: UUID
    part: str
    seat: str


def present(db: Db, bodies: Collection[str]) -> list[Part]:
    """Return who has which part in these bodies today."""
    if not bodies:
        return []
    found, day = seated(db, sorted(bodies)), pacific_date(db.at)
    terms = {body: [one.term for one in found if one.body == body] for body in bodies}
    return [
        Part(one.body, one.term.person, one.term.part, one.term.seat)
        for one in found
        if seats.sits(one.term, day, terms[one.body])
    ]


def of(db: Db, person: UUID, bodies: Collection[str] | None = None) -> list[Part]:
    """Return what somebody is today, in these bodies; in whichever there are if none are named."""
    which: Collection[str] = db.values(_BODIES, person=person) if bodies is None else bodies
    return [part for part in present(db, which) if part.person == person]
