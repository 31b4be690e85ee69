"""The register as a file for spreadsheet programs."""

from collections.abc import Iterable
from datetime import date

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import register_service_pb2 as pb
from gateway.register import sayings
from gateway.web import sheets

COLUMNS = (
    *("In force on", "As known on", "Letter", "Subject", "Topic", "Since", "Day as printed", "Laws and rules"),
    *("Superseded in part by", "Ends by", "Issued by", "From before Cadre"),
    "Parts that take effect later",
)
_MARK = " (DEMONSTRATION, not issued by DCSS)"
_EXACT = {pb.Ruling.DAY: "a day", pb.Ruling.MONTH: "a month alone", pb.Ruling.YEAR: "a year alone"}


def in_force(listed: pb.ListInForceResponse, letters: Iterable[pb.Ruling]) -> bytes:
    """Return all *letters* of a register, in the order of its page."""
    return sheets.file_of(
        COLUMNS,
        [
            [
                listed.on,
                listed.known_on,
                sayings.title(one) + (_MARK if one.demonstration else ""),
                one.subject,
                one.topic,
                one.since,
                _EXACT[one.exact],
                "; ".join(sayings.rule(named) for named in one.rules),
                "; ".join(_by(other) for other in one.superseded_by if not other.whole),
                "; ".join(_by(other) for other in one.superseded_by if other.whole),
                one.issuer,
                "Yes" if one.historic else "No",
                "; ".join(f"{part.section}: {part.effective_date}" for part in one.section_dates),
            ]
            for one in letters
        ],
    )


def name(listed: pb.ListInForceResponse, today: date) -> str:
    """`in-force-on-2026-11-30.csv`; as it was known on another day, with that day."""
    known = "" if listed.known_on == today.isoformat() else f"-as-known-on-{listed.known_on}"
    return f"in-force-on-{listed.on}{known}.csv"


def _by(other: notice_pb.Successor) -> str:
    return f"{other.series} {other.number} since {other.since}"
