"""An agency's checklist of a letter, as its own page and the letter's show it, and what the state sees of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cadre.notification.v1 import checklist_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from gateway.web.visit import Visit

Item = pb.ChecklistItem
STATES = {"NOT_DONE": "Not done", "DONE": "Done", "BLOCKED": "Blocked"}
# The items that every agency has, and what is meant by each.
_COMMON = {
    "procedure-updated": ("Procedure updated", "Our own instructions say what this letter says."),
    "forms-replaced": ("Forms replaced", "Old forms and templates are out of use."),
    "roles-set": ("Security roles set", "Whoever needs another role in a system has it."),
    "staff-trained": ("Staff trained", ""),
}
_READY = "Staff ready"


@dataclass(frozen=True)
class Line:
    """An item as pages show it."""

    item: pb.ChecklistItem
    title: str
    hint: str
    state: str
    by: str
    # It was said of a version of the letter that was amended since.
    outdated: bool

    @property
    def own(self) -> bool:
        """Whether the agency added it."""
        return bool(self.item.title)


@dataclass(frozen=True)
class Standing:
    """How far agencies are with their checklists of a letter."""

    summaries: Sequence[pb.ChecklistSummary] = ()
    blocked: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def finished(self) -> int:
        """How many agencies have done all of their list."""
        return sum(one.done == one.of for one in self.summaries)


def title(item: str, own: str, letter: notice_pb.Notice | None = None) -> str:
    """Return what an item is called; of a letter that asks for no training staff get ready otherwise."""
    if own:
        return own
    if item == "staff-trained" and letter is not None and letter.asks != notice_pb.TRAIN:
        return _READY
    return _COMMON.get(item, (item, ""))[0]


def of_agency(visit: Visit, agency_id: str, letter: notice_pb.Notice) -> list[Line]:
    """Return an agency's checklist of a letter."""
    asked = pb.GetChecklistRequest(parent=f"agencies/{agency_id}", notice=letter.name)
    items = visit.clients.checklists.GetChecklist(asked).items
    names = visit.names([one.updater for one in items])
    return [
        Line(
            one,
            title(one.item, one.title, letter),
            "" if one.title else _COMMON.get(one.item, ("", ""))[1],
            STATES[Item.State.Name(one.state)],
            names.get(one.updater, ""),
            0 < one.version < letter.version,
        )
        for one in items
    ]


def counted(lines: Sequence[Line]) -> str:
    """`1 of 4 done · 1 blocked`."""
    done, blocked = (sum(line.item.state == state for line in lines) for state in (Item.DONE, Item.BLOCKED))
    return f"{done} of {len(lines)} done{f' · {blocked} blocked' if blocked else ''}"


def of_letter(visit: Visit, letter: notice_pb.Notice) -> Standing:
    """Return how far all agencies are with a letter."""
    found = visit.clients.checklists.ListChecklistSummaries(pb.ListChecklistSummariesRequest(notices=[letter.name]))
    return Standing(found.summaries, blocked(found.summaries))


def at_agency(visit: Visit, agency: str, letters: Sequence[str]) -> dict[str, pb.ChecklistSummary]:
    """Return how far one agency is with its lists of *letters*, by their names."""
    asked = pb.ListAgencyChecklistsRequest(parent=agency, notices=letters)
    return {one.notice: one for one in visit.clients.checklists.ListAgencyChecklists(asked).summaries}


def blocked_of(visit: Visit, letters: Iterable[notice_pb.Notice]) -> dict[str, dict[str, list[str]]]:
    """Return what is in the way at agencies, by letter."""
    names = [letter.name for letter in letters]
    if not names:
        return {}
    asked = pb.ListChecklistSummariesRequest(notices=names, only_blocked=True)
    by_letter: dict[str, list[pb.ChecklistSummary]] = {}
    for one in visit.clients.checklists.ListChecklistSummaries(asked).summaries:
        by_letter.setdefault(one.notice, []).append(one)
    return {name: blocked(some) for name, some in by_letter.items()}


def blocked(summaries: Iterable[pb.ChecklistSummary]) -> dict[str, list[str]]:
    """Return what is in the way at each agency: `Security roles set: there is no role yet`."""
    return {
        one.agency: [f"{title(item.item, item.title)}: {item.reason}" for item in one.blocked_items]
        for one in summaries
        if one.blocked_items
    }
