"""What is done with a release as a whole: announced, decided, live, canceled; each says first what it does."""

from fastapi import APIRouter

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import release_service_pb2 as pb
from gateway.releases import phrases, shown, standings
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor

router = APIRouter(prefix="/releases/{release_id}")


@router.get("/announce")
def announce_page(visit: Visitor, release_id: str) -> Answer:
    """What announcing does."""
    return _announce(visit, release_id, Form())


@router.post("/announce")
def announce(visit: Visitor, release_id: str, form: Sent) -> Answer:
    """Announce it to agencies."""
    asked = pb.AnnounceReleaseRequest(name=f"releases/{release_id}", etag=form.text("etag"), request_id=form.request_id)
    if form.accepted(visit.clients.releases.AnnounceRelease, asked):
        return visit.go(f"/releases/{release_id}", done="release-announced")
    return _announce(visit, release_id, form)


@router.get("/decide")
def decide_page(visit: Visitor, release_id: str) -> Answer:
    """How far agencies are, and the question whether the release goes."""
    return _decide(visit, release_id, Form.of({"reason": "", "outcome": ""}))


@router.post("/decide")
def decide(visit: Visitor, release_id: str, form: Sent) -> Answer:
    """Decide go or no-go."""
    form.values.setdefault("outcome", [""])
    outcome = form.text("outcome")
    if outcome not in ("go", "no-go"):
        form.errors["outcome"] = "Choose go or no-go."
    form.needs("reason", "Say why. It stays on record.")
    asked = pb.DecideReleaseRequest(
        name=f"releases/{release_id}",
        go=outcome == "go",
        reason=form.block("reason"),
        etag=form.text("etag"),
        request_id=form.request_id,
    )
    if form.accepted(visit.clients.releases.DecideRelease, asked):
        return visit.go(f"/releases/{release_id}", done=f"release-{outcome}")
    return _decide(visit, release_id, form)


@router.post("/live")
def complete(visit: Visitor, release_id: str, form: Sent) -> Answer:
    """Note that it is in production."""
    asked = pb.CompleteReleaseRequest(name=f"releases/{release_id}", etag=form.text("etag"), request_id=form.request_id)
    if form.accepted(visit.clients.releases.CompleteRelease, asked):
        return visit.go(f"/releases/{release_id}", done="release-live")
    return _live(visit, release_id, form)


@router.get("/live")
def complete_page(visit: Visitor, release_id: str) -> Answer:
    """What that means."""
    return _live(visit, release_id, Form())


@router.get("/cancel")
def cancel_page(visit: Visitor, release_id: str) -> Answer:
    """What canceling does."""
    return _cancel(visit, release_id, Form.of({"reason": ""}))


@router.post("/cancel")
def cancel(visit: Visitor, release_id: str, form: Sent) -> Answer:
    """Say that it does not come."""
    form.needs("reason", "Say why. Everybody who sees the release sees it.")
    asked = pb.CancelReleaseRequest(
        name=f"releases/{release_id}",
        reason=form.block("reason"),
        etag=form.text("etag"),
        request_id=form.request_id,
    )
    if form.accepted(visit.clients.releases.CancelRelease, asked):
        return visit.go(f"/releases/{release_id}", done="release-cancelled")
    return _cancel(visit, release_id, form)


def _announce(visit: Visit, release_id: str, form: Form) -> Answer:
    return visit.page(
        "releases/announce.html",
        status=400 if form.errors else 200,
        release=shown.load(visit, release_id),
        form=form,
        phrases=phrases,
        may_write=visit.rights.state("notices.write"),
    )


def _decide(visit: Visit, release_id: str, form: Form) -> Answer:
    release = shown.load(visit, release_id)
    now = pb.ReleaseDecision()
    if visit.rights.state("readiness.read"):
        now = visit.clients.releases.PreviewDecision(pb.PreviewDecisionRequest(name=release.name))
    return visit.page(
        "releases/decide.html",
        status=400 if form.errors else 200,
        release=release,
        form=form,
        phrases=phrases,
        now=now,
        standings=standings.of(now.readiness, visit.agencies()),
        blocked=standings.blocked,
        waiting=[
            one for one in release.letters if one.state not in (notice_pb.Notice.PUBLISHED, notice_pb.Notice.WITHDRAWN)
        ],
        wrote=visit.person in release.writers,
        may_decide=visit.rights.state("notices.approve") and visit.person not in release.writers,
    )


def _live(visit: Visit, release_id: str, form: Form) -> Answer:
    return visit.page(
        "releases/live.html",
        status=400 if form.errors else 200,
        release=shown.load(visit, release_id),
        form=form,
        phrases=phrases,
        may_write=visit.rights.state("notices.write"),
    )


def _cancel(visit: Visit, release_id: str, form: Form) -> Answer:
    release = shown.load(visit, release_id)
    return visit.page(
        "releases/cancel.html",
        status=400 if form.errors else 200,
        release=release,
        out=[one for one in release.letters if one.state == notice_pb.Notice.PUBLISHED],
        form=form,
        phrases=phrases,
        may_decide=visit.rights.state("notices.approve"),
    )
