"""Whether the books balance: what was issued against what arrived, row by row, over all services."""

import time
from dataclasses import dataclass

from cadre.enrollment.v1 import enrollment_service_pb2 as enrollment_pb
from cadre.notification.v1 import notification_service_pb2 as pb
from cadre.operations.v1 import operations_service_pb2 as operations_pb
from cadre_cli.access import Access

STATEWIDE = "agencies/-"
_PAGE = 1000
_SETTLE_SECONDS = 60.0
_PAUSE_SECONDS = 0.2


@dataclass(frozen=True)
class Balance:
    """What must be zero, and the two lists of people that must be equal.

    *lost*: staff with the letter but no training, the reverse, events not published, dead letters.
    *duplicates*: rows beyond distinct keys, events included. *drift*: what the pages count less what the rows say.
    """

    recipients: frozenset[str]
    assigned: frozenset[str]
    completed: int
    lost: int
    duplicates: int
    drift: int


def settle(access: Access, notice: pb.Notice) -> Balance:
    """Draw the balance when everything that is under way has arrived; after a minute, as it stands then."""
    deadline = time.monotonic() + _SETTLE_SECONDS
    while (books := draw(access, notice)).lost and time.monotonic() < deadline:
        time.sleep(_PAUSE_SECONDS)
    return books


def draw(access: Access, notice: pb.Notice) -> Balance:
    """Count everything of *notice* anew, from rows and not from counters."""
    recipients = [
        row.person
        for row in access.every(
            access.notification.ListRecipients,
            pb.ListRecipientsRequest(parent=STATEWIDE, notice=notice.name, page_size=_PAGE),
            "recipients",
        )
    ]
    assignments = list(
        access.every(
            access.enrollment.ListAssignments,
            enrollment_pb.ListAssignmentsRequest(parent=STATEWIDE, notice=notice.name, page_size=_PAGE),
            "assignments",
        )
    )
    audits = [
        audit
        for operations in access.operations.values()
        for audit in access.ask(operations.RunAudits, operations_pb.RunAuditsRequest()).audits
    ]
    have, owe = frozenset(recipients), frozenset(row.person for row in assignments)
    asked = len(have ^ owe) if notice.course_version else 0
    listed_twice = len(recipients) - len(have) + len(assignments) - len(owe)

    def total(*endings: str) -> int:
        return sum(audit.count for audit in audits if audit.name.endswith(endings))

    return Balance(
        recipients=have,
        assigned=owe,
        completed=sum(row.state == enrollment_pb.Assignment.COMPLETED for row in assignments),
        lost=asked + total(".unpublished", ".waiting", ".orphans"),
        duplicates=listed_twice + total(".duplicates"),
        drift=total(".drift", ".unmarked_completions", ".unscored"),
    )
