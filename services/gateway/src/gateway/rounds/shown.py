"""A review as its pages show it: the passages with numbers, what was said of each, and who said it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from cadre.curriculum.v1 import round_service_pb2 as pb
from cadre.partnership.v1 import body_service_pb2 as body_pb
from gateway.committees import shown
from gateway.rounds import phrases
from gateway.web import remarks, sheets
from gateway.web.visit import Visit
from gateway.words.remarks import kind, severity
from servicekit.rpc.client import Refused

WRITE = "works.write"
Passage = remarks.Passage[pb.RoundComment]
Line = remarks.Line[pb.RoundComment]
_A_CALL = 100
COLUMNS = (
    *("No.", "Section", "Passage", "Agency", "Seat", "Kind", "How serious", "Comment", "Better wording", "Rule"),
    *phrases.HEADS.values(),
    *("Decision", "Response", "Second look", "Said at the second look", "Ruling"),
)


@dataclass(frozen=True)
class Around:
    """Who reviews: the committee, None where the visitor does not see it, and its people."""

    committee: body_pb.Body | None
    people: shown.People
    # The visitor.
    person: str

    @property
    def code(self) -> str:
        """What the committee is called for short."""
        return self.committee.code if self.committee else "a committee"

    @property
    def address(self) -> str:
        """Its page; empty where the visitor does not see it."""
        return shown.path(self.committee.name) if self.committee else ""

    def who(self, person: str, seat: str = "") -> str:
        """Name somebody with their seat; the visitor is you."""
        name, title = "You" if person == self.person else self.people.name(person), self.seat(seat)
        return f"{name}, {title}" if title else name

    def seat(self, seat: str) -> str:
        """Say what a seat is called; empty of none, and where the visitor does not see the committee."""
        return self.people.seats.get(seat, "")

    def agency(self, person: str) -> str:
        """For whom somebody sits there; empty where that is not known any more."""
        found = next((one for one in self.people.memberships if one.person == person), None)
        return self.people.place(found) if found else ""


def load(visit: Visit, round_id: str) -> pb.Round:
    """Return a review that the visitor may read."""
    return visit.clients.rounds.GetRound(pb.GetRoundRequest(name=f"rounds/{round_id}"))


def comments(visit: Visit, review: pb.Round) -> list[pb.RoundComment]:
    """Return all comments that the visitor may see, by passage."""
    request = pb.ListRoundCommentsRequest(parent=review.name, page_size=_A_CALL)
    found: list[pb.RoundComment] = []
    while True:
        answer = visit.clients.rounds.ListRoundComments(request)
        found += answer.comments
        if not answer.next_page_token:
            return found
        request.page_token = answer.next_page_token


def around(visit: Visit, review: pb.Round, said: Iterable[pb.RoundComment] = ()) -> Around:
    """Return who reviews, with the names of those who wrote *said* and of who was asked."""
    of_comments = [person for one in said for person in (one.author, one.answerer, one.ruler, one.placer)]
    others = list(filter(None, [review.opener, *(one.person for one in review.reviewers), *of_comments]))
    try:
        committee = shown.load(visit, review.body.removeprefix("bodies/"))
    except Refused as error:
        # Who writes courses reads what a committee says of them, also of one that shows itself to its members alone.
        if error.code != "NOT_FOUND":
            raise
        return Around(None, shown.People([], visit.names(others), {}), visit.person)
    return Around(committee, shown.people(visit, committee, others=others), visit.person)


def passages(review: pb.Round, said: Iterable[pb.RoundComment]) -> list[Passage]:
    """Return the text with what was said of each passage."""
    return remarks.passages([remarks.Block(one.id, one.section, one.text) for one in review.blocks], said)


def lines(review: pb.Round, said: Iterable[pb.RoundComment]) -> Iterator[Line]:
    """Give the comments as lines of the table."""
    blocks = [remarks.Block(one.id, one.section or phrases.HEAD, one.text) for one in review.blocks]
    return remarks.lines(blocks, said, phrases.elsewhere)


def table(review: pb.Round, said: Iterable[pb.RoundComment], by: Around, today: date) -> bytes:
    """Return the comments as a file: a row for each that was sent, none without an answer or that it has none."""
    rows = [_row(one, review, by, today) for one in lines(review, said)]
    return sheets.file_of(COLUMNS, rows)


def file_name(review: pb.Round, by: Around, today: date) -> str:
    """Return what the file is called."""
    return f"{by.code} review {review.number} of {review.title} {today}.csv"


def path(review: pb.Round) -> str:
    """Return the page of a review."""
    return f"/{review.name}"


def _row(one: Line, review: pb.Round, by: Around, today: date) -> list[str | int]:
    said = one.comment
    return [
        *(one.number, one.section, one.passage or "", by.agency(said.author), by.seat(said.seat)),
        *(kind(said), severity(said), said.text, said.wording, said.basis),
        *(getattr(said, head) for head in phrases.HEADS),
        *(phrases.answer(said) or "No answer yet", said.answer_text),
        *(phrases.look(said, review, today), said.look_text, said.ruling),
    ]
