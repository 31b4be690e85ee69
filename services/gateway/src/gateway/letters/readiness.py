"""What the state reads from the figures of its agencies: who needs a call, and the table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from urllib.parse import quote

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as pb
from gateway.words import sentences

# Longer ones are cut by e-mail programs in use.
_LONGEST_LINK = 1800


class Why(IntEnum):
    """Why an agency needs a call, in this order."""

    UNCONFIRMED = 0
    PROBLEM = 1
    BEHIND = 2


@dataclass(frozen=True)
class Needed:
    """An agency that needs a call, why, and whom to call there; *share* is how many of its staff are past due."""

    agency: agency_pb.Agency
    reason: str
    why: Why
    share: float = 0

    @property
    def contacts(self) -> list[agency_pb.Contact]:
        """Its coordinators and directors."""
        return list(self.agency.contacts)


@dataclass(frozen=True)
class Row:
    """One line of the table of all agencies."""

    agency: agency_pb.Agency
    figures: pb.AgencyReadiness


def needs_a_call(
    readiness: pb.Readiness, agencies: Mapping[str, agency_pb.Agency], *, urgent: bool = False
) -> list[Needed]:
    """Return who needs a call, in this order: confirmation past due, a reported problem, staff past due.

    Of an *urgent* letter every agency that is asked to confirm, and has not yet, comes first. Each agency stands once,
    for its first reason. Those with staff past due: the larger share first.
    """
    found = []
    for figures in readiness.agencies:
        agency, counts = agencies.get(figures.agency), figures.counts
        if agency is None:
            continue
        if figures.confirmation_overdue:
            found.append(Needed(agency, "Has not confirmed, and the day for it has passed.", Why.UNCONFIRMED))
        elif urgent and figures.deliver_time.seconds and not (figures.confirm_time.seconds or figures.asked_no_more):
            found.append(Needed(agency, "Has not confirmed yet, and the letter is urgent.", Why.UNCONFIRMED))
        elif figures.problem:
            found.append(Needed(agency, f"Reports: {figures.problem}", Why.PROBLEM))
        elif counts.overdue:
            said = sentences.of(counts.overdue, counts.at_work)
            share = counts.overdue / counts.at_work
            found.append(Needed(agency, f"{said} staff are past due.", Why.BEHIND, share))
    return sorted(found, key=_in_order)


def calls(
    letters: Iterable[notice_pb.Notice], figures: Mapping[str, pb.Readiness], agencies: Mapping[str, agency_pb.Agency]
) -> list[tuple[notice_pb.Notice, Needed]]:
    """Return who needs a call about any of the letters that are out, in the same order, each agency once."""
    found = [
        (letter, needed)
        for letter in letters
        if letter.state == notice_pb.Notice.PUBLISHED and letter.name in figures
        for needed in needs_a_call(figures[letter.name], agencies, urgent=bool(letter.urgent_reason))
    ]
    found.sort(key=lambda pair: _in_order(pair[1]))
    first: dict[str, tuple[notice_pb.Notice, Needed]] = {}
    for letter, needed in found:
        first.setdefault(needed.agency.name, (letter, needed))
    return list(first.values())


def _in_order(needed: Needed) -> tuple[int, float, str]:
    return needed.why, -needed.share, needed.agency.short_title


def rows(
    readiness: pb.Readiness, agencies: Mapping[str, agency_pb.Agency], *, region: str = "", size: str = ""
) -> list[Row]:
    """Return the lines of the table, A-Z: never ranked. *region* and *size* leave only those that have them."""
    found = [
        Row(agencies[figures.agency], figures)
        for figures in readiness.agencies
        if figures.agency in agencies
        and region in ("", agencies[figures.agency].region)
        and size in ("", agencies[figures.agency].size_class)
    ]
    return sorted(found, key=lambda row: row.agency.short_title)


def addresses(needed: Sequence[Needed]) -> str:
    """Return the e-mail addresses of those to call, as an e-mail program takes them."""
    return "; ".join(_addresses(needed))


def mail_to(needed: Sequence[Needed]) -> str:
    """Return a link that opens an e-mail to those to call, none of whom sees the others; empty if it were too long."""
    found = ",".join(quote(address, safe="@") for address in _addresses(needed))
    return f"mailto:?bcc={found}" if 0 < len(found) <= _LONGEST_LINK else ""


def _addresses(needed: Sequence[Needed]) -> list[str]:
    return list(dict.fromkeys(contact.email for one in needed for contact in one.contacts if contact.email))
