"""Who leads the units of an agency, from when to when, and what others are told of it."""

from datetime import datetime, time

import psycopg
import pytest

from cadre.directory.v1 import events_pb2
from cadre.directory.v1 import person_service_pb2 as pb
from cadre.directory.v1 import unit_service_pb2 as unit_pb
from cadre.directory.v1.unit_service_pb2_grpc import UnitServiceStub
from directory.units.jobs import end_leads
from directory.units.projections import PROJECTIONS
from servicekit.background.jobs import Progress
from servicekit.calendar import PACIFIC
from servicekit.rpc.client import Refused

LEGAL, LOCATE = "agencies/lake/units/legal", "agencies/lake/units/locate"


def noon(day):
    return datetime.combine(day, time(12), PACIFIC)


@pytest.fixture
def units(directory):
    """The contract of units, for a coordinator of Lake."""
    scopes = ["agencies/lake"]
    rights = {"people.read": scopes, "people.write": scopes}
    caller = "people/00000000-0000-0000-0000-000000000001"
    return directory.running.stub(UnitServiceStub, caller=caller, rights=rights)


@pytest.fixture
def begin(directory, units):
    """Let somebody lead a unit, from today on unless said otherwise."""

    def run(person, unit=LEGAL, *, start=None, end=None, replaces="", request_id=""):
        lead = unit_pb.UnitLead(
            unit=unit,
            person=person.name,
            start_date=(start or directory.day()).isoformat(),
            end_date=end.isoformat() if end else "",
        )
        parent = unit.partition("/units/")[0]
        ask = unit_pb.CreateUnitLeadRequest(
            parent=parent, lead=lead, replaces=replaces, request_id=request_id or directory.request_id()
        )
        return units.CreateUnitLead(ask)

    return run


@pytest.fixture
def end(directory, units):
    def run(lead, day):
        ask = unit_pb.EndUnitLeadRequest(
            parent="agencies/lake", name=lead.name, end_date=day.isoformat(), request_id=directory.request_id()
        )
        return units.EndUnitLead(ask)

    return run


@pytest.fixture
def turn(directory):
    """Run the job that ends leads, as on a day from today."""
    return lambda days=0: end_leads(directory.running.runtime.database, noon(directory.day(days)))


def listed(units, day=""):
    """The units of Lake with head count and who leads them."""
    answer = units.ListUnits(unit_pb.ListUnitsRequest(parent="agencies/lake", day=str(day)))
    return {one.name: (one.staff, [lead.person for lead in one.leads]) for one in answer.units}


def history(units, **filters):
    answer = units.ListUnitLeads(unit_pb.ListUnitLeadsRequest(parent="agencies/lake", **filters))
    return [(one.unit, one.person, one.start_date, one.end_date) for one in answer.leads]


def told(directory):
    return [
        (event.agency_id, lead.unit, f"people/{lead.person_id}", lead.start_date, lead.end_date, lead.revision)
        for event in directory.events(events_pb2.UnitLeadChanged)
        for lead in event.leads
    ]


def leave_job(directory, person, day, agency="agencies/lake"):
    directory.as_whole("people.write").EndJob(
        pb.EndJobRequest(parent=agency, person=person.name, end_date=day.isoformat(), request_id=directory.request_id())
    )


def move(directory, person, *units):
    job = pb.Job(local_title="Local title", job_class="attorney", units=units)
    directory.as_whole("people.write").UpdateJob(
        pb.UpdateJobRequest(parent="agencies/lake", person=person.name, job=job, request_id=directory.request_id())
    )


def refused_with(call, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return refused.value.reason, [*refused.value.fields]


# ---- as of a day ----


def test_units_are_those_in_which_somebody_works_or_which_somebody_leads_with_their_head_counts(
    directory, units, begin
):
    lead = directory.hire(units=["legal"])
    directory.hire(units=["legal", "intake"])
    directory.hire("mendocino", units=["locate"])
    begin(lead, LEGAL)
    begin(lead, LOCATE)

    assert listed(units) == {
        "agencies/lake/units/intake": (1, []),
        LEGAL: (2, [lead.name]),
        LOCATE: (0, [lead.name]),
    }


def test_who_is_on_leave_is_counted_apart(directory, units):
    away = directory.hire(units=["legal"])
    directory.hire(units=["legal"])
    directory.as_whole("people.write").RecordLeave(
        pb.RecordLeaveRequest(
            person=away.name,
            leave=pb.Leave(start_date=directory.day().isoformat()),
            request_id=directory.request_id(),
        )
    )

    (unit,) = units.ListUnits(unit_pb.ListUnitsRequest(parent="agencies/lake")).units

    assert (unit.title, unit.staff, unit.on_leave) == ("Legal", 2, 1)


def test_a_day_shows_who_led_the_unit_then_and_who_will(directory, units, begin):
    first, second = directory.hire(family="First"), directory.hire(family="Second")
    begin(first, start=directory.day(-100), end=directory.day(-10))
    begin(second, start=directory.day(5))

    assert listed(units, directory.day(-50))[LEGAL][1] == [first.name, second.name]
    assert listed(units)[LEGAL][1] == [second.name]


def test_several_lead_a_unit_at_the_same_time_by_name(directory, units, begin):
    zed, abe = directory.hire(family="Zed"), directory.hire(family="Abe")
    begin(zed)
    begin(abe)

    assert listed(units)[LEGAL][1] == [abe.name, zed.name]


def test_units_come_in_pages(directory, units):
    directory.hire(units=["legal", "intake", "locate"])
    request = unit_pb.ListUnitsRequest(parent="agencies/lake", page_size=2)
    first = units.ListUnits(request)
    request.page_token = first.next_page_token
    second = units.ListUnits(request)

    assert [one.title for one in (*first.units, *second.units)] == ["Intake", "Legal", "Locate"]
    assert not second.next_page_token


# ---- beginning and ending ----


def test_somebody_takes_over_from_who_led_before_on_one_day(directory, units, begin):
    before, after = directory.hire(), directory.hire()
    lead = begin(before, start=directory.day(-30))

    begin(after, start=directory.day(3), replaces=lead.name)

    assert history(units) == [
        (LEGAL, after.name, str(directory.day(3)), ""),
        (LEGAL, before.name, str(directory.day(-30)), str(directory.day(3))),
    ]


def test_the_history_is_of_a_unit_or_of_a_person_and_in_pages(directory, units, begin):
    one, other = directory.hire(), directory.hire()
    begin(one, LEGAL, start=directory.day(-3))
    begin(one, LOCATE, start=directory.day(-2))
    begin(other, LEGAL, start=directory.day(-1))

    assert [row[1] for row in history(units, unit="legal")] == [other.name, one.name]
    assert [row[0] for row in history(units, person=one.name)] == [LOCATE, LEGAL]
    request = unit_pb.ListUnitLeadsRequest(parent="agencies/lake", page_size=2)
    request.page_token = units.ListUnitLeads(request).next_page_token
    assert [one.start_date for one in units.ListUnitLeads(request).leads] == [str(directory.day(-3))]


def test_a_lead_that_ends_on_its_first_day_was_a_mistake_and_is_in_nobodys_way(directory, units, begin, end):
    person = directory.hire()
    end(begin(person), directory.day())
    begin(person)

    assert listed(units)[LEGAL][1] == [person.name]
    assert [row[3] for row in history(units)] in ([str(directory.day()), ""], ["", str(directory.day())])


def test_the_same_request_again_is_answered_as_before(directory, units, begin):
    person, request_id = directory.hire(), directory.request_id()

    assert begin(person, request_id=request_id) == begin(person, request_id=request_id)
    assert len(history(units)) == 1


def test_what_cannot_be_is_refused_with_the_reason(directory, begin, end):
    person, elsewhere = directory.hire(start=directory.day(-10)), directory.hire("mendocino")
    lead = begin(person)

    assert refused_with(begin, person)[0] == "LEAD_OVERLAPS"
    assert refused_with(begin, elsewhere) == ("LEAD_WITHOUT_JOB", ["lead.start_date"])
    assert refused_with(begin, person, LOCATE, start=directory.day(-11)) == ("LEAD_WITHOUT_JOB", ["lead.start_date"])
    assert refused_with(begin, person, "agencies/lake/units/none") == ("INVALID_FIELD", ["lead.unit"])
    assert refused_with(begin, person, LOCATE, end=directory.day()) == ("INVALID_FIELD", ["lead.end_date"])
    assert refused_with(begin, person, LOCATE, replaces=lead.name) == ("INVALID_FIELD", ["replaces"])
    assert refused_with(end, lead, directory.day(-1)) == ("INVALID_FIELD", ["end_date"])
    end(lead, directory.day())
    assert refused_with(end, lead, directory.day(1)) == ("LEAD_ENDED", ["name"])


def test_another_agencys_units_are_not_to_be_had(directory, units):
    lead = unit_pb.UnitLead(
        unit="agencies/mendocino/units/legal",
        person=directory.hire("mendocino").name,
        start_date=str(directory.day()),
    )
    ask = unit_pb.CreateUnitLeadRequest(parent="agencies/lake", lead=lead, request_id=directory.request_id())

    assert refused_with(units.CreateUnitLead, ask) == ("INVALID_FIELD", ["lead.unit"])
    assert refused_with(units.ListUnits, unit_pb.ListUnitsRequest(parent="agencies/mendocino"))[0] == (
        "PERMISSION_MISSING"
    )


def test_what_was_recorded_stays_whoever_writes_to_the_table(directory, begin):
    begin(directory.hire())
    with directory.running.connect() as connection:
        connection.execute("ALTER TABLE unit_lead DISABLE TRIGGER needs_audit_row")
        for statement in ("DELETE FROM unit_lead", "UPDATE unit_lead SET start_date = start_date - 1"):
            with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="stays on record"):
                connection.execute(statement)


# ---- what ends by itself ----


def test_a_lead_ends_with_the_job_at_the_agency_on_its_last_day(directory, units, begin, turn):
    person = directory.hire()
    begin(person, start=directory.day(-20))
    leave_job(directory, person, directory.day(-2))
    assert listed(units) == {}

    turn()

    assert history(units) == [(LEGAL, person.name, str(directory.day(-20)), str(directory.day(-2)))]
    assert told(directory)[-1] == (
        *("lake", "legal", person.name),
        *(str(directory.day(-20)), str(directory.day(-2)), 2),
    )


def test_an_end_of_a_job_recorded_ahead_ends_the_lead_on_its_day(directory, units, begin, turn):
    person = directory.hire()
    begin(person)
    leave_job(directory, person, directory.day(4))
    turn()
    assert listed(units)[LEGAL][1] == [person.name]

    turn(4)

    assert history(units)[0][3] == str(directory.day(4))


def test_a_lead_to_come_of_somebody_who_leaves_before_never_is(directory, units, begin, turn):
    person = directory.hire()
    begin(person, start=directory.day(30))
    leave_job(directory, person, directory.day())
    turn()

    assert history(units) == [(LEGAL, person.name, str(directory.day(30)), str(directory.day(30)))]


def test_who_moves_to_another_unit_leads_the_old_one_no_longer(directory, units, begin, turn):
    person = directory.hire(units=["legal", "intake"])
    begin(person, start=directory.day(-20))
    move(directory, person, "intake", "legal", "locate")
    turn()
    assert listed(units)[LEGAL][1] == [person.name]

    move(directory, person, "locate")
    turn()

    assert history(units) == [(LEGAL, person.name, str(directory.day(-20)), str(directory.day()))]


def test_who_leads_a_unit_from_outside_it_goes_on_when_they_move(directory, units, begin, turn):
    person = directory.hire(units=["intake"])
    begin(person, LEGAL)
    move(directory, person, "locate")
    turn()

    assert listed(units)[LEGAL][1] == [person.name]


def test_a_job_elsewhere_that_ends_ends_no_lead_here_and_nothing_is_written_for_nothing(directory, units, begin, turn):
    person = directory.hire()
    begin(person)
    directory.as_whole("people.write").CreateJob(
        pb.CreateJobRequest(
            parent="agencies/mendocino",
            person=person.name,
            job=pb.Job(local_title="T", job_class="attorney", start_date="2021-01-01"),
            request_id=directory.request_id(),
        )
    )
    leave_job(directory, person, directory.day(), "agencies/mendocino")
    turn()

    assert listed(units)[LEGAL][1] == [person.name]
    with directory.running.connect() as connection:
        assert connection.execute("SELECT count(*) FROM audit WHERE method = 'jobs/end_leads'").fetchone() == (0,)


# ---- what others are told ----


def test_each_change_is_told_with_its_days_as_a_newer_revision(directory, begin, end):
    one, other = directory.hire(), directory.hire()
    lead = begin(one, start=directory.day(-5))
    begin(other, replaces=lead.name)

    today, before = str(directory.day()), str(directory.day(-5))
    assert told(directory) == [
        ("lake", "legal", one.name, before, "", 1),
        ("lake", "legal", one.name, before, today, 2),
        ("lake", "legal", other.name, today, "", 1),
    ]


def test_the_copies_of_others_are_told_every_lead_again(directory, begin, end):
    person = directory.hire()
    end(begin(person), directory.day())
    before = told(directory)
    (projection,) = (one for one in PROJECTIONS if one.name == "lead-copies")
    database = directory.running.runtime.database

    projection.rebuild(database, noon(directory.day()), Progress(database, projection.entry))

    assert told(directory) == [*before, before[-1]]


def test_the_audit_row_says_who_leads_what_and_no_name(directory, begin):
    person = directory.hire()
    lead = begin(person)
    with directory.running.connect() as connection:
        resource, after = connection.execute(
            "SELECT resource, after FROM audit WHERE method LIKE '%CreateUnitLead'"
        ).fetchone()

    assert (resource, after) == (
        lead.name,
        {"unit": LEGAL, "person": person.name, "start_date": str(directory.day()), "end_date": ""},
    )
