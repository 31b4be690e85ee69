"""Who may do what with a notice, and when: written, sent for approval, returned or issued."""

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from servicekit.refusals import InvalidField, Kind, Refusal, Stale

_LONGEST_REASON = 2_000


class State(StrEnum):
    """Where a notice stands."""

    DRAFT = "DRAFT"
    IN_APPROVAL = "IN_APPROVAL"
    PUBLISHED = "PUBLISHED"


class WrongState(Refusal):
    """The notice is not in the state that this step starts from."""


class SelfApproval(Refusal):
    """Somebody who wrote the notice cannot approve it."""

    kind = Kind.DENIED


class NumberTaken(Refusal):
    """Another notice that was issued, or sent for approval, has this number."""

    kind = Kind.EXISTS


def check_state(name: str, state: str, needed: State) -> None:
    """Refuse a step that does not start from *state*."""
    if state != needed:
        raise WrongState(f"The notice is {state}, not {needed}.", notice=name, state=state, needed=needed)


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


def check_return_reason(reason: str) -> None:
    """Refuse to give a notice back without saying why."""
    if not reason.strip() or len(reason) > _LONGEST_REASON:
        raise InvalidField("reason", reason, f"must say why, in at most {_LONGEST_REASON} characters")
