"""What mail is about, by the letters' numbers: pages for operators name no people."""

from collections.abc import Mapping, Sequence

from cadre.notification.v1 import notice_service_pb2 as pb
from gateway.letters import letters
from gateway.web.table import Filter
from gateway.web.visit import Visit

# As many as a choice can hold; mail about older ones is rare.
_MOST = 100


def issued(visit: Visit) -> dict[str, pb.Notice]:
    """Return the letters that were issued lately, the newest first, by name."""
    request = pb.ListNoticesRequest(states=letters.ISSUED, page_size=_MOST)
    return {letter.name: letter for letter in visit.clients.notices.ListNotices(request).notices}


def by_letter(known: Mapping[str, pb.Notice]) -> Filter:
    """Return the choice of a letter by which a list of mail is narrowed."""
    options = [("", "All letters"), *((name, letters.named(letter)) for name, letter in known.items())]
    return Filter("about", "Letter", options)


def said(about: Sequence[str], known: Mapping[str, pb.Notice]) -> str:
    """Say what a mail is about: `CSSP 26-04`."""
    return " · ".join(dict.fromkeys(_named(name, known) for name in about))


def _named(about: str, known: Mapping[str, pb.Notice]) -> str:
    if about in known:
        return letters.title(known[about])
    if about.startswith("notices/"):
        return "An older letter"
    return "The week" if about.startswith("weeks/") else "Other than a letter"
