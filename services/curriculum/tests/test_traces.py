"""What a course is to teach, from version to version."""

import uuid

import psycopg
import pytest

from cadre.curriculum.v1 import trace_service_pb2 as pb
from cadre.evaluation.v1 import events_pb2 as evaluation
from curriculum.works.consumers import test_versions_published as hear_of_versions

from .working import MUST, objective, refused, reword, task


def test_d125_objectives_tasks_and_their_links_survive_ten_versions_and_each_version_keeps_its_own(office):
    office.without_steering()
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
    office.without_steering()
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
    office.without_steering()
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


def new_ids(count):
    return [str(uuid.uuid4()) for _ in range(count)]


def tell(office, test, version, ids):
    told = evaluation.TestVersionPublished(test_id=test, version=version, item_ids=ids)
    office.content.hear(hear_of_versions, told)


def name_version(version):
    def change(course):
        course.test_version = version

    return change


def read(office, name):
    return office.as_().GetTrace(pb.GetTraceRequest(course=name))


def broken(trace):
    return [gap.what for gap in trace.gaps if gap.kind == pb.TraceGap.LINK_BROKEN]


def test_d125_a_link_follows_its_question_through_versions_of_a_test_and_is_broken_when_that_is_asked_no_more(office):
    test = f"links-{uuid.uuid4().hex[:8]}"
    _, second, third = links = [f"tests/{test}/items/{id}" for id in new_ids(3)]
    order = [link.rpartition("/")[2] for link in links]
    course = office.course(test_version=f"tests/{test}/versions/1")
    tell(office, test, 1, order)
    office.trace(course.name, [objective(items=[second, third])], [task()])

    for version in range(2, 12):
        # Each time another order, and one question more before the others.
        order = [*new_ids(1), *order[1:], order[0]]
        tell(office, test, version, order)
        office.rewrite(course.name, name_version(f"tests/{test}/versions/{version}"))
        trace = read(office, course.name)
        assert (list(trace.objectives[0].items), broken(trace)) == ([second, third], [])

    tell(office, test, 12, [id for id in order if not second.endswith(id)])
    office.rewrite(course.name, name_version(f"tests/{test}/versions/12"))
    assert broken(read(office, course.name)) == [second]
    # What is broken is saved all the same: nobody drops it unseen.
    again = read(office, course.name)
    office.trace(course.name, again.objectives, again.tasks)
    assert broken(read(office, course.name)) == [second]
    office.rewrite(course.name, name_version(""))
    assert broken(read(office, course.name)) == [second, third]


def test_links_by_number_become_lasting_when_their_version_is_told_or_the_trace_is_saved_and_pinned_ones_stay(office):
    test = f"numbers-{uuid.uuid4().hex[:8]}"
    by_number = [f"tests/{test}/items/{n}" for n in (2, 1, 9)]
    ids = new_ids(2)
    lasting = [f"tests/{test}/items/{ids[1]}", f"tests/{test}/items/{ids[0]}", by_number[2]]
    course = office.course(test_version=f"tests/{test}/versions/1")
    other = office.course(test_version=f"tests/{test}/versions/2")
    for name in (course.name, other.name):
        before = office.trace(name, [objective(items=by_number)], [task()])
        assert (list(before.objectives[0].items), broken(before)) == (by_number, [])
    office.publish(course.name)

    for _ in range(2):
        tell(office, test, 1, ids)

    after = read(office, course.name)
    assert (list(after.objectives[0].items), broken(after)) == (lasting, by_number[2:])
    # Whoever had it open saves it as they read it.
    assert after.etag == before.etag
    saved = office.trace(course.name, [objective(items=[*by_number, lasting[0]])], [task()])
    assert list(saved.objectives[0].items) == lasting
    pinned = read(office, f"{course.name}/versions/1")
    assert (list(pinned.objectives[0].items), broken(pinned)) == (by_number, by_number[2:])
    assert list(read(office, other.name).objectives[0].items) == by_number
