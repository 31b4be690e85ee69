"""A form declared once: what stands above a field, how long it may be, how it is read, what of the contract it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from google.protobuf.message import Message

from gateway.web.forms import Form
from gateway.words import sentences


@dataclass(frozen=True)
class Field:
    """A field of a form and of a message: *of* is its path in the message, where it has another name there.

    *needed* is what must be said at last; a draft is saved without it. What is *head* stands above the text of a
    letter wherever that is read.
    """

    name: str
    label: str
    hint: str = ""
    of: str = ""
    needed: bool = False
    head: bool = False
    control: ClassVar[str] = "line"

    def value(self, message: Message) -> Any:  # noqa: ANN401 - whatever the contract has there
        """What the message has there."""
        for part in self._path:
            message = getattr(message, part)
        return message

    def put(self, message: Message, value: object) -> None:
        """Set it in the message."""
        *outer, last = self._path
        for part in outer:
            message = getattr(message, part)
        setattr(message, last, value)

    def shown(self, message: Message) -> str:
        """What stands in the field when the form is opened."""
        return str(self.value(message))

    def opened(self, message: Message) -> dict[str, str | list[str]]:
        """What stands in the form when it is opened, by the names there."""
        return {self.name: self.shown(message)}

    def said(self, message: Message) -> str:
        """What a page says of it."""
        return self.shown(message)

    def read(self, form: Form, message: Message) -> None:
        """Take over what was typed; what is wrong with it is said at the field."""
        self.put(message, form.text(self.name))

    @property
    def _path(self) -> list[str]:
        return (self.of or self.name).split(".")


@dataclass(frozen=True)
class Line(Field):
    """A text of one line, of so many characters at most."""

    most: int = 0
    size: str = ""

    def read(self, form: Form, message: Message) -> None:
        """Take over the text, if it is not too long."""
        self.put(message, _no_longer(form, self.name, form.text(self.name), self.most))


@dataclass(frozen=True)
class Lines(Line):
    """A text of several lines."""

    tall: bool = False
    control: ClassVar[str] = "area"

    def read(self, form: Form, message: Message) -> None:
        """Take over the text, if it is not too long; the indent of its first line stays."""
        self.put(message, _no_longer(form, self.name, form.block(self.name), self.most))


@dataclass(frozen=True)
class Day(Field):
    """A day."""

    years: range = range(0)
    control: ClassVar[str] = "day"

    def said(self, message: Message) -> str:
        """`Nov 28, 2026`; what is no day as it stands there."""
        day = sentences.as_date(self.shown(message))
        return f"{day:%b} {day.day}, {day.year}" if day else self.shown(message)


@dataclass(frozen=True)
class Days(Field):
    """A number of business days."""

    control: ClassVar[str] = "number"

    def said(self, message: Message) -> str:
        """`3 business days`."""
        return sentences.business_days(self.value(message))

    def read(self, form: Form, message: Message) -> None:
        """Take over the number, if it is one."""
        self.put(message, form.number(self.name))


@dataclass(frozen=True)
class Months(Days):
    """A number of months."""

    def said(self, message: Message) -> str:
        """`12 months`."""
        return sentences.count(self.value(message), "month")


@dataclass(frozen=True)
class Chosen(Field):
    """One of what a page offers."""

    control: ClassVar[str] = "choice"

    @property
    def options(self) -> list[tuple[str, str]]:
        """What can be chosen whatever the page; nothing."""
        return []


@dataclass(frozen=True)
class Named(Chosen):
    """One of the values of an enum of the contract, by their names in words; *unsaid* is said where none is chosen."""

    values: Mapping[str, str] = field(default_factory=dict)
    enum: Any = None
    unsaid: str = "Choose one"

    @property
    def options(self) -> list[tuple[str, str]]:
        """What can be chosen."""
        return [("", self.unsaid), *self.values.items()]

    def shown(self, message: Message) -> str:
        """Return the name of the value."""
        value = self.value(message)
        return str(self.enum.Name(value)) if value else ""

    def said(self, message: Message) -> str:
        """Return the value in words."""
        return self.values.get(self.shown(message), "")

    def read(self, form: Form, message: Message) -> None:
        """Take over the value; what is none of them is not said."""
        name = form.text(self.name)
        self.put(message, self.enum.Value(name) if name in self.values else 0)


@dataclass(frozen=True)
class Open(Named):
    """The same, with the values beside one another."""

    control: ClassVar[str] = "radios"

    @property
    def options(self) -> list[tuple[str, str]]:
        """What can be chosen."""
        return list(self.values.items())


@dataclass(frozen=True)
class Box(Field):
    """A box that is ticked or not."""

    control: ClassVar[str] = "box"

    def shown(self, message: Message) -> str:
        """Return `yes` if it is ticked."""
        return "yes" if self.value(message) else ""

    def said(self, message: Message) -> str:
        """Yes or no."""
        return "Yes" if self.value(message) else "No"

    def read(self, form: Form, message: Message) -> None:
        """Take over whether it is ticked."""
        self.put(message, form.text(self.name) == "yes")


def labels(fields: Iterable[Field]) -> dict[str, str]:
    """Return what stands above each field."""
    return {one.name: one.label for one in fields}


def names(fields: Iterable[Field]) -> dict[str, str]:
    """Return the names of the form's fields by those of the contract, where they differ: for what a service refuses."""
    return {one.of.rpartition(".")[2]: one.name for one in fields if one.of}


def shown(fields: Iterable[Field], message: Message) -> dict[str, str | list[str]]:
    """Return a form's fields as they are opened."""
    return {name: value for one in fields for name, value in one.opened(message).items()}


def read(fields: Iterable[Field], form: Form, message: Message) -> None:
    """Take over what was typed in a form's fields."""
    for one in fields:
        one.read(form, message)


def missing(fields: Iterable[Field], message: Message) -> list[Field]:
    """Return what must be said at last, and is not said yet."""
    return [one for one in fields if one.needed and not one.value(message)]


def _no_longer(form: Form, name: str, text: str, most: int) -> str:
    if most and len(text) > most:
        form.errors[name] = f"This must have at most {most:,} characters; it has {len(text):,}."
    return text
