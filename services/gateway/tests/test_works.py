"""Courses under way: where one stands as sentences, its gate as a list with links, its parts and its trace as forms."""

from datetime import UTC, date, datetime

import pytest

from cadre.curriculum.v1 import ballot_service_pb2 as ballot_pb
from cadre.curriculum.v1 import decision_service_pb2 as decision_pb
from cadre.curriculum.v1 import trace_service_pb2 as trace_pb
from cadre.curriculum.v1 import work_service_pb2 as pb
from gateway.web import declared
from gateway.web.forms import Form
from gateway.works import forms, gates, history, listing, phrases, shown, tracing, voting, written
from gateway.works.questions import Question, Questions
from gateway.works.trace import Traced
from servicekit.calendar import Calendar

MONDAY = date(2026, 11, 30)
CALENDAR = Calendar(frozenset([date(2026, 12, 25), date(2027, 1, 1)]), frozenset([2026, 2027]))
LINE, PHASES = pb.GateLine, list(phrases.PHASES)


def under_way(**given):
    made = pb.Work(**{"name": "works/26-03", "phase": pb.DEVELOP, "status": pb.Work.IN_PROGRESS} | given)
    made.held_since.FromDatetime(datetime(2026, 11, 2, 20, 0, tzinfo=UTC))
    return made


def test_a_work_says_its_step_who_has_it_and_by_when_it_is_there():
    work = under_way(
        source=pb.Work.LETTER, source_text="CSSP 26-04", target_date="2026-12-16", effective_date="2027-01-04"
    )

    assert phrases.step(work) == "Step 3 of 5, Develop"
    assert phrases.since(work, MONDAY) == "since November 2"
    said = "Due Wednesday, December 16, 11 business days before CSSP 26-04 takes effect"
    assert phrases.due(work, MONDAY, CALENDAR) == said
    work.source = pb.Work.NEED
    assert phrases.due(work, MONDAY, CALENDAR) == said.replace("CSSP 26-04", "it")
    assert phrases.due(under_way(), MONDAY, CALENDAR) == ""


@pytest.mark.parametrize(
    ("given", "said", "places"),
    [
        ({}, "Step 3 of 5, Develop", ["skipped", "done", "now", "to-come", "to-come"]),
        ({"status": pb.Work.DECLINED}, "Declined", ["skipped", "done", "ended", "ended", "ended"]),
        ({"phase": pb.CLOSED}, "Closed: all five steps are done", ["skipped", *["done"] * 4]),
    ],
)
def test_the_bar_says_of_each_step_how_it_stands(given, said, places):
    work = under_way(gates=[pb.Gate(phase=pb.DIAGNOSE, skipped=True)], **given)

    assert phrases.step(work) == said
    assert [gates.place(work, name) for name in PHASES] == places
    assert phrases.has_ended(work) == (said != "Step 3 of 5, Develop")


def test_what_is_missing_stands_first_with_where_it_is_done_and_what_nobody_tracks_counts_nowhere():
    lines = [
        LINE(need=LINE.PILOT_DONE, state=LINE.MET),
        LINE(need=LINE.SEATS_ENOUGH, state=LINE.NOT_TRACKED),
        LINE(need=LINE.OBJECTIVES_WITH_QUESTIONS, state=LINE.MISSING, missing_count=2),
        LINE(need=LINE.LEGAL_SIGN_OFF, state=LINE.MISSING),
    ]
    work = under_way(course="courses/income", gates=[pb.Gate(phase=pb.DEVELOP, lines=lines, met_count=1, line_count=3)])

    found = gates.in_order(gates.gate(work))

    assert [(gates.line(one), gates.state(one), gates.where(one, work)) for one in found] == [
        ("A question for each objective (2 missing)", "Missing", "/works/26-03/trace"),
        ("Signed off by counsel", "Missing", "/works/26-03/change/materials"),
        ("Seats enough before the day", "Not tracked yet", ""),
        ("A trial with some people", "Done", "/works/26-03/change/materials"),
    ]
    assert gates.ready(work) == "1 of 3 ready"
    # What changed after the decision goes back.
    changed = LINE(need=LINE.CONTENT_AS_DECIDED, state=LINE.MISSING)
    assert gates.where(changed, work) == "/works/26-03/turn/give-back"
    empty = LINE(need=LINE.MODES_COVERED, state=LINE.MISSING, missing_count=3)
    assert gates.where(empty, work) == "/works/26-03/materials#matrix"
    # Without a course there is no trace: it is chosen first.
    work.course = ""
    assert gates.where(found[0], work) == "/works/26-03/change/design"


def test_a_decision_is_asked_for_by_a_vote_of_the_committee_of_the_gate_or_by_handing_it_over():
    decided = LINE(need=LINE.DECIDED, state=LINE.MISSING)
    missing = [decided, LINE(need=LINE.SUNSET_DATE, state=LINE.MISSING), LINE(need=LINE.PRIORITY, state=LINE.MET)]
    both = [pb.Gate(phase=pb.DESIGN, lines=missing, body="bodies/pcdrt"), pb.Gate(phase=pb.DETERMINE)]
    work = under_way(phase=pb.DESIGN, gates=both, subject="works/26-03", title="Income")
    at = "/ballots/new?committee=pcdrt&work=26-03"

    assert (gates.where(decided, work), voting.motion(work)) == (at, "Approve the design of “Income”")
    assert [one.need for one in voting.missing(work)] == [LINE.SUNSET_DATE]
    # Where a vote goes on about it, there is no other one to prepare.
    vote = ballot_pb.Ballot(name="ballots/1", state=ballot_pb.Ballot.PREPARED)
    assert gates.where(decided, work, vote.name) == "/ballots/1"
    assert voting.stands(vote, "PCDRT") == "A vote on exactly this is prepared. Who runs PCDRT opens it."
    vote.state = ballot_pb.Ballot.OPEN
    assert voting.stands(vote, "PCDRT") == "PCDRT votes on exactly this now."
    work.subject = ""
    assert gates.where(decided, work) == "/works/26-03/hand-over"
    # What a chair decided is ratified by the committee of Develop, whatever step the work has come to.
    at_once = under_way(
        phase=pb.DELIVER,
        gates=[pb.Gate(phase=pb.DEVELOP, body="bodies/pcdrt"), pb.Gate(phase=pb.DELIVER)],
        subject="works/26-03",
        title="Income",
        at_once_decision="decisions/1",
    )
    assert gates.where(LINE(need=LINE.RATIFIED, state=LINE.MISSING), at_once) == at
    assert voting.motion(at_once) == "Stand by what the chair decided on “Income”"


def test_everything_that_the_contract_can_say_has_words():
    def named(enum):
        return {name for name in enum.DESCRIPTOR.values_by_name if not name.endswith("_UNSPECIFIED")}

    assert named(LINE.Need) == set(gates.LINES)
    assert named(LINE.State) == set(gates.STATES)
    assert named(pb.Phase) - {"CLOSED"} == set(phrases.PHASES)
    assert named(pb.Work.Status) == set(phrases.STATUSES)
    assert named(pb.Work.Source) == set(written.SOURCES)
    assert named(pb.Work.Problem) == set(written.PROBLEMS)
    assert named(pb.Work.Outcome) == set(written.OUTCOMES)
    assert named(pb.ClassReason.Cause) == set(phrases.CAUSES)
    assert named(pb.ModeChoice.Mode) == set(written.MODES)
    assert named(pb.WorkStep.Kind) == set(history.KINDS)
    assert named(trace_pb.TaskOfWork.Measure) == set(tracing.MEASURES)
    assert named(trace_pb.TraceGap.Kind) == set(tracing.GAPS)
    assert named(decision_pb.DecisionClass) == set(phrases.CLASSES)


def test_a_class_says_why_the_rules_computed_it():
    reasons = [
        pb.ClassReason(cause=pb.ClassReason.OBJECTIVE_CHANGED),
        pb.ClassReason(cause=pb.ClassReason.BLOCKS_CHANGED, percent=38),
    ]
    work = under_way(computed_class=decision_pb.MAJOR, class_reasons=reasons)

    assert phrases.why_class(work) == "Large change: an objective changed and 38% of the text changed"
    assert phrases.why_class(under_way()) == ""


def test_a_part_is_read_from_its_form_and_leaves_the_others_as_they_are():
    work = under_way(title="Income", need="Three tries", cost="25 days", importance=4, modes=[pb.ModeChoice(mode=2)])
    form = Form.of({**declared.shown(forms.DESIGN, work), **forms.modes_shown(work)})
    form.values |= {"mode-self_paced": ["yes"], "why-self_paced": ["1,200 people"], "evaluation_level": ["3"]}

    declared.read(forms.DESIGN, form, work)
    forms.read_modes(form, work)

    assert form.errors == {"why-virtual": "Say why it is given so."}
    assert [(one.mode, one.reason) for one in work.modes] == [
        (pb.ModeChoice.VIRTUAL, ""),
        (pb.ModeChoice.SELF_PACED, "1,200 people"),
    ]
    assert (work.evaluation_level, work.cost, work.need, work.importance) == (3, "25 days", "Three tries", 4)


def test_a_duty_is_typed_as_people_cite_it_and_kept_by_its_key():
    task = trace_pb.TaskOfWork(title="Locate", measure=trace_pb.TaskOfWork.LEGAL_DUTY)
    form = Form.of({**declared.shown(forms.TASK, task), "duty": "45 C.F.R. § 303.3"})

    declared.read(forms.TASK, form, task)

    assert (form.errors, task.duty) == ({}, "us/cfr/45/303/3")
    assert tracing.measure(task) == "A duty by law: 45 CFR 303.3"
    form.values["duty"] = ["what the director said"]
    declared.read(forms.TASK, form, task)
    assert list(form.errors) == ["duty"]


def test_a_trace_is_a_row_an_objective_and_a_row_a_task_that_none_names_and_its_gaps_are_counted():
    gap = trace_pb.TraceGap
    trace = trace_pb.Trace(
        tasks=[trace_pb.TaskOfWork(id=key, title=key) for key in ("a", "b", "c")],
        objectives=[
            trace_pb.Objective(
                id="1", condition="a case", behavior="finds them", standard="in 30 days", tasks=["b", "a"]
            ),
            trace_pb.Objective(id="2"),
        ],
        gaps=[gap(kind=gap.OBJECTIVE_WITHOUT_QUESTION, id=key) for key in "12"]
        + [gap(kind=gap.TASK_WITHOUT_OBJECTIVE, id="c")],
    )

    rows = Traced(under_way(), trace, [], Questions()).rows

    assert [(row.objective and row.objective.id, [one.id for one in row.tasks]) for row in rows] == [
        ("1", ["b", "a"]),
        ("2", []),
        (None, ["c"]),
    ]
    assert tracing.objective(trace.objectives[0]) == "Given a case, the worker finds them, in 30 days"
    assert [(said, place, len(found)) for said, place, found in tracing.gaps(trace.gaps)] == [
        ("2 objectives have no question", "objectives", 2),
        ("1 task has no objective", "tasks", 1),
    ]


def test_who_has_it_is_said_by_name_where_that_is_known_and_what_is_on_hold_waits_for_nobody():
    names = shown.Names({"people/2": "Jo Mills"}, {"bodies/stsc": "STSC"}, "people/1", frozenset({"bodies/stsc"}))
    holders = ["people/1", "people/2", "people/3", "bodies/stsc", "bodies/other"]

    assert [names.of(one) for one in holders] == ["You", "Jo Mills", "Somebody at the state", "STSC", "A committee"]
    assert [names.beside(one) for one in holders] == ["you", "Jo Mills", "somebody at the state", "STSC", "a committee"]
    assert [names.waits_for_me(under_way(holder=one)) for one in holders] == [True, False, False, True, False]
    assert not names.waits_for_me(under_way(holder="people/1", status=pb.Work.ON_HOLD))
    large = under_way(holder="bodies/stsc", work_class=decision_pb.MAJOR)
    asked = [("", ""), ("MAJOR", ""), ("MINOR", ""), ("", "me"), ("", "bodies/stsc"), ("MAJOR", "people/1")]
    assert [listing.fits(large, *one, names) for one in asked] == [True, True, False, True, True, False]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "The chair of the committee can decide at once."),
        (
            {"ratify_by": "2026-11-30"},
            "The committee has until Monday, November 30 to stand by what its chair decided.",
        ),
        (
            {"ratify_by": "2026-11-25"},
            "Not ratified: the committee did not stand by it until Wednesday, November 25.",
        ),
        ({"ratify_by": "2026-11-25", "ratified": True}, "The committee stands by what its chair decided."),
    ],
)
def test_an_emergency_says_whether_the_committee_stands_by_its_chair_until_the_last_day(given, said):
    assert phrases.emergency(under_way(emergency=True, **given), MONDAY) == said


def test_a_day_counts_until_the_course_is_there():
    past = "2026-11-20"

    assert phrases.is_late(under_way(target_date=past), MONDAY)
    assert not phrases.is_late(under_way(target_date=past, phase=pb.DETERMINE), MONDAY)
    assert phrases.due(under_way(target_date=past, phase=pb.DETERMINE), MONDAY, CALENDAR).startswith("Was due Friday")
    assert not phrases.is_late(under_way(target_date=past, status=pb.Work.RETIRED), MONDAY)
    kept = [phrases.keeps_course(under_way(phase=phase)) for phase in (pb.DIAGNOSE, pb.DEVELOP, pb.DELIVER, pb.CLOSED)]
    assert kept == [True, True, False, False]


def test_questions_are_offered_by_section_with_number_and_words_and_what_is_asked_no_more_stays_at_the_end():
    asked = {
        "tests/a/items/x": Question(1, "Who pays?", 2, "/tests/a/versions/3#question-1"),
        "tests/a/items/y": Question(2, "By when?", 9),
        "tests/a/items/z": Question(3, "Where?", 2),
    }
    found = Questions(seen=True, test="tests/a", asked=asked, gone={"tests/a/items/old": "What was it?"})
    linked = ["tests/a/items/z", "tests/a/items/old", "tests/a/items/older", "tests/a/items/7"]

    assert found.offered(["One", "Two"], linked) == [
        ("Section 2: Two", [("tests/a/items/x", "1. Who pays?"), ("tests/a/items/z", "3. Where?")]),
        ("Of no section", [("tests/a/items/y", "2. By when?")]),
        (
            "Asked no more",
            [
                ("tests/a/items/old", "What was it?"),
                ("tests/a/items/older", "A question that the test asks no more"),
                ("tests/a/items/7", "A question that the test asks no more"),
            ],
        ),
    ]
    assert [found.address(link) for link in ("tests/a/items/x", "tests/a/items/old")] == [
        "/tests/a/versions/3#question-1",
        "",
    ]
    assert found.lasting(["tests/a/items/3", "tests/a/items/z", "tests/a/items/7"]) == [
        "tests/a/items/z",
        "tests/a/items/7",
    ]
    # Whoever may not see which test it is learns nothing of it.
    assert Questions().label("tests/a/items/x") == "A question of its test"
    assert Questions().offered([], []) == []
