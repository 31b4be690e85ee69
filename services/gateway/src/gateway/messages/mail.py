"""Mail for operators: every rule with what it did, how mail leaves and what waits, and all mail; never a name."""

from fastapi import APIRouter

from cadre.notification.v1 import message_service_pb2 as pb
from gateway.messages import phrases
from gateway.web.table import Column, Filter, Table
from gateway.web.visit import Answer, Visitor

router = APIRouter(prefix="/operations/mail")

_TABLE = Table(
    rows=("mail", "mails"),
    columns=(
        Column("Put together"),
        Column("About"),
        Column("How it stands"),
        Column("Sent"),
        Column("Tries", number=True),
    ),
    by="",
    stands="the newest first",
    search="Number of a letter",
    size=25,
)
_STATES = {pb.MailState.Name(state).lower().replace("_", "-"): state for state in phrases.STATES}


@router.get("")
def mail(visit: Visitor) -> Answer:
    """Whether mail goes, what each rule did, and what became of each mail."""
    rules = visit.clients.messages.ListMessageRules(pb.ListMessageRulesRequest())
    states = [(word, phrases.STATES[state]) for word, state in _STATES.items()]
    filters = [Filter("state", "How it stands", [("", "All"), *states])]
    asked = _TABLE.asked(visit.request.query_params, "/operations/mail", filters, at="#all-mail")
    found = visit.clients.messages.ListMail(
        pb.ListMailRequest(
            state=_STATES.get(asked.text("state"), pb.MAIL_STATE_UNSPECIFIED),
            letter=asked.query,
            page_size=_TABLE.size,
            page_token=asked.page,
        )
    )
    return visit.page(
        "messages/mail.html",
        rules=rules,
        phrases=phrases,
        waits_seconds=visit.now.timestamp() - rules.oldest_queued_time.seconds,
        trouble=rules.trouble,
        asked=asked,
        rows=[(one, phrases.about(one), phrases.STATES[one.state], one.error) for one in found.mails],
        older=asked.link(page=found.next_page_token) if found.next_page_token else "",
    )
