"""Versions of a letter: all of them, one as it was, and what changed since one that somebody knows."""

from fastapi import APIRouter

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import version_service_pb2 as pb
from gateway.letters import changes, letters
from gateway.letters.clarified import Clarified
from gateway.web.visit import Answer, Number, Sent, Visitor
from servicekit.rpc.client import Refused

router = APIRouter()


@router.post("/letters/{letter_id}/amend")
def begin(visit: Visitor, letter_id: str, form: Sent) -> Answer:
    """Begin an amendment: a draft that says what the letter says. Where there is one already, go on with that one."""
    request = notice_pb.BeginAmendmentRequest(notice=f"notices/{letter_id}", request_id=form.request_id)
    try:
        name = visit.clients.notices.BeginAmendment(request).name
    except Refused as error:
        if error.reason != "AMENDMENT_OPEN":
            raise
        name = error.metadata["amendment"]
        return visit.go(f"/{name.replace('notices', 'letters')}", done="amended-already")
    return visit.go(f"/{name.replace('notices', 'letters')}/edit/letter", done="amendment-begun")


@router.get("/training/{letter_id}/versions")
def all_versions(visit: Visitor, letter_id: str) -> Answer:
    """The versions of a letter, the newest first, with what each changed."""
    letter = visit.letter(letter_id)
    found = visit.clients.versions.ListVersions(pb.ListVersionsRequest(parent=letter.name)).versions
    names = visit.names([person for one in found for person in (one.author, one.approver)])
    return visit.page(
        "letters/versions.html", letter=letter, letters=letters, versions=found, names=names, shortly=changes.shortly
    )


@router.get("/training/{letter_id}/versions/{number}")
def one_version(visit: Visitor, letter_id: str, number: Number) -> Answer:
    """A version of a letter, as it was: not what holds, unless it is the newest."""
    letter = visit.letter(letter_id)
    then = visit.clients.versions.GetVersion(pb.GetVersionRequest(name=f"{letter.name}/versions/{number}"))
    return visit.page(
        "letters/version.html",
        now=letter,
        letter=then.notice,
        version=then,
        letters=letters,
        # What was clarified stands with what holds.
        clarified=Clarified(then.notice),
    )


@router.get("/training/{letter_id}/changes")
def what_changed(visit: Visitor, letter_id: str, since: Number = 1, to: Number = 0) -> Answer:
    """What changed from a version to another one, or to the one that holds: word by word."""
    letter = visit.letter(letter_id)
    return visit.page(
        "letters/what_changed.html",
        letter=letter,
        letters=letters,
        since=since,
        to=to or letter.version,
        changes=changes.of(visit, letter.name, since, to),
    )
