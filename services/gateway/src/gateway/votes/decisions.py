"""Decisions: one to read and to print, those of a committee as a list and a file, and another in the place of one."""

from collections.abc import Iterator

from fastapi import APIRouter

from cadre.curriculum.v1 import ballot_service_pb2 as ballot_pb
from cadre.curriculum.v1 import decision_service_pb2 as pb
from cadre.partnership.v1 import body_service_pb2 as body_pb
from gateway.committees import shown, votes
from gateway.votes import phrases
from gateway.web import sheets
from gateway.web.forms import Form
from gateway.web.rights import only
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter()

_ROWS, _MOST = 25, 200
_COLUMNS = ("Number", "Decided (UTC)", "Motion", "Weight", "On", "SHA-256", "Corrects", "Reason")


@router.get("/decisions/{decision_id}")
def decision_page(visit: Visitor, decision_id: str) -> Answer:
    """What was decided, by whom, on what."""
    return _page(visit, decision_id, "votes/decision.html", Form())


@router.get("/decisions/{decision_id}/print")
def decision_print(visit: Visitor, decision_id: str) -> Answer:
    """The same on paper."""
    return _page(visit, decision_id, "votes/decision_print.html", Form())


@router.get("/decisions/{decision_id}/correct")
def correct_page(visit: Visitor, decision_id: str) -> Answer:
    """What correcting it does."""
    found = _get(visit, decision_id)
    return _correct(visit, found, Form.of({"motion": found.motion, "reason": ""}))


@router.post("/decisions/{decision_id}/correct")
def correct(visit: Visitor, decision_id: str, form: Sent) -> Answer:
    """Write it down anew, once that is meant."""
    form.needs("motion", "Say what was decided.")
    form.needs("reason", "Say what was wrong. It stays on record.")
    asked = pb.CorrectDecisionRequest(
        name=f"decisions/{decision_id}",
        motion=form.text("motion"),
        reason=form.block("reason"),
        request_id=form.request_id,
    )
    if not form.errors and form.text("sure") == "yes":
        try:
            made = visit.clients.decisions.CorrectDecision(asked)
        except Refused as error:
            form.refuse(error)
        else:
            return visit.go(f"/{made.name}", done="decision-corrected")
    return _correct(visit, _get(visit, decision_id), form)


@router.get("/committees/{slug}/decisions")
def decisions_page(visit: Visitor, slug: str, page: str = "") -> Answer:
    """The decisions of a committee, the newest first."""
    committee = shown.load(visit, slug)
    listed = visit.clients.decisions.ListDecisions(
        pb.ListDecisionsRequest(parent=committee.name, page_size=_ROWS, page_token=page)
    )
    return visit.page(
        "votes/decisions.html",
        committee=committee,
        decisions=listed.decisions,
        next_page=listed.next_page_token,
        page=page,
        phrases=phrases,
        base=shown.path(committee.name),
    )


@router.get("/committees/{slug}/decisions.csv")
def decisions_file(visit: Visitor, slug: str) -> Answer:
    """All of them as a file."""
    committee = shown.load(visit, slug)
    every = list(_every(visit, committee))
    numbers = {one.name: one.number for one in every}
    lines = [
        [
            one.number,
            sheets.moment(one.decide_time),
            one.motion,
            phrases.class_of(one),
            one.subject,
            one.digest,
            numbers.get(one.corrects, ""),
            one.reason,
        ]
        for one in every
    ]
    return visit.download(sheets.file_of(_COLUMNS, lines), f"{committee.code}-decisions.csv", sheets.MEDIA_TYPE)


@router.get("/committees/{slug}/votes")
def votes_page(visit: Visitor, slug: str, page: str = "") -> Answer:
    """The votes of a committee, the newest first."""
    committee = shown.load(visit, slug)
    listed = visit.clients.ballots.ListBallots(
        ballot_pb.ListBallotsRequest(parent=committee.name, page_size=_ROWS, page_token=page)
    )
    return visit.page(
        "votes/votes.html",
        committee=committee,
        ballots=listed.ballots,
        next_page=listed.next_page_token,
        page=page,
        votes=votes,
        base=shown.path(committee.name),
    )


def _every(visit: Visit, committee: body_pb.Body) -> Iterator[pb.Decision]:
    asked = pb.ListDecisionsRequest(parent=committee.name, page_size=_MOST)
    while True:
        listed = visit.clients.decisions.ListDecisions(asked)
        yield from listed.decisions
        asked.page_token = listed.next_page_token
        if not asked.page_token:
            return


def _get(visit: Visit, decision_id: str) -> pb.Decision:
    return visit.clients.decisions.GetDecision(pb.GetDecisionRequest(name=f"decisions/{decision_id}"))


def _page(visit: Visit, decision_id: str, template: str, form: Form) -> Answer:
    """Show a decision; one that no body made is shown by the version that it is on."""
    found = _get(visit, decision_id)
    committee = shown.load(visit, shown.slug_of(found.body)) if found.body else None
    asked = ballot_pb.GetBallotTextRequest(name=found.ballot)
    said = visit.clients.ballots.GetBallotText(asked) if found.ballot else None
    ballot = visit.clients.ballots.GetBallot(ballot_pb.GetBallotRequest(name=found.ballot)) if found.ballot else None
    titles = shown.titles(committee) if committee else {}
    return visit.page(
        template,
        form=form,
        decision=found,
        committee=committee,
        said=said,
        runs=bool(ballot and ballot.runs and not found.corrected_by),
        result=phrases.decided(found, committee.code, visit.today) if committee else "",
        counted=[(titles.get(one.constituency, one.constituency), phrases.counts(one)) for one in found.counts],
        others={name: _get(visit, name.partition("/")[2]) for name in (found.corrects, found.corrected_by) if name},
        phrases=phrases,
        back=shown.path(committee.name) if committee else "",
    )


def _correct(visit: Visit, found: pb.Decision, form: Form) -> Answer:
    ballot = visit.clients.ballots.GetBallot(ballot_pb.GetBallotRequest(name=found.ballot)) if found.ballot else None
    only(bool(ballot and ballot.runs))
    committee = shown.load(visit, shown.slug_of(found.body))
    # Nothing is wrong with what was typed: the page asks whether it is meant.
    asks = not form.errors and bool(form.text("reason"))
    return visit.page(
        "votes/correct.html",
        status=400 if form.errors else 200,
        form=form,
        decision=found,
        committee=committee,
        asks=asks,
        phrases=phrases,
        back=shown.path(committee.name),
    )
