"""The chain of a letter: what came before it, what came after it, and what it names or is named by."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple
from uuid import UUID

from notification.deliveries.visibility import VISIBLE, values
from notification.letters.rows import name_of
from notification.letters.rules.numbers import LetterNumber
from notification.letters.rules.reading import Reader
from servicekit.data.db import Db
from servicekit.refusals import NotFound

MOST_LETTERS = 60
_FURTHEST = 20
# Of letters that can be found and seen, as they stand now. Nothing else says that there is such a letter.
_STANDS = f"""
JOIN letter_standing AS s ON s.notice_id = n.id AND s.known_until IS NULL AND {VISIBLE}
"""
_LETTERS = f"""
SELECT n.series, n.number, n.id AS notice_id, n.subject, s.effective, s.exact, n.state = 'WITHDRAWN' AS withdrawn,
  n.demonstration, n.source
FROM unnest(%(series)s::text[], %(numbers)s::text[]) AS given (series, number)
JOIN notice AS n ON (n.series, n.number) = (given.series, given.number) AND n.state <> 'DRAFT' {_STANDS}
"""  # noqa: S608 - made of constants
_OF = "notice AS n ON n.id = link.notice_id"
_GIVEN = "unnest(%(series)s::text[], %(numbers)s::text[]) AS given (series, number)"
_EDGE = "n.series AS from_series, n.number AS from_number, link.series, link.number"
_ENDS = f"{_EDGE}, CASE WHEN link.rescinds THEN 'RESCINDS' ELSE 'SUPERSEDES' END AS kind, link.whole, link.parts"
_NAMES = f"{_EDGE}, link.kind, false AS whole, '' AS parts"
_HERE = "(n.series, n.number) = (given.series, given.number) AND n.state <> 'DRAFT'"
_BEFORE, _NAMED = (
    f"SELECT {said} FROM {_GIVEN} JOIN notice AS n ON {_HERE} {_STANDS} JOIN {table} AS link ON link.notice_id = n.id"  # noqa: S608 - made of constants
    for said, table in ((_ENDS, "letter_link"), (_NAMES, "letter_reference"))
)
_AFTER, _NAMING = (
    f"SELECT {said} FROM {_GIVEN} JOIN {table} AS link USING (series, number) JOIN {_OF} {_STANDS}"  # noqa: S608 - made of constants
    for said, table in ((_ENDS, "letter_link"), (_NAMES, "letter_reference"))
)
_OWN = f"SELECT n.series, n.number FROM notice AS n {_STANDS} WHERE n.id = %(notice)s"  # noqa: S608 - made of constants


class Kept(NamedTuple):
    """A letter that is kept here and that the reader sees."""

    series: str
    number: str
    notice_id: UUID
    subject: str
    effective: date
    exact: str
    withdrawn: bool
    demonstration: bool
    source: str


class Edge(NamedTuple):
    """What one letter does to another one."""

    from_series: str
    from_number: str
    series: str
    number: str
    kind: str
    whole: bool
    parts: str

    @property
    def ends(self) -> tuple[LetterNumber, LetterNumber]:
        """The two letters, the one that says so first."""
        return LetterNumber(self.from_series, self.from_number), LetterNumber(self.series, self.number)


class Chain(NamedTuple):
    """The letters of a chain, in the order of their days, those that are kept here, and what they do; *more* = cut."""

    letters: list[LetterNumber]
    kept: dict[LetterNumber, Kept]
    edges: list[Edge]
    more: bool


class _Number(NamedTuple):
    series: str
    number: str


def chain(db: Db, reader: Reader, notice_id: UUID) -> Chain:
    """Return the chain of a letter that can be found.

    Raises:
        NotFound: there is none, or none that the reader sees.
    """
    own = db.maybe(_Number, _OWN, notice=notice_id, **values(reader))
    if own is None:
        raise NotFound(name_of(notice_id))
    start = LetterNumber(own.series, own.number)
    edges = dict.fromkeys([*_along(db, reader, start, _BEFORE, 1), *_along(db, reader, start, _AFTER, 0)])
    edges |= dict.fromkeys([*_found(db, reader, [start], _NAMED), *_found(db, reader, [start], _NAMING)])
    letters = dict.fromkeys([start, *(letter for edge in edges for letter in edge.ends)])
    told = list(letters)[:MOST_LETTERS]
    kept = {
        LetterNumber(row.series, row.number): row
        for row in db.all(
            Kept,
            _LETTERS,
            series=[one.series for one in told],
            numbers=[one.number for one in told],
            **values(reader),
        )
    }
    told.sort(key=lambda one: (kept[one].effective if one in kept else date.min, str(one)))
    known = set(told)
    shown = [edge for edge in edges if known.issuperset(edge.ends)]
    return Chain(told, kept, shown, more=len(letters) > len(told))


def _along(db: Db, reader: Reader, start: LetterNumber, sql: str, side: int) -> Iterable[Edge]:
    """Give what is found step by step in one direction: each letter once, since parts may go round in circles."""
    done, new = {start}, [start]
    for _ in range(_FURTHEST):
        if not new or len(done) > MOST_LETTERS:
            return
        edges = _found(db, reader, new, sql)
        yield from edges
        new = list(dict.fromkeys(edge.ends[side] for edge in edges if edge.ends[side] not in done))
        done.update(new)


def _found(db: Db, reader: Reader, letters: Collection[LetterNumber], sql: str) -> list[Edge]:
    asked = {"series": [one.series for one in letters], "numbers": [one.number for one in letters]}
    return sorted(db.all(Edge, sql, **asked, **values(reader)))
