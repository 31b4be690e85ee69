"""What the editors of courses and tests share, and what they say of a draft."""

import pytest

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.evaluation.v1 import test_service_pb2 as pb
from gateway.areas import OUTCOMES
from gateway.letters import offered
from gateway.tests import editor
from gateway.web import drafts
from gateway.web.forms import SentForm
from servicekit.rpc.client import Refused


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Intake basics", "intake-basics"),
        ("  Protección básica: 2nd part! ", "proteccion-basica-2nd-part"),
        ("…", ""),
        ("word " * 40, "-".join(["word"] * 16)),
    ],
)
def test_an_id_is_made_of_the_words_of_a_title(title, slug):
    assert drafts.slug(title) == slug


def lettered(*titles):
    return course_pb.Course(sections=[course_pb.Section(title=title) for title in titles]).sections


@pytest.mark.parametrize(
    ("action", "order"),
    [
        ("up-2", "bac"),
        ("down-2", "acb"),
        ("up-1", None),
        ("down-3", None),
        ("up-4", None),
        ("up-", None),
        ("sideways-1", None),
        ("", None),
    ],
)
def test_a_part_moves_by_one_place_where_there_is_one(action, order):
    parts = lettered("a", "b", "c")

    assert drafts.ordered(parts, action) is (order is not None)
    assert "".join(part.title for part in parts) == (order or "abc")


def test_a_part_moves_to_any_place():
    parts = lettered("a", "b", "c", "d")

    assert drafts.move(parts, 4, 1)
    assert "".join(part.title for part in parts) == "dabc"
    assert not drafts.move(parts, 1, 5)


@pytest.mark.parametrize(
    ("labels", "place", "opened", "now"),
    [
        (["a", "b"], 2, "b", 2),
        (["new", "a", "b"], 2, "b", 3),
        (["b"], 2, "b", 1),
        (["a", "c"], 2, "gone", 2),
        (["a"], 4, "gone", 2),
        (["b", "x", "b"], 2, "b", 2),
        (["a"], 2, "", 2),
    ],
)
def test_a_part_that_was_moved_while_it_was_open_is_found_by_its_label(labels, place, opened, now):
    assert drafts.place_now(labels, place, opened) == now


def refused(reason, **metadata):
    return Refused("ABORTED", reason, "said to nobody", metadata, {})


@pytest.mark.parametrize(
    ("item", "said"), [("3", "Question 3 must be of a kind."), ("0", "The test must be of a kind.")]
)
def test_what_is_wrong_with_a_test_is_said_of_its_question(item, said):
    form = SentForm(outcomes=OUTCOMES)

    drafts.refuse(None, form, refused("TEST_UNSOUND", item=item, rule="must be of a kind"), pb.Test())

    assert form.errors == {"": said}


def test_the_answer_check_knows_the_sections_of_the_course():
    test = pb.Test(
        items=[pb.Item(section=1), pb.Item(), pb.Item(section=3)],
        faults=[
            pb.Fault(item=2, rule="must have a right option", blocking=True),
            pb.Fault(item=0, rule="must have a pass mark from 1 to 3", blocking=True),
        ],
    )
    course = course_pb.Course(sections=[course_pb.Section(), course_pb.Section()])

    assert editor.remarks(test, course) == [
        (2, "Question 2 must have a right option."),
        (2, "Question 2 should name the section to look at again."),
        (3, "Question 3 points to section 3; the course has 2."),
        (0, "The test must have a pass mark from 1 to 3."),
    ]
    assert [number for number, _ in editor.remarks(test, None)] == [2, 0]


def test_a_letter_that_names_an_older_version_keeps_it_until_its_author_chooses_another():
    listed = [course_pb.Course(name="courses/intake", title="Intake", latest_version=2)]
    newest = ("courses/intake/versions/2", "Intake")

    def choices(version):
        name = f"courses/intake/versions/{version}"
        chosen = course_pb.CourseVersion(name=name, title="Intake", version=version, latest_version=2)
        return offered.offered_courses(listed, chosen)

    assert choices(1) == [("courses/intake/versions/1", "Intake, version 1 (version 2 is out)"), newest]
    assert choices(2) == [newest]
    assert offered.offered_courses(listed, None) == [newest]
