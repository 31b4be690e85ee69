"""How good courses are, as the pages and the file say it: counts with their whole, means with how sure they are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cadre.enrollment.v1 import completion_service_pb2 as completion_pb
from cadre.evaluation.v1 import quality_service_pb2 as pb
from gateway.words import sentences

HEADLINE = "useful"
TOO_FEW = "Fewer than 5 answers: not shown"
TOO_FEW_TAKERS = "Fewer than 5 took it: not shown"
NOBODY = "Nobody had to take it"

# The picture of the answers to a question: its width, and how the ratings follow each other in it.
BAR_WIDTH, BAR_HEIGHT = 500, 28


@dataclass(frozen=True)
class Row:
    """What is known of one course."""

    course: str
    title: str
    completion: completion_pb.CompletionRate
    quality: pb.CourseQuality

    @property
    def headline(self) -> pb.Ratings | None:
        """The answers to the question that stands for the course."""
        return next((ratings for ratings in self.quality.ratings if ratings.question == HEADLINE), None)

    @property
    def completed(self) -> str:
        """`450 of 500 (90%), 95% sure: 87% to 92%`; a percentage only from 20 staff."""
        rate = self.completion
        if not rate.of:
            return NOBODY
        said = sentences.of(rate.completed, rate.of)
        return f"{said}{_sure(rate.low, rate.high)}" if rate.of >= sentences.LEAST_FOR_PERCENT else said

    @property
    def passed(self) -> str:
        """Those who passed, of those who took the test."""
        return _share(self.quality.passed) if self.quality.HasField("passed") else TOO_FEW_TAKERS

    @property
    def passed_first(self) -> str:
        """Those who passed at their first try, of those who took the test."""
        return _share(self.quality.passed_first) if self.quality.HasField("passed_first") else TOO_FEW_TAKERS


@dataclass(frozen=True)
class Piece:
    """A part of a bar: one rating, from where, how wide, and how many gave it."""

    rating: int
    x: float
    width: float
    count: int


def rows(
    qualities: Iterable[pb.CourseQuality],
    rates: Iterable[completion_pb.CompletionRate],
    titles: Mapping[str, str],
) -> list[Row]:
    """Put together what two services know of the same courses, by title."""
    known = {quality.course: quality for quality in qualities}
    completed = {rate.course: rate for rate in rates}
    found = [
        Row(
            course,
            titles.get(course, course.rpartition("/")[2]),
            completed.get(course, completion_pb.CompletionRate(course=course)),
            known.get(course, pb.CourseQuality(course=course)),
        )
        for course in known.keys() | completed.keys()
    ]
    return sorted(found, key=lambda row: (row.title.casefold(), row.course))


def mean(ratings: pb.Ratings | None) -> str:
    """`4.2 of 5 from 112 answers, 95% sure: 4.0 to 4.4`; of equal answers, `all the same`: how sure, nobody can say."""
    if ratings is None:
        return TOO_FEW
    said = f"{ratings.mean:.1f} of 5 from {sentences.count(ratings.n, 'answer')}"
    sure = _between(f"{ratings.low:.1f}", f"{ratings.high:.1f}") if ratings.HasField("low") else "all the same"
    return f"{said}, {sure}"


def bar(ratings: pb.Ratings) -> list[Piece]:
    """Return the parts of the bar of a question, from 1 to 5; a rating that nobody gave has none."""
    pieces, x = [], 0.0
    for rating, count in enumerate(ratings.counts, start=1):
        width = BAR_WIDTH * count / ratings.n
        if count:
            pieces.append(Piece(rating, round(x, 2), round(width, 2), count))
        x += width
    return pieces


def _share(share: pb.Share) -> str:
    if not share.HasField("share"):
        # Few takers: the counts are all there is to say.
        return f"{share.count:,} of {share.of:,}"
    return f"{sentences.of(share.count, share.of)}{_sure(share.low, share.high)}"


def _sure(low: float, high: float) -> str:
    """`, 95% sure: 87% to 92%`; nothing where both are the same to the percent: the figure says it already."""
    least, most = f"{low:.0%}", f"{high:.0%}"
    return f", {_between(least, most)}" if least != most else ""


def _between(low: str, high: str) -> str:
    """`95% sure: 87% to 92%`, which no narrow column tears apart."""
    return f"95% sure: {low} to {high}".replace(" ", "\xa0")
