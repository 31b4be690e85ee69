"""What waits for somebody in the reviews of their committees: to comment, to look a second time, to rule."""

from collections.abc import Iterator
from dataclasses import dataclass

from cadre.curriculum.v1 import round_service_pb2 as pb
from gateway.web.visit import Visit
from gateway.words import sentences
from servicekit.rpc.client import Refused

TO_COMMENT, SECOND_LOOK, TO_RULE_ON = "To comment", "Second look", "To rule on"
_MOST = 50


@dataclass(frozen=True)
class Waiting:
    """One thing to do in a review, under the *title* of its kind; *day* is '' where it has none."""

    title: str
    what: str
    facts: str
    act: str
    to: str
    day: str
    # `bodies/{slug}`
    committee: str


def waiting(visit: Visit) -> list[Waiting]:
    """Return what waits for the visitor, the soonest first."""
    asked = pb.ListRoundsRequest(mine_to_do=True, page_size=_MOST)
    rows = [row for one in visit.clients.rounds.ListRounds(asked).rounds for row in of(one)]
    return sorted(rows, key=lambda row: (not row.day, row.day, row.what))


def if_known(visit: Visit) -> list[Waiting] | None:
    """Return the same; None where nobody answers at the moment: the page of committees has other things to show."""
    try:
        return waiting(visit)
    except Refused as error:
        if not error.passing:
            raise
        return None


def of(review: pb.Round) -> Iterator[Waiting]:
    """Give what waits in one review; somebody may have to do several things there."""
    at = f"/{review.name}"
    if review.may_comment:
        begun = sentences.count(review.unsent_count, "comment") + " begun, not sent" if review.unsent_count else ""
        yield Waiting(
            TO_COMMENT,
            review.title,
            begun or "Nothing said yet",
            "Go on" if begun else "Read and comment",
            at,
            review.due_date,
            review.body,
        )
    if review.to_look_count:
        facts = sentences.count(review.to_look_count, "answer") + " to what you wrote"
        yield Waiting(SECOND_LOOK, review.title, facts, "Look again", f"{at}?show=mine", review.look_until, review.body)
    if review.to_rule_count:
        facts = sentences.count(review.to_rule_count, "comment") + " that no answer has settled"
        yield Waiting(TO_RULE_ON, review.title, facts, "Rule", f"{at}?show=open", "", review.body)
