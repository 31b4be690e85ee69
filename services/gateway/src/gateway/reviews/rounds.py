"""A round of review as pages show it: its passages with numbers, and what was said of each."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from cadre.notification.v1 import review_service_pb2 as pb
from gateway.reviews import phrases
from gateway.web import remarks, sheets
from gateway.web.visit import Visit
from gateway.words.remarks import answer, kind, severity

Passage = remarks.Passage[pb.ReviewComment]
Line = remarks.Line[pb.ReviewComment]
_A_CALL = 100
COLUMNS = (
    *("No.", "Agency", "Part of the letter", "Passage", "Words"),
    *phrases.HEADS.values(),
    *("Kind", "How serious", "Better wording", "Rule", "Decision", "Response"),
)


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
    return remarks.passages(_blocks(review), said)


def lines(review: pb.Review, said: Iterable[pb.ReviewComment]) -> Iterator[Line]:
    """Give the comments as lines of the table."""
    return remarks.lines(_blocks(review), said, lambda _: phrases.WHOLE)


def _blocks(review: pb.Review) -> list[remarks.Block]:
    return [remarks.Block(one.id, phrases.SECTIONS.get(one.section, one.section), one.text) for one in review.blocks]


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
        *(kind(one), severity(one), one.wording, one.basis, answer(one), one.answer_text),
    ]
