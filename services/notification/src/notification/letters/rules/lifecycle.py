"""Who may do what with a notice, and when: from the first word to its issue, and to its withdrawal."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from servicekit import text
from servicekit.refusals import InvalidField, Kind, Refusal, Stale

_LONGEST_REASON = 2_000
_FURTHEST = timedelta(days=366)


class State(StrEnum):
    """Where a notice stands."""

    DRAFT = "DRAFT"
    IN_APPROVAL = "IN_APPROVAL"
    # Approved: issued at its time, unless it is given back before.
    SCHEDULED = "SCHEDULED"
    PUBLISHED = "PUBLISHED"
    WITHDRAWN = "WITHDRAWN"
    # Issued elsewhere or before Cadre.
    HISTORIC = "HISTORIC"
    # An amendment that is out: its text is a version of its letter.
    MERGED = "MERGED"


class Step(StrEnum):
    """What may be done with a notice."""

    WRITE = "WRITE"
    SUBMIT = "SUBMIT"
    RECALL = "RECALL"
    RETURN = "RETURN"
    SCHEDULE = "SCHEDULE"
    ISSUE = "ISSUE"
    WITHDRAW = "WITHDRAW"
    AMEND = "AMEND"
    MERGE = "MERGE"


# From which states each step starts, and where it leads. What is not here is refused.
STEPS: Mapping[Step, tuple[tuple[State, ...], State]] = {
    Step.WRITE: ((State.DRAFT,), State.DRAFT),
    Step.SUBMIT: ((State.DRAFT,), State.IN_APPROVAL),
    Step.RECALL: ((State.IN_APPROVAL,), State.DRAFT),
    Step.RETURN: ((State.IN_APPROVAL, State.SCHEDULED), State.DRAFT),
    Step.SCHEDULE: ((State.IN_APPROVAL,), State.SCHEDULED),
    Step.ISSUE: ((State.IN_APPROVAL, State.SCHEDULED), State.PUBLISHED),
    Step.WITHDRAW: ((State.PUBLISHED,), State.WITHDRAWN),
    # What happens to a letter, and to the amendment that becomes its next version.
    Step.AMEND: ((State.PUBLISHED,), State.PUBLISHED),
    Step.MERGE: ((State.IN_APPROVAL, State.SCHEDULED), State.MERGED),
}
# What is not out yet, and is the state's alone to see.
BEFORE_ISSUE = (State.DRAFT, State.IN_APPROVAL, State.SCHEDULED)
# Where a notice stays for good.
FINAL = (State.WITHDRAWN, State.HISTORIC, State.MERGED)


class WrongState(Refusal):
    """The notice is not in a state that this step starts from."""


class SelfApproval(Refusal):
    """Somebody who wrote the notice cannot approve it."""

    kind = Kind.DENIED


class NotItsWriter(Refusal):
    """What waits for approval is taken back by somebody who did not write it."""

    kind = Kind.DENIED


class NumberTaken(Refusal):
    """Another notice that was issued, or sent for approval, has this number."""

    kind = Kind.EXISTS


class AmendmentOpen(Refusal):
    """The notice has an amendment already that is not out."""

    kind = Kind.EXISTS


class NothingAmended(Refusal):
    """The amendment says what the notice says already."""


class NoticeWithdrawn(Refusal):
    """The notice was withdrawn: there is nothing to do any more."""


def after(step: Step, name: str, state: str) -> State:
    """Return the state that *step* leads to; refuse it where it does not start from *state*."""
    starts, end = STEPS[step]
    if state not in starts:
        needed = " or ".join(starts)
        raise WrongState(f"The notice is {state}, not {needed}.", notice=name, state=state, needed=needed)
    return end


def check_in_force(name: str, withdrawn_at: datetime | None) -> None:
    """Refuse what only a notice that is in force asks for."""
    if withdrawn_at is not None:
        raise NoticeWithdrawn("The notice was withdrawn.", notice=name, withdraw_time=withdrawn_at.isoformat())


def check_etag(name: str, given: str, revision: int) -> None:
    """Refuse a change by somebody who has not seen the notice as it is now."""
    if not given:
        raise InvalidField("etag", given, "must be the one last read")
    if given != str(revision):
        raise Stale(name)


def check_approver(name: str, approver: UUID, writers: Sequence[UUID]) -> None:
    """Refuse an approver who wrote on the notice: four eyes."""
    if approver in writers:
        raise SelfApproval("Who wrote the notice cannot approve it.", notice=name, approver=f"people/{approver}")


def check_writer(name: str, person: UUID, writers: Sequence[UUID]) -> None:
    """Refuse somebody who did not write the notice."""
    if person not in writers:
        raise NotItsWriter("Only who wrote the notice takes it back.", notice=name, person=f"people/{person}")


def check_reason(reason: str) -> str:
    """Return *reason* without blanks around it; refuse to give a notice back, or to withdraw it, without saying why."""
    return text.reason(reason, most=_LONGEST_REASON)


def check_publish_at(publish_at: datetime, now: datetime) -> None:
    """Refuse a time of issue that has passed, or that nobody means."""
    if not now < publish_at <= now + _FURTHEST:
        raise InvalidField("publish_at", publish_at.isoformat(), f"must lie ahead, at most {_FURTHEST.days} days")
