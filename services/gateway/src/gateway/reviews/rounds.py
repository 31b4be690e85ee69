"""A round of review as pages show it: its passages with numbers, and what was said of each."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from cadre.notification.v1 import review_service_pb2 as pb
from gateway.reviews import phrases
from gateway.web import sheets
from gateway.web.visit import Visit

_A_CALL = 100
COLUMNS = (
    *("No.", "Agency", "Part of the letter", "Passage", "Words"),
    *phrases.HEADS.values(),
    *("Kind", "How serious", "Better wording", "Rule", "Decision", "Response"),
)


@dataclass(frozen=True)
class Passage:
    """A passage with its number, counted from 1, and what was said of it.

    *section* says which part of the letter begins with it; '' = none does.
    """

    number: int
    id: str
    section: str
    text: str
    comments: list[pb.ReviewComment]


@dataclass(frozen=True)
class Line:
    """A comment as a line of the table, with the number and the text of its passage; 0 is the whole letter."""

    number: int
    passage: int
    section: str
    text: str
    comment: pb.ReviewComment


def name(letter_id: str, number: int) -> str:
    """Return what names a round."""
    return f"notices/{letter_id}/reviews/{number}"


def load(visit: Visit, letter_id: str, number: int) -> pb.Review:
    """Return a round."""
    return visit.clients.reviews.GetReview(pb.GetReviewRequest(name=name(letter_id, number)))


def comments(visit: Visit, review: pb.Review) -> list[pb.ReviewComment]:
    """Return all comments of a round that the visitor sees, by passage."""
    request = pb.ListReviewCommentsRequest(parent=review.name, page_size=_A_CALL)
    found: list[pb.ReviewComment] = []
    while True:
        answer = visit.clients.reviews.ListReviewComments(request)
        found += answer.comments
        if not answer.next_page_token:
            return found
        request.page_token = answer.next_page_token


def passages(review: pb.Review, said: Iterable[pb.ReviewComment]) -> list[Passage]:
    """Return the text with what was said of each passage."""
    of: dict[str, list[pb.ReviewComment]] = {}
    for comment in said:
        of.setdefault(comment.block, []).append(comment)
    found, before = [], ""
    for number, block in enumerate(review.blocks, 1):
        begins = phrases.SECTIONS.get(block.section, block.section) if block.section != before else ""
        found.append(Passage(number, block.id, begins, block.text, of.get(block.id, [])))
        before = block.section
    return found


def lines(review: pb.Review, said: Iterable[pb.ReviewComment]) -> Iterator[Line]:
    """Give the comments as lines of the table."""
    blocks = {block.id: (number, block) for number, block in enumerate(review.blocks, 1)}
    for line, comment in enumerate(said, 1):
        place, block = blocks.get(comment.block, (0, pb.ReviewBlock()))
        section = phrases.SECTIONS.get(block.section, block.section) if place else phrases.WHOLE
        yield Line(line, place, section, block.text, comment)


def table(review: pb.Review, said: Iterable[pb.ReviewComment], agencies: Mapping[str, str]) -> bytes:
    """Return the comments as a file: a row for each, under the heads of the state's own form; *agencies* by title."""
    return sheets.file_of(COLUMNS, [_row(line, agencies[line.comment.agency]) for line in lines(review, said)])


def file_name(review: pb.Review, today: date) -> str:
    """Return what the file is called."""
    letter = review.title.partition(":")[0]
    return f"{letter} comments of agencies {today}.csv"


def _row(line: Line, agency: str) -> list[str | int]:
    one = line.comment
    under = [one.text if phrases.head(one) == head else "" for head in phrases.HEADS.values()]
    return [
        *(line.number, agency, line.section, line.passage or "", one.quote or line.text),
        *under,
        *(phrases.kind(one), phrases.severity(one), one.wording, one.basis, phrases.answer(one), one.answer_text),
    ]
