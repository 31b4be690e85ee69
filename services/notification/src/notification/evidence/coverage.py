"""Whom a letter reached, and how they stand: every person it is expected of in one place, and each by how they heard.

How they stand are the figures of all pages (`agencies.queries.readiness`). Counted here is who is expected: people to
whom the version that holds was issued, or who came since, also those who left since then. So the parts add up to the
whole, and if they ever did not, that would be seen.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from notification.agencies import queries as agencies
from notification.agencies.records import Figures
from notification.letters.tables import Notice
from servicekit.data.db import Db

STATE = ""
# A person under the letter at each of their places, '' for the state: who is there, and who left since it was issued.
# Whom their agency alone asks, the letter was not expected to reach.
_PEOPLE = """
SELECT r.person_id, m.agency_id, m.member FROM notice AS n
JOIN audience_member AS m ON m.audience_id = n.audience_id AND (m.member OR m.revision > n.audience_revision)
  AND NOT m.local
JOIN recipient AS r ON r.notice_id = n.id AND r.person_id = m.person_id
WHERE n.id = %(notice)s AND (%(agency)s = '' OR m.agency_id = %(agency)s)
"""
_PLACED = f"""
SELECT person_id, agency_id, member FROM ({_PEOPLE}) AS here
UNION ALL
SELECT person_id, '', bool_or(member) FROM ({_PEOPLE}) AS here WHERE %(agency)s = '' GROUP BY person_id
"""  # noqa: S608 - made of constants
_EXPECTED = f"""
SELECT agency_id, count(*)::int AS expected, (count(*) FILTER (WHERE NOT member))::int AS gone
FROM ({_PLACED}) AS placed GROUP BY agency_id
"""  # noqa: S608 - made of constants
# By the best that became of what they were to hear of the letter. On their page everybody has it.
_REACHED = f"""
WITH heard AS (
  SELECT DISTINCT ON (t.person_id) t.person_id, t.state, t.cause
  FROM message AS m JOIN message_to AS t ON t.message_id = m.id AND t.scope = ''
  WHERE m.notice_id = %(notice)s
  ORDER BY t.person_id, array_position(ARRAY['SENT', 'MAILED', 'WANTED', 'BOUNCED', 'FAILED'], t.state), t.cause
)
SELECT agency_id, CASE coalesce(state, '') WHEN '' THEN 'ON_PAGE' WHEN 'MAILED' THEN 'WANTED' ELSE state END AS how,
  coalesce(cause, '') AS cause, count(*)::int AS people
FROM ({_PLACED}) AS placed LEFT JOIN heard USING (person_id)
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""  # noqa: S608 - made of constants


class Reached(NamedTuple):
    """How many people heard of a letter so."""

    agency_id: str
    how: str
    cause: str
    people: int


class _Expected(NamedTuple):
    agency_id: str
    expected: int
    gone: int


@dataclass(frozen=True)
class Coverage:
    """A letter at an agency ('' = in the state, each person once)."""

    agency_id: str
    expected: int
    figures: Figures
    left: int
    reached: Sequence[Reached] = field(default_factory=tuple)


def of_agency(db: Db, notice: Notice, agency_id: str, today: date) -> Coverage:
    """Return whom a letter reached at an agency that has it."""
    figures = agencies.figures(db, notice, agency_id, today)
    return _put_together(db, notice, agency_id, {agency_id: figures})[0]


def of_state(db: Db, notice: Notice, today: date) -> list[Coverage]:
    """Return whom a letter reached in the state, and then at each agency where somebody is or was asked."""
    figures = {row.agency_id: row.figures for row in agencies.readiness(db, [notice.id], today)}
    return _put_together(db, notice, STATE, figures)


def _put_together(db: Db, notice: Notice, agency_id: str, figures: dict[str, Figures]) -> list[Coverage]:
    asked = {"notice": notice.id, "agency": agency_id}
    reached: defaultdict[str, list[Reached]] = defaultdict(list)
    for one in db.all(Reached, _REACHED, **asked):
        reached[one.agency_id].append(one)
    expected = {one.agency_id: one for one in db.all(_Expected, _EXPECTED, **asked)}
    nobody = Figures(*(0 for _ in Figures._fields))
    found = []
    for place in sorted({agency_id, *expected, *(one for one in figures if agency_id in (STATE, one))}):
        shown, counted = figures.get(place, nobody), expected.get(place, _Expected(place, 0, 0))
        # The figures of a withdrawn letter stay as they were; people still come and go.
        still = notice.withdrawn_at is not None
        found.append(
            Coverage(
                place,
                shown.listed + shown.excused if still else counted.expected,
                shown,
                0 if still else counted.gone,
                reached[place],
            )
        )
    return found
