"""The state's list of letters: drafts, those that wait for somebody, and those that are out."""

from fastapi import APIRouter

from cadre.notification.v1 import notice_service_pb2 as pb
from gateway.letters import letters
from gateway.web.visit import Answer, Visitor

router = APIRouter(prefix="/letters")

# In this order: those that wait for somebody first, those that were withdrawn before the others.
_GROUPS = (
    ("Awaiting approval", pb.Notice.IN_APPROVAL),
    ("Scheduled", pb.Notice.SCHEDULED),
    ("Drafts", pb.Notice.DRAFT),
    ("Withdrawn", pb.Notice.WITHDRAWN),
    ("Issued", pb.Notice.PUBLISHED),
)


@router.get("")
def letter_list(visit: Visitor, page: str = "") -> Answer:
    """All letters for the state, by how they stand; of each group the urgent ones first."""
    answer = visit.clients.notices.ListNotices(pb.ListNoticesRequest(page_size=50, page_token=page))
    found = sorted(answer.notices, key=lambda letter: not letter.urgent_reason)
    return visit.page(
        "letters/letters.html",
        groups=[(title, [letter for letter in found if letter.state == state]) for title, state in _GROUPS],
        letters=letters,
        names=visit.names([letter.author for letter in found]),
        next_page=answer.next_page_token,
    )
