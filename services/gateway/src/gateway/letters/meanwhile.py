"""What happened to a draft while somebody had it open: saved, sent, issued or deleted by another, or in another tab."""

from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.notification.v1 import notice_service_pb2 as pb
from gateway.letters import letter_form, letter_history
from gateway.letters.letter_form import WHO, Step
from gateway.web.drafts import STILL_HERE, when
from gateway.web.forms import Form
from gateway.web.visit import Visit
from gateway.words import sentences
from servicekit.rpc.client import Refused


def found(visit: Visit, letter_id: str) -> pb.Notice | None:
    """Return a letter; None if there is none any more."""
    try:
        return visit.letter(letter_id)
    except Refused as error:
        if error.code != "NOT_FOUND":
            raise
        return None


def lost(visit: Visit, letter: pb.Notice | None, *, typed: bool) -> str:
    """Say why a form cannot be saved or sent any more, the draft is gone or no draft now; and what to do if *typed*."""
    if letter is None:
        said = "This draft was deleted after you opened it."
    elif letter.steps:
        last = letter.steps[-1]
        step = letter_history.step(last, visit.names([last.person]), visit.today)
        said = f"After you opened this draft, {when(visit, last.time)} it was {step[:1].lower()}{step[1:].rstrip('.')}."
    else:
        said = "This is no draft any more."
    if not typed:
        return f"{said} Your press changed nothing."
    return f"{said} {STILL_HERE} Copy what you need, or start a new letter from it with the button below the form."


def differing(
    step: Step, form: Form, letter: pb.Notice, audience: audience_pb.Audience | None
) -> list[tuple[str, str]]:
    """Return what is saved of the fields of a step, where it is not what stands in the form."""
    if step is WHO:
        gets = sentences.count(len(letter.receivers), "agency", "agencies") if letter.receivers else "All agencies"
        return [("Get it", gets), ("Must act", audience.sentence if audience else "Not said yet")]
    return [(one.label, one.said(letter)) for one in step.fields if one.shown(letter) != form.block(one.name)]


def begun_from(letter: pb.Notice) -> pb.Notice:
    """Return a new letter that says what *letter* says: it has a number of its own, and no files."""
    made = letter_form.written(letter)
    made.name = made.etag = made.number = made.what_changed = ""
    made.ClearField("substantive")
    return made
