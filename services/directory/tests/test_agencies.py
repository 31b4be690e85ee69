"""Agencies and reference data, through the contract."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.directory.v1 import events_pb2
from cadre.directory.v1 import person_service_pb2 as person_pb
from servicekit.calendar import pacific_date
from servicekit.rpc.client import Refused

LISTING = {"agencies.read": ["self"]}


def listing(directory, **fields):
    return directory.as_person("people/anybody", LISTING).ListAgencies(agency_pb.ListAgenciesRequest(**fields))


def take_in(directory, *agencies, **given):
    ask = agency_pb.ImportReferenceRequest(agencies=agencies, request_id=directory.request_id(), **given)
    return directory.as_whole("reference.import").ImportReference(ask).agencies_changed


def agency(slug, **fields):
    plain = {"title": slug.title(), "short_title": slug.title(), "kind": "single-county", "region": "Northern"}
    return agency_pb.Agency(name=f"agencies/{slug}", **(plain | fields))


def test_agencies_are_listed_by_name_page_by_page(directory):
    first = listing(directory, page_size=3)
    second = listing(directory, page_size=3, page_token=first.next_page_token)

    titles = [each.short_title for each in [*first.agencies, *second.agencies]]
    assert titles == ["Department of Child Support Services", "Lake County", "Los Angeles County", "Mendocino County"]
    assert second.next_page_token == ""


def test_a_token_of_another_list_is_refused(directory):
    token = listing(directory, page_size=2).next_page_token
    people = directory.as_whole("people.read")

    with pytest.raises(Refused) as refused:
        people.ListPeople(person_pb.ListPeopleRequest(parent="agencies/lake", page_token=token))

    assert (refused.value.reason, list(refused.value.fields)) == ("INVALID_FIELD", ["page_token"])


def test_reference_data_that_come_again_change_nothing(directory):
    lake = agency("lake", title="Lake County Department", short_title="Lake County")

    assert take_in(directory, lake) == 0
    assert take_in(directory, agency("lake", title="Another title", short_title="Lake County")) == 1


def test_every_new_or_changed_agency_is_told_with_its_kind(directory):
    before = len(directory.events(events_pb2.AgencyListed))
    assert before == 4

    take_in(directory, agency("lake", kind="regional", short_title="Lake County"))

    assert directory.events(events_pb2.AgencyListed)[before:] == [
        events_pb2.AgencyListed(agency_id="lake", kind="regional")
    ]


def test_a_county_that_changes_its_agency_keeps_its_history(directory):
    counties = [agency_pb.County(fips="06011", title="Colusa", population=1)]
    take_in(
        directory,
        agency("colusa", counties=[agency_pb.CountyMembership(fips="06011", end_date="2021-01-02")]),
        agency("sutter", counties=[agency_pb.CountyMembership(fips="06011", start_date="2021-01-02")]),
        counties=counties,
    )

    stub = directory.as_person("people/anybody", LISTING)
    old, new = (stub.GetAgency(agency_pb.GetAgencyRequest(name=f"agencies/{slug}")) for slug in ("colusa", "sutter"))
    assert list(old.counties) == [agency_pb.CountyMembership(fips="06011", end_date="2021-01-02")]
    assert list(new.counties) == [agency_pb.CountyMembership(fips="06011", start_date="2021-01-02")]


def test_a_county_cannot_belong_to_two_agencies_on_one_day_even_in_two_imports(directory):
    counties = [agency_pb.County(fips="06011", title="Colusa", population=1)]
    take_in(directory, agency("colusa", counties=[agency_pb.CountyMembership(fips="06011")]), counties=counties)

    with pytest.raises(Refused) as refused:
        take_in(
            directory, agency("sutter", counties=[agency_pb.CountyMembership(fips="06011", start_date="2021-01-02")])
        )

    assert refused.value.reason == "COUNTY_HAS_TWO_AGENCIES"
    assert refused.value.metadata == {"fips": "06011", "agency": "sutter", "other": "colusa"}


def preview(directory):
    everybody = audience_pb.AudienceExpression(include=[audience_pb.AudienceClause()])
    answer = directory.as_whole("audiences.read").PreviewAudience(
        audience_pb.PreviewAudienceRequest(expression=everybody)
    )
    return answer.sentence, {row.agency.removeprefix("agencies/"): row.staff for row in answer.agencies}


def test_an_agency_that_joins_another_ends_and_its_history_and_people_stay(directory):
    today = pacific_date(datetime.now(UTC))
    ended, ahead = (today + timedelta(days=days) for days in (0, 30))
    stays = directory.hire("mendocino")
    sentence, counted = preview(directory)

    def joined(end):
        mendocino = agency("mendocino", end_date=end.isoformat(), region="Northern")
        mendocino.counties.add(fips="06045", end_date=end.isoformat())
        lake = agency("lake", kind="regional", region="Northern")
        lake.counties.add(fips="06045", start_date=end.isoformat())
        take_in(directory, mendocino, lake, counties=[agency_pb.County(fips="06045", title="Mendocino", population=1)])
        return preview(directory)

    before = joined(ahead)
    after = joined(ended)

    directory.as_whole("people.write").EndJob(
        person_pb.EndJobRequest(
            parent="agencies/mendocino",
            person=stays.name,
            end_date=today.isoformat(),
            request_id=directory.request_id(),
        )
    )
    emptied = preview(directory)

    number = int(sentence.split()[-2])
    assert before == (sentence, counted)
    # Whoever still has a job there is not left out; the agency itself gets no more letters.
    assert after == (sentence.replace(str(number), str(number - 1)), counted)
    assert emptied[1] == {name: staff for name, staff in counted.items() if name != "mendocino"}
    told = directory.events(events_pb2.AgencyListed)
    assert [one.end_date for one in told if one.agency_id == "mendocino"][-2:] == [str(ahead), str(ended)]
    shown = directory.as_person("people/anybody", LISTING).GetAgency(
        agency_pb.GetAgencyRequest(name="agencies/mendocino")
    )
    assert (shown.end_date, list(shown.counties)) == (
        str(ended),
        [agency_pb.CountyMembership(fips="06045", end_date=str(ended))],
    )


def test_nobody_begins_at_an_agency_that_has_ended(directory):
    take_in(directory, agency("mendocino", end_date="2024-07-01"))

    earlier = directory.hire("mendocino", start=date(2024, 6, 30))
    with pytest.raises(Refused) as refused:
        directory.hire("mendocino", start=date(2024, 7, 1))
    rows = [{"agency": "mendocino", "hired_on": day} for day in ("2024-06-30", "2024-07-01")]
    file = directory.import_roster(directory.roster(*rows))

    assert earlier.jobs[0].start_date == "2024-06-30"
    assert list(refused.value.fields) == ["job.start_date"]
    assert directory.errors(file) == [(3, "agency", "mendocino", "ended on 2024-07-01: name the agency that took over")]


def test_counties_of_an_agency_end_with_it(directory):
    counties = [agency_pb.County(fips="06045", title="Mendocino", population=1)]
    for end in ("", "2026-02-02"):
        with pytest.raises(Refused) as refused:
            take_in(
                directory,
                agency(
                    "mendocino",
                    end_date="2026-02-01",
                    counties=[agency_pb.CountyMembership(fips="06045", end_date=end)],
                ),
                counties=counties,
            )
        assert list(refused.value.fields) == ["agencies.counties.end_date"]
        assert "when the agency ends" in refused.value.metadata["rule"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"agencies": [agency("Lake")]}, "agencies"),
        ({"agencies": [agency("lake", kind="tribal")]}, "agencies.kind"),
        ({"agencies": [agency("lake", title="")]}, "agencies.title"),
        ({"agencies": [agency("lake"), agency("lake")]}, "agencies"),
        ({"agencies": [agency("lake", counties=[agency_pb.CountyMembership(fips="06999")])]}, "agencies.counties.fips"),
        ({"counties": [agency_pb.County(fips="6001", title="Alameda")]}, "counties.fips"),
        ({"units": [agency_pb.WorkUnit(slug="legal")]}, "units.title"),
        ({"job_classes": [agency_pb.JobClass(slug="x y", title="X")]}, "job_classes"),
    ],
)
def test_reference_data_that_make_no_sense_are_refused(directory, wrong, field):
    with pytest.raises(Refused) as refused:
        directory.as_whole("reference.import").ImportReference(
            agency_pb.ImportReferenceRequest(request_id=directory.request_id(), **wrong)
        )
    assert (refused.value.code, list(refused.value.fields)) == ("INVALID_ARGUMENT", [field])


def test_a_unit_says_whether_it_is_a_division_of_the_state(directory):
    stub = directory.as_whole("reference.import", "agencies.read")
    units = [
        agency_pb.WorkUnit(slug="policy", title="Policy", of_state=True),
        agency_pb.WorkUnit(slug="legal", title="Legal"),
    ]
    stub.ImportReference(agency_pb.ImportReferenceRequest(units=units, request_id=directory.request_id()))

    known = {unit.slug: unit.of_state for unit in stub.ListVocabulary(agency_pb.ListVocabularyRequest()).units}

    assert known["policy"]
    assert not known["legal"]
    assert len(known) > 2


def test_an_agency_shows_its_staff_and_whom_to_ask(directory):
    person = directory.hire("lake", family="Perry", given="Danielle", email="perry@lake.example.org")
    directory.hire("lake")
    directory.grant(person.name, "coordinator", "agencies/lake")
    supervisor = directory.hire("lake")
    directory.grant(supervisor.name, "supervisor", "agencies/lake")

    lake = directory.as_person("people/anybody", LISTING).GetAgency(agency_pb.GetAgencyRequest(name="agencies/lake"))

    assert lake.staff == 3
    assert list(lake.contacts) == [
        agency_pb.Contact(
            person=person.name, display_name="Danielle Perry", email="perry@lake.example.org", role="coordinator"
        )
    ]


def test_an_agency_that_does_not_exist_is_not_found(directory):
    with pytest.raises(Refused) as refused:
        directory.as_person("people/anybody", LISTING).GetAgency(agency_pb.GetAgencyRequest(name="agencies/atlantis"))
    assert (refused.value.reason, refused.value.metadata) == ("NOT_FOUND", {"resource": "agencies/atlantis"})


def test_forms_offer_units_classes_and_regions(directory):
    vocabulary = directory.as_person("people/anybody", LISTING).ListVocabulary(agency_pb.ListVocabularyRequest())

    assert [unit.slug for unit in vocabulary.units] == ["dcss-policy", "intake", "legal", "locate"]
    assert "attorney" in [each.slug for each in vocabulary.job_classes]
    assert list(vocabulary.regions) == ["Northern", "Southern"]
