"""The history of a letter in words."""

from datetime import UTC, date, datetime

import pytest

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from gateway.letters import letter_history

TODAY = date(2027, 5, 3)
DANA, GONE = "people/1", "people/2"
NAMES = {DANA: "Dana Fox"}
N = notice_pb.Notice


def step(came_from, state, person="", reason="", publish_at=None):
    made = notice_pb.NoticeStep(**{"from": came_from}, state=state, person=person, reason=reason)
    if publish_at:
        made.publish_at.FromDatetime(publish_at)
    return letter_history.step(made, NAMES, TODAY)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (step(N.DRAFT, N.IN_APPROVAL, DANA), "Sent for approval by Dana Fox"),
        (step(N.DRAFT, N.IN_APPROVAL, GONE), "Sent for approval"),
        (
            step(N.IN_APPROVAL, N.SCHEDULED, DANA, publish_at=datetime(2027, 5, 4, 16, 30, tzinfo=UTC)),
            "Approved by Dana Fox, to be issued May 4, 9:30 a.m., Pacific time",
        ),
        (step(N.IN_APPROVAL, N.DRAFT, DANA, "Too long."), "Returned by Dana Fox. Reason: Too long."),
        (
            step(N.SCHEDULED, N.DRAFT, DANA, "A day later."),
            "Approval taken back, returned by Dana Fox. Reason: A day later.",
        ),
        (step(N.SCHEDULED, N.DRAFT, "", "X changed."), "Approval taken back, returned by itself. Reason: X changed."),
        (step(N.IN_APPROVAL, N.PUBLISHED, DANA), "Approved and issued by Dana Fox"),
        (step(N.SCHEDULED, N.PUBLISHED), "Issued by itself, at its time"),
        (step(N.PUBLISHED, N.WITHDRAWN, DANA, "Wrong."), "Withdrawn by Dana Fox. Reason: Wrong."),
    ],
)
def test_a_step_says_who_and_why(said, expected):
    assert said == expected


def test_a_confirmation_says_who_and_what_is_in_the_way():
    figure = readiness_pb.AgencyReadiness(confirmed_by=DANA, problem="no projector")
    unseen = readiness_pb.AgencyReadiness(confirmed_by=GONE)

    assert letter_history.confirmation(figure, "Napa", NAMES) == "Napa confirmed, by Dana Fox. Reported: no projector"
    assert letter_history.confirmation(unseen, "Napa", NAMES) == "Napa confirmed"
