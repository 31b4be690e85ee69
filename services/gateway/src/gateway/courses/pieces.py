"""What stands in a section beside its text: pictures, films and recordings, files, questions for oneself."""

from fastapi import APIRouter, Request
from fastapi.exceptions import HTTPException
from starlette.concurrency import run_in_threadpool

from cadre.curriculum.v1 import course_service_pb2 as pb
from gateway.courses import uploading
from gateway.courses.editor import load, save, section_of
from gateway.web import arriving
from gateway.web.forms import Form, SentForm
from gateway.web.visit import Answer, Number, Visit, Visitor

router = APIRouter(prefix="/courses/{course_id}/sections/{number}/pieces")

KINDS = ("picture", "recording", "download", "check")
_MOST_OPTIONS = 6
_CHOOSE = "Choose the file. A browser does not keep it when a form comes back."
_FIELDS = {
    "picture": ("alternative", "caption"),
    "recording": ("title", "captions", "transcript"),
    "download": ("title",),
    "check": ("question", "explanation"),
}
# What must be there, and what is said where it is not.
_NEEDS = {
    "alternative": "Say in words what the picture shows: some staff do not see it.",
    "title": "Give it a title: staff decide by it whether to open it.",
    "captions": "Give the captions: a film without them cannot be issued.",
    "transcript": "Give the transcript: all that is said, and what is seen where it matters.",
    "question": "Ask the question.",
    "explanation": "Say why: staff read it when they have answered.",
}


@router.get("/new/{kind}")
def new_piece(visit: Visitor, course_id: str, number: Number, kind: str) -> Answer:
    """A form for one more."""
    course = load(visit, course_id)
    if kind not in KINDS or number > len(course.sections):
        raise HTTPException(404)
    return _page(visit, course, number, kind, 0, Form.of({"etag": course.etag}))


@router.get("/{piece_number}")
def edit_piece(visit: Visitor, course_id: str, number: Number, piece_number: Number) -> Answer:
    """One that is there."""
    course = load(visit, course_id)
    piece = _piece(course, number, piece_number)
    return _page(visit, course, number, _kind(piece), piece_number, _form_of(course, piece))


@router.post("/new/{kind}")
async def add_piece(visit: Visitor, request: Request, course_id: str, number: Number, kind: str) -> Answer:
    """Add it at the end of the section; a line of the text can give it its place."""
    taking = uploading.Taking(visit)
    form = await arriving.read(request, visit, "file", taking, uploading.MOST_BYTES)
    return await run_in_threadpool(_change, visit, course_id, number, kind, 0, form, taking)


@router.post("/{piece_number}")
async def change_piece(
    visit: Visitor, request: Request, course_id: str, number: Number, piece_number: Number
) -> Answer:
    """Save what was changed, perhaps with another file, or remove it."""
    taking = uploading.Taking(visit)
    form = await arriving.read(request, visit, "file", taking, uploading.MOST_BYTES)
    return await run_in_threadpool(_change, visit, course_id, number, "", piece_number, form, taking)


def _change(
    visit: Visit, course_id: str, number: int, kind: str, place: int, form: SentForm, taking: uploading.Taking
) -> Answer:
    course = load(visit, course_id)
    if number > len(course.sections) or not (place or kind in KINDS):
        raise HTTPException(404)
    pieces = course.sections[number - 1].pieces
    kept = _piece(course, number, place) if place else None
    kind = _kind(kept) if kept else kind
    back = f"/courses/{course_id}/sections/{number}"
    if kept and form.text("action") == "remove":
        pieces.remove(kept)
        if save(visit, course, form):
            return visit.go(back, done="piece-removed")
        return _page(visit, load(visit, course_id), number, kind, place, form)
    uploading.take(form, taking)
    piece = kept or pieces.add(number=max((one.number for one in pieces), default=0) + 1)
    _write(piece, kind, form)
    if not form.errors and save(visit, course, form):
        return visit.go(back, done="saved" if kept else "piece-added")
    return _page(visit, load(visit, course_id), number, kind, place, form)


def _write(piece: pb.Piece, kind: str, form: SentForm) -> None:
    """Write what the form says into *piece*; what is missing is an error at its field."""
    for name in _FIELDS[kind]:
        form.values.setdefault(name, [""])
        if name in _NEEDS:
            form.needs(name, _NEEDS[name])
    if kind == "check":
        _write_check(piece, form)
        return
    sha256 = form.text("media")
    if not sha256 and "file" not in form.errors:
        form.errors["file"] = _CHOOSE
    form.values.setdefault("file", [""])
    media = pb.Media(sha256=sha256)
    if kind == "picture":
        said = pb.Picture(media=media, alternative=form.text("alternative"), caption=form.text("caption"))
        piece.picture.CopyFrom(said)
    elif kind == "recording":
        texts = {name: form.text(name) for name in _FIELDS[kind]}
        piece.recording.CopyFrom(pb.Recording(media=media, **texts))
    else:
        piece.download.CopyFrom(pb.Download(media=media, title=form.text("title"), filename=form.text("filename")))


def _write_check(piece: pb.Piece, form: SentForm) -> None:
    right = form.all("right")
    options = [
        pb.CheckOption(text=text, right=str(n) in right)
        for n in range(1, _MOST_OPTIONS + 1)
        if (text := form.text(f"option-{n}"))
    ]
    form.values.setdefault("option-1", [""])
    if len(options) < 2:  # noqa: PLR2004 - a question has two answers at least
        form.errors["option-1"] = "Give two answers or more."
    elif not any(option.right for option in options):
        form.errors["option-1"] = "Mark what is right."
    said = pb.Check(question=form.text("question"), options=options, explanation=form.text("explanation"))
    piece.check.CopyFrom(said)


def _piece(course: pb.Course, number: int, piece_number: int) -> pb.Piece:
    found = [piece for piece in section_of(course, number).pieces if piece.number == piece_number]
    if not found:
        raise HTTPException(404)
    return found[0]


def _kind(piece: pb.Piece) -> str:
    return piece.WhichOneof("what") or ""


def _form_of(course: pb.Course, piece: pb.Piece) -> Form:
    said = getattr(piece, _kind(piece))
    values = {name: getattr(said, name) for name in _FIELDS[_kind(piece)]} | {"etag": course.etag}
    if _kind(piece) == "check":
        values |= {f"option-{n}": option.text for n, option in enumerate(said.options, 1)}
        form = Form.of(values)
        form.values["right"] = [str(n) for n, option in enumerate(said.options, 1) if option.right]
        return form
    return Form.of(values | {"media": said.media.sha256, "filename": getattr(said, "filename", "")})


def _page(visit: Visit, course: pb.Course, number: int, kind: str, place: int, form: Form) -> Answer:
    shown = [piece for piece in section_of(course, number).pieces if piece.number == place]
    return visit.page(
        "courses/piece.html",
        status=400 if form.errors else 200,
        course=course,
        number=number,
        kind=kind,
        place=place,
        piece=shown[0] if shown else None,
        form=form,
        options=range(1, _MOST_OPTIONS + 1),
    )
