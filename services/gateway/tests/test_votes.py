"""Votes in words: what is still needed in one sentence, what changed, what is typed beside a vote."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from cadre.curriculum.v1 import ballot_service_pb2 as pb
from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import decision_service_pb2 as decision_pb
from gateway.votes import ballots, phrases, text
from gateway.votes.preparing import Draft
from gateway.web.forms import Form

MONDAY = date(2026, 11, 30)
SIDES = {"local": "Local agencies", "dcss": "DCSS"}
HOLDERS = {"legal": "Maria Lopez (Legal)"}
LOCAL = pb.StillNeeded.InConstituency(constituency="local", yes=1)


def ballot(**needed):
    made = pb.Ballot(state=pb.Ballot.OPEN, still_needed=pb.StillNeeded(**{"reachable": True} | needed))
    made.close_time.FromDatetime(datetime(2026, 12, 4, 17, tzinfo=ZoneInfo("America/Los_Angeles")))
    return made


@pytest.mark.parametrize(
    ("needed", "said"),
    [
        ({}, "Nothing more is needed: as it stands, it passes."),
        ({"yes_in": [LOCAL]}, "One more yes from Local agencies."),
        ({"yes_in": [LOCAL], "yes_anywhere": 2}, "One more yes from Local agencies and two more yes from anybody."),
        (
            {"yes_anywhere": 1, "voices": 3},
            "One more yes from anybody. Three more must vote, whatever they say, so that enough take part.",
        ),
        # Who says that yes takes part, too.
        ({"yes_in": [LOCAL], "voices": 1}, "One more yes from Local agencies."),
        (
            {"holds": ["legal"], "overrides": 5},
            "Held by Maria Lopez (Legal). It passes once that is lifted, or five more say why it shall not hold.",
        ),
        (
            {"holds": ["legal"], "overrides": -1},
            "Held by Maria Lopez (Legal). It passes only once the objection is lifted.",
        ),
        (
            {"yes_anywhere": 4, "reachable": False},
            "Four more yes from anybody. Too few seats are left for that: somebody would have to change their vote.",
        ),
    ],
)
def test_d110_what_is_still_needed_is_one_sentence_with_when_it_closes(needed, said):
    assert phrases.still_needed(ballot(**needed), SIDES, HOLDERS, MONDAY) == f"{said} Closes Friday, December 4, 5 p.m."


def test_a_vote_in_a_meeting_says_so_in_the_place_of_when_it_closes():
    one = ballot()
    one.meeting = "bodies/pcdrt/meetings/1"

    said = phrases.still_needed(one, SIDES, HOLDERS, MONDAY)

    assert said == "Nothing more is needed: as it stands, it passes. It is counted in the meeting."


def section(title, markdown, **more):
    return course_pb.Section(title=title, minutes=5, markdown=markdown, **more)


def test_what_changed_is_said_section_by_section_also_where_only_a_file_beside_the_words_did():
    film = course_pb.Piece(number=1, recording=course_pb.Recording(title="A call", captions="WEBVTT"))
    other = course_pb.Piece(number=1, recording=course_pb.Recording(title="A call", captions="WEBVTT again"))
    before = course_pb.CourseVersion(
        version=1,
        title="Calls",
        sections=[
            section("Begin", "Say who you are."),
            section("Middle", "Listen.", pieces=[film]),
            section("Renamed", "The same words stay in it."),
            section("Old", "Nobody needs it."),
        ],
    )
    now = [
        section("Begin", "Say who you are, and why."),
        section("Middle", "Listen.", pieces=[other]),
        section("Under another name", "The same words stay in it."),
        section("End", "Say what comes."),
    ]

    found = text.changes(
        pb.BallotText(title="Calls", sections=now, before=before, test_version="tests/calls/versions/2")
    )

    assert [(one.title, one.means) for one in found] == [
        ("Test", "Changed"),
        ("1. Begin", "Changed"),
        ("2. Middle", "Something beside its words changed"),
        ("3. Under another name", "Changed"),
        ("4. End", "Changed"),
    ]
    assert "".join(words for tag, words in found[1].pieces if tag == "ins").split() == ["are,", "and", "why."]
    assert text.changes(pb.BallotText(title="Calls", sections=now)) == []


def test_a_section_that_is_new_and_one_that_was_taken_out_are_said_so():
    before = course_pb.CourseVersion(version=1, sections=[section("One", "Words."), section("Two", "More.")])
    now = [section("Two", "More."), section("Three", "Other.")]

    found = text.changes(pb.BallotText(sections=now, before=before))

    assert [(one.title, one.means) for one in found] == [("2. Three (5 minutes)", "New"), ("One", "Taken out")]


@pytest.mark.parametrize(
    ("choice", "typed", "missing"),
    [
        ("HOLD", {}, {"text", "lifted_by"}),
        ("HOLD", {"text": "It is wrong", "lifted_by": "Mend it"}, set()),
        ("RECUSED", {}, {"text"}),
        # What was typed for another choice is left out with this one.
        ("YES", {"lifted_by": "Mend it"}, set()),
    ],
)
def test_an_objection_says_what_it_is_and_what_would_settle_it(choice, typed, missing):
    form = Form.of(typed)

    words = ballots.words(form, choice)

    assert set(form.errors) == missing
    assert bool(words["lifted_by"]) == (choice == "HOLD" and bool(typed))


def test_the_result_of_a_decision_is_one_sentence():
    decision = decision_pb.Decision(
        counts=[
            decision_pb.ConstituencyCount(constituency="local", seats=4, yes=2, no_objection=1, abstain=1),
            decision_pb.ConstituencyCount(constituency="dcss", seats=3, yes=2, no=1),
        ]
    )
    decision.decide_time.FromDatetime(datetime(2026, 11, 23, 20, tzinfo=UTC))

    assert phrases.decided(decision, "PCDRT", MONDAY) == "PCDRT passed it on Nov 23: 5 for, 1 against, 1 abstained."


def test_a_vote_weighs_no_less_than_what_is_voted_on():
    said = ("courses/a", "A course", "", "Take it", "MINOR", "people/ann", "course=a", "/courses/a/edit", "", [])
    assert [name for name, _ in Draft(*said, least="MINOR").classes] == ["MAJOR", "MINOR"]
    assert [name for name, _ in Draft(*said).classes] == ["MAJOR", "MINOR", "EDITORIAL"]
