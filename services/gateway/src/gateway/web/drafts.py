"""What the editors of courses and of tests share: an id from a title, the order of parts, two who write at once."""

import re
import unicodedata
from collections.abc import Sequence
from typing import TypeVar

from google.protobuf.internal.containers import RepeatedCompositeFieldContainer
from google.protobuf.message import Message

from gateway.web.forms import SentForm
from gateway.words import sentences
from servicekit.rpc.client import Refused

_LONGEST_SLUG = 80
P = TypeVar("P", bound=Message)


def slug(title: str) -> str:
    """Return an id made of the words of *title*: `Protección básica` gives `proteccion-basica`; '' without a word."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", title.casefold()) if not unicodedata.combining(c))
    made = ""
    for word in re.findall(r"[a-z0-9]+", plain):
        if len(made) + len(word) >= _LONGEST_SLUG:
            break
        made = f"{made}-{word}" if made else word
    return made


def move(parts: RepeatedCompositeFieldContainer[P], place: int, to: int) -> bool:
    """Move the part at *place* to the place *to*, both from 1; say whether there are such places."""
    if not (1 <= place <= len(parts) and 1 <= to <= len(parts)):
        return False
    parts.insert(to - 1, parts.pop(place - 1))
    return True


def ordered(parts: RepeatedCompositeFieldContainer[P], action: str) -> bool:
    """Do what a button of a list says, `up-3` or `down-3`; say whether it could be done."""
    way, _, place = action.partition("-")
    number = sentences.as_number(place)
    if way not in ("up", "down") or number is None:
        return False
    return move(parts, number, number + (1 if way == "down" else -1))


def place_now(labels: Sequence[str], place: int, opened: str) -> int:
    """Return where a part stands by now that was opened at *place* under the label *opened*, both from 1.

    Somebody else may have moved it. A label that is gone, or not the only one, says nothing: then the place holds.
    """
    if place <= len(labels) and labels[place - 1] == opened:
        return place
    return labels.index(opened) + 1 if opened and labels.count(opened) == 1 else min(place, len(labels) + 1)


def refuse(form: SentForm, error: Refused, etag: str, *, taken: str = "") -> None:
    """Show why a draft was not saved; *taken* is said at the title if there is one of that name already.

    When two change one draft at once, the second is told. What they typed stays, and *etag*, of the draft as it is
    saved now, goes into the form: they have seen the conflict, and saving again decides it.
    """
    form.refuse(error, {"options": "option-1"})
    if error.reason == "ALREADY_EXISTS":
        form.errors = {"title": taken}
    if error.reason == "TEST_UNSOUND":
        form.errors = {"": sentences.about_question(int(error.metadata["item"]), error.metadata["rule"])}
    if error.reason == "STALE":
        form.values["etag"] = [etag]
        form.errors = {"": CONFLICT}


CONFLICT = (
    "Somebody else saved this draft after you opened it; who and when is not shown here. Nothing of yours is saved "
    "yet, and what you typed is still in the form. Compare it with what is saved now, then save again: yours replaces "
    "it."
)
