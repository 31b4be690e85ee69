"""The posts of a synthetic agency: which classes, units and roles an agency of a given size has."""

from dataclasses import dataclass
from itertools import islice
from random import Random

# An agency below this size has generalists: half of its specialists work in two units.
GENERALIST_BELOW = 20
# From the first size on the training coordinator has no other work; the second is how many staff there are for each.
OWN_COORDINATOR_FROM = 40
STAFF_PER_COORDINATOR = 300
SUPERVISOR_COORDINATES_BELOW = 10
STAFF_PER_SUPERVISOR = 12

NO_UNIT_SHARE = 0.03
SEVERAL_UNITS_SHARE = 0.05
GENERALIST_SHARE = 0.5

SPECIALIST_UNITS = {
    "enforcement": 34, "establishment": 22, "intake": 10, "review-and-adjustment": 9, "contact-center": 8,
    "intergovernmental": 7, "locate": 5, "financial": 3, "quality-assurance": 2,
}  # fmt: skip

# Where a class works, by weight.
UNITS = {
    "child-support-specialist-1": SPECIALIST_UNITS,
    "child-support-specialist-2": SPECIALIST_UNITS,
    "child-support-specialist-3": SPECIALIST_UNITS,
    "child-support-assistant": {"intake": 4, "contact-center": 3, "locate": 2, "clerical": 2},
    "office-assistant": {"clerical": 8, "contact-center": 2},
    "account-specialist": {"financial": 1},
    "legal-secretary": {"legal": 1},
    "attorney-1": {"legal": 1},
    "attorney-2": {"legal": 1},
    "attorney-3": {"legal": 1},
    "attorney-4": {"legal": 1},
    "chief-attorney": {"legal": 1},
    "supervisor": SPECIALIST_UNITS | {"legal": 6, "clerical": 4},
    "program-manager": {"management": 1},
    "assistant-director": {"management": 1},
    "director": {"management": 1},
    "staff-services-analyst": {"management": 3, "quality-assurance": 3, "training": 2},
    "technology-coordinator": {"it-security": 1},
    "ombudsperson": {"quality-assurance": 1},
    "outreach-specialist": {"outreach": 1},
    "process-server": {"legal": 1},
    "investigator": {"locate": 1},
}

# An agency of the first size has one post of the class, and one more for each further step of that many staff.
SUPPORT_POSTS = (
    ("attorney-3", 8, 90), ("attorney-4", 40, 60), ("chief-attorney", 20, 10_000), ("assistant-director", 30, 600),
    ("technology-coordinator", 25, 120), ("program-manager", 50, 70), ("staff-services-analyst", 30, 60),
    ("ombudsperson", 40, 500), ("outreach-specialist", 60, 300), ("process-server", 80, 120),
    ("investigator", 100, 150),
)  # fmt: skip

# The rest of the agency, repeated until it is full.
LINE_POSTS = (
    "child-support-specialist-2", "child-support-specialist-1", "account-specialist", "child-support-specialist-2",
    "legal-secretary", "child-support-specialist-2", "office-assistant", "child-support-specialist-3",
    "child-support-specialist-2", "child-support-assistant", "child-support-specialist-1", "child-support-specialist-2",
    "attorney-2", "child-support-specialist-2", "child-support-specialist-3", "office-assistant",
    "child-support-specialist-2", "child-support-specialist-1", "attorney-1", "child-support-specialist-2",
    "account-specialist", "legal-secretary", "child-support-specialist-2", "child-support-assistant",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Post:
    """A post that one person fills."""

    job_class: str
    units: tuple[str, ...]
    roles: tuple[str, ...] = ()


# The state's posts: local title, class, division, role, how many. Release coordinators write notices, as analysts do.
STATE_POSTS: tuple[tuple[str, str, str, str | None, int], ...] = (
    ("Director of Programs", "staff-services-manager-state", "dcss-executive", "approver", 1),
    ("Policy Manager", "staff-services-manager-state", "dcss-policy", "approver", 2),
    ("Policy Analyst", "senior-child-support-analyst", "dcss-policy", "policy_analyst", 8),
    ("Child Support Specialist", "child-support-specialist-dcss", "dcss-policy", None, 1),
    ("Release Coordinator", "senior-child-support-analyst", "dcss-system", "policy_analyst", 3),
    ("State Training Manager", "staff-services-manager-state", "dcss-training", "training_manager", 3),
    ("Instructional Designer", "child-support-specialist-dcss", "dcss-training", "designer", 4),
    ("Committee Secretary, STSC and PCDRT", "child-support-specialist-dcss", "dcss-training", None, 1),
    ("Evaluator", "research-data-specialist-state", "dcss-research", "evaluator", 2),
    ("Research Data Specialist I", "research-data-specialist-state", "dcss-research", None, 3),
    ("System Operator", "information-technology-specialist-state", "dcss-technology", "operator", 2),
    ("Information Technology Specialist I", "information-technology-specialist-state", "dcss-technology", None, 2),
    ("Regional Administrator", "senior-child-support-analyst", "dcss-regional", None, 5),
    ("Legal Analyst", "senior-child-support-analyst", "dcss-legal", None, 1),
    ("Contracts Manager", "staff-services-manager-state", "dcss-administration", None, 2),
)


def of_agency(staff: int, random: Random) -> list[Post]:
    """Return the posts of a local agency with *staff* people: its leaders first, then its line."""
    posts = _leaders(staff, random)
    for job_class, from_size, each in SUPPORT_POSTS:
        if staff >= from_size:
            roles = ("supervisor",) if job_class in {"chief-attorney", "program-manager"} else ()
            count = 1 + (staff - from_size) // each
            posts += [Post(job_class, _units(job_class, staff, random), roles) for _ in range(count)]
    room = staff - len(posts)
    line = (LINE_POSTS * (room // len(LINE_POSTS) + 1))[:room]
    posts += [Post(job_class, _units(job_class, staff, random)) for job_class in line]
    return posts


def of_state() -> list[tuple[str, Post]]:
    """Return the state's posts with their titles."""
    return [
        (title, Post(job_class, (division,), (role,) if role else ()))
        for title, job_class, division, role, count in STATE_POSTS
        for _ in range(count)
    ]


def _leaders(staff: int, random: Random) -> list[Post]:
    """Return the director, the supervisors and the coordinators: in a small agency one person is several of them."""
    posts = [Post("director", ("management",), ("director",))]
    supervisors = max(1, staff // STAFF_PER_SUPERVISOR)
    if staff < SUPERVISOR_COORDINATES_BELOW:
        posts.append(Post("supervisor", ("enforcement", "training"), ("coordinator", "supervisor")))
        supervisors -= 1
    elif staff < OWN_COORDINATOR_FROM:
        posts.append(Post("child-support-specialist-3", ("establishment", "training"), ("coordinator",)))
    else:
        coordinator = Post("staff-services-analyst", ("training",), ("coordinator",))
        posts += [coordinator] * (1 + staff // STAFF_PER_COORDINATOR)
    posts += [Post("supervisor", _units("supervisor", staff, random), ("supervisor",)) for _ in range(supervisors)]
    return posts


def _units(job_class: str, staff: int, random: Random) -> tuple[str, ...]:
    weights = UNITS[job_class]
    chance = random.random()
    if chance < NO_UNIT_SHARE:
        return ()
    generalist = staff < GENERALIST_BELOW and job_class.startswith("child-support-specialist")
    several = GENERALIST_SHARE if generalist else SEVERAL_UNITS_SHARE
    if chance < NO_UNIT_SHARE + several:
        # Whoever has one unit only by class helps out in a unit of the specialists.
        return _draw(weights if len(weights) > 1 else weights | SPECIALIST_UNITS, 2, random)
    return _draw(weights, 1, random)


def _draw(weights: dict[str, int], count: int, random: Random) -> tuple[str, ...]:
    """Draw *count* different keys by weight, in alphabetical order."""
    left = list(weights)
    drawn: list[str] = []
    for _ in islice(weights, count):
        unit = random.choices(left, weights=[weights[name] for name in left])[0]
        drawn.append(unit)
        left = [name for name in left if name != unit]
    return tuple(sorted(drawn))
