"""What organizations outside may be said to be. Pure."""

import re
from datetime import date

from directory.rules import names
from servicekit.refusals import InvalidField, Kind, Refusal

TRIBE = "TRIBE"
KINDS = ("STATE", TRIBE, "TERRITORY", "ASSOCIATION", "UNIVERSITY", "COURT", "HOSPITAL", "EMPLOYER", "OTHER")
_LONGEST_SLUG = 60
_NO_SLUG = re.compile(r"[^a-z0-9]+")


class ConsentMissing(Refusal):
    """A tribe is listed with its consent alone: by whom, and on which day."""

    kind = Kind.PRECONDITION


class AffiliationOverlaps(Refusal):
    """They speak for this organization in that time already."""

    kind = Kind.PRECONDITION


class AffiliationEnded(Refusal):
    """They speak for it no longer: when they did stays as it was."""

    kind = Kind.PRECONDITION


class KeptByAgency(Refusal):
    """They are our staff: their agency looks after names and addresses."""

    kind = Kind.PRECONDITION


def words(field: str, value: str, *, needed: bool = True) -> str:
    """Return a line of words as it is kept; refuse one that is too long, or missing where it is *needed*."""
    kept = names.clean(value)
    if (needed and not kept) or len(kept) > names.LONGEST:
        missing = "be given, of" if needed else "have"
        raise InvalidField(field, kept[: names.LONGEST], f"must {missing} at most {names.LONGEST} characters")
    return kept


def kind(value: str) -> str:
    """Return the kind of an organization; refuse one that there is not."""
    if value not in KINDS:
        raise InvalidField("organization.kind", value, f"must be one of {', '.join(KINDS)}")
    return value


def slug_of(title: str) -> str:
    """Return the id that a title gives: `Child Support Directors Association` as its words joined by hyphens."""
    return _NO_SLUG.sub("-", names.fold(title))[:_LONGEST_SLUG].strip("-")


def check_consent(kind: str, *, listed: bool, by: str, on: date | None, today: date) -> None:
    """Refuse a tribe that is to be listed and did not consent, and a consent of a day that has not come.

    Raises:
        ConsentMissing: with the field that is missing.
    """
    if on is not None and on > today:
        raise InvalidField("organization.consent_date", on, "must not be after today")
    if kind != TRIBE or not listed:
        return
    if not by:
        raise ConsentMissing("A tribe is listed with its consent alone.", field="organization.consent_by")
    if on is None:
        raise ConsentMissing("A tribe is listed with its consent alone.", field="organization.consent_date")
