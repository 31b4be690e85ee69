"""The summary of a packet on paper: a tagged PDF (PDF/UA-1), set by Typst.

What is said goes in as data, never as markup: whatever a letter is called, it is text.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from servicekit.files import paper
from servicekit.files.packets import Figure

_TEMPLATE = Path(__file__).parent / "summary.typ"
# As the paper says it.
_WORDS: Mapping[str, str] = {
    "versions": "Versions of the letter",
    "files": "Files of all versions",
    "staff_on_the_list": "Staff on the list",
    "staff_ready": "Staff ready",
    "staff_on_leave": "Staff on leave",
    "does_not_apply_to": "Staff to whom it does not apply",
    "asked_by_their_agency_alone": "Staff whom their agency alone asks, in none of these",
    "agencies": "Agencies",
    "agencies_confirmed": "Agencies that confirmed",
    "opened": "Opened, by version and person",
    "confirmed": "Confirmed, by version and person",
    "confirmed_on_behalf": "Confirmed on behalf of a person",
    "confirmed_for_agencies": "Confirmed for an agency, by version",
    "messages": "Messages to people",
    "messages_wanted": "Messages that wait for their time",
    "messages_mailed": "Messages on their way by mail",
    "messages_sent": "Messages sent by mail",
    "messages_held_back": "Messages held back by mail, each with its cause",
    "messages_failed": "Messages that no mail server took",
    "messages_bounced": "Messages whose mail came back",
    "questions": "Questions",
    "clarifications": "Official clarifications",
}


def pdf(
    about: Mapping[str, object],
    figures: Sequence[Figure],
    versions: Sequence[Sequence[str]],
    *,
    demonstration: bool,
    at: datetime,
) -> bytes:
    """Return the summary."""
    said = {
        **{name: str(about[name]) for name in ("title", "subject", "at", "packet", "withdrawn_at")},
        "scope": f"Agency: {about['agency']}" if about["agency"] else "The whole state",
        "mark": "Synthetic data of a demonstration. Not issued by DCSS." if demonstration else "",
        "figures": [[_WORDS[one.name], f"{one.value:,}"] for one in figures],
        "versions": [list(one) for one in versions],
    }
    return paper.pdf(_TEMPLATE, said, at)
