"""Reports of mail that came back (RFC 3464): what is said of it, and whether the address is to blame.

Whatever else comes, such as an answer by a machine that somebody is away, is no report and changes nothing.
"""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

from notification.messages.rules.answers import without_addresses

# A report has two or three parts, and one may be the mail that came back, with parts of its own. More is none of ours:
# to read parts in parts in parts takes its time.
_MOST_PARTS = 10
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_PERMANENT = "5"
# Of what a status says for good, this is about the address: there is none, its domain is none, its mailbox is closed.
# Full, too large, or not wanted (spam) says nothing of it.
_SUBJECTS = ("0", "1", "4")
_CLOSED = ("2", "1")
_LONGEST = 300


@dataclass(frozen=True)
class Bounce:
    """A mail came back. *said* is what the server said, without addresses; *blames*: the address does not work."""

    said: str
    blames: bool


def read(content: bytes) -> Bounce | None:
    """Return what a report says of the one mail that it is about; None if nothing came back, or it is no report."""
    if content.lower().count(b"boundary=") > _MOST_PARTS:
        return None
    try:
        message = message_from_bytes(content, policy=compat32)
        reports = [part for part in message.walk() if part.get_content_type() == "message/delivery-status"]
    except (ValueError, LookupError, RecursionError):  # what the library raises for what is no mail
        return None
    groups = [group for report in reports[:1] for group in _groups(report)]
    failed = [group for group in groups if _field(group, "Action").casefold() == "failed"]
    return _said(failed[0]) if failed else None


def _groups(report: Message) -> list[Message]:
    """Return the groups of fields of a report: of the mail, and then of each recipient."""
    payload = report.get_payload()
    return [group for group in payload if isinstance(group, Message)] if isinstance(payload, list) else []


def _said(group: Message) -> Bounce:
    status = _STATUS.search(_field(group, "Status"))
    diagnostic = _field(group, "Diagnostic-Code").partition(";")[2] or "it came back"
    said = without_addresses(" ".join(f"{status[0] if status else ''} {diagnostic}".split()))[:_LONGEST]
    if status is None or status[1] != _PERMANENT:
        return Bounce(said, blames=False)
    return Bounce(said, blames=status[2] in _SUBJECTS or (status[2], status[3]) == _CLOSED)


def _field(group: Message, name: str) -> str:
    return " ".join(str(group.get(name, "")).split())
