"""Wanting something said to people: an event of the write that gives the occasion, for the service that writes to them.

Whoever wants it says what it is about, to whom it goes and what they may be told. Whether, when and how it goes is not
theirs to say (`cadre/messages/v1`).
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from cadre.messages.v1 import messages_pb2 as pb
from servicekit.data import outbox
from servicekit.data.db import Db
from servicekit.refusals import InvalidField

# One event's worth; a consumer handles it in one transaction.
MOST_PEOPLE = 1_000
_MOST_TARGETS = 1_000
_MOST_FACTS = 20
_LONGEST = {"once": 200, "kind": 60, "about": 200, "role": 60, "scope": 200, "facts": 300}
_NAME = re.compile(r"[a-z][a-z_]{0,39}")
_KIND = re.compile(r"[a-z]+(\.[a-z_]+)+")
# What a person could be reached by. Ids and days have other shapes.
_ADDRESS = re.compile(r"[^\s@]@[^\s@]")
_TELEPHONE = re.compile(r"(?<![0-9A-Za-z])(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-]?)\d{3}[ .-]?\d{4}(?![0-9A-Za-z])")


class Target(NamedTuple):
    """Whoever holds *role* for *scope* when it goes, with the *facts* that only they are told."""

    role: str
    scope: str
    facts: Mapping[str, str] = {}


def want(
    db: Db,
    *,
    kind: str,
    once: str,
    about: str,
    facts: Mapping[str, str],
    people: Collection[UUID] = (),
    targets: Sequence[Target] = (),
    urgent: bool = False,
    fresh_until: datetime | None = None,
) -> None:
    """Have something said to *people* and *targets*, once for the occasion *once*, if the transaction commits.

    *about* is a resource name. *facts* are ids, days, numbers and titles that all of them may see at that moment.

    Raises:
        InvalidField: it is longer than a message may be, or a fact looks like an address or a telephone number.
    """
    message = pb.MessageWanted(
        once=once,
        kind=kind,
        about=about,
        facts=facts,
        person_ids=sorted(map(str, people)),
        targets=[pb.Target(role=one.role, scope=one.scope, facts=one.facts) for one in targets],
        urgent=urgent,
    )
    if fresh_until is not None:
        message.fresh_until_time.FromDatetime(fresh_until)
    check(message)
    outbox.emit(db, message)


def check(message: pb.MessageWanted) -> None:
    """Refuse what no service may want said, whoever tells it."""
    if not _KIND.fullmatch(message.kind):
        raise InvalidField("kind", message.kind, "must be words joined by points")
    for field in ("once", "kind", "about"):
        _check_length(field, getattr(message, field))
    if not message.person_ids and not message.targets:
        raise InvalidField("person_ids", "", "must name somebody, or there must be targets")
    for field, most in (("person_ids", MOST_PEOPLE), ("targets", _MOST_TARGETS)):
        if (given := len(getattr(message, field))) > most:
            raise InvalidField(field, given, f"must be at most {most}")
    _check_facts("facts", message.facts)
    for target in message.targets:
        _check_length("role", target.role)
        _check_length("scope", target.scope)
        _check_facts("targets.facts", target.facts)


def _check_length(field: str, value: str) -> None:
    if not value or len(value) > _LONGEST[field]:
        raise InvalidField(field, value, f"must be 1 to {_LONGEST[field]} characters")


def _check_facts(field: str, facts: Mapping[str, str]) -> None:
    if len(facts) > _MOST_FACTS:
        raise InvalidField(field, len(facts), f"must be at most {_MOST_FACTS}")
    for name, value in facts.items():
        if not _NAME.fullmatch(name):
            raise InvalidField(field, name, "must have names of small letters")
        if len(value) > _LONGEST["facts"]:
            raise InvalidField(f"{field}.{name}", len(value), f"must be at most {_LONGEST['facts']} characters")
        if _ADDRESS.search(value) or _TELEPHONE.search(value):
            # What it says is not repeated.
            raise InvalidField(f"{field}.{name}", "", "must hold no address and no telephone number")
