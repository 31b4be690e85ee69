"""Every letter that an agency has, page by page: those with something to do first, then the newest."""

from fastapi import APIRouter

from cadre.notification.v1 import agency_notice_service_pb2 as pb
from gateway.letters import agency_lists, letters
from gateway.web.visit import Answer, Visitor

router = APIRouter(prefix="/agencies/{agency_id}/letters")

_ROWS = 25


@router.get("")
def agency_letters(visit: Visitor, agency_id: str, page: str = "") -> Answer:
    """The letters of one agency."""
    parent = f"agencies/{agency_id}"
    found = visit.clients.agency_notices.ListAgencyNotices(
        pb.ListAgencyNoticesRequest(parent=parent, page_size=_ROWS, page_token=page)
    )
    return visit.page(
        "letters/agency_letters.html",
        agency=visit.agency(parent),
        letters=letters,
        found=found,
        page=page,
        to_go=agency_lists.to_go,
    )
