"""Course quality as a file for spreadsheet programs: figures as numbers, bounds in columns of their own."""

from collections.abc import Iterable
from datetime import date, datetime

from cadre.evaluation.v1 import quality_service_pb2 as pb
from gateway.results.course_quality import Row
from gateway.web import sheets
from servicekit.calendar import PACIFIC

COLUMNS = (
    *("Course", "As of", "Completed", "Had to take it", "Completed share", "Low", "High"),
    *("Took the test", "Passed", "Passed share", "Low", "High", "Passed at the first try", "First-try share"),
    *("Low", "High", "Question", "Answers", "Mean", "Low", "High"),
    *("1", "2", "3", "4", "5"),
)


def courses(rows: Iterable[Row], at: datetime) -> bytes:
    """Return one line for each course and question; what is not known stays empty, never 0."""
    as_of = at.astimezone(PACIFIC).isoformat(" ", "seconds")
    lines = [
        [row.title, as_of, *_completion(row), *_results(row.quality), *_ratings(ratings)]
        for row in rows
        for ratings in row.quality.ratings or [None]
    ]
    return sheets.file_of(COLUMNS, lines)


def name(day: date) -> str:
    """`course-quality-2026-11-23.csv`."""
    return f"course-quality-{day.isoformat()}.csv"


def _completion(row: Row) -> list[object]:
    rate = row.completion
    if not rate.of:
        return [""] * 5
    return [rate.completed, rate.of, *_numbers(rate.share, rate.low, rate.high)]


def _results(quality: pb.CourseQuality) -> list[object]:
    if not quality.HasField("passed"):
        return [""] * 9
    passed, first = quality.passed, quality.passed_first
    return [passed.of, passed.count, *_share(passed), first.count, *_share(first)]


def _share(share: pb.Share) -> list[object]:
    return _numbers(share.share, share.low, share.high) if share.HasField("share") else [""] * 3


def _ratings(ratings: pb.Ratings | None) -> list[object]:
    if ratings is None:
        return [""] * 10
    bounds = _numbers(ratings.low, ratings.high) if ratings.HasField("low") else [""] * 2
    return [ratings.text, ratings.n, *_numbers(ratings.mean), *bounds, *ratings.counts]


def _numbers(*values: float) -> list[object]:
    return [round(value, 4) for value in values]
