"""A section as it is read: pieces in their places, and what is said of an answer."""

import pytest
from markupsafe import Markup

from cadre.curriculum.v1 import course_service_pb2 as pb
from gateway.courses.content import Verdict, arranged, verdict
from gateway.web.forms import Form
from gateway.web.markdown import has_picture, parts


def section(markdown, *numbers):
    pieces = [pb.Piece(number=number, picture=pb.Picture(alternative=str(number))) for number in numbers]
    return pb.Section(markdown=markdown, pieces=pieces)


def read(found):
    """The texts and the numbers, in their order."""
    return [part.striptags() if isinstance(part, Markup) else part.number for part in found if part]


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("One.\n\n[[2]]\n\nTwo.", ["One.", 2, "Two.", 1]),
        ("[[1]]\n\n[[2]]", [1, 2]),
        ("One.", ["One.", 1, 2]),
        # Named twice it stands once; what is not there leaves nothing; inside other text it is text.
        ("[[1]]\n\n[[1]]\n\n[[9]]\n\nSee [[2]].", [1, "See [[2]].", 2]),
        ("- [[1]]\n\n```\n[[2]]\n```", ["[[1]] [[2]]", 1, 2]),
    ],
)
def test_a_piece_stands_where_its_number_is_a_paragraph_and_else_after_the_text(markdown, shown):
    assert read(arranged(section(markdown, 1, 2), 2)) == shown


def test_what_is_read_can_be_pointed_to_and_nothing_else_has_an_anchor():
    (text,) = parts("# One\n\nTwo\n\n- three\n- four", 2, "b")
    assert [f'id="b{n}"' in text for n in (1, 2, 3, 4)] == [True, True, True, False]
    assert "id=" not in parts('<p id="b1">One</p>', 2)[0].replace("&lt;p id=", "")


def test_a_text_that_names_a_picture_is_known():
    assert has_picture("A ![picture](https://example.org/a.png) in it")
    assert not has_picture("`![code](a.png)` and [a link](https://example.org)")


@pytest.mark.parametrize(
    ("chosen", "right"),
    [(["1"], False), (["2"], False), (["2", "3"], True), (["1", "2", "3"], False)],
)
def test_all_that_is_right_and_nothing_else_is_right(chosen, right):
    options = [pb.CheckOption(text=text, right=text != "a") for text in "abc"]
    asked = pb.Section(pieces=[pb.Piece(number=4, check=pb.Check(question="Which?", options=options))])
    form = Form.of({"check": "4", "answer-4": chosen})
    assert verdict(asked, form) == Verdict(4, frozenset(map(int, chosen)), right)


@pytest.mark.parametrize("form", [{}, {"check": "4"}, {"check": "5", "answer-5": "1"}, {"check": "x", "answer-4": "1"}])
def test_nothing_is_said_where_nothing_that_is_asked_was_answered(form):
    asked = pb.Section(pieces=[pb.Piece(number=4, check=pb.Check(question="Which?"))])
    assert verdict(asked, Form.of(form)) is None
