"""Letters that fit what somebody typed, for every page with such a field."""

from cadre.notification.v1 import notice_service_pb2 as pb
from gateway.web.forms import Form
from gateway.web.visit import Visit

# As long as a search may be; more is pasted by mistake.
MOST = 200


def found(
    visit: Visit, form: Form, *, page_size: int, page_token: str = "", series: str = "", year: int = 0
) -> pb.SearchNoticesResponse:
    """Return a page of letters that fit the form's `query`; nothing, and why at the field, if it is too long."""
    query = form.text("query")
    if len(query) > MOST:
        form.errors["query"] = f"Search for {MOST} characters at most: a number, or a few words."
        return pb.SearchNoticesResponse()
    return visit.clients.notices.SearchNotices(
        pb.SearchNoticesRequest(query=query, page_size=page_size, page_token=page_token, series=series, year=year)
    )
