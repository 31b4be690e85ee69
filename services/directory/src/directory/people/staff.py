"""Lists of an agency's staff: whom somebody looks for, in which order, and where each page begins."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from directory.people import queries
from directory.people.queries import Person
from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.refusals import InvalidField

_WORKS = "job.start_date <= %(day)s AND (job.end_date IS NULL OR job.end_date > %(day)s)"
# The first of the jobs that are to come, of those who have none now. One that ends as it begins is a mistake.
_BEGINS_LATER = """
job.start_date > %(day)s AND (job.end_date IS NULL OR job.end_date > job.start_date) AND NOT EXISTS (
  SELECT FROM job AS earlier WHERE earlier.person_id = job.person_id AND earlier.agency_id = job.agency_id
    AND (earlier.end_date IS NULL OR earlier.end_date > greatest(%(day)s, earlier.start_date))
    AND earlier.start_date < job.start_date)
"""
_STAFF = """
FROM person JOIN job ON job.person_id = person.id
WHERE job.agency_id = %(agency)s AND ({when}) {filters}
"""
_LEFT = """
FROM person JOIN (
  SELECT person_id, max(coalesce(end_date, 'infinity')) AS start_date FROM job WHERE agency_id = %(agency)s
  GROUP BY person_id HAVING max(coalesce(end_date, 'infinity')) BETWEEN %(day)s::date - 90 AND %(day)s
) AS job ON job.person_id = person.id
WHERE true {filters}
"""
_FILTERS = {
    "new": "AND job.start_date > %(day)s::date - 90",
    "unit": "AND %(unit)s = ANY(job.units)",
    "no_unit": "AND job.units = '{}'",
    "on_leave": """AND EXISTS (SELECT FROM leave WHERE leave.person_id = person.id
      AND start_date <= %(day)s AND (end_date IS NULL OR end_date >= %(day)s))""",
    "unconfirmed": "AND person.email_key IS NOT NULL AND person.email_confirmed_at IS NULL",
    "units": """AND EXISTS (SELECT FROM job AS here WHERE here.person_id = person.id AND here.agency_id = %(agency)s
      AND here.units && %(units)s::text[])""",
    "query": "AND person.search_key LIKE ALL(%(patterns)s)",
    "people": "AND person.id = ANY(%(people)s)",
}
# The places of all are known before one page is cut from them: an agency's staff are counted anyway, and so each page
# has a number, and begins after a person, whoever is hired or leaves meanwhile.
_LISTED = """
SELECT id, key, sort_key, n, total, skipped FROM (
  SELECT person.id, {key} AS key, sort_key, (row_number() OVER (ORDER BY {order}))::int AS n,
    (count(*) OVER ())::int AS total, (count(*) FILTER (WHERE {before}) OVER ())::int AS skipped
  {source}
) AS listed
WHERE n BETWEEN skipped + 1 AND skipped + %(size)s + 1 OR n = total OR (%(pages)s AND n %% %(size)s = 0)
ORDER BY n
"""
# By what a list can stand: the expression, and its type in a page's key.
_ORDERS: Mapping[str, tuple[str, str]] = {
    "name": ("sort_key", "text"),
    "staff_number": ("staff_number", "text"),
    "start_date": ("job.start_date", "date"),
}


class Wanted(NamedTuple):
    """Whom a list of staff is to show.

    *words* must all occur in the name or staff number; *unit* `none` = no unit recorded, empty = any. *upcoming* gives
    those who begin later and do not work there now, *with_upcoming* these too. *left* gives those who left lately
    instead, of whom no unit and nothing new is asked. With *units*, nobody is given who was in none of these, with
    *people* nobody else.
    """

    words: Sequence[str]
    unit: str
    on_leave: bool
    new: bool
    left: bool
    unconfirmed: bool
    upcoming: bool
    with_upcoming: bool
    units: Collection[str] | None
    people: Collection[UUID]


@dataclass(frozen=True)
class Order:
    """How a list stands: by a *column*, from its end if it *descends*; who is alike in it by name."""

    column: str
    descends: bool

    @classmethod
    def of(cls, asked: str) -> "Order":
        """Read an `order_by`: a column, perhaps with ` desc`; by name if it is empty."""
        column, _, way = asked.partition(" ")
        if (column or "name") not in _ORDERS or way not in ("", "desc"):
            raise InvalidField("order_by", asked, f"must be one of {', '.join(_ORDERS)}, perhaps with ` desc`")
        return cls(column or "name", bool(way))


class _Place(NamedTuple):
    id: UUID
    key: str | date
    sort_key: str
    n: int
    total: int
    skipped: int

    @property
    def page_key(self) -> list[str]:
        return [str(self.key), self.sort_key, str(self.id)]


@dataclass(frozen=True)
class Staff:
    """A page of a list, how many there are in all, how many stand before it, and after whom other pages begin.

    *next_key* is None on the last page.
    """

    people: list[Person]
    total: int
    skipped: int
    next_key: list[str] | None
    page_keys: list[list[str]]


def staff(db: Db, agency_id: str, page: Page, wanted: Wanted, order: Order, *, pages: bool, day: date) -> Staff:
    """Return a page of those who work at the agency today, or of others *wanted*; with *pages*, where all begin."""
    places = _places(db, agency_id, page, wanted, order, pages=pages, day=day)
    total, skipped = (places[0].total, places[0].skipped) if places else (0, 0)
    shown = [place for place in places if skipped < place.n <= skipped + page.size]
    rows = {row.id: row for row in queries.people(db, [place.id for place in shown], day=day)}
    return Staff(
        people=[rows[str(place.id)] for place in shown],
        total=total,
        skipped=skipped,
        next_key=shown[-1].page_key if shown and shown[-1].n < total else None,
        page_keys=[place.page_key for place in places if place.n % page.size == 0 and place.n < total],
    )


def _places(
    db: Db, agency_id: str, page: Page, wanted: Wanted, order: Order, *, pages: bool, day: date
) -> list[_Place]:
    key, kind = _ORDERS[order.column]
    after = dict(zip(("after_key", "after_name", "after_id"), _after(page), strict=False))
    beyond, way = (">", "DESC") if order.descends else ("<", "ASC")
    before = "false"
    if after:
        behind = f"{key} {beyond} %(after_key)s::{kind}"
        alike = f"{key} = %(after_key)s::{kind} AND (sort_key, person.id) <= (%(after_name)s, %(after_id)s::uuid)"
        before = f"{behind} OR {alike}"
    statement = _LISTED.format(
        key=key,
        order=f"{key} {way}, sort_key, person.id",
        before=before,
        source=_source(wanted),
    )
    return db.all(
        _Place,
        statement,
        day=day,
        agency=agency_id,
        unit=wanted.unit,
        patterns=[f"%{_literal(word)}%" for word in wanted.words],
        units=sorted(wanted.units or ()),
        people=list(wanted.people),
        size=page.size,
        pages=pages,
        **after,
    )


def _after(page: Page) -> list[str]:
    """Return the key after which a page starts; one that the release before gave has the name and the id alone."""
    after = [str(part) for part in page.after or ()]
    return after if len(after) != 2 else [after[0], *after]  # noqa: PLR2004


def _source(wanted: Wanted) -> str:
    now = not wanted.left
    chosen = [
        _FILTERS[name]
        for name, asked in (
            ("no_unit", wanted.unit == "none" and now),
            ("unit", wanted.unit not in ("", "none") and now),
            ("new", wanted.new and now),
            ("on_leave", wanted.on_leave),
            ("unconfirmed", wanted.unconfirmed),
            ("query", bool(wanted.words)),
            ("units", wanted.units is not None),
            ("people", bool(wanted.people)),
        )
        if asked
    ]
    when = _BEGINS_LATER if wanted.upcoming else f"{_WORKS} OR {_BEGINS_LATER}" if wanted.with_upcoming else _WORKS
    return (_STAFF if now else _LEFT).format(when=when, filters=" ".join(chosen))


def _literal(word: str) -> str:
    """Return *word* for LIKE, with nothing special in it."""
    return word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
