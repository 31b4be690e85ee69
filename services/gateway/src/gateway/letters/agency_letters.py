"""Every letter that an agency has, page by page: those with something to do first, then the newest; and a search."""

from urllib.parse import urlencode

from fastapi import APIRouter

from cadre.notification.v1 import agency_notice_service_pb2 as pb
from gateway.letters import agency_lists, finding, letters
from gateway.web.forms import Form
from gateway.web.visit import Answer, Visit, Visitor

router = APIRouter(prefix="/agencies/{agency_id}/letters")

_ROWS = 25
_SHOW = {"": "All letters", "to-do": "Still to do", "withdrawn": "Withdrawn"}
_WHICH = {"": pb.WHICH_UNSPECIFIED, "to-do": pb.STILL_TO_DO, "withdrawn": pb.WITHDRAWN_ONLY}


@router.get("")
def agency_letters(visit: Visitor, agency_id: str, query: str = "", show: str = "", page: str = "") -> Answer:
    """The letters of one agency, or those that fit *query*: a number in any form, or words."""
    parent, asked, show = f"agencies/{agency_id}", query.strip(), show if show in _SHOW else ""
    request = pb.ListAgencyNoticesRequest(parent=parent, which=_WHICH[show], page_size=_ROWS, page_token=page)
    form = Form.of({"query": asked, "show": show})
    found, next_page = _found(visit, request, form) if asked else _listed(visit, request)
    return visit.page(
        "letters/agency_letters.html",
        status=400 if form.errors else 200,
        agency=visit.agency(parent),
        letters=letters,
        form=form,
        show=list(_SHOW.items()),
        found=found,
        next_page=next_page,
        params=urlencode({"query": asked, "show": show}),
        page=page,
        to_confirm=agency_lists.to_confirm,
        to_go=agency_lists.to_go,
    )


def _listed(visit: Visit, request: pb.ListAgencyNoticesRequest) -> tuple[pb.ListAgencyNoticesResponse, str]:
    listed = visit.clients.agency_notices.ListAgencyNotices(request)
    return listed, listed.next_page_token


def _found(visit: Visit, request: pb.ListAgencyNoticesRequest, form: Form) -> tuple[pb.ListAgencyNoticesResponse, str]:
    """Return those of a page of found letters that the agency has, in the order of its list."""
    matches = finding.found(visit, form, page_size=_ROWS, page_token=request.page_token)
    if not matches.notices:
        return pb.ListAgencyNoticesResponse(), ""
    request.ClearField("page_token")
    request.notices.extend(letter.name for letter in matches.notices)
    return visit.clients.agency_notices.ListAgencyNotices(request), matches.next_page_token
