"""Of which release of the case system a letter is, and whether it takes effect in a freeze window of it."""

from dataclasses import dataclass
from datetime import date

from cadre.notification.v1 import notice_service_pb2 as pb
from cadre.notification.v1 import release_service_pb2 as release_pb
from gateway.web.visit import Visit
from gateway.words import sentences
from servicekit.rpc.client import Refused

# Other letters are of none, and their pages need not ask.
_KINDS = (pb.Notice.RELEASE, pb.Notice.OUTAGE)


@dataclass(frozen=True)
class OfRelease:
    """The release, the items that the letter is about, and the freeze window in which it takes effect, if in one."""

    release: release_pb.Release
    items: list[str]
    freeze: str


def of(visit: Visit, letter: pb.Notice) -> OfRelease | None:
    """Return the release of a letter, if the visitor sees it."""
    if letter.kind not in _KINDS or not letter.name:
        return None
    asked = release_pb.FindReleaseOfNoticeRequest(notice=letter.name)
    found = visit.clients.releases.FindReleaseOfNotice(asked)
    if not found.HasField("release"):
        return None
    first, last = found.release.freeze_from_date, found.release.freeze_to_date
    inside = bool(first) and first <= letter.effective_date <= last
    span = f"{sentences.short_day(first, visit.today)} to {sentences.short_day(last, visit.today)}" if inside else ""
    return OfRelease(found.release, list(found.items), span)


def in_freeze(refused: Refused, today: date) -> str:
    """Say in which freeze window the training of a letter would be due."""
    said = refused.metadata
    first, last, due = (sentences.short_day(said[name], today) for name in ("first", "last", "due"))
    return (
        f"The training would be due {due}, in the freeze window of {said['number']} ({first} to {last}). Nothing"
        " changes in the training environment then. Say why it is issued so, or return the letter."
    )
