import hashlib
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import grpc
import pytest

from cadre.curriculum.v1 import course_service_pb2 as pb
from cadre.curriculum.v1 import events_pb2
from servicekit.rpc.client import Refused


def new_id():
    return str(uuid.uuid4())


def refused_with(call, request):
    with pytest.raises(Refused) as refused:
        call(request)
    return refused.value.reason, refused.value.metadata


def outbox(curriculum):
    with curriculum.running.connect() as connection:
        return connection.execute(
            "SELECT subject, payload FROM outbox WHERE subject LIKE '%course_version%' ORDER BY seq"
        ).fetchall()


def test_a_course_is_read_as_it_was_written(curriculum):
    created = curriculum.create()

    read = curriculum.draft("courses/intake-basics")

    assert read == created
    assert read.sections[0].markdown == "# Apply\n\n<b>as given</b>"
    assert (read.title, read.test_version, read.latest_version) == ("Intake basics", "tests/intake/versions/3", 0)
    assert read.demonstration


def test_a_draft_says_who_saved_it_last_and_when(curriculum):
    course = curriculum.create()
    by_nobody = curriculum.manager.GetCourse(pb.GetCourseRequest(name=course.name))
    manager = f"people/{new_id()}"
    stub = curriculum.running.stubs(caller=manager, rights=["courses.write"])
    stub.PublishCourse(pb.PublishCourseRequest(name=course.name, etag=course.etag, request_id=new_id()))
    issued = stub.GetCourse(pb.GetCourseRequest(name=course.name))

    assert (by_nobody.saved_by, issued.saved_by) == ("", manager)
    assert issued.save_time.ToDatetime() > by_nobody.save_time.ToDatetime()


def test_the_same_request_twice_creates_one_course_and_gets_one_answer(curriculum):
    request = pb.CreateCourseRequest(course_id="twice", course=pb.Course(title="Twice"), request_id=new_id())

    assert curriculum.manager.CreateCourse(request) == curriculum.manager.CreateCourse(request)
    assert curriculum.titles() == ["Twice"]


def test_a_method_is_answered_under_the_name_of_the_service_that_had_it_before(curriculum):
    create = pb.CreateCourseRequest(course_id="moved", course=pb.Course(title="Moved"), request_id=new_id())
    first = curriculum.manager.CreateCourse(create)
    with grpc.insecure_channel(f"127.0.0.1:{curriculum.running.port}") as channel:
        former = channel.unary_unary(
            "/cadre.curriculum.v1.CurriculumService/CreateCourse",
            request_serializer=pb.CreateCourseRequest.SerializeToString,
            response_deserializer=pb.Course.FromString,
        )
        token = curriculum.running.signer.mint(
            "services/test", {"courses.write": frozenset({"state"})}, now=datetime.now(UTC)
        )
        assert former(create, metadata=(("authorization", f"Bearer {token}"),)) == first


def test_a_request_that_the_release_before_answered_is_known_again(curriculum):
    create = pb.CreateCourseRequest(course_id="known", course=pb.Course(title="Known"), request_id=new_id())
    first = curriculum.manager.CreateCourse(create)
    with curriculum.running.connect() as connection:
        connection.execute("UPDATE idempotency SET method = 'CurriculumService/CreateCourse'")

        assert curriculum.manager.CreateCourse(create) == first
        assert connection.execute("SELECT count(*) FROM audit WHERE resource = 'courses/known'").fetchone() == (1,)


def test_a_course_that_is_there_is_not_created_again(curriculum):
    curriculum.create()
    request = pb.CreateCourseRequest(course_id="intake-basics", course=pb.Course(title="Other"), request_id=new_id())

    answer = refused_with(curriculum.manager.CreateCourse, request)

    assert answer == ("ALREADY_EXISTS", {"resource": "courses/intake-basics"})
    assert curriculum.titles() == ["Intake basics"]


def test_of_eight_who_create_one_course_at_once_one_does_and_seven_are_told(curriculum):
    def create(n):
        course = pb.Course(title=f"Number {n}")
        request = pb.CreateCourseRequest(course_id="contested", course=course, request_id=new_id())
        try:
            return curriculum.manager.CreateCourse(request).title
        except Refused as refused:
            return refused.reason

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(create, range(8)))

    assert answers.count("ALREADY_EXISTS") == 7
    assert curriculum.titles() == [answer for answer in answers if answer != "ALREADY_EXISTS"]


@pytest.mark.parametrize(
    ("course_id", "course", "field"),
    [
        ("No Slug", pb.Course(title="x"), "course_id"),
        ("empty", pb.Course(), "course.title"),
        ("test", pb.Course(title="x", test_version="tests/x"), "course.test_version"),
        ("long", pb.Course(title="x", sections=[pb.Section(minutes=481)]), "course.sections[0].minutes"),
    ],
)
def test_a_course_that_cannot_be_is_refused_by_its_field(curriculum, course_id, course, field):
    with pytest.raises(Refused) as refused:
        curriculum.manager.CreateCourse(pb.CreateCourseRequest(course_id=course_id, course=course, request_id=new_id()))

    assert (refused.value.code, refused.value.reason) == ("INVALID_ARGUMENT", "INVALID_FIELD")
    assert list(refused.value.fields) == [field]
    assert set(refused.value.metadata) == {"value", "rule"}
    assert curriculum.titles() == []


def test_the_draft_is_replaced_and_the_etag_moves_on(curriculum):
    course = curriculum.create()
    changed = pb.Course(name=course.name, title="Intake, second edition", etag=course.etag)

    updated = curriculum.manager.UpdateCourse(pb.UpdateCourseRequest(course=changed, request_id=new_id()))

    assert (updated.title, len(updated.sections), updated.test_version) == ("Intake, second edition", 0, "")
    assert updated.etag != course.etag
    assert curriculum.draft(course.name) == updated


def test_an_update_of_what_somebody_else_changed_meanwhile_is_stale(curriculum):
    course = curriculum.create()
    for title in ("Mine", "Yours"):
        request = pb.UpdateCourseRequest(
            course=pb.Course(name=course.name, title=title, etag=course.etag), request_id=new_id()
        )
        if title == "Mine":
            curriculum.manager.UpdateCourse(request)

    assert refused_with(curriculum.manager.UpdateCourse, request) == ("STALE", {"resource": course.name})
    assert curriculum.titles() == ["Mine"]


@pytest.mark.parametrize("method", ["UpdateCourse", "PublishCourse"])
def test_who_does_not_say_what_they_read_changes_nothing(curriculum, method):
    course = curriculum.create()
    request = {
        "UpdateCourse": pb.UpdateCourseRequest(course=pb.Course(name=course.name, title="x"), request_id=new_id()),
        "PublishCourse": pb.PublishCourseRequest(name=course.name, request_id=new_id()),
    }[method]

    reason, metadata = refused_with(getattr(curriculum.manager, method), request)

    assert (reason, metadata["value"]) == ("INVALID_FIELD", "")
    assert curriculum.draft(course.name) == course


def test_a_published_version_is_what_the_draft_was_and_the_world_is_told(curriculum):
    course = curriculum.create()

    version = curriculum.publish(course)

    assert version.name == "courses/intake-basics/versions/1"
    assert (version.course, version.version, version.minutes) == (course.name, 1, 22)
    assert list(version.sections) == list(course.sections)
    assert (version.title, version.summary) == (course.title, course.summary)
    assert (version.test_version, version.demonstration) == (course.test_version, True)
    # That nobody else decided on it is said to those who write courses.
    assert version.unreviewed
    version.unreviewed = False
    assert curriculum.learner.GetCourseVersion(pb.GetCourseVersionRequest(name=version.name)) == version
    ((subject, payload),) = outbox(curriculum)
    assert subject == "cadre.curriculum.course_version.published.v1"
    assert events_pb2.CourseVersionPublished.FromString(payload) == events_pb2.CourseVersionPublished(
        course_id="intake-basics", version=1, section_count=2, minutes=22, test_id="intake", test_version=3
    )


def test_the_digest_of_a_version_can_be_recomputed_by_anybody(curriculum):
    version = curriculum.publish(curriculum.create(title="Protección"))

    content = {
        "title": version.title,
        "summary": version.summary,
        "sections": [
            {"title": part.title, "minutes": part.minutes, "markdown": part.markdown} for part in version.sections
        ],
        "test_version": version.test_version,
        "demonstration": version.demonstration,
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert version.content_sha256 == hashlib.sha256(canonical.encode()).hexdigest()


def test_a_new_version_leaves_the_one_before_as_it_was(curriculum):
    first = curriculum.publish(curriculum.create())
    course = curriculum.manager.GetCourse(pb.GetCourseRequest(name=first.course))
    course.sections[0].markdown = "New text"
    course = curriculum.manager.UpdateCourse(pb.UpdateCourseRequest(course=course, request_id=new_id()))

    second = curriculum.publish(course)

    assert (second.version, second.sections[0].markdown) == (2, "New text")
    kept = curriculum.learner.GetCourseVersion(pb.GetCourseVersionRequest(name=first.name))
    # Only what is known of the newest one has changed.
    assert (kept.latest_version, first.latest_version) == (2, 1)
    kept.latest_version = 1
    first.unreviewed = False
    assert kept == first
    latest = curriculum.manager.GetCourse(pb.GetCourseRequest(name=first.course)).latest_version
    assert latest == 2


def test_what_is_not_finished_is_not_published_and_all_that_is_missing_is_named(curriculum):
    course = curriculum.create(sections=[pb.Section(title="One", minutes=5, markdown="x"), pb.Section(title="Two")])
    request = pb.PublishCourseRequest(name=course.name, etag=course.etag, request_id=new_id())

    answer = refused_with(curriculum.manager.PublishCourse, request)

    assert answer == (
        "COURSE_INCOMPLETE",
        {"course": course.name, "missing": "section 2: text; section 2: minutes"},
    )
    assert outbox(curriculum) == []


def test_a_stale_draft_is_not_published(curriculum):
    course = curriculum.create()
    changed = pb.Course(name=course.name, title="Changed", etag=course.etag)
    curriculum.manager.UpdateCourse(pb.UpdateCourseRequest(course=changed, request_id=new_id()))
    request = pb.PublishCourseRequest(name=course.name, etag=course.etag, request_id=new_id())

    assert refused_with(curriculum.manager.PublishCourse, request) == ("STALE", {"resource": course.name})


def test_a_version_like_the_one_before_is_refused(curriculum):
    version = curriculum.publish(curriculum.create())
    course = curriculum.manager.GetCourse(pb.GetCourseRequest(name=version.course))
    request = pb.PublishCourseRequest(name=course.name, etag=course.etag, request_id=new_id())

    answer = refused_with(curriculum.manager.PublishCourse, request)

    assert answer == ("COURSE_UNCHANGED", {"course": course.name, "version": version.name})


def test_publishing_twice_by_one_request_makes_one_version_and_one_event(curriculum):
    course = curriculum.create()
    request = pb.PublishCourseRequest(name=course.name, etag=course.etag, request_id=new_id())

    assert curriculum.manager.PublishCourse(request) == curriculum.manager.PublishCourse(request)
    assert len(outbox(curriculum)) == 1


@pytest.mark.parametrize(
    ("method", "request_"),
    [
        ("GetCourse", pb.GetCourseRequest(name="courses/nowhere")),
        (
            "UpdateCourse",
            pb.UpdateCourseRequest(
                course=pb.Course(name="courses/nowhere", title="x", etag="1"),
                request_id="n",
            ),
        ),
        ("PublishCourse", pb.PublishCourseRequest(name="courses/nowhere", etag="1", request_id="n")),
    ],
)
def test_a_course_that_is_not_there_is_not_found(curriculum, method, request_):
    answer = refused_with(getattr(curriculum.manager, method), request_)

    assert answer == ("NOT_FOUND", {"resource": "courses/nowhere"})


def test_a_version_that_is_not_there_is_not_found(curriculum):
    curriculum.publish(curriculum.create())
    request = pb.GetCourseVersionRequest(name="courses/intake-basics/versions/2")

    answer = refused_with(curriculum.learner.GetCourseVersion, request)

    assert answer == ("NOT_FOUND", {"resource": request.name})


@pytest.mark.parametrize(
    "name",
    [
        "courses/x",
        "courses/x/versions/one",
        "courses/X/versions/1",
        "courses/x/versions/²",
        "courses/x/versions/9999999999",
    ],
)
def test_a_name_that_is_none_is_refused(curriculum, name):
    reason, metadata = refused_with(curriculum.learner.GetCourseVersion, pb.GetCourseVersionRequest(name=name))

    assert (reason, metadata["value"]) == ("INVALID_FIELD", name if "X" not in name else "X")


def test_every_write_leaves_who_did_what_with_before_and_after(curriculum):
    course = curriculum.create()
    changed = pb.Course(name=course.name, title="Changed", sections=course.sections, etag=course.etag)
    curriculum.publish(curriculum.manager.UpdateCourse(pb.UpdateCourseRequest(course=changed, request_id=new_id())))

    with curriculum.running.connect() as connection:
        entries = connection.execute(
            "SELECT method, resource, actor, before ->> 'title', after ->> 'title' FROM audit ORDER BY at"
        ).fetchall()
    assert entries == [
        ("CourseService/CreateCourse", course.name, "services/test", None, "Intake basics"),
        ("CourseService/UpdateCourse", course.name, "services/test", "Intake basics", "Changed"),
        ("CourseService/PublishCourse", f"{course.name}/versions/1", "services/test", None, None),
    ]
