"""What changes by date alone."""

from datetime import datetime, time

import pytest

from cadre.directory.v1 import events_pb2
from cadre.directory.v1 import person_service_pb2 as pb
from directory.people.jobs import turn_days
from servicekit.calendar import PACIFIC


@pytest.fixture
def turn(directory):
    """Run the job as on a day from today, at noon in California."""

    def run(days=0):
        now = datetime.combine(directory.day(days), time(12), PACIFIC)
        turn_days(directory.running.runtime.database, now)

    return run


def told(directory, message_class):
    return [list(each.person_ids) for each in directory.events(message_class)]


def leave(directory, person, start, last):
    directory.as_whole("people.write").RecordLeave(
        pb.RecordLeaveRequest(
            person=person.name,
            leave=pb.Leave(start_date=start.isoformat(), end_date=last.isoformat()),
            request_id=directory.request_id(),
        )
    )


def test_somebody_hired_ahead_is_told_and_a_member_on_their_first_day(directory, turn):
    audience = directory.audience()
    person = directory.hire("lake", start=directory.day(2))
    turn()
    turn(1)
    assert told(directory, events_pb2.PersonHired) == []

    turn(2)

    assert told(directory, events_pb2.PersonHired) == [[person.name.removeprefix("people/")]]
    assert directory.changes(audience, 2)[person.name, "lake"].member
    (event,) = [each for each in directory.events(events_pb2.AudienceMembersChanged) if each.revision == 2]
    assert event.effective_date == directory.day(2).isoformat()


def test_somebody_who_leaves_on_a_day_is_a_member_until_then(directory, turn):
    audience = directory.audience()
    person = directory.hire("lake")
    turn()
    directory.as_whole("people.write").EndJob(
        pb.EndJobRequest(
            parent="agencies/lake",
            person=person.name,
            end_date=directory.day(1).isoformat(),
            request_id=directory.request_id(),
        )
    )
    assert directory.get_audience(audience).people == 1

    turn(1)

    assert not directory.changes(audience, 3)[person.name, "lake"].member
    assert told(directory, events_pb2.PersonLeft) == [[person.name.removeprefix("people/")]]


def test_leave_begins_on_its_first_day_and_is_over_after_its_last(directory, turn):
    audience = directory.audience()
    person = directory.hire("lake")
    turn()
    leave(directory, person, directory.day(1), directory.day(2))

    turn(1)
    turn(2)
    turn(3)

    away, back = (directory.changes(audience, revision)[person.name, "lake"] for revision in (3, 4))
    assert (away.on_leave, back.on_leave) == (True, False)
    dates = [each.effective_date for each in directory.events(events_pb2.AudienceMembersChanged)][2:]
    assert dates == [directory.day(1).isoformat(), directory.day(3).isoformat()]


def test_days_that_were_missed_are_followed_one_by_one(directory, turn):
    directory.audience()
    people = [directory.hire("lake", start=directory.day(n)) for n in (1, 2, 3)]
    turn()

    turn(3)

    changes = directory.events(events_pb2.AudienceMembersChanged)[1:]
    assert [each.effective_date for each in changes] == [directory.day(n).isoformat() for n in (1, 2, 3)]
    assert [each.changes[0].person_id for each in changes] == [each.name.removeprefix("people/") for each in people]


def test_a_second_run_on_one_day_does_nothing(directory, turn):
    directory.audience()
    directory.hire("lake", start=directory.day(1))
    turn(1)
    with directory.running.connect() as connection:
        before = connection.execute("SELECT count(*) FROM audit").fetchone()
        turn(1)
        assert connection.execute("SELECT count(*) FROM audit").fetchone() == before
