"""Pictures, films and files of courses, as browsers ask for them: whole, or a range; never as a page of ours."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from itertools import chain

from fastapi import APIRouter
from fastapi.exceptions import HTTPException
from fastapi.responses import Response, StreamingResponse

from cadre.curriculum.v1 import course_service_pb2 as pb
from cadre.curriculum.v1 import media_service_pb2 as media_pb
from gateway.web import clients
from gateway.web.visit import Answer, Number, Visit, Visitor

router = APIRouter()

# What goes in one call of the service.
_PIECE_BYTES = 1024 * 1024
# A browser that asks for the rest of a film is given so much of it: it asks again once that is played.
_MOST_AT_ONCE = 8 * 1024 * 1024
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
# What a browser shows inside a page; everything else is saved.
_SHOWN = ("image/", "video/", "audio/")
# Nothing in a file runs, fetches or is framed, whatever it holds: it is no page, even where it is opened as one.
POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


@router.get("/catalogue/{course_id}/versions/{number}/media/{sha256}")
def of_version(visit: Visitor, course_id: str, number: Number, sha256: str) -> Answer:
    """A file of a version, for everybody who may read it."""
    return _answer(visit, f"courses/{course_id}/versions/{number}/media/{sha256}")


@router.get("/courses/{course_id}/media/{sha256}")
def of_draft(visit: Visitor, course_id: str, sha256: str) -> Answer:
    """A file of the draft, for those who write it."""
    return _answer(visit, f"courses/{course_id}/media/{sha256}")


@router.get("/catalogue/{course_id}/versions/{number}/captions/{section}/{piece}")
def captions_of_version(visit: Visitor, course_id: str, number: Number, section: Number, piece: Number) -> Answer:
    """The captions of a film of a version."""
    name = f"courses/{course_id}/versions/{number}"
    found = visit.clients.courses.GetCourseVersion(pb.GetCourseVersionRequest(name=name))
    return _captions(list(found.sections), section, piece)


@router.get("/courses/{course_id}/captions/{section}/{piece}")
def captions_of_draft(visit: Visitor, course_id: str, section: Number, piece: Number) -> Answer:
    """The captions of a film of the draft."""
    found = visit.clients.courses.GetCourse(pb.GetCourseRequest(name=f"courses/{course_id}"))
    return _captions(list(found.sections), section, piece)


def _captions(sections: list[pb.Section], section: int, number: int) -> Answer:
    found = [piece for part in sections[section - 1 : section] for piece in part.pieces if piece.number == number]
    if not found or not found[0].recording.captions:
        raise HTTPException(404)
    headers = {"content-security-policy": POLICY, "cache-control": "private, no-cache"}
    return Response(found[0].recording.captions, media_type="text/vtt", headers=headers)


def _answer(visit: Visit, name: str) -> Answer:
    """Answer with a file, or the range of it that is asked for."""
    asked = visit.request.headers
    only_head, known = getattr(visit.request.state, "only_head", False), asked.get("if-none-match", "")
    found = _RANGE.fullmatch(asked.get("range", ""))
    begin = int(found.group(1)) if found and found.group(1) else 0
    # The same call says what it is and gives the beginning, where that is wanted for certain.
    wanted = 0 if only_head or known or (found and not found.group(1)) else _PIECE_BYTES
    part = visit.clients.media.GetMedia(media_pb.GetMediaRequest(name=name, offset=begin, limit=wanted))
    media, tag = part.media, f'"{part.media.sha256}"'
    headers = {
        "accept-ranges": "bytes",
        # What a name stands for never changes; whether this visitor may see it is asked each time.
        "etag": tag,
        "cache-control": "private, no-cache",
        "content-security-policy": POLICY,
        "content-disposition": "inline" if media.media_type.startswith(_SHOWN) else "attachment",
    }
    if tag in known:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    first, last, status = 0, media.size_bytes - 1, HTTPStatus.OK
    if found and asked.get("if-range", tag) == tag:
        extent = _extent(found.group(1), found.group(2), media.size_bytes)
        if extent is None:
            none = {**headers, "content-range": f"bytes */{media.size_bytes}"}
            return Response(status_code=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=none)
        (first, last), status = extent, HTTPStatus.PARTIAL_CONTENT
        headers["content-range"] = f"bytes {first}-{last}/{media.size_bytes}"
    headers["content-length"] = str(last - first + 1)
    content = part.content[: last - first + 1] if first == begin else b""
    rest = iter(()) if only_head else pieces(visit, name, first + len(content), last)
    return StreamingResponse(chain([content], rest), status, headers=headers, media_type=media.media_type)


def _extent(first: str, last: str, size: int) -> tuple[int, int] | None:
    """Return from where to where of *size* bytes a browser asks for; None if there is no such range."""
    if not first:
        # The last so many.
        wanted = int(last or 0)
        return (max(0, size - wanted), size - 1) if wanted else None
    begins = int(first)
    ends = min(int(last), size - 1) if last else size - 1
    return (begins, min(ends, begins + _MOST_AT_ONCE - 1)) if begins <= ends else None


def pieces(visit: Visit, name: str, first: int, last: int) -> Iterator[bytes]:
    """Read a file by pieces, as its reader takes them: on behalf of the visitor, also when that takes long."""
    sign_in, tokens = visit.sign_in, visit.gateway.tokens
    if sign_in is None:
        return
    while first <= last:
        token, _ = tokens.of(sign_in.digest, sign_in.person)
        with clients.acting_as(lambda token=token: token):  # type: ignore[misc]
            limit = min(_PIECE_BYTES, last - first + 1)
            part = visit.clients.media.GetMedia(media_pb.GetMediaRequest(name=name, offset=first, limit=limit))
        if not part.content:
            return
        first += len(part.content)
        yield part.content
