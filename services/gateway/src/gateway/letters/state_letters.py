"""Every letter of the state: those before issue first, then the newest, page by page; and what a search finds."""

from urllib.parse import urlencode

from fastapi import APIRouter

from cadre.notification.v1 import notice_service_pb2 as pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from gateway.letters import finding, letters
from gateway.web.forms import Form
from gateway.web.visit import Answer, Visit, Visitor

router = APIRouter(prefix="/letters")

# Rows of a page of issued letters, and how many may be under way before issue.
_ROWS, _BEFORE_ISSUE = 25, 100
_SHOW = {"": "All letters", "waiting": "Drafts and approvals", "issued": "Issued", "withdrawn": "Withdrawn"}
_STATES = {"": letters.ISSUED, "issued": (pb.Notice.PUBLISHED,), "withdrawn": (pb.Notice.WITHDRAWN,)}
_GROUPS = {
    "Awaiting approval": pb.Notice.IN_APPROVAL,
    "Scheduled": pb.Notice.SCHEDULED,
    "Drafts": pb.Notice.DRAFT,
}


@router.get("")
def letter_list(visit: Visitor, query: str = "", show: str = "", page: str = "") -> Answer:
    """All letters for the state, or those that fit *query*: a number in any form, or words. The urgent ones first."""
    asked, show = query.strip(), show if show in _SHOW else ""
    form = Form.of({"query": asked, "show": show})
    waiting: list[pb.Notice] = []
    if not page and show in ("", "waiting"):
        request = pb.ListNoticesRequest(states=letters.BEFORE_ISSUE, page_size=_BEFORE_ISSUE)
        waiting = [one for one in visit.clients.notices.ListNotices(request).notices if letters.fits(one, asked)]
    out, next_page = _out(visit, form, page) if show != "waiting" else ([], "")
    waiting.sort(key=letters.calm)
    if asked:
        # A list stands so anyway; what a search finds, by itself: of its page the urgent ones first.
        out.sort(key=letters.calm)
    figures = readiness_pb.BatchGetReadinessRequest(
        notices=[letter.name for letter in out if letter.state in letters.ISSUED]
    )
    return visit.page(
        "letters/letters.html",
        status=400 if form.errors else 200,
        letters=letters,
        form=form,
        show=list(_SHOW.items()),
        groups=[
            (title, found)
            for title, state in _GROUPS.items()
            if (found := [letter for letter in waiting if letter.state == state])
        ],
        out=out,
        figures={one.notice: one for one in visit.clients.readiness.BatchGetReadiness(figures).readiness},
        names=visit.names([letter.author for letter in waiting]),
        params=urlencode({"query": asked, "show": show}),
        page=page,
        next_page=next_page,
    )


def _out(visit: Visit, form: Form, page: str) -> tuple[list[pb.Notice], str]:
    """Return a page of letters that are out, or were; of a search those that *show* asks for."""
    show = form.text("show")
    states = _STATES[show]
    if not form.text("query"):
        asked = pb.ListNoticesRequest(states=states, page_size=_ROWS, page_token=page)
        listed = visit.clients.notices.ListNotices(asked)
        return list(listed.notices), listed.next_page_token
    found = finding.found(visit, form, page_size=_ROWS, page_token=page)
    return [letter for letter in found.notices if not show or letter.state in states], found.next_page_token
