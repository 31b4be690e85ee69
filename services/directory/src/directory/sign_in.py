"""Tokens for people whom the gateway signed in, and the people of the demonstration."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from directory import queries
from directory.rules import roles
from servicekit.calendar import pacific_date
from servicekit.db import Db
from servicekit.refusals import Kind, Refusal
from servicekit.tokens import LIFETIME, Signer

# part, role, agency; without a role: a specialist who has none.
_PARTS = (
    ("analyst", "policy_analyst", ""),
    ("approver", "approver", ""),
    ("coordinator", "coordinator", "lake"),
    ("learner", "", "lake"),
    ("large-coordinator", "coordinator", "los-angeles"),
    ("training-manager", "training_manager", ""),
    ("operator", "operator", ""),
)


class NoCurrentWork(Refusal):
    """The person works at no agency today and holds no role for the state."""

    kind = Kind.DENIED


class DemonstrationOff(Refusal):
    """Personas exist in a demonstration only."""

    kind = Kind.PRECONDITION


@dataclass(frozen=True)
class SignIn:
    """A token and until when it is good."""

    person_id: UUID
    token: str
    expires: datetime


def exchange(db: Db, signer: Signer, *, person_id: UUID, at: datetime) -> SignIn:
    """Return a token with the rights that the person has at this moment."""
    day = pacific_date(at)
    queries.person(db, person_id, day=day)
    grants, work = queries.standing(db, person_id, day=day)
    if not roles.may_sign_in(grants, work):
        raise NoCurrentWork("The person has no current job.", person=f"people/{person_id}")
    token = signer.mint(f"people/{person_id}", roles.rights(grants, work), now=at)
    return SignIn(person_id, token, at + LIFETIME)


def personas(db: Db, *, demonstration: bool, at: datetime) -> list[dict[str, Any]]:
    """Return one person for each part of the demonstration's story; the same ones as long as the data are."""
    if not demonstration:
        raise DemonstrationOff("There are personas in a demonstration only.")
    return queries.personas(db, _PARTS, day=pacific_date(at))


def persona_title(part: str, agency: str, staff: int) -> str:
    """Return what to try as this persona, as the sign-in page says it."""
    place = agency.removesuffix(" County")
    return {
        "analyst": "State analyst: write and send",
        "approver": "Approver: issue and watch",
        "coordinator": f"Coordinator, {place} ({staff} staff): confirm, record a briefing",
        "learner": f"Specialist, {place}: read, train",
        "large-coordinator": f"Coordinator, {place}: the same page by unit",
        "training-manager": "Training manager: write a course and its test",
        "operator": "Operator",
    }[part]
