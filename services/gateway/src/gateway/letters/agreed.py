"""What is on record of who read and confirmed a letter: which version, which statement, when and how."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from cadre.notification.v1 import acknowledgement_service_pb2 as pb
from gateway.web.visit import Visit

# As many as one call gives.
_A_CALL = 1_000
# By their numbers, so that a channel that comes later is said too.
_HOW = {
    pb.Acknowledgement.PAGE: "On its page",
    pb.Acknowledgement.MAIL_LINK: "By the link of a mail",
    pb.Acknowledgement.PACKET: "In a packet of letters",
    pb.Acknowledgement.API: "By a program",
    pb.Acknowledgement.ON_BEHALF: "Recorded for them",
}
_WHAT = {
    pb.Acknowledgement.READ: "Read",
    pb.Acknowledgement.CONFIRM: "Confirmed",
    pb.Acknowledgement.AGENCY: "Confirmed for the agency",
    pb.Acknowledgement.RECORDED: "Confirmed, as recorded",
}
_CONFIRMED = (pb.Acknowledgement.CONFIRM, pb.Acknowledgement.RECORDED)


def hash_of(statement: str) -> str:
    """Return the hash by which a form says which statement stood on the page."""
    return hashlib.sha256(statement.encode()).hexdigest()


def how(one: pb.Acknowledgement) -> str:
    """By which way it was confirmed."""
    return _HOW.get(one.channel, "Another way")


def what(one: pb.Acknowledgement) -> str:
    """Read, confirmed, or confirmed for the agency."""
    return _WHAT.get(one.kind, "Confirmed")


def own(visit: Visit, letter: str) -> Sequence[pb.Acknowledgement]:
    """Return what the visitor read and confirmed of a letter, the newest first."""
    request = pb.ListOwnAcknowledgementsRequest(notices=[letter], page_size=100)
    return visit.clients.acknowledgements.ListOwnAcknowledgements(request).acknowledgements


def of_people(visit: Visit, agency: str, letter: str, people: Iterable[str]) -> Mapping[str, list[pb.Acknowledgement]]:
    """Return by person what an agency's *people* read and confirmed of a letter, the newest first."""
    found: dict[str, list[pb.Acknowledgement]] = defaultdict(list)
    asked = list(people)
    for start in range(0, len(asked), _A_CALL):
        request = pb.ListAcknowledgementsRequest(
            parent=agency, notice=letter, page_size=_A_CALL, people=asked[start : start + _A_CALL]
        )
        while True:
            answer = visit.clients.acknowledgements.ListAcknowledgements(request)
            for one in answer.acknowledgements:
                found[one.person].append(one)
            request.page_token = answer.next_page_token
            if not answer.next_page_token:
                break
    return found


def confirmed(rows: Iterable[pb.Acknowledgement]) -> pb.Acknowledgement | None:
    """Return the newest confirmation of a person among *rows*; None if there is none."""
    return next((one for one in rows if one.kind in _CONFIRMED), None)
