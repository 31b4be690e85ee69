"""The series of letters: data, since they come and go."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from notification.letters.rules import numbers
from notification.letters.rules.letter import KINDS, Letter, check_draft, check_series
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.refusals import InvalidField

MOST_AT_ONCE = 200
_ALL = "SELECT series, title, kind, source, past FROM series ORDER BY series"
_KNOWN = "SELECT series FROM series"
# A draft has no number of its own yet.
_TAKEN = """
SELECT number FROM notice WHERE series = %(series)s AND number LIKE %(this_year)s AND state <> 'DRAFT'
"""
_HOLD = "SELECT FROM series WHERE series = %(series)s FOR UPDATE"
_KEEP = """
INSERT INTO series AS known (series, title, kind, source, past)
SELECT * FROM unnest(
  %(series)s::text[], %(titles)s::text[], %(kinds)s::text[], %(sources)s::text[], %(past)s::bool[]
) AS given (series, title, kind, source, past)
ORDER BY series
ON CONFLICT (series) DO UPDATE
SET title = excluded.title, kind = excluded.kind, source = excluded.source, past = excluded.past
WHERE (known.title, known.kind, known.source, known.past)
  <> (excluded.title, excluded.kind, excluded.source, excluded.past)
"""


class Series(NamedTuple):
    """A series, what a letter of it usually is, and whether nobody issues any more, or not here."""

    series: str
    title: str
    kind: str
    source: str
    past: bool


def keep(db: Db, series: Sequence[Series]) -> int:
    """Take over *series*; return how many are new or changed. None is ever removed: letters have them."""
    if not 0 < len(series) <= MOST_AT_ONCE or len({one.series for one in series}) != len(series):
        raise InvalidField("series", len(series), f"must be between 1 and {MOST_AT_ONCE}, each once")
    for one in series:
        check_series("series", one.series)
        if one.kind not in KINDS or not one.title:
            raise InvalidField("series", one.series, "must have a title and a kind of letter")
    changed = db.run(
        _KEEP,
        series=[one.series for one in series],
        titles=[one.title for one in series],
        kinds=[one.kind for one in series],
        sources=[one.source for one in series],
        past=[one.past for one in series],
    )
    db.changed("series", after={"changed": changed, "series": sorted(one.series for one in series)})
    return changed


def every(db: Db) -> list[Series]:
    """Return all series, A-Z."""
    return db.all(Series, _ALL)


def known(db: Db) -> frozenset[str]:
    """Return the series on record."""
    return frozenset(db.values(_KNOWN))


def check_known(db: Db, series: Iterable[str]) -> None:
    """Refuse a letter of a series that is not on record; '' is not said yet."""
    on_record = known(db)
    for name in series:
        if name and name not in on_record:
            raise InvalidField("notice.series", name, "must be a series on record")


def next_number(db: Db, *, series: str, at: datetime) -> str:
    """Return the next number of *series* for a letter that takes it in this transaction: others wait for it."""
    db.run(_HOLD, series=series)
    return suggest_number(db, series=series, at=at)


def suggest_number(db: Db, *, series: str, at: datetime) -> str:
    """Return the next number of *series* in the year of *at*."""
    check_draft(Letter(series=series))
    check_known(db, [series])
    year = pacific_date(at).year
    return numbers.next_free(db.values(_TAKEN, series=series, this_year=f"{year % 100:02d}-%"), year)
