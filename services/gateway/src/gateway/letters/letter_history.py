"""What happened with a letter, as sentences."""

from collections.abc import Mapping
from datetime import date

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from gateway.words import sentences


def step(step: notice_pb.NoticeStep, names: Mapping[str, str], today: date) -> str:
    """`Approved by Dana Fox, to be issued Dec 3, 8:00 a.m., Pacific time`; a job has no name."""
    by = by_whom(step.person, names)
    match step.state:
        case notice_pb.Notice.IN_APPROVAL:
            return f"Sent for approval{by}"
        case notice_pb.Notice.SCHEDULED:
            return f"Approved{by}, to be issued {sentences.moment(step.publish_at, today)}, Pacific time"
        case notice_pb.Notice.PUBLISHED:
            return f"Approved and issued{by}" if step.person else "Issued by itself, at its time"
        case notice_pb.Notice.WITHDRAWN:
            return f"Withdrawn{by}. Reason: {step.reason}"
        case _:
            returned = (
                "Approval taken back, returned" if getattr(step, "from") == notice_pb.Notice.SCHEDULED else "Returned"
            )
            return f"{returned}{by if step.person else ' by itself'}. Reason: {step.reason}"


def confirmation(figure: readiness_pb.AgencyReadiness, agency: str, names: Mapping[str, str]) -> str:
    """`Lake County confirmed, by Ana Ruiz. Reported: no projector`."""
    comma = "," if figure.confirmed_by in names else ""
    said = f"{agency} confirmed{comma}{by_whom(figure.confirmed_by, names)}"
    return f"{said}. Reported: {figure.problem}" if figure.problem else said


def by_whom(person: str, names: Mapping[str, str]) -> str:
    """` by Dana Fox`; empty if the reader may not see the name."""
    return f" by {names[person]}" if person in names else ""
