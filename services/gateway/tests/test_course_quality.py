"""How figures of courses are said: with their whole, with how sure they are, and not at all where nobody can say."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadre.enrollment.v1 import completion_service_pb2 as completion_pb
from cadre.evaluation.v1 import quality_service_pb2 as pb
from gateway.results import course_quality, quality_files
from servicekit.intervals import share_interval

# From this many takers on, the share of those who passed is told.
LEAST_TAKERS = 30
TEMPLATES = Path(course_quality.__file__).parent / "templates"


def ratings(*counts, mean=4.0, **bounds):
    return pb.Ratings(question="useful", text="Useful", counts=counts, n=sum(counts), mean=mean, **bounds)


def row(quality=None, rate=None, title="Intake"):
    quality = quality or pb.CourseQuality(course="courses/intake")
    (made,) = course_quality.rows([quality], [rate] if rate else [], {"courses/intake": title})
    return made


def test_what_nobody_can_say_is_said_so_and_is_neither_0_nor_nan():
    empty = row()
    assert empty.completed == "Nobody had to take it"
    assert (empty.passed, empty.passed_first) == ("Fewer than 5 took it: not shown",) * 2
    assert course_quality.mean(empty.headline) == "Fewer than 5 answers: not shown"
    (line,) = quality_files.courses([empty], datetime(2026, 11, 23, tzinfo=UTC)).decode("utf-8-sig").splitlines()[1:]
    assert set(line.partition(",")[2].partition(",")[2]) == {","}


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        ({"completed": 8, "of": 11, "share": 8 / 11, "low": 0.43, "high": 0.9}, "8 of 11"),
        (
            {"completed": 15, "of": 20, "share": 0.75, "low": 0.531, "high": 0.888},
            "15 of 20 (75%), 95%\xa0sure:\xa053%\xa0to\xa089%",
        ),
    ],
)
def test_a_percentage_stands_from_twenty_staff_on_with_its_interval(rate, said):
    assert row(rate=completion_pb.CompletionRate(course="courses/intake", **rate)).completed == said


@pytest.mark.parametrize(
    ("share", "said"),
    [
        ({"count": 27, "of": 29}, "27 of 29"),
        (
            {"count": 1200, "of": 1250, "share": 0.96, "low": 0.948, "high": 0.97},
            "1,200 of 1,250 (96%), 95%\xa0sure:\xa095%\xa0to\xa097%",
        ),
    ],
)
def test_results_of_few_takers_are_counts_alone(share, said):
    quality = pb.CourseQuality(course="courses/intake", passed=share, passed_first=share)
    assert row(quality).passed == row(quality).passed_first == said


def test_a_mean_comes_with_its_answers_and_how_sure_it_is():
    assert (
        course_quality.mean(ratings(0, 0, 5, 0, 5, low=3.2, high=4.8))
        == "4.0 of 5 from 10 answers, 95%\xa0sure:\xa03.2\xa0to\xa04.8"
    )
    assert course_quality.mean(ratings(0, 0, 0, 5, 0)) == "4.0 of 5 from 5 answers, all the same"


@given(st.integers(1, 5000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_no_percentage_stands_without_its_n_and_how_sure_it_is(numbers):
    """D55, "how many answered?": whatever the figures are."""
    count, of = numbers
    low, high = share_interval(count, of)
    few, known = pb.Share(count=count, of=of), {"share": count / of, "low": low, "high": high}
    made = row(
        pb.CourseQuality(
            course="courses/intake",
            passed=pb.Share(count=count, of=of, **known) if of >= LEAST_TAKERS else few,
            passed_first=few,
        ),
        completion_pb.CompletionRate(course="courses/intake", completed=count, of=of, **known),
    )

    for said in (made.completed, made.passed, made.passed_first):
        assert re.match(rf"{count:,} of {of:,}\b", said)
        # How sure it is says nothing where both ends are the figure itself.
        sure = re.search(r"%\), 95%\xa0sure:\xa0(\d+%)\xa0to\xa0(\d+%)$", said)
        assert "%" not in said or sure or f"{low:.0%}" == f"{high:.0%}"
        assert sure is None or sure[1] != sure[2]
    assert ("%" in made.passed) == (of >= LEAST_TAKERS)
    assert "%" not in made.passed_first


def test_the_templates_make_no_figure_of_quality_themselves():
    """D55: each comes as a sentence, with n and interval, from one place."""
    templates = {path.name: path.read_text("utf-8") for path in TEMPLATES.glob("*.html")}

    assert len(templates) > 3
    for name, text in templates.items():
        assert not re.search(r"\.(share|mean|low|high)\b(?!\()", text), name


def test_the_parts_of_a_bar_fill_it_and_leave_out_what_nobody_said():
    pieces = course_quality.bar(ratings(1, 0, 3, 4, 2))
    assert [(piece.rating, piece.count) for piece in pieces] == [(1, 1), (3, 3), (4, 4), (5, 2)]
    assert [piece.x for piece in pieces] == [0, 50, 200, 400]
    assert sum(piece.width for piece in pieces) == course_quality.BAR_WIDTH


def test_courses_stand_by_title_and_a_course_without_one_by_its_name():
    qualities = [pb.CourseQuality(course=f"courses/{course}") for course in ("b", "a", "unknown")]
    titles = {"courses/b": "alpha", "courses/a": "Beta"}
    assert [one.title for one in course_quality.rows(qualities, [], titles)] == ["alpha", "Beta", "unknown"]
