"""What a change item holds: its fields, what they may be, and the hash of all items of a release."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum

from servicekit import text
from servicekit.calendar import YEARS_OF_DOCUMENTS, day_of
from servicekit.refusals import InvalidField

MOST_ITEMS = 500
_LONGEST_ID, _LONGEST_LINE, _LONGEST_TEXT, _MOST_ROLES = 40, 200, 2_000, 40
_ID = re.compile(r"[A-Z0-9](?:[A-Z0-9._-]*[A-Z0-9])?")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_AMERICAN_DAYS = ("%m/%d/%Y", "%m/%d/%y")
# The case system's functional areas; of the first ones the names are on public pages, the others are in general use.
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
_AREAS = {text.identity(area): area for area in AREAS}
# Those that are left out of files and forms more often than not.
_LINES = ("title", "page", "source")
_BLOCKS = ("before", "after", "reason", "workaround", "procedures", "known_issues")


class Training(StrEnum):
    """What staff need for an item. Each value includes those before it."""

    NONE = "NONE"
    READ = "READ"
    CONFIRM = "CONFIRM"
    TRAIN = "TRAIN"


# As files say it.
TRAINING_WORDS: Mapping[str, Training] = {
    "none": Training.NONE,
    "read": Training.READ,
    "read and confirm": Training.CONFIRM,
    "train": Training.TRAIN,
}


@dataclass(frozen=True)
class Item:
    """A change item. *roles* are classes of jobs, in order; none = it concerns all."""

    item_id: str
    title: str
    area: str
    page: str = ""
    before: str = ""
    after: str = ""
    reason: str = ""
    roles: list[str] = field(default_factory=list)
    workaround: str = ""
    workaround_ends: date | None = None
    training: str = Training.NONE
    procedures: str = ""
    known_issues: str = ""
    source: str = ""


def check(item: Item) -> None:
    """Refuse an item that lacks what every one says, or says too much."""
    if not _ID.fullmatch(item.item_id) or len(item.item_id) > _LONGEST_ID:
        rule = f"must be letters, digits, dots and hyphens, at most {_LONGEST_ID}, such as CR-1482"
        raise InvalidField("item", item.item_id, rule)
    for name in ("title", "after"):
        if not getattr(item, name):
            raise InvalidField(name, "", "must say something")
    for names, most in ((_LINES, _LONGEST_LINE), (_BLOCKS, _LONGEST_TEXT)):
        for name in names:
            length = len(getattr(item, name))
            if length > most:
                raise InvalidField(name, length, f"must have at most {most:,} characters")
    if item.workaround_ends is not None and not item.workaround:
        raise InvalidField("workaround_ends", item.workaround_ends, "must be empty where no workaround is named")
    if len(item.roles) > _MOST_ROLES:
        raise InvalidField("roles", len(item.roles), f"must be at most {_MOST_ROLES}")


def item_id(value: str) -> str:
    """Return the id of an item in its one form: ids that differ by their case alone are one."""
    return text.line(value).upper()


def area(value: str) -> str:
    """Return a functional area by its title, however it is written; refuse another one."""
    known = _AREAS.get(text.identity(value))
    if known is None:
        raise InvalidField("area", value, f"must be one of: {'; '.join(AREAS)}")
    return known


def training(value: str) -> Training:
    """Return what staff need, as a file says it; nothing said is none."""
    said = text.identity(value) or "none"
    if said not in TRAINING_WORDS:
        raise InvalidField("training", value, f"must be one of: {', '.join(TRAINING_WORDS)}")
    return TRAINING_WORDS[said]


def roles(value: str) -> list[str]:
    """Return classes of jobs by their short names, each once and in order, parted by semicolons."""
    return checked_roles(part.strip().lower() for part in value.split(";"))


def checked_roles(slugs: Iterable[str]) -> list[str]:
    """Return classes of jobs, each once and in order; refuse what cannot be one."""
    found = sorted({slug for slug in slugs if slug})
    for slug in found:
        if not _SLUG.fullmatch(slug):
            raise InvalidField("roles", slug, "must be short names of job classes, parted by semicolons")
    return found


def day(value: str) -> date | None:
    """Return a day as files have it: `2026-12-31`, or `12/31/2026` as spreadsheet programs write it in America."""
    said = text.line(value)
    if not said:
        return None
    for form in _AMERICAN_DAYS:
        try:
            said = datetime.strptime(said, form).date().isoformat()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
        break
    return day_of("workaround_ends", said, YEARS_OF_DOCUMENTS)


def differing(one: Item, other: Item) -> list[str]:
    """Return in which fields two items differ."""
    return [each.name for each in fields(Item) if getattr(one, each.name) != getattr(other, each.name)]


def digest(items: Sequence[Item], days: Mapping[str, date | None]) -> str:
    """Return the SHA-256 of items and *days* of a release, hexadecimal; the order of the items does not count."""
    said = {"items": [asdict(one) for one in sorted(items, key=lambda one: one.item_id)], "days": dict(days)}
    canonical = json.dumps(said, default=str, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
