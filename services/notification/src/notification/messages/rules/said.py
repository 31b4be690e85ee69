"""What each kind of message says, from its facts: one source for the page, and for the mail as HTML and as text."""

from collections.abc import Callable, Mapping

from notification.letters.rules.parts import of_said
from notification.messages.rules import under_way, week
from notification.messages.rules.meetings import MEETINGS
from notification.messages.rules.words import Facts, Said, count, day, moment

# So many parts of a letter with days of their own are named; of more it is said how many.
_FEW_PARTS = 3


def said(kind: str, about: str, facts: Facts) -> Said:
    """Return what a message of *kind* says about a resource.

    Raises:
        KeyError: there is no such kind, or a fact is missing that it needs.
    """
    return _SAYS[kind](about, facts)


def _issued(about: str, facts: Facts) -> Said:
    letter = facts["letter"]
    staff = facts.get("staff", "0")
    asked = (
        f"{count(staff, 'person', 'people')} of your agency {'has' if staff == '1' else 'have'} to act on it."
        if staff != "0"
        else "Nobody of your agency has to act on it: it is for your information."
    )
    return Said(
        title=f"{_urgent(facts)}{letter} was issued. Please confirm it for your agency.",
        lines=(facts["change"], _effect(facts, "It"), asked, _confirm_by(facts)),
        link=f"/agencies/{facts['agency']}/letters/{_id(about)}",
        act="Read and confirm",
    )


def _asked(about: str, facts: Facts) -> Said:
    lines = (facts["change"], _effect(facts, "It"), f"Please be done by {day(facts['due'])}.")
    return Said(f"{_urgent(facts)}New on your list: {facts['letter']}", lines, f"/training/{_id(about)}", "Start")


def _amended(about: str, facts: Facts) -> Said:
    again = facts.get("confirm_by")
    lines = (
        facts["what_changed"],
        _effect(facts),
        f"Please confirm it anew by {day(again)}." if again else "What your agency confirmed stands.",
    )
    link = f"/agencies/{facts['agency']}/letters/{_id(about)}"
    return Said(f"{_urgent(facts)}{facts['letter']} was amended", lines, link, "See what changed")


def _changed(about: str, facts: Facts) -> Said:
    lines = (
        facts["what_changed"],
        "What you confirmed before is on record; please read and confirm it anew." if facts.get("again") else "",
        f"Please be done by {day(facts['due'])}.",
        _effect(facts),
    )
    title = f"{_urgent(facts)}A letter on your list was amended: {facts['letter']}"
    return Said(title, tuple(filter(None, lines)), f"/training/{_id(about)}", "See what changed")


def _listed(about: str, facts: Facts) -> Said:
    amended = facts.get("what_changed")
    lines = (
        amended or facts["change"],
        f"It takes effect {day(facts['effective'])}.",
        "Staff sign in to read it, and find there what it asks of them.",
    )
    title = f"{_urgent(facts)}{facts['letter']} was {'amended' if amended else 'issued'}"
    return Said(title, lines, f"/training/{_id(about)}/letter", "Read the letter")


def _due(about: str, facts: Facts) -> Said:
    lines = (f"You have still something to do. It is due {day(facts['due'])}.", _effect(facts))
    return Said(f"Due soon: {facts['letter']}", lines, f"/training/{_id(about)}", "Go on")


def _overdue(about: str, facts: Facts) -> Said:
    lines = (f"It was due {day(facts['due'])}, and you have still something to do.", _effect(facts))
    return Said(f"Past due: {facts['letter']}", lines, f"/training/{_id(about)}", "Go on")


def _team(about: str, facts: Facts) -> Said:
    people = count(facts["people"], "person is", "people are")
    if not facts.get("agency"):
        agencies = count(facts["agencies"], "agency", "agencies")
        lines = (f"They work at {agencies}, and were due {day(facts['due'])}.", _effect(facts))
        return Said(f"{people} past due under {facts['letter']}", lines, f"/letters/{_id(about)}", "See the agencies")
    where = f"in {facts['unit_title']}" if facts.get("unit_title") else "at your agency"
    lines = (f"Due was {day(facts['due'])}. The page says who they are.", _effect(facts))
    link = f"/agencies/{facts['agency']}/letters/{_id(about)}"
    return Said(f"{people} past due {where} under {facts['letter']}", lines, link, "See who")


def _unconfirmed(about: str, facts: Facts) -> Said:
    if not facts.get("agency"):
        agencies = count(facts["agencies"], "agency has", "agencies have")
        title = f"{_urgent(facts)}{agencies} not confirmed {facts['letter']}"
        return Said(title, (f"Due was {day(facts['due'])}.", _effect(facts)), f"/letters/{_id(about)}", "See which")
    return Said(
        title=f"{_urgent(facts)}Your agency has not confirmed {facts['letter']}",
        lines=(f"It is to be confirmed by {_hour(facts)}.", _effect(facts)),
        link=f"/agencies/{facts['agency']}/letters/{_id(about)}",
        act="Read and confirm",
    )


def _reminded(about: str, facts: Facts) -> Said:
    lines = (
        "Your training coordinator reminds you: you have still something to do.",
        f"Due: {day(facts['due'])}.",
        _effect(facts),
    )
    return Said(f"A reminder: {facts['letter']}", lines, f"/training/{_id(about)}", "Go on")


def _waiting(about: str, facts: Facts) -> Said:
    lines = (facts["change"], f"It is to take effect {day(facts['effective'])}.{_later(facts)}")
    return Said(f"{_urgent(facts)}{facts['letter']} waits for approval", lines, f"/letters/{_id(about)}", "Read it")


def _returned(about: str, facts: Facts) -> Said:
    # Why is for those who see the letter: the page says it.
    lines = ("It is a draft again, and can be changed and sent once more.", "The page says why it came back.")
    return Said(f"{_urgent(facts)}{facts['letter']} came back", lines, f"/letters/{_id(about)}", "See why")


def _approved(about: str, facts: Facts) -> Said:
    lines = (f"It will be issued {moment(facts['issue'])}.", _effect(facts))
    return Said(f"{_urgent(facts)}{facts['letter']} is approved", lines, f"/letters/{_id(about)}", "See the letter")


def _out(about: str, facts: Facts) -> Said:
    lines = (_effect(facts), "The page says how many agencies have confirmed it, and how ready people are.")
    done = "was amended" if facts.get("version") else "was issued"
    return Said(f"{_urgent(facts)}{facts['letter']} {done}", lines, f"/letters/{_id(about)}", "See the letter")


def _review_asked(about: str, facts: Facts) -> Said:
    lines = (
        f"Your agency's comments are due {day(facts['due'])}.",
        "It is not issued yet: please speak of it only with those who review it with you.",
    )
    return Said("A draft letter waits for your review", lines, _review(about), "Read it")


def _review_due(about: str, facts: Facts) -> Said:
    lines = (f"Your agency's comments are due {day(facts['due'])}.", "They have not been sent to the state yet.")
    return Said("Due soon: comments on a draft letter", lines, _review(about), "Go on")


def _review_answered(about: str, _facts: Facts) -> Said:
    lines = ("The review is over, and everything that your agency sent has an answer.",)
    return Said("The state answered your comments on a draft letter", lines, _review(about), "See the answers")


def _review(about: str) -> str:
    """Return the page of a review at an agency, `notices/…/reviews/1/agencies/lake`."""
    return "/reviews/" + about.removeprefix("notices/").replace("/reviews/", "/").replace("/agencies/", "/")


def _question_asked(about: str, facts: Facts) -> Said:
    lines = ("The page says what is asked. Whoever answers first helps most.",)
    return Said(f"A question about {facts['letter']}", lines, _questions(about), "Read and answer")


def _question_answered(about: str, facts: Facts) -> Said:
    lines = ("The page says what the state answered.",)
    return Said(f"Your question about {facts['letter']} is answered", lines, _questions(about), "Read the answer")


def _clarified(about: str, facts: Facts) -> Said:
    lines = ("You asked about it. What it means is now said officially, to everybody who has the letter.",)
    return Said(f"The state clarified {facts['letter']}", lines, _questions(about), "Read it")


def _supplemented(about: str, facts: Facts) -> Said:
    lines = ("What it added stands below the state's letter, apart from it.",)
    return Said(f"Your agency added to {facts['letter']}", lines, f"/training/{_id(about)}", "Read it")


def _questions(about: str) -> str:
    return f"/letters/{_id(about)}/questions"


def _role_given(_about: str, facts: Facts) -> Said:
    lines = (f"You are {facts['role']} for {facts['where']} from now on.", "What you may do for it is in your menu.")
    return Said(f"You were given a role: {facts['role']}, {facts['where']}", lines, "/home", "Open Cadre")


def _role_taken(_about: str, facts: Facts) -> Said:
    lines = (
        f"You are no longer {facts['role']} for {facts['where']}.",
        "If that is a mistake, please ask the person who looks after Cadre there.",
    )
    return Said(f"A role was taken from you: {facts['role']}, {facts['where']}", lines, "/home", "Open Cadre")


_ENDED = {
    "PASSED": "It passed.",
    "FAILED": "It did not pass.",
    "NO_QUORUM": "Too few took part, so nothing is decided.",
    "VOID": "What you voted on was changed meanwhile, so no vote counts. There will be another one.",
    "WITHDRAWN": "It was withdrawn, so nothing is decided.",
}


def _ballot_opened(about: str, facts: Facts) -> Said:
    until = f"You can vote until {moment(facts['closes'])}." if facts.get("closes") else "You vote in the meeting."
    lines = (until, "Your vote can be changed until then, and the last one counts.")
    return Said(f"{facts['body']} votes", lines, f"/{about}", "Open the vote")


def _ballot_closed(about: str, facts: Facts) -> Said:
    lines = (_ENDED[facts["outcome"]], f"The decision has the number {facts['number']}." if facts.get("number") else "")
    return Said(f"A vote of {facts['body']} is over", lines, f"/{about}", "Open the vote")


def _position_recorded(about: str, facts: Facts) -> Said:
    lines = (f"If that is not what you said, please say so by {day(facts['until'])}.",)
    title = f"Your vote in a meeting of {facts['body']} is written down"
    return Said(title, lines, f"/{about}#mine", "Open the vote")


def _position_contested(about: str, facts: Facts) -> Said:
    still = facts["open"] == "yes"
    lines = (
        "It does not count until they vote themselves, or it is written down anew." if still else "The vote was over.",
        "" if still else "Its result stays. A decision that is wrong is corrected by another one.",
    )
    title = f"Somebody says that their vote in {facts['body']} is written down wrong"
    return Said(title, lines, f"/{about}#counts", "Open the vote")


def _round_opened(about: str, facts: Facts) -> Said:
    lines = (f"You can comment until {day(facts['due'])}.", "If you cannot, please say so there.")
    return Said(f"{facts['body']} asks you to review something", lines, f"/{about}", "Open the review")


def _round_due(about: str, facts: Facts) -> Said:
    lines = (f"You can comment until {day(facts['due'])}.", "If you have nothing to say, please send that.")
    return Said(f"A review for {facts['body']} is due soon", lines, f"/{about}", "Open the review")


def _round_answered(about: str, facts: Facts) -> Said:
    lines = (
        f"Please say until {day(facts['until'])} whether that settles them.",
        "What you say nothing about goes to the committee's chair.",
    )
    return Said(f"Your comments for {facts['body']} are answered", lines, f"/{about}", "Read the answers")


def _round_to_rule(about: str, facts: Facts) -> Said:
    waits = f"{count(facts['count'], 'comment', 'comments')} {'waits' if facts['count'] == '1' else 'wait'}"
    lines = (
        f"{waits} for your ruling.",
        "Whoever wrote them is not satisfied with the answer, or said nothing.",
    )
    return Said(f"A review for {facts['body']} needs your ruling", lines, f"/{about}", "Open the review")


def _connection_off(about: str, facts: Facts) -> Said:
    owner, _, connection = about.partition("/connections/")
    why = (
        "Whoever answers at its address said that nothing is to be sent there any more."
        if facts["why"] == "GONE"
        else "For five days nothing that Cadre sent got through."
    )
    lines = (why, "What happens until it is on again is not told to it.")
    page = f"/connections/{owner.removeprefix('agencies/')}/{connection}"
    return Said(f"The connection {facts['connection']} was switched off", lines, page, "See what came back")


def _confirm_by(facts: Facts) -> str:
    return f"Please confirm it by {_hour(facts)}."


def _hour(facts: Facts) -> str:
    """Say by when an agency confirms; an urgent letter of after hours in the next business morning."""
    return f"{day(facts['confirm_by'])}, {'noon' if facts.get('morning') else '5 p.m.'} Pacific time"


def _effect(facts: Facts, what: str = "The letter") -> str:
    return f"{what} takes effect {day(facts['effective'])}.{_later(facts)}"


def _later(facts: Facts) -> str:
    """Say which parts of a letter take effect after it, and of many from when until when."""
    parts = of_said(facts.get("later", ""))
    if len(parts) > _FEW_PARTS:
        days = f"the first {day(parts[0]['effective_date'])}, the last {day(parts[-1]['effective_date'])}"
        return f" {len(parts)} parts of it take effect later: {days}."
    return "".join(f" Later: {one['section']}, {day(one['effective_date'])}." for one in parts)


def _urgent(facts: Facts) -> str:
    return "Urgent: " if facts.get("urgent") else ""


def _id(about: str) -> str:
    return about.rpartition("/")[2]


_SAYS: Mapping[str, Callable[[str, Facts], Said]] = {
    **MEETINGS,
    "letter.issued": _issued,
    "letter.asked": _asked,
    "letter.amended": _amended,
    "letter.changed": _changed,
    "letter.listed": _listed,
    "letter.due": _due,
    "letter.overdue": _overdue,
    "team.overdue": _team,
    "letter.unconfirmed": _unconfirmed,
    "letter.reminded": _reminded,
    "week.list": week.of_person,
    "week.agency": week.of_agency,
    "week.picture": week.picture,
    "week.state": week.of_state,
    "letter.waiting": _waiting,
    "letter.returned": _returned,
    "letter.approved": _approved,
    "letter.out": _out,
    "review.asked": _review_asked,
    "review.due": _review_due,
    "review.answered": _review_answered,
    "question.asked": _question_asked,
    "question.answered": _question_answered,
    "letter.clarified": _clarified,
    "letter.supplemented": _supplemented,
    "role.given": _role_given,
    "role.taken": _role_taken,
    "ballot.opened": _ballot_opened,
    "ballot.closed": _ballot_closed,
    "position.recorded": _position_recorded,
    "position.contested": _position_contested,
    "round.opened": _round_opened,
    "round.due": _round_due,
    "round.answered": _round_answered,
    "round.to_rule": _round_to_rule,
    "work.given": under_way.given,
    "work.waits": under_way.waits,
    "work.ratify": under_way.ratify,
    "connection.off": _connection_off,
}
