"""What an amendment changes, in words: field by field, and what it means for those who confirmed the letter."""

from collections.abc import Mapping
from dataclasses import dataclass

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.notification.v1 import events_pb2 as events
from cadre.notification.v1 import version_service_pb2 as pb
from gateway.letters import letter_form, section_dates
from gateway.web.visit import Visit
from gateway.words import glossary, sentences

_LABELS = {one.of or one.name: one.label for one in letter_form.FIELDS} | {
    "audience": "Who must act",
    "receivers": "Agencies that get it",
    "demonstration": "For the demonstration",
    "files": "Signed letter and attachments",
}
_MEANS = {
    events.NoticeAmended.CHANGE_UNSPECIFIED: "Nothing differs.",
    events.NoticeAmended.EDITORIAL: "Wording only. What agencies and staff confirmed stands.",
    events.NoticeAmended.MOVED: "Its days move. What was confirmed stands; what is still open is due anew.",
    events.NoticeAmended.SUBSTANTIVE: "It says or asks something else. Agencies and staff read and confirm it anew.",
}
_SHORTLY = {
    events.NoticeAmended.EDITORIAL: "Wording",
    events.NoticeAmended.MOVED: "Days",
    events.NoticeAmended.SUBSTANTIVE: "Substance",
}
_YES_OR_NO = {"True": "Yes", "": "No"}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "kind": glossary.KINDS,
    "reason": glossary.REASONS,
    "asks": glossary.ASKS,
    "demonstration": _YES_OR_NO,
    "briefing_counts": _YES_OR_NO,
}
_TAGS = {pb.Piece.SAME: "", pb.Piece.ADDED: "ins", pb.Piece.REMOVED: "del"}


@dataclass(frozen=True)
class Row:
    """A part of a letter that differs: of a text its *pieces* (tag and words), of anything else *before* and *after*.

    *settled* is whether it is one of substance whatever its author says.
    """

    field: str
    label: str
    means: str
    pieces: list[tuple[str, str]]
    before: str
    after: str
    settled: bool


@dataclass(frozen=True)
class Changes:
    """What differs between two versions, and what that means, in a sentence; *anew*: all confirm it anew."""

    means: str
    anew: bool
    rows: list[Row]


def of(visit: Visit, letter: str, since: int = 0, to: int = 0) -> Changes:
    """Return what differs between two versions of a letter, or what an amendment that is not out changes."""
    found = visit.clients.versions.CompareVersions(
        pb.CompareVersionsRequest(parent=letter, from_version=since, to_version=to)
    )
    return Changes(
        means=_MEANS[found.change],
        anew=found.change == events.NoticeAmended.SUBSTANTIVE,
        rows=[_row(visit, one) for one in found.fields],
    )


def shortly(change: events.NoticeAmended.Change.ValueType) -> str:
    """`Substance`: what a version meant; of the first one nothing."""
    return _SHORTLY.get(change, "")


def _row(visit: Visit, one: pb.FieldChange) -> Row:
    return Row(
        field=one.field,
        label=_LABELS[one.field],
        means=_SHORTLY[one.change],
        pieces=[(_TAGS[piece.kind], piece.text) for piece in one.pieces],
        before=_said(visit, one.field, one.before),
        after=_said(visit, one.field, one.after),
        settled=one.least == events.NoticeAmended.SUBSTANTIVE,
    )


def _said(visit: Visit, field: str, value: str) -> str:
    """Say a value that is no text as people do."""
    if field in _WORDS:
        return _WORDS[field].get(value, "Not said")
    match field:
        case "effective_date":
            return sentences.long_day(value, visit.today) if value else "Not said"
        case "section_dates":
            value = section_dates.as_compared(value, visit.today)
        case "audience":
            return _audience(visit, value)
        case "receivers":
            agencies = visit.agencies()
            return ", ".join(agencies[one].short_title for one in value.split()) or "All agencies"
        case "course_version":
            return _course(visit, value)
    return value or "0"


def _course(visit: Visit, name: str) -> str:
    if not name:
        return "None"
    version = visit.clients.courses.GetCourseVersion(course_pb.GetCourseVersionRequest(name=name))
    return f"{version.title}, version {version.version}"


def _audience(visit: Visit, name: str) -> str:
    """Say whom a letter asks, to those who may know."""
    if not name:
        return "Nobody"
    if not visit.rights.state("audiences.read"):
        return "As the letter of that version says"
    return visit.clients.audiences.GetAudience(audience_pb.GetAudienceRequest(name=name)).sentence
