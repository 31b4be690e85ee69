"""What changed between two versions of a course, for whoever takes it: by objective and by words."""

from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.exceptions import HTTPException

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import trace_service_pb2 as pb
from gateway.web.visit import Answer, Number, Visitor
from gateway.works import tracing

router = APIRouter(prefix="/catalogue/{course_id}/versions/{number}")

NEW, CHANGED, GONE = "New", "Changed", "Taken out"
_TAGS = {pb.ChangedWords.ADDED: "ins", pb.ChangedWords.REMOVED: "del"}
# Such as other captions of a film, or the same picture in another file.
BESIDE = "Something beside its words changed"


@dataclass(frozen=True)
class Change:
    """A part that differs: its title, what became of it, and its words with their tags (`ins`, `del`, '')."""

    title: str
    means: str
    pieces: list[tuple[str, str]]


@router.get("/changes")
def changes(visit: Visitor, course_id: str, number: Number, since: Number = 0) -> Answer:
    """What is otherwise in a version than in the one before, or since the one that somebody took."""
    earlier = since or number - 1
    if not 0 < earlier < number:
        raise HTTPException(404)
    asked = pb.CompareCourseVersionsRequest(course=f"courses/{course_id}", from_version=earlier, to_version=number)
    found = visit.clients.traces.CompareCourseVersions(asked)
    entry = visit.clients.courses.GetCatalogueEntry(course_pb.GetCatalogueEntryRequest(name=f"courses/{course_id}"))
    return visit.page(
        "courses/changes.html",
        course=entry,
        number=number,
        since=earlier,
        found=found,
        objectives=list(objectives(found)),
        sections=list(sections(found)),
    )


def objectives(found: pb.CourseComparison) -> Iterator[Change]:
    """Return the objectives that differ, each as one sentence before and now."""
    for one in found.objectives:
        was, now = tracing.objective(one.before), tracing.objective(one.after)
        if not one.HasField("before"):
            yield Change(now, NEW, [])
        elif not one.HasField("after"):
            yield Change(was, GONE, [])
        else:
            yield Change(now, CHANGED, [("del", was)])


def sections(found: pb.CourseComparison) -> Iterator[Change]:
    """Return the sections that differ, with their words."""
    for one in found.sections:
        title = one.title_after or one.title_before
        means = CHANGED if one.title_before and one.title_after else NEW if one.title_after else GONE
        if means == CHANGED and one.title_before != one.title_after:
            title += f" (before: {one.title_before})"
        if one.minutes_before and one.minutes_after and one.minutes_before != one.minutes_after:
            title += f", {one.minutes_after} minutes instead of {one.minutes_before}"
        pieces = [(_TAGS.get(words.kind, ""), words.text) for words in one.words]
        yield Change(title, BESIDE if means == CHANGED and one.pieces_changed and not pieces else means, pieces)
