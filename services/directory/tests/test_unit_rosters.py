"""A roster file may say who leads which units of an agency."""

from datetime import datetime, time

import pytest

from cadre.directory.v1 import events_pb2
from cadre.directory.v1 import person_service_pb2 as pb
from cadre.directory.v1 import roster_service_pb2 as roster_pb
from cadre.directory.v1 import unit_service_pb2 as unit_pb
from directory.rules.columns import COLUMNS
from directory.units.jobs import end_leads
from servicekit.calendar import PACIFIC
from servicekit.testing.waiting import wait_until


@pytest.fixture
def units(directory):
    """What a coordinator of Lake calls."""
    return directory.as_coordinator("lake")


def history(units):
    answer = units.ListUnitLeads(unit_pb.ListUnitLeadsRequest(parent="agencies/lake"))
    return [(one.unit, one.person, one.start_date, one.end_date) for one in answer.leads]


def begin(directory, units, person, start):
    """Let somebody lead the legal unit by hand."""
    lead = unit_pb.UnitLead(unit="agencies/lake/units/legal", person=person.name, start_date=str(start))
    ask = unit_pb.CreateUnitLeadRequest(parent="agencies/lake", lead=lead, request_id=directory.request_id())
    units.CreateUnitLead(ask)


def lake(*rows):
    """Rows of people at Lake, each with a number of their own."""
    return [{"staff_number": f"U-{n}", "email": "", **row} for n, row in enumerate(rows, 1)]


def leading(units):
    """Who leads what by now, or will: staff number and unit."""
    people = units.ListPeople(pb.ListPeopleRequest(parent="agencies/lake", page_size=100)).people
    numbers = {one.name: one.staff_number for one in people}
    listed = units.ListUnits(unit_pb.ListUnitsRequest(parent="agencies/lake")).units
    return {(numbers[lead.person], unit.name.rpartition("/")[2]) for unit in listed for lead in unit.leads}


def test_a_roster_says_who_leads_which_units_from_its_day_on(directory, units):
    file = directory.roster(*lake({"leads": "legal;locate", "units": "legal"}, {"leads": "", "hired_on": "2020-01-01"}))

    made = directory.import_roster(file, agency="lake")

    assert (made.state, made.leads_begun, made.leads_ended) == (roster_pb.RosterImport.APPLIED, 2, 0)
    assert leading(units) == {("U-1", "legal"), ("U-1", "locate")}
    assert {row[2] for row in history(units)} == {str(directory.day())}
    told = [lead for event in directory.events(events_pb2.UnitLeadChanged) for lead in event.leads]
    assert sorted((lead.unit, lead.end_date, lead.revision) for lead in told) == [("legal", "", 1), ("locate", "", 1)]


def test_the_same_roster_again_changes_no_lead(directory, units):
    file = directory.roster(*lake({"leads": "legal"}, {}))
    directory.import_roster(file, agency="lake")

    again = directory.import_roster(file, agency="lake")

    assert (again.unchanged, again.leads_begun, again.leads_ended, len(history(units))) == (2, 0, 0, 1)


def test_a_dry_run_says_which_leads_would_change_and_changes_none(directory, units):
    directory.import_roster(directory.roster(*lake({"leads": "legal"}, {})), agency="lake")
    file = directory.roster(*lake({"leads": ""}, {"leads": "legal"}, {"leads": "intake"}))

    made = directory.import_roster(file, agency="lake", dry_run=True)

    assert (made.state, made.leads_begun, made.leads_ended) == (roster_pb.RosterImport.CHECKED, 2, 1)
    assert [(one.row, one.staff_number, one.unit, one.begins) for one in made.lead_changes] == [
        (2, "U-1", "legal", False),
        (3, "U-2", "legal", True),
        (4, "U-3", "intake", True),
    ]
    assert leading(units) == {("U-1", "legal")}
    applied = directory.as_whole("roster.import").ApplyRosterImport(
        roster_pb.ApplyRosterImportRequest(name=made.name, request_id=directory.request_id())
    )
    assert wait_for(directory, applied).lead_changes == made.lead_changes
    assert leading(units) == {("U-2", "legal"), ("U-3", "intake")}


def wait_for(directory, made):
    stub = directory.as_whole("roster.import")
    return wait_until(
        lambda: (
            found
            if (found := stub.GetRosterImport(roster_pb.GetRosterImportRequest(name=made.name))).state
            == roster_pb.RosterImport.APPLIED
            else None
        ),
        "the file should have been applied",
    )


def test_a_roster_without_the_column_touches_no_lead_and_none_to_come_is_touched_by_one_with_it(directory, units):
    person = directory.hire(staff_number="U-1", family="Mills", given="Jo")
    other = directory.hire(staff_number="U-2", family="Mills", given="Jo")
    begin(directory, units, person, directory.day())
    begin(directory, units, other, directory.day(9))
    columns = [column for column in COLUMNS if column != "leads"]

    directory.import_roster(directory.roster(*lake({}, {}), columns=columns), agency="lake")
    assert leading(units) == {("U-1", "legal"), ("U-2", "legal")}

    directory.import_roster(directory.roster(*lake({}, {})), agency="lake")
    assert leading(units) == {("U-2", "legal")}


def test_a_lead_that_cannot_be_refuses_the_file_by_row_column_and_value(directory, units):
    file = directory.roster(
        *lake({"leads": "legal;parking"}, {"leads": "legal", "left_on": str(directory.day(-1))}, {"leads": "legal"})
    )

    made = directory.import_roster(file, agency="lake")

    assert made.state == roster_pb.RosterImport.REFUSED
    assert directory.errors(made) == [(2, "leads", "parking", "is not a work unit")]
    assert history(units) == []


def test_who_left_by_the_file_leads_nothing_by_it(directory):
    left = str(directory.day(-1))
    made = directory.import_roster(directory.roster(*lake({"leads": "legal", "left_on": left})), agency="lake")

    assert directory.errors(made) == [(2, "leads", "legal", f"must be empty: they left on {left}")]


def test_somebody_hired_ahead_leads_from_their_first_day_on(directory, units):
    first = str(directory.day(6))
    directory.import_roster(directory.roster(*lake({"leads": "legal", "hired_on": first})), agency="lake")

    assert [row[2] for row in history(units)] == [first]


def test_who_is_moved_out_of_a_unit_by_a_file_and_leads_it_by_the_same_file_goes_on_leading_it(directory, units):
    directory.import_roster(directory.roster(*lake({"leads": "legal", "units": "legal"})), agency="lake")
    moved = directory.roster(*lake({"leads": "legal", "units": "intake"}))

    made = directory.import_roster(moved, agency="lake")
    end_leads(directory.running.runtime.database, datetime.combine(directory.day(), time(12), PACIFIC))

    assert (made.leads_begun, made.leads_ended) == (1, 1)
    assert leading(units) == {("U-1", "legal")}
    again = directory.import_roster(moved, agency="lake")
    assert (again.unchanged, again.leads_begun, again.leads_ended) == (1, 0, 0)
