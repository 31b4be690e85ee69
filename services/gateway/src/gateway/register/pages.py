"""The register: what rules on a day, as a list and as a file; and the letters of a topic over time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi.exceptions import HTTPException

from cadre.notification.v1 import register_service_pb2 as pb
from gateway.register import drawing, files, sayings
from gateway.web import sheets
from gateway.web.forms import SentForm
from gateway.web.visit import Answer, Visit, Visitor
from servicekit.calendar import YEARS_OF_DOCUMENTS
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/in-force")

_ROWS, _ROWS_OF_A_FILE = 50, 1000
# More than so many are not counted.
_MOST_COUNTED = 500


@dataclass(frozen=True)
class Asked:
    """What of the register is asked for, as it stands in the address; '' = today, now, or any."""

    on: str = ""
    known_on: str = ""
    topic: str = ""
    rule: str = ""
    series: str = ""

    def params(self, **changes: str) -> str:
        """Write it as an address has it, without what is not said."""
        said = vars(self) | changes
        return urlencode({name: value for name, value in said.items() if value})


def _asked(on: str = "", known_on: str = "", topic: str = "", rule: str = "", series: str = "") -> Asked:
    """Read what is asked for from an address."""
    return Asked(on.strip(), known_on.strip(), topic.strip(), rule.strip(), series.strip())


Wanted = Annotated[Asked, Depends(_asked)]


@router.get("")
def register_page(visit: Visitor, asked: Wanted, page: str = "") -> Answer:
    """What rules on a day: all letters, or those on a topic or a rule, or of a series."""
    form = SentForm(outcomes=visit.gateway.outcomes, values={name: [value] for name, value in vars(asked).items()})
    listed, topics = pb.ListInForceResponse(), pb.ListTopicsResponse()
    try:
        listed = visit.clients.register.ListInForce(_request(asked, page_size=_ROWS, page_token=page))
        topics = visit.clients.register.ListTopics(pb.ListTopicsRequest(on=asked.on, known_on=asked.known_on))
    except Refused as refused:
        form.refuse(refused)
    chosen = {one.topic: f"{one.topic[:1].upper()}{one.topic[1:]} ({one.letters:,})" for one in topics.topics}
    if asked.topic:
        chosen.setdefault(asked.topic.lower(), asked.topic)
        form.values["topic"] = [asked.topic.lower()]
    form.values["on"] = [asked.on or listed.on or visit.today.isoformat()]
    return visit.page(
        "register/register.html",
        status=400 if form.errors else 200,
        form=form,
        asked=asked,
        listed=listed,
        more_than=_MOST_COUNTED if listed.total_size > _MOST_COUNTED else 0,
        topics=[("", "Any"), *chosen.items()],
        series=[("", "Any"), *((name, name) for name in sorted(visit.series()))],
        sayings=sayings,
        years=YEARS_OF_DOCUMENTS,
        page=page,
    )


@router.get("/letters.csv")
def register_file(visit: Visitor, asked: Wanted) -> Answer:
    """The register as a file: all letters of the list, on all its pages."""
    pages = list(_all(visit, asked))
    letters = [letter for listed in pages for letter in listed.letters]
    return visit.download(files.in_force(pages[0], letters), files.name(pages[0], visit.today), sheets.MEDIA_TYPE)


@router.get("/topic")
def topic_page(visit: Visitor, topic: str = "") -> Answer:
    """All letters on a topic: from when until when each ruled, and will."""
    if not topic.strip():
        raise HTTPException(404)
    found = visit.clients.register.GetTimeline(pb.GetTimelineRequest(topic=topic))
    return visit.page(
        "register/topic.html",
        topic=found.topic[:1].upper() + found.topic[1:],
        found=found,
        picture=drawing.timeline(found.letters, visit.today),
        rows=drawing.ROW,
        sayings=sayings,
    )


def _request(asked: Asked, *, page_size: int, page_token: str) -> pb.ListInForceRequest:
    return pb.ListInForceRequest(
        on=asked.on,
        known_on=asked.known_on,
        topic=asked.topic,
        rule=asked.rule,
        series=asked.series,
        page_size=page_size,
        page_token=page_token,
    )


def _all(visit: Visit, asked: Asked) -> Iterator[pb.ListInForceResponse]:
    token = ""
    while True:
        listed = visit.clients.register.ListInForce(_request(asked, page_size=_ROWS_OF_A_FILE, page_token=token))
        yield listed
        token = listed.next_page_token
        if not token:
            return
