"""What mail is about, by the letters' numbers: pages for operators name no people."""

from collections.abc import Mapping, Sequence

from cadre.notification.v1 import notice_service_pb2 as pb
from gateway.letters import letters
from gateway.web.table import Filter
from gateway.web.visit import Visit

# As many as a choice can hold; mail about older ones is rare.
_MOST = 100


def titles(visit: Visit) -> dict[str, str]:
    """Return the letters that were issued lately, the newest first, by name."""
    request = pb.ListNoticesRequest(states=letters.ISSUED, page_size=_MOST)
    return {letter.name: letters.named(letter) for letter in visit.clients.notices.ListNotices(request).notices}


def by_letter(known: Mapping[str, str]) -> Filter:
    """Return the choice of a letter by which a list of mail is narrowed."""
    return Filter("about", "Letter", [("", "All letters"), *known.items()])


def said(about: Sequence[str], known: Mapping[str, str]) -> str:
    """Say what a mail is about."""
    return " · ".join(known.get(name, "An older letter" if name.startswith("notices/") else "A role") for name in about)
