"""No version of a course without a decision on its digest."""

import uuid

import psycopg
import pytest

from cadre.curriculum.v1 import course_service_pb2 as pb
from cadre.curriculum.v1 import decision_service_pb2 as decision_pb
from cadre.curriculum.v1 import events_pb2
from cadre.operations.v1 import operations_service_pb2 as operations
from cadre.operations.v1.operations_service_pb2_grpc import OperationsServiceStub

from .conftest import new_id

# What a write leaves first, and by which a trigger knows who writes.
AUDITED = """
WITH entry AS (
  INSERT INTO audit (id, at, actor, method, resource)
  VALUES (gen_random_uuid(), now(), 'people/ann', 'x/y', 'courses/-')
  RETURNING id
)
SELECT set_config('cadre.audit', id::text, true) FROM entry
"""
# As the release before publishes: it knows of no decision.
AS_BEFORE = """
INSERT INTO course_version (course_id, version, title, summary, sections, minutes, test_version, demonstration,
  content_sha256, published_at)
SELECT course_id, version + 1, title, summary, sections, minutes, test_version, demonstration, content_sha256,
  published_at
FROM course_version
"""
WITH_DECISION = """
INSERT INTO course_version (course_id, version, title, summary, sections, minutes, test_version, demonstration,
  content_sha256, published_at, decision_id)
SELECT course_id, version + 1, title, summary, sections, minutes, test_version, demonstration, %(digest)s, published_at,
  decision_id
FROM course_version
"""


@pytest.fixture
def published(curriculum):
    """A course with one version, by a person who may."""
    manager = curriculum.running.stubs(caller=f"people/{uuid.uuid4()}", rights=["courses.write", "catalogue.read"])
    course = curriculum.create()
    return manager.PublishCourse(pb.PublishCourseRequest(name=course.name, etag=course.etag, request_id=new_id()))


def test_who_publishes_decides_on_the_digest_in_the_same_moment_and_learners_read_the_decision_without_the_name(
    curriculum, published
):
    read = pb.GetCourseVersionRequest(name=published.name)
    decision = curriculum.manager.GetCourseVersion(read).decision

    assert decision == published.decision
    assert decision.digest == published.content_sha256
    assert (decision.subject, decision.number, decision.body) == (published.course, "", "")
    assert decision.way == decision_pb.Decision.APPROVER
    assert decision.decider.startswith("people/")
    told = curriculum.learner.GetCourseVersion(read).decision
    assert (told.name, told.way, told.decider) == (decision.name, decision.way, "")
    listed = curriculum.learner.ListCourseVersions(pb.ListCourseVersionsRequest(parent=published.course))
    batch = curriculum.learner.BatchGetCourseVersions(pb.BatchGetCourseVersionsRequest(names=[published.name]))
    assert [one.decision for one in (*listed.course_versions, *batch.course_versions)] == [told, told]
    with curriculum.running.connect() as connection:
        events = connection.execute("SELECT payload FROM outbox WHERE subject LIKE '%decision.recorded%'").fetchall()
    (event,) = [events_pb2.DecisionRecorded.FromString(payload) for (payload,) in events]
    assert (f"decisions/{event.decision_id}", event.digest, event.way) == (decision.name, decision.digest, "APPROVER")


@pytest.mark.parametrize(
    "statement", ["UPDATE decision SET motion = 'x'", "DELETE FROM decision", "TRUNCATE decision CASCADE"]
)
def test_d120_a_decision_never_changes_even_by_hand(curriculum, published, statement):
    with curriculum.running.connect() as connection, pytest.raises(psycopg.IntegrityError, match="never changes"):
        connection.execute(statement)

    assert published.decision.name


def test_d122_no_version_is_without_a_decision_on_its_digest_even_by_hand(curriculum, published):
    other = {"digest": "0" * 64}
    with curriculum.running.connect() as connection:
        for statement in (AS_BEFORE, WITH_DECISION):
            with pytest.raises(psycopg.IntegrityError, match="decision on its digest"):
                connection.execute(statement, other)
        with connection.transaction():
            connection.execute(AUDITED)
            with pytest.raises(psycopg.IntegrityError, match="decision on its digest"), connection.transaction():
                connection.execute(WITH_DECISION, other)
            connection.execute(AS_BEFORE)
    listed = curriculum.manager.ListCourseVersions(pb.ListCourseVersionsRequest(parent=published.course))

    by_the_release_before = listed.course_versions[0].decision
    assert (by_the_release_before.decider, by_the_release_before.digest) == ("people/ann", published.content_sha256)
    assert by_the_release_before.name != published.decision.name


def test_the_audit_finds_a_version_whose_decision_is_on_something_else(curriculum, published):
    operator = curriculum.running.stub(OperationsServiceStub, rights=["operations.read"])

    def undecided():
        audits = operator.RunAudits(operations.RunAuditsRequest()).audits
        return {audit.name: audit.count for audit in audits}["course_versions.undecided"]

    assert undecided() == 0
    with curriculum.running.connect() as connection:
        connection.execute("ALTER TABLE decision DISABLE TRIGGER USER")
        connection.execute("UPDATE decision SET subject = 'courses/another' WHERE subject = %s", [published.course])
    assert undecided() == 1
