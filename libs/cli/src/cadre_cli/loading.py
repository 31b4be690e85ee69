"""What a running Cadre is filled with: reference data, catalogue, roster.

Everything may be loaded again: what is there already stays as it is.
"""

import re
import time
import unicodedata

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import calendar_service_pb2 as calendar_pb
from cadre.directory.v1 import roster_service_pb2 as roster_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import series_service_pb2 as series_pb
from cadre_cli.access import Access, request_id
from cadre_cli.reference import Reference

CHUNK_BYTES = 1024 * 1024
EVERYWHERE = "agencies/-"
_POLL_SECONDS = 0.05
_IMPORT_SECONDS = 300.0


class ImportRefusedError(RuntimeError):
    """The roster file was not applied, or not as a whole; the message lists the first errors."""


def slug(title: str) -> str:
    """Return *title* as an id for a resource name: lower-case letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:63].rstrip("-")


def load_reference(access: Access, reference: Reference) -> int:
    """Bring agencies, counties, units, classes, series of letters and holidays in. Return how many agencies changed."""
    load_series(access, reference)
    load_calendar(access, reference)
    memberships: dict[str, list[agency_pb.CountyMembership]] = {}
    for row in reference.memberships:
        memberships.setdefault(row.agency, []).append(
            agency_pb.CountyMembership(
                fips=row.fips,
                start_date=row.from_.isoformat() if row.from_ else "",
                end_date=row.to.isoformat() if row.to else "",
            )
        )
    request = agency_pb.ImportReferenceRequest(
        agencies=[
            agency_pb.Agency(
                name=f"agencies/{agency.lcsa_id}",
                title=agency.official_name,
                short_title=agency.short_title,
                kind=agency.kind,
                region=agency.region_assumed or "",
                size_class=agency.size_class_by_pop or "",
                population=agency.pop_2019 or 0,
                source=agency.source,
                end_date=agency.until.isoformat() if agency.until else "",
                counties=memberships.get(agency.lcsa_id, ()),
            )
            for agency in reference.agencies
        ],
        counties=[
            agency_pb.County(fips=county.fips, title=county.county, population=county.pop_2019)
            for county in reference.counties
        ],
        units=[
            agency_pb.WorkUnit(slug=unit.slug, title=unit.name, of_state=unit in reference.state_divisions)
            for unit in reference.all_units
        ],
        job_classes=[
            agency_pb.JobClass(slug=row.slug, title=row.title, code=row.code or "") for row in reference.job_classes
        ],
    )
    request.request_id = request_id("reference", request.SerializeToString(deterministic=True).hex())
    return access.ask(access.agencies.ImportReference, request).agencies_changed


def load_calendar(access: Access, reference: Reference) -> int:
    """Bring the state's holidays in. Return how many years were not on record."""
    years: dict[int, calendar_pb.Calendar] = {}
    for row in reference.holidays:
        year = years.setdefault(row.year, calendar_pb.Calendar(name=f"calendars/{row.year}"))
        closed_on = row.office_closed_on.isoformat() if row.office_closed_on else ""
        year.holidays.add(date=row.date_.isoformat(), title=row.holiday, closed_on=closed_on)
    request = calendar_pb.ImportCalendarsRequest(calendars=years.values())
    request.request_id = request_id("calendar", request.SerializeToString(deterministic=True).hex())
    return access.ask(access.calendars.ImportCalendars, request).calendars_added


def load_series(access: Access, reference: Reference) -> int:
    """Bring the series of letters in. Return how many changed."""
    request = series_pb.ImportSeriesRequest(
        series=[
            series_pb.Series(
                name=f"series/{row.series}",
                title=row.title,
                kind=notice_pb.Notice.Kind.Value(row.kind.upper()),
                source=row.source,
                past=row.issued_today == "no",
            )
            for row in reference.series
        ]
    )
    request.request_id = request_id("series", request.SerializeToString(deterministic=True).hex())
    return access.ask(access.series.ImportSeries, request).series_changed


def load_catalogue(access: Access, reference: Reference) -> int:
    """Bring the real courses of the field into the catalogue. Return how many changed."""
    request = course_pb.ImportCatalogueRequest(
        courses=[
            course_pb.Course(
                name=f"courses/{slug(course.title)}",
                title=course.title,
                provider=course.provider,
                delivery_mode=course.delivery_mode,
                duration=course.duration or "",
                audience=course.audience,
                year_or_date=course.year_or_date or "",
                source_url=course.url,
                confidence=course.confidence,
                summary=course.artefacts_or_modules or "",
            )
            for course in reference.courses
        ]
    )
    request.request_id = request_id("catalogue", request.SerializeToString(deterministic=True).hex())
    return access.ask(access.courses.ImportCatalogue, request).courses_changed


def load_roster(
    access: Access, content: bytes, *, parent: str = EVERYWHERE, dry_run: bool = False, unique: str = ""
) -> roster_pb.RosterImport:
    """Send a roster file, have it applied (or only checked) and wait for the result.

    *unique* makes this import another one than an earlier import of the same bytes.

    Raises:
        ImportRefusedError: the file has errors and nothing was changed, or it was applied except some rows.
    """
    chunks = [content[start : start + CHUNK_BYTES] for start in range(0, len(content), CHUNK_BYTES)] or [b""]
    key = (parent, dry_run, unique or time.time_ns())
    create = roster_pb.CreateRosterImportRequest(parent=parent, dry_run=dry_run, request_id=request_id("roster", *key))
    name = access.ask(access.rosters.CreateRosterImport, create).name
    for index, chunk in enumerate(chunks):
        append = roster_pb.AppendRosterChunkRequest(
            name=name, index=index, content=chunk, request_id=request_id(name, index)
        )
        access.ask(access.rosters.AppendRosterChunk, append)
    run = roster_pb.RunRosterImportRequest(name=name, chunks=len(chunks), request_id=request_id(name, "run"))
    job = access.ask(access.rosters.RunRosterImport, run)
    deadline = time.monotonic() + _IMPORT_SECONDS
    working = (roster_pb.RosterImport.RECEIVING, roster_pb.RosterImport.RUNNING)
    while job.state in working:
        if time.monotonic() > deadline:
            raise ImportRefusedError(f"The import {name} is still running after {_IMPORT_SECONDS:g} s.")
        time.sleep(_POLL_SECONDS)
        job = access.ask(access.rosters.GetRosterImport, roster_pb.GetRosterImportRequest(name=name))
    if job.state == roster_pb.RosterImport.REFUSED:
        raise ImportRefusedError(
            f"The roster has {job.errors} errors, nothing was changed.\n{_first_errors(access, name)}"
        )
    if job.rows_left_out:
        raise ImportRefusedError(
            f"The roster was applied, except {job.rows_left_out} of {job.rows} rows, whose people somebody had changed"
            f" meanwhile. Look at them, and send these rows again.\n{_first_errors(access, name)}"
        )
    return job


def _first_errors(access: Access, name: str) -> str:
    errors = access.ask(
        access.rosters.ListRosterImportErrors,
        roster_pb.ListRosterImportErrorsRequest(parent=name, page_size=10),
    ).errors
    return "\n".join(f"row {e.row}, column {e.column}, {e.value!r}: {e.rule}" for e in errors)
