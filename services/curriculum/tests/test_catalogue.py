import uuid

import pytest

from cadre.curriculum.v1 import course_service_pb2 as pb
from servicekit.rpc.client import Refused


def entry(slug, title="", **fields):
    return pb.Course(name=f"courses/{slug}", title=title or slug, **fields)


def test_the_catalogue_is_in_the_order_of_titles_a_page_at_a_time(curriculum):
    titles = ["Zoning", "álgebra", "Basics", "basics", "“Intake”", "Arrears"]
    curriculum.bring_in(*(entry(f"course-{n}", title) for n, title in enumerate(titles)))

    seen, token = [], ""
    while True:
        answer = curriculum.manager.ListCourses(pb.ListCoursesRequest(page_size=2, page_token=token))
        assert len(answer.courses) <= 2
        seen += [course.title for course in answer.courses]
        token = answer.next_page_token
        if not token:
            break

    assert seen == ["álgebra", "Arrears", "Basics", "basics", "“Intake”", "Zoning"]


def test_a_list_shows_no_sections(curriculum):
    curriculum.create()

    (course,) = curriculum.manager.ListCourses(pb.ListCoursesRequest()).courses

    assert course.title == "Intake basics"
    assert not course.sections


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("PROTECCION", ["Protección de datos"]),
        ("protección", ["Protección de datos"]),
        ("ocse", ["Locate"]),
        ("new  work", ["Locate"]),
        ("work", ["Locate", "Protección de datos"]),
        ("work nobody", []),
        ("cate", []),
        ("o'neal", ["Locate"]),
        ("O\u2019Neal", ["Locate"]),
        ("neal", ["Locate"]),
        ("soren", ["Locate"]),
        ("654.7", ["Protección de datos"]),
        ("654.8", []),
        ("%", ["Locate", "Protección de datos"]),
        ("", ["Locate", "Protección de datos"]),
    ],
)
def test_courses_are_found_by_words_of_title_provider_or_audience(curriculum, query, found):
    curriculum.bring_in(
        entry("locate", "Locate", provider="OCSE, Søren O\u2019Neal", audience="New workers", summary="nobody"),
        entry("data", "Protección de datos", provider="UC Davis", audience="All who work here (654.7)"),
    )

    assert curriculum.titles(query=query) == found


def test_only_published_courses_are_those_that_can_be_taken_here(curriculum):
    curriculum.bring_in(entry("elsewhere"))
    curriculum.create("drafted", title="Drafted")
    curriculum.publish(curriculum.create("published", title="Published"))

    assert curriculum.titles(only_published=True) == ["Published"]
    assert curriculum.titles() == ["Drafted", "elsewhere", "Published"]


def test_a_page_token_of_another_list_is_refused(curriculum):
    curriculum.bring_in(entry("one"), entry("two"))
    token = curriculum.manager.ListCourses(pb.ListCoursesRequest(page_size=1)).next_page_token

    with pytest.raises(Refused) as refused:
        curriculum.manager.ListCourses(pb.ListCoursesRequest(page_size=1, page_token=token, query="one"))

    assert (refused.value.reason, list(refused.value.fields)) == ("INVALID_FIELD", ["page_token"])


def test_an_import_keeps_every_field_and_a_repeat_changes_nothing(curriculum):
    course = entry(
        "locate",
        "Locate",
        provider="OCSE",
        delivery_mode="CD-ROM",
        duration="3 days",
        audience="Workers",
        source_url="https://example.org/locate",
        confidence="public page",
        year_or_date="1999",
        summary="Find people.",
        demonstration=True,
    )

    assert curriculum.bring_in(course) == 1
    (kept,) = curriculum.manager.ListCourses(pb.ListCoursesRequest()).courses
    assert curriculum.bring_in(course) == 0

    assert curriculum.manager.ListCourses(pb.ListCoursesRequest()).courses == [kept]
    for given in ("etag", "offer"):
        kept.ClearField(given)
    assert kept == course


@pytest.mark.parametrize(
    "field",
    [
        "title",
        "provider",
        "delivery_mode",
        "duration",
        "audience",
        "source_url",
        "confidence",
        "year_or_date",
        "summary",
    ],
)
def test_only_what_differs_is_changed(curriculum, field):
    curriculum.bring_in(entry("one"), entry("two"))

    assert curriculum.bring_in(entry("one"), pb.Course(**{"name": "courses/two", "title": "two", field: "new"})) == 1

    with curriculum.running.connect() as connection:
        rows = connection.execute("SELECT id, revision FROM course ORDER BY id").fetchall()
    assert rows == [("one", 1), ("two", 2)]


def test_a_course_that_was_written_here_is_not_overwritten_by_an_import(curriculum):
    curriculum.create("written", title="Ours")

    assert curriculum.bring_in(entry("written", "Theirs"), entry("other")) == 1
    assert curriculum.titles() == ["other", "Ours"]


@pytest.mark.parametrize(
    ("courses", "field"),
    [
        ([entry("one"), entry("one")], "courses[1].name"),
        ([entry("one"), pb.Course(name="courses/Two", title="x")], "courses[1].name"),
        ([entry("one"), pb.Course(name="courses/two")], "courses[1].title"),
        ([entry("one", sections=[pb.Section(title="x")])], "courses[0].sections"),
        ([entry("one", test_version="tests/x/versions/1")], "courses[0].sections"),
    ],
)
def test_an_import_with_one_bad_entry_changes_nothing(curriculum, courses, field):
    with pytest.raises(Refused) as refused:
        curriculum.bring_in(*courses)

    assert (refused.value.reason, list(refused.value.fields)) == ("INVALID_FIELD", [field])
    assert curriculum.titles() == []


def test_a_thousand_entries_take_as_many_statements_as_one(curriculum, statements):
    with statements() as few:
        curriculum.bring_in(entry("one"))
    with statements() as many:
        assert curriculum.bring_in(*(entry(f"course-{n}") for n in range(1_000))) == 1_000

    assert len(few) == len(many) > 0


def test_one_entry_too_many_is_refused(curriculum):
    with pytest.raises(Refused) as refused:
        curriculum.bring_in(*(entry(f"course-{n}") for n in range(1_001)))

    assert (refused.value.reason, refused.value.metadata["value"]) == ("INVALID_FIELD", "1001")


@pytest.mark.parametrize("method", ["GetCourse", "CreateCourse", "UpdateCourse", "PublishCourse", "ImportCatalogue"])
def test_a_learner_reads_the_catalogue_and_nothing_else(curriculum, method):
    assert curriculum.titles() == []
    request = getattr(pb, f"{method}Request")()
    if "request_id" in request.DESCRIPTOR.fields_by_name:
        request.request_id = str(uuid.uuid4())

    with pytest.raises(Refused) as refused:
        getattr(curriculum.learner, method)(request)

    right = "reference.import" if method == "ImportCatalogue" else "courses.write"
    assert (refused.value.code, refused.value.reason) == ("PERMISSION_DENIED", "PERMISSION_MISSING")
    assert refused.value.metadata == {"right": right, "scope": "STATE"}
