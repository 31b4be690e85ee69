"""The home page: one for each person, with everything that their roles give them; no role to switch."""

from dataclasses import dataclass, field

from fastapi import APIRouter

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.notification.v1 import agency_notice_service_pb2 as agency_notice_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from gateway.learning import todo
from gateway.letters import agency_lists, letters
from gateway.web.visit import Answer, Visit, Visitor

router = APIRouter()

# Coming changes for which the home page says who is left; the others show how many. At an agency whose names are too
# many it says in which unit for the first one only: that counts everybody there.
_IN_DETAIL = 3
# How many letters it shows: the person's own, each agency's, and the state's. It says how many there are in all.
_LETTERS = 10
# Letters of an agency among which those are found: there are some to confirm, some with people left, most are both.
_LOOKED_AT = 25


@dataclass
class AgencyHome:
    """What one agency's coordinator, supervisor or director finds on the home page."""

    agency: agency_pb.Agency
    to_confirm: list[agency_notice_pb.AgencyNotice]
    coming: list[agency_notice_pb.AgencyNotice]
    # How many letters there are to confirm, and how many under which people are left; not all are shown.
    unconfirmed: int
    with_people_left: int
    staff: person_pb.StaffCounts
    # Letter -> names of those still to go, where there are few enough; else how many are to go in which unit.
    left: dict[str, list[str]] = field(default_factory=dict)
    left_by_unit: dict[str, list[tuple[str, int]]] = field(default_factory=dict)


@router.get("/home")
def home(visit: Visitor) -> Answer:
    """Everything that waits for this person, by role, and their own training."""
    clients = visit.clients
    waiting: list[notice_pb.Notice] = []
    issued: list[notice_pb.Notice] = []
    state = visit.rights.state("readiness.read") and not visit.rights.state("operations.read")
    if state:
        found = clients.notices.ListNotices(notice_pb.ListNoticesRequest(page_size=25)).notices
        waiting = [letter for letter in found if letter.state in letters.BEFORE_ISSUE]
        issued = [letter for letter in found if letter.state in letters.ISSUED][:_LETTERS]
    return visit.page(
        "home/home.html",
        letters=letters,
        state=state,
        waiting=waiting,
        issued=issued,
        names=visit.names([letter.author for letter in waiting]),
        agencies=[_agency_home(visit, name) for name in visit.rights.agencies("readiness.read_agency")],
        todo=todo.of_visitor(visit, size=_LETTERS),
        to_go=agency_lists.to_go,
        units=visit.units() if visit.rights.agencies("readiness.read_agency") else {},
        lists=agency_lists,
    )


def _agency_home(visit: Visit, name: str) -> AgencyHome:
    clients = visit.clients
    listed = clients.agency_notices.ListAgencyNotices(
        agency_notice_pb.ListAgencyNoticesRequest(
            parent=name, page_size=_LOOKED_AT, left_for=_IN_DETAIL, left_most=agency_lists.NAMES_AT_ONCE
        )
    )
    found = listed.notices
    made = AgencyHome(
        agency=visit.agency(name),
        to_confirm=[
            one
            for one in found
            if letters.asks_something(one.notice)
            and not (one.readiness.confirm_time.seconds or one.readiness.asked_no_more)
        ][:_LETTERS],
        coming=[
            one for one in found if letters.asks_something(one.notice) and agency_lists.to_go(one.readiness.counts)
        ][:_LETTERS],
        unconfirmed=listed.unconfirmed_count,
        with_people_left=listed.to_go_count,
        staff=clients.people.GetStaffCounts(person_pb.GetStaffCountsRequest(parent=name)),
    )
    left = {one.notice.name: list(one.left) for one in made.coming if one.left}
    for one in made.coming:
        to_go = [(unit.unit, agency_lists.to_go(unit.counts)) for unit in one.units]
        if to_go:
            made.left_by_unit[one.notice.name] = [row for row in to_go if row[1] and row[0]] + [
                row for row in to_go if row[1] and not row[0]
            ]
    names = visit.names([person for people_left in left.values() for person in people_left])
    made.left = {letter: [names[one] for one in people_left if one in names] for letter, people_left in left.items()}
    return made
