"""A letter between its form and the contract, and how it is named."""

import hashlib

from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.notification.v1 import notice_service_pb2 as pb
from gateway.web.forms import Form
from gateway.words import glossary

# States of a letter that somebody at the state has still to act on, or that waits for its day.
BEFORE_ISSUE = (pb.Notice.DRAFT, pb.Notice.IN_APPROVAL, pb.Notice.SCHEDULED)
# States of a letter that agencies and staff have.
ISSUED = (pb.Notice.PUBLISHED, pb.Notice.WITHDRAWN)
# Fields that are the same text in the form and in the contract.
TEXTS = (
    *("series", "number", "addressees", "subject", "topic", "replaces", "supersedes", "references"),
    *("contact", "contact_telephone", "body"),
    *("change", "before", "after", "staff_action", "until_then", "effective_date"),
)
_OF_SEVERAL_LINES = {"references", "body", "change", "before", "after", "staff_action", "until_then"}
# The contract's names of the fields that the form calls otherwise.
FIELDS = {
    "business_days_before_effective": "days_before",
    "business_days_after_issue": "days_after",
    "audience": "agencies_scope",
    "expression": "agencies_scope",
}


def title(letter: pb.Notice) -> str:
    """`CSSP 26-04`; a draft may have no number yet."""
    return f"{letter.series} {letter.number}".strip() or "Letter without number"


def defaults(series: str, number: str) -> dict[str, str | list[str]]:
    """What a new letter starts with."""
    empty: dict[str, str | list[str]] = dict.fromkeys(TEXTS, "")
    return empty | {
        "series": series,
        "number": number,
        "addressees": "ALL IV-D DIRECTORS",
        "kind": "",
        "reason": "",
        "asks": "CONFIRM",
        "agency_confirms_within": "3",
        "course_version": "",
        "days_before": "3",
        "days_after": "5",
        "briefing_counts": "yes",
        "staff_see": "with",
        "staff_release_days": "3",
        "agencies_scope": "all",
        "agencies": [],
        "units": [],
        "job_classes": [],
        "audience": "",
        "etag": "",
    }


def to_form(letter: pb.Notice, audience: audience_pb.Audience | None) -> dict[str, str | list[str]]:
    """Return the fields of a draft as the form shows them."""
    clause = audience.expression.include[0] if audience and audience.expression.include else None
    texts: dict[str, str | list[str]] = {name: getattr(letter, name) for name in TEXTS}
    return texts | {
        "kind": pb.Notice.Kind.Name(letter.kind) if letter.kind else "",
        "reason": pb.Notice.Reason.Name(letter.reason) if letter.reason else "",
        "asks": pb.Asks.Name(letter.asks) if letter.asks else "CONFIRM",
        "agency_confirms_within": str(letter.agency_confirms_within),
        "course_version": letter.course_version,
        "days_before": str(letter.due_rule.business_days_before_effective),
        "days_after": str(letter.due_rule.business_days_after_issue),
        "briefing_counts": "yes" if letter.briefing_counts else "",
        "staff_see": "later" if letter.staff_release_days else "with",
        "staff_release_days": str(letter.staff_release_days or 3),
        "agencies_scope": "some" if clause and clause.agencies else "all",
        "agencies": list(clause.agencies) if clause else [],
        "units": list(clause.units) if clause else [],
        "job_classes": list(clause.job_classes) if clause else [],
        "audience": letter.audience,
        "etag": letter.etag,
    }


def from_form(form: Form, *, name: str, demonstration: bool) -> pb.Notice:
    """Return the draft that the form describes; what cannot be read is an error at its field."""
    letter = pb.Notice(name=name, etag=form.text("etag"), audience=form.text("audience"), demonstration=demonstration)
    for field in TEXTS:
        setattr(letter, field, form.block(field) if field in _OF_SEVERAL_LINES else form.text(field))
    if form.text("kind") in glossary.KINDS:
        letter.kind = pb.Notice.Kind.Value(form.text("kind"))
    if form.text("reason") in glossary.REASONS:
        letter.reason = pb.Notice.Reason.Value(form.text("reason"))
    if form.text("asks") in glossary.ASKS:
        letter.asks = pb.Asks.Value(form.text("asks"))
    letter.agency_confirms_within = form.number("agency_confirms_within")
    letter.due_rule.business_days_before_effective = form.number("days_before")
    letter.due_rule.business_days_after_issue = form.number("days_after")
    if form.text("staff_see") == "later":
        letter.staff_release_days = form.number("staff_release_days")
    if letter.asks == pb.TRAIN:
        letter.course_version = form.text("course_version")
        letter.briefing_counts = form.text("briefing_counts") == "yes"
    return letter


def expression(form: Form) -> audience_pb.AudienceExpression:
    """Return whom the form chooses, in the order in which the directory keeps it: the same people, the same value."""
    clause = audience_pb.AudienceClause(units=sorted(form.all("units")), job_classes=sorted(form.all("job_classes")))
    if form.text("agencies_scope") == "some":
        clause.agencies.extend(sorted(form.all("agencies")))
    return audience_pb.AudienceExpression(include=[clause])


def digest(form: Form) -> str:
    """Say by a fingerprint whom the form chooses, so that a change is kept only as it was shown."""
    return hashlib.sha256(expression(form).SerializeToString(deterministic=True)).hexdigest()


def asks(letter: pb.Notice) -> str:
    """What the letter asks, in words."""
    return glossary.ASKS[pb.Asks.Name(letter.asks)] if letter.asks else "Not said yet"


def asks_something(letter: pb.Notice) -> bool:
    """Whether anything can still be read, confirmed or trained under it: it was issued and not withdrawn."""
    return letter.state == pb.Notice.PUBLISHED


def reason(letter: pb.Notice) -> str:
    """Why the letter was written, in words."""
    return glossary.REASONS[pb.Notice.Reason.Name(letter.reason)] if letter.reason else "Not said yet"


def kind(letter: pb.Notice) -> str:
    """What kind of change it brings, in words."""
    return glossary.KINDS[pb.Notice.Kind.Name(letter.kind)] if letter.kind else "Not said yet"


def state(letter: pb.Notice) -> str:
    """Draft, awaiting approval, scheduled, issued or withdrawn."""
    return glossary.STATES[pb.Notice.State.Name(letter.state)]


def steps(letter: pb.Notice, *, has_test: bool = True) -> list[str]:
    """What a person does, in order."""
    named = ["Read", "Confirm", "Course", "Test"]
    return named[: {pb.READ: 1, pb.CONFIRM: 2, pb.TRAIN: 4 if has_test else 3}.get(letter.asks, 0)]
