"""Whatever happens in whatever order: the books balance, and a second history in another order ends the same."""

from collections import Counter
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cadre.enrollment.v1 import assignment_service_pb2 as pb
from cadre.notification.v1 import events_pb2 as notification
from servicekit.rpc.client import Refused

from .conftest import (
    COURSE_VERSION,
    DUE,
    Letter,
    World,
    assignment_name,
    change,
    check_books,
    course,
    passed,
    request_id,
)
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


# What a version asks: of which of two audiences, by which share of its revisions, which course (none = no training),
# and until when.
VERSIONS = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.floats(0, 1),
        st.sampled_from([COURSE_VERSION, COURSE_VERSION + 1, None]),
        st.sampled_from([DUE, LATE]),
    ),
    min_size=2,
    max_size=4,
)


# What agencies say of earlier days, one after the other (none = the state's day).
LOCAL_DATES = st.lists(
    st.tuples(
        st.sampled_from(AGENCIES), st.sampled_from([DUE - timedelta(days=9), DUE - timedelta(days=2), LATE, None])
    ),
    max_size=4,
)


def local_dates_of(letter, local_dates):
    """The events of what agencies said, each counted for its agency."""
    said = Counter()
    for agency, day in local_dates:
        said[agency] += 1
        yield letter.dated(agency, said[agency], day)


def versions_of(letter, other, versions, revisions):
    """The events of each version of a letter."""
    for number, (which, share, asked, due) in enumerate(versions, start=1):
        audience = (letter, other)[which].audience_id
        revision = 1 + int(share * (len(revisions[which]) - 1))
        message = letter.amended(
            number,
            revision=revision,
            audience_id=audience,
            course_version=asked or 0,
            due_date=due.isoformat(),
            **({} if asked else {"course_id": ""}),
        )
        if number == 1:
            # The same fields, but for those of an amendment alone.
            values = {
                field.name: value
                for field, value in message.ListFields()
                if field.name in notification.NoticePublished.DESCRIPTOR.fields_by_name
            }
            message = notification.NoticePublished(**values)
        yield message


def memberships_of(*revised):
    """The events of several audiences, one after another."""
    return [event for letter, revisions in revised for each in revisions_of(letter, revisions) for event in each]


def in_order_of_revision(heard):
    """Put the events of each audience in the order in which the directory told them: there is one between them."""
    told = [one for one in heard if hasattr(one, "revision")]
    coming = {one.audience_id: [] for one in told}
    for one in sorted(told, key=lambda one: one.revision, reverse=True):
        coming[one.audience_id].append(one)
    return [coming[one.audience_id].pop() if hasattr(one, "revision") else one for one in heard]


def held(world, letter):
    """Who has what until when under a letter."""
    return set(
        world.rows(
            "SELECT course_version, person_id, a.state, a.due_date FROM assignment AS a"
            " JOIN requirement ON id = requirement_id WHERE of_notice_id = %s AND a.state <> 'WITHDRAWN'",
            letter.notice_id,
        )
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(REVISIONS, REVISIONS, VERSIONS, LOCAL_DATES, st.booleans(), st.data())
def test_versions_a_withdrawal_local_dates_and_memberships_in_any_order_and_twice_end_with_the_same_lists(
    world_without_bus, first, second, versions, local_dates, withdrawn, data
):
    world, ends = world_without_bus, []
    for turn in range(3):
        letter, other = Letter(), Letter()
        heard = memberships_of((letter, first), (other, second))
        heard += versions_of(letter, other, versions, (first, second))
        heard += local_dates_of(letter, local_dates)
        heard += [letter.withdrawn()] if withdrawn else []
        if turn:
            order = data.draw(st.permutations(heard))
            again = data.draw(st.lists(st.sampled_from(order), max_size=3))
            heard = [*in_order_of_revision(order), *again]
        world.hear(*heard)
        ends.append(held(world, letter))
        check_books(world)

    assert ends[1:] == [ends[0]] * 2


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(REVISIONS, REVISIONS, VERSIONS, DEEDS)
def test_the_books_balance_while_people_learn_and_a_letter_is_amended(
    world_without_bus, first, second, versions, deeds
):
    world, letter, other = world_without_bus, Letter(), Letter()
    coming = memberships_of((letter, first), (other, second))
    amendments = list(versions_of(letter, other, versions, (first, second)))
    world.hear(course(), course(version=COURSE_VERSION + 1), coming.pop(0), amendments.pop(0))
    done: set[tuple] = set()
    for turn, (deed, number) in enumerate(deeds):
        if deed == "revision" and coming:
            world.hear(coming.pop(0))
        elif deed == "pass" and amendments and turn % 2:
            world.hear(amendments.pop(0))
        elif deed == "pass":
            world.hear(passed(number))
        elif deed != "revision" and world.rows("SELECT FROM requirement WHERE notice_id = %s", letter.notice_id):
            act(world, letter, deed, number)
        completed = {one for one in held(world, letter) if one[2] == "COMPLETED"}
        assert done <= completed
        done = completed
        check_books(world)


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
