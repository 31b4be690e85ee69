"""Home shows what it can: what a service that does not answer would add is left out, and the page says so."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from servicekit.rpc.client import Refused

T = TypeVar("T")

# What each service has to say here, in the words of the pages.
_PARTS = {
    "curriculum": "Courses",
    "directory": "People and agencies",
    "enrollment": "Training",
    "evaluation": "Tests",
    "notification": "Letters",
    "partnership": "Committees and meetings",
}


@dataclass
class Asking:
    """Asks the services part by part; *silent* are those that did not answer: they are not waited for again."""

    silent: set[str] = field(default_factory=set)

    def of(self, service: str, ask: Callable[[], T], otherwise: T) -> T:
        """Return what is asked, first of all of *service*; *otherwise* where that, or one asked with it, is silent."""
        if service in self.silent:
            return otherwise
        try:
            return ask()
        except Refused as error:
            if not error.passing:
                raise
            self.silent.add(error.service or service)
            return otherwise

    @property
    def missing(self) -> list[str]:
        """What the page has to do without."""
        return sorted(_PARTS.get(service, service) for service in self.silent)
