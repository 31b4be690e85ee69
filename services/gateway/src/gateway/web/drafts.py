"""What the editors of courses and of tests share: an id from a title, the order of parts, two who write at once."""

import contextlib
import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID, uuid4

from google.protobuf.internal.containers import RepeatedCompositeFieldContainer
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from gateway.web.forms import Form, SentForm
from gateway.web.visit import Answer, Visit
from gateway.words import sentences
from servicekit.calendar import PACIFIC, pacific_date
from servicekit.rpc.client import Refused

_LONGEST_SLUG = 80
P = TypeVar("P", bound=Message)
STILL_HERE = "What you typed is still in the form, and none of it is saved."


class Draft(Protocol):
    """A message of the contract for something that people write, with who saved it last and when."""

    etag: str
    saved_by: str

    @property
    def save_time(self) -> Timestamp:
        """When that was."""


def opened(visit: Visit, form: UUID | None, template: str) -> Answer:
    """Answer with the form for a new draft.

    Its address names the empty *form*: who goes back to it after it was saved is led to what it became.
    """
    if form is None:
        return visit.go(f"{visit.request.url.path}?form={uuid4()}")
    if became := visit.became(form):
        return visit.go(became)
    empty = Form.of({"form": str(form)})
    empty.request_id = str(form)
    return visit.page(template, form=empty)


def begun(visit: Visit, form: SentForm, path: str, *, done: str) -> Answer:
    """Go on to the new draft at *path*, and remember that this form became it."""
    with contextlib.suppress(ValueError):
        visit.becomes(UUID(form.text("form")), path)
    return visit.go(path, done=done)


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


def refuse(visit: Visit, form: SentForm, error: Refused, now: Draft) -> None:
    """Show why a draft was not saved, which stands as *now*.

    When two change one draft at once, the second is told. What they typed stays, and the etag of the draft as it is
    saved now goes into the form: they have seen the conflict, and saving again decides it.
    """
    form.refuse(error, {"options": "option-1"})
    if error.reason == "TEST_UNSOUND":
        form.errors = {"": sentences.about_question(int(error.metadata["item"]), error.metadata["rule"])}
    if error.reason == "STALE":
        form.values["etag"] = [now.etag]
        form.errors = {"": saved(visit, now)}


def saved(visit: Visit, draft: Draft) -> str:
    """Say who saved a draft after it was opened, and what to do."""
    at = when(visit, draft.save_time)
    if draft.saved_by == visit.person:
        said = f"You saved this draft in another tab {at} after you opened it here."
    else:
        by = visit.names([draft.saved_by]).get(draft.saved_by, "Somebody else")
        said = f"{by} saved this draft {at} after you opened it."
    return f"{said} {STILL_HERE} Compare it with what is saved now, then save again: yours replaces it."


def when(visit: Visit, at: Timestamp | datetime) -> str:
    """`at 3:05 p.m.` today, `on Nov 28, 3:05 p.m.` before."""
    local = at.ToDatetime(tzinfo=PACIFIC) if isinstance(at, Timestamp) else at
    today = pacific_date(local) == visit.today
    return f"at {sentences.clock(at)}" if today else f"on {sentences.moment(at, visit.today)}"
