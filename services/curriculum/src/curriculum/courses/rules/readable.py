"""A course as it is read from beginning to end, in parts that somebody may want to say something of."""

from collections.abc import Iterator

from curriculum.courses.rules.courses import Course, Section
from curriculum.courses.rules.pieces import Check, Download, Picture, Piece, Recording
from curriculum.rounds.rules.passages import Part, cut

# Right and wrong answers, as lists of things to do are written.
_RIGHT, _WRONG = "[x]", "[ ]"


def parts(course: Course) -> list[Part]:
    """Return title, summary, and of each section title, text and pieces: what pictures say, questions, answers."""
    return [("", course.title), *cut("", course.summary), *(one for section in course.sections for one in _of(section))]


def _of(section: Section) -> Iterator[Part]:
    yield section.title, section.title
    yield from cut(section.title, section.markdown)
    for piece in section.pieces:
        for text in _said(piece):
            yield section.title, text


def _said(piece: Piece) -> Iterator[str]:
    match piece:
        case Picture():
            yield from (piece.alternative, piece.caption)
        case Recording():
            yield piece.title
            yield from (text for _, text in cut("", piece.transcript))
        case Download():
            yield piece.title
        case Check():
            yield piece.question
            yield from (f"{_RIGHT if one.right else _WRONG} {one.text}" for one in piece.options)
            yield piece.explanation
