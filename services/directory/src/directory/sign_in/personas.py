"""The people of the demonstration's story, whom anybody may try out."""

from datetime import datetime

from directory.sign_in import queries
from directory.sign_in.queries import Persona
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.refusals import Kind, Refusal

# part, role, agency, title there; without a role and a title: a specialist who has no role.
_PARTS = (
    ("analyst", "policy_analyst", "", ""),
    ("approver", "approver", "", ""),
    ("coordinator", "coordinator", "lake", ""),
    ("learner", "", "lake", ""),
    ("large-coordinator", "coordinator", "los-angeles", ""),
    ("director", "director", "lake", ""),
    ("training-manager", "training_manager", "", ""),
    ("designer", "designer", "", ""),
    ("committee-secretary", "", "dcss", "Committee Secretary, STSC and PCDRT"),
    ("committee-member", "director", "kern", ""),
    ("operator", "operator", "", ""),
)


class DemonstrationOff(Refusal):
    """Personas exist in a demonstration only."""

    kind = Kind.PRECONDITION


def personas(db: Db, *, demonstration: bool, at: datetime) -> list[Persona]:
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
        "director": f"Director, {place}: where we stand",
        "training-manager": "Training manager: write a course and its test",
        "designer": "Course designer: from a need to a course",
        "committee-secretary": "Committee secretary, STSC and PCDRT",
        "committee-member": f"Committee member, {place}: vote",
        "operator": "Operator",
        "outside": f"{agency} member of STSC: what people from outside see",
    }[part]
