"""How a message went by mail, in words: to the one whom it is for, and to operators."""

from collections.abc import Mapping
from datetime import date

from cadre.notification.v1 import message_service_pb2 as pb
from gateway.web.followed import MESSAGE
from gateway.words import sentences

# Why a message did not go by mail -> as its reader is told, and as operators are.
CAUSES: Mapping[str, tuple[str, str]] = {
    "DONE": ("nothing was left to do by then", "nothing left to do"),
    "STALE": ("it was old news by then", "old news by then"),
    "NO_ADDRESS": ("Cadre has no e-mail address of yours", "no address"),
    "ADDRESS_FAILS": ("your e-mail address does not take mail", "address does not take mail"),
    "NOT_WANTED": ("you chose to do without this mail", "mail not wanted"),
    "ON_LEAVE": ("you were on leave", "on leave"),
    "LEFT": ("you did not work there any more", "left the agency"),
    "OFTEN": ("you had mail about this letter often enough that week", "had mail about it often enough"),
    "LATE_TOO": ("you have still something to do under it yourself", "past due themselves"),
    "NO_SERVER": ("no mail leaves this Cadre", "no mail server"),
    "NOBODY": ("nobody held the role that it was for", "nobody held the role"),
}
# A newer service may know more causes than these pages.
_OTHER = ("Cadre held it back", "for another reason")
# Why somebody who has still something to do is not reminded.
LEFT_OUT: Mapping[str, str] = {"ON_LEAVE": "On leave", "REMINDED_TODAY": "Reminded today already"}
# What kinds of messages are called in lists.
KINDS: Mapping[str, str] = {
    "letter.issued": "A letter came, to agencies",
    "letter.asked": "New on the list, to staff",
    "letter.amended": "A letter was amended, to agencies",
    "letter.changed": "A letter on the list was amended, to staff",
    "letter.listed": "A letter came or was amended, to agencies' lists of addresses",
    "letter.due": "Due soon, to staff",
    "letter.overdue": "Past due, to staff",
    "team.overdue": "Staff past due, to who looks after them",
    "letter.unconfirmed": "Letter not confirmed, to agencies",
    "letter.reminded": "Reminder by a coordinator",
    "week.list": "The week, to staff",
    "week.agency": "The week, to training coordinators",
    "week.picture": "The week, to directors",
    "week.state": "The week, to policy analysts",
    "letter.waiting": "Letter waits for approval, to approvers",
    "letter.returned": "Letter came back, to who wrote it",
    "letter.approved": "Letter approved, to who wrote it",
    "letter.out": "Letter issued, to who wrote it",
    "review.asked": "Draft to review, to who reviews it",
    "review.due": "Comments on a draft are due, to agencies",
    "review.answered": "Comments on a draft answered, to agencies",
    "question.asked": "Question about a letter, to who wrote it",
    "question.answered": "Question answered, to who asked",
    "letter.clarified": "Letter clarified, to who asked about it",
    "letter.supplemented": "An agency added to a letter, to its staff",
    "role.given": "Role given",
    "role.taken": "Role taken back",
    "meeting.called": "A meeting is called, to who has a part in the committee",
    "meeting.moved": "A meeting is moved, to who has a part in the committee",
    "meeting.cancelled": "A meeting is canceled, to who has a part in the committee",
    "meeting.alternate": "A member cannot come, to their alternate",
    "meeting.notes_out": "Notes of a meeting are out, to who has a part in the committee",
    "meeting.action_given": "Something to do from a committee, to who is to do it",
    "seat.vacant": "A place in a committee is free, to who runs it",
    "ballot.opened": "A committee votes, to who has a seat",
    "ballot.closed": "A vote is over, to who has a seat",
    "position.recorded": "A vote in a meeting is written down, to whose it is",
    "position.contested": "Somebody says that their vote is written down wrong, to who runs the committee",
    "round.opened": "A review begins, to who is asked",
    "round.due": "A review is due soon, to who is asked",
    "round.answered": "Comments of a review answered, to who wrote them",
    "round.to_rule": "Comments of a review wait for a ruling, to the chair",
    "work.given": "A course under way is with somebody, to them",
    "work.waits": "A course under way is with a committee, to its secretary",
    "work.ratify": "A committee has something to ratify, to its secretary",
    "connection.off": "A connection was switched off, to who made it",
}
STATES: Mapping["pb.MailState.ValueType", str] = {
    pb.WAITING: "Waits",
    pb.SENT: "Sent",
    pb.HELD_BACK: "Held back",
    pb.FAILED: "Failed",
    pb.BOUNCED: "Came back",
}
# How mail leaves.
WAYS: Mapping[str, str] = {
    "SERVER": "Mail goes to the mail server that is set.",
    "DEMONSTRATION": "No mail leaves this demonstration: it is kept for a page.",
    "OFF": "No mail leaves, since no mail server is set. People find their messages on their page.",
}


def by_mail(message: pb.Message, today: date) -> str:
    """Say to its reader how a message went by mail: `Sent by mail Nov 29, 9:01 a.m.`, or why it did not."""
    if message.mail == pb.SENT:
        return f"Sent by mail {sentences.moment(message.mail_time, today)}"
    if message.mail == pb.HELD_BACK:
        return f"Not sent by mail: {CAUSES.get(message.held_back, _OTHER)[0]}"
    if message.mail == pb.FAILED:
        return "Not sent by mail: the mail server did not take it"
    if message.mail == pb.BOUNCED:
        return "Sent by mail, and came back: your e-mail address did not take it"
    return "On its way by mail"


def followed(message: pb.Message) -> str:
    """Return where the button of a message leads: of a new one by an address that marks it as read."""
    if message.opened:
        return message.link
    return f"{message.link}{'&' if '?' in message.link else '?'}{MESSAGE}={message.name.removeprefix('messages/')}"


def canary(one: pb.Canary, today: date) -> str:
    """Say how the canary of a rule stands: when the last went and how long it took, or that it waits in vain."""
    if one.HasField("due_time"):
        return f"Canary: due since {sentences.moment(one.due_time, today)}, and did not go"
    if not one.HasField("sent_time"):
        return "Canary: none went yet"
    return f"Canary: went {sentences.moment(one.sent_time, today)}, took {one.took_seconds:,.1f} seconds"


def about(mail: pb.Mail | pb.CaughtMail) -> str:
    """Say what a mail is about, by the letters' numbers: pages for operators name no people."""
    rest = {
        "The week" if name.startswith("weeks/") else "Other than a letter"
        for name in mail.about
        if not name.startswith("notices/")
    }
    return " · ".join([*mail.letters, *sorted(rest)])


def held_back(causes: list[pb.HeldBack]) -> str:
    """Say how many were held back for what: `12: 10 nothing left to do, 2 on leave`; `12, on leave` where it is one."""
    each = [f"{one.count:,} {CAUSES.get(one.cause, _OTHER)[1]}" for one in causes]
    if len(causes) == 1:
        return each[0].replace(" ", ", ", 1)
    return f"{sum(one.count for one in causes):,}: {', '.join(each)}" if causes else "0"
