"""Taking somebody on gives a job and nothing else: attacks by a county's coordinator on people whom others keep."""

from datetime import timedelta

import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.directory.v1 import roster_service_pb2 as roster_pb
from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from directory.people import guesses
from servicekit.rpc.client import Refused

GUESSER = "people/5b0e9c6e-0000-4000-8000-00000000000b"
APPROVER = {"family": "Okafor", "given": "Nkechi", "staff_number": "D-77", "email": "nkechi@dcss.example.gov"}
WORKER = {"family": "Ruiz", "given": "Pat", "staff_number": "L-5", "email": "pat@lake.example.gov"}


def take_on(directory, person, agency="mendocino", *, days_ago=30):
    """Give *person* a job, backdated before any other's, as a coordinator may."""
    job = person_pb.Job(local_title="Clerk", job_class="attorney", start_date=directory.day(-days_ago).isoformat())
    ask = person_pb.CreateJobRequest(
        parent=f"agencies/{agency}", person=person, job=job, request_id=directory.request_id()
    )
    return directory.as_coordinator(agency).CreateJob(ask)


def rename(directory, person, agency, **fields):
    ask = person_pb.UpdatePersonRequest(
        person=person_pb.Person(name=person, **fields),
        update_mask=FieldMask(paths=list(fields)),
        request_id=directory.request_id(),
    )
    return directory.as_coordinator(agency).UpdatePerson(ask)


def put_on_leave(directory, person, agency):
    leave = person_pb.Leave(start_date=directory.day().isoformat())
    ask = person_pb.RecordLeaveRequest(person=person, leave=leave, request_id=directory.request_id())
    return directory.as_coordinator(agency).RecordLeave(ask)


def back_from_leave(directory, person, agency):
    ask = person_pb.EndLeaveRequest(
        person=person, return_date=directory.day(1).isoformat(), request_id=directory.request_id()
    )
    return directory.as_coordinator(agency).EndLeave(ask)


def end_job(directory, person, agency, day):
    ask = person_pb.EndJobRequest(
        parent=f"agencies/{agency}", person=person, end_date=day.isoformat(), request_id=directory.request_id()
    )
    return directory.as_coordinator(agency).EndJob(ask)


def named(directory, *agencies, **key):
    where = {"agencies": [f"agencies/{agency}" for agency in agencies]} if agencies else {"whole_state": True}
    return directory.as_whole("sign_ins.exchange").GetSignInPerson(sign_in_pb.GetSignInPersonRequest(**key, **where))


def as_she_stands(directory, person):
    (found,) = (
        directory.as_whole("self.read", "people.read")
        .BatchGetPeople(person_pb.BatchGetPeopleRequest(names=[person]))
        .people
    )
    return found


@pytest.fixture
def approver(directory):
    person = directory.hire("dcss", units=["dcss-policy"], job_class="analyst", **APPROVER)
    directory.confirm(person)
    directory.grant(person.name, "approver", "state")
    return person


@pytest.mark.parametrize("days_ago", [30, 36_500 // 2])
def test_a_coordinator_who_takes_an_approver_on_changes_nothing_of_who_that_is(directory, approver, days_ago):
    taken = take_on(directory, approver.name, days_ago=days_ago)
    before = as_she_stands(directory, approver.name)

    for attack in (
        lambda: rename(directory, approver.name, "mendocino", email="mallory@mendocino.example.gov"),
        lambda: rename(directory, approver.name, "mendocino", family_name="Mallory"),
        lambda: rename(directory, approver.name, "mendocino", telephone="707-555-0100"),
        lambda: put_on_leave(directory, approver.name, "mendocino"),
    ):
        with pytest.raises(Refused) as refused:
            attack()
        assert refused.value.reason == "KEPT_ELSEWHERE"
        assert refused.value.metadata == {"person": approver.name, "keeper": "agencies/dcss"}
    assert list(taken.kept_by) == ["agencies/dcss"]
    assert as_she_stands(directory, approver.name) == before
    assert before.email == APPROVER["email"]


@pytest.mark.parametrize("key", [{"staff_number": "D-77"}, {"email": "nkechi@dcss.example.gov"}, {"person": ""}])
def test_a_countys_provider_names_no_holder_of_a_role_of_the_state(directory, approver, key):
    take_on(directory, approver.name)
    key = {"person": approver.name} if "person" in key else key

    with pytest.raises(Refused) as refused:
        named(directory, "mendocino", **key)

    assert (refused.value.code, refused.value.metadata) == ("NOT_FOUND", {"resource": "people/-"})


def test_who_has_a_role_of_the_state_beside_a_job_in_a_county_is_the_states_to_keep(directory):
    """On loan: the county knew them first, and its provider vouched for them until the role was given."""
    person = directory.hire("lake", **WORKER)
    assert named(directory, "lake", staff_number="L-5").person == person.name
    directory.grant(person.name, "policy_analyst", "state")

    with pytest.raises(Refused):
        named(directory, "lake", staff_number="L-5")
    with pytest.raises(Refused) as refused:
        rename(directory, person.name, "lake", email="other@lake.example.gov")
    assert refused.value.reason == "KEPT_ELSEWHERE"
    assert list(named(directory, staff_number="L-5").kept_by) == ["agencies/dcss"]


def test_a_countys_provider_names_nobody_whom_another_county_knew_first(directory):
    person = directory.hire("lake", **WORKER)
    directory.grant(person.name, "coordinator", "agencies/lake")
    take_on(directory, person.name, days_ago=20_000)

    with pytest.raises(Refused):
        named(directory, "mendocino", staff_number="L-5")
    assert named(directory, "lake", staff_number="L-5").person == person.name
    assert named(directory, "mendocino", "lake", staff_number="L-5").person == person.name


def test_how_to_reach_somebody_is_not_told_to_the_agency_that_takes_them_on(directory):
    person = directory.hire("lake", telephone="707-555-0123", **WORKER)
    there = directory.as_coordinator("mendocino")

    told = [
        take_on(directory, person.name),
        *there.ListPeople(person_pb.ListPeopleRequest(parent="agencies/mendocino")).people,
        *there.BatchGetPeople(person_pb.BatchGetPeopleRequest(names=[person.name])).people,
    ]
    assert [(one.staff_number, one.email, one.telephone) for one in told] == [("L-5", "", "")] * 3
    (first,) = directory.as_coordinator("lake").ListPeople(person_pb.ListPeopleRequest(parent="agencies/lake")).people
    assert (first.email, first.telephone) == (WORKER["email"], "707-555-0123")
    own = directory.as_person(person.name, {"self.read": ["self"]})
    assert own.GetMe(person_pb.GetMeRequest()).person.email == WORKER["email"]


def test_an_agencys_contact_is_told_to_everybody_as_before(directory, approver):
    take_on(directory, approver.name)
    there = directory.as_coordinator("mendocino")
    (seen,) = there.BatchGetPeople(person_pb.BatchGetPeopleRequest(names=[approver.name])).people
    assert seen.email == APPROVER["email"]


def test_leave_that_the_first_agency_recorded_is_not_ended_by_another(directory):
    person = directory.hire("lake", **WORKER)
    put_on_leave(directory, person.name, "lake")
    take_on(directory, person.name)

    with pytest.raises(Refused) as refused:
        back_from_leave(directory, person.name, "mendocino")

    assert refused.value.reason == "KEPT_ELSEWHERE"
    assert back_from_leave(directory, person.name, "lake").leaves[0].end_date == directory.day().isoformat()


def test_after_a_transfer_the_new_agency_keeps_whom_the_old_one_knew(directory):
    person = directory.hire("lake", **WORKER)
    take_on(directory, person.name, days_ago=0)
    end_job(directory, person.name, "lake", directory.day(1))
    assert list(as_she_stands(directory, person.name).kept_by) == ["agencies/lake"]
    end_job(directory, person.name, "lake", directory.day())

    assert list(as_she_stands(directory, person.name).kept_by) == ["agencies/mendocino"]
    assert rename(directory, person.name, "mendocino", telephone="707-555-0199").telephone == "707-555-0199"
    with pytest.raises(Refused):
        rename(directory, person.name, "lake", telephone="707-555-0100")
    assert named(directory, "mendocino", staff_number="L-5").person == person.name


def test_a_job_that_was_never_begun_makes_nobody_the_keeper(directory):
    person = directory.hire("lake", **WORKER)
    taken = take_on(directory, person.name, days_ago=0)
    assert len(taken.jobs) == 2
    end_job(directory, person.name, "mendocino", directory.day())
    end_job(directory, person.name, "lake", directory.day() - timedelta(days=1))
    assert list(as_she_stands(directory, person.name).kept_by) == ["agencies/lake"]


def test_a_file_that_takes_an_approver_on_gives_a_job_and_nothing_else(directory, approver):
    """The file names number and name, an address of its sender's, a telephone and a leave; twice, as jobs go on."""
    row = {
        "agency": "mendocino",
        "staff_number": "D-77",
        "family_name": "Okafor",
        "given_name": "Nkechi",
        "email": "mallory@mendocino.example.gov",
        "telephone": "707-555-0100",
        "local_title": "Clerk",
        "job_class": "attorney",
        "hired_on": "1990-01-01",
        "leave_from": directory.day(-2).isoformat(),
    }
    stub = directory.as_coordinator("mendocino")
    for name in ("Okafor", "Mallory"):
        content = directory.roster(row | {"family_name": name, "units": ""})
        done = directory.import_roster(content, agency="mendocino", stub=stub)
        assert done.state == roster_pb.RosterImport.APPLIED, directory.errors(done)

    found = as_she_stands(directory, approver.name)
    assert (found.email, found.telephone, found.family_name) == (APPROVER["email"], "", "Okafor")
    assert (len(found.jobs), list(found.leaves), found.on_leave) == (2, [], False)
    with pytest.raises(Refused):
        named(directory, "mendocino", staff_number="D-77")


def test_an_address_signs_nobody_in_until_its_owner_confirmed_it(directory):
    person = directory.hire("lake", **WORKER)
    for where in (("lake",), ()):
        with pytest.raises(Refused):
            named(directory, *where, email=WORKER["email"])
    assert not person.email_confirmed

    assert directory.confirm(person).email_confirmed

    assert named(directory, "lake", email=WORKER["email"].upper()).person == person.name
    assert named(directory, email=WORKER["email"]).person == person.name


def test_another_address_is_not_confirmed_whether_a_page_or_a_file_brings_it(directory):
    person = directory.confirm(directory.hire("lake", **WORKER))
    rename(directory, person.name, "lake", given_name="Patricia")
    assert as_she_stands(directory, person.name).email_confirmed
    rename(directory, person.name, "lake", email="p.ruiz@lake.example.gov")
    changed = as_she_stands(directory, person.name)
    assert not changed.email_confirmed
    directory.confirm(changed)

    row = {"staff_number": "L-5", "family_name": "Ruiz", "given_name": "Patricia", "email": "new@lake.example.gov"}
    done = directory.import_roster(directory.roster(row), agency="lake", stub=directory.as_coordinator("lake"))

    assert done.state == roster_pb.RosterImport.APPLIED
    assert not as_she_stands(directory, person.name).email_confirmed
    with pytest.raises(Refused):
        named(directory, "lake", email="new@lake.example.gov")


def test_an_address_is_confirmed_by_its_owner_alone_and_as_it_was_shown(directory):
    person = directory.hire("lake", **WORKER)
    other = directory.hire("lake", family="Lam", staff_number="L-6")
    for who, email in ((other, WORKER["email"]), (person, "else@lake.example.gov"), (person, "")):
        ask = person_pb.ConfirmEmailRequest(email=email, request_id=directory.request_id())
        with pytest.raises(Refused) as refused:
            directory.as_person(who.name, {"self.write": ["self"]}).ConfirmEmail(ask)
        assert refused.value.reason == "STALE"
    with pytest.raises(Refused) as refused:
        directory.as_coordinator("lake").ConfirmEmail(ask)
    assert refused.value.reason == "PERMISSION_MISSING"


def test_who_did_not_confirm_an_address_is_listed_at_the_agency(directory):
    directory.confirm(directory.hire("lake", **WORKER))
    waiting = directory.hire("lake", family="Lam", email="lam@lake.example.gov")
    directory.hire("lake", family="Nobody")

    ask = person_pb.ListPeopleRequest(parent="agencies/lake", only_unconfirmed=True)
    found = directory.as_coordinator("lake").ListPeople(ask)

    assert ([person.name for person in found.people], found.total_size) == ([waiting.name], 1)


def add_person(directory, number, name):
    job = person_pb.Job(agency="agencies/mendocino", local_title="Clerk", job_class="attorney", start_date="2020-01-01")
    person = person_pb.Person(staff_number=number, family_name=name, given_name="Pat", jobs=[job])
    ask = person_pb.CreatePersonRequest(parent="agencies/mendocino", person=person, request_id=directory.request_id())
    return directory.as_coordinator("mendocino", person=GUESSER).CreatePerson(ask)


def test_names_of_people_elsewhere_are_not_found_out_by_trying(directory):
    """Twenty wrong names in a day, by dry runs and the page together: then the right one is answered as a wrong one."""
    directory.hire("lake", **WORKER)
    for number in range(11):
        directory.hire("lake", family=f"Name{number}", given="Pat", staff_number=f"L-{number + 10}")
    stub = directory.as_coordinator("mendocino", person=GUESSER)

    def dry_run(*rows):
        plain = {"agency": "mendocino", "given_name": "Pat", "units": ""}
        content = directory.roster(*(plain | {"staff_number": number, "family_name": name} for number, name in rows))
        return directory.import_roster(content, agency="mendocino", stub=stub, dry_run=True)

    first = dry_run(("L-5", "Ruiz"), *((f"L-{number + 10}", "Wrong") for number in range(11)))
    assert {error[3] for error in directory.errors(first)} == {"belongs to somebody of another name"}
    assert len(directory.errors(first)) == 11
    for _ in range(9):
        with pytest.raises(Refused) as refused:
            add_person(directory, "L-5", "Guess")
        assert refused.value.metadata == {"staff_number": "L-5", "person": ""}

    with pytest.raises(Refused) as refused:
        add_person(directory, "L-5", "Guess")
    assert refused.value.reason == "TOO_MANY_GUESSES"
    with pytest.raises(Refused) as refused:
        add_person(directory, "L-5", "Ruiz")
    assert (refused.value.reason, refused.value.metadata) == ("TOO_MANY_GUESSES", {})
    for name in ("Ruiz", "Guess"):
        (error,) = directory.errors(dry_run(("L-5", name)))
        assert error == (1, "staff_number", "", guesses.RULE)
    assert dry_run(("M-1", "New")).state == roster_pb.RosterImport.CHECKED


def test_another_caller_and_another_day_begin_anew(directory):
    database, today = directory.running.runtime.database, directory.day()
    assert not guesses.too_many(database, GUESSER, day=today, wrong=guesses.MOST)
    assert guesses.too_many(database, GUESSER, day=today, wrong=1)
    assert not guesses.too_many(database, "people/another", day=today, wrong=1)
    assert not guesses.too_many(database, GUESSER, day=today + timedelta(days=1), wrong=1)
