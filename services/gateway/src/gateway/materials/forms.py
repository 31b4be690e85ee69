"""The forms of a material, declared once: what is said of it, a part of a guide for trainers, who may train."""

from collections.abc import Mapping
from typing import Any

from cadre.curriculum.v1 import material_service_pb2 as pb
from cadre.curriculum.v1 import work_service_pb2 as work_pb
from gateway.web import declared
from gateway.web.declared import Box, Line, Lines, Named
from gateway.web.forms import Form
from gateway.works import giving, written
from gateway.works.forms import Number

_LINE, _TEXT, _LONG, _CAPTIONS = 200, 4_000, 20_000, 200_000
# A page shows so many empty rows for steps beside those that are filled.
STEPS_MORE, MOST_STEPS = 3, 60

_KIND = Named("material_kind", "What it is", of="kind", values=giving.KINDS, enum=pb.Material.Kind, needed=True)
_TITLE = Line("material_title", "What it is called", of="title", needed=True, most=_LINE)
_FOR_WHOM = Box(
    "trainers_only", "For trainers alone", "Whoever takes the course does not see it, such as a guide with the answers"
)
_MINUTES = Number("material_minutes", "Minutes that it takes", of="minutes")
_PAGES = Number("material_pages", "Pages or slides", of="pages")
_CAPTION_TEXT = Lines(
    "material_captions",
    "Captions",
    "WebVTT, of a film or recording: they must cover 95 % of its length",
    of="captions",
    most=_CAPTIONS,
)
_TRANSCRIPT = Lines(
    "material_transcript",
    "Transcript",
    "All that is said, and what is seen where it matters",
    of="transcript",
    most=_CAPTIONS,
)
_DESCRIBED = Box(
    "described",
    "Those who do not see it get all of it",
    "Pictures have a description, headings are headings, a PDF is tagged",
)
_RIGHTS = Named("rights", "Whose it is", values=giving.RIGHTS, enum=pb.Material.Rights, needed=True)
_CREDIT = Line("credit", "Credit", "As its owner wants to be named. Needed where it is not ours", most=_TEXT)
MATERIAL = (_KIND, _TITLE, _FOR_WHOM, _MINUTES, _PAGES, _CAPTION_TEXT, _TRANSCRIPT, _DESCRIBED, _RIGHTS, _CREDIT)
# The form in its parts, as the page shows them.
PARTS: Mapping[str, tuple[declared.Field, ...]] = {
    "what": (_KIND, _TITLE),
    "whom": (_FOR_WHOM,),
    "extent": (_MINUTES, _PAGES),
    "access": (_DESCRIBED, _CAPTION_TEXT, _TRANSCRIPT),
    "whose": (_RIGHTS, _CREDIT),
}
MODULE = (
    Line("module_title", "What the part is called", of="title", needed=True, most=_LINE),
    Number("module_minutes", "Minutes that the part takes", of="minutes"),
    Lines("equipment", "What is needed in the room", "Such as a projector, 12 copies of the worksheet", most=_TEXT),
    Lines("background", "What a trainer needs to know beyond it", most=_LONG),
    Box("optional", "It may be left out when time is short"),
)
RULE = (
    Lines(
        "credential",
        "Who may train with it",
        "Such as: whoever gave it once beside a trainer who may",
        most=_TEXT,
    ),
)
EVERY = (*MATERIAL, *MODULE, *RULE)
NAMES = declared.names(MATERIAL)
MODULE_NAMES = declared.names(MODULE)
_LISTS = ("modes", "objectives")


def opened(one: pb.Material) -> dict[str, Any]:
    """Return the fields of a material as they are opened."""
    said: dict[str, Any] = declared.shown(MATERIAL, one)
    return {
        **said,
        "language": one.language or "en",
        "modes": [work_pb.ModeChoice.Mode.Name(value) for value in one.modes],
        "objectives": list(one.objectives),
        "media": one.file.sha256,
        "filename": one.filename,
        "etag": one.etag,
    }


def read(form: Form, one: pb.Material) -> None:
    """Take over what was typed of a material, with its file; what is missing is said at its field."""
    for name in (*_LISTS, "language", "file"):
        form.values.setdefault(name, [""])
    declared.read(MATERIAL, form, one)
    for field in declared.missing(MATERIAL, one):
        form.errors.setdefault(field.name, "Fill this in.")
    one.language = form.text("language")
    del one.modes[:]
    one.modes.extend(work_pb.ModeChoice.Mode.Value(name) for name in form.all("modes") if name in written.MODES)
    del one.objectives[:]
    one.objectives.extend(form.all("objectives"))
    one.file.sha256, one.filename = form.text("media"), form.text("filename")
    if not one.file.sha256:
        one.ClearField("file")
        one.filename = ""


def module_opened(one: pb.GuideModule, etag: str) -> dict[str, Any]:
    """Return the fields of a part of a guide as they are opened."""
    said: dict[str, Any] = declared.shown(MODULE, one)
    for number, step in enumerate(one.steps, 1):
        said |= {f"says-{number}": step.says, f"does-{number}": step.does}
    rows = min(MOST_STEPS, len(one.steps) + STEPS_MORE)
    return {**said, "goals": "\n".join(one.goals), "rows": str(rows), "opened": one.title, "etag": etag}


def rows(form: Form) -> int:
    """How many rows for steps the form has."""
    typed = form.text("rows")
    return min(MOST_STEPS, max(1, int(typed) if typed.isascii() and typed.isdecimal() else STEPS_MORE))


def steps_of(form: Form) -> list[pb.GuideStep]:
    """Return the steps that are typed, in order; rows in which nothing is are left out."""
    every = (
        pb.GuideStep(says=form.block(f"says-{number}"), does=form.block(f"does-{number}"))
        for number in range(1, rows(form) + 1)
    )
    return [one for one in every if one.says.strip() or one.does.strip()]


def more_steps(form: Form) -> None:
    """Show more empty rows."""
    form.values["rows"] = [str(min(MOST_STEPS, len(steps_of(form)) + 2 * STEPS_MORE))]
    _put(form, steps_of(form))


def without_step(form: Form, number: int) -> None:
    """Take the row of a step out of the form."""
    typed = [
        pb.GuideStep(says=form.block(f"says-{place}"), does=form.block(f"does-{place}"))
        for place in range(1, rows(form) + 1)
        if place != number
    ]
    _put(form, typed)


def _put(form: Form, steps: list[pb.GuideStep]) -> None:
    empty = pb.GuideStep()
    for place in range(1, rows(form) + 1):
        one = steps[place - 1] if place <= len(steps) else empty
        form.values[f"says-{place}"], form.values[f"does-{place}"] = [one.says], [one.does]


def read_module(form: Form, one: pb.GuideModule) -> None:
    """Take over what was typed of a part of a guide."""
    declared.read(MODULE, form, one)
    for field in declared.missing(MODULE, one):
        form.errors.setdefault(field.name, "Fill this in.")
    del one.goals[:]
    one.goals.extend(filter(None, (line.strip() for line in form.block("goals").splitlines())))
    del one.steps[:]
    one.steps.extend(steps_of(form))
