"""A form: what was typed, what is wrong with it, and how it is shown again with both."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from fastapi import Request

from gateway.web import bodies
from gateway.words import sentences
from gateway.words.outcomes import Outcomes
from servicekit.calendar import day_of
from servicekit.refusals import InvalidField
from servicekit.rpc.client import Refused
from servicekit.text import block

Asked = TypeVar("Asked")

# After a fault, as after no answer, nobody knows whether it was done: the form is sent again under the same id.
_FAULTS = {"INTERNAL", "UNKNOWN"}


# Enter in a field of a form whose button does what cannot be undone: see `enter` in `web/templates/parts.html`.
ONLY_ENTER = "Nothing was done. The Enter key does not send this form: check it, then press its button."
MISSING = "Fill this in before you send the letter for approval."


@dataclass
class Form:
    """Values and errors by field name; `errors[""]` is about the whole form."""

    values: dict[str, list[str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    # What the files are called on the sender's computer.
    filenames: dict[str, str] = field(default_factory=dict)
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @classmethod
    def of(cls, values: Mapping[str, str | Iterable[str]]) -> "Form":
        """Make a form that shows *values*."""
        return cls({name: [value] if isinstance(value, str) else list(value) for name, value in values.items()})

    def text(self, name: str) -> str:
        """What is in a field, without blanks around it; empty if nothing."""
        values = self.values.get(name) or [""]
        return values[-1].strip().replace("\r\n", "\n")

    def block(self, name: str) -> str:
        """What is in a field of several lines, cleaned; the indent of its first line stays."""
        return block((self.values.get(name) or [""])[-1])

    def all(self, name: str) -> list[str]:
        """All values of a field, such as the boxes that were ticked."""
        return [value for value in self.values.get(name, []) if value]

    def number(self, name: str) -> int:
        """A whole number from 0; anything else is an error at the field, and 0."""
        number = sentences.as_number(self.text(name))
        if number is not None:
            return number
        self.errors[name] = "Give a whole number, such as 3."
        return 0

    def day(self, name: str, years: range, sentence: str) -> date | None:
        """The day in a field; with *sentence* at it, and None, if there is none, or what is wrong with it."""
        value = self.needs(name, sentence)
        if not value:
            return None
        try:
            return day_of(name, value, years)
        except InvalidField as error:
            self.errors[name] = f"This {error.metadata['rule']}."
            return None

    def beside(self, saved: Mapping[str, str], etag: str, *, stale: bool) -> None:
        """Fill in what is *saved* where nothing was typed, with the etag of what the visitor saw.

        *stale*: somebody else saved something meanwhile. It stands on the page; what was typed takes its place if it is
        sent again.
        """
        for name, value in {**saved, "etag": etag}.items():
            self.values.setdefault(name, [value])
        if stale:
            self.values["etag"] = [etag]

    def needs(self, name: str, sentence: str) -> str:
        """Return the field's text; say *sentence* at it if it is empty."""
        value = self.text(name)
        if not value:
            self.errors[name] = sentence
        return value


@dataclass(kw_only=True)
class SentForm(Form):
    """A form that somebody sent: what a service refuses of it is shown in it."""

    outcomes: Outcomes

    def refuse(self, error: Refused, fields: Mapping[str, str] | None = None) -> None:
        """Show a service's refusal at the field that it names; *fields* maps the contract's names to the form's.

        Refusals that are about the page, not about what was typed, are raised again.
        """
        if error.code == "UNAUTHENTICATED" or error.reason == "PERMISSION_MISSING":
            raise error
        if not error.passing and error.code not in _FAULTS:
            self.request_id = str(uuid.uuid4())
        missing = error.metadata.get("missing", "")
        if missing:
            for name in missing.split(","):
                self.errors[(fields or {}).get(name, name)] = MISSING
            return
        sentence = self.outcomes.refused(error)
        at_fault = [path.rpartition(".")[2].partition("[")[0] for path in error.fields]
        names = [(fields or {}).get(name, name) for name in at_fault]
        for name in names or [""]:
            self.errors[name if name in self.values else ""] = sentence

    def accepted(self, ask: Callable[[Asked], object], request: Asked) -> bool:
        """Ask a service for what was typed; False where that is at fault or it refuses, which the form then shows."""
        if self.errors:
            return False
        try:
            ask(request)
        except Refused as error:
            self.refuse(error)
            return False
        return True


async def posted(request: Request) -> SentForm:
    """Read the form that anybody sent. Used as a dependency: the one part of a page that is not a plain function."""
    return await read(request, bodies.MOST_BYTES_OF_ANYBODY)


async def read(request: Request, most: int = bodies.MOST_BYTES) -> SentForm:
    """Read the form that was sent, of *most* bytes."""
    return form_of(request, await bodies.read(request, most))


def form_of(request: Request, body: bodies.Body) -> SentForm:
    """Return what was sent as a form."""
    form = SentForm(outcomes=request.app.state.gateway.outcomes)
    for name, value in body.fields:
        form.values.setdefault(name, []).append(value)
    for name, filename, content in body.files:
        form.files[name], form.filenames[name] = content, filename
    given = form.text("request_id")
    try:
        form.request_id = str(uuid.UUID(given))
    except ValueError:
        form.errors[""] = "The form was not whole. Check what is on the page, then send it again."
    if "enter" in form.values:
        form.errors[""] = ONLY_ENTER
    return form
