"""What a course is to teach, from version to version."""

import uuid

import psycopg
import pytest

from cadre.curriculum.v1 import trace_service_pb2 as pb

from .working import MUST, objective, refused, reword, task


def test_d125_objectives_tasks_and_their_links_survive_ten_versions_and_each_version_keeps_its_own(office):
    course = office.course()
    office.rewrite(course.name, reword("Rule 1.", "Rule 0."))
    kept = office.trace(course.name, [objective(sections=["Part 1"])], [task()])
    first = kept.objectives[0]
    assert first.tasks == [kept.tasks[0].id]
    for year in range(10):
        read = office.as_().GetTrace(pb.GetTraceRequest(course=course.name))
        read.objectives.append(objective(behavior=f"does it in year {year}", tasks=[read.tasks[0].id]))
        office.trace(course.name, read.objectives, read.tasks)
        office.rewrite(course.name, reword(f"Rule {year}.", f"Rule {year + 1}."))
        office.publish(course.name)

    last = office.as_().GetTrace(pb.GetTraceRequest(course=course.name))
    assert (last.objectives[0], last.tasks) == (first, kept.tasks)
    assert len({one.id for one in last.objectives}) == 11
    for version in (1, 10):
        then = office.as_().GetTrace(pb.GetTraceRequest(course=f"{course.name}/versions/{version}"))
        assert then.objectives == last.objectives[: version + 1]
    strange = [objective(id=str(uuid.uuid4()), tasks=[])]
    refused("INVALID_FIELD", office.trace, course.name, strange, [task(id=last.tasks[0].id)])
    with office.running.connect() as connection, pytest.raises(psycopg.IntegrityError, match="never changes"):
        connection.execute("UPDATE trace_version SET audience = ''")


def test_d123_what_differs_between_two_versions_is_read_by_objective_and_by_words_by_whoever_takes_the_course(office):
    course = office.course()
    first = office.trace(course.name, [objective(), objective(behavior="prints it")], [task()])
    office.publish(course.name)
    changed, gone = first.objectives
    changed.standard = "within two days"
    office.trace(course.name, [changed, objective(behavior="signs it", tasks=[first.tasks[0].id])], first.tasks)
    office.rewrite(course.name, reword(MUST, "Rule 1.1 is to be kept for a year."))
    office.publish(course.name)
    learner = office.running.stubs(caller=office.person("stranger"), rights={"catalogue.read": ["self"]})

    found = learner.CompareCourseVersions(pb.CompareCourseVersionsRequest(course=course.name, from_version=1))

    assert (found.from_version, found.to_version) == (f"{course.name}/versions/1", f"{course.name}/versions/2")
    said = [(one.before.standard, one.after.standard, one.after.behavior) for one in found.objectives]
    assert said == [
        ("within five days", "within two days", "the worker enters it"),
        ("", "within five days", "signs it"),
        ("within five days", "", ""),
    ]
    assert (found.objectives[2].before.id, found.objectives[2].before.tasks) == (gone.id, [])
    (section,) = found.sections
    words = {pb.ChangedWords.Kind.Name(one.kind): one.text.strip() for one in section.words}
    assert (section.title_after, words["REMOVED"], words["ADDED"]) == ("Part 1", "kept.", "kept for a year.")
    back = learner.CompareCourseVersions(
        pb.CompareCourseVersionsRequest(course=course.name, from_version=2, to_version=2)
    )
    assert back.objectives_known
    assert not back.objectives
    assert not back.sections
    beyond = pb.CompareCourseVersionsRequest(course=course.name, from_version=3)
    refused("NOT_FOUND", learner.CompareCourseVersions, beyond)


def test_of_a_version_from_before_objectives_were_kept_with_it_only_its_words_are_compared(office):
    course = office.course()
    office.publish(course.name)
    office.trace(course.name)
    office.rewrite(course.name, reword(MUST, "Rule 1.1 is to be kept for a year."))
    office.publish(course.name)
    asked = pb.CompareCourseVersionsRequest(course=course.name, from_version=1)
    known = office.as_().CompareCourseVersions(asked)
    with office.running.connect() as connection:
        connection.execute("ALTER TABLE trace_version DISABLE TRIGGER USER")
        connection.execute("DELETE FROM trace_version WHERE version = 1")

    found = office.as_().CompareCourseVersions(asked)

    assert (known.objectives_known, len(known.objectives)) == (True, 1)
    assert (found.objectives_known, len(found.objectives)) == (False, 0)
    assert found.sections == known.sections
