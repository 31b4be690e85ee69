"""Releases in words."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import release_service_pb2 as pb
from gateway.words import sentences

KINDS: Mapping[str, str] = {
    "MAJOR": "Major",
    "MINOR": "Minor",
    "MAINTENANCE": "Maintenance",
    "EMERGENCY": "Emergency",
    "OUTAGE": "Outage",
}
STATES: Mapping[str, str] = {
    "PLANNED": "Planned",
    "GO": "Go decided",
    "LIVE": "Live",
    "CANCELLED": "Canceled",
}
TRAINING: Mapping[str, str] = {
    "NONE": "Nothing",
    "READ": "Read",
    "CONFIRM": "Read and confirm",
    "TRAIN": "Training",
}
# The case system's functional areas, as the service has them.
AREAS = (
    "Case Initiation and Update",
    "Federal Case Registry",
    "IV-A interface",
    "Locate",
    "Establishment",
    "Enforcement",
    "Financial",
    "Case management and tasks",
    "Legal forms and documents",
    "Intergovernmental",
    "Guideline Calculator",
    "Customer Connect and IVR",
    "Reporting",
    "Security and roles",
    "Imaging",
    "Other",
)
FREEZE = (
    "No new functions and no changes of settings go into the case system. Nothing changes in the training environment."
)
# Columns of a file of items: name, whether it is needed, what it means.
COLUMNS: Sequence[tuple[str, bool, str]] = (
    ("item", True, "As the change is tracked, such as CR-1482; no two rows have the same"),
    ("title", True, "What changes, in a few words"),
    ("area", True, "One of the functional areas below"),
    ("page", False, "Page, form or batch"),
    ("before", False, "How it was"),
    ("after", True, "How it is from the day of the release"),
    ("reason", False, "A defect, an enhancement, a policy letter"),
    ("roles", False, "Short names of the job classes that it concerns, with semicolons between; empty = all"),
    ("workaround", False, "What staff do until then because of a fault"),
    ("workaround_ends", False, "Its last day, such as 12/31/2026; or year-month-day"),
    ("training", False, "none, read, read and confirm, or train"),
    ("procedures", False, "Procedure pages that change"),
    ("known_issues", False, "What is known to be wrong with it"),
    ("source", False, "Where it is written down"),
)
_TRAINING_IN_FILES: Mapping[str, str] = {
    "NONE": "none",
    "READ": "read",
    "CONFIRM": "read and confirm",
    "TRAIN": "train",
}
_OUTCOMES: Mapping[int, str] = {
    pb.ChangeItemsReport.NEW: "New",
    pb.ChangeItemsReport.CHANGED: "Changed",
    pb.ChangeItemsReport.UNCHANGED: "Unchanged",
    pb.ChangeItemsReport.REMOVED: "Taken out",
}


def kind(release: pb.Release) -> str:
    """Return what kind of release it is."""
    return KINDS.get(pb.Release.Kind.Name(release.kind), "")


def state(release: pb.Release) -> str:
    """Return where it stands."""
    return STATES[pb.Release.State.Name(release.state)]


def named(release: pb.Release) -> str:
    """`CCSAS 26.3, Third release of the year`."""
    return f"{release.number}, {release.title}"


def training(item: pb.ChangeItem) -> str:
    """Return what staff need."""
    return TRAINING[pb.ChangeItem.Training.Name(item.training)] if item.training else TRAINING["NONE"]


def training_in_file(item: pb.ChangeItem) -> str:
    """Return the same as a file has it."""
    return _TRAINING_IN_FILES[pb.ChangeItem.Training.Name(item.training)] if item.training else "none"


def outcome(row: pb.ChangeItemsReport.Row) -> str:
    """Return what becomes of an item by a file."""
    return _OUTCOMES[row.outcome]


def letter(one: pb.ReleaseLetter) -> str:
    """`CCSAS 26-04`; a draft may have no number yet."""
    return f"{one.series} {one.number}".strip() or "Letter without number"


def letter_state(one: pb.ReleaseLetter) -> str:
    """Return where a letter stands."""
    return {
        notice_pb.Notice.DRAFT: "Draft",
        notice_pb.Notice.IN_APPROVAL: "Awaiting approval",
        notice_pb.Notice.SCHEDULED: "Approved, not issued yet",
        notice_pb.Notice.PUBLISHED: "Issued",
        notice_pb.Notice.WITHDRAWN: "Withdrawn",
    }.get(one.state, "")


def roles(item: pb.ChangeItem, titles: Mapping[str, str]) -> str:
    """Return whom an item concerns."""
    return ", ".join(titles.get(slug, slug) for slug in item.roles) or "All job classes"


def span(first: str, last: str, today: date) -> str:
    """`Dec 28 to Jan 6`."""
    return f"{sentences.short_day(first, today)} to {sentences.short_day(last, today)}"


def freeze(first: str, last: str, today: date) -> str:
    """Say how a freeze window lies to *today*; '' if there is none."""
    begins, ends = sentences.as_date(first), sentences.as_date(last)
    if begins is None or ends is None:
        return ""
    said = span(first, last, today)
    if ends < today:
        return f"The freeze window is over: {said}."
    if begins <= today:
        left = (ends - today).days
        until = "Today is its last day" if not left else "It ends tomorrow" if left == 1 else f"It ends in {left} days"
        return f"Freeze window now: {said}. {until}."
    return f"Freeze window {said}."


def in_freeze(day: str, windows: Iterable[pb.FreezeWindow]) -> pb.FreezeWindow | None:
    """Return the freeze window in which a day lies."""
    return next((one for one in windows if day and one.from_date <= day <= one.to_date), None)


def near(window: pb.FreezeWindow, today: date, days: int) -> bool:
    """Whether a window has begun, or begins within so many days."""
    begins = sentences.as_date(window.from_date)
    return begins is not None and begins <= today + timedelta(days=days)
