"""The forms of a committee, its rules and a meeting, declared once."""

import re
from dataclasses import dataclass
from typing import ClassVar

from google.protobuf.message import Message

from cadre.partnership.v1 import body_service_pb2 as body_pb
from gateway.committees import phrases
from gateway.web.declared import Box, Field, Line, Lines, Named
from gateway.web.forms import Form

_SHARE = re.compile(r"([1-9]\d{0,2}) ?/ ?([1-9]\d{0,2})")
_A_SHARE = "Give a share such as 2/3, or leave it empty."


@dataclass(frozen=True)
class Number(Field):
    """A whole number from 0."""

    control: ClassVar[str] = "number"

    def read(self, form: Form, message: Message) -> None:
        """Take over the number, if it is one; nothing is 0."""
        self.put(message, form.number(self.name) if form.text(self.name) else 0)


@dataclass(frozen=True)
class Share(Field):
    """A share, such as 2/3."""

    size: str = "small"

    def shown(self, message: Message) -> str:
        """`2/3`; empty where none is asked for."""
        given = self.value(message)
        return f"{given.numerator}/{given.denominator}" if given.denominator else ""

    def read(self, form: Form, message: Message) -> None:
        """Take over the share, if it is one that is not more than all."""
        typed = form.text(self.name)
        found = _SHARE.fullmatch(typed)
        *outer, last = self._path
        holder = message
        for part in outer:
            holder = getattr(holder, part)
        holder.ClearField(last)
        if found is not None and int(found[1]) <= int(found[2]):
            share = getattr(holder, last)
            share.numerator, share.denominator = int(found[1]), int(found[2])
        elif typed:
            form.errors[self.name] = _A_SHARE


COMMITTEE = (
    Line("committee_title", "Name", of="title", needed=True, most=120),
    Line(
        "committee_code",
        "Short name, in capitals",
        "Meetings and decisions are numbered by it, such as STSC",
        of="code",
        needed=True,
        most=20,
        size="small",
    ),
    Named("committee_kind", "Kind", of="kind", values=phrases.KINDS, enum=body_pb.Body.Kind, needed=True),
    Lines("purpose", "What it is for", "One or two sentences", needed=True, most=1_000),
    Named(
        "visibility",
        "Who sees that it exists, who sits there and when it meets",
        values=phrases.VISIBILITIES,
        enum=body_pb.Body.Visibility,
        needed=True,
    ),
    Box("newcomers_read_all", "Who comes new reads what was written before"),
    Box("open_meetings", "Its meetings are under an open-meeting law"),
)
RULES = (
    Share(
        "quorum",
        "More than this share of the filled seats must be there",
        "Such as 1/2",
        of="rules.quorum",
    ),
    Number(
        "quorum_of_each",
        "And at least so many of each constituency",
        of="rules.quorum_of_each_constituency",
    ),
    Number("call_hours", "Hours before a meeting by which it is called", of="rules.notice_hours"),
    Box("written_votes", "Members may vote between meetings", of="rules.written_votes"),
    Share(
        "override",
        "Share of those without a conflict that can override an objection",
        "Empty: an objection holds until it is settled",
        of="rules.override",
    ),
    Lines("conflict_text", "What is asked of who has a conflict", of="rules.conflict_text", most=2_000),
    Lines(
        "rules_source",
        "Where these numbers are from",
        "A document with its date. Where no public source gives them, begin with “Ours”.",
        of="source",
        needed=True,
        most=500,
    ),
)
# What a class of decisions needs: how a field is called, what stands above it, what it is of a threshold.
NEEDS = (
    ("of_all", "At least this share of those for and against"),
    ("of_each_constituency", "More than this share in each constituency"),
    ("yes_of_each_constituency", "At least so many yes from each constituency"),
)


def thresholds_shown(given: body_pb.BodyRules) -> dict[str, str]:
    """Return the fields of what each class of decisions needs, as they are opened."""
    known = {one.decision_class: one for one in given.thresholds}
    values: dict[str, str] = {}
    for decision_class in phrases.CLASSES:
        one = known.get(decision_class, body_pb.Threshold())
        for field, _ in NEEDS:
            value = getattr(one, field)
            said = str(value or "") if isinstance(value, int) else Share(field, "").shown(one)
            values[f"{field}-{decision_class.lower()}"] = said
    return values


def read_thresholds(form: Form, given: body_pb.BodyRules) -> None:
    """Take over what each class of decisions needs; a class that needs nothing is not said."""
    del given.thresholds[:]
    for decision_class in phrases.CLASSES:
        one = body_pb.Threshold(decision_class=decision_class)
        end = decision_class.lower()
        for field, _ in NEEDS[:2]:
            name = f"{field}-{end}"
            Share(name, "", of=field).read(form, one)
        Number(f"yes_of_each_constituency-{end}", "", of="yes_of_each_constituency").read(form, one)
        if one.of_all.denominator or one.of_each_constituency.denominator or one.yes_of_each_constituency:
            given.thresholds.append(one)
