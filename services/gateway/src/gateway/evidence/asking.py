"""Of which version of a letter, and by the end of which day, something is asked: as it stands in the address."""

from dataclasses import dataclass, field

from cadre.notification.v1 import events_pb2 as events
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import version_service_pb2 as version_pb
from gateway.web.forms import SentForm
from gateway.web.visit import Visit
from servicekit.rpc.client import Refused


@dataclass
class Asked:
    """A version and a day; what is wrong with them stands in the *form*."""

    version: int
    on: str
    versions: list[version_pb.NoticeVersion]
    form: SentForm = field(repr=False)

    @property
    def params(self) -> str:
        """As an address has it."""
        return f"version={self.version}&on={self.on}"

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The versions, the newest first, for a menu."""
        return [(str(one.version), f"Version {one.version}") for one in self.versions]

    @property
    def carried_over(self) -> bool:
        """Whether an earlier version's confirmations hold for this one: nothing of substance lies between."""
        change = next((one.change for one in self.versions if one.version == self.version), 0)
        return change in (events.NoticeAmended.EDITORIAL, events.NoticeAmended.MOVED)


def asked_of(visit: Visit, letter: notice_pb.Notice) -> Asked:
    """Read it from the address; the version that holds and today where nothing is said."""
    params = visit.request.query_params
    said = params.get("version", "")
    version = int(said) if said.isascii() and said.isdigit() and len(said) < 10 else letter.version  # noqa: PLR2004
    on = params.get("on", "").strip() or visit.today.isoformat()
    listed = visit.clients.versions.ListVersions(version_pb.ListVersionsRequest(parent=letter.name))
    form = SentForm(outcomes=visit.gateway.outcomes, values={"version": [str(version)], "on": [on]})
    return Asked(version, on, list(listed.versions), form)


def refuse(asked: Asked, refused: Refused) -> None:
    """Say at the field of the form what is wrong with the day; anything else is no answer of this page."""
    if "date" not in refused.fields:
        raise refused
    asked.form.errors["on"] = f"The day {refused.fields['date']}." if refused.fields["date"] else "Choose another day."
