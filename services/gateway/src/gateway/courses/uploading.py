"""Bringing a file of a course in: as it arrives with a form, or piece by piece by the script of the page."""

import uuid

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from cadre.curriculum.v1 import course_service_pb2 as pb
from cadre.curriculum.v1 import media_service_pb2 as media_pb
from gateway.web.forms import Form, SentForm
from gateway.web.visit import Answer, Forged, Sent, Visit, Visitor, same
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/courses/uploads")

# A film of 500 MB with its form.
MOST_BYTES = 502 * 1024 * 1024
_FILE_BYTES = 500 * 1024 * 1024
PIECE_BYTES = 4 * 1024 * 1024
# Half a gigabyte is read from end to end before it is kept.
_FINISH_SECONDS = 60.0
_PIECE_SECONDS = 30.0
_MOST_CAPTIONS_BYTES = 1024 * 1024


class Taking:
    """Takes the file of a form; `media` is what became of it."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._waiting = bytearray()
        self._upload: media_pb.Upload | None = None
        self.filename = ""

    def start(self, filename: str, most_bytes: int) -> None:
        """Make room for it."""
        self.filename = filename
        self._upload = begin(self._visit, filename, min(most_bytes, _FILE_BYTES), str(uuid.uuid4()))

    def add(self, content: bytes) -> None:
        """Hand on what came, in pieces as large as the service takes them."""
        self._waiting += content
        while len(self._waiting) >= PIECE_BYTES:
            self._send(bytes(self._waiting[:PIECE_BYTES]))
            del self._waiting[:PIECE_BYTES]

    def media(self) -> pb.Media | None:
        """Keep what came; None if no file did. Raises `Refused`."""
        if self._upload is None:
            return None
        if self._waiting:
            self._send(bytes(self._waiting))
            self._waiting.clear()
        return finish(self._visit, self._upload.name)

    def _send(self, content: bytes) -> None:
        if self._upload is None:
            raise RuntimeError("nothing was started")
        self._upload = add(self._visit, self._upload.name, self._upload.received_bytes, content)


def take(form: SentForm, taking: Taking, captions: str = "captions") -> None:
    """Keep the file that came, so that a form that is wrong elsewhere need not bring it again.

    *captions*: the field in which those of a film stand that came as a file.
    """
    if form.errors:
        return
    try:
        media = taking.media()
    except Refused as error:
        form.values["file"] = [""]
        form.refuse(error)
        form.errors = {"file": next(iter(form.errors.values()))}
        return
    if media:
        form.values["media"], form.values["filename"] = [media.sha256], [taking.filename]
    if content := form.files.get("captions_file"):
        try:
            form.values[captions] = [content[:_MOST_CAPTIONS_BYTES].decode("utf-8-sig")]
        except UnicodeDecodeError:
            form.values["captions_file"] = [""]
            form.errors["captions_file"] = "This is no text. Choose the .vtt file that belongs to the film."


def begin(visit: Visit, filename: str, most_bytes: int, request_id: str) -> media_pb.Upload:
    """Make room for a file."""
    asked = media_pb.BeginUploadRequest(filename=filename, most_bytes=most_bytes, request_id=request_id)
    return visit.clients.media.BeginUpload(asked)


def add(visit: Visit, name: str, offset: int, content: bytes) -> media_pb.Upload:
    """Add a piece."""
    asked = media_pb.AddToUploadRequest(name=name, offset=offset, content=content, request_id=str(uuid.uuid4()))
    return visit.clients.media.AddToUpload(asked, timeout=_PIECE_SECONDS)


def finish(visit: Visit, name: str) -> pb.Media:
    """Keep what came."""
    asked = media_pb.FinishUploadRequest(name=name, request_id=str(uuid.uuid4()))
    return visit.clients.media.FinishUpload(asked, timeout=_FINISH_SECONDS)


@router.post("")
def begin_by_script(visit: Visitor, form: Sent) -> Answer:
    """Make room for a file that comes in pieces."""
    try:
        upload = begin(visit, form.text("filename"), form.number("size"), form.request_id)
    except Refused as error:
        return _refused(visit, error)
    return JSONResponse({"upload": upload.name.removeprefix("uploads/"), "received": upload.received_bytes})


@router.get("/{upload_id}")
def look_by_script(visit: Visitor, upload_id: str) -> Answer:
    """Where to go on."""
    found = visit.clients.media.GetUpload(media_pb.GetUploadRequest(name=f"uploads/{upload_id}"))
    return JSONResponse({"received": found.received_bytes})


@router.post("/{upload_id}")
async def add_by_script(visit: Visitor, request: Request, upload_id: str, offset: int) -> Answer:
    """Add a piece: the body is nothing else."""
    if not same(request.headers.get("x-csrf", ""), visit.csrf):
        raise Forged
    announced = request.headers.get("content-length", "")
    if not announced.isdecimal() or int(announced) > PIECE_BYTES:
        return JSONResponse({"sentence": "This piece is too large."}, 413)
    content = await request.body()
    try:
        upload = await run_in_threadpool(add, visit, f"uploads/{upload_id}", offset, content)
    except Refused as error:
        return _refused(visit, error)
    return JSONResponse({"received": upload.received_bytes})


@router.post("/{upload_id}/finish")
def finish_by_script(visit: Visitor, upload_id: str, form: Sent) -> Answer:
    """Keep it; the page's form names it then."""
    assert isinstance(form, Form)  # noqa: S101 - read for what it proves
    try:
        media = finish(visit, f"uploads/{upload_id}")
    except Refused as error:
        return _refused(visit, error)
    return JSONResponse({"media": media.sha256})


def _refused(visit: Visit, error: Refused) -> Answer:
    if error.passing:
        return JSONResponse({"sentence": "Cadre does not answer right now."}, 503)
    received = error.metadata.get("received", "")
    said = {"sentence": visit.gateway.outcomes.refused(error)} | ({"received": int(received)} if received else {})
    return JSONResponse(said, 400)
