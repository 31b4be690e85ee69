"""People, jobs and leave as coordinators record them."""

from datetime import date, timedelta

import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from cadre.directory.v1 import events_pb2
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.directory.v1 import roster_service_pb2 as roster_pb
from servicekit.rpc.client import Refused


def end_job(directory, person, agency, day, stub=None):
    return (stub or directory.as_coordinator(agency)).EndJob(
        person_pb.EndJobRequest(
            parent=f"agencies/{agency}", person=person.name, end_date=day.isoformat(), request_id=directory.request_id()
        )
    )


def create_job(directory, person, agency, start, stub=None, **fields):
    job = person_pb.Job(
        **({"local_title": "Attorney", "job_class": "attorney", "start_date": start.isoformat()} | fields)
    )
    return (stub or directory.as_coordinator(agency)).CreateJob(
        person_pb.CreateJobRequest(
            parent=f"agencies/{agency}", person=person.name, job=job, request_id=directory.request_id()
        )
    )


def update(directory, stub, person, *fields, **values):
    return stub.UpdatePerson(
        person_pb.UpdatePersonRequest(
            person=person_pb.Person(name=person.name, **values),
            update_mask=FieldMask(paths=fields),
            request_id=directory.request_id(),
        )
    )


def leave(directory, stub, person, start, last=None):
    return stub.RecordLeave(
        person_pb.RecordLeaveRequest(
            person=person.name,
            leave=person_pb.Leave(start_date=start.isoformat(), end_date=last.isoformat() if last else ""),
            request_id=directory.request_id(),
        )
    )


def staff(directory, agency, stub=None, **fields):
    return (stub or directory.as_whole("people.read")).ListPeople(
        person_pb.ListPeopleRequest(parent=f"agencies/{agency}", **fields)
    )


def told(directory, message_class):
    return [(each.agency_id, sorted(each.person_ids)) for each in directory.events(message_class)]


def bare(person):
    return person.name.removeprefix("people/")


def test_a_person_is_hired_and_told(directory):
    person = directory.hire("lake", family="Álvarez", given="Ana", staff_number="S-1", email="ana@lake.example.org")

    assert (person.display_name, person.staff_number) == ("Ana Álvarez", "S-1")
    assert [job.agency for job in person.jobs] == ["agencies/lake"]
    assert told(directory, events_pb2.PersonHired) == [("lake", [bare(person)])]


def test_the_same_request_twice_hires_one_person(directory):
    job = person_pb.Job(local_title="Attorney", job_class="attorney", start_date="2020-01-01")
    ask = person_pb.CreatePersonRequest(
        parent="agencies/lake",
        person=person_pb.Person(staff_number="S-1", family_name="Li", jobs=[job]),
        request_id=directory.request_id(),
    )
    stub = directory.as_coordinator("lake")

    assert stub.CreatePerson(ask) == stub.CreatePerson(ask)
    assert staff(directory, "lake").total_size == 1


def test_a_staff_number_belongs_to_one_person_for_ever(directory):
    known = directory.hire("lake", family="Álvarez", given="Ana", staff_number="S-1")

    with pytest.raises(Refused) as same_name:
        directory.hire("mendocino", family="Alvarez", given="Ana", staff_number="S-1")
    with pytest.raises(Refused) as other_name:
        directory.hire("mendocino", family="Mills", given="Jo", staff_number="S-1")

    assert same_name.value.reason == other_name.value.reason == "STAFF_NUMBER_TAKEN"
    assert same_name.value.metadata == {"staff_number": "S-1", "person": known.name}
    assert other_name.value.metadata == {"staff_number": "S-1", "person": ""}


def test_two_people_cannot_share_an_address_whatever_its_case(directory):
    directory.hire("lake", email="jo@lake.example.org")

    with pytest.raises(Refused) as refused:
        directory.hire("lake", email="JO@lake.example.org")

    assert (refused.value.reason, refused.value.metadata) == ("EMAIL_TAKEN", {})


@pytest.mark.parametrize(
    ("wrong", "reason", "field"),
    [
        ({"family": "", "given": ""}, "NAME_MISSING", "person.family_name"),
        ({"email": "nobody"}, "INVALID_FIELD", "person.email"),
        ({"job_class": "king"}, "INVALID_FIELD", "job.job_class"),
        ({"units": ["war"]}, "INVALID_FIELD", "job.units"),
        ({"staff_number": "x" * 41}, "INVALID_FIELD", "person.staff_number"),
    ],
)
def test_a_person_who_makes_no_sense_is_refused(directory, wrong, reason, field):
    with pytest.raises(Refused) as refused:
        directory.hire("lake", **wrong)
    assert (refused.value.reason, list(refused.value.fields)) == (reason, [field])


def test_one_person_at_two_agencies_is_one_person_in_both(directory):
    person = directory.hire("lake")

    both = create_job(directory, person, "mendocino", date(2024, 1, 1))

    assert both.name == person.name
    assert [job.agency for job in both.jobs] == ["agencies/lake", "agencies/mendocino"]
    for agency in ("lake", "mendocino"):
        assert [each.name for each in staff(directory, agency).people] == [person.name]


@pytest.mark.parametrize("days", [0, -3, 5], ids=["today", "three days ago", "ahead"])
def test_somebody_added_by_mistake_is_taken_off_from_their_first_day_and_the_row_stays(directory, days):
    first = directory.day(days)
    audience = directory.audience()
    person = directory.hire("lake", start=first)

    found = end_job(directory, person, "lake", first)

    assert staff(directory, "lake").total_size == 0
    assert [(job.start_date, job.end_date) for job in found.jobs] == [(first.isoformat(), first.isoformat())]
    begun = [("lake", [bare(person)])] if days <= 0 else []
    assert told(directory, events_pb2.PersonHired) == told(directory, events_pb2.PersonLeft) == begun
    assert directory.get_audience(audience).people == 0


def test_a_job_never_begun_is_in_nobodys_way(directory):
    first = directory.day(-2)
    person = directory.hire("lake", start=first, staff_number="S-1", family="Mills")
    end_job(directory, person, "lake", first)

    again = create_job(directory, person, "lake", first)

    assert [bool(job.end_date) for job in again.jobs] == [True, False]
    assert staff(directory, "lake").total_size == 1
    row = {"staff_number": "S-1", "hired_on": first.isoformat(), "local_title": "Attorney", "units": ""}
    changed = directory.import_roster(directory.roster(row), agency="lake")
    assert (changed.state, changed.jobs_added) == (roster_pb.RosterImport.APPLIED, 0)
    assert staff(directory, "lake").total_size == 1


def test_nobody_leaves_before_their_first_day(directory):
    first = directory.day(-2)
    person = directory.hire("lake", start=first)

    with pytest.raises(Refused) as refused:
        end_job(directory, person, "lake", first - timedelta(days=1))

    assert (refused.value.reason, refused.value.metadata["rule"]) == ("INVALID_FIELD", f"must not be before {first}")
    assert list(refused.value.fields) == ["end_date"]


def test_a_transfer_keeps_the_old_agencys_history(directory):
    person = directory.hire("lake", start=date(2020, 1, 1))
    day = directory.day(-10)

    end_job(directory, person, "lake", day)
    moved = create_job(directory, person, "mendocino", day, units=["intake"])

    assert [(job.agency, job.start_date, job.end_date) for job in moved.jobs] == [
        ("agencies/lake", "2020-01-01", day.isoformat()),
        ("agencies/mendocino", day.isoformat(), ""),
    ]
    assert staff(directory, "lake").total_size == 0
    assert told(directory, events_pb2.PersonLeft) == [("lake", [bare(person)])]
    assert told(directory, events_pb2.PersonHired) == [("lake", [bare(person)]), ("mendocino", [bare(person)])]


def test_who_ends_and_comes_back_is_the_same_person(directory):
    person = directory.hire("lake", email="jo@lake.example.org")
    end_job(directory, person, "lake", directory.day(-20))

    back = create_job(directory, person, "lake", directory.day(-5))
    renamed = update(directory, directory.as_coordinator("lake"), back, "family_name", "email", family_name="Núñez")

    assert renamed.name == person.name
    assert (renamed.family_name, renamed.email, renamed.staff_number) == ("Núñez", "", person.staff_number)
    assert len(renamed.jobs) == 2


def test_an_overlapping_job_at_the_same_agency_is_refused(directory):
    person = directory.hire("lake")

    with pytest.raises(Refused) as refused:
        create_job(directory, person, "lake", directory.day())

    assert refused.value.reason == "JOB_OVERLAPS"
    assert refused.value.metadata == {"person": person.name, "start": "2020-01-01", "end": ""}


def test_a_job_recorded_ahead_is_not_told_and_not_listed_before_its_day(directory):
    person = directory.hire("lake", start=directory.day(3))

    assert staff(directory, "lake").total_size == 0
    assert told(directory, events_pb2.PersonHired) == []
    assert person.jobs[0].start_date == directory.day(3).isoformat()


def test_a_change_of_units_is_told_as_a_move_and_no_change_is_told_to_nobody(directory):
    person = directory.hire("lake", units=["legal"])
    stub = directory.as_coordinator("lake")

    def change(*units):
        job = person_pb.Job(local_title="Local title", job_class="attorney", units=units)
        ask = person_pb.UpdateJobRequest(
            parent="agencies/lake", person=person.name, job=job, request_id=directory.request_id()
        )
        return stub.UpdateJob(ask)

    assert list(change("locate", "intake", "locate").jobs[0].units) == ["intake", "locate"]
    change("intake", "locate")

    assert told(directory, events_pb2.PersonMoved) == [("lake", [bare(person)])]


def test_ending_a_job_that_has_ended_is_refused(directory):
    person = directory.hire("lake")
    end_job(directory, person, "lake", directory.day(-1))

    with pytest.raises(Refused) as refused:
        end_job(directory, person, "lake", directory.day())

    assert refused.value.reason == "NO_CURRENT_JOB"
    assert refused.value.metadata == {"person": person.name, "agency": "agencies/lake"}


def test_leave_begins_ends_is_corrected_and_taken_back(directory):
    person, stub = directory.hire("lake"), directory.as_coordinator("lake")
    start = directory.day(-3)

    assert leave(directory, stub, person, start).on_leave
    assert leave(directory, stub, person, start, directory.day(5)).leaves[0].end_date == directory.day(5).isoformat()
    with pytest.raises(Refused) as refused:
        leave(directory, stub, person, directory.day(2))
    back = stub.EndLeave(
        person_pb.EndLeaveRequest(
            person=person.name, return_date=directory.day().isoformat(), request_id=directory.request_id()
        )
    )

    assert refused.value.reason == "LEAVE_OVERLAPS"
    assert not back.on_leave
    assert list(back.leaves) == [person_pb.Leave(start_date=start.isoformat(), end_date=directory.day(-1).isoformat())]

    leave(directory, stub, person, directory.day(10))
    back = stub.EndLeave(
        person_pb.EndLeaveRequest(
            person=person.name, return_date=directory.day(10).isoformat(), request_id=directory.request_id()
        )
    )
    assert len(back.leaves) == 1
    with pytest.raises(Refused) as refused:
        stub.EndLeave(
            person_pb.EndLeaveRequest(
                person=person.name, return_date=directory.day().isoformat(), request_id=directory.request_id()
            )
        )
    assert refused.value.reason == "NOT_ON_LEAVE"


def test_a_name_changes_and_the_staff_number_never_does(directory):
    person, stub = directory.hire("lake"), directory.as_coordinator("lake")

    renamed = update(directory, stub, person, "given_name", given_name="Joe")
    with pytest.raises(Refused) as refused:
        update(directory, stub, person, "staff_number", staff_number="S-9")
    with pytest.raises(Refused) as stale:
        update(directory, stub, person, "given_name", given_name="Jane", etag=person.etag)

    assert (renamed.name, renamed.given_name, renamed.family_name) == (person.name, "Joe", person.family_name)
    assert refused.value.metadata == {"value": "staff_number", "rule": "never changes"}
    assert (stale.value.code, stale.value.reason) == ("ABORTED", "STALE")


def test_a_coordinator_cannot_touch_another_agencys_person(directory):
    person = directory.hire("los-angeles", email="jo@la.example.org")
    stub = directory.as_coordinator("lake")
    today = directory.day().isoformat()
    calls = {
        "UpdatePerson": lambda: update(directory, stub, person, "given_name", given_name="X"),
        "RecordLeave": lambda: leave(directory, stub, person, directory.day()),
        "EndLeave": lambda: stub.EndLeave(
            person_pb.EndLeaveRequest(person=person.name, return_date=today, request_id=directory.request_id())
        ),
        "UpdateJob": lambda: stub.UpdateJob(
            person_pb.UpdateJobRequest(
                parent="agencies/lake",
                person=person.name,
                job=person_pb.Job(local_title="X", job_class="attorney"),
                request_id=directory.request_id(),
            )
        ),
        "EndJob": lambda: end_job(directory, person, "lake", directory.day(), stub),
    }
    assert calls
    for name, call in calls.items():
        with pytest.raises(Refused) as refused:
            call()
        assert (name, refused.value.code, refused.value.reason) == (name, "NOT_FOUND", "NOT_FOUND")
        assert refused.value.metadata == {"resource": person.name}
    for call in (
        lambda: staff(directory, "los-angeles", stub),
        lambda: end_job(directory, person, "los-angeles", directory.day(), stub),
        lambda: create_job(directory, person, "los-angeles", directory.day(), stub),
    ):
        with pytest.raises(Refused) as refused:
            call()
        assert refused.value.reason == "PERMISSION_MISSING"
    assert stub.BatchGetPeople(person_pb.BatchGetPeopleRequest(names=[person.name])).people == []


def test_a_coordinator_no_longer_writes_about_who_left(directory):
    person = directory.hire("lake")
    end_job(directory, person, "lake", directory.day(-1))

    with pytest.raises(Refused) as refused:
        update(directory, directory.as_coordinator("lake"), person, "given_name", given_name="X")

    assert refused.value.reason == "NOT_FOUND"


def test_everybody_sees_themselves_their_agencies_people_contacts_and_the_states_staff_and_nobody_else(directory):
    me = directory.hire("mendocino", given="Me")
    colleague = directory.hire("lake", given="Colleague")
    former = directory.hire("lake", given="Former")
    end_job(directory, former, "lake", directory.day(-1))
    contact = directory.hire("los-angeles", given="Contact", email="c@la.example.org")
    directory.grant(contact.name, "director", "agencies/los-angeles")
    analyst = directory.hire("dcss", given="Analyst")
    stranger = directory.hire("los-angeles", given="Stranger")
    people = [me, colleague, former, contact, analyst, stranger]

    stub = directory.as_coordinator("lake", person=me.name)
    seen = stub.BatchGetPeople(person_pb.BatchGetPeopleRequest(names=[each.name for each in people])).people
    plain = directory.as_person(stranger.name, {"self.read": ["self"]})
    seen_by_stranger = plain.BatchGetPeople(
        person_pb.BatchGetPeopleRequest(names=[each.name for each in people])
    ).people

    assert {each.given_name for each in seen} == {"Me", "Colleague", "Former", "Contact", "Analyst"}
    assert {each.given_name for each in seen_by_stranger} == {"Contact", "Analyst", "Stranger"}
    whole = {each.given_name for each in seen if each.staff_number}
    assert whole == {"Me", "Colleague", "Former"}
    assert next(each for each in seen if each.given_name == "Contact").email == "c@la.example.org"


def test_more_than_a_thousand_names_at_once_are_refused(directory):
    stub = directory.as_person("people/anybody", {"self.read": ["self"]})

    with pytest.raises(Refused) as refused:
        stub.BatchGetPeople(person_pb.BatchGetPeopleRequest(names=["people/x"] * 1001))

    assert list(refused.value.fields) == ["names"]


def test_no_name_or_address_stands_in_the_audit_trail_or_in_an_event(directory):
    person = directory.hire("lake", family="Unmistakable", given="Zebulon", email="zebulon@lake.example.org")
    stub = directory.as_coordinator("lake")
    update(directory, stub, person, "given_name", "email", given_name="Zachary", email="zachary@lake.example.org")
    leave(directory, stub, person, directory.day())
    end_job(directory, person, "lake", directory.day(1))

    with directory.running.connect() as connection:
        trail = connection.execute("SELECT before, after, reason, resource FROM audit").fetchall()
        payloads = connection.execute("SELECT payload FROM outbox").fetchall()

    assert len(trail) >= 5
    assert len(payloads) >= 1
    written = repr(trail) + repr(payloads)
    for personal in ("Unmistakable", "Zebulon", "Zachary", "lake.example.org"):
        assert personal not in written
