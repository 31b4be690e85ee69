import uuid
from datetime import UTC, datetime

import pytest

from cadre.curriculum.v1 import course_service_pb2 as pb
from curriculum.app import APP
from curriculum.courses.rules.catalogue import Offer, offers
from servicekit.rpc.client import Refused


def refused_with(call, request):
    with pytest.raises(Refused) as refused:
        call(request)
    return refused.value.reason, refused.value.metadata


@pytest.fixture
def three(curriculum):
    """A course that can be taken here, one that a source describes, and one that is being written."""
    here = curriculum.publish(curriculum.create("intake-basics"))
    source = "https://public.example.org/locate"
    curriculum.bring_in(pb.Course(name="courses/locate", title="Locate", source_url=source, confidence="public page"))
    curriculum.create("in-the-making", title="In the making", test_version="")
    return here


def names(stub, **request):
    return [course.name for course in stub.ListCourses(pb.ListCoursesRequest(**request)).courses]


@pytest.mark.parametrize(
    ("offer", "found"),
    [
        (pb.HERE, ["courses/intake-basics"]),
        (pb.ELSEWHERE, ["courses/locate"]),
        (pb.UNFINISHED, ["courses/in-the-making"]),
        (pb.OFFER_UNSPECIFIED, ["courses/in-the-making", "courses/intake-basics", "courses/locate"]),
    ],
)
def test_who_writes_courses_finds_each_by_where_it_is_given(curriculum, three, offer, found):
    assert names(curriculum.manager, offer=offer) == found


def test_nobody_else_finds_a_course_that_is_still_written(curriculum, three):
    learner = curriculum.learner

    assert names(learner) == ["courses/intake-basics", "courses/locate"]
    assert names(learner, offer=pb.UNFINISHED) == []
    for stub, answer in ((curriculum.manager, "In the making"), (learner, None)):
        request = pb.GetCatalogueEntryRequest(name="courses/in-the-making")
        if answer:
            assert stub.GetCatalogueEntry(request).title == answer
        else:
            refusal = ("NOT_FOUND", {"resource": "courses/in-the-making"})
            assert refused_with(stub.GetCatalogueEntry, request) == refusal


def test_a_sourced_course_stays_in_the_catalogue_while_somebody_writes_a_draft_of_it(curriculum, three):
    course = curriculum.manager.GetCourse(pb.GetCourseRequest(name="courses/locate"))
    course.sections.add(title="One", minutes=5, markdown="Text.")
    drafted = curriculum.manager.UpdateCourse(pb.UpdateCourseRequest(course=course, request_id=str(uuid.uuid4())))
    assert names(curriculum.learner, offer=pb.ELSEWHERE) == ["courses/locate"]

    curriculum.publish(drafted)

    assert names(curriculum.learner, offer=pb.ELSEWHERE) == []
    assert names(curriculum.learner, offer=pb.HERE) == ["courses/intake-basics", "courses/locate"]


def test_the_catalogue_says_how_long_the_newest_version_takes_and_holds_no_draft(curriculum, three):
    listed = curriculum.learner.ListCourses(pb.ListCoursesRequest(offer=pb.HERE)).courses
    entry = curriculum.learner.GetCatalogueEntry(pb.GetCatalogueEntryRequest(name="courses/intake-basics"))

    assert list(listed) == [entry]
    assert (entry.minutes, entry.latest_version, list(entry.sections)) == (22, 1, [])


def test_courses_are_found_by_the_test_that_their_draft_names(curriculum, three):
    curriculum.create("alike", title="Alike", test_version="tests/intake-two/versions/1")

    assert names(curriculum.manager, test="tests/intake") == ["courses/intake-basics"]
    assert names(curriculum.manager, test="tests/nowhere") == []


@pytest.mark.parametrize(
    ("request_", "metadata"),
    [
        (pb.ListCoursesRequest(offer=9), {"value": "9", "rule": "must be one that the contract knows"}),
        (pb.ListCoursesRequest(test="intake"), {"value": "intake", "rule": "must have the form tests/{test}"}),
    ],
)
def test_a_filter_that_is_none_is_refused(curriculum, request_, metadata):
    assert refused_with(curriculum.learner.ListCourses, request_) == ("INVALID_FIELD", metadata)


def republish(curriculum, name, **changes):
    course = curriculum.manager.GetCourse(pb.GetCourseRequest(name=name))
    for field, value in changes.items():
        setattr(course, field, value)
    return curriculum.publish(
        curriculum.manager.UpdateCourse(pb.UpdateCourseRequest(course=course, request_id=str(uuid.uuid4())))
    )


def test_versions_are_listed_newest_first_a_page_at_a_time_without_their_texts(curriculum, three):
    for number in (2, 3):
        republish(curriculum, three.course, title=f"Edition {number}")
    request = pb.ListCourseVersionsRequest(parent=three.course, page_size=2)

    first = curriculum.learner.ListCourseVersions(request)
    request.page_token = first.next_page_token
    second = curriculum.learner.ListCourseVersions(request)

    listed = [*first.course_versions, *second.course_versions]
    assert [version.version for version in listed] == [3, 2, 1]
    assert [version.title for version in listed] == ["Edition 3", "Edition 2", "Intake basics"]
    assert {version.latest_version for version in listed} == {3}
    assert [(part.title, part.minutes, part.markdown) for part in listed[0].sections] == [
        ("The application", 10, ""),
        ("Opening the case", 12, ""),
    ]
    assert (len(first.course_versions), second.next_page_token) == (2, "")


def test_a_list_of_versions_costs_one_statement_however_many_there_are(curriculum, three, statements):
    counts = []
    for number in (2, 3, 4):
        with statements() as sent:
            curriculum.learner.ListCourseVersions(pb.ListCourseVersionsRequest(parent=three.course))
        counts.append(len([statement for statement in sent if "course_version" in statement]))
        republish(curriculum, three.course, title=f"Edition {number}")

    assert counts == [1, 1, 1]


def test_versions_are_given_by_name_each_once_and_those_that_are_not_there_are_left_out(curriculum, three):
    second = republish(curriculum, three.course, title="Second")
    wanted = [second.name, three.name, three.name, "courses/nowhere/versions/1"]

    found = curriculum.learner.BatchGetCourseVersions(pb.BatchGetCourseVersionsRequest(names=wanted)).course_versions

    assert [(version.name, version.title) for version in found] == [
        (three.name, "Intake basics"),
        (second.name, "Second"),
    ]
    assert [len(version.sections) for version in found] == [0, 0]
    empty = curriculum.learner.BatchGetCourseVersions(pb.BatchGetCourseVersionsRequest())
    assert not empty.course_versions


@pytest.mark.parametrize(
    ("names_", "field"), [(["courses/x"], "names[0]"), (["courses/x/versions/1"] * 1_001, "names")]
)
def test_names_that_are_none_or_too_many_are_refused(curriculum, names_, field):
    with pytest.raises(Refused) as refused:
        curriculum.learner.BatchGetCourseVersions(pb.BatchGetCourseVersionsRequest(names=names_))

    assert (refused.value.reason, list(refused.value.fields)) == ("INVALID_FIELD", [field])


def test_who_may_not_write_courses_is_never_offered_an_unfinished_one():
    assert set(offers(None, writes=True)) == set(Offer)
    for asked in (None, *Offer):
        assert Offer.UNFINISHED not in offers(asked, writes=False)
    assert offers(Offer.UNFINISHED, writes=True) == (Offer.UNFINISHED,)


def test_a_course_says_what_its_draft_lacks_to_be_published(curriculum):
    sections = [pb.Section(title="One", minutes=5, markdown="Text."), pb.Section(title="Two")]

    lacking = curriculum.create("lacking", sections=sections)
    complete = curriculum.create("complete")

    assert list(lacking.missing) == ["section 2: text", "section 2: minutes"]
    assert list(complete.missing) == []
    assert list(curriculum.manager.GetCourse(pb.GetCourseRequest(name="courses/lacking")).missing) == lacking.missing


@pytest.mark.parametrize(
    ("year_or_date", "offer"),
    [
        ("current", pb.ELSEWHERE),
        ("", pb.ELSEWHERE),
        ("2018-2021", pb.ELSEWHERE),
        ("FY2020", pb.ARCHIVED),
        ("1999 (DCL-99-36)", pb.ARCHIVED),
        ("1995-01-17 (DC-95-03)", pb.ARCHIVED),
    ],
)
def test_what_its_source_dates_long_ago_is_in_the_archive(launch, year_or_date, offer):
    running = launch(APP, clock=lambda: datetime(2026, 6, 1, tzinfo=UTC))
    importer = running.stubs(caller="services/cli", rights=["reference.import"])
    learner = running.stubs(caller=f"people/{uuid.uuid4()}", rights={"catalogue.read": ["self"]})
    described = pb.Course(
        name="courses/locate", title="Locate", source_url="https://example.org/", year_or_date=year_or_date
    )
    importer.ImportCatalogue(pb.ImportCatalogueRequest(courses=[described], request_id=str(uuid.uuid4())))

    entry = learner.GetCatalogueEntry(pb.GetCatalogueEntryRequest(name="courses/locate"))
    assert entry.offer == offer
    assert names(learner, offer=offer) == ["courses/locate"]
    assert names(learner, offer=pb.ARCHIVED if offer == pb.ELSEWHERE else pb.ELSEWHERE) == []
