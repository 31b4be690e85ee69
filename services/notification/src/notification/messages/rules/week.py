"""What is said of a week, in its first morning: to a person, a coordinator, a director, and the state.

A letter's title stands once, in the facts of the message, under the letter's place in its list; what each of ten
thousand is told apart are places, days and numbers. `written` makes of these one short text, `read` reads it again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from notification.messages.rules.words import Facts, Said, count, short_day

# What is due within so many business days, or was due before, is worth a mail.
AHEAD_BUSINESS_DAYS = 10
# An agency that has left something undone for so many needs a call.
CALL_BUSINESS_DAYS = 3
# Lines: what a person, and what an agency reads on one page.
MOST_OF_PERSON, MOST_OF_AGENCY, MOST_CALLS = 10, 20, 10


class Standing(NamedTuple):
    """Of those at work whom a letter asks at an agency by a day: how many are *ready*. '' is the state."""

    agency_id: str
    letter: int
    due: date
    at_work: int
    ready: int


class Unconfirmed(NamedTuple):
    """A letter that an agency has still to confirm by a day."""

    agency_id: str
    letter: int
    due: date


def written(rows: Iterable[Sequence[object]]) -> str:
    """Write rows of places, days and numbers as one text."""
    return ";".join(" ".join(str(value) for value in row) for row in rows)


def read(facts: Facts, name: str) -> Iterator[list[str]]:
    """Give the rows that stand under a name, none if it is not there."""
    for row in facts.get(name, "").split(";"):
        if row:
            yield row.split(" ")


def facts_of_agencies(standings: Sequence[Standing], unconfirmed: Sequence[Unconfirmed]) -> Mapping[str, Facts]:
    """Return what the coordinators of each agency are told, of those alone where there is anything."""
    found: dict[str, dict[str, str]] = {}
    agencies = {one.agency_id for one in standings} | {one.agency_id for one in unconfirmed}
    for agency in sorted(agencies - {""}):
        confirm = sorted((one.due, one.letter) for one in unconfirmed if one.agency_id == agency)
        to_go = sorted((one.due, one.letter, one.at_work - one.ready) for one in standings if one.agency_id == agency)
        found[agency] = {
            "agency": agency,
            "letters": str(len({letter for _, letter, *_ in (*confirm, *to_go)})),
            "confirm": written((letter, due) for due, letter in confirm[:MOST_OF_AGENCY]),
            "to_go": written((letter, due, people) for due, letter, people in to_go[:MOST_OF_AGENCY]),
            "more": str(max(0, len(confirm) - MOST_OF_AGENCY) + max(0, len(to_go) - MOST_OF_AGENCY)),
        }
    return found


def facts_of_pictures(standings: Sequence[Standing]) -> Mapping[str, Facts]:
    """Return what the directors of each agency see, of those alone where people are still to go."""
    found: dict[str, dict[str, str]] = {}
    for agency in sorted({one.agency_id for one in standings} - {""}):
        rows = sorted((one.due, one.letter, one.ready, one.at_work) for one in standings if one.agency_id == agency)
        shown = [(letter, due, ready, at_work) for due, letter, ready, at_work in rows[:MOST_OF_PERSON]]
        more = str(max(0, len(rows) - MOST_OF_PERSON))
        found[agency] = {"agency": agency, "ready": written(shown), "more": more}
    return found


def facts_of_state(standings: Sequence[Standing], unconfirmed: Sequence[Unconfirmed], call_if_due_by: date) -> Facts:
    """Return what the state's policy analysts are told: nothing if nothing is to be done.

    An agency needs a call of which something was due by *call_if_due_by*: those where most people are late come first.
    """
    letters = sorted({one.letter for one in standings} | {one.letter for one in unconfirmed})
    if not letters:
        return {}
    rows = [
        (
            letter,
            sum(one.at_work - one.ready for one in standings if one.letter == letter and not one.agency_id),
            len({one.agency_id for one in unconfirmed if one.letter == letter}),
        )
        for letter in letters
    ]
    late = dict.fromkeys((one.agency_id for one in unconfirmed if one.due <= call_if_due_by), 0)
    for one in standings:
        if one.agency_id and one.due <= call_if_due_by:
            late[one.agency_id] = late.get(one.agency_id, 0) + one.at_work - one.ready
    calls = sorted(late, key=lambda agency: (-late[agency], agency))
    return {
        "standing": written(rows[:MOST_OF_AGENCY]),
        "more": str(max(0, len(rows) - MOST_OF_AGENCY)),
        "calls": written([agency] for agency in calls[:MOST_CALLS]),
        "more_calls": str(max(0, len(calls) - MOST_CALLS)),
    }


def of_person(_about: str, facts: Facts) -> Said:
    """Say what is on somebody's list."""
    lines = [f"{facts[letter]}, {_when(facts, due)}." for letter, due in read(facts, "list")]
    things = count(facts["things"], "thing is", "things are")
    more = _more(int(facts["things"]) - len(lines))
    return Said(f"Your week: {things} on your list", (*lines, more), "/training", "Open my training")


def of_agency(_about: str, facts: Facts) -> Said:
    """Say what a training coordinator has before them."""
    confirm = [f"To confirm, {_when(facts, due)}: {facts[letter]}." for letter, due in read(facts, "confirm")]
    to_go = [
        f"{count(people, 'person', 'people')} still to go, {_when(facts, due)}: {facts[letter]}."
        for letter, due, people in read(facts, "to_go")
    ]
    letters = count(facts["letters"], "letter", "letters")
    title = f"The week at {named(facts['agency'])}: {letters} with something to do"
    lines = (*confirm, *to_go, _more(int(facts["more"])))
    return Said(title, lines, f"/agencies/{facts['agency']}/letters", "Open our letters")


def picture(_about: str, facts: Facts) -> Said:
    """Say, and draw, how ready an agency is."""
    bars = {
        f"{facts[letter]}: {int(ready):,} of {count(of, 'person', 'people')} ready, {_when(facts, due)}.": (
            100 * int(ready) // int(of)
        )
        for letter, due, ready, of in read(facts, "ready")
    }
    title = f"The week at {named(facts['agency'])}: how ready your staff are"
    lines = (*bars, _more(int(facts["more"])))
    return Said(title, lines, f"/agencies/{facts['agency']}/letters", "Open our letters", bars)


def of_state(_about: str, facts: Facts) -> Said:
    """Say how letters stand in the state, and which agencies need a call."""
    rows = list(read(facts, "standing"))
    lines = [f"{facts[letter]}: {_undone(people, agencies)}." for letter, people, agencies in rows]
    calls = [named(agency) for (agency,) in read(facts, "calls")]
    if int(facts["more_calls"]):
        calls.append(f"{facts['more_calls']} more")
    late = f"Past due for {CALL_BUSINESS_DAYS} business days or more, and in need of a call"
    call = f"{late}: {_all(calls)}." if calls else ""
    letters = count(len(rows) + int(facts["more"]), "letter", "letters")
    title = f"The state's week: {letters} with something to do"
    return Said(title, (*lines, _more(int(facts["more"])), call), "/letters", "Open letters")


def named(agency_id: str) -> str:
    """Call an agency by the words of its address: its name is the directory's."""
    return agency_id.replace("-", " ").title()


def _when(facts: Facts, due: str) -> str:
    on, today = date.fromisoformat(due), date.fromisoformat(facts["as_of"])
    return f"past due since {short_day(on)}" if on < today else f"due {'today' if on == today else short_day(on)}"


def _undone(people: str, agencies: str) -> str:
    parts = []
    if int(people):
        parts.append(f"{count(people, 'person', 'people')} still to go")
    if int(agencies):
        parts.append(f"{count(agencies, 'agency has', 'agencies have')} not confirmed")
    return ", ".join(parts)


def _more(number: int) -> str:
    return f"And {number:,} more." if number else ""


def _all(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
