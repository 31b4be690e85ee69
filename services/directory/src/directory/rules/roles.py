"""Which role may do what, and how far. The one place that knows; services only see rights in a token."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from servicekit.refusals import InvalidField

STATE = "state"
SELF = "self"

EVERYONE = (
    "self.read",
    "self.write",
    "agencies.read",
    "catalogue.read",
    "notices.read",
    "learning.do",
    "tests.take",
    "organizations.read",
    # What they may do in a body follows from their part in it.
    "bodies.read",
)
# Who speaks for an organization outside and is not our staff: nothing of letters, staff, agencies or courses.
OUTSIDE = ("self.read", "self.write", "organizations.read", "bodies.read")

AGENCY_ROLES: Mapping[str, tuple[str, ...]] = {
    "coordinator": (
        "people.read",
        "people.write",
        "roster.import",
        "assignments.read",
        "training.record",
        "readiness.read_agency",
        "notices.confirm_for_agency",
        "reminders.send",
        "packets.manage",
        "calendar.write_agency",
        "connections.read",
        "connections.manage",
        "evidence.read_agency",
        "evidence.pack",
    ),
    "supervisor": ("people.read", "assignments.read", "training.record", "readiness.read_agency"),
    "director": (
        "people.read",
        "assignments.read",
        "readiness.read_agency",
        "notices.confirm_for_agency",
        "connections.read",
        "connections.manage",
        "evidence.read_agency",
        "evidence.pack",
    ),
}
STATE_ROLES: Mapping[str, tuple[str, ...]] = {
    "policy_analyst": (
        "notices.write",
        "audiences.write",
        "audiences.read",
        "readiness.read",
        "evidence.read",
        "packets.manage",
        "evidence.pack",
        # Who is asked why the state's intranet does not show a letter sees whether it was told; operators keep it.
        "connections.read",
    ),
    "approver": ("notices.approve", "audiences.read", "readiness.read"),
    "training_manager": (
        "courses.write",
        "tests.write",
        "audiences.read",
        "readiness.read",
        "evidence.read",
        "evidence.pack",
        "quality.read",
        "calendar.write",
        "packets.manage",
        "connections.read",
        "bodies.convene",
        "organizations.write",
        "works.write",
    ),
    # Writes courses and takes them through their gates; whoever designs decides nothing alone.
    "designer": ("works.write", "courses.write", "tests.write", "audiences.read", "quality.read"),
    "evaluator": ("readiness.read", "quality.read"),
    # Counts, versions and fingerprints of letters that are out; neither drafts nor names.
    "auditor": ("evidence.read", "evidence.pack"),
    "operator": (
        "operations.read",
        "operations.write",
        "readiness.read",
        "calendar.write",
        "connections.read",
        "connections.manage",
    ),
}
# Whom everybody may ask: shown as the agency's contacts.
CONTACT_ROLES = ("coordinator", "director")

TITLES: Mapping[str, tuple[str, str]] = {
    "coordinator": ("training coordinator", "training coordinators"),
    "supervisor": ("supervisor", "supervisors"),
    "director": ("director", "directors"),
    "policy_analyst": ("policy analyst", "policy analysts"),
    "approver": ("approver", "approvers"),
    "training_manager": ("training manager", "training managers"),
    "designer": ("course designer", "course designers"),
    "evaluator": ("evaluator", "evaluators"),
    "auditor": ("auditor", "auditors"),
    "operator": ("operator", "operators"),
}


# Roles that may be given for one work unit of an agency.
UNIT_ROLES = ("supervisor",)
# What somebody may do for a unit because they lead it.
LEAD = "supervisor"
# Nobody's role: so the addresses of an agency's list are asked for.
MAILING_LIST = "mailing_list"


@dataclass(frozen=True)
class Grant:
    """A role given for the state (scope `state`), an agency (its id), or a unit of it (`{agency}/units/{unit}`)."""

    role: str
    scope: str


@dataclass(frozen=True)
class Work:
    """Where a person works today, where they ever did, and which of these agencies are the state's.

    *speaks*: whether they speak for an organization outside today.
    """

    now: frozenset[str]
    ever: frozenset[str]
    of_state: frozenset[str]
    speaks: bool = False


def check_grant(role: str, scope: str) -> None:
    """Refuse a role that does not exist, or one that is given for what it is not meant for."""
    if role not in AGENCY_ROLES and role not in STATE_ROLES:
        raise InvalidField("grant.role", role, f"must be one of {', '.join([*AGENCY_ROLES, *STATE_ROLES])}")
    if role in STATE_ROLES and scope != STATE:
        raise InvalidField("grant.scope", scope, f"must be state for {role}")
    if "/" in scope and role not in UNIT_ROLES:
        raise InvalidField("grant.scope", scope, f"must be an agency for {role}")
    if role in AGENCY_ROLES and scope == STATE:
        raise InvalidField("grant.scope", scope, f"must be an agency for {role}")


def agency_of(scope: str) -> str:
    """Return the agency for which, or for a unit of which, a role is given."""
    return scope.partition("/")[0]


def counts(grant: Grant, work: Work) -> bool:
    """Whether *grant* counts today.

    A role at an agency, or for a unit of it, counts while the person works there. A role for the state ends with the
    last job at a state agency; those who never had one there (a contractor, somebody on loan) keep it until it is
    revoked.
    """
    if grant.scope != STATE:
        return agency_of(grant.scope) in work.now
    return bool(work.now & work.of_state) or not work.ever & work.of_state


def may_sign_in(grants: Collection[Grant], work: Work) -> bool:
    """Whether the person has a job today, or a role for the state, or speaks for an organization outside."""
    return is_staff(grants, work) or work.speaks


def is_staff(grants: Collection[Grant], work: Work) -> bool:
    """Whether the person has a job today, or a role for the state."""
    return bool(work.now) or any(grant.scope == STATE and counts(grant, work) for grant in grants)


def rights(grants: Collection[Grant], work: Work) -> dict[str, frozenset[str]]:
    """Return each right with how far it reaches: `self`, `state`, `agencies/{id}`, or `agencies/{id}/units/{unit}`.

    What reaches an agency reaches its units, which are not said beside it.
    """
    held: defaultdict[str, set[str]] = defaultdict(set)
    for right in OUTSIDE if work.speaks and not is_staff(grants, work) else EVERYONE:
        held[right].add(SELF)
    for grant in grants:
        if not counts(grant, work):
            continue
        if grant.scope == STATE:
            for right in STATE_ROLES[grant.role]:
                held[right].add(STATE)
            continue
        for right in AGENCY_ROLES[grant.role]:
            held[right].add(f"agencies/{grant.scope}")
        # People may read why they are on a list, and so may those who read people at their agency.
        held["self.read"].add(f"agencies/{grant.scope}")
    return {right: frozenset(_without_parts(scopes)) for right, scopes in held.items()}


def _without_parts(scopes: Collection[str]) -> Iterator[str]:
    for scope in scopes:
        agency, parted, _ = scope.partition("/units/")
        if not parted or agency not in scopes:
            yield scope
