"""Who works at an agency: one by one, and by a file of all."""

from cadre.directory.v1 import roster_service_pb2 as roster_pb
from gateway.people import leaving, numbers, pages, person, roster, units
from gateway.web.area import Area
from gateway.web.disclosed import exports, views
from gateway.web.navigation import Item, Top

_REASONS = {
    "JOB_OVERLAPS": "This person has a job here at that time already.",
    "LEAD_OVERLAPS": "This person leads this unit at that time already.",
    "LEAD_WITHOUT_JOB": "This person does not work here on that day, so they cannot begin to lead a unit on it.",
    "LEAD_ENDED": "That has ended already, and stays on record as it was.",
    "LEAVE_OVERLAPS": "A leave at this time is recorded already.",
    "NO_CURRENT_JOB": "This person does not work here on that day.",
    "TOO_MANY_GUESSES": (
        "Too many staff numbers of other agencies came with another name today, so nothing more is compared until"
        " tomorrow. Ask the person for their number, and for their name as the other agency writes it."
    ),
    "KEPT_ELSEWHERE": (
        "Another agency looks after the name, e-mail, phone, leave and sign-ins of this person. Ask its training"
        " coordinator, who is named on its agency's page, to change this."
    ),
    "NOT_ON_LEAVE": "This person is not on leave on that day.",
    "NAME_MISSING": "Give at least one name.",
    "STAFF_NUMBER_TAKEN": "Somebody has the staff number {staff_number} already. It never changes, at any agency.",
    "STAFF_NUMBER_ALIKE": "Somebody has the staff number {staff_number}: were zeros at the front lost? Give it whole.",
    "EMAIL_TAKEN": "Somebody else has this e-mail address.",
    "CHUNK_MISSING": "The file did not arrive whole. Send it again.",
    "CHUNK_DIFFERS": "The file changed while it was sent. Send it again.",
    "ROSTER_IMPORT_CLOSED": "This file was read already. Send it again to read it once more.",
    "ROSTER_FILE_GONE": "The file was checked more than a day ago and is no longer kept. Send it again.",
    "PEOPLE_BEING_CHANGED": "Somebody else is changing these people just now. Nothing is lost: try again in a minute.",
    "COUNTY_HAS_TWO_AGENCIES": "The county {fips} would belong to two agencies on some day, {agency} and {other}.",
}
_DONE = {
    "leave": "The leave is recorded.",
    "back": "Back at work: noted.",
    "left": "Noted: this person left the agency. The record of training is kept.",
    "left-many": "Noted: {n} left the agency. Their records of training are kept.",
    "again": "Noted: this person works here. What is for them comes back within a few seconds.",
    "identity": "Name, e-mail and phone are saved.",
    "added": "The person is added. Letters and training follow in a few seconds, or on their first day of work.",
    "lead": "Recorded who leads this unit.",
    "lead-ended": "Noted: they lead this unit no longer from that day on. It stays on record that they did.",
    "unit": "Unit, title and class are saved.",
}
_WORKED_ON = (roster_pb.RosterImport.CHECKED, roster_pb.RosterImport.APPLIED, roster_pb.RosterImport.REFUSED)

AREA = Area(
    routers=(pages.router, numbers.router, leaving.router, person.router, roster.router, units.router),
    navigation=(
        Item(Top.AGENCY, "People", "/{agency}/people", at="people.read"),
        Item(Top.AGENCY, "Units", "/{agency}/units", at="people.read"),
        Item(Top.AGENCY, "Send a roster file", "/{agency}/roster", at="roster.import"),
        Item(Top.AGENCY, "Record training", "/{agency}/training", at="training.record", whole=True),
    ),
    reasons=_REASONS,
    done=_DONE,
    adjectives={
        "being_worked_on": lambda file: file.state not in _WORKED_ON,
        "being_applied": lambda file: file.step == roster_pb.RosterImport.APPLYING,
        "checked": lambda file: file.state == roster_pb.RosterImport.CHECKED,
        "applied": lambda file: file.state == roster_pb.RosterImport.APPLIED,
        "refused": lambda file: file.state == roster_pb.RosterImport.REFUSED,
    },
    discloses={
        "/agencies/{agency_id}/people": views("list of people"),
        "/agencies/{agency_id}/people/list.csv": exports("list of people"),
        "/agencies/{agency_id}/people/file": exports("roster"),
        "/agencies/{agency_id}/people/numbers": views("staff numbers"),
        "/agencies/{agency_id}/people/{person_id}": views("a person"),
        "/agencies/{agency_id}/roster/{import_id}": views("roster"),
        "/agencies/{agency_id}/units": views("units and who leads them"),
        "/agencies/{agency_id}/units/{unit_id}": views("people of a unit"),
        "/agencies/{agency_id}/units/{unit_id}/lead": views("people of a unit"),
    },
)
