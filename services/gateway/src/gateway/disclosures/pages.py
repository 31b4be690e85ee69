"""Pages of the trail of disclosures. It is the gateway's own, which decides who sees it by the visitor's rights."""

from collections.abc import Sequence
from datetime import timedelta

from fastapi import APIRouter
from fastapi.exceptions import HTTPException

from gateway.disclosures import phrases
from gateway.identity import disclosures
from gateway.identity.disclosures import Row
from gateway.web import sheets
from gateway.web.visit import Answer, Number, Visit, Visitor
from gateway.words import glossary
from servicekit.calendar import PACIFIC

router = APIRouter()

_PAGE, _FILE, _A_CALL = 50, 10_000, 1_000
# The counts of pages are of so many days.
_DAYS = 90
_COLUMNS = (
    *("When", "Who", "As", "What", "How", "Whose", "Agency", "People", "Narrowed to", "Purpose"),
    *("Id of who", "Id of whose"),
)
_COUNTED = ("Agency", "As", "How", "Times", "People", "Since")


@router.get("/record/looked-at")
def my_record(visit: Visitor, before: Number = 0) -> Answer:
    """Who looked at the visitor's record; and how often lists of people were, where the visitor works."""
    rows = disclosures.of_person(visit.gateway.database, visit.person, visit.now, before=before, limit=_PAGE + 1)
    agencies = sorted({job.agency for job in visit.me.person.jobs})
    lists = disclosures.lists_of(visit.gateway.database, agencies, visit.now, visit.now - timedelta(days=_DAYS))
    return _page(visit, "own", rows, base="/record/looked-at", before=before, lists=lists)


@router.get("/agencies/{agency_id}/looked-at")
def agency(visit: Visitor, agency_id: str, before: Number = 0) -> Answer:
    """Who looked at records or took names of the agency's people."""
    parent = _may_oversee(visit, agency_id)
    rows = disclosures.of_agency(visit.gateway.database, parent, visit.now, before=before, limit=_PAGE + 1)
    return _page(visit, "agency", rows, base=f"/{parent}/looked-at", before=before, agency=visit.agency(parent))


@router.get("/agencies/{agency_id}/looked-at.csv")
def agency_file(visit: Visitor, agency_id: str) -> Answer:
    """The newest rows of the agency as a file."""
    parent = _may_oversee(visit, agency_id)
    rows = disclosures.of_agency(visit.gateway.database, parent, visit.now, before=0, limit=_FILE)
    names = _names(visit, rows)
    lines = [
        (
            row.at.astimezone(PACIFIC).isoformat(" ", "seconds"),
            names.get(row.actor, "Not at this agency now"),
            _role(row.role),
            row.what,
            phrases.WAYS[row.way],
            names.get(row.person, "") if row.person else "",
            visit.agency(parent).short_title,
            row.people,
            phrases.narrowed(row.filters),
            phrases.PURPOSES[row.purpose],
            row.actor,
            row.person,
        )
        for row in rows
    ]
    name = f"looked-at-{agency_id}-{visit.today.isoformat()}.csv"
    return visit.download(sheets.file_of(_COLUMNS, lines), name, sheets.MEDIA_TYPE)


@router.get("/looked-at")
def state(visit: Visitor) -> Answer:
    """How often names were shown, by agency and role: counts, and nobody's name."""
    return visit.page(
        "disclosures/state.html",
        rows=_counts(visit),
        agencies=visit.agencies(),
        phrases=phrases,
        role=_role,
        days=_DAYS,
    )


@router.get("/looked-at.csv")
def state_file(visit: Visitor) -> Answer:
    """The same as a file."""
    since, agencies = (visit.today - timedelta(days=_DAYS)).isoformat(), visit.agencies()
    lines = [
        (
            agencies[row.agency].short_title if row.agency in agencies else "No agency",
            _role(row.role),
            phrases.WAYS[row.way],
            row.times,
            row.people,
            since,
        )
        for row in _counts(visit)
    ]
    return visit.download(
        sheets.file_of(_COUNTED, lines), f"looked-at-{visit.today.isoformat()}.csv", sheets.MEDIA_TYPE
    )


def _counts(visit: Visit) -> list[disclosures.Counted]:
    if not visit.rights.state("calendar.write"):
        raise HTTPException(403)
    return disclosures.counts(visit.gateway.database, visit.now, visit.now - timedelta(days=_DAYS))


def _may_oversee(visit: Visit, agency_id: str) -> str:
    """Return the agency's name for those who answer for it: its coordinators and directors."""
    parent = f"agencies/{agency_id}"
    if parent not in visit.rights.agencies("notices.confirm_for_agency"):
        raise HTTPException(403)
    return parent


def _page(visit: Visit, template: str, rows: Sequence[Row], *, base: str, before: int, **values: object) -> Answer:
    shown = rows[:_PAGE]
    return visit.page(
        f"disclosures/{template}.html",
        rows=shown,
        names=_names(visit, shown),
        next_page=str(shown[-1].id) if len(rows) > _PAGE else "",
        before=before,
        base=base,
        phrases=phrases,
        role=_role,
        days=visit.gateway.settings.disclosure_days,
        counted=_DAYS,
        lists=values.get("lists", ()),
        agency=values.get("agency"),
        agencies=visit.agencies(),
    )


def _names(visit: Visit, rows: Sequence[Row]) -> dict[str, str]:
    """Return the names of those in *rows* whom the visitor may see."""
    wanted = list(dict.fromkeys(name for row in rows for name in (row.actor, row.person) if name))
    found: dict[str, str] = {}
    for start in range(0, len(wanted), _A_CALL):
        found |= visit.names(wanted[start : start + _A_CALL])
    return found


def _role(role: str) -> str:
    return glossary.ROLES.get(role, "Staff")
