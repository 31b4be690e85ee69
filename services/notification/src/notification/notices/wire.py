"""Between the contract's messages and what is written, brought in, and done with a letter."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from cadre.notification.v1 import notice_service_pb2 as pb
from notification.letters.rules import parts
from notification.letters.rules.letter import TEXTS, UNSAID, Letter
from notification.letters.wire import audience_id, enum_name
from notification.notices.queries import ConfirmationChange, Step
from notification.notices.rules.history import HistoricLetter
from servicekit import names, text
from servicekit.calendar import YEARS_OF_DOCUMENTS, day_of, moment_of
from servicekit.rpc.wire import timestamp

_HISTORIC = (
    *("series", "number", "issuer", "subject", "effective", "staff_action", "topic", "supersedes", "references"),
    "source",
)


# A page of the letters that wait.
STAGES_AT_ONCE = 100


def letter(notice: pb.Notice) -> Letter:
    """Read the draft fields of a notice; what is only set by the service is ignored."""
    course_id, course_version = _course_version(notice.course_version)
    given: dict[str, Any] = {
        name: (text.block if one.several else text.line)(getattr(notice, name)) or UNSAID[name]
        for name, one in TEXTS.items()
    }
    if notice.HasField("due_rule"):
        given["business_days_before_effective"] = notice.due_rule.business_days_before_effective
        given["business_days_after_issue"] = notice.due_rule.business_days_after_issue
    if notice.agency_confirms_within:
        given["agency_confirms_within"] = notice.agency_confirms_within
    return Letter(
        **given,
        kind=enum_name(pb.Notice.Kind, notice.kind, "notice.kind"),
        reason=enum_name(pb.Notice.Reason, notice.reason, "notice.reason"),
        asks=enum_name(pb.Asks, notice.asks, "notice.asks"),
        effective_date=_day(notice.effective_date, "notice.effective_date"),
        section_dates=parts.read([(one.section, one.effective_date) for one in notice.section_dates]),
        audience_id=audience_id(notice.audience, "notice.audience"),
        receivers=_receivers(notice.receivers),
        course_id=course_id,
        course_version=course_version,
        demonstration=notice.demonstration,
        briefing_counts=notice.briefing_counts,
        staff_release_days=notice.staff_release_days,
        credit_months=notice.credit_months,
        substantive=list(notice.substantive),
    )


def states(request: pb.ListNoticesRequest) -> list[str]:
    """Read the states to which a list is narrowed, by name; none = it is not."""
    return [enum_name(pb.Notice.State, state, "states") for state in request.states]


def moment(stamp: Timestamp, field: str) -> datetime:
    """Read a moment."""
    return moment_of(field, stamp, YEARS_OF_DOCUMENTS)


def historic(message: pb.HistoricNotice) -> HistoricLetter:
    """Read a letter as printed."""
    said = {name: getattr(message, name).strip() for name in _HISTORIC}
    return HistoricLetter(issued_on=message.date.strip(), **said)


def steps(steps_taken: Iterable[Step]) -> list[pb.NoticeStep]:
    """Write what happened to a notice, the first step first; what a job did has nobody."""
    return [
        pb.NoticeStep(
            **{"from": pb.Notice.State.Value(step.came_from)},
            state=pb.Notice.State.Value(step.state),
            time=timestamp(step.at),
            person=step.actor if step.actor.startswith("people/") else "",
            reason=step.reason,
            publish_at=timestamp(step.publish_at),
            recalled=step.recalled,
        )
        for step in steps_taken
    ]


def confirmation_changes(changes: Iterable[ConfirmationChange]) -> list[pb.ConfirmationChange]:
    """Write what agencies changed of their confirmations."""
    return [
        pb.ConfirmationChange(
            agency=f"agencies/{one.agency_id}",
            time=timestamp(one.at),
            person=one.actor,
            lead=f"people/{one.lead}",
            lead_before=f"people/{one.lead_before}",
            problem=one.problem,
            problem_before=one.problem_before,
        )
        for one in changes
    ]


def _course_version(name: str) -> tuple[str, int]:
    if not name:
        return "", 0
    return names.version_in("courses/{course}/versions/{version}", name, field="notice.course_version")


def _receivers(agencies: Iterable[str]) -> list[str]:
    """Read agencies, each once and in order: the same agencies are the same letter."""
    return sorted({names.one("agencies/{agency}", name, field="notice.receivers") for name in agencies})


def _day(value: str, field: str) -> date | None:
    """Read a day of a letter; None if it is not said."""
    return day_of(field, value, YEARS_OF_DOCUMENTS) if value else None
