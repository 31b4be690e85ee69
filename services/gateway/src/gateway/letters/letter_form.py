"""The form of a letter, declared once: its fields, step by step."""

from collections.abc import Mapping
from dataclasses import dataclass

from cadre.notification.v1 import notice_service_pb2 as pb
from gateway.letters.section_dates import SectionDates
from gateway.web import declared
from gateway.web.declared import Box, Chosen, Day, Days, Field, Line, Lines, Months, Named, Open
from gateway.words import glossary
from servicekit.calendar import YEARS_OF_DOCUMENTS
from servicekit.rpc.client import Refused

EXAMPLE = "Two digits of the year, a hyphen and a number: 26-04. Empty: the next free one, when you send it."
PAST = "past_meant"


@dataclass(frozen=True)
class Step:
    """A step of writing a letter: its title, what one finds there, and its fields."""

    name: str
    title: str
    asks: str
    about: str
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True)
class Correction:
    """What is still to be said or mended: at which step, at which field, and in words."""

    step: str
    field: str
    sentence: str


LETTER = Step(
    "letter",
    "Letter",
    "What is the letter?",
    "Subject, text, files",
    (
        Chosen("series", "Series", needed=True),
        Line("number", "Number", EXAMPLE, most=7, size="medium"),
        Line("addressees", "To", needed=True, most=300, head=True),
        Line("subject", "Subject", needed=True, most=300, head=True),
        Named("kind", "Kind", values=glossary.KINDS, enum=pb.Notice.Kind, unsaid="As usual for the series"),
        Named(
            "reason",
            "Reason for this transmittal",
            values=glossary.REASONS,
            enum=pb.Notice.Reason,
            needed=True,
            head=True,
        ),
        Line(
            "topic",
            "Topic",
            "What it is about, for those who search: enforcement, intake, distribution",
            most=200,
            head=True,
        ),
        Line(
            "replaces",
            "Replaces",
            "Letters that no longer hold, such as CSSP 25-11; “Rescinds CSSP 24-02” where nothing takes its place",
            most=1_000,
            head=True,
        ),
        Line("supersedes", "Supersedes", "Parts of letters, such as CSSP 24-02, section 3", most=1_000, head=True),
        Lines(
            "references",
            "References",
            "Statutes, regulations, court orders, letters. A line may begin with what this letter does to them:"
            " “Clarifies CSSP 24-02”, “Implements AB 1686”, “Corrects CSSI 25-01”",
            most=4_000,
            head=True,
        ),
        Lines(
            "body",
            "Text of the letter",
            "Plain text: it is shown as it is typed. A blank line begins a paragraph; - or 1. before a line, an item.",
            most=100_000,
            tall=True,
        ),
        Line("contact", "Contact", "Whom agencies ask: name and e-mail", needed=True, most=1_000),
        Line("contact_telephone", "Phone", "Such as 916-555-0100", most=100, size="medium"),
        Line(
            "urgent_reason",
            "Urgent, because",
            "Only for an outage or an emergency: agencies confirm the same day, and it stands first everywhere",
            most=300,
        ),
    ),
)
CHANGE = Step(
    "change",
    "Change",
    "What changes?",
    "Before, after, from when",
    (
        Lines("change", "What changes, in one sentence", needed=True, most=2_000),
        Lines("before", "Before", most=10_000),
        Lines("after", "From the effective date", most=10_000),
        Lines("staff_action", "What staff must do", most=10_000),
        Lines("until_then", "Until then", most=10_000),
        Day(
            "effective_date",
            "Effective date",
            "The day on which it takes effect",
            needed=True,
            years=YEARS_OF_DOCUMENTS,
        ),
        SectionDates("section_dates", "Parts that take effect later"),
    ),
)
WHO = Step("who", "Who", "Who is this for?", "Receives, must act")
ASK = Step(
    "ask",
    "Ask",
    "What do we ask?",
    "Read, confirm, train",
    (
        Open("asks", "Staff are asked to", values=glossary.ASKS, enum=pb.Asks, needed=True),
        Line(
            "statement",
            "Staff confirm in these words",
            "One or two sentences above the button, kept word by word with each confirmation. Empty: the usual ones.",
            most=500,
        ),
        Line("agency_statement", "Agencies confirm in these words", "Empty: the usual ones.", most=500),
        Chosen("course_version", "Course", "For “Read, confirm and train”"),
        Box("briefing_counts", "A local briefing counts as the training"),
        Months(
            "credit_months",
            "The course counts if it was taken for another letter so many months before",
            "0 = it does not. Who took this version of it is then not asked for it again.",
        ),
        Days(
            "days_before",
            "Due so many business days before it takes effect",
            of="due_rule.business_days_before_effective",
        ),
        Days(
            "days_after",
            "But never less than so many business days after issue",
            of="due_rule.business_days_after_issue",
        ),
        Days(
            "agency_confirms_within",
            "The agency confirms within so many business days",
            "An urgent letter is confirmed the same day, whatever stands here",
        ),
        Days(
            "staff_release_days",
            "Staff see it so many business days after their agency",
            "0 = with their agency. A coordinator can release it to their staff sooner.",
        ),
    ),
)
# Of a letter that is out.
AMENDMENT = Step(
    "amendment",
    "Amendment",
    "What do you change of the letter, and why?",
    "Wording, days, or substance",
    (
        Lines(
            "what_changed",
            "What this amendment changes, and why",
            "One or two sentences: everybody who has the letter reads them",
            needed=True,
            most=2_000,
        ),
    ),
)
REVIEW = Step("review", "Review", "Is it right?", "Send for approval")
STEPS = (LETTER, CHANGE, WHO, ASK, AMENDMENT, REVIEW)
# What an amendment leaves as it was issued.
STAYS = ("series", "number", "staff_release_days")
BY_NAME: Mapping[str, Step] = {step.name: step for step in STEPS}
FIELDS = tuple(one for step in STEPS for one in step.fields)
# What stands above the text of a letter wherever it is read.
HEAD = tuple(one for one in FIELDS if one.head)
LABELS = declared.labels(FIELDS) | {
    "receivers_scope": "Which agencies get it?",
    "receivers": "Agencies that get it",
    "act_scope": "Who must act on it?",
    "agencies": "Staff of these agencies",
    "units": "Staff of these units",
    "job_classes": "Staff of these classes",
    "recorded_only": "Without staff of whom no unit is recorded",
    PAST: "It is meant so",
}
# What a service refuses, at the form's field.
NAMES = declared.names(FIELDS) | {"audience": "act_scope", "expression": "act_scope"}
# What authors say of a letter by the contract; the rest a service says of it.
_INPUT = {(one.of or one.name).partition(".")[0] for one in FIELDS} | {
    "name",
    "etag",
    "audience",
    "receivers",
    "demonstration",
    "substantive",
}


def steps_of(letter: pb.Notice) -> tuple[Step, ...]:
    """Return the steps in which a letter is written: an amendment says besides what it changes."""
    return STEPS if letter.amends else tuple(step for step in STEPS if step is not AMENDMENT)


def beginning(series: str, *, demonstration: bool) -> pb.Notice:
    """Return what a new letter starts with."""
    return pb.Notice(
        series=series,
        addressees="ALL IV-D DIRECTORS",
        asks=pb.CONFIRM,
        agency_confirms_within=3,
        due_rule=pb.DueRule(business_days_before_effective=3, business_days_after_issue=5),
        briefing_counts=True,
        demonstration=demonstration,
    )


def written(letter: pb.Notice) -> pb.Notice:
    """Return of a saved letter what its authors say, without what the service says of it."""
    made = pb.Notice()
    for descriptor, value in letter.ListFields():
        if descriptor.name not in _INPUT:
            continue
        if descriptor.is_repeated:
            getattr(made, descriptor.name).extend(value)
        elif descriptor.message_type:
            getattr(made, descriptor.name).CopyFrom(value)
        else:
            setattr(made, descriptor.name, value)
    return made


def corrections(letter: pb.Notice) -> list[Correction]:
    """Return what is to be said or mended before the letter can be sent for approval, step by step."""
    found = []
    for step in steps_of(letter):
        found += [
            Correction(step.name, one.name, f"{one.label} is empty") for one in declared.missing(step.fields, letter)
        ]
        if step is WHO and not letter.audience:
            found.append(Correction(step.name, "act_scope", "Nobody has said who must act"))
        if step is ASK and letter.asks == pb.TRAIN and not letter.course_version:
            found.append(Correction(step.name, "course_version", "Course is empty"))
    return found


def refused(error: Refused, sentence: str) -> list[Correction]:
    """Return what a service refused of a letter, at the fields that it names; none if it names none of the form's."""
    named = [path.rpartition(".")[2].partition("[")[0] for path in error.fields]
    names = {NAMES.get(name, name) for name in named}
    return [Correction(step.name, one.name, sentence) for step in STEPS for one in step.fields if one.name in names]
