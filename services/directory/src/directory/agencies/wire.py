"""Contract ↔ domain: agencies and the rest of the reference data."""

from collections.abc import Iterable
from typing import Any

from cadre.directory.v1 import agency_service_pb2 as pb
from directory.agencies import queries, rules
from directory.rules import columns, spells
from directory.rules import names as name_rules
from servicekit import names


def agency_id(name: str, field: str = "name") -> str:
    """Return the id in `agencies/{id}`."""
    return names.one("agencies/{agency}", name, field=field)


def reference_rows(request: pb.ImportReferenceRequest) -> dict[str, Any]:
    """Return reference data as rows."""
    return {
        "agencies": [
            {
                "id": agency_id(each.name, "agencies.name"),
                "title": each.title,
                "short_title": each.short_title or each.title,
                "sort_key": name_rules.fold(each.short_title or each.title),
                "kind": each.kind,
                "region": each.region,
                "size_class": each.size_class,
                "population": each.population,
                "source": each.source,
                "until": spells.day("agencies.end_date", each.end_date).isoformat() if each.end_date else None,
            }
            for each in request.agencies
        ],
        "memberships": [
            rules.Membership(
                county.fips,
                agency_id(each.name, "agencies.name"),
                spells.day("agencies.counties.start_date", county.start_date) if county.start_date else None,
                spells.optional_day("agencies.counties.end_date", county.end_date),
            )
            for each in request.agencies
            for county in each.counties
        ],
        "counties": [{"fips": c.fips, "title": c.title, "population": c.population} for c in request.counties],
        "units": [{"id": unit.slug, "title": unit.title, "of_state": unit.of_state} for unit in request.units],
        "job_classes": [{"id": c.slug, "title": c.title, "code": c.code} for c in request.job_classes],
    }


def agency(row: queries.Agency) -> pb.Agency:
    """Return an agency with its counties, contacts and number of staff."""
    return pb.Agency(
        name=f"agencies/{row.id}",
        title=row.title,
        short_title=row.short_title,
        kind=row.kind,
        region=row.region,
        size_class=row.size_class,
        population=row.population,
        source=row.source,
        end_date=row.until.isoformat() if row.until else "",
        staff=row.staff,
        counties=[
            pb.CountyMembership(
                fips=county["fips"], start_date=county["start_date"] or "", end_date=county["end_date"] or ""
            )
            for county in row.counties
        ],
        contacts=[
            pb.Contact(
                person=f"people/{contact['person']}",
                display_name=name_rules.display_name(contact["family_name"], contact["given_name"]),
                email=contact["email"],
                telephone=contact["telephone"],
                role=contact["role"],
            )
            for contact in row.contacts
        ],
    )


def vocabulary(
    units: Iterable[queries.WorkUnit], job_classes: Iterable[queries.JobClass], regions: Iterable[str]
) -> pb.Vocabulary:
    """Return what forms offer."""
    return pb.Vocabulary(
        units=[pb.WorkUnit(slug=row.id, title=row.title, of_state=row.of_state) for row in units],
        job_classes=[pb.JobClass(slug=row.id, title=row.title, code=row.code) for row in job_classes],
        regions=sorted(regions),
        roster_columns=[pb.RosterColumn(name=name, required=name in columns.REQUIRED) for name in columns.COLUMNS],
    )
