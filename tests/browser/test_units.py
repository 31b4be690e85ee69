"""Who leads the units of an agency: seen, changed and looked up later, by the words on the page and without script."""

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre.directory.v1 import unit_service_pb2 as unit_pb
from servicekit.calendar import pacific_date

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

COORDINATOR, BIG_COORDINATOR = "Coordinator, Lake", "Coordinator, Los Angeles"


def day(offset=0):
    return (pacific_date(datetime.now(UTC)) + timedelta(days=offset)).isoformat()


def row_of(visitor, unit):
    """The row of a unit in the list."""
    return visitor.page.get_by_role("row").filter(has=visitor.page.get_by_role("rowheader", name=unit, exact=True))


def chosen(visitor):
    """Choose the first person who is offered."""
    label = visitor.page.locator("label.usa-radio__label").first
    label.click()
    return label.inner_text()


def test_somebody_is_said_to_lead_a_unit_after_what_that_does_was_said_and_the_history_is_kept(person):
    coordinator = person().sign_in(COORDINATOR)
    coordinator.go("/agencies/lake/people")
    coordinator.press("Units")
    expect(row_of(coordinator, "Intake")).to_contain_text("Nobody")

    coordinator.press("Say who leads Intake")
    name = chosen(coordinator).split(",")[0]
    coordinator.press("Go on")
    coordinator.sees("and nobody else by it")
    coordinator.press("Yes, record it")

    coordinator.sees("Recorded who leads this unit.")
    coordinator.go("/agencies/lake/units")
    expect(row_of(coordinator, "Intake")).to_contain_text(name)
    row_of(coordinator, "Intake").get_by_role("link", name=name).click()
    coordinator.sees("Leads units here")
    coordinator.press("Intake")
    coordinator.press(re.compile("^End this"))
    expect(coordinator.page.get_by_role("radio", name=name)).to_be_checked()
    coordinator.press("Leads it no longer")
    coordinator.sees("It stays on record")
    coordinator.sees("Never: recorded by mistake")


def test_one_takes_over_from_another_on_a_day_to_come(person):
    coordinator = person().sign_in(COORDINATOR)
    coordinator.go("/agencies/lake/units/enforcement")
    before = coordinator.page.get_by_role("table", name="Who leads it").get_by_role("rowheader").inner_text()
    coordinator.press("Somebody else leads this unit")
    label = chosen(coordinator)
    assert not label.startswith(before), "who leads it is not offered"
    coordinator.type("First day on which they lead it", day(7))
    expect(coordinator.page.get_by_label("And who leads it until then?")).to_contain_text(
        f"{before} leads it no longer"
    )
    coordinator.press("Go on")
    coordinator.sees(f"{before} leads it until then")
    coordinator.press("Yes, record it")

    table = coordinator.page.get_by_role("table", name="Who leads it")
    expect(table.get_by_role("row").nth(1)).to_contain_text(before)
    expect(table.get_by_role("row").nth(2)).to_contain_text(label.split(",")[0])
    expect(table.get_by_role("row").nth(2)).to_contain_text("To come")


def test_a_big_agency_finds_people_by_name_and_who_is_not_chosen_is_asked_for(person):
    coordinator = person().sign_in(BIG_COORDINATOR)
    coordinator.go("/agencies/los-angeles/units/enforcement/lead")
    coordinator.type(re.compile("^Name or staff number"), "nobody-has-this-name")
    coordinator.press("Find")
    coordinator.sees("Nobody matches.")
    coordinator.go("/agencies/los-angeles/units/enforcement/lead")
    coordinator.press("Go on")
    coordinator.sees("Choose the person.")


def test_who_leads_a_unit_sees_its_people_on_every_page_and_nobody_else(person, cadre, letter):
    ask, units, people = cadre.access.ask, cadre.access.units, cadre.access.people
    personas = ask(cadre.access.sign_ins.ListPersonas, sign_in_pb.ListPersonasRequest()).personas
    specialist = next(one.person for one in personas if one.part == "learner")
    coordinator = cadre.cast.leads["lake"]
    lead = unit_pb.UnitLead(unit="agencies/lake/units/clerical", person=specialist, start_date=day())
    create = unit_pb.CreateUnitLeadRequest(parent="agencies/lake", lead=lead, request_id=str(uuid.uuid4()))
    made = ask(units.CreateUnitLead, create, person=coordinator)
    listed = ask(people.ListPeople, person_pb.ListPeopleRequest(parent="agencies/lake"), person=coordinator).people
    inside = {one.display_name for one in listed if "clerical" in one.jobs[-1].units}
    # Who stands for the agency is named to all of it: who leads the letter here, confirmed it, ticked a line.
    lake = ask(cadre.access.agencies.GetAgency, agency_pb.GetAgencyRequest(name="agencies/lake"), person=coordinator)
    named = {made.display_name} | {one.display_name for one in lake.contacts}
    outside = {one.name: one.display_name for one in listed if one.display_name not in inside | named}

    visitor = person().sign_in("Specialist, Lake")
    visitor.go("/home")
    visitor.press("My agency")
    visitor.sees("You see the people of your unit: Clerical and imaging.")
    expect(visitor.page.get_by_role("navigation").get_by_role("link", name="People", exact=True)).to_have_count(1)
    under = f"/agencies/lake/letters/{letter}"
    for path in ("/home", "/agencies/lake/people", "/agencies/lake/units", f"{under}/briefing", under):
        assert visitor.go(path).status == 200
        shown = visitor.page.inner_text("main")
        assert [name for name in outside.values() if name in shown] == [], path
    visitor.sees("These are the numbers of the whole agency. Below are the people of your unit: Clerical and imaging.")
    visitor.go("/agencies/lake/people")
    assert [name for name in inside if name not in visitor.page.inner_text("main")] == []
    assert visitor.page.get_by_role("link", name="What our staff say").count() == 0
    assert visitor.go(f"/agencies/lake/{next(iter(outside))}").status == 404
    assert visitor.go("/agencies/lake/units/enforcement").status == 404

    end = unit_pb.EndUnitLeadRequest(
        parent="agencies/lake", name=made.name, end_date=day(), request_id=str(uuid.uuid4())
    )
    ask(units.EndUnitLead, end, person=coordinator)
    visitor = person().sign_in("Specialist, Lake")
    assert visitor.page.get_by_role("navigation").get_by_role("link", name="People", exact=True).count() == 0
