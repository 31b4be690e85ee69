"""Dead letters: events that could not be handled, for the operator to look at, hand over once more or give up."""

import json

from fastapi import APIRouter

from cadre.operations.v1 import operations_service_pb2 as pb
from cadre.operations.v1.operations_service_pb2_grpc import OperationsServiceStub
from gateway.operations.asking import PATIENCE_SECONDS, answered, ask_all, named, silent, stub
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/operations/dead-letters")

_PATH = "/operations/dead-letters"
_PAGE = 25


@router.get("")
def dead_letters(visit: Visitor, settled: str = "", service: str = "", page: str = "") -> Answer:
    """The newest of every service, or with *service* and *page* older ones of that one."""
    return _show(visit, Form(), settled=settled == "show", service=service, page=page)


@router.post("/{service}/{letter}/replay")
def replay(visit: Visitor, service: str, letter: str, form: Sent) -> Answer:
    """Hand an event to its handler once more."""
    request = pb.ReplayDeadLetterRequest(name=f"deadLetters/{letter}", request_id=form.request_id)
    try:
        stub(visit, service).ReplayDeadLetter(request)
    except Refused as error:
        form.refuse(error)
        return _show(visit, form)
    return visit.go(f"{_PATH}?settled=show", done="replayed")


@router.post("/{service}/{letter}/discard")
def discard(visit: Visitor, service: str, letter: str, form: Sent) -> Answer:
    """Give an event up, with a reason."""
    reason = f"reason-{letter}"
    form.needs(reason, "Say why the event may be given up.")
    if not form.errors:
        request = pb.DiscardDeadLetterRequest(
            name=f"deadLetters/{letter}", reason=form.text(reason), request_id=form.request_id
        )
        try:
            stub(visit, service).DiscardDeadLetter(request)
        except Refused as error:
            form.refuse(error, {"reason": reason})
    if form.errors:
        return _show(visit, form)
    return visit.go(f"{_PATH}?settled=show", done="discarded")


def _show(visit: Visit, form: Form, *, settled: bool = False, service: str = "", page: str = "") -> Answer:
    request = pb.ListDeadLettersRequest(page_size=_PAGE, show_settled=settled, page_token=page)

    def ask(one: OperationsServiceStub) -> pb.ListDeadLettersResponse:
        return one.ListDeadLetters(request, timeout=PATIENCE_SECONDS)

    answers = ask_all(visit, ask, of=service)
    letters = [(name, letter) for name, answer in answered(answers).items() for letter in answer.dead_letters]
    letters.sort(key=lambda pair: pair[1].create_time.seconds, reverse=True)
    return visit.page(
        "operations/dead_letters.html",
        status=400 if form.errors else 200,
        form=form,
        settled=settled,
        letters=[(name, letter, _pretty(letter.payload)) for name, letter in letters],
        older={name: answer.next_page_token for name, answer in answered(answers).items() if answer.next_page_token},
        silent=silent(answers),
        names=named(visit, [letter.actor for _, letter in letters]),
    )


def _pretty(payload: str) -> str:
    try:
        return json.dumps(json.loads(payload), indent=2, ensure_ascii=False)
    except ValueError:
        return payload
