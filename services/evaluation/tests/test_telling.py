"""Telling what was said, five and more together, and what the database refuses of it."""

from datetime import date, timedelta

import psycopg
import pytest

from cadre.evaluation.v1 import quality_service_pb2 as pb
from servicekit.calendar import pacific_date
from servicekit.data.anonymous import anonymous_write
from servicekit.data.db import PendingEvent
from servicekit.data.tables import KIT_TABLES

from .conftest import COURSE, QUESTIONS, means, refusal

# ---- what is told ----


def test_nothing_is_told_on_the_day_itself_and_nothing_below_five(quality):
    for rating in (1, 2, 3, 4):
        quality.send(*[rating] * 5)
    quality.release(days=0)
    assert not quality.course().ratings
    quality.release()
    assert not quality.course().ratings

    quality.send(*[5] * 5)
    quality.release(days=0)
    assert not quality.course().ratings
    quality.release()

    assert means(quality.course()) == dict.fromkeys(QUESTIONS, (5, 3.0))
    assert [ratings.question for ratings in quality.course().ratings] == QUESTIONS
    assert quality.waiting() == 0


def test_a_skipped_question_is_no_answer_and_is_told_when_five_answered_it(quality):
    for _ in range(4):
        quality.send(5, 4, 3, 2, 1)
    quality.send(5, 0, 3, 0, 1)
    quality.release()

    assert set(means(quality.course())) == {"useful", "able", "supported"}
    quality.send(0, 4, 0, 0, 0)
    quality.release(days=2)
    assert means(quality.course())["realistic"] == (5, 4.0)
    assert "intend" not in means(quality.course())


def test_a_figure_comes_with_n_distribution_mean_and_interval(quality):
    """Demand D55: every statistic shows n and an interval.

    The interval: SciPy 1.17.1, `scipy.stats.t.interval(0.95, 6, loc=4, scale=(8 / 6 / 7) ** 0.5)`, whose upper end,
    5.067920, lies beyond the scale.
    """
    for rating in (2, 3, 4, 4, 5, 5, 5):
        quality.send(*[rating] * 5)
    quality.release()

    useful = quality.course().ratings[0]
    assert (useful.n, list(useful.counts), useful.mean) == (7, [0, 1, 1, 2, 3], 4.0)
    assert (useful.low, useful.high) == pytest.approx((2.932080, 5.0), abs=1e-6)


def test_equal_answers_have_a_mean_and_no_interval(quality):
    for _ in range(6):
        quality.send(*[4] * 5)
    quality.release()

    useful = quality.course().ratings[0]
    assert (useful.n, useful.mean) == (6, 4.0)
    assert not useful.HasField("low")
    assert not useful.HasField("high")


def test_an_agency_sees_its_own_figure_from_five_on_and_the_state_sees_all(quality):
    for _ in range(5):
        quality.send(*[5] * 5, agency="lake")
    for agency in ("alameda", "alameda", "alameda", "kern", ""):
        quality.send(*[1] * 5, agency=agency)
    quality.release()

    assert means(quality.agency("lake")[COURSE])["useful"] == (5, 5.0)
    assert quality.agency("alameda") == {}
    assert means(quality.course())["useful"] == (10, 3.0)


def test_versions_add_up_to_the_course(quality):
    quality.hear(2)
    for version in (1, 2):
        for _ in range(5 + version):
            quality.send(*[version + 2] * 5, version=f"{COURSE}/versions/{version}", agency="")
    quality.release()

    course = quality.course()
    assert {of.version: (of.ratings[0].n, of.ratings[0].mean) for of in course.versions} == {1: (6, 3.0), 2: (7, 4.0)}
    assert course.ratings[0].n == 13


def test_comments_are_told_five_at_a_time_without_agency_and_only_to_who_writes_courses(quality):
    for n in range(4):
        quality.send(comment=f"  Comment {n}. ", agency=f"a{n}")
    quality.release()
    assert quality.comments() == []

    quality.send(0, 0, 0, 0, 0, comment="Comment 4.")
    quality.send(comment="   ")
    quality.release()

    (batch,) = quality.comments()
    assert sorted(batch.comments) == [f"Comment {n}." for n in range(5)]
    assert date.fromisoformat(batch.release_date) == pacific_date(quality.at + timedelta(days=1))
    request = pb.ListCommentsRequest(parent=COURSE)
    assert refusal(quality.stub(quality_read=["state"]).ListComments, request).reason == "PERMISSION_MISSING"


def test_telling_twice_changes_nothing(quality):
    for _ in range(6):
        quality.send(comment="Fine.")
    quality.release()
    before = quality.rows("SELECT * FROM reaction_batch"), quality.rows("SELECT * FROM comment_batch")

    quality.release()

    assert (quality.rows("SELECT * FROM reaction_batch"), quality.rows("SELECT * FROM comment_batch")) == before
    assert len(before[0]) == 5
    assert len(before[1]) == 1


def test_a_course_that_was_not_rated_has_no_figures_and_an_unknown_one_is_not_there(quality):
    course = quality.course()
    assert (list(course.ratings), course.HasField("passed"), course.HasField("passed_first")) == ([], False, False)
    assert refusal(quality.course, "courses/nothing").metadata == {"resource": "courses/nothing"}


def test_courses_are_listed_by_keyset(quality):
    for course in ("courses/b", "courses/a", "courses/c"):
        quality.hear(course=course)
        for _ in range(5):
            quality.send(version=f"{course}/versions/1")
    quality.release()
    stub = quality.stub(quality_read=["state"])

    found, token = [], ""
    while True:
        answer = stub.ListCourseQuality(pb.ListCourseQualityRequest(page_size=2, page_token=token))
        found.append([course.course for course in answer.courses])
        token = answer.next_page_token
        if not token:
            break

    assert found == [["courses/a", "courses/b"], ["courses/c"]]


# ---- what the database itself refuses ----


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (
            "INSERT INTO reaction_batch SELECT gen_random_uuid(), 'c', 1, '', 'useful', '2026-11-23', 0, 0, 0, 4, 0",
            "at_least_five",
        ),
        (
            "INSERT INTO comment_batch SELECT gen_random_uuid(), 'c', '2026-11-23', ARRAY['a', 'b', 'c', 'd']",
            "at_least_five",
        ),
        ("INSERT INTO test_result VALUES ('t', 1, 4, 2, 2, now())", "taken_by_five"),
        ("INSERT INTO test_result VALUES ('t', 1, 5, 6, 2, now())", "parts"),
        ("INSERT INTO test_result VALUES ('t', 1, 6, 5, 6, now())", "parts"),
    ],
)
def test_the_database_takes_no_figure_of_fewer_than_five(quality, statement, constraint):
    with quality.evaluation.running.connect() as connection, pytest.raises(psycopg.IntegrityError, match=constraint):
        connection.execute(statement)


@pytest.mark.parametrize("table", ["reaction_batch", "comment_batch"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET course_id = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_what_was_told_cannot_be_changed_even_by_hand(quality, table, statement):
    refused = pytest.raises(psycopg.IntegrityError, match="never change")
    with quality.evaluation.running.connect() as connection, refused:
        connection.execute(statement.format(table))


def test_every_table_but_the_box_and_its_tickets_wants_an_audit_row(quality):
    tables = quality.rows("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
    guarded = quality.rows("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'needs_audit_row'")

    unguarded = {name for (name,) in tables} - {name for (name,) in guarded} - set(KIT_TABLES) - {"alembic_version"}
    assert unguarded == {"sealed_answer", "spent_ticket"}
    assert len(guarded) >= 7


def test_an_anonymous_write_that_strays_into_another_table_fails(quality):
    with pytest.raises(Exception, match="audit row"), anonymous_write(quality.database) as db:
        db.run("INSERT INTO course_version VALUES ('x', 1, '', 0)")
    assert quality.rows("SELECT count(*) FROM course_version WHERE course_id = 'x'") == [(0,)]


def test_an_anonymous_write_that_makes_an_event_fails(quality):
    with pytest.raises(RuntimeError, match="no event"), anonymous_write(quality.database) as db:
        db.run("INSERT INTO spent_ticket VALUES ('\\x00', '2026-11-23')")
        db.events.append(PendingEvent("cadre.evaluation.x.made.v1", b"", {}))
    assert quality.rows("SELECT count(*) FROM spent_ticket") == [(0,)]
