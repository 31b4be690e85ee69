"""Asking for a reaction, taking it, telling it: through the service, its database and its key."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from cadre.curriculum.v1 import events_pb2 as curriculum
from cadre.evaluation.v1 import quality_service_pb2 as pb
from cadre.evaluation.v1.quality_service_pb2_grpc import QualityServiceStub
from evaluation.quality.box import COMMENT_BYTES, RATING_BYTES, box_of, tickets_of
from evaluation.quality.consumers import course_versions_published
from evaluation.quality.releases import release
from servicekit.calendar import pacific_date
from servicekit.data.anonymous import anonymous_write
from servicekit.data.db import PendingEvent
from servicekit.data.tables import KIT_TABLES
from servicekit.events.consumers import Delivered
from servicekit.rpc import keys
from servicekit.rpc.client import Refused
from servicekit.testing.plugin import ISSUER

from .conftest import RIGHT, new_id

COURSE = "courses/income-withholding"
VERSION = f"{COURSE}/versions/1"
QUESTIONS = ["useful", "realistic", "able", "intend", "supported"]


@dataclass
class Quality:
    """The service, what it heard of courses, and people who answer."""

    evaluation: object
    keys_dir: object
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def stub(self, caller="services/test", **rights):
        held = {right.replace("_", ".", 1): reach for right, reach in rights.items()}
        return self.evaluation.running.stub(QualityServiceStub, caller=caller, rights=held)

    def hear(self, version=1, *, test=None, course=COURSE):
        test_id, test_version = test or ("", 0)
        message = curriculum.CourseVersionPublished(
            course_id=course.removeprefix("courses/"),
            version=version,
            section_count=1,
            minutes=5,
            test_id=test_id,
            test_version=test_version,
        )
        with self.database.transaction(actor="services/evaluation", method="hear") as db:
            course_versions_published(db, [Delivered(uuid.uuid4(), message, self.at, {})])

    @property
    def database(self):
        return self.evaluation.running.runtime.database

    def form(self, person, version=VERSION):
        stub = self.stub(person, tests_take=["self"])
        return stub.GetReactionForm(pb.GetReactionFormRequest(course_version=version))

    def send(self, *ratings, comment="", agency="lake", version=VERSION, person=None, ticket=None):
        person = person or f"people/{new_id()}"
        request = pb.SendReactionRequest(
            course_version=version,
            ratings=ratings or [4] * 5,
            comment=comment,
            ticket=self.form(person, version).ticket if ticket is None else ticket,
            agency=f"agencies/{agency}" if agency else "",
        )
        self.stub(person, tests_take=["self"]).SendReaction(request)
        return request

    def release(self, days=1):
        release(self.database, self.at + timedelta(days=days), box_of(self.keys_dir))

    def course(self, name=COURSE):
        return self.stub(quality_read=["state"]).GetCourseQuality(pb.GetCourseQualityRequest(name=name))

    def agency(self, agency="lake"):
        stub = self.stub(readiness_read_agency=[f"agencies/{agency}"])
        request = pb.ListAgencyCourseQualityRequest(parent=f"agencies/{agency}")
        return {course.course: course for course in stub.ListAgencyCourseQuality(request).courses}

    def comments(self):
        stub = self.stub(courses_write=["state"])
        return list(stub.ListComments(pb.ListCommentsRequest(parent=COURSE)).batches)

    def rows(self, sql):
        with self.evaluation.running.connect() as connection:
            return connection.execute(sql).fetchall()

    def waiting(self):
        return self.rows("SELECT count(*) FROM sealed_answer")[0][0]


@pytest.fixture
def quality(evaluation, keys_dir):
    # Another test may have rewritten the file of public keys, without ours: the private one stays.
    keys.ensure_keys(keys_dir, ISSUER, {"gateway": ["sign_ins.exchange"], "cli": [], "evaluation": []})
    quality = Quality(evaluation, keys_dir)
    quality.hear()
    return quality


def means(course):
    return {ratings.question: (ratings.n, ratings.mean) for ratings in course.ratings}


def refusal(ask, *args, **options):
    with pytest.raises(Refused) as refused:
        ask(*args, **options)
    return refused.value


# ---- the form ----


def test_the_form_asks_five_plain_questions_with_a_ticket(quality):
    form = quality.form(f"people/{new_id()}")

    assert [question.id for question in form.questions] == QUESTIONS
    assert (form.version, len(form.answers), form.questions[0].text) == (1, 5, "I can use this in my own work.")
    assert len(form.ticket) > 40


def test_only_who_took_the_test_is_asked(quality, evaluation, published):
    quality.hear(2, test=("intake", 1))
    version = f"{COURSE}/versions/2"
    me = f"people/{evaluation.person_id}"
    sitting = evaluation.start(published)

    refused = refusal(quality.form, me, version)
    assert (refused.reason, refused.metadata) == ("NOT_TAKEN_YET", {"course_version": version})

    evaluation.submit(sitting, *RIGHT)
    assert quality.form(me, version).ticket
    assert refusal(quality.form, f"people/{new_id()}", version).reason == "NOT_TAKEN_YET"


def test_there_is_no_form_for_a_course_that_nobody_published_and_none_for_a_service(quality):
    refused = refusal(quality.form, f"people/{new_id()}", f"{COURSE}/versions/9")
    assert (refused.reason, refused.metadata) == ("NOT_FOUND", {"resource": f"{COURSE}/versions/9"})
    assert refusal(quality.form, "services/test").reason == "PERMISSION_MISSING"
    assert list(refusal(quality.form, f"people/{new_id()}", f"{COURSE}/versions/x").fields) == ["course_version"]


# ---- the ticket ----


def test_an_answer_sent_twice_counts_once_also_when_the_form_was_opened_twice(quality):
    person = f"people/{new_id()}"
    first = quality.send(5, 5, 5, 5, 5, person=person)
    quality.stub(person, tests_take=["self"]).SendReaction(first)
    assert quality.form(person).sent
    quality.send(1, 1, 1, 1, 1, person=person)

    assert not quality.form(f"people/{new_id()}").sent
    assert quality.waiting() == 6
    assert quality.rows("SELECT count(*) FROM spent_ticket") == [(1,)]


@pytest.mark.parametrize("ticket", ["", "made-up", "AAAA", "é", "=" * 8])
def test_a_ticket_that_we_did_not_give_is_refused(quality, ticket):
    refused = refusal(quality.send, ticket=ticket)

    assert (refused.reason, list(refused.fields)) == ("TICKET_INVALID", ["ticket"])
    assert refused.metadata == {"course_version": VERSION}
    assert quality.waiting() == 0


def test_a_ticket_is_good_for_its_course_only(quality):
    quality.hear(2)
    ticket = quality.form(f"people/{new_id()}").ticket

    assert refusal(quality.send, version=f"{COURSE}/versions/2", ticket=ticket).reason == "TICKET_INVALID"
    quality.send(ticket=ticket)


def test_a_ticket_of_before_a_restart_is_still_good_and_no_two_processes_give_the_same_one(quality):
    before, after = tickets_of(quality.keys_dir), tickets_of(quality.keys_dir)
    given = before.give("people/1", VERSION)

    assert after.digest(given, VERSION) == before.digest(given, VERSION)
    assert given == before.give("people/1", VERSION)
    assert given not in {after.give("people/1", VERSION), before.give("people/2", VERSION)}


def test_a_reaction_that_is_refused_spends_no_ticket(quality):
    person = f"people/{new_id()}"
    refused = refusal(quality.send, 0, 0, 0, 0, 0, person=person)
    assert (refused.reason, list(refused.fields)) == ("INVALID_FIELD", ["ratings"])

    quality.send(person=person)
    assert quality.waiting() == 6


def test_no_line_in_the_log_names_who_sent_a_reaction(quality, evaluation, published, capsys):
    person = f"people/{evaluation.person_id}"
    quality.send(person=person)
    evaluation.start(published)

    said = capsys.readouterr()
    lines = [line for line in (said.out + said.err).splitlines() if evaluation.person_id in line]
    # Whoever starts a test leaves a line; whoever says what they think leaves none.
    assert lines
    assert not [line for line in lines if "StartSitting" not in line]


# ---- the box ----


def test_what_waits_is_sealed_all_alike_whatever_was_said(quality):
    quality.send(5, 0, 0, 0, 0)
    quality.send(1, 1, 1, 1, 1, comment="Ü" * 1000, agency="los-angeles")

    rows = quality.rows("SELECT length(sealed), count(*) FROM sealed_answer GROUP BY 1 ORDER BY 1")
    overhead = 12 + 16
    assert rows == [(RATING_BYTES + overhead, 10), (COMMENT_BYTES + overhead, 2)]


def test_what_was_sealed_is_read_with_its_key_only_and_unchanged_only(quality, tmp_path):
    box = box_of(quality.keys_dir)
    sealed = box.seal({"rating": 4}, RATING_BYTES)
    keys.ensure_keys(tmp_path, ISSUER, {"evaluation": []})

    assert box.open(sealed) == {"rating": 4}
    assert box_of(tmp_path).open(sealed) is None
    assert box.open(sealed[:-1] + bytes([sealed[-1] ^ 1])) is None
    assert box.seal({"rating": 4}, RATING_BYTES) != sealed


def test_answers_whose_key_is_gone_stay_where_they_are(quality, tmp_path):
    for _ in range(5):
        quality.send()
    keys.ensure_keys(tmp_path, ISSUER, {"evaluation": []})

    release(quality.database, quality.at + timedelta(days=1), box_of(tmp_path))

    assert quality.waiting() == 30
    quality.release()
    assert quality.waiting() == 0


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
