"""Reviews by committees in words."""

from collections.abc import Mapping
from datetime import date, timedelta

from cadre.curriculum.v1 import round_service_pb2 as pb
from gateway.words import remarks, sentences

_SAME = "The same as comment {}"
# What the author presses; what ends with three dots asks for more.
PRESSES: Mapping[str, str] = {
    "IN_PART": "In part…",
    "NOT_ACCEPTED": "Not accepted…",
    "SAME_AS": "Same as…",
    "ANOTHER_TIME": "Another time…",
}
# What a comment means to an agency, under the heads of its form.
HEADS: Mapping[str, str] = {
    "resources": "Our workload",
    "performance": "Our measures",
    "policy": "Policy",
}
SHOWS: Mapping[str, str] = {"": "All", "mine": "Mine", "open": "Open", "must": "Must be fixed"}
WHOLE, HEAD = "The whole", "Title and summary"
DAYS_TO_COMMENT, DAYS_TO_LOOK = 14, 7

_COMMENT = pb.RoundComment


# ---- how a review stands ----


def stands(review: pb.Round, today: date) -> str:
    """Say how far it is, with its day."""
    match review.state:
        case pb.Round.OPEN:
            return f"Comments until {sentences.long_day(review.due_date, today)}"
        case pb.Round.CLOSED:
            return "The time for comments is over, the answers are being written"
        case pb.Round.ANSWERED:
            return f"Answered, second look until {sentences.long_day(review.look_until, today)}"
        case _:
            return "Settled"


def counted(review: pb.Round) -> str:
    """Say how many comments were sent, and how many wait."""
    said = [sentences.count(review.comment_count, "comment")]
    if review.unanswered_count and review.may_answer:
        said.append(f"{review.unanswered_count:,} without an answer")
    if review.open_must_count:
        said.append(f"{review.open_must_count:,} that must still be fixed")
    return ", ".join(said)


def carried(review: pb.Round) -> str:
    """Say what became of the comments of the review before; empty where it took over none."""
    stayed, changed, gone = review.carried_count, review.changed_count, review.gone_count
    if not stayed + changed + gone:
        return ""
    return (
        f"{sentences.count(stayed + changed + gone, 'comment')} of the review before: {stayed:,} where they were,"
        f" {sentences.count(changed, 'passage')} changed, {sentences.count(gone, 'passage')} gone."
    )


def to_send(count: int) -> str:
    """What the button says that sends somebody's comments."""
    if not count:
        return "I read it and have no comments"
    return "Send my comment" if count == 1 else f"Send all {count:,} comments"


def reviewed_last(proposal: pb.ProposeReviewersResponse.Proposal, today: date) -> str:
    """Why somebody is proposed."""
    if not proposal.HasField("last_time"):
        return "has reviewed nothing yet"
    times = sentences.count(proposal.rounds, "review")
    return f"reviewed last on {sentences.day_of(proposal.last_time, today)}, {times} until now"


def how_far(reviewer: pb.Reviewer, review: pb.Round, today: date) -> str:
    """How far somebody is with it."""
    if reviewer.HasField("send_time"):
        when = sentences.day_of(reviewer.send_time, today)
        said = sentences.count(reviewer.comment_count, "comment") if reviewer.comment_count else "no comments"
        return f"Sent {when}, {said}"
    if reviewer.decline_reason:
        return "Cannot review"
    return "Nothing yet" if is_open(review) else "Sent nothing"


# ---- a comment ----


def answer(comment: pb.RoundComment, numbers: Mapping[str, int] | None = None) -> str:
    """What was answered; empty before. *numbers* of comments by their names, to say which one says the same."""
    number = (numbers or {}).get(comment.same_as)
    if number:
        return _SAME.format(number)
    return remarks.answer(comment)


def elsewhere(comment: pb.RoundComment) -> str:
    """What a comment is about that stands at no passage."""
    return "Its passage is gone" if is_lost(comment) else WHOLE


def quoted(comment: pb.RoundComment, now: str) -> str:
    """Return the words that it is about; empty where they are all of its passage, which stands beside it."""
    words = " ".join(comment.quote.split())
    return "" if words in (" ".join(now.split()), " ".join(comment.words_then.split())) else comment.quote


def heads(comment: pb.RoundComment) -> list[tuple[str, str]]:
    """What it means to the agency of who wrote it: head and text, without those that are empty."""
    return [(title, text) for name, title in HEADS.items() if (text := getattr(comment, name))]


def look(comment: pb.RoundComment, review: pb.Round, today: date) -> str:
    """How the second look came out, or by when it is awaited; empty before the answers are sent."""
    if comment.taken_by and comment.state in (_COMMENT.ANSWERED, _COMMENT.TO_RULE):
        return "It went on to the next review"
    match comment.state:
        case _COMMENT.SATISFIED:
            return "Satisfied"
        case _COMMENT.TO_RULE:
            return "Not satisfied" if comment.look_text else "Nothing said in time: it waits for a ruling"
        case _COMMENT.RULED:
            return "Ruled: must still be fixed" if comment.ruled_stands else "Ruled: need not be fixed"
        case _COMMENT.ANSWERED if review.state == pb.Round.ANSWERED:
            return f"Awaited until {sentences.short_day(review.look_until, today)}"
        case _:
            return ""


def place(comment: pb.RoundComment) -> str:
    """What became of the passage of a comment that was taken over; empty of one that was not."""
    if comment.place == _COMMENT.PLACE_UNSPECIFIED:
        return ""
    if comment.place == _COMMENT.CARRIED:
        return f"From the review before{': its passage says the same' if comment.block else ''}"
    became = "changed" if comment.place == _COMMENT.CHANGED else "is gone"
    return f"From the review before: its passage {became}"


# ---- adjectives ----


def is_open(review: pb.Round) -> bool:
    """Whether comments may still come."""
    return review.state == pb.Round.OPEN


def is_before_answers(review: pb.Round) -> bool:
    """Whether its answers are not sent."""
    return review.state in (pb.Round.OPEN, pb.Round.CLOSED)


def is_unsent(comment: pb.RoundComment) -> bool:
    """Whether it is its writer's alone."""
    return comment.state == _COMMENT.DRAFT


def is_settled(comment: pb.RoundComment) -> bool:
    """Whether nothing of it is open here: its writer or a ruling ended it, or the next review took it over."""
    ruled_out = comment.state == _COMMENT.RULED and not comment.ruled_stands
    return comment.state == _COMMENT.SATISFIED or ruled_out or bool(comment.taken_by)


def is_to_rule(comment: pb.RoundComment) -> bool:
    """Whether it waits for a ruling."""
    return comment.state == _COMMENT.TO_RULE and not comment.taken_by


def is_to_look(comment: pb.RoundComment) -> bool:
    """Whether its writer may still say what they think of the answer: until it is ruled on, or they are satisfied."""
    return comment.state in (_COMMENT.ANSWERED, _COMMENT.TO_RULE) and not comment.taken_by


def is_to_place(comment: pb.RoundComment) -> bool:
    """Whether somebody may say where it belongs: what became of its passage was not that it stayed."""
    return comment.place in (_COMMENT.CHANGED, _COMMENT.GONE) and not is_settled(comment)


def is_changed(comment: pb.RoundComment) -> bool:
    """Whether its passage says something else than when it was written, as the program sees it."""
    return comment.place == _COMMENT.CHANGED


def is_lost(comment: pb.RoundComment) -> bool:
    """Whether its passage is gone, and nobody has said where it belongs."""
    return comment.place == _COMMENT.GONE and not comment.block and not comment.placer


def fits(comment: pb.RoundComment, show: str, person: str) -> bool:
    """Whether a comment is among those that are to be shown."""
    match show:
        case "mine":
            return comment.author == person
        case "open":
            return not is_settled(comment)
        case "must":
            return comment.severity == _COMMENT.MUST and not is_settled(comment)
        case _:
            return True


def days_from(today: date, days: int) -> str:
    """Return the day so many days from now, as forms hold days."""
    return (today + timedelta(days=days)).isoformat()
