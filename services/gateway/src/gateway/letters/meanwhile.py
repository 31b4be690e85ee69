"""What happened to a draft while somebody had it open: saved, sent, issued or deleted by another, or in another tab."""

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.notification.v1 import notice_service_pb2 as pb
from gateway.letters import letter_form, letter_history
from gateway.letters.letter_form import WHO, Step
from gateway.web.forms import Form
from gateway.web.visit import Visit
from gateway.words import sentences
from servicekit.calendar import PACIFIC, pacific_date
from servicekit.rpc.client import Refused

_STILL_HERE = "What you typed is still in the form, and none of it is saved."


def found(visit: Visit, letter_id: str) -> pb.Notice | None:
    """Return a letter; None if there is none any more."""
    try:
        return visit.letter(letter_id)
    except Refused as error:
        if error.code != "NOT_FOUND":
            raise
        return None


def saved(visit: Visit, letter: pb.Notice) -> str:
    """Say who saved a draft after it was opened, and what to do."""
    at = when(visit, letter.save_time)
    if letter.saved_by == visit.person:
        said = f"You saved this draft in another tab {at} after you opened it here."
    else:
        by = visit.names([letter.saved_by]).get(letter.saved_by, "Somebody else")
        said = f"{by} saved this draft {at} after you opened it."
    return f"{said} {_STILL_HERE} Compare it with what is saved now, then save again: yours replaces it."


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
    return f"{said} {_STILL_HERE} Copy what you need, or start a new letter from it with the button below the form."


def when(visit: Visit, at: Timestamp | datetime) -> str:
    """`at 3:05 p.m.` today, `on Nov 28, 3:05 p.m.` before."""
    local = at.ToDatetime(tzinfo=PACIFIC) if isinstance(at, Timestamp) else at
    today = pacific_date(local) == visit.today
    return f"at {sentences.clock(at)}" if today else f"on {sentences.moment(at, visit.today)}"


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
    made.name = made.etag = made.number = ""
    return made
