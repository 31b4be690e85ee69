"""What happened with a letter, as sentences."""

from collections.abc import Iterable, Mapping
from datetime import date

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from cadre.notification.v1 import version_service_pb2 as version_pb
from gateway.words import sentences

Change = notice_pb.ConfirmationChange


def step(step: notice_pb.NoticeStep, names: Mapping[str, str], today: date) -> str:
    """`Approved by Dana Fox, to be issued Dec 3, 8:00 a.m., Pacific time`; a job has no name."""
    by = by_whom(step.person, names)
    match step.state:
        case notice_pb.Notice.IN_APPROVAL:
            return f"Sent for approval{by}"
        case notice_pb.Notice.SCHEDULED:
            return (
                f"Approved{by}, to be issued {sentences.moment(step.publish_at, today)}, Pacific time{_in_freeze(step)}"
            )
        case notice_pb.Notice.PUBLISHED:
            return f"Approved and issued{by}{_in_freeze(step)}" if step.person else "Issued by itself, at its time"
        case notice_pb.Notice.WITHDRAWN:
            return f"Withdrawn{by}. Reason: {step.reason}"
        case _:
            if step.recalled:
                return f"Taken back{by}"
            returned = (
                "Approval taken back, returned" if getattr(step, "from") == notice_pb.Notice.SCHEDULED else "Returned"
            )
            return f"{returned}{by if step.person else ' by itself'}. Reason: {step.reason}"


def _in_freeze(step: notice_pb.NoticeStep) -> str:
    """Say why it was issued although its training is due in a freeze window; '' where it is not."""
    return f". Its training is due in a freeze window. Reason: {step.reason}" if step.reason else ""


def version(made: version_pb.NoticeVersion, names: Mapping[str, str]) -> str:
    """`Amended: version 2, approved by Dana Fox. What it changes`."""
    return f"Amended: version {made.version}, approved{by_whom(made.approver, names)}. {made.what_changed}"


def confirmation(
    figure: readiness_pb.AgencyReadiness, agency: str, names: Mapping[str, str], later: Iterable[Change] = ()
) -> str:
    """`Lake County confirmed, by Ana Ruiz. Reported: no projector`: as it was before what was changed *later*."""
    comma = "," if figure.confirmed_by in names else ""
    said = f"{agency} confirmed{comma}{by_whom(figure.confirmed_by, names)}"
    problem = next((change.problem_before for change in later), figure.problem)
    return f"{said}. Reported: {problem}" if problem else said


def change(made: Change, agency: str, names: Mapping[str, str]) -> str:
    """`Lake County: led by Ana Ruiz, before by Ben Poe; reports “no projector”. Changed by Dana Fox`."""
    said = []
    if made.lead != made.lead_before:
        lead = f"led{by_whom(made.lead, names)}" if made.lead in names else "led by somebody else"
        before = by_whom(made.lead_before, names)
        said.append(f"{lead}, before{before}" if before else lead)
    if made.problem != made.problem_before:
        said.append(f"reports \u201c{made.problem}\u201d" if made.problem else "reports no problem any more")
    return f"{agency}: {'; '.join(said)}. Changed{by_whom(made.person, names)}"


def by_whom(person: str, names: Mapping[str, str]) -> str:
    """` by Dana Fox`; empty if the reader may not see the name."""
    return f" by {names[person]}" if person in names else ""
