"""A mail in words: what its messages say, as HTML and as text, from one source."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.charset import QP, Charset
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import compat32
from email.utils import format_datetime, formataddr
from urllib.parse import urlencode
from uuid import UUID

import jinja2

from cadre.directory.v1 import contact_service_pb2 as directory
from notification.messages.mails import Claimed, Item
from notification.messages.post import Letter
from notification.messages.rules import verp
from notification.messages.rules.kinds import KINDS
from notification.messages.rules.said import said
from notification.messages.rules.words import Said
from servicekit.calendar import PACIFIC, pacific_date

_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("notification.messages"),
    autoescape=jinja2.select_autoescape(["html.j2"]),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATE_OF = {"plain": "mail.txt.j2", "html": "mail.html.j2"}
_LONGEST_SUBJECT = 150
# Read by whoever looks into a mail, too, unlike what Python has for UTF-8.
_UTF8 = Charset("utf-8")
_UTF8.body_encoding = QP
# Lines end as the protocol has them.
_CRLF = compat32.clone(linesep="\r\n")
# What the key is for by which envelope senders are signed.
BOUNCE_KEY = b"mail that comes back"


@dataclass(frozen=True)
class Bounces:
    """Where what comes back comes back: at a *domain* of ours, to addresses that are signed with a *key*."""

    domain: str
    key: bytes = field(repr=False)


@dataclass(frozen=True)
class Writer:
    """Whose mail it is: the address that it is *sent_by*, where the *pages* are, and whether it is a demonstration.

    What comes back is read at *bounces*; None = it comes back to the sender, where nobody reads it.
    """

    sent_by: str
    pages: str
    demonstration: bool = False
    bounces: Bounces | None = None

    @property
    def domain(self) -> str:
        """The domain of the sender, in which ids of mails are unique."""
        return self.sent_by.rpartition("@")[2]

    def letter(self, mail: Claimed, items: Sequence[Item], to: directory.PersonContact, *, at: datetime) -> Letter:
        """Return the mail as it is handed over, with the sender of its envelope."""
        sender = self.sent_by
        if self.bounces is not None:
            day = pacific_date(at)
            sender = verp.address(self.bounces.key, self.bounces.domain, mail.id, hash_of(to.email), day)
        return Letter(mail.id, sender, to.email, self.compose(mail, items, to, at=at).as_bytes(policy=_CRLF))

    def compose(self, mail: Claimed, items: Sequence[Item], to: directory.PersonContact, *, at: datetime) -> Message:
        """Return the mail that says *items*, to a person who has an address.

        Of the older classes, which write headers as they are given: the newer one reads each of them as if somebody
        else had written it, and that was half of what a mail took.
        """
        parts = [said(item.kind, item.about, item.facts) for item in items]
        optional = all(not KINDS[item.kind].mandatory for item in items)
        values = {
            "name": to.given_name,
            "parts": list(zip(parts, map(self._link, parts, items), strict=True)),
            "title": parts[0].title,
            "pages": self.pages,
            "choices": f"{self.pages}/messages/choices",
            # An address of an agency's list makes no choices; who looks after the list takes it off.
            "listed_at": f"{self.pages}/{to.list_of}/mailing-list" if to.list_of else "",
            "demonstration": self.demonstration,
        }
        message = MIMEMultipart("alternative")
        message["From"] = formataddr(("Cadre", self.sent_by))
        message["To"] = formataddr((_line(to.display_name), to.email))
        message["Subject"] = Header(_line(subject(parts))).encode()
        message["Date"] = format_datetime(at.astimezone(PACIFIC))
        message["Message-ID"] = f"<{mail.id}@{self.domain}>"
        for about in {item.about for item in items} if len({item.about for item in items}) == 1 else ():
            message["References"] = f"<{about.replace('/', '.')}@{self.domain}>"
        # No answer by a machine, so that none is answered by ours.
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        if optional:
            # The page asks; to open it changes nothing, for what looks at links opens them all.
            message["List-Unsubscribe"] = f"<{self.pages}/messages/choices>"
        for kind in ("plain", "html"):
            part = MIMENonMultipart("text", kind)
            part.set_payload(_TEMPLATES.get_template(_TEMPLATE_OF[kind]).render(values), _UTF8)
            message.attach(part)
        return message

    def _link(self, part: Said, item: Item) -> str:
        """Return where a button leads; it says which message was followed, and that it was a mail's."""
        asked = {"from": "mail"} if part.link.startswith("/training/") else {}
        if item.message_id is not None:
            asked["message"] = str(item.message_id)
        return f"{self.pages}{part.link}{f'?{urlencode(asked)}' if asked else ''}"


def mail_of(message_id: str) -> UUID:
    """Return the id of the mail that has a Message-ID of ours."""
    return UUID(message_id.strip("<>").partition("@")[0])


def hash_of(address: str) -> str:
    """Return by what an address is known that does not work."""
    return hashlib.sha256(address.casefold().encode()).hexdigest()


def can_be_written_to(email: str) -> bool:
    """Whether a mail can be addressed so: one address, of which each letter goes through any server."""
    try:
        return Address(addr_spec=email).addr_spec == email and email.isascii()
    except (MessageError, ValueError, LookupError):  # what the library raises for addresses that are none
        return False


def subject(parts: Sequence[Said]) -> str:
    """Return what stands in the list of mails: what the first message says, and how many more there are."""
    more = f" (and {len(parts) - 1} more)" if len(parts) > 1 else ""
    title = parts[0].title
    room = _LONGEST_SUBJECT - len(more)
    return f"{title if len(title) <= room else title[: room - 1].rstrip() + '…'}{more}"


def _line(text: str) -> str:
    """Return *text* as one line: what follows a line's end in a header would be another header."""
    return " ".join(text.split())
