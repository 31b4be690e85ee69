"""How a letter is named, and what is said of it."""

from datetime import date
from typing import NamedTuple

from cadre.notification.v1 import ladder_service_pb2 as ladder_pb
from cadre.notification.v1 import notice_service_pb2 as pb
from citations import find, printed
from gateway.letters import letter_form
from gateway.web.rights import Rights
from gateway.web.visit import Visit
from gateway.words import glossary, sentences
from servicekit.calendar import PACIFIC, Calendar, pacific_date

# States of a letter that somebody at the state has still to act on, or that waits for its day.
BEFORE_ISSUE = (pb.Notice.DRAFT, pb.Notice.IN_APPROVAL, pb.Notice.SCHEDULED)
# States of a letter that is on its way to be issued, or out.
SENT = (pb.Notice.IN_APPROVAL, pb.Notice.SCHEDULED, pb.Notice.PUBLISHED)
# States of a letter that agencies and staff have.
ISSUED = (pb.Notice.PUBLISHED, pb.Notice.WITHDRAWN)
# What stands above the text of a letter wherever it is read.
HEAD = letter_form.HEAD
# What an approver sees of it beside its text and what happens.
RECORD = [one for one in letter_form.FIELDS if one.head or one.name in ("kind", "contact", "contact_telephone")]


def title(letter: pb.Notice) -> str:
    """`CSSP 26-04`; a draft may have no number yet."""
    return sentences.letter(letter)


def named(letter: pb.Notice) -> str:
    """`CSSP 26-04, Earning capacity replaces presumed income`."""
    return f"{title(letter)}, {letter.subject or 'no subject yet'}"


def rules_named(letter: pb.Notice) -> list[str]:
    """Return the laws, rules and other letters that its text names, as they are cited, in the order of its words."""
    texts = (letter.subject, letter.change, letter.before, letter.after, letter.staff_action, letter.body)
    keys = (one.key for text in (*texts, letter.references) for one in find(text))
    return list(dict.fromkeys(cited for cited in map(printed, keys) if cited != title(letter)))


def fits(letter: pb.Notice, query: str) -> bool:
    """Whether what is typed to find a letter stands in its number and subject: so drafts are found."""
    number = letter.number.replace("-", "")
    said = f"{named(letter)} {letter.series}{letter.number} {letter.series}{number}".casefold()
    return all(word in said for word in query.casefold().split())


def next_day(letter: pb.Notice, today: date) -> str:
    """Return the next day after *today* on which a letter or a part of it takes effect; '' if none comes."""
    days = (letter.effective_date, *(one.effective_date for one in letter.section_dates))
    return min((day for day in days if day > today.isoformat()), default="")


def takes_effect(letter: pb.Notice, today: date, calendar: Calendar) -> str:
    """`takes effect Monday, January 4, 28 business days from today; “Section 4” on Thursday, April 1`."""
    whole, coming = sentences.takes_effect(letter.effective_date, today, calendar), _coming(letter, today)
    if coming is None:
        return whole
    verb = "" if letter.effective_date > today.isoformat() else " take effect" if coming.several else " takes effect"
    return f"{whole}; {coming.what}{verb} on {sentences.long_day(coming.day, today)}{coming.more}"


def next_part(letter: pb.Notice, today: date) -> str:
    """`“Section 4” on Apr 1, 2 parts later`: what comes next of a letter's parts; '' if nothing does."""
    coming = _coming(letter, today)
    return f"{coming.what} on {sentences.short_day(coming.day, today)}{coming.more}" if coming else ""


def takes_effect_later(letter: pb.Notice, today: date) -> bool:
    """Whether it, or a part of it, changes something only after *today*."""
    return bool(next_day(letter, today))


def of_the_state(rights: Rights) -> bool:
    """Whether somebody works with the letters of the whole state: an operator does only with one of these rights."""
    works = rights.state("notices.write") or rights.state("notices.approve")
    return rights.state("readiness.read") and (works or not rights.state("operations.read"))


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


def confirmed_by(letter: pb.Notice, today: date) -> str:
    """`Tuesday, December 29, 5 p.m.`: by when an agency confirms; of an urgent one of after hours, the next morning."""
    hour = "in the morning." if in_the_morning(letter) else "5 p.m."
    return f"{sentences.long_day(letter.agency_due_date, today)}, {hour}"


def in_the_morning(letter: pb.Notice) -> bool:
    """Whether agencies confirm it in the morning: an urgent one that was issued after hours."""
    issued = pacific_date(letter.publish_time.ToDatetime(tzinfo=PACIFIC))
    return bool(letter.urgent_reason) and letter.agency_due_date > issued.isoformat()


def calm(letter: pb.Notice) -> bool:
    """Whether it may stand behind others: urgent ones that hold stand first."""
    return not letter.urgent_reason or letter.state == pb.Notice.WITHDRAWN


def steps(letter: pb.Notice, *, has_test: bool = True) -> list[str]:
    """What a person does, in order."""
    named = ["Read", "Confirm", "Course", "Test"]
    return named[: {pb.READ: 1, pb.CONFIRM: 2, pb.TRAIN: 4 if has_test else 3}.get(letter.asks, 0)]


def ladder(visit: Visit, letter: pb.Notice) -> ladder_pb.Ladder:
    """Return by which steps people are reminded of a letter."""
    return visit.clients.ladders.GetLadder(ladder_pb.GetLadderRequest(name=f"{letter.name}/ladder"))


def reminded_by(ladder: ladder_pb.Ladder) -> str:
    """Say whose steps a letter's reminders follow: `the steps of CSSP letters`."""
    if not ladder.source:
        return "the steps with which Cadre comes"
    if ladder.source == "state/ladder":
        return "the state's steps"
    if ladder.source.startswith("series/"):
        return f"the steps of {ladder.source.split('/')[1]} letters"
    return "steps of its own"


class _Coming(NamedTuple):
    what: str
    several: bool
    day: str
    more: str


def _coming(letter: pb.Notice, today: date) -> _Coming | None:
    """Return which parts take effect next, and how many after them."""
    ahead = [one for one in letter.section_dates if one.effective_date > today.isoformat()]
    if not ahead:
        return None
    first = [one for one in ahead if one.effective_date == ahead[0].effective_date]
    what, later = f"“{first[0].section}”" if len(first) == 1 else f"{len(first)} parts of it", len(ahead) - len(first)
    more = f", {sentences.count(later, 'part')} later" if later else ""
    return _Coming(what, len(first) > 1, ahead[0].effective_date, more)
