"""What waits for a person in their committees: votes, meetings that they have not answered, what they have to do."""

from collections.abc import Iterable

from cadre.curriculum.v1 import ballot_service_pb2 as ballot_pb
from cadre.partnership.v1 import meeting_service_pb2 as pb
from gateway.committees import phrases, shown, to_review, votes
from gateway.home.asking import Asking
from gateway.home.queue import Row
from gateway.web.visit import Visit
from gateway.words import sentences
from servicekit.calendar import PACIFIC, pacific_date


def rows(visit: Visit, asking: Asking) -> list[Row]:
    """Return a row for each vote to give or to open, for each meeting to answer, and for each thing to do."""
    if not visit.rights.holds("bodies.read"):
        return []
    nothing: list[Row] = []
    of_votes = asking.of("curriculum", lambda: _of_votes(visit), nothing)
    of_meetings = asking.of("partnership", lambda: [*_to_answer(visit), *_to_do(visit)], nothing)
    return [*of_votes, *of_meetings, *asking.of("curriculum", lambda: _to_review(visit), nothing)]


def _of_votes(visit: Visit) -> list[Row]:
    to_vote, to_open = votes.to_do(visit)
    return [*_to_vote(visit, to_vote), *map(_to_open, to_open)]


def _to_open(ballot: ballot_pb.Ballot) -> Row:
    return Row(
        kind="Vote",
        title=ballot.motion,
        said=ballot.motion,
        facts="Prepared, not open yet: you run the committee",
        act="Open it",
        to=f"/{ballot.name}",
    )


def _to_vote(visit: Visit, ballots: Iterable[ballot_pb.Ballot]) -> list[Row]:
    return [
        Row(
            kind="Vote",
            title=one.motion,
            said=one.motion,
            facts=f"Closes {until}" if (until := votes.until(one, visit.today)) else "Voted on in a meeting",
            act="Vote",
            to=f"/{one.name}",
            due=at.date() if (at := votes.closes_at(one)) else None,
        )
        for one in ballots
    ]


def _to_answer(visit: Visit) -> list[Row]:
    """Return the called meetings that wait for an answer: those that do not say what the visitor answered."""
    listed = visit.clients.meetings.ListMyMeetings(pb.ListMyMeetingsRequest()).meetings
    return [
        Row(
            kind="Committee",
            title=f"{one.title}: do you come?",
            said=one.title,
            facts=phrases.when(one, visit.today),
            act="Answer",
            to=f"{shown.path(one.name)}#answer",
            about=shown.path(one.name),
            due=pacific_date(one.start_time.ToDatetime(PACIFIC)),
        )
        for one in listed
        if not one.answers
    ]


def _to_do(visit: Visit) -> list[Row]:
    return [
        Row(
            kind="Committee",
            title=one.what,
            said=one.what,
            facts="To be done, as a meeting decided" if one.meeting else "To be done",
            act="Open",
            to=f"/committees/{shown.slug_of(one.name)}#to-do",
            due=sentences.as_date(one.due_date),
        )
        for one in shown.actions(visit)
        if shown.is_open(one)
    ]


def _to_review(visit: Visit) -> list[Row]:
    return [
        Row(
            kind=one.title,
            title=one.what,
            said=one.what,
            facts=one.facts,
            act=one.act,
            to=one.to,
            due=sentences.as_date(one.day),
        )
        for one in to_review.waiting(visit)
    ]
