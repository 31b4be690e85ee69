"""Units and their leads between the contract's messages and what the service works with."""

from uuid import UUID

from cadre.directory.v1 import unit_service_pb2 as pb
from directory.people.wire import person_id
from directory.rules import spells
from directory.rules.names import display_name
from directory.units import leads, queries
from servicekit import names
from servicekit.refusals import InvalidField


def lead_id(name: str, field: str = "name") -> UUID:
    """Return the id in `unitLeads/{uuid}`."""
    return names.uuid_in("unitLeads/{lead}", name, field=field)


def lead(message: pb.UnitLead, parent: str) -> leads.Lead:
    """Return who is to lead which unit of the agency *parent*, and when."""
    ids = names.parse("agencies/{agency}/units/{unit}", message.unit, field="lead.unit")
    if parent != f"agencies/{ids['agency']}":
        raise InvalidField("lead.unit", message.unit, f"must be of {parent}")
    spell = spells.Spell(
        spells.day("lead.start_date", message.start_date), spells.optional_day("lead.end_date", message.end_date)
    )
    return leads.Lead(ids["agency"], ids["unit"], person_id(message.person, "lead.person"), spell)


def unit(agency_id: str, row: queries.Unit) -> pb.Unit:
    """Return a unit with its leads."""
    name = f"agencies/{agency_id}/units/{row.id}"
    return pb.Unit(
        name=name,
        title=row.title,
        staff=row.staff,
        on_leave=row.on_leave,
        leads=[
            pb.UnitLead(
                name=f"unitLeads/{one['id']}",
                unit=name,
                person=f"people/{one['person']}",
                display_name=display_name(one["family_name"], one["given_name"]),
                start_date=one["start_date"],
                end_date=one["end_date"] or "",
            )
            for one in row.leads
        ],
    )


def unit_lead(row: queries.Lead) -> pb.UnitLead:
    """Return who leads or led a unit."""
    return pb.UnitLead(
        name=f"unitLeads/{row.id}",
        unit=f"agencies/{row.agency_id}/units/{row.unit_id}",
        person=f"people/{row.person_id}",
        display_name=display_name(row.family_name, row.given_name),
        start_date=row.start_date.isoformat(),
        end_date=row.end_date.isoformat() if row.end_date else "",
    )
