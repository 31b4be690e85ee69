"""Between the contract's messages and a letter: what names it, who reads it, and how it is written out."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from cadre.notification.v1 import acknowledgement_service_pb2 as acknowledgement_pb
from cadre.notification.v1 import notice_service_pb2 as pb
from notification.letters.rules.due_dates import DueRule
from notification.letters.rules.letter import TEXTS
from notification.letters.rules.parts import SectionDate
from notification.letters.rules.reading import Reader
from notification.letters.tables import Notice
from servicekit import names, paging
from servicekit.refusals import InvalidField
from servicekit.rpc.tokens import SELF, WHOLE, Principal
from servicekit.rpc.wire import caller, day_text, is_person, timestamp

# Whoever holds one of these for the state sees drafts too.
_DRAFT_RIGHTS = ("notices.write", "notices.approve", "readiness.read")
# Whoever holds one of these for an agency prepares letters there, and sees them before the agency's staff do.
_AGENCY_RIGHTS = ("notices.confirm_for_agency", "readiness.read_agency")


def notice_id(name: str, field: str = "name") -> UUID:
    """Read `notices/{notice}`."""
    return names.uuid_in("notices/{notice}", name, field=field)


def audience_id(name: str, field: str) -> UUID | None:
    """Read `audiences/{audience}`; None if none is named."""
    return names.uuid_in("audiences/{audience}", name, field=field) if name else None


def notice_ids(names_: Collection[str], *, most: int = paging.MOST) -> list[UUID]:
    """Read the notices to which a list is narrowed; none = it is not."""
    return names.uuids_in("notices/{notice}", names_, field="notices", most=most)


def reader(principal: Principal, today: date) -> Reader:
    """Read what the caller may see of letters from their rights."""
    held = principal.rights
    drafts = any(WHOLE in held.get(right, ()) for right in _DRAFT_RIGHTS)
    prepares = any(held.get(right, frozenset()) - {SELF} for right in _AGENCY_RIGHTS)
    person_id = caller(principal) if is_person(principal) else None
    return Reader(person_id, today, drafts=drafts, before_staff=drafts or prepares)


def own_reader(principal: Principal, today: date) -> Reader:
    """Read what the caller sees of their own letters: only a person has any."""
    caller(principal)
    return reader(principal, today)


def notice(row: Notice, attached: Iterable[pb.Attachment] = (), due_sentence: str = "") -> pb.Notice:
    """Write a notice; *row* may be without its body, and in lists it is without what is *attached*."""
    rule = DueRule(row.business_days_before_effective, row.business_days_after_issue, row.staff_release_days)
    said = {
        "name": f"notices/{row.id}",
        "state": pb.Notice.State.Value(row.state),
        "kind": enum_value(pb.Notice.Kind, row.kind),
        "reason": enum_value(pb.Notice.Reason, row.reason),
        "asks": enum_value(pb.Asks, row.asks),
        **{name: getattr(row, name) for name in TEXTS},
        "number": row.number or row.amended_number,
        "substantive": row.substantive,
        "amends": f"notices/{row.amends}" if row.amends else "",
        "amend_time": timestamp(row.amended_at),
        "effective_date": day_text(row.effective_date),
        "section_dates": section_dates(row.section_dates),
        "audience": f"audiences/{row.audience_id}" if row.audience_id else "",
        "receivers": [f"agencies/{agency}" for agency in row.receivers],
        "course_version": f"courses/{row.course_id}/versions/{row.course_version}" if row.course_id else "",
        "due_rule": pb.DueRule(
            business_days_before_effective=rule.before_effective, business_days_after_issue=rule.after_issue
        ),
        "agency_confirms_within": row.agency_confirms_within,
        "demonstration": row.demonstration,
        "briefing_counts": row.briefing_counts,
        "staff_release_days": row.staff_release_days,
        "credit_months": row.credit_months,
        "author": person(row.author_id),
        "approver": person(row.approver_id),
        "return_reason": row.return_reason,
        "etag": str(row.revision),
        "create_time": timestamp(row.created_at),
        "submit_time": timestamp(row.submitted_at),
        "publish_time": timestamp(row.published_at),
        "version": row.version,
        "text_sha256": row.text_sha256,
        "due_date": day_text(row.due_date),
        "agency_due_date": day_text(row.agency_due_date),
        "audience_revision": row.audience_revision,
        "due_sentence": due_sentence,
        "publish_at": timestamp(row.publish_at),
        "withdraw_time": timestamp(row.withdrawn_at),
        "withdraw_reason": row.withdraw_reason,
        "withdrawn_by": person(row.withdrawn_by),
        "issuer": row.issuer,
        "issued_on": row.issued_on,
        "effective_printed": row.effective_printed,
        "source": row.source,
        "staff_release_date": day_text(row.staff_release_date),
        "attachments": list(attached),
    }
    # Half of a letter is not said: to set it all the same costs a list of letters a fifth more.
    return pb.Notice(**{name: value for name, value in said.items() if value})


def section_dates(parts: Iterable[SectionDate]) -> list[pb.SectionDate]:
    """Write parts that take effect later than the rest."""
    return [pb.SectionDate(section=one["section"], effective_date=one["effective_date"]) for one in parts]


def enum_name(enum: Any, value: int, field: str) -> str:  # noqa: ANN401 - generated enums share no class
    """Return the name of an enum's value, '' if it is not said."""
    if value not in enum.values():
        raise InvalidField(field, value, "must be a value of the contract")
    return str(enum.Name(value)) if value else ""


def enum_value(enum: Any, name: str) -> Any:  # noqa: ANN401 - generated enums share no class
    """Return an enum's value by its name, 0 if it is not said."""
    return enum.Value(name) if name else 0


def channel(value: int) -> str:
    """Read by which way something is confirmed; what is not said is said by a program. On behalf is its own call."""
    name = enum_name(acknowledgement_pb.Acknowledgement.Channel, value, "channel") or "API"
    if name == "ON_BEHALF":
        raise InvalidField("channel", name, "must be how the caller confirms")
    return name


def person(value: UUID | None) -> str:
    """Write `people/{person}`, or nothing."""
    return "" if value is None else f"people/{value}"
