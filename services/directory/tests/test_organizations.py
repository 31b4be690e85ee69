"""Organizations outside, and who speaks for them: recorded, signed in, ended, and in no list of our staff."""

import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.directory.v1 import organization_service_pb2 as pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre.directory.v1.person_service_pb2_grpc import PersonServiceStub
from directory.rules import names, roles
from servicekit.rpc.client import Channel, Refused

WRITES = {"organizations.write": ["state"], "organizations.read": ["self"], "self.read": ["self"]}
READS = {right: ["self"] for right in roles.EVERYONE}
FROM_OUTSIDE = {right: ["self"] for right in roles.OUTSIDE}


@pytest.fixture
def desk(directory):
    """Who looks after organizations."""
    return directory.as_person("people/00000000-0000-0000-0000-00000000000a", WRITES)


def make(desk, directory, title="Child Support Directors Association", **fields):
    given = {"title": title, "short_title": "CSDA", "kind": pb.Organization.ASSOCIATION} | fields
    ask = pb.CreateOrganizationRequest(organization=pb.Organization(**given), request_id=directory.request_id())
    return desk.CreateOrganization(ask)


def add(desk, directory, organization, *, start=-10, staff_number="", **fields):
    given = {"given_name": "Ines", "family_name": "Marlow", "title": "Chair", "email": "ines@csda.example.org"} | fields
    person = pb.OutsidePerson(start_date=directory.day(start).isoformat(), **given)
    ask = pb.CreateOutsidePersonRequest(
        parent=organization.name, person=person, staff_number=staff_number, request_id=directory.request_id()
    )
    return desk.CreateOutsidePerson(ask)


def end(desk, directory, person, day=0, reason="They changed work"):
    ask = pb.EndAffiliationRequest(
        name=person.affiliation,
        end_date=directory.day(day).isoformat(),
        reason=reason,
        request_id=directory.request_id(),
    )
    return desk.EndAffiliation(ask)


def rights_of(directory, person):
    """What somebody may do who signs in now."""
    token = directory.as_whole("sign_ins.exchange").ExchangeSignIn(sign_in_pb.ExchangeSignInRequest(person=person))
    channel = Channel(f"127.0.0.1:{directory.running.port}", lambda: token.token)
    directory.running._channels.append(channel)
    me = channel.stub(PersonServiceStub).GetMe(person_pb.GetMeRequest())
    return me, {right.right: list(right.scopes) for right in me.rights}


def test_an_organization_is_recorded_under_the_words_of_its_title_and_seen_by_others_once_listed(directory, desk):
    made = make(desk, directory)
    reader = directory.as_person("people/00000000-0000-0000-0000-00000000000b", READS)

    assert (made.name, made.listed, made.people_count) == ("organizations/csda", False, 0)
    assert list(reader.ListOrganizations(pb.ListOrganizationsRequest()).organizations) == []
    with pytest.raises(Refused) as refused:
        reader.GetOrganization(pb.GetOrganizationRequest(name=made.name))
    assert refused.value.reason == "NOT_FOUND"
    with pytest.raises(Refused) as refused:
        make(desk, directory)
    assert refused.value.reason == "ALREADY_EXISTS"

    made.listed, made.source = True, "Its public site"
    mask = FieldMask(paths=["listed", "source"])
    ask = pb.UpdateOrganizationRequest(organization=made, update_mask=mask, request_id=directory.request_id())
    desk.UpdateOrganization(ask)
    (seen,) = reader.ListOrganizations(pb.ListOrganizationsRequest()).organizations
    assert (seen.title, seen.source, seen.etag) == ("Child Support Directors Association", "Its public site", "")
    ask.request_id = directory.request_id()
    with pytest.raises(Refused) as refused:
        desk.UpdateOrganization(ask)
    assert refused.value.reason == "STALE"


def test_a_tribe_is_listed_with_its_consent_alone_and_named_to_nobody_else_before(directory, desk):
    tribe = make(desk, directory, "A tribe of the north", short_title="North", kind=pb.Organization.TRIBE)
    person = add(desk, directory, tribe)
    reader = directory.as_person("people/00000000-0000-0000-0000-00000000000b", READS)
    by_id = person_pb.BatchGetPeopleRequest(names=[person.name])

    def listed(by="", on=""):
        said = pb.Organization(name=tribe.name, listed=True, consent_by=by, consent_date=on)
        mask = FieldMask(paths=["listed", "consent_by", "consent_date"])
        ask = pb.UpdateOrganizationRequest(organization=said, update_mask=mask, request_id=directory.request_id())
        return desk.UpdateOrganization(ask)

    for by, on, field in (
        ("", "", "organization.consent_by"),
        ("The council", "", "organization.consent_date"),
        ("The council", directory.day(1).isoformat(), "organization.consent_date"),
    ):
        with pytest.raises(Refused) as refused:
            listed(by, on)
        assert [*refused.value.fields] == [field]
    (found,) = reader.BatchGetPeople(by_id).people
    assert [(one.organization, one.organization_title) for one in found.affiliations] == [("", "A tribe")]

    assert listed("The council", directory.day(-1).isoformat()).listed
    (found,) = reader.BatchGetPeople(by_id).people
    assert [one.organization_title for one in found.affiliations] == ["North"]


def test_who_speaks_for_an_organization_has_a_number_that_staff_cannot_have_and_few_rights(directory, desk):
    person = add(desk, directory, make(desk, directory))

    assert names.is_outside_number(person.number)
    me, held = rights_of(directory, person.name)
    assert held == FROM_OUTSIDE
    assert [one.organization for one in me.person.affiliations] == ["organizations/csda"]
    assert (list(me.person.jobs), list(me.person.kept_by), list(me.grants)) == ([], [], [])
    found = directory.as_whole("sign_ins.exchange").GetSignInPerson(
        sign_in_pb.GetSignInPersonRequest(staff_number=person.number, whole_state=True)
    )
    assert (found.may_sign_in, list(found.organizations)) == (True, ["organizations/csda"])

    end(desk, directory, person)
    with pytest.raises(Refused) as refused:
        rights_of(directory, person.name)
    assert refused.value.reason == "NO_CURRENT_WORK"
    with pytest.raises(Refused) as refused:
        end(desk, directory, person)
    assert refused.value.reason == "AFFILIATION_ENDED"


def test_one_of_our_staff_who_speaks_for_an_organization_keeps_what_they_are_and_has_both_sets_of_rights(
    directory, desk
):
    staff = directory.hire(email="jo@lake.example.org")
    organization = make(desk, directory)
    person = add(desk, directory, organization, staff_number=staff.staff_number, email="other@csda.example.org")

    assert (person.name, person.staff, person.display_name, person.email) == (staff.name, True, "Jo Mills", "")
    assert directory.staff()[staff.staff_number].email == "jo@lake.example.org"
    assert rights_of(directory, staff.name)[1] == READS
    with pytest.raises(Refused) as refused:
        add(desk, directory, organization, staff_number=staff.staff_number)
    assert refused.value.reason == "AFFILIATION_OVERLAPS"

    def change(**fields):
        said = pb.OutsidePerson(name=person.name, affiliation=person.affiliation, etag=person.etag, **fields)
        ask = pb.UpdateOutsidePersonRequest(
            person=said, update_mask=FieldMask(paths=[*fields]), request_id=directory.request_id()
        )
        return desk.UpdateOutsidePerson(ask)

    with pytest.raises(Refused) as refused:
        change(email="taken@csda.example.org")
    assert refused.value.reason == "KEPT_BY_AGENCY"
    assert change(title="Past chair").title == "Past chair"

    directory.as_whole("people.write").EndJob(
        person_pb.EndJobRequest(
            parent="agencies/lake",
            person=staff.name,
            end_date=directory.day().isoformat(),
            request_id=directory.request_id(),
        )
    )
    assert rights_of(directory, staff.name)[1] == FROM_OUTSIDE


def test_names_and_address_of_somebody_from_outside_are_changed_there_and_nowhere_else(directory, desk):
    organization = make(desk, directory)
    person = add(desk, directory, organization)
    said = pb.OutsidePerson(
        name=person.name, affiliation=person.affiliation, family_name="Marlowe", email="im@csda.example.org"
    )
    ask = pb.UpdateOutsidePersonRequest(
        person=said, update_mask=FieldMask(paths=["family_name", "email"]), request_id=directory.request_id()
    )
    changed = desk.UpdateOutsidePerson(ask)

    assert (changed.display_name, changed.email, changed.title) == ("Ines Marlowe", "im@csda.example.org", "Chair")
    update = person_pb.UpdatePersonRequest(
        person=person_pb.Person(name=person.name, email="x@lake.example.org"),
        update_mask=FieldMask(paths=["email"]),
        request_id=directory.request_id(),
    )
    with pytest.raises(Refused) as refused:
        directory.as_coordinator("lake").UpdatePerson(update)
    assert refused.value.reason == "NOT_FOUND"
    assert [one.number for one in desk.ListOutsidePeople(pb.ListOutsidePeopleRequest(parent=organization.name)).people]


def test_nobody_from_outside_is_given_a_job_or_a_role_and_no_file_or_page_gives_staff_their_numbers(directory, desk):
    person = add(desk, directory, make(desk, directory))
    job = person_pb.Job(local_title="Officer", job_class="attorney", start_date=directory.day().isoformat())
    asked = person_pb.CreateJobRequest(
        parent="agencies/lake", person=person.name, job=job, request_id=directory.request_id()
    )

    for ask, field in (
        (lambda: directory.as_coordinator("lake").CreateJob(asked), "person"),
        (lambda: directory.grant(person.name, "operator", "state"), "grant.person"),
        (lambda: directory.hire(staff_number=person.number), "person.staff_number"),
        (lambda: directory.hire(staff_number="x00000017"), "person.staff_number"),
    ):
        with pytest.raises(Refused) as refused:
            ask()
        assert (refused.value.reason, [*refused.value.fields]) == ("INVALID_FIELD", [field])
    roster = directory.import_roster(directory.roster({"staff_number": person.number}))
    rule = "must not be X- and eight digits: such numbers are given to people from outside the program"
    assert directory.errors(roster) == [(2, "staff_number", person.number, rule)]


def test_an_audience_that_names_somebody_from_outside_or_everybody_has_none_of_them(directory, desk):
    staff = directory.hire()
    everybody = directory.audience()
    person = add(desk, directory, make(desk, directory))
    named = directory.audience(audience_pb.AudienceClause(people=[person.name]))

    assert (directory.get_audience(everybody).people, directory.get_audience(named).people) == (1, 0)
    assert [*directory.staff()] == [staff.staff_number]


def test_a_caller_from_outside_is_told_of_others_from_outside_and_of_none_of_our_staff(directory, desk):
    staff = directory.hire("dcss", job_class="analyst")
    organization = make(desk, directory, listed=True)
    one, other = add(desk, directory, organization), add(desk, directory, organization, email="", given_name="Abe")
    by_id = person_pb.BatchGetPeopleRequest(names=[staff.name, one.name, other.name])

    from_outside = directory.as_person(one.name, FROM_OUTSIDE).BatchGetPeople(by_id).people
    assert {found.name for found in from_outside} == {one.name, other.name}
    seen = {found.name: found for found in directory.as_coordinator("lake").BatchGetPeople(by_id).people}
    assert seen.keys() == {staff.name, one.name, other.name}
    assert (seen[one.name].display_name, seen[one.name].email, seen[one.name].staff_number) == ("Ines Marlow", "", "")
    end(desk, directory, other)
    assert other.name not in {found.name for found in directory.as_coordinator("lake").BatchGetPeople(by_id).people}
