"""What is done with a work: it is handed over, goes on, waits, goes back, ends; somebody says yes to it."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.exceptions import HTTPException

from cadre.curriculum.v1 import decision_service_pb2 as decision_pb
from cadre.curriculum.v1 import work_service_pb2 as pb
from gateway.web import ours
from gateway.web.forms import Form
from gateway.web.rights import only
from gateway.web.visit import Answer, Sent, Visit, Visitor
from gateway.works import gates, phrases, shown, tracing, voting, written
from servicekit.calendar import YEARS_OF_DOCUMENTS

router = APIRouter(prefix="/works/{work_id}")

_DECISIONS = 20
# Who manages training lets a work go on from the step in which it is given.
_MANAGE = "bodies.convene"


@dataclass(frozen=True)
class Turn:
    """Something that happens to a work as a whole."""

    status: pb.Work.Status.ValueType
    title: str
    button: str
    done: str
    does: tuple[str, ...]
    for_good: bool = False


TURNS = {
    "hold": Turn(
        pb.Work.ON_HOLD,
        "Put it on hold?",
        "Put it on hold",
        "work-held",
        ("Nothing is due while it waits.", "Everything that is written of it stays. It goes on when you say so."),
    ),
    "go-on": Turn(
        pb.Work.IN_PROGRESS,
        "Go on with it?",
        "Go on with it",
        "work-resumed",
        ("It goes on in the step in which it was.",),
    ),
    "give-back": Turn(
        pb.Work.RETURNED,
        "Give it back?",
        "Give it back",
        "work-given-back",
        (
            "It goes back to the step that you choose. The gates after that one are open again.",
            "What was decided stays on record. A new decision is needed on what changes.",
        ),
        for_good=True,
    ),
    "decline": Turn(
        pb.Work.DECLINED,
        "Decline it?",
        "Decline it",
        "work-declined",
        (
            "Nothing more is done about this need.",
            "It stays on record, with your reason.",
            "It cannot be taken up again.",
        ),
        for_good=True,
    ),
    "retire": Turn(
        pb.Work.RETIRED,
        "Retire it?",
        "Retire it",
        "work-retired",
        ("The work ends here.", "The versions of its course that are issued stay.", "It cannot be taken up again."),
        for_good=True,
    ),
}


@router.get("/hand-over")
def hand_over_page(visit: Visitor, work_id: str) -> Answer:
    """Choose who has the ball from now on."""
    return _hand_over(visit, shown.load(visit, work_id), Form.of({"committee": "", "staff_number": ""}))


@router.post("/hand-over")
def hand_over(visit: Visitor, work_id: str, form: Sent) -> Answer:
    """Give it to a committee, or to somebody by their staff number."""
    work = shown.load(visit, work_id)
    holder, number = form.text("committee"), form.text("staff_number")
    if bool(holder) == bool(number):
        form.errors["staff_number"] = "Choose a committee, or give one staff number."
    elif number:
        holder = _person(visit, form, number)
    asked = pb.HandOverWorkRequest(name=work.name, holder=holder, request_id=form.request_id)
    if form.accepted(visit.clients.works.HandOverWork, asked):
        return visit.go(shown.path(work.name), done="work-handed-over")
    return _hand_over(visit, work, form)


@router.get("/gate")
def gate_page(visit: Visitor, work_id: str) -> Answer:
    """What going on to the next step does, and what keeps it."""
    work = shown.load(visit, work_id)
    return _gate(visit, work, Form.of({"decision": ""}))


@router.post("/gate")
def pass_gate(visit: Visitor, work_id: str, form: Sent) -> Answer:
    """Go on to the next step."""
    work, phase = shown.load(visit, work_id), form.text("phase")
    asked = pb.PassGateRequest(
        name=work.name,
        phase=pb.Phase.Value(phase) if phase in phrases.PHASES else work.phase,
        decision=form.text("decision"),
        request_id=form.request_id,
    )
    if form.accepted(visit.clients.works.PassGate, asked):
        return visit.go(shown.path(work.name), done="gate-passed")
    return _gate(visit, work, form)


@router.get("/turn/{turn}")
def turn_page(visit: Visitor, work_id: str, turn: str) -> Answer:
    """What it does to hold a work, to go on with it, to give it back, to decline or to retire it."""
    return _turn(visit, shown.load(visit, work_id), turn, Form.of({"reason": "", "hold_until": "", "back_to": ""}))


@router.post("/turn/{turn}")
def take_turn(visit: Visitor, work_id: str, turn: str, form: Sent) -> Answer:
    """Do it, with its reason."""
    work, this = shown.load(visit, work_id), _known(turn)
    asked = pb.SetWorkStatusRequest(
        name=work.name, status=this.status, reason=form.block("reason"), request_id=form.request_id
    )
    if turn != "go-on":
        form.needs("reason", "Say why. It stays on record.")
    if turn == "hold":
        until = form.day("hold_until", YEARS_OF_DOCUMENTS, "Say until when.")
        if until and until <= visit.today:
            form.errors["hold_until"] = "Choose a day after today."
        asked.hold_until = until.isoformat() if until else ""
    if turn == "give-back":
        name = form.needs("back_to", "Choose the step.")
        asked.phase = pb.Phase.Value(name) if name in phrases.PHASES else pb.PHASE_UNSPECIFIED
    if form.accepted(visit.clients.works.SetWorkStatus, asked):
        return visit.go(shown.path(work.name), done=this.done)
    return _turn(visit, work, turn, form)


@router.get("/confirm")
def confirm_page(visit: Visitor, work_id: str) -> Answer:
    """What the visitor would say yes to."""
    return _say_yes(visit, shown.load(visit, work_id), "works/confirm.html", Form())


@router.post("/confirm")
def confirm(visit: Visitor, work_id: str, form: Sent) -> Answer:
    """Say yes to the content that was read."""
    asked = pb.ConfirmWorkRequest(name=f"works/{work_id}", digest=form.text("digest"), request_id=form.request_id)
    if form.accepted(visit.clients.works.ConfirmWork, asked):
        return visit.go(f"/works/{work_id}", done="work-confirmed")
    return _say_yes(visit, shown.load(visit, work_id), "works/confirm.html", form)


@router.get("/at-once")
def at_once_page(visit: Visitor, work_id: str) -> Answer:
    """What deciding at once does."""
    return _say_yes(visit, shown.load(visit, work_id), "works/at_once.html", Form.of({"reason": ""}))


@router.post("/at-once")
def decide_at_once(visit: Visitor, work_id: str, form: Sent) -> Answer:
    """Decide at once, as the chair, in an emergency."""
    form.needs("reason", "Say why it cannot wait. The committee reads it.")
    asked = pb.DecideAtOnceRequest(
        name=f"works/{work_id}", digest=form.text("digest"), reason=form.block("reason"), request_id=form.request_id
    )
    if form.accepted(visit.clients.works.DecideAtOnce, asked):
        return visit.go(f"/works/{work_id}", done="decided-at-once")
    return _say_yes(visit, shown.load(visit, work_id), "works/at_once.html", form)


def _person(visit: Visit, form: Form, number: str) -> str:
    """Return who has a staff number; a designer sees no people of agencies, so the pages ask."""
    found = ours.person(visit, staff_number=number)
    if found is None:
        form.errors["staff_number"] = "Nobody has this staff number."
        return ""
    return found.person


def _hand_over(visit: Visit, work: pb.Work, form: Form) -> Answer:
    only(work.may_write)
    committees = shown.bodies(visit)
    return visit.page(
        "works/hand_over.html",
        status=400 if form.errors else 200,
        work=work,
        form=form,
        names=shown.names(visit, [work.holder], committees),
        committees=[("", "No committee"), *((one.name, one.title) for one in committees)],
        phrases=phrases,
        base=shown.path(work.name),
    )


def _gate(visit: Visit, work: pb.Work, form: Form) -> Answer:
    only(work.may_write)
    gate = gates.gate(work)
    return visit.page(
        "works/gate.html",
        status=400 if form.errors else 200,
        work=work,
        form=form,
        gate=gate,
        vote=shown.vote(visit, work),
        voting=voting,
        decisions=_offered(visit, work, gate) if gate and gate.body else [],
        names=shown.names(visit, [], shown.bodies(visit)),
        manages=work.phase != pb.DELIVER or visit.rights.state(_MANAGE),
        phase=pb.Phase.Name(work.phase),
        after=phrases.phase_name(pb.Phase.ValueType(work.phase + 1)) if work.phase < pb.CLOSED else "",
        phrases=phrases,
        gates=gates,
        base=shown.path(work.name),
    )


def _offered(visit: Visit, work: pb.Work, gate: pb.Gate) -> list[tuple[str, str]]:
    """Return what the committee of a gate decided on exactly what stands there now."""
    if not work.subject:
        return []
    asked = decision_pb.ListDecisionsRequest(parent=work.subject, page_size=_DECISIONS)
    found = visit.clients.decisions.ListDecisions(asked).decisions
    return [
        (one.name, f"{one.number}: {one.motion}" if one.number else one.motion)
        for one in found
        if one.digest == work.digest and one.body == gate.body and not one.corrected_by
    ]


def _known(turn: str) -> Turn:
    found = TURNS.get(turn)
    if found is None:
        raise HTTPException(404)
    return found


def _turn(visit: Visit, work: pb.Work, turn: str, form: Form) -> Answer:
    only(work.may_write)
    return visit.page(
        "works/turn.html",
        status=400 if form.errors else 200,
        work=work,
        turn=turn,
        this=_known(turn),
        form=form,
        earlier=[(name, title) for name, title in phrases.PHASES.items() if gates.place(work, name) == "done"],
        phrases=phrases,
        base=shown.path(work.name),
    )


def _say_yes(visit: Visit, work: pb.Work, template: str, form: Form) -> Answer:
    return visit.page(
        template,
        status=400 if form.errors else 200,
        work=work,
        form=form,
        names=shown.names(visit, shown.of_work(work), shown.bodies(visit)),
        link=shown.link(visit, work),
        course=shown.course_title(visit, work),
        phrases=phrases,
        written=written,
        tracing=tracing,
        base=shown.path(work.name),
    )
