"""An agency's staff: its list, its counts, who is new or left lately, telephones, several who left at once."""

import pytest
from google.protobuf import field_mask_pb2
from sqlalchemy import event

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import events_pb2
from cadre.directory.v1 import person_service_pb2 as person_pb
from servicekit.rpc.client import Refused


def listed(directory, **wanted):
    found = directory.as_coordinator("lake").ListPeople(person_pb.ListPeopleRequest(parent="agencies/lake", **wanted))
    assert found.total_size == len(found.people)
    return [person.name for person in found.people]


def page(directory, **wanted):
    return directory.as_whole("people.read").ListPeople(person_pb.ListPeopleRequest(parent="agencies/lake", **wanted))


def counts(directory, agency="lake"):
    return directory.as_coordinator(agency).GetStaffCounts(person_pb.GetStaffCountsRequest(parent=f"agencies/{agency}"))


def end(directory, *people, agency="lake", day=None, request_id=""):
    ends = [person_pb.JobEnd(person=person.name, end_date=(day or directory.day()).isoformat()) for person in people]
    ask = person_pb.BatchEndJobsRequest(
        parent=f"agencies/{agency}", ends=ends, request_id=request_id or directory.request_id()
    )
    return directory.as_coordinator(agency).BatchEndJobs(ask)


def on_leave(directory, person):
    ask = person_pb.RecordLeaveRequest(
        person=person.name,
        leave=person_pb.Leave(start_date=directory.day().isoformat()),
        request_id=directory.request_id(),
    )
    directory.as_coordinator("lake").RecordLeave(ask)


def test_the_counts_of_an_agency_are_what_its_lists_hold(directory):
    new = directory.hire("lake", start=directory.day(-89))
    directory.hire("lake", start=directory.day(-90))
    without = directory.hire("lake", units=[])
    away = directory.hire("lake")
    on_leave(directory, away)
    directory.hire("lake", start=directory.day(1))
    directory.hire("mendocino", units=[])

    assert counts(directory) == person_pb.StaffCounts(staff=4, new=1, on_leave=1, no_unit_recorded=1)
    assert listed(directory, only_new=True) == [new.name]
    assert listed(directory, unit="none") == [without.name], "who has no unit recorded is listed, never left out"
    assert listed(directory, only_on_leave=True) == [away.name]
    assert counts(directory, "los-angeles") == person_pb.StaffCounts()


def test_staff_are_counted_by_class_of_jobs_today(directory):
    directory.hire("lake")
    on_leave(directory, directory.hire("lake"))
    directory.hire("lake", job_class="supervisor")
    end(directory, directory.hire("lake", job_class="supervisor"))
    directory.hire("lake", start=directory.day(1))
    directory.hire("mendocino")

    ask = person_pb.ListJobClassCountsRequest(parent="agencies/lake")
    counted = directory.as_coordinator("lake").ListJobClassCounts(ask)

    assert [(one.job_class, one.staff, one.on_leave) for one in counted.classes] == [
        ("attorney", 2, 1),
        ("supervisor", 1, 0),
    ]
    assert counted.staff == counts(directory).staff == 3


def test_who_left_lately_is_found_and_can_be_taken_on_again(directory):
    gone, stayed, long_ago = directory.hire("lake"), directory.hire("lake"), directory.hire("lake")
    end(directory, gone)
    end(directory, long_ago, day=directory.day(-91))

    assert listed(directory, only_left=True) == [gone.name]
    assert listed(directory) == [stayed.name]

    again = person_pb.Job(local_title="Officer", job_class="attorney", start_date=directory.day().isoformat())
    back = directory.as_coordinator("lake").CreateJob(
        person_pb.CreateJobRequest(
            parent="agencies/lake", person=gone.name, job=again, request_id=directory.request_id()
        )
    )

    assert listed(directory, only_left=True) == []
    assert [(job.start_date, job.end_date) for job in back.jobs] == [
        ("2020-01-01", directory.day().isoformat()),
        (directory.day().isoformat(), ""),
    ], "a mistake is corrected by a new row; the history stays"


def test_several_who_left_at_once_leave_their_audiences_in_one_revision(directory):
    people = [directory.hire("lake") for _ in range(3)]
    audience = directory.audience()

    answer = end(directory, *people[:2])

    assert answer.ended == 2
    assert {name for (name, _), change in directory.changes(audience, 2).items() if not change.member} == {
        people[0].name,
        people[1].name,
    }
    (told,) = directory.events(events_pb2.PersonLeft)
    assert sorted(f"people/{person}" for person in told.person_ids) == sorted(each.name for each in people[:2])
    assert counts(directory).staff == 1


def test_one_who_cannot_have_left_keeps_all_the_others_where_they_are(directory):
    here, gone, elsewhere = directory.hire("lake"), directory.hire("lake"), directory.hire("mendocino")
    end(directory, gone)

    def refused(*people, **how):
        with pytest.raises(Refused) as caught:
            end(directory, *people, **how)
        return caught.value

    twice = refused(here, gone)
    assert (twice.reason, twice.metadata) == ("NO_CURRENT_JOB", {"person": gone.name, "agency": "agencies/lake"})
    foreign = refused(here, elsewhere)
    assert (foreign.reason, foreign.metadata) == ("NOT_FOUND", {"resource": elsewhere.name})
    early = refused(here, day=directory.day(-9000))
    assert (early.reason, list(early.fields)) == ("INVALID_FIELD", ["ends.end_date"])
    nobody = refused()
    assert (nobody.reason, list(nobody.fields)) == ("INVALID_FIELD", ["ends"])
    doubled = refused(here, here)
    assert (doubled.reason, list(doubled.fields)) == ("INVALID_FIELD", ["ends.person"])
    assert listed(directory) == [here.name]


def test_a_telephone_is_kept_changed_and_shown_with_the_agencys_contacts(directory):
    person = directory.hire("lake", telephone="707-555-0123, ext. 4")
    directory.grant(person.name, "coordinator", "agencies/lake")

    def change(telephone):
        ask = person_pb.UpdatePersonRequest(
            person=person_pb.Person(name=person.name, telephone=telephone),
            update_mask=field_mask_pb2.FieldMask(paths=["telephone"]),
            request_id=directory.request_id(),
        )
        return directory.as_coordinator("lake").UpdatePerson(ask)

    agency = directory.as_person(person.name, {"agencies.read": ["self"]}).GetAgency(
        agency_pb.GetAgencyRequest(name="agencies/lake")
    )
    with pytest.raises(Refused) as refused:
        change("call me")

    assert [contact.telephone for contact in agency.contacts] == ["707-555-0123, ext. 4"]
    assert (list(refused.value.fields), refused.value.metadata["value"]) == (["person.telephone"], "")
    assert change(" (707) 555-0199 ").telephone == "(707) 555-0199"
    assert change("").telephone == ""
    assert change("").email == person.email


def test_people_are_listed_by_name_with_accents_in_their_place(directory):
    for family in ("Zúñiga", "Álvarez", "Avery", "Alvarez", "Li", "Lima"):
        directory.hire("lake", family=family, given="Ana")

    pages, token = [], ""
    while True:
        part = page(directory, page_size=2, page_token=token)
        pages.append([person.family_name for person in part.people])
        token = part.next_page_token
        if not token:
            break

    assert [name for page in pages for name in page if name.startswith("Á") or name == "Alvarez"] != []
    flat = [name for page in pages for name in page]
    assert flat[2:] == ["Avery", "Li", "Lima", "Zúñiga"]
    assert set(flat[:2]) == {"Álvarez", "Alvarez"}
    assert [len(page) for page in pages] == [2, 2, 2]
    assert part.total_size == 6


def test_people_are_found_by_parts_of_names_without_accents(directory):
    ana = directory.hire("lake", family="O'Brien-Núñez", given="Ana", staff_number="S-77")
    directory.hire("lake", family="Brown", given="Bo")

    for query in ("obrien", "nunez an", "S-77", "Ñúñ", "O'BRIEN NÚÑEZ"):
        assert [each.name for each in page(directory, query=query).people] == [ana.name], query
    assert page(directory, query="%").total_size == 2
    assert page(directory, query="obrien brown").total_size == 0


def test_people_are_filtered_by_unit_and_leave(directory):
    legal = directory.hire("lake", units=["legal", "intake"])
    nowhere = directory.hire("lake", units=[])
    on_leave(directory, nowhere)

    assert [each.name for each in page(directory, unit="intake").people] == [legal.name]
    assert [each.name for each in page(directory, unit="none").people] == [nowhere.name]
    (away,) = page(directory, only_on_leave=True).people
    assert (away.name, away.on_leave) == (nowhere.name, True)


def test_the_number_of_statements_does_not_grow_with_the_people_listed(directory):
    engine = directory.running.runtime.database.engine
    statements = []
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))

    def count():
        statements.clear()
        page(directory, page_size=100)
        return len(statements)

    directory.hire("lake")
    # The first page of all also reads by what the tokens of pages are signed.
    count()
    few = count()
    for _ in range(20):
        directory.hire("lake")

    assert count() == few > 0


def test_those_who_hold_a_role_of_the_state_and_work_are_listed_by_name(directory):
    zoe, abe, left, other = (directory.hire("dcss", family=name) for name in ("Zoe", "Abe", "Left", "Other"))
    for person in (zoe, abe, left):
        directory.grant(person.name, "approver", "state")
    directory.grant(other.name, "policy_analyst", "state")
    end(directory, left, agency="dcss")

    ask = person_pb.ListStateHoldersRequest(role="approver")

    assert list(directory.as_whole("notices.approve").ListStateHolders(ask).people) == [abe.name, zoe.name]


def test_a_role_that_is_not_of_the_state_is_refused_by_its_name(directory):
    with pytest.raises(Refused) as refused:
        directory.as_whole("notices.approve").ListStateHolders(person_pb.ListStateHoldersRequest(role="coordinator"))

    assert (refused.value.reason, refused.value.metadata["value"]) == ("INVALID_FIELD", "coordinator")
