"""Whatever happens in whatever order: the books balance, and a second history in another order ends the same."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cadre.enrollment.v1 import assignment_service_pb2 as pb
from servicekit.rpc.client import Refused

from .conftest import Letter, World, assignment_name, change, check_books, course, passed, request_id
from .test_excusing_and_recording import recording
from .test_membership import LATE, SOON

PEOPLE = range(1, 5)
AGENCIES = ("lake", "kern")

# A revision says what holds for some people: agencies they are at (none = left), and whether they are on leave.
REVISIONS = st.lists(
    st.tuples(
        st.dictionaries(
            st.sampled_from(PEOPLE), st.tuples(st.sets(st.sampled_from(AGENCIES)), st.booleans()), min_size=1
        ),
        st.sampled_from([SOON, LATE]),
        st.integers(1, 2),
    ),
    min_size=1,
    max_size=6,
)
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["start", "section", "pass", "waive", "reinstate", "train", "revision"]),
        st.sampled_from(PEOPLE),
    ),
    max_size=25,
)


def revisions_of(letter, revisions):
    """The events of each revision: people change at both agencies at once, as the directory says it."""
    for number, (people, effective, chunks) in enumerate(revisions, start=1):
        changes = [
            change(one, agency, member=agency in agencies, on_leave=on_leave)
            for one, (agencies, on_leave) in sorted(people.items())
            for agency in AGENCIES
        ]
        half = len(changes) // 2 if chunks == 2 else len(changes)
        yield [
            letter.changed(number, part, effective=effective, chunk=n, chunks=chunks)
            for n, part in enumerate((changes[:half], changes[half:])[:chunks], start=1)
        ]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(REVISIONS, DEEDS)
def test_the_books_balance_after_any_history(world_without_bus, revisions, deeds):
    world, letter = world_without_bus, Letter()
    coming = list(revisions_of(letter, revisions))
    world.hear(course(), *coming.pop(0), letter.published())
    ever_completed: set[int] = set()
    for deed, number in deeds:
        if deed == "revision" and coming:
            world.hear(*coming.pop(0))
        elif deed == "pass":
            world.hear(passed(number))
        elif deed != "revision":
            act(world, letter, deed, number)
        completed = {one for one, state in world.states(letter).items() if state == "COMPLETED"}
        assert ever_completed <= completed
        ever_completed = completed
        check_books(world)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(REVISIONS, st.data())
def test_any_order_of_arrival_ends_with_the_same_lists(world_without_bus, revisions, data):
    world = world_without_bus
    approved = data.draw(st.integers(1, len(revisions)))
    ends = []
    for position in {0, data.draw(st.integers(0, len(revisions))), len(revisions)}:
        letter = Letter()
        heard = [event for revision in revisions_of(letter, revisions) for event in revision]
        if data.draw(st.booleans()):
            world.hear(*heard[:position], letter.published(approved), *heard[position:])
        else:
            for together in (heard[:position], [letter.published(approved)], heard[position:]):
                if together:
                    world.hear_together(*together)
        ends.append({one: what for one, what in world.assignments(letter).items() if what[0] != "WITHDRAWN"})

    assert all(end == ends[0] for end in ends)


def act(world: World, letter: Letter, deed: str, number: int) -> None:
    """Do something through the contract; refusals are answers too."""
    learner = world.learner(number)
    try:
        name = assignment_name(world, letter, number)
        match deed:
            case "start":
                learner.StartAssignment(pb.StartAssignmentRequest(name=name, request_id=request_id()))
            case "section":
                done = learner.GetAssignment(pb.GetAssignmentRequest(name=name)).sections_completed
                request = pb.CompleteSectionRequest(name=name, section=done + 1, request_id=request_id())
                learner.CompleteSection(request)
            case "waive" | "reinstate":
                agency = AGENCIES[number % 2]
                values = {"parent": f"agencies/{agency}", "name": name, "reason": "r", "request_id": request_id()}
                coordinator = world.coordinator(agency)
                if deed == "waive":
                    coordinator.WaiveAssignment(pb.WaiveAssignmentRequest(**values))
                else:
                    coordinator.ReinstateAssignment(pb.ReinstateAssignmentRequest(**values))
            case "train":
                agency = AGENCIES[number % 2]
                world.coordinator(agency).RecordTraining(recording(letter, number, agency=agency))
    except Refused as refused:
        assert refused.reason in {  # noqa: PT017 - the answer is checked, not awaited
            "ASSIGNMENT_NOT_OPEN",
            "ASSIGNMENT_NOT_WAIVED",
            "INVALID_FIELD",
            "NOT_FOUND",
            "PEOPLE_EXCUSED",
            "PEOPLE_NOT_OF_AGENCY",
        }
