"""A section of a course as it is read: its text, with what stands beside it in its places."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from cadre.curriculum.v1 import course_service_pb2 as pb
from gateway.web import markdown
from gateway.web.forms import Form


@dataclass(frozen=True)
class Verdict:
    """What is said of an answer to a question for oneself. It is said, and recorded nowhere."""

    number: int
    chosen: frozenset[int]
    right: bool


def arranged(section: pb.Section, top: int, anchor: str = "") -> Sequence[Markup | pb.Piece]:
    """Return the text of a section with its pieces: each where the text says its number, the others after it."""
    pieces = {piece.number: piece for piece in section.pieces}
    found: list[Markup | pb.Piece] = []
    for part in markdown.parts(section.markdown, top, anchor):
        if isinstance(part, Markup):
            found.append(part)
        elif part.number in pieces:
            found.append(pieces.pop(part.number))
    return [*found, *pieces.values()]


def files(sections: Iterable[pb.Section]) -> list[tuple[int, pb.Piece]]:
    """Return the files to take along of a whole course, each with the number of its section."""
    return [
        (number, piece)
        for number, section in enumerate(sections, 1)
        for piece in section.pieces
        if piece.HasField("download")
    ]


def verdict(section: pb.Section, form: Form) -> Verdict | None:
    """Say whether what was chosen is right; None if nothing that is asked here was answered."""
    number = form.number("check") if form.text("check") else 0
    asked = next((piece.check for piece in section.pieces if piece.number == number and piece.HasField("check")), None)
    chosen = frozenset(int(n) for n in form.all(f"answer-{number}") if n.isdecimal())
    if asked is None or not chosen:
        return None
    right = {n for n, option in enumerate(asked.options, 1) if option.right}
    return Verdict(number, chosen, chosen == right)
