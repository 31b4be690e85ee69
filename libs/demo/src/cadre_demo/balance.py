"""Whether the books balance: what was issued against what arrived, row by row, over all services."""

import time
from dataclasses import dataclass

from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre.notification.v1 import agency_notice_service_pb2 as agency_notice_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre_cli.access import Access

STATEWIDE = "agencies/-"
_PAGE = 1000
_SETTLE_SECONDS = 60.0
_PAUSE_SECONDS = 0.2
_OPEN = (assignment_pb.Assignment.ASSIGNED, assignment_pb.Assignment.IN_PROGRESS)


@dataclass(frozen=True)
class Balance:
    """What must be zero, and two lists of people: who is on the letter's list, and who was assigned its training.

    *lost*: staff on the list without the training, staff with it to do who are not on the list, events not published,
    dead letters. Whoever left after completing it is assigned and not on the list, and that is right.
    *duplicates*: rows beyond distinct keys, events included. *drift*: what the pages count less what the rows say.
    """

    recipients: frozenset[str]
    assigned: frozenset[str]
    completed: int
    lost: int
    duplicates: int
    drift: int


@dataclass(frozen=True)
class ToDos:
    """The training that a letter put on people's lists: how much is still to do, and how much came off again."""

    open: int
    closed: int


def settle(access: Access, notice: notice_pb.Notice) -> Balance:
    """Draw the balance when everything that is under way has arrived; after a minute, as it stands then."""
    deadline = time.monotonic() + _SETTLE_SECONDS
    while (books := draw(access, notice)).lost and time.monotonic() < deadline:
        time.sleep(_PAUSE_SECONDS)
    return books


def draw(access: Access, notice: notice_pb.Notice) -> Balance:
    """Count everything of *notice* again, from rows and not from counters."""
    recipients = [
        row.person
        for row in access.every(
            access.agency_notices.ListRecipients,
            agency_notice_pb.ListRecipientsRequest(parent=STATEWIDE, notice=notice.name, page_size=_PAGE),
            "recipients",
        )
    ]
    assignments = _assignments(access, notice)
    wrong = access.wrong()
    have = frozenset(recipients)
    owe = frozenset(row.person for row in assignments if row.state != assignment_pb.Assignment.WITHDRAWN)
    still_open = {row.person for row in assignments if row.state in _OPEN}
    asked = len(have - owe) + len(still_open - have) if notice.course_version else 0
    listed_twice = len(recipients) - len(have) + len(assignments) - len({row.person for row in assignments})

    def total(*endings: str) -> int:
        return sum(count for name, count in wrong.items() if name.endswith(endings))

    return Balance(
        recipients=have,
        assigned=owe,
        completed=sum(row.state == assignment_pb.Assignment.COMPLETED for row in assignments),
        lost=asked + total(".unpublished", ".waiting", ".orphans"),
        duplicates=listed_twice + total(".duplicates"),
        drift=total(".drift", ".unmarked_completions", ".unscored"),
    )


def settle_withdrawn(access: Access, notice: notice_pb.Notice) -> ToDos:
    """Count the to-dos of a withdrawn *notice* when they are closed; after a minute, as it stands then."""
    deadline = time.monotonic() + _SETTLE_SECONDS
    while True:
        states = [row.state for row in _assignments(access, notice)]
        to_dos = ToDos(
            open=sum(state in _OPEN for state in states),
            closed=sum(state == assignment_pb.Assignment.WITHDRAWN for state in states),
        )
        if not to_dos.open or time.monotonic() > deadline:
            return to_dos
        time.sleep(_PAUSE_SECONDS)


def _assignments(access: Access, notice: notice_pb.Notice) -> list[assignment_pb.Assignment]:
    request = assignment_pb.ListAssignmentsRequest(parent=STATEWIDE, notice=notice.name, page_size=_PAGE)
    return list(access.every(access.assignments.ListAssignments, request, "assignments"))
