"""What feeds say of a letter: in titles, in a sentence, by which address."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from google.protobuf.timestamp_pb2 import Timestamp

from cadre.notification.v1 import notice_service_pb2 as pb
from gateway.letters import letters

# What XML cannot hold: letters that were issued before texts were cleaned may have it.
_UNSAYABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Site:
    """Where the letters are read: the address of this site, and below it the page of a letter, with `{id}` in it."""

    address: str
    letter: str

    @property
    def host(self) -> str:
        """By what ids are unique in the world."""
        return urlsplit(self.address).hostname or "localhost"

    def page(self, letter: pb.Notice) -> str:
        """The page of a letter."""
        return self.address + self.letter.format(id=id_of(letter))


def id_of(letter: pb.Notice) -> str:
    """The letter's id, as paths have it."""
    return letter.name.removeprefix("notices/")


def withdrawn(letter: pb.Notice) -> bool:
    """Whether it no longer holds."""
    return letter.state == pb.Notice.WITHDRAWN


def named(letter: pb.Notice) -> str:
    """`CSSP 26-04, Earning capacity`; of a letter that DCSS did not issue it is said."""
    mark = " (DEMONSTRATION, not issued by DCSS)" if letter.demonstration else ""
    return plain(letters.named(letter) + mark)


def sentence(letter: pb.Notice) -> str:
    """What changes, in the letter's one sentence; of one that no longer holds, why."""
    return plain(f"Withdrawn: {letter.withdraw_reason}" if withdrawn(letter) else letter.change)


def plain(text: str) -> str:
    """Return *text* without what no reader of feeds could take."""
    return _UNSAYABLE.sub("", text)


def issued_at(letter: pb.Notice) -> datetime:
    """When it was issued."""
    return moment(letter.publish_time)


def changed_at(letter: pb.Notice) -> datetime:
    """When it was issued, amended, or withdrawn."""
    if withdrawn(letter):
        return moment(letter.withdraw_time)
    return moment(letter.amend_time if letter.HasField("amend_time") else letter.publish_time)


def changes(letter: pb.Notice) -> int:
    """How often it was amended or withdrawn, in steps that leave room for what happens under one version."""
    return 1_000 * max(letter.version - 1, 0) + int(withdrawn(letter))


def moment(time: Timestamp) -> datetime:
    """Read a time of the contract, to the second."""
    return time.ToDatetime(tzinfo=UTC).replace(microsecond=0)
