"""Which pages and files show names of others: each area declares its own, once, and what is shown is recorded.

A row says who, what, whose, when and why, and nothing of what was shown. It is written when the answer is made and
before it leaves: what cannot be recorded is not shown. Who looks at their own record discloses nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from fastapi import Request

from cadre.directory.v1 import person_service_pb2 as person_pb
from gateway.identity import disclosures
from gateway.identity.disclosures import EXPORT, PRINT, VIEW, Disclosure
from gateway.web import clients
from gateway.web.rights import Rights
from servicekit.data.db import Database
from servicekit.settings import Settings

TRAINING, ACCESS, PROOF, OVERSIGHT = "TRAINING", "ACCESS", "PROOF", "OVERSIGHT"
# A page that shows a form again shows its names as well.
_SHOWN = (200, 400)
# What is typed to find somebody is a name: that there was a search is said, and not for whom.
_TYPED, _NO_FILTER = ("query",), ("page", "done", "n", "units", "others", "at", "answer", "sort", "form", "before")
# Whoever holds none of these is shown names of those who act for the program alone, where a page is of no agency.
_LOOKS = ("people.read", "notices.write", "operations.read", "organizations.write")


@dataclass(frozen=True)
class Declared:
    """A page or file that shows names: *what* it is, by which *way*, and for which *purpose* it is there."""

    what: str
    way: str = VIEW
    purpose: str = TRAINING


class Pages(Protocol):
    """Of what the pages stand on: which routes are declared, and where it is recorded, for how long."""

    @property
    def settings(self) -> Settings: ...  # noqa: D102 - as `Gateway` has it
    @property
    def database(self) -> Database: ...  # noqa: D102
    @property
    def disclosed(self) -> Mapping[str, "Declared"]: ...  # noqa: D102


class Visited(Protocol):
    """Of a visit: what is asked for, and who asks."""

    request: Request
    me: person_pb.Me
    now: datetime

    @property
    def gateway(self) -> Pages: ...  # noqa: D102 - as `Visit` has it
    @property
    def rights(self) -> Rights: ...  # noqa: D102
    @property
    def person(self) -> str: ...  # noqa: D102


def views(what: str, purpose: str = TRAINING) -> Declared:
    """Declare a page."""
    return Declared(what, VIEW, purpose)


def exports(what: str, purpose: str = TRAINING) -> Declared:
    """Declare a file."""
    return Declared(what, EXPORT, purpose)


def prints(what: str, purpose: str = TRAINING) -> Declared:
    """Declare a page that is there to be printed."""
    return Declared(what, PRINT, purpose)


def record(visit: Visited, status: int = 200, *, people: int = 0) -> None:
    """Record what this answer shows of others, if its route is declared and it shows any.

    *people*: how many a file tells of that was made before, and of whom nobody asks the directory now.
    """
    scope = visit.request.scope
    declared = visit.gateway.disclosed.get(getattr(scope.get("route"), "path", ""))
    if declared is None or status not in _SHOWN or not visit.person:
        return
    found = _of(visit, declared, scope.get("path_params", {}), people)
    if found is not None:
        days = visit.gateway.settings.disclosure_days
        disclosures.record(visit.gateway.database, found, visit.now, days=days)


def _of(visit: Visited, declared: Declared, path: Mapping[str, Any], told_of: int) -> Disclosure | None:
    """Return what is disclosed; None if it is nobody else's."""
    person = f"people/{path['person_id']}" if "person_id" in path else ""
    people = max(told_of, len(clients.seen_people() - {visit.person}))
    if person == visit.person or not (person or people):
        return None
    slug = path.get("agency_id", path.get("owner", ""))
    if not slug and not person and not any(map(visit.rights.holds, _LOOKS)):
        return None
    agency = f"agencies/{slug}" if slug else next(iter(visit.rights.agencies("people.read")), "")
    return Disclosure(
        actor=visit.person,
        role=_role(visit, agency),
        what=declared.what,
        way=declared.way,
        person=person,
        agency=agency,
        people=1 if person else people,
        filters=_filters(visit.request.query_params),
        purpose=declared.purpose,
    )


def _role(visit: Visited, agency: str) -> str:
    """Return as what they look: the role that they hold there, or else for the state."""
    held = [(grant.role, grant.scope) for grant in visit.me.grants]
    slug = agency.removeprefix("agencies/")
    here = (role for role, scope in held if slug and slug in scope.split("/"))
    return next(here, next((role for role, scope in held if scope == "state"), ""))


def _filters(query: Mapping[str, str]) -> str:
    """Return by what a list was narrowed, such as `unit=legal`; of what was typed only that something was."""
    said = (
        f"{name}={'…' if name in _TYPED else value}"
        for name, value in query.items()
        if value and name not in _NO_FILTER
    )
    return " ".join(said)[:300]
