"""How a form came out, as the page says it: what a service refused, and what was done.

What belongs to an area is said in its `AREA`; here is what any service may refuse, and any area have done.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from gateway.words import glossary
from gateway.words.sentences import as_number, count
from servicekit.rpc.client import Refused

# What services say of days and of reviews, within a sentence.
_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_ROUND = re.compile(r"\bround (\d+) of ([a-z0-9-]+)")
REASONS_OF_ANY = {
    "INVALID_FIELD": "This {rule}.",
    "ALREADY_EXISTS": "There is one already: {resource}.",
    "NOT_FOUND": "This is not there, or not yours to see.",
    "NOT_SIGNED_IN": "You are not signed in any more. Sign in again.",
    "STALE": "Somebody changed this after you opened it. Look at it again, then save.",
    "REQUEST_ID_REUSED": "This form was sent before with other content. Check what is on the page, then send it again.",
    "PERMISSION_MISSING": "You may not do this. Ask your coordinator if you should.",
    "DEADLINE_PASSED": "The answer took too long. Nothing is lost: try again.",
    "DATABASE_UNAVAILABLE": "A database does not answer right now. Nothing is lost: try again in a moment.",
}
DONE_BY_ANY = {
    "saved": "The draft is saved.",
    "moved": "Moved.",
}
# What is said where a service gives no reason, or one that nobody has a sentence for.
BY_CODE = {
    "NOT_FOUND": "This is not there, or not yours to see.",
    "PERMISSION_DENIED": "You may not do this. Ask your coordinator if you should.",
    "ALREADY_EXISTS": "There is one already.",
    "ABORTED": "Somebody changed this after you opened it. Look at it again, then save.",
    "UNAVAILABLE": "A part of Cadre does not answer right now. Nothing is lost: try again in a moment.",
    "CANCELLED": "A part of Cadre stopped while it answered. Nothing is lost: try again in a moment.",
    "DEADLINE_EXCEEDED": "The answer took too long. Nothing is lost: try again in a moment.",
}


@dataclass(frozen=True)
class Outcomes:
    """The sentences of all areas: *reasons* by what a service refuses with, *deeds* by the code of what was done.

    And the *labels* of fields that are declared.
    """

    reasons: Mapping[str, str]
    deeds: Mapping[str, str]
    labels: Mapping[str, str] = field(default_factory=dict)

    def label(self, name: str) -> str:
        """What stands above a field on the page."""
        return self.labels.get(name) or glossary.field(name)

    def refused(self, error: Refused) -> str:
        """Say why a service refused, to the person whose form it was."""
        said = self.reasons.get(error.reason) or BY_CODE.get(error.code)
        if said is None:
            return f"Cadre could not do this ({error.reason or error.code})."
        known = {key: _in_page_words(value) for key, value in error.metadata.items()}
        try:
            return said.format(**known)
        except KeyError:
            return BY_CODE.get(error.code, "This is not as it should be.")

    def done(self, code: str, number: str, units: str = "", others: str = "", at: str = "") -> str:
        """Say what was done, for a *number* of people and of *units*, and *at* which moment; '' for no code of ours.

        `{others} left out` of a sentence is said of so many other people, `{addresses} added` of *number* addresses.
        """
        people = count(as_number(number) or 0, "person", "people") if number else ""
        left = count(as_number(others) or 0, "is", "are")
        of_units = count(as_number(units) or 0, "unit")
        addresses = count(as_number(number) or 0, "address is", "addresses are")
        return self.deeds.get(code, "").format(n=people, units=of_units, others=left, at=at, addresses=addresses)


def _in_page_words(rule: str) -> str:
    """Say a rule of a service with the pages' words, and days as people read them."""
    said = rule.replace("notice", "letter").replace("audience", "list").replace("assignment", "training")
    said = _ROUND.sub(lambda found: f"review {found[1]} of {found[2].upper()}", said)
    return _DAY.sub(_day, said)


def _day(found: re.Match[str]) -> str:
    try:
        day = date.fromisoformat(found[0])
    except ValueError:
        return found[0]
    return f"{day:%B} {day.day}, {day.year}"
