"""A text that people comment on passage by passage, as its pages show it: a letter under review, a draft course.

What is said in forms and drawn alike stands in `remarks.html`, its words in `gateway.words.remarks`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple

from fastapi.exceptions import HTTPException

from gateway.web.forms import Form
from gateway.words.remarks import ANSWERS, SEVERITIES, C

_SHORT = 60


class Block(NamedTuple):
    """A passage of the text; *section*: how the part is called in which it stands, '' = none."""

    id: str
    section: str
    text: str


@dataclass(frozen=True)
class Passage(Generic[C]):
    """A passage with its number, counted from 1, and what was said of it.

    *section* says which part of the text begins with it; '' = none does.
    """

    number: int
    id: str
    section: str
    text: str
    comments: Sequence[C]


@dataclass(frozen=True)
class Line(Generic[C]):
    """A comment as a line of a table, with the number and the text of its passage; 0 is the whole text."""

    number: int
    passage: int
    section: str
    text: str
    comment: C

    @property
    def id(self) -> str:
        """The last part of its name."""
        return self.comment.name.rpartition("/")[2]


def passages(blocks: Iterable[Block], said: Iterable[C]) -> list[Passage[C]]:
    """Return the text with what was said of each passage."""
    of: dict[str, list[C]] = {}
    for comment in said:
        of.setdefault(comment.block, []).append(comment)
    found, before = [], ""
    for number, block in enumerate(blocks, 1):
        begins = block.section if block.section != before else ""
        found.append(Passage(number, block.id, begins, block.text, of.get(block.id, [])))
        before = block.section
    return found


def lines(blocks: Iterable[Block], said: Iterable[C], elsewhere: Callable[[C], str]) -> Iterator[Line[C]]:
    """Give the comments as lines of a table; *elsewhere* says what one is about that stands at no passage."""
    known = {block.id: (number, block) for number, block in enumerate(blocks, 1)}
    for number, comment in enumerate(said, 1):
        if comment.block in known:
            place, block = known[comment.block]
            yield Line(number, place, block.section, block.text, comment)
        else:
            yield Line(number, 0, elsewhere(comment), "", comment)


def line(found: Iterable[Line[C]], comment_id: str) -> Line[C]:
    """Return the one of a comment."""
    one = next((one for one in found if one.id == comment_id), None)
    if one is None:
        raise HTTPException(404)
    return one


def same(found: Iterable[Line[C]], but: str, who: Callable[[C], str]) -> list[tuple[str, str]]:
    """Return the comments to choose one that says the same as the one with the id *but*; *who* wrote each."""
    offered: list[tuple[str, str]] = [
        (one.id, f"{one.number}. {who(one.comment)}: {short(one.comment.text)}") for one in found if one.id != but
    ]
    return [("", "Choose"), *offered]


def short(text: str) -> str:
    """Return the beginning of a text, in one line."""
    begin = " ".join(text.split())
    return begin if len(begin) <= _SHORT else f"{begin[:_SHORT].rstrip()}…"


def check_comment(form: Form, kinds: Collection[str]) -> None:
    """Say at the fields of a comment what is missing."""
    for field, offered in (("kind", kinds), ("severity", SEVERITIES)):
        if form.text(field) not in offered:
            form.errors[field] = "Choose one of these."
    form.needs("text", "Say what is wrong, or what you ask.")
    if form.text("kind") == "POLICY_ERROR":
        form.needs("basis", "Say which rule it is against.")


def check_answer(form: Form) -> str:
    """Return the answer that was chosen, empty if none was; say at the fields what is missing beside it."""
    said = form.text("answer")
    if said not in ANSWERS:
        form.errors["answer"] = "Choose an answer."
        return ""
    if said == "SAME_AS":
        form.needs("same_as", "Choose the comment that says the same.")
    elif said != "ACCEPTED":
        form.needs("text", "Say why, or in which part.")
    return said
