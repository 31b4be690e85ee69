"""An agency's people under a letter as one table: led by the directory, which knows names; how they stand is joined.

Whom a filter leaves is asked of the service that knows how people stand, by name alone; the directory orders them, cuts
a page and says where each page begins. So a list costs the same number of calls however many people are under a letter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.notification.v1 import agency_notice_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from gateway.letters import agency_lists
from gateway.letters.agency_lists import Line
from gateway.web.choosing import Choice
from gateway.web.table import Asked, Column, Filter, Part, Table
from gateway.web.visit import Visit

# Above so many people a list opens by unit.
BY_UNIT_ABOVE = 50
ALL, NO_UNIT = "all", "none"
# As many as the directory lists in one call.
_A_CALL = 1_000
_PEOPLE = Table(
    rows=("person", "people"),
    columns=(
        Column("Name", "name"),
        Column("Staff number", "staff_number"),
        Column("Unit"),
        Column("Read"),
        Column("Confirmed"),
        Column("Trained"),
        Column("Due"),
    ),
    by="name",
    stands="by family name, A to Z",
    search="Name or staff number",
)
_STANDINGS = {
    "to-go": (pb.FindRecipientsRequest.TO_GO, "Still to do"),
    "not-started": (pb.FindRecipientsRequest.NOT_STARTED, "Not started"),
    "under-way": (pb.FindRecipientsRequest.UNDER_WAY, "Under way"),
    "overdue": (pb.FindRecipientsRequest.OVERDUE, "Past due"),
    "ready": (pb.FindRecipientsRequest.READY, "Ready"),
    "leave": (pb.FindRecipientsRequest.ON_LEAVE, "On leave"),
    "excused": (pb.FindRecipientsRequest.EXCUSED, "Does not apply"),
}


@dataclass(frozen=True)
class Shown:
    """What the page shows: the units, or a page of names (*part*)."""

    asked: Asked
    lines: Sequence[Line]
    part: Part | None

    @property
    def by_unit(self) -> bool:
        """Whether the units stand there, not names."""
        return self.part is None


def asked_of(params: Mapping[str, str], mine: pb.AgencyNotice, units: Mapping[str, str]) -> Asked:
    """Read what is asked of the table of an agency's people under a letter."""
    base = f"/{mine.readiness.agency}/letters/{mine.notice.name.removeprefix('notices/')}"
    every = ALL if _is_large(mine) else ""
    there = [(slug, title) for slug, title, _ in by_title(mine, units)]
    filters = [
        Filter("unit", "Unit", [(every, "All units"), *there]),
        Filter("standing", "Show", [("", "Everyone"), *((key, title) for key, (_, title) in _STANDINGS.items())]),
    ]
    left_out = {
        *(["Confirmed"] if mine.notice.asks not in (notice_pb.CONFIRM, notice_pb.TRAIN) else []),
        *(["Trained"] if mine.notice.asks != notice_pb.TRAIN else []),
    }
    table = replace(_PEOPLE, columns=tuple(one for one in _PEOPLE.columns if one.title not in left_out))
    return table.asked(params, base, filters, file=f"{base}/people.csv", at="#our-people")


def shown(visit: Visit, mine: pb.AgencyNotice, units: Mapping[str, str], params: Mapping[str, str]) -> Shown:
    """Return the table as it is asked for; of many people the units, until more is asked."""
    asked = asked_of(params, mine, units)
    if _is_large(mine) and not params.keys() & {"unit", "standing", "query", "sort", "page"}:
        return Shown(asked, (), None)
    names = _names(visit, mine, asked)
    if not names:
        return Shown(asked, (), Part(0, 0, 0, 1, [asked.link()]))
    listed = visit.clients.people.ListPeople(_listed(mine, asked, names, size=asked.table.size, pages=True))
    lines = _lines(visit, mine, listed.people, units)
    part = Part.of_tokens(asked, listed.page_tokens, skipped=listed.skipped, shown=len(lines), total=listed.total_size)
    return Shown(asked, lines, part)


def everyone(visit: Visit, mine: pb.AgencyNotice, asked: Asked) -> Choice:
    """Choose everyone of the list, on all its pages, who is to be trained; who is on leave only in a list of these."""
    listed = _listed_names(visit, mine, asked)
    untrained = set(_find(visit, mine, asked, pb.FindRecipientsRequest.UNTRAINED))
    of_leave = asked.text("standing") == "leave"
    away = set() if of_leave else set(_find(visit, mine, asked, pb.FindRecipientsRequest.ON_LEAVE))
    left = [one for one in listed if one in untrained]
    chosen = tuple(one for one in left if one not in away)
    done, on_leave = len(listed) - len(left), len(left) - len(chosen)
    said = [f"{len(chosen):,} of {len(listed):,} {'is' if len(chosen) == 1 else 'are'} chosen, on all pages."]
    if done:
        said.append(f"{done:,} {'is' if done == 1 else 'are'} trained already, or it does not apply to them.")
    if on_leave:
        said.append(f"{on_leave:,} on leave {'is' if on_leave == 1 else 'are'} left out: tick who was there.")
    return Choice(chosen, " ".join(said))


def by_title(mine: pb.AgencyNotice, units: Mapping[str, str]) -> list[tuple[str, str, readiness_pb.Counts]]:
    """Return the units with their figures, A to Z, and those without one last: slug, title, counts."""
    rows = [
        (row.unit or NO_UNIT, units.get(row.unit, row.unit) or "No unit recorded", row.counts) for row in mine.units
    ]
    return sorted(rows, key=lambda row: (row[0] == NO_UNIT, row[1].casefold()))


def all_lines(visit: Visit, mine: pb.AgencyNotice, units: Mapping[str, str]) -> list[Line]:
    """Return everybody whom the address asks for, on all pages, for a file."""
    asked = asked_of(visit.request.query_params, mine, units).from_the_first
    names = _names(visit, mine, asked)
    found: list[Line] = []
    request = _listed(mine, asked, names, size=_A_CALL, pages=False)
    while names:
        listed = visit.clients.people.ListPeople(request)
        found += _lines(visit, mine, listed.people, units)
        request.page_token = listed.next_page_token
        if not listed.next_page_token:
            break
    return found


def _is_large(mine: pb.AgencyNotice) -> bool:
    return mine.readiness.counts.of > BY_UNIT_ABOVE


def _names(visit: Visit, mine: pb.AgencyNotice, asked: Asked) -> Sequence[str]:
    """Return whom the filters leave, in no order that anybody reads."""
    standing, _ = _STANDINGS.get(asked.text("standing"), (pb.FindRecipientsRequest.STANDING_UNSPECIFIED, ""))
    return _find(visit, mine, asked, standing)


def _listed_names(visit: Visit, mine: pb.AgencyNotice, asked: Asked) -> list[str]:
    """Return whom filters and search leave, on all pages."""
    names = list(_names(visit, mine, asked))
    if not names or not asked.query:
        return names
    found: list[str] = []
    request = _listed(mine, asked.from_the_first, names, size=_A_CALL, pages=False)
    while True:
        listed = visit.clients.people.ListPeople(request)
        found += [person.name for person in listed.people]
        request.page_token = listed.next_page_token
        if not listed.next_page_token:
            return found


def _find(
    visit: Visit, mine: pb.AgencyNotice, asked: Asked, standing: "pb.FindRecipientsRequest.Standing.ValueType"
) -> Sequence[str]:
    """Return who stands so under the letter, of the unit that is asked for."""
    unit = asked.text("unit")
    return visit.clients.agency_notices.FindRecipients(
        pb.FindRecipientsRequest(
            parent=mine.readiness.agency,
            notice=mine.notice.name,
            unit="" if unit == ALL else unit,
            standing=standing,
        )
    ).people


def _listed(
    mine: pb.AgencyNotice, asked: Asked, names: Sequence[str], *, size: int, pages: bool
) -> person_pb.ListPeopleRequest:
    return person_pb.ListPeopleRequest(
        parent=mine.readiness.agency,
        page_size=size,
        page_token=asked.page,
        query=asked.query,
        order_by=asked.order_by,
        people=names,
        with_pages=pages,
    )


def _lines(
    visit: Visit, mine: pb.AgencyNotice, people: Sequence[person_pb.Person], units: Mapping[str, str]
) -> list[Line]:
    """Join how they stand to people, who keep their order."""
    if not people:
        return []
    request = pb.ListRecipientsRequest(
        parent=mine.readiness.agency,
        notice=mine.notice.name,
        page_size=len(people),
        people=[person.name for person in people],
    )
    standings = {one.person: one for one in visit.clients.agency_notices.ListRecipients(request).recipients}
    known = {person.name: person for person in people}
    return agency_lists.lines((standings[name] for name in known if name in standings), known, units)
