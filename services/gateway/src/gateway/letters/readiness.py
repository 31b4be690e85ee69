"""What the state reads from the figures of its agencies: who needs a call, and the table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.notification.v1 import readiness_service_pb2 as pb
from gateway.words import sentences

# Longer ones are cut by e-mail programs in use.
_LONGEST_LINK = 1800


@dataclass(frozen=True)
class Needed:
    """An agency that needs a call, why, and whom to call there."""

    agency: agency_pb.Agency
    reason: str

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
    late, troubled, behind = [], [], []
    for figures in readiness.agencies:
        agency = agencies.get(figures.agency)
        if agency is None:
            continue
        counts = figures.counts
        if figures.confirmation_overdue:
            late.append(Needed(agency, "Has not confirmed, and the day for it has passed."))
        elif urgent and figures.deliver_time.seconds and not (figures.confirm_time.seconds or figures.asked_no_more):
            late.append(Needed(agency, "Has not confirmed yet, and the letter is urgent."))
        elif figures.problem:
            troubled.append(Needed(agency, f"Reports: {figures.problem}"))
        elif counts.overdue:
            share = counts.overdue / counts.at_work
            said = sentences.of(counts.overdue, counts.at_work)
            behind.append((share, Needed(agency, f"{said} staff are past due.")))
    for group in (late, troubled):
        group.sort(key=lambda needed: needed.agency.short_title)
    behind.sort(key=lambda pair: (-pair[0], pair[1].agency.short_title))
    return [*late, *troubled, *(needed for _, needed in behind)]


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
