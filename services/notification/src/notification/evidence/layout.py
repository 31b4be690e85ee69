"""What stands in a packet: its tables' columns, its figures, and what its first file says."""

import re
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from notification.letters.tables import Notice
from servicekit.calendar import PACIFIC
from servicekit.files.packets import Figure

VERSIONS = ("version", "change", "issued_at", "author", "approver", "what_changed", "text_sha256", "file")
FILES = ("version", "place", "kind", "title", "filename", "sha256", "file")
APPROVALS = ("version", "at", "actor", "from", "to", "reason")
PEOPLE = (
    *("person", "units", "due", "ready", "on_leave", "excused", "opened_at", "confirmed_at", "trained_at"),
    "asked_by_agency_alone",
)
AGENCIES = ("agency", "delivered_at", "confirmed_at", "confirmed_by", "problem")
CONFIRMATIONS = (
    *("person", "kind", "for_agency", "version", "text_sha256", "at"),
    *("statement_sha256", "channel", "recorded_by", "reason", "asked_by_agency_alone"),
)
STATEMENTS = ("sha256", "language", "file")
MESSAGES = ("message", "person", "scope", "kind", "wanted_at", "due", "state", "cause", "sent_at")
QUESTIONS = ("question", "part", "person", "asked_at", "text")
ANSWERS = ("question", "answered_by", "answered_at", "text")
CLARIFICATIONS = ("clarification", "part", "given_by", "given_at", "text", "superseded_by")

KEPT_DAYS = 30
MESSAGE_STATES = ("WANTED", "MAILED", "SENT", "HELD_BACK", "FAILED", "BOUNCED")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_README = """EVIDENCE PACKET: {title}

{subject}
{scope}
Made {at}, Pacific time. Packet {packet}.
{mark}
WHAT IS IN IT

summary.pdf          the figures, on paper
summary.csv          the same figures
versions/            each version of the letter: text.json is the very text of which the fingerprint was taken, byte for
                     byte; files/ are its files
versions.csv         when each was issued, by whom it was approved, what it changed, and its fingerprint (SHA-256)
files.csv            the files of each version, with their fingerprints
people.csv           who is on the letter's list now, and how they stand
agencies.csv         local agencies: when the letter came, when each confirmed it, and its figures
confirmations.csv    who opened and who confirmed which version (by its fingerprint), and when. It is never changed
statements/          what people agreed to when they confirmed, word by word; statements.csv lists it
messages.csv         what people were to hear of the letter: reminders, escalations, and what became of each by mail
questions.csv, answers.csv, clarifications.csv
{more}manifest.json        what must hold of these files, for programs
SHA256SUMS           the fingerprint of each file

{names}
Moments are in Pacific time. An apostrophe before a text that begins like a formula is not part of it.
Messages that speak of several letters at once (the week's list) are not in messages.csv.
{withdrawn}
HOW TO CHECK IT WITHOUT CADRE

Unpack the ZIP, and run in its folder:   sha256sum -c SHA256SUMS
On a Mac:                                shasum -a 256 -c SHA256SUMS
Each line must say OK. The fingerprint of a version in versions.csv is that of its text.json in SHA256SUMS; each row of
confirmations.csv names a version and its fingerprint, which must be one of versions.csv.
`cadre packet verify FILE` does all of this, counts the figures again, and finds what was changed, added or taken out.
The fingerprint of the whole ZIP stands on the page where the packet was made, with who made it and when.
"""


def about(notice: Notice, packet_id: UUID, agency_id: str, at: datetime) -> dict[str, object]:
    """Return what a packet is about."""
    return {
        "packet": str(packet_id),
        "letter": str(notice.id),
        "title": f"{notice.series} {notice.number}",
        "subject": notice.subject,
        "version": notice.version,
        "text_sha256": notice.text_sha256,
        "agency": agency_id,
        "at": at.astimezone(PACIFIC).isoformat(" ", "seconds"),
        "withdrawn_at": notice.withdrawn_at.astimezone(PACIFIC).isoformat(" ", "seconds")
        if notice.withdrawn_at
        else "",
        "demonstration": notice.demonstration,
    }


def readme(said: Mapping[str, object], *, names: bool) -> str:
    """Return what the first file says."""
    agency = said["agency"]
    return _README.format(
        title=said["title"],
        subject=said["subject"],
        scope=f"Agency: {agency}, its own people by name." if agency else "The whole state: ids and counts, no names.",
        at=said["at"],
        packet=said["packet"],
        mark="\nDEMONSTRATION: not issued by DCSS. All staff in it are synthetic.\n" if said["demonstration"] else "",
        more="" if agency else "approvals.csv        the way of each version through approval\n",
        names="Names are those of people who work at the agency as the packet is made; of others there is the id alone."
        if names
        else "People are named by ids that only Cadre can tell apart.",
        withdrawn=f"The letter was withdrawn {said['withdrawn_at']}; people.csv has its list as it is now.\n"
        if said["withdrawn_at"]
        else "",
    )


def file_name(version: int, place: int, filename: str) -> str:
    """Return under which name a packet has a file of a version: one that every program takes."""
    return f"versions/{version}/files/{place:02d}-{_UNSAFE.sub('_', filename)[-80:]}"


def figures(values: Mapping[str, int]) -> list[Figure]:
    """Return the figures of a packet by what was counted, each with how it is counted again."""

    def figure(name: str, table: str, counted: str = "", *, filled: tuple[str, ...] = (), **where: str) -> Figure:
        return Figure(name, values.get(counted or name, 0), table, where, filled)

    return [
        figure("versions", "versions.csv", "versions.csv"),
        figure("files", "files.csv", "files.csv"),
        figure("staff_on_the_list", "people.csv", "listed", excused="no", asked_by_agency_alone="no"),
        figure("staff_ready", "people.csv", "ready", ready="yes", asked_by_agency_alone="no"),
        figure("staff_on_leave", "people.csv", "on_leave", excused="no", on_leave="yes", asked_by_agency_alone="no"),
        figure("does_not_apply_to", "people.csv", "excused", excused="yes", asked_by_agency_alone="no"),
        figure("asked_by_their_agency_alone", "people.csv", "local", asked_by_agency_alone="yes"),
        figure("agencies", "agencies.csv", "agencies.csv"),
        figure("agencies_confirmed", "agencies.csv", filled=("confirmed_at",)),
        figure("opened", "confirmations.csv", "READ", kind="READ", asked_by_agency_alone="no"),
        figure("confirmed", "confirmations.csv", "CONFIRM", kind="CONFIRM", asked_by_agency_alone="no"),
        figure("confirmed_on_behalf", "confirmations.csv", "RECORDED", kind="RECORDED", asked_by_agency_alone="no"),
        figure("confirmed_for_agencies", "confirmations.csv", "AGENCY", kind="AGENCY"),
        figure("messages", "messages.csv", "messages.csv"),
        *(figure(f"messages_{state.lower()}", "messages.csv", state=state) for state in MESSAGE_STATES),
        figure("questions", "questions.csv", "questions.csv"),
        figure("clarifications", "clarifications.csv", "clarifications.csv"),
    ]
