"""A vote as who runs the committee takes it from its opening to its end; a step says first what it does."""

from typing import Any

from fastapi import APIRouter

from cadre.curriculum.v1 import ballot_service_pb2 as pb
from gateway.committees import shown
from gateway.votes import ballots, phrases, seats
from gateway.web.forms import Form
from gateway.web.rights import only
from gateway.web.visit import Answer, Sent, Visit, Visitor

router = APIRouter(prefix="/ballots/{ballot_id}")


@router.get("/open")
def open_page(visit: Visitor, ballot_id: str) -> Answer:
    """Who will be told, and what stays as it is then."""
    return _open(visit, ballot_id, Form())


@router.post("/open")
def open_vote(visit: Visitor, ballot_id: str, form: Sent) -> Answer:
    """Let members vote."""
    asked = pb.OpenBallotRequest(name=f"ballots/{ballot_id}", request_id=form.request_id)
    if form.accepted(visit.clients.ballots.OpenBallot, asked):
        return visit.go(f"/ballots/{ballot_id}", done="vote-opened")
    return _open(visit, ballot_id, form)


@router.get("/record")
def record_page(visit: Visitor, ballot_id: str) -> Answer:
    """What was said in a room: by whom, for which seat."""
    return _record(visit, ballot_id, Form())


@router.post("/record")
def record(visit: Visitor, ballot_id: str, form: Sent) -> Answer:
    """Write it down; they are told, and may say that it is wrong."""
    seat, _, person = form.needs("speaker", "Choose who said it.").partition(" ")
    said = form.text("choice")
    if said not in phrases.CHOICES:
        form.errors["choice"] = "Choose what they said."
    asked = pb.RecordPositionRequest(
        name=f"ballots/{ballot_id}",
        seat=seat,
        person=person,
        choice=pb.Choice.Value(said) if said in phrases.CHOICES else pb.CHOICE_UNSPECIFIED,
        request_id=form.request_id,
        **ballots.words(form, said),
    )
    if form.accepted(visit.clients.ballots.RecordPosition, asked):
        return visit.go(f"/ballots/{ballot_id}/record", done="vote-recorded")
    return _record(visit, ballot_id, form)


@router.get("/close")
def close_page(visit: Visitor, ballot_id: str) -> Answer:
    """What comes of it as it stands."""
    return _step(visit, "close", _run(visit, ballot_id), Form())


@router.post("/close")
def close(visit: Visitor, ballot_id: str, form: Sent) -> Answer:
    """Count the votes."""
    asked = pb.CloseBallotRequest(name=f"ballots/{ballot_id}", request_id=form.request_id)
    if form.accepted(visit.clients.ballots.CloseBallot, asked):
        return visit.go(f"/ballots/{ballot_id}", done="vote-closed")
    return _step(visit, "close", _run(visit, ballot_id), form)


@router.get("/withdraw")
def withdraw_page(visit: Visitor, ballot_id: str) -> Answer:
    """What ending it without a result does."""
    return _step(visit, "withdraw", _run(visit, ballot_id), Form())


@router.post("/withdraw")
def withdraw(visit: Visitor, ballot_id: str, form: Sent) -> Answer:
    """End it without a result."""
    form.needs("reason", "Say why. Members read it.")
    asked = pb.WithdrawBallotRequest(
        name=f"ballots/{ballot_id}", reason=form.block("reason"), request_id=form.request_id
    )
    if form.accepted(visit.clients.ballots.WithdrawBallot, asked):
        return visit.go(f"/ballots/{ballot_id}", done="vote-withdrawn")
    return _step(visit, "withdraw", _run(visit, ballot_id), form)


def _run(visit: Visit, ballot_id: str) -> seats.Sheet:
    """Return a vote to who runs it."""
    ballot = seats.get(visit, ballot_id)
    only(ballot.runs)
    return seats.sheet(visit, ballot)


def _open(visit: Visit, ballot_id: str, form: Form) -> Answer:
    """Nobody is on its roll yet: it will be who sits there then."""
    sheet = _run(visit, ballot_id)
    sides = shown.sittings(sheet.committee, sheet.people, visit.today.isoformat())
    voting = [one for side in sides for one in side.seats if one.seat.voting and one.holder]
    told = {part.person for one in voting for part in (one.holder, one.alternate) if part}
    said = visit.clients.ballots.GetBallotText(pb.GetBallotTextRequest(name=sheet.ballot.name))
    return _step(visit, "open", sheet, form, voting=len(voting), people_told=len(told), said=said)


def _record(visit: Visit, ballot_id: str, form: Form) -> Answer:
    sheet = _run(visit, ballot_id)
    offered = [("", "Choose who said it")]
    for line, seat in zip(sheet.ballot.roll, sheet.seats, strict=True):
        if not seat.recused:
            offered.append((f"{line.seat} {line.holder}", seat.who))
        if line.alternate and not seat.recused:
            offered.append((f"{line.seat} {line.alternate}", f"{seat.alternate}, for {seat.title}"))
    return _step(visit, "record", sheet, form, offered=offered)


def _step(visit: Visit, step: str, sheet: seats.Sheet, form: Form, **given: Any) -> Answer:  # noqa: ANN401 - as `Visit.page`
    for name in ("reason", "speaker", "choice", *ballots.WORDS):
        form.values.setdefault(name, [""])
    return visit.page(
        f"votes/{step}.html",
        status=400 if form.errors else 200,
        form=form,
        **ballots.values(visit, sheet),
        **given,
    )
