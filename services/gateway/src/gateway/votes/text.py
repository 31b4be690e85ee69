"""What is voted on as people read it: section by section, with what changed since the version that is out."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from cadre.curriculum.v1 import ballot_service_pb2 as pb
from cadre.curriculum.v1 import course_service_pb2 as course_pb
from gateway.courses.changes import BESIDE, CHANGED, GONE, NEW, Change
from gateway.words import remarks

T = TypeVar("T")


def changes(said: pb.BallotText) -> list[Change]:
    """Return what changed since the version before, part by part; nothing where there was none."""
    if not said.HasField("before"):
        return []
    before = said.before
    found = [
        _changed(title, was, now)
        for title, was, now in (
            ("Title", before.title, said.title),
            ("Summary", before.summary, said.summary),
            ("Test", _test(before.test_version), _test(said.test_version)),
        )
    ]
    found += _sections(before.sections, said.sections)
    return [one for one in found if one is not None]


def _sections(before: Sequence[course_pb.Section], now: Sequence[course_pb.Section]) -> Iterator[Change | None]:
    """Compare sections by their titles: where two have one, by their order."""
    left = list(before)
    for place, section in enumerate(now, 1):
        was = next((one for one in left if one.title == section.title), None)
        # One that got another title stands where it stood.
        if was is None and len(before) >= place and _is_free(before[place - 1], left, now):
            was = before[place - 1]
        title = f"{place}. {section.title}"
        if was is None:
            yield Change(f"{title} ({section.minutes} minutes)", NEW, [("ins", written(section))])
            continue
        left.remove(was)
        yield _changed(title, *_both(was, section)) or (Change(title, BESIDE, []) if was != section else None)
    for gone in left:
        yield Change(gone.title, GONE, [("del", written(gone))])


def _is_free(one: course_pb.Section, left: Sequence[course_pb.Section], now: Sequence[course_pb.Section]) -> bool:
    return one in left and one.title not in {section.title for section in now}


def _changed(title: str, was: str, now: str) -> Change | None:
    if was == now:
        return None
    return Change(title, CHANGED, remarks.changes(was, now))


def written(section: course_pb.Section) -> str:
    """Return a section in words: its text as it is typed, and what stands beside it."""
    return "\n\n".join([section.markdown.strip(), *(_piece(one) for one in section.pieces)])


def _both(was: course_pb.Section, now: course_pb.Section) -> list[str]:
    """Return a section before and now; with its title and how long it takes only where these changed."""
    if (was.title, was.minutes) == (now.title, now.minutes):
        return [written(was), written(now)]
    return [f"{one.title} ({one.minutes} minutes)\n\n{written(one)}" for one in (was, now)]


def _piece(piece: course_pb.Piece) -> str:
    match piece.WhichOneof("what"):
        case "picture":
            return f"Picture {piece.number}: {piece.picture.alternative} {piece.picture.caption}".strip()
        case "recording":
            return f"Recording {piece.number}: {piece.recording.title}\n{piece.recording.transcript}"
        case "download":
            return f"File {piece.number}: {piece.download.title or piece.download.filename}"
        case "check":
            options = "\n".join(f"{'[right]' if one.right else '[ ]'} {one.text}" for one in piece.check.options)
            return f"Question {piece.number}: {piece.check.question}\n{options}\n{piece.check.explanation}"
    return ""


def _test(name: str) -> str:
    """`earning-capacity, version 3`."""
    _, test, _, version = name.split("/") if name else ("", "", "", "")
    return f"{test}, version {version}" if test else "No test"
