"""One table for every list: a page declares its list once, and what a visitor asks of it stands in the address.

Search, filters, order and page are the query string: what is shown can be sent to a colleague, the back button goes
back, and nothing needs script. `web/tables.html` draws it.

A list that its page has whole is sorted and cut here (`Asked.cut`), by page numbers. One that a service leads goes on
after a key; it has page numbers too where the service knows where each page begins (`Part.of_tokens`), which it does
where it counts the list anyway, as of one agency's staff. Lists of the whole state only go on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from urllib.parse import urlencode

from gateway.words import sentences

T = TypeVar("T")

# Of the pages of a long list the first, the last, and so many beside the one that is shown have a link.
_BESIDE = 2
_GAP = 0
# What of an address is no filter.
_QUERY, _SORT, _PAGE = "query", "sort", "page"
_DOWN = "-"

Options = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Column:
    """A column; one that has a *key* can be sorted by it. *down*: its first sort is from the end, as of days."""

    title: str
    key: str = ""
    number: bool = False
    down: bool = False


@dataclass(frozen=True)
class Filter:
    """A choice by which the list is narrowed; the first option leaves nothing out."""

    name: str
    label: str
    options: Options


@dataclass(frozen=True)
class Table:
    """A list, as its page declares it.

    *rows* says what it counts (`("person", "people")`), *stands* how it stands until somebody sorts, *by* the key of
    that column. *search* is the label of its search field, '' for none; *keeps* names what of the address is not the
    table's and stays.
    """

    rows: tuple[str, str]
    columns: tuple[Column, ...]
    by: str
    stands: str = "A to Z"
    search: str = ""
    size: int = 50
    keeps: tuple[str, ...] = ()

    def asked(
        self, params: Mapping[str, str], base: str, filters: Sequence[Filter] = (), *, file: str = "", at: str = ""
    ) -> "Asked":
        """Read what is asked of the table at the address *base*; what it does not know is taken for nothing.

        *file* is where the list can be had as CSV, *at* the part of the page to which links lead.
        """
        known = {one.name: [value for value, _ in one.options] for one in filters}
        values = {name: params.get(name, "") for name in (*self.keeps, _QUERY, _PAGE, *known)}
        for name, options in known.items():
            values[name] = values[name] if values[name] in options else ""
        sort = params.get(_SORT, "")
        sortable = [column.key for column in self.columns if column.key]
        values[_SORT] = sort if sort.removeprefix(_DOWN) in sortable else ""
        return Asked(self, base, tuple(filters), values, file, at)


@dataclass(frozen=True)
class Asked:
    """What a visitor asks of a table."""

    table: Table
    base: str
    filters: tuple[Filter, ...]
    values: Mapping[str, str]
    file: str = ""
    at: str = ""

    def text(self, name: str) -> str:
        """Give what is asked by a name, as a form gives what was typed."""
        return self.values.get(name, "").strip()

    @property
    def query(self) -> str:
        """The words that are searched for."""
        return self.text(_QUERY)

    @property
    def page(self) -> str:
        """The page that is asked for: a number, or a service's token."""
        return self.text(_PAGE)

    @property
    def key(self) -> str:
        """By which column the list stands."""
        return self.text(_SORT).removeprefix(_DOWN) or self.table.by

    @property
    def descends(self) -> bool:
        """Whether it stands from the end."""
        return self.text(_SORT).startswith(_DOWN)

    @property
    def order_by(self) -> str:
        """The order as contracts say it, such as `start_date desc`."""
        return f"{self.key} desc" if self.descends else self.key

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out by a search or a filter."""
        return bool(self.query) or any(self.text(one.name) not in ("", one.options[0][0]) for one in self.filters)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What a search form carries on beside its own fields."""
        return [(name, self.text(name)) for name in (*self.table.keeps, _SORT) if self.text(name)]

    @property
    def said(self) -> str:
        """How the list stands: `A to Z`, or `by staff number, from the end`."""
        if not self.text(_SORT):
            return self.table.stands
        title = next(column.title for column in self.table.columns if column.key == self.key)
        return f"by {title[:1].lower()}{title[1:]}{', from the end' if self.descends else ''}"

    def link(self, **changed: str) -> str:
        """Return the address with some of it changed; another question begins at its first page."""
        values = {**self.values, _PAGE: "", **changed}
        asked = urlencode([(name, value) for name, value in values.items() if value])
        return f"{self.base}{'?' if asked else ''}{asked}{self.at}"

    @property
    def here(self) -> str:
        """The address of the page that is shown."""
        return self.link(page=self.page)

    @property
    def from_the_first(self) -> "Asked":
        """The same, from its first page on."""
        return replace(self, values={**self.values, _PAGE: ""})

    @property
    def whole(self) -> str:
        """The address of the list where nothing is left out, as it stands until somebody sorts it."""
        return self.link(sort="", **{_QUERY: "", **{one.name: "" for one in self.filters}})

    def alone(self, name: str, value: str) -> str:
        """Return the address where the list is narrowed by one thing and nothing else; its order stays."""
        everything = {_QUERY: "", **{one.name: "" for one in self.filters}}
        return self.link(**{**everything, name: value})

    def sorting(self, column: Column) -> str:
        """Return the address where the list stands by a column, and from its other end if it does already."""
        down = not self.descends if self.key == column.key else column.down
        plain = column.key == self.table.by and not down
        return self.link(sort="" if plain else f"{_DOWN if down else ''}{column.key}")

    def sorted_by(self, column: Column) -> str:
        """Return the value of `aria-sort` for a column; '' for those by which the list does not stand."""
        if not column.key or column.key != self.key:
            return ""
        return "descending" if self.descends else "ascending"

    @property
    def as_file(self) -> str:
        """Where the list can be had as CSV, with the same search, filters and order; '' if it cannot."""
        whole = replace(self, base=self.file, at="")
        return whole.link() if self.file else ""

    def cut(self, rows: Sequence[T], keys: Mapping[str, Callable[[T], Any]]) -> tuple[list[T], "Part"]:
        """Sort *rows*, which are all there are and stand as the table does, and give the page that is asked for.

        *keys* say by what rows are compared, for each column that can be sorted.
        """
        found = list(rows)
        if self.text(_SORT):
            found.sort(key=keys[self.key], reverse=self.descends)
        size = self.table.size
        pages = max(1, -(-len(found) // size))
        here = min(max(sentences.as_number(self.page) or 1, 1), pages)
        shown = found[(here - 1) * size : here * size]
        links = [self.link(page=str(n) if n > 1 else "") for n in range(1, pages + 1)]
        return shown, Part((here - 1) * size, len(shown), len(found), here, links)


@dataclass(frozen=True)
class Part:
    """The part of a list that is shown: after *skipped* others, so many *shown* of *total*.

    *links* lead to all pages, of which this is number *here*.
    """

    skipped: int
    shown: int
    total: int
    here: int
    links: Sequence[str]

    @classmethod
    def of_tokens(cls, asked: Asked, tokens: Sequence[str], *, skipped: int, shown: int, total: int) -> "Part":
        """Make the part that a service gave, which says where each page begins."""
        return cls(skipped, shown, total, skipped // asked.table.size + 1, [asked.link(page=token) for token in tokens])

    @property
    def said(self) -> str:
        """`1 to 50 of 1,918`, or `12` where that is all."""
        if self.shown == self.total:
            return f"{self.total:,}"
        return f"{self.skipped + 1:,} to {self.skipped + self.shown:,} of {self.total:,}"

    @property
    def before(self) -> str:
        """The page before; '' on the first."""
        return self.links[self.here - 2] if self.here > 1 else ""

    @property
    def after(self) -> str:
        """The page after; '' on the last."""
        return self.links[self.here] if self.here < len(self.links) else ""

    @property
    def numbers(self) -> list[tuple[int, str]]:
        """The pages to link to, with their numbers; 0 stands for some that are left out."""
        last = len(self.links)
        near = range(self.here - _BESIDE, self.here + _BESIDE + 1)
        shown = [n for n in range(1, last + 1) if n in (1, last) or n in near]
        found: list[tuple[int, str]] = []
        for n in shown:
            if found and n - found[-1][0] > 1:
                found.append((_GAP, ""))
            found.append((n, self.links[n - 1]))
        return found
