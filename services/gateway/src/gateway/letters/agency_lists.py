"""An agency's people under a letter, as its own pages show them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.notification.v1 import agency_notice_service_pb2 as agency_notice_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from gateway.web.visit import Visit

# Up to this many staff an agency sees names at once; above it, counts by unit with a link to the names.
NAMES_AT_ONCE = 25
# More names than are on one sheet, and as many as one call gives.
_NAMES = 1_000


@dataclass(frozen=True)
class Line:
    """One person under a letter."""

    person: str
    name: str
    staff_number: str
    units: str
    standing: agency_notice_pb.Recipient

    @property
    def done(self) -> bool:
        """Nothing is left for them to do."""
        return self.standing.ready or self.standing.excused


def at(visit: Visit, agency_id: str, letter_id: str) -> agency_notice_pb.AgencyNotice:
    """Return a letter that was issued, as it stands at an agency."""
    return visit.clients.agency_notices.GetAgencyNotice(
        agency_notice_pb.GetAgencyNoticeRequest(parent=f"agencies/{agency_id}", notice=f"notices/{letter_id}")
    )


def lines(
    standings: Iterable[agency_notice_pb.Recipient], people: Mapping[str, person_pb.Person], units: Mapping[str, str]
) -> list[Line]:
    """Join names and titles of units to a list that keeps its order."""
    return [
        Line(
            person=standing.person,
            name=people[standing.person].display_name if standing.person in people else "Not at this agency now",
            staff_number=people[standing.person].staff_number if standing.person in people else "",
            units=", ".join(units.get(unit, unit) for unit in standing.units) or "None recorded",
            standing=standing,
        )
        for standing in standings
    ]


def untrained(
    visit: Visit,
    mine: agency_notice_pb.AgencyNotice,
    units: Mapping[str, str],
    *,
    unit: str = "",
    only: Sequence[str] | None = None,
) -> list[Line]:
    """Return who is not trained under a letter and is to be, by name: of one unit, or of some people *only*."""
    if only is not None and not only:
        return []
    names = visit.clients.agency_notices.FindRecipients(
        agency_notice_pb.FindRecipientsRequest(
            parent=mine.readiness.agency,
            notice=mine.notice.name,
            unit=unit,
            standing=agency_notice_pb.FindRecipientsRequest.UNTRAINED,
            people=only or (),
        )
    ).people[:_NAMES]
    if not names or mine.notice.state != notice_pb.Notice.PUBLISHED:
        return []
    standings = visit.clients.agency_notices.ListRecipients(
        agency_notice_pb.ListRecipientsRequest(
            parent=mine.readiness.agency, notice=mine.notice.name, people=names, page_size=len(names)
        )
    ).recipients
    return sorted(lines(standings, visit.people(list(names)), units), key=lambda line: line.name.casefold())


def goes_on(agency: agency_pb.Agency, today: date) -> bool:
    """Whether there still is such an agency today; one that joined another has ended."""
    return not agency.end_date or agency.end_date > today.isoformat()


def waits_for_release(mine: agency_notice_pb.AgencyNotice, today: date) -> bool:
    """Whether the agency's staff do not see the letter yet."""
    figures = mine.readiness
    return (
        mine.notice.state == notice_pb.Notice.PUBLISHED
        and not figures.staff_release_time.seconds
        and figures.staff_release_date > today.isoformat()
    )


def to_confirm(mine: agency_notice_pb.AgencyNotice) -> bool:
    """Whether the agency has still to confirm the letter."""
    figures = mine.readiness
    return mine.notice.state == notice_pb.Notice.PUBLISHED and not (
        figures.confirm_time.seconds or figures.asked_no_more
    )


def to_go(counts: readiness_pb.Counts) -> int:
    """How many are still to go: neither ready nor on leave."""
    return counts.of - counts.ready - counts.on_leave
