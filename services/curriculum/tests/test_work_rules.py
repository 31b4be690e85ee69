"""Of works: how much a change weighs, and what a trace lacks."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from curriculum.courses.rules.courses import Content, Section
from curriculum.courses.rules.pieces import Check, Option
from curriculum.governance.rules.bodies import DecisionClass
from curriculum.works.rules.classes import Cause, Edition, Reason, computed
from curriculum.works.rules.trace import Asked, GapKind, Objective, Task, Trace, by_lasting_ids, gaps

MAJOR, MINOR, EDITORIAL = DecisionClass.MAJOR, DecisionClass.MINOR, DecisionClass.EDITORIAL
LINES = [f"Line {n} says that the parent has to receive a notice." for n in range(20)]


def edition(lines=LINES, minutes=20, test="tests/one/versions/1", audience="All", objectives=(), pieces=()):
    section = Section("One", minutes, "\n\n".join(lines), pieces)
    return Edition(Content("Course", "", (section,), test, demonstration=False), audience, frozenset(objectives))


def changed(old, new, times=1):
    return [line.replace(old, new) if n < times else line for n, line in enumerate(LINES)]


def test_a_change_weighs_by_what_it_changes():
    said = ("id", "Given", "does", "well")
    check = (Check(1, "Is it?", (Option("Yes", right=True), Option("No", right=False)), "It is"),)
    cases = {
        "nothing": (edition(), EDITORIAL),
        "a sign": (edition(changed("notice.", "notice!")), EDITORIAL),
        "a capital": (edition(changed("parent", "Parent")), EDITORIAL),
        "a spelling": (edition(changed("receive", "recieve")), EDITORIAL),
        "another word": (edition(changed("parent", "agency")), MINOR),
        "a little word": (edition(changed("has to", "is to")), MINOR),
        "a negation": (edition(changed("has to", "has not to")), MINOR),
        "a number": (edition(changed("Line 0", "Line 30")), MINOR),
        "a minute": (edition(minutes=21), MINOR),
        "a question for oneself": (edition(pieces=check), MINOR),
        "a fifth of the blocks": (edition(changed("parent", "agency", 4)), MINOR),
        "more than a fifth of the blocks": (edition(changed("parent", "agency", 5)), MAJOR),
        "more than a fifth of the minutes": (edition(minutes=26), MAJOR),
        "an objective": (edition(objectives=[said]), MAJOR),
        "another test": (edition(test="tests/one/versions/2"), MAJOR),
        "another audience": (edition(audience="Attorneys"), MAJOR),
    }
    assert {name: computed(edition(), after)[0] for name, (after, _) in cases.items()} == {
        name: weight for name, (_, weight) in cases.items()
    }
    others = replace(edition().content, materials_sha256="a" * 64)
    assert computed(edition(), replace(edition(), content=others)) == (MINOR, (Reason(Cause.MATERIALS_CHANGED),))
    assert computed(None, edition())[1][0].cause is Cause.NEW_COURSE
    # What is not on record of a version from before works changed nothing.
    before = Edition(edition().content)
    assert computed(before, edition(objectives=[said], audience="Attorneys")) == (EDITORIAL, ())


IDS = st.lists(st.integers(0, 5).map(str), max_size=4, unique=True)
SECTIONS = ("One", "Two")
FIRST, SECOND, LOST = (f"{n}1111111-1111-4111-8111-111111111111" for n in range(3))
THERE = [f"tests/a/items/{key}" for key in ("1", FIRST, SECOND)]
BROKEN = [f"tests/a/items/{LOST}", "tests/a/items/3", "tests/b/items/1", f"tests/b/items/{FIRST}"]
OBJECTIVES = st.builds(
    Objective,
    id=st.just(""),
    condition=st.sampled_from(["", "Given"]),
    behavior=st.sampled_from(["", "does"]),
    standard=st.sampled_from(["", "well"]),
    tasks=IDS.map(tuple),
    sections=st.lists(st.sampled_from([*SECTIONS, "Gone"]), max_size=2, unique=True).map(tuple),
    items=st.lists(st.sampled_from([*THERE, *BROKEN]), max_size=3, unique=True).map(tuple),
    planned_items=st.integers(0, 1),
)
TASKS = st.builds(
    Task,
    id=st.just(""),
    title=st.just("Do it"),
    measure=st.sampled_from(["", "ORDERS", "LEGAL_DUTY"]),
    duty=st.sampled_from(["", "us/cfr/45/303/11"]),
)


@given(st.lists(OBJECTIVES, max_size=5), st.lists(TASKS, max_size=6))
def test_d126_what_a_trace_lacks_is_what_a_count_by_hand_finds(objectives, tasks):
    objectives = [Objective(**{**vars(one), "id": f"o{n}"}) for n, one in enumerate(objectives)]
    tasks = [Task(**{**vars(one), "id": str(n)}) for n, one in enumerate(tasks)]

    found = gaps(Trace(tuple(objectives), tuple(tasks)), SECTIONS, Asked("a", [FIRST, SECOND]))

    by_hand = {
        GapKind.OBJECTIVE_INCOMPLETE: sum("" in (one.condition, one.behavior, one.standard) for one in objectives),
        GapKind.OBJECTIVE_WITHOUT_TASK: sum(len(one.tasks) == 0 for one in objectives),
        GapKind.OBJECTIVE_WITHOUT_SECTION: sum(len(one.sections) == 0 for one in objectives),
        GapKind.OBJECTIVE_WITHOUT_QUESTION: sum(len(one.items) + one.planned_items == 0 for one in objectives),
        GapKind.TASK_WITHOUT_MEASURE: sum((one.measure, one.duty) in NO_MEASURE for one in tasks),
        GapKind.TASK_WITHOUT_OBJECTIVE: len({one.id for one in tasks} - {id for o in objectives for id in o.tasks}),
        GapKind.LINK_BROKEN: sum(
            ("Gone" in one.sections) + sum(item in BROKEN for item in one.items) for one in objectives
        ),
    }
    assert {kind: sum(gap.kind is kind for gap in found) for kind in GapKind} == by_hand


NO_MEASURE = {("", ""), ("", "us/cfr/45/303/11"), ("LEGAL_DUTY", "")}


def test_a_link_by_number_becomes_one_by_id_once_it_is_told_and_until_then_only_its_test_can_be_wrong():
    linked = Trace((Objective("o", items=("tests/a/items/2", f"tests/a/items/{SECOND}", *BROKEN)),))

    (told,) = by_lasting_ids(linked, Asked("a", [FIRST, SECOND])).objectives
    assert told.items == (f"tests/a/items/{SECOND}", *BROKEN)
    for nothing in (Asked("a"), Asked("b", [FIRST]), Asked()):
        (kept,) = by_lasting_ids(linked, nothing).objectives
        assert kept.items[:2] == linked.objectives[0].items[:2]
    broken = [gap.what for gap in gaps(linked, (), Asked("a")) if gap.kind is GapKind.LINK_BROKEN]
    assert broken == BROKEN[2:]
