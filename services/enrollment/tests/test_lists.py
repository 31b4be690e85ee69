"""Lists: in the order of their lateness, page by page, and each caller's own part of the world."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre.enrollment.v1 import completion_service_pb2 as completion_pb
from servicekit.calendar import PACIFIC, pacific_date
from servicekit.rpc.client import Refused

from .conftest import DUE, Letter, change, course, passed, person, take


@pytest.fixture
def world(world_without_bus):
    """These tests are about calls."""
    return world_without_bus


@pytest.fixture
def letters(world):
    """Three letters with three due dates, of which two are of one day, to persons 1 to 5 of Lake and 6 of Kern."""
    world.hear(course())
    letters = [Letter(due_date=DUE), Letter(due_date=DUE - timedelta(days=20)), Letter(due_date=DUE)]
    people = [*(change(number) for number in range(1, 6)), change(6, "kern")]
    for letter in letters:
        world.hear(letter.changed(1, people), letter.published())
    return letters


def pages(method, request, rows):
    """All pages of a list, each as its rows."""
    answers = []
    while True:
        answer = method(request)
        answers.append(list(getattr(answer, rows)))
        if not answer.next_page_token:
            return answers
        request.page_token = answer.next_page_token


def test_a_to_do_list_is_in_the_order_of_due_dates_on_every_page(world, letters):
    found = pages(world.learner(1).ListToDo, assignment_pb.ListToDoRequest(page_size=1), "assignments")

    assert [len(page) for page in found] == [1, 1, 1]
    rows = [row for page in found for row in page]
    assert rows[0].notice == letters[1].name
    assert {row.notice for row in rows} == {letter.name for letter in letters}
    assert [row.due_date for row in rows] == sorted(row.due_date for row in rows)


def test_a_to_do_list_can_be_of_some_letters_only(world, letters):
    request = assignment_pb.ListToDoRequest(notices=[letters[2].name, Letter().name])

    (found,) = world.learner(1).ListToDo(request).assignments

    assert found.notice == letters[2].name


def test_an_agencys_list_starts_with_who_is_latest(world, letters):
    request = assignment_pb.ListAssignmentsRequest(parent="agencies/lake", page_size=4)

    found = pages(world.coordinator("lake").ListAssignments, request, "assignments")

    rows = [row for page in found for row in page]
    assert [len(page) for page in found] == [4, 4, 4, 3]
    assert len({row.name for row in rows}) == 15
    keys = [(row.due_date, row.person, row.name) for row in rows]
    assert keys == sorted(keys)
    assert {row.person for row in rows} == {f"people/{person(number)}" for number in range(1, 6)}


def test_a_list_can_be_of_one_notice_and_of_open_ones(world, letters):
    take(world, letters[0], 1)
    world.hear(passed(1))
    coordinator = world.coordinator("lake")
    request = assignment_pb.ListAssignmentsRequest(parent="agencies/lake", notice=letters[0].name)

    everybody = coordinator.ListAssignments(request).assignments
    request.only_open = True
    still_open = coordinator.ListAssignments(request).assignments

    assert {row.person for row in everybody} - {row.person for row in still_open} == {f"people/{person(1)}"}
    assert len(everybody) == 5
    assert {row.notice for row in everybody} == {letters[0].name}


def test_a_page_token_is_good_for_its_own_list_only(world, letters):
    coordinator = world.coordinator("lake")
    request = assignment_pb.ListAssignmentsRequest(parent="agencies/lake", page_size=1)
    token = coordinator.ListAssignments(request).next_page_token
    other = assignment_pb.ListAssignmentsRequest(parent="agencies/lake", only_open=True, page_token=token)

    with pytest.raises(Refused) as refused:
        coordinator.ListAssignments(other)

    assert (refused.value.reason, set(refused.value.fields)) == ("INVALID_FIELD", {"page_token"})


@pytest.mark.parametrize("parent", ["agencies/kern", "agencies/-"])
def test_a_coordinator_sees_their_own_agencys_list_only(world, letters, parent):
    with pytest.raises(Refused) as refused:
        world.coordinator("lake").ListAssignments(assignment_pb.ListAssignmentsRequest(parent=parent))

    assert refused.value.reason == "PERMISSION_MISSING"
    assert refused.value.metadata == {"right": "assignments.read", "scope": "UNIT"}


def test_the_whole_state_sees_everybody_once(world, letters):
    request = assignment_pb.ListAssignmentsRequest(parent="agencies/-", notice=letters[0].name, page_size=4)

    found = pages(world.stub(["assignments.read"]).ListAssignments, request, "assignments")

    assert [len(page) for page in found] == [4, 2]
    assert len({row.person for page in found for row in page}) == 6


def test_the_number_of_statements_does_not_grow_with_the_rows(world, letters):
    coordinator = world.coordinator("lake")
    counts = []
    for size in (1, 15):
        with world.statements() as seen:
            coordinator.ListAssignments(assignment_pb.ListAssignmentsRequest(parent="agencies/lake", page_size=size))
        counts.append(len(seen))

    assert counts == [1, 1]


def test_a_transcript_is_newest_first_page_by_page(world, letters):
    # The earliest due, the middle one, the last one.
    for letter in letters:
        take(world, letter, 1)
    world.hear(passed(1))
    request = completion_pb.ListCompletionsRequest(parent=f"people/{person(1)}", page_size=2)

    found = pages(world.learner(1).ListCompletions, request, "completions")

    lines = [line for page in found for line in page]
    assert [len(page) for page in found] == [2, 1]
    assert {line.notice for line in lines} == {letter.name for letter in letters}
    times = [line.complete_time.ToNanoseconds() for line in lines]
    assert times == sorted(times, reverse=True)
    assert {line.kind for line in lines} == {completion_pb.Completion.COURSE}
    assert {line.minutes for line in lines} == {25}


def record(world, letter, day, *, minutes=30, kind=completion_pb.Completion.BRIEFING):
    """Record that person 1 had training on a letter on *day*."""
    world.coordinator("lake").RecordTraining(
        completion_pb.RecordTrainingRequest(
            parent="agencies/lake",
            notice=letter.name,
            people=[f"people/{person(1)}"],
            kind=kind,
            complete_date=day.isoformat(),
            minutes=minutes,
            led_by="A. Trainer",
            request_id=str(uuid.uuid4()),
        )
    )


def test_a_transcript_is_in_the_order_of_the_days_of_training_not_of_their_recording(world, letters):
    today = pacific_date(datetime.now(UTC))
    days = [today - timedelta(days=3), today, today - timedelta(days=1)]
    for letter, day in zip(letters, days, strict=True):
        record(world, letter, day)
    request = completion_pb.ListCompletionsRequest(parent=f"people/{person(1)}", page_size=2)

    found = pages(world.learner(1).ListCompletions, request, "completions")

    lines = [line.complete_date for page in found for line in page]
    assert lines == [day.isoformat() for day in sorted(days, reverse=True)]
    assert [len(page) for page in found] == [2, 1]


def test_a_transcript_adds_up_by_calendar_year_whatever_page_and_year_are_asked_for(world, letters):
    day = pacific_date(datetime.now(UTC))
    record(world, letters[0], day, minutes=30)
    record(world, letters[1], day, minutes=45, kind=completion_pb.Completion.OTHER_SYSTEM)
    take(world, letters[2], 1)
    # Long after, late in the evening of the last day of a year in California: in UTC the next year has begun.
    late = datetime(day.year + 2, 12, 31, 23, 30, tzinfo=PACIFIC)
    world.hear(passed(1, at=late))
    own = world.learner(1)

    def ask(**filters):
        return own.ListCompletions(completion_pb.ListCompletionsRequest(parent=f"people/{person(1)}", **filters))

    everything = ask()
    totals = [(year.year, year.completions, year.minutes) for year in everything.years]
    assert totals == [(day.year + 2, 1, 25), (day.year, 2, 75)]
    months = [dict(enumerate(year.minutes_by_month, 1)) for year in everything.years]
    assert months == [
        dict.fromkeys(range(1, 13), 0) | {12: 25},
        dict.fromkeys(range(1, 13), 0) | {day.month: 75},
    ]
    assert everything.completions[0].complete_date == f"{day.year + 2}-12-31"
    assert ask(year=day.year, page_size=1).years == everything.years
    assert {line.kind for line in ask(year=day.year).completions} == {
        completion_pb.Completion.BRIEFING,
        completion_pb.Completion.OTHER_SYSTEM,
    }
    assert [line.kind for line in ask(year=day.year + 2).completions] == [completion_pb.Completion.COURSE]
    assert not ask(year=day.year + 1).completions


def test_a_coordinator_sees_no_totals_of_people_who_were_never_theirs(world, letters):
    request = completed(world, letters[0], 6)

    assert len(world.coordinator("kern").ListCompletions(request).years) == 1
    assert not world.coordinator("lake").ListCompletions(request).years


@pytest.mark.parametrize("year", [-1, 27, 1899, 10_000])
def test_a_year_that_is_none_is_refused(world, year):
    with pytest.raises(Refused) as refused:
        world.learner(1).ListCompletions(completion_pb.ListCompletionsRequest(parent=f"people/{person(1)}", year=year))

    assert (refused.value.reason, list(refused.value.fields)) == ("INVALID_FIELD", ["year"])


def completed(world, letter, number):
    """Let a person complete a letter's course; the request for their transcript."""
    take(world, letter, number)
    world.hear(passed(number))
    return completion_pb.ListCompletionsRequest(parent=f"people/{person(number)}")


def test_whoever_they_move_to_sees_the_full_transcript(world, letters):
    request = completed(world, letters[0], 1)
    assert not world.coordinator("kern").ListCompletions(request).completions

    world.hear(letters[1].changed(2, [change(1, "lake", member=False), change(1, "kern")]))

    assert len(world.coordinator("kern").ListCompletions(request).completions) == 1


def test_an_agency_keeps_what_it_had_of_a_person_who_moved(world, letters):
    request = completed(world, letters[0], 1)
    world.hear(letters[0].changed(2, [change(1, "lake", member=False), change(1, "kern")]))

    assert len(world.coordinator("lake").ListCompletions(request).completions) == 1
    assert world.states(letters[0])[1] == "COMPLETED"


def test_a_coordinator_sees_nothing_of_people_who_were_never_theirs(world, letters):
    request = completed(world, letters[0], 6)

    assert len(world.coordinator("kern").ListCompletions(request).completions) == 1
    assert not world.coordinator("lake").ListCompletions(request).completions
    assert len(world.stub(["self.read"]).ListCompletions(request).completions) == 1


def test_a_learner_cannot_read_a_colleagues_transcript(world, letters):
    request = completed(world, letters[0], 1)

    with pytest.raises(Refused) as refused:
        world.learner(2).ListCompletions(request)

    assert refused.value.reason == "PERMISSION_MISSING"
    assert refused.value.metadata == {"right": "self.read", "scope": "PERSON"}


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        # Half past eleven at night in winter and in summer, and half an hour after midnight: UTC is a day ahead.
        ("2031-01-15T07:30:00+00:00", "2031-01-14"),
        ("2031-07-15T06:30:00+00:00", "2031-07-14"),
        ("2031-07-15T07:30:00+00:00", "2031-07-15"),
    ],
)
def test_a_completion_is_dated_in_california(world, letters, moment, day):
    """D36, "certificate dated the day before": what is completed late in the evening has the day of California."""
    take(world, letters[0], 1)
    world.hear(passed(1, at=datetime.fromisoformat(moment)))

    request = completion_pb.ListCompletionsRequest(parent=f"people/{person(1)}")
    (shown,) = world.learner(1).ListCompletions(request).completions

    assert shown.complete_date == day
    assert shown.complete_time.ToJsonString() == moment.replace("+00:00", "Z")


def test_who_supervises_a_unit_sees_what_its_people_have_to_do_and_did_and_nobody_elses(world):
    world.hear(course())
    letter = Letter()
    legal, both, intake = change(1, units=["legal"]), change(2, units=["intake", "legal"]), change(3, units=["intake"])
    world.hear(letter.changed(1, [legal, both, intake, change(4, "kern", units=["legal"])]), letter.published())
    for number in (1, 3):
        take(world, letter, number)
        world.hear(passed(number))
    scopes = ["agencies/lake/units/legal"]
    supervisor = world.stub({"assignments.read": scopes, "self.read": ["self", *scopes]}, caller=f"people/{person(99)}")

    rows = supervisor.ListAssignments(assignment_pb.ListAssignmentsRequest(parent="agencies/lake")).assignments
    transcripts = [
        supervisor.ListCompletions(completion_pb.ListCompletionsRequest(parent=f"people/{person(number)}"))
        for number in (1, 3)
    ]

    assert {row.person for row in rows} == {f"people/{person(1)}", f"people/{person(2)}"}
    assert [len(one.completions) for one in transcripts] == [1, 0]
    assert [len(one.years) for one in transcripts] == [1, 0]
    with pytest.raises(Refused, match="PERMISSION_MISSING"):
        supervisor.ListAssignments(assignment_pb.ListAssignmentsRequest(parent="agencies/kern"))
