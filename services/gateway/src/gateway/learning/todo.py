"""To-do and inbox are one list: a letter and the training that it asks for are one row."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from gateway.web.visit import Visit
from gateway.words import sentences


@dataclass(frozen=True)
class Item:
    """One row of "My training": a letter, with its training where there is one."""

    letter: notice_pb.Notice
    due_date: str
    begun: bool
    minutes: int

    @property
    def id(self) -> str:
        """The letter's id, as paths have it."""
        return self.letter.name.removeprefix("notices/")


@dataclass(frozen=True)
class ToDo:
    """A page of what a person has left to do, in its groups; *total* counts the rows of all pages."""

    groups: list[tuple[str, list[Item]]]
    total: int
    next_page: str

    @property
    def shown(self) -> int:
        """How many rows this page has."""
        return sum(len(rows) for _, rows in self.groups)


def of_visitor(visit: Visit, *, size: int, page: str = "") -> ToDo:
    """Return *size* rows of what the visitor has left to do, in the order of the days when it is due.

    Two calls, however many letters are open: the visitor's letters, and the training that those on the page ask for.
    """
    inbox = visit.clients.inbox.ListInbox(inbox_pb.ListInboxRequest(page_size=size, page_token=page, only_open=True))
    asking = [item.notice.name for item in inbox.items if item.notice.asks == notice_pb.TRAIN]
    assigned: Iterable[assignment_pb.Assignment] = ()
    if asking:
        request = assignment_pb.ListToDoRequest(page_size=len(asking), notices=asking)
        assigned = visit.clients.assignments.ListToDo(request).assignments
    groups = grouped(items(inbox.items, assigned), visit.today)
    return ToDo(groups, inbox.open_count, inbox.next_page_token)


def items(inbox: Iterable[inbox_pb.InboxItem], assigned: Iterable[assignment_pb.Assignment]) -> list[Item]:
    """Return what is left to do, one row for each letter, urgent ones first, by due date and number.

    The inbox leads: it holds every letter, and knows when a person is ready. Training whose letter has not arrived
    yet (the two come by different ways) has its row a moment later.
    """
    by_letter = {training.notice: training for training in assigned}
    found = []
    for item in inbox:
        nothing_asked = item.notice.asks in (notice_pb.NOTHING, notice_pb.ASKS_UNSPECIFIED)
        if item.ready or item.excused or nothing_asked or item.notice.state == notice_pb.Notice.WITHDRAWN:
            continue
        training = by_letter.get(item.notice.name)
        begun = bool(item.read_time.seconds) or (
            training is not None and training.state == assignment_pb.Assignment.IN_PROGRESS
        )
        found.append(
            Item(
                letter=item.notice,
                due_date=training.due_date if training else item.due_date,
                begun=begun,
                minutes=training.minutes if training else 0,
            )
        )
    return sorted(
        found, key=lambda row: (not row.letter.urgent_reason, row.due_date or "9999", sentences.letter(row.letter))
    )


def grouped(rows: Iterable[Item], today: date) -> list[tuple[str, list[Item]]]:
    """Sort rows into Urgent, Overdue, Due this week, Later; groups without rows are left out."""
    groups: dict[str, list[Item]] = {"Urgent": [], "Overdue": [], "Due this week": [], "Later": []}
    for row in rows:
        due = sentences.as_date(row.due_date)
        if row.letter.urgent_reason:
            groups["Urgent"].append(row)
        elif due is None or due > sentences.until_sunday(today):
            groups["Later"].append(row)
        elif due < today:
            groups["Overdue"].append(row)
        else:
            groups["Due this week"].append(row)
    return [(title, found) for title, found in groups.items() if found]
