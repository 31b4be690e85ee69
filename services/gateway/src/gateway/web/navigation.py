"""The links that lead through the pages: each area says its own, and whom they are for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from gateway.web.rights import Rights


class Top(StrEnum):
    """The first level, in its order: under one of these stands each link."""

    HOME = "Home"
    LEARNING = "My learning"
    CHANGES = "Changes"
    TRAINING = "Training"
    AGENCY = "My agency"
    RESULTS = "Results"
    LIBRARY = "Library"
    OPERATIONS = "Operations"


@dataclass(frozen=True)
class Link:
    """A link for one visitor; *also* is how the addresses of other pages begin that belong to it."""

    title: str
    address: str
    under: Top
    also: tuple[str, ...] = ()

    def current(self, path: str) -> str:
        """What `aria-current` says at *path*: `page` there, `true` at what belongs to it, else nothing."""
        if path == self.address:
            return "page"
        return "true" if path.startswith((f"{self.address}/", *self.also)) else ""


def everybody(_: Rights) -> bool:
    """Whom most links are for."""
    return True


@dataclass(frozen=True)
class Item:
    """A link that is the same for all whom *opens* lets see it."""

    title: str
    address: str
    under: Top
    opens: Callable[[Rights], bool] = everybody
    also: tuple[str, ...] = ()

    def links(self, rights: Rights) -> Iterable[Link]:
        """Return the link, if it is theirs to see."""
        return [Link(self.title, self.address, self.under, self.also)] if self.opens(rights) else []


@dataclass(frozen=True)
class AgencyItem:
    """A link for each agency of a visitor; with more than one, *several* and its name say which.

    *address* and *also* begin after the agency. With *whole*, a right that reaches a unit alone is not enough.
    """

    title: str
    several: str
    address: str
    under: Top
    right: str
    whole: bool = False
    also: tuple[str, ...] = ()

    def links(self, rights: Rights) -> Iterable[Link]:
        """Return the links, A-Z."""
        agencies = [
            agency
            for agency in rights.agencies(self.right)
            if not self.whole or rights.units(self.right, agency) is None
        ]
        for agency in agencies:
            name = agency.rpartition("/")[2].replace("-", " ").title()
            yield Link(
                self.title if len(agencies) == 1 else f"{self.several}, {name}",
                f"/{agency}{self.address}",
                self.under,
                tuple(f"/{agency}{other}" for other in self.also),
            )


Navigation = tuple[Item | AgencyItem, ...]
