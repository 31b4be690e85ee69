"""A vote as members see it: what it is on, what is in its way, their own vote, what is still needed."""

from typing import Any

from fastapi import APIRouter
from fastapi.exceptions import HTTPException

from cadre.curriculum.v1 import ballot_service_pb2 as pb
from gateway.committees import phrases as committee_phrases
from gateway.committees import shown, votes
from gateway.courses import content
from gateway.votes import phrases, seats, text
from gateway.web.forms import Form
from gateway.web.visit import Answer, Number, Sent, Visit, Visitor
from gateway.works import giving

router = APIRouter(prefix="/ballots")

WORDS = ("text", "lifted_by", "override_reason")
_CHOOSE = "Choose what you say."


@router.get("/{ballot_id}")
def vote_page(visit: Visitor, ballot_id: str) -> Answer:
    """The vote, with the visitor's own."""
    return show(visit, ballot_id, Form())


@router.post("/{ballot_id}")
def cast(visit: Visitor, ballot_id: str, form: Sent) -> Answer:
    """Say something for a seat. It can be changed, so one press is enough."""
    said = form.text("choice")
    if said not in phrases.CHOICES:
        form.errors["choice"] = _CHOOSE
    asked = pb.CastPositionRequest(
        name=f"ballots/{ballot_id}",
        seat=form.text("seat"),
        choice=pb.Choice.Value(said) if said in phrases.CHOICES else pb.CHOICE_UNSPECIFIED,
        digest=form.text("digest"),
        request_id=form.request_id,
        **words(form, said),
    )
    if form.accepted(visit.clients.ballots.CastPosition, asked):
        return visit.go(f"/ballots/{ballot_id}#mine", done="voted")
    return show(visit, ballot_id, form)


@router.post("/{ballot_id}/lift")
def lift(visit: Visitor, ballot_id: str, form: Sent) -> Answer:
    """End the visitor's own objection, and say what the seat says instead."""
    said = form.text("instead")
    if said not in phrases.AFTER:
        form.errors["instead"] = "Choose what you say instead."
    asked = pb.LiftHoldRequest(
        name=f"ballots/{ballot_id}",
        seat=form.text("seat"),
        choice=pb.Choice.Value(said) if said in phrases.AFTER else pb.CHOICE_UNSPECIFIED,
        request_id=form.request_id,
    )
    if form.accepted(visit.clients.ballots.LiftHold, asked):
        return visit.go(f"/ballots/{ballot_id}#mine", done="objection-ended")
    return show(visit, ballot_id, form)


@router.get("/{ballot_id}/contest/{number}")
def contest_page(visit: Visitor, ballot_id: str, number: Number) -> Answer:
    """What it does to say that it is not what one said."""
    return _contest(visit, ballot_id, number, Form())


@router.post("/{ballot_id}/contest/{number}")
def contest(visit: Visitor, ballot_id: str, number: Number, form: Sent) -> Answer:
    """Say so."""
    form.needs("reason", "Say what you said instead, or why it is wrong.")
    asked = pb.ContestPositionRequest(
        name=f"ballots/{ballot_id}", number=number, reason=form.block("reason"), request_id=form.request_id
    )
    if form.accepted(visit.clients.ballots.ContestPosition, asked):
        return visit.go(f"/ballots/{ballot_id}#mine", done="contested")
    return _contest(visit, ballot_id, number, form)


def words(form: Form, said: str) -> dict[str, str]:
    """Return what is typed beside a choice, as far as it belongs to it; what is missing is said at its field."""
    typed = {name: form.block(name) for name in WORDS}
    if said == "HOLD":
        form.needs("text", "Say what you object to.")
        form.needs("lifted_by", "Say what would settle it.")
    elif said == "RECUSED":
        form.needs("text", "Say which conflict it is.")
    # A field that is not shown with this choice may hold what was typed for another one.
    if said != "HOLD":
        typed["lifted_by"] = ""
    if said in {"HOLD", "RECUSED"}:
        typed["override_reason"] = ""
    return typed


def show(visit: Visit, ballot_id: str, form: Form) -> Answer:
    """Show a vote, with what is wrong with a form of its page."""
    ballot = seats.get(visit, ballot_id)
    sheet = seats.sheet(visit, ballot)
    said = visit.clients.ballots.GetBallotText(pb.GetBallotTextRequest(name=ballot.name))
    for name in ("choice", "seat", *WORDS):
        form.values.setdefault(name, [""])
    form.values.setdefault("instead", ["NO_OBJECTION"])
    return visit.page(
        "votes/vote.html",
        status=400 if form.errors else 200,
        form=form,
        said=said,
        changes=text.changes(said),
        arranged=content.arranged,
        given=_given(visit, ballot, said),
        giving=giving,
        counted=seats.counted(sheet),
        **values(visit, sheet),
    )


def _given(visit: Visit, ballot: pb.Ballot, said: pb.BallotText) -> giving.Given:
    """Return the materials that are voted on with a course; none of what is voted on otherwise."""
    parent = said.version or ballot.subject
    return giving.if_theirs(visit, parent) if parent.startswith("courses/") and not said.gone else giving.Given(parent)


def values(visit: Visit, sheet: seats.Sheet) -> dict[str, Any]:
    """Return what every page of a vote needs."""
    ballot, rules = sheet.ballot, phrases.rules(sheet.ballot)
    open_ = ballot.state == pb.Ballot.OPEN
    return {
        "sheet": sheet,
        "ballot": ballot,
        "committee": sheet.committee,
        "rules": rules,
        "needed": phrases.still_needed(ballot, sheet.sides, sheet.holders, visit.today) if open_ else "",
        "until": votes.until(ballot, visit.today),
        "phrases": phrases,
        "committee_phrases": committee_phrases,
        "votes": votes,
        "base": f"/{ballot.name}",
        "back": shown.path(sheet.committee.name),
        "meeting": shown.path(ballot.meeting) if ballot.meeting else "",
        "writes": visit.rights.state("courses.write"),
    }


def _contest(visit: Visit, ballot_id: str, number: int, form: Form) -> Answer:
    sheet = seats.sheet(visit, seats.get(visit, ballot_id))
    found = [one for line in sheet.ballot.roll for one in line.positions if one.number == number]
    if not found or found[0].person != visit.person or not found[0].recorder:
        raise HTTPException(404)
    form.values.setdefault("reason", [""])
    return visit.page(
        "votes/contest.html", status=400 if form.errors else 200, form=form, position=found[0], **values(visit, sheet)
    )
