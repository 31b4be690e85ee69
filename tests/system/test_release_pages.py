"""A letter whose training is due in a freeze window: the page says so, asks why, and keeps the reason."""

import dataclasses
from datetime import date, timedelta

import pytest

from cadre.notification.v1 import release_service_pb2 as pb
from cadre_cli.access import request_id
from cadre_demo import letters
from servicekit.testing.waiting import wait_until

from .test_approval import Fields
from .visitor import Visitor

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]

# Letters of other tests take effect sooner.
FAR = 170
REASON = "The course needs no training environment."


@pytest.fixture
def approver(cadre):
    visitor = Visitor(cadre, "approver")
    yield visitor
    visitor.client.close()


@pytest.fixture
def waiting(cadre):
    """A letter with training that waits for approval."""
    model = cadre.content.letter
    letter = dataclasses.replace(
        model,
        subject="Training that is due in a freeze window",
        number="",
        effective=dataclasses.replace(model.effective, business_days_after_issue=FAR),
        audience=dataclasses.replace(model.audience, agencies=("lake",), units=(), job_classes=()),
    )
    return letters.draft(cadre.access, cadre.cast, letter, cadre.course_version)


@pytest.fixture
def release(cadre, waiting):
    """A release with a freeze window around the day on which it is due; canceled at the end."""
    ask, releases = cadre.access.ask, cadre.access.releases
    effective = date.fromisoformat(waiting.effective_date)
    said = pb.Release(
        kind=pb.Release.MINOR,
        number="CCSAS 98.1",
        title="Frozen",
        production_date=effective.isoformat(),
        freeze_from_date=(effective - timedelta(days=14)).isoformat(),
        freeze_to_date=effective.isoformat(),
        demonstration=True,
    )
    create = pb.CreateReleaseRequest(release=said, request_id=request_id("frozen", "plan"))
    made = ask(releases.CreateRelease, create, person=cadre.cast.analyst)
    yield made
    cancel = pb.CancelReleaseRequest(
        name=made.name, reason="Tested", etag=made.etag, request_id=request_id("frozen", "over")
    )
    ask(releases.CancelRelease, cancel, person=cadre.cast.approver)


def test_an_approver_says_why_training_is_due_in_a_freeze_window_and_history_keeps_it(approver, waiting, release):
    page = f"/letters/{waiting.name.removeprefix('notices/')}"

    def press(**typed):
        fields = Fields(approver.page(page).text, "/issue").values | {"action": "now"} | typed
        return approver.client.post(f"{page}/issue", data=fields)

    def refused():
        # The list of staff reaches the service that issues letters by an event.
        answer = press()
        assert answer.status_code == 400
        return answer if release.number in answer.text else None

    said = wait_until(refused, "the freeze window is the reason").text
    assert "Why its training is due in a freeze window" in said
    assert "Nothing changes in the training environment then" in said
    assert press(freeze_reason=REASON).status_code == 303
    assert f"Its training is due in a freeze window. Reason: {REASON}" in approver.text(f"{page}/history")
