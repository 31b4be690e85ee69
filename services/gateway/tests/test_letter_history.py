"""The history of a letter in words."""

import re
from datetime import UTC, date, datetime

import pytest

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from gateway.app import environment
from gateway.letters import letter_history, letters
from gateway.words import sentences

TODAY = date(2027, 5, 3)
DANA, GONE, EVE = "people/1", "people/2", "people/3"
NAMES = {DANA: "Dana Fox", EVE: "Eve Lee"}
N = notice_pb.Notice


def step(came_from, state, person="", reason="", publish_at=None, *, recalled=False):
    made = notice_pb.NoticeStep(**{"from": came_from}, state=state, person=person, reason=reason, recalled=recalled)
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
        (step(N.IN_APPROVAL, N.DRAFT, DANA, recalled=True), "Taken back by Dana Fox"),
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


def change(**fields):
    said = {"person": DANA, "lead": DANA, "lead_before": DANA} | fields
    return notice_pb.ConfirmationChange(agency="agencies/napa", **said)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (change(lead_before=EVE), "Napa: led by Dana Fox, before by Eve Lee. Changed by Dana Fox"),
        (change(lead_before=GONE), "Napa: led by Dana Fox. Changed by Dana Fox"),
        (change(lead=GONE), "Napa: led by somebody else, before by Dana Fox. Changed by Dana Fox"),
        (change(problem="no room"), "Napa: reports \u201cno room\u201d. Changed by Dana Fox"),
        (change(problem_before="no room"), "Napa: reports no problem any more. Changed by Dana Fox"),
        (
            change(lead=EVE, problem="no room", problem_before="none in May", person=GONE),
            "Napa: led by Eve Lee, before by Dana Fox; reports \u201cno room\u201d. Changed",
        ),
    ],
)
def test_a_change_of_a_confirmation_says_what_is_so_now_and_what_was(made, expected):
    assert letter_history.change(made, "Napa", NAMES) == expected


def test_a_confirmation_says_what_was_reported_then_and_not_what_is_now():
    figure = readiness_pb.AgencyReadiness(confirmed_by=DANA, problem="something else")
    later = [change(problem_before="no projector", problem="no room"), change(problem_before="no room")]

    said = letter_history.confirmation(figure, "Napa", NAMES, later)

    assert said == "Napa confirmed, by Dana Fox. Reported: no projector"


def test_a_letter_lists_the_rules_that_it_names_once_each_and_not_itself():
    letter = notice_pb.Notice(
        series="CSSP",
        number="26-04",
        subject="CSSP 26-04 and Family Code 4058",
        change="See section 4058 of the Family Code, and 45 CFR 302.56(c) and (f).",
        references="CSSP-19-06; SB-343",
    )

    assert letters.rules_named(letter) == [
        "Family Code section 4058",
        "45 CFR 302.56(c)",
        "45 CFR 302.56(f)",
        "CSSP 19-06",
        "SB 343",
    ]


@pytest.mark.parametrize(
    ("successor", "said"),
    [
        ({"since": "2027-02-01", "whole": True}, "Superseded by CSSP 27-05, Levies (Feb 1)."),
        ({"since": "2027-06-01", "whole": True}, "Holds until Jun 1. From then on CSSP 27-05, Levies takes its place."),
        ({"since": "31 Jul 2019", "whole": True}, "Superseded by CSSP 27-05, Levies (31 Jul 2019)."),
        (
            {"since": "2027-06-01", "parts": "CSSP 24-02, section 3"},
            "Superseded in part by CSSP 27-05, Levies (Jun 1): CSSP 24-02, section 3",
        ),
    ],
)
def test_a_letter_says_what_holds_instead_of_it(successor, said):
    letter = notice_pb.Notice()
    letter.superseded_by.add(notice="notices/5", series="CSSP", number="27-05", subject="Levies", **successor)

    shown = environment().get_template("web/parts.html").module.superseded(letter, sentences, TODAY)

    assert " ".join(re.sub(r"<[^>]*>", "", shown).split()) == said
