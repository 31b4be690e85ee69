"""Papers, minutes and recordings of a meeting: editions that never change."""

import hashlib

from partnership.meetings.rules.meetings import Step, check_link
from servicekit.refusals import InvalidField

MINUTES, RECORDING = "MINUTES", "RECORDING"
KINDS = ("PAPER", MINUTES, "CHAT", RECORDING, "TRANSCRIPT")
LONGEST_TEXT = 200_000
_LONGEST_TITLE, _LONGEST_LINK = 200, 500


def check(kind: str, title: str, text: str, link: str) -> None:
    """Refuse an edition that says nothing, or too much."""
    if kind not in KINDS:
        raise InvalidField("kind", kind, f"must be one of {', '.join(KINDS)}")
    if not title or len(title) > _LONGEST_TITLE:
        raise InvalidField("title", title, f"must be given, of at most {_LONGEST_TITLE} characters")
    if len(text) > LONGEST_TEXT:
        raise InvalidField("text", len(text), f"must have at most {LONGEST_TEXT:,} characters")
    if len(link) > _LONGEST_LINK:
        raise InvalidField("link", len(link), f"must have at most {_LONGEST_LINK} characters")
    check_link("link", link)
    needed, other = ("link", "text") if kind == RECORDING else ("text", "link")
    given = {"link": link, "text": text}
    if not given[needed]:
        raise InvalidField(needed, "", f"must be given for {kind}")
    if given[other]:
        raise InvalidField(other, given[other], f"must be empty for {kind}")


def step_of(kind: str) -> Step:
    """Return the step by which an edition of a kind comes: minutes only between notes and their approval."""
    if kind == MINUTES:
        return Step.APPROVE
    return Step.ADD_PAPER if kind == "PAPER" else Step.ADD_WHAT_CAME_OF_IT


def digest(text: str, link: str) -> str:
    """Return the SHA-256 of what an edition says, in hexadecimal."""
    return hashlib.sha256((text or link).encode()).hexdigest()
