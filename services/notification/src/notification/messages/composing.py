"""A mail in words: what its messages say, as HTML and as text, from one source."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
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
_LONGEST_SUBJECT = 150
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
        return Letter(mail.id, sender, to.email, self.compose(mail, items, to, at=at))

    def compose(
        self, mail: Claimed, items: Sequence[Item], to: directory.PersonContact, *, at: datetime
    ) -> EmailMessage:
        """Return the mail that says *items*, to a person who has an address."""
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
        message = EmailMessage()
        message["From"] = Address("Cadre", addr_spec=self.sent_by)
        message["To"] = _address(to)
        message["Subject"] = subject(parts)
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
        message.set_content(_TEMPLATES.get_template("mail.txt.j2").render(values))
        message.add_alternative(_TEMPLATES.get_template("mail.html.j2").render(values), subtype="html")
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


def _address(to: directory.PersonContact) -> Address:
    return Address(to.display_name, addr_spec=to.email)
