"""Whom somebody chose in a list: on the page that is shown, and on its others.

A list with boxes is one form, and whatever leads to another part of it is a button of that form: so its ticks go along.
Those of other pages stand in one hidden field. Nothing is kept here, and nothing is done before a button says what.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from gateway.web.forms import Form
from gateway.web.visit import Visit

_PEOPLE = "people/"
ALL, NONE = "all", "none"
# A button that reads the fields of the form, such as the search; every other one says in its address what it leads to.
_SHOW = "show"


@dataclass(frozen=True)
class Choice:
    """Those who are chosen, on all pages; *note* says whom "Choose all" left out."""

    people: tuple[str, ...] = ()
    note: str = ""

    @classmethod
    def of(cls, form: Form) -> "Choice":
        """Read what was chosen: those of other pages, and who is ticked on this one."""
        others = [f"{_PEOPLE}{one}" for one in form.text("others").split()]
        return cls(tuple(dict.fromkeys([*others, *form.all("people")])))

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.people)

    def has(self, person: str) -> bool:
        """Whether a person is chosen."""
        return person in self._known

    def beside(self, shown: Iterable[str]) -> list[str]:
        """Return those who are chosen and not among the *shown*."""
        here = set(shown)
        return [one for one in self.people if one not in here]


def packed(people: Iterable[str]) -> str:
    """Return the value of the hidden field that holds *people*."""
    return " ".join(one.removeprefix(_PEOPLE) for one in people)


def params(visit: Visit, form: Form) -> Mapping[str, str]:
    """Return what is asked of the list: by the address of the button, or by the fields where that button reads them."""
    if form.text("action") == _SHOW:
        return {name: form.text(name) for name in form.values}
    return visit.request.query_params
