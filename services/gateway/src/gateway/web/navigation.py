"""Where pages lead, by the visitor's rights: a few entries on top, and beside a page the others of its entry."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from gateway.web.rights import Rights


class Top(Enum):
    """An entry of the top level; they stand in this order."""

    HOME = "Home"
    LEARNING = "My learning"
    CHANGES = "Changes"
    TRAINING = "Training"
    AGENCY = "My agency"
    RESULTS = "Results"
    OPERATIONS = "Operations"


def everybody(_rights: Rights) -> bool:
    """Offer it to whoever is signed in."""
    return True


def our_staff(rights: Rights) -> bool:
    """Offer it to all but people from outside the program."""
    return not rights.from_outside


def of_state(right: str) -> Callable[[Rights], bool]:
    """Offer it to those who hold *right* for the whole state."""
    return lambda rights: rights.state(right)


@dataclass(frozen=True)
class Item:
    """A page that an area offers under an entry of the top level.

    Where *to* has `{agency}`, or the `{slug}` of one, there is one for each agency, or unit of one, for which the
    visitor holds the right *at*; with *whole*, for each whole agency.
    Pages below *to*, and below each of *also*, belong to it.
    """

    top: Top
    title: str
    to: str
    offered: Callable[[Rights], bool] = our_staff
    at: str = ""
    whole: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Link:
    """What a page shows of an item; *here* is '' or a value of `aria-current`. *agency* is '' or `agencies/{slug}`."""

    title: str
    to: str
    here: str
    agency: str = ""


@dataclass(frozen=True)
class Entry:
    """An entry of the top level with what stands below it; it leads to the first of these."""

    title: str
    links: tuple[Link, ...]

    @property
    def here(self) -> str:
        """'' or a value of `aria-current`: whether the page that is shown is this one or stands below it."""
        first, *others = self.links
        return first.here or ("true" if any(link.here for link in others) else "")

    @property
    def agencies(self) -> list[str]:
        """The agencies of its links, each once, in their order; '' for links of none."""
        return list(dict.fromkeys(link.agency for link in self.links))


def menu(items: Iterable[Item], rights: Rights, path: str) -> list[Entry]:
    """Return the entries for somebody who holds *rights* and is at *path*; those without a link are left out."""
    places = [place for item in items for place in _places(item, rights)]
    here = _at(places, path)
    entries = []
    for top in Top:
        links = tuple(
            Link(place.title, place.to, _current(place, here, path), place.agency)
            for place in places
            if place.top is top
        )
        if links:
            entries.append(Entry(top.value, links))
    return entries


@dataclass(frozen=True)
class _Place:
    top: Top
    title: str
    to: str
    below: tuple[str, ...]
    agency: str


def _places(item: Item, rights: Rights) -> list[_Place]:
    if not item.at:
        return [_Place(item.top, item.title, item.to, (item.to, *item.also), "")] if item.offered(rights) else []
    return [
        _Place(item.top, item.title, to := _at_agency(item.to, agency), (to,), agency)
        for agency in rights.agencies(item.at)
        if not item.whole or rights.units(item.at, agency) is None
    ]


def _at_agency(to: str, agency: str) -> str:
    return to.format(agency=agency, slug=agency.removeprefix("agencies/"))


def _at(places: Sequence[_Place], path: str) -> _Place | None:
    """Return the place to which *path* belongs: the one that says most of it."""
    fitting = [
        (len(beginning), place)
        for place in places
        for beginning in place.below
        if path == beginning or path.startswith(f"{beginning}/")
    ]
    return max(fitting, key=lambda one: one[0])[1] if fitting else None


def _current(place: _Place, here: _Place | None, path: str) -> str:
    if place is not here:
        return ""
    return "page" if path == place.to else "true"
