"""The home page: one for each person, with everything that her roles give her; no role to switch."""

from dataclasses import dataclass, field

from fastapi import APIRouter

from cadre.directory.v1 import directory_service_pb2 as directory_pb
from cadre.enrollment.v1 import enrollment_service_pb2 as enrollment_pb
from cadre.notification.v1 import notification_service_pb2 as pb
from gateway import agency_lists, letters, todo
from gateway.visit import Answer, Visit, Visitor

router = APIRouter()

# Coming changes whose names are shown on the home page; the others show how many are left.
_WITH_NAMES = 3


@dataclass
class AgencyHome:
    """What one agency's coordinator, supervisor or director finds on her home page."""

    agency: directory_pb.Agency
    to_confirm: list[pb.AgencyNotice]
    coming: list[pb.AgencyNotice]
    on_leave: int
    no_unit: int
    # Letter -> names of those still to go; where there are few enough.
    left: dict[str, list[str]] = field(default_factory=dict)


@router.get("/home")
def home(visit: Visitor) -> Answer:
    """Everything that waits for this person, by role, and her own training."""
    clients = visit.clients
    inbox = clients.notification.ListInbox(pb.ListInboxRequest(page_size=50, only_open=True))
    assigned = clients.enrollment.ListToDo(enrollment_pb.ListToDoRequest(page_size=50))
    waiting: list[pb.Notice] = []
    issued: list[pb.Notice] = []
    state = visit.rights.state("readiness.read") and not visit.rights.state("operations.read")
    if state:
        found = clients.notification.ListNotices(pb.ListNoticesRequest(page_size=25)).notices
        waiting = [letter for letter in found if letter.state != pb.Notice.PUBLISHED]
        issued = [letter for letter in found if letter.state == pb.Notice.PUBLISHED]
    return visit.page(
        "home.html",
        letters=letters,
        state=state,
        waiting=waiting,
        issued=issued,
        names=visit.names([letter.author for letter in waiting]),
        agencies=[_agency_home(visit, name) for name in visit.rights.agencies("readiness.read_agency")],
        training=todo.grouped(todo.items(inbox.items, assigned.assignments), visit.today),
        to_go=agency_lists.to_go,
        lists=agency_lists,
    )


def _agency_home(visit: Visit, name: str) -> AgencyHome:
    clients = visit.clients
    agency = clients.directory.GetAgency(directory_pb.GetAgencyRequest(name=name))
    found = clients.notification.ListAgencyNotices(pb.ListAgencyNoticesRequest(parent=name, page_size=25)).notices

    def people(**wanted: str | bool) -> int:
        request = directory_pb.ListPeopleRequest(parent=name, page_size=1, **wanted)  # type: ignore[arg-type]
        return clients.directory.ListPeople(request).total_size

    made = AgencyHome(
        agency=agency,
        to_confirm=[one for one in found if not one.readiness.confirm_time.seconds],
        coming=[one for one in found if agency_lists.to_go(one.readiness.counts)],
        on_leave=people(only_on_leave=True),
        no_unit=people(unit="none"),
    )
    few = [one for one in made.coming if one.readiness.counts.of <= agency_lists.NAMES_AT_ONCE][:_WITH_NAMES]
    left: dict[str, list[str]] = {}
    for one in few:
        request = pb.ListRecipientsRequest(
            parent=name, notice=one.notice.name, page_size=agency_lists.NAMES_AT_ONCE, only_to_go=True
        )
        standings = clients.notification.ListRecipients(request).recipients
        left[one.notice.name] = [standing.person for standing in standings if not standing.on_leave]
    names = visit.names([person for people_left in left.values() for person in people_left])
    made.left = {letter: [names[one] for one in people_left if one in names] for letter, people_left in left.items()}
    return made
