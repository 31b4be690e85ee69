"""Every kind of message: who hears what, and whether they may do without the mail. The one table; pages show it."""

from collections.abc import Collection

from notification.messages.rules.committees import COMMITTEES
from notification.messages.rules.kind import Kind
from notification.messages.rules.windows import Window
from notification.messages.rules.works import WORKS

# By what somebody hears as the one they are at an agency, or for the state.
_COORDINATES, _LEADS, _CONFIRMS = ("reminders.send",), ("readiness.read_agency",), ("notices.confirm_for_agency",)
_WRITES, _APPROVES, _CONNECTS = ("notices.write",), ("notices.approve",), ("connections.manage",)
LETTER_ISSUED = Kind(
    "letter.issued",
    "When a letter is issued, the training coordinators of each agency that receives it hear of it.",
    "A letter came for your agency.",
    Window.NOW,
    rights=_COORDINATES,
)
LETTER_ASKED = Kind(
    "letter.asked",
    "In the morning after a letter is released to them, staff hear what it asks of them.",
    "A letter or a training is new on your list.",
    Window.MORNING,
    mandatory=False,
)
LETTER_AMENDED = Kind(
    "letter.amended",
    "When a letter is amended in more than its wording, the training coordinators of each agency that has it hear what"
    " changed, and by when to confirm it anew if it is to be confirmed anew.",
    "A letter that your agency has was amended.",
    Window.NOW,
    rights=_COORDINATES,
)
LETTER_CHANGED = Kind(
    "letter.changed",
    "In the morning after a letter is amended in more than its wording, staff who have something to do under it hear"
    " what changed and until when.",
    "A letter on your list was amended.",
    Window.MORNING,
)
LETTER_LISTED = Kind(
    "letter.listed",
    "When a letter is released to staff, or is amended in more than its wording, the addresses on the list of each"
    " agency that has it hear of it. Training coordinators keep the list.",
    "A letter came for your agency, to the addresses on its list.",
    Window.NOW,
    lists=True,
)
LETTER_DUE = Kind(
    "letter.due",
    "Before they are due, staff who have still something to do hear of it: 3 business days and 1 business day before,"
    " unless a series or a letter has steps of its own.",
    "Something on your list is due soon.",
    Window.MORNING,
)
LETTER_OVERDUE = Kind(
    "letter.overdue",
    "After they were due, staff who have still something to do hear of it: 1 business day after, unless a series or a"
    " letter has steps of its own.",
    "Something on your list is past due.",
    Window.MORNING,
)
TEAM_OVERDUE = Kind(
    "team.overdue",
    "2, 3 and 5 business days after staff were due, who leads their unit (unless late themselves), the training"
    " coordinators and the director of their agency hear how many have still something to do; after 8, the state's"
    " policy analysts: unless a series or a letter has steps of its own.",
    "People you look after are past due.",
    Window.MORNING,
    rights=(*_LEADS, *_WRITES),
)
UNCONFIRMED = Kind(
    "letter.unconfirmed",
    "1 business day before an agency has to confirm a letter, and 1 after, its training coordinators hear of it;"
    " 1 after, its director; 3 after, the state's policy analysts: unless a series or a letter has steps of its own."
    " Of an urgent letter coordinators hear it 2 hours before the hour, at it with the director, and the state 1 office"
    " hour after it.",
    "Your agency has not confirmed a letter.",
    Window.MORNING,
    rights=(*_CONFIRMS, *_WRITES),
)
REMINDED = Kind(
    "letter.reminded",
    "When a training coordinator reminds staff of a letter, those who have still something to do hear of it.",
    "Your training coordinator reminds you of a letter.",
    Window.NOW,
    limited=False,
)
# Of a letter on its way to its issue.
LETTER_WAITING = Kind(
    "letter.waiting",
    "When a letter is sent for approval, those who may approve it hear of it, but for those who wrote on it.",
    "A letter waits for approval.",
    Window.NOW,
    limited=False,
    rights=_APPROVES,
)
LETTER_RETURNED = Kind(
    "letter.returned",
    "When a letter comes back from approval, those who wrote on it hear of it.",
    "A letter that you wrote on came back.",
    Window.NOW,
    limited=False,
    rights=_WRITES,
)
LETTER_APPROVED = Kind(
    "letter.approved",
    "When a letter is approved and waits for its time, those who wrote on it hear when it will be issued.",
    "A letter that you wrote on is approved.",
    Window.NOW,
    limited=False,
    rights=_WRITES,
)
LETTER_OUT = Kind(
    "letter.out",
    "When a letter is issued, those who wrote on it hear of it.",
    "A letter that you wrote on was issued.",
    Window.NOW,
    mandatory=False,
    limited=False,
    rights=_WRITES,
)
STEPS = (LETTER_WAITING, LETTER_RETURNED, LETTER_APPROVED, LETTER_OUT)
# Of a draft that agencies review: a message does not say which letter it is.
REVIEW_ASKED = Kind(
    "review.asked",
    "When a draft is sent to agencies for review, their training coordinators hear of it, and whom they name for it.",
    "Your agency is asked to review a draft.",
    Window.NOW,
    rights=_CONFIRMS,
)
REVIEW_DUE = Kind(
    "review.due",
    "1 business day before the comments of an agency are due, those who were asked hear of it, unless they were sent.",
    "Your agency's comments on a draft are due soon.",
    Window.MORNING,
    rights=_CONFIRMS,
)
REVIEW_ANSWERED = Kind(
    "review.answered",
    "When a review is over and everything is answered, those who commented hear of it.",
    "What you said of a draft is answered.",
    Window.NOW,
    limited=False,
    rights=_CONFIRMS,
)
# Of questions about letters: no message says what was asked or answered.
QUESTION_ASKED = Kind(
    "question.asked",
    "When somebody asks about a letter, those who wrote on it hear of it.",
    "Somebody asks about a letter that you wrote on.",
    Window.NOW,
    limited=False,
    rights=_WRITES,
)
QUESTION_ANSWERED = Kind(
    "question.answered",
    "When a question about a letter is answered, who asked hears of it.",
    "A question that you asked about a letter is answered.",
    Window.NOW,
    limited=False,
)
LETTER_CLARIFIED = Kind(
    "letter.clarified",
    "When the state clarifies a letter, those who asked about it hear of it; everybody else reads it in the letter.",
    "A letter that you asked about is clarified.",
    Window.NOW,
    mandatory=False,
    limited=False,
)
LETTER_SUPPLEMENTED = Kind(
    "letter.supplemented",
    "In the morning after an agency adds something of its own to a letter, its staff under the letter hear that it did,"
    " once a day.",
    "Your agency added something to a letter.",
    Window.MORNING,
    mandatory=False,
)
# What other services want said (`wanting.py`).
ROLE_GIVEN = Kind(
    "role.given",
    "When somebody is given a role, they hear which and where; not of those that they came with.",
    "You are given a role.",
    Window.NOW,
    limited=False,
    producer="directory",
)
ROLE_TAKEN = Kind(
    "role.taken",
    "When a role is taken from somebody, they hear which and where; not when it ends with their job.",
    "A role is taken from you.",
    Window.NOW,
    limited=False,
    producer="directory",
)
_FIRST_DAY = "In the first morning of a week, where something is past due or is due within 10 business days:"
WEEK_LIST = Kind(
    "week.list",
    f"{_FIRST_DAY} staff hear what is on their list, what is due first at the top.",
    "Your week: what is on your list, soonest first.",
    Window.WEEK,
    mandatory=False,
)
WEEK_AGENCY = Kind(
    "week.agency",
    f"{_FIRST_DAY} training coordinators hear which letters, how many people still to go and by when, what to confirm.",
    "Your agency's week: what to confirm, and how many people are still to go by when.",
    Window.WEEK,
    mandatory=False,
    rights=_COORDINATES,
)
WEEK_PICTURE = Kind(
    "week.picture",
    f"{_FIRST_DAY} directors see how ready their agency is, letter by letter.",
    "Your agency's week in one picture.",
    Window.WEEK,
    mandatory=False,
    rights=_CONFIRMS,
)
WEEK_STATE = Kind(
    "week.state",
    f"{_FIRST_DAY} the state's policy analysts hear counts by letter, and which agencies need a call.",
    "The state's week: counts by letter, and the agencies that need a call.",
    Window.WEEK,
    mandatory=False,
    rights=_WRITES,
)
CONNECTION_OFF = Kind(
    "connection.off",
    "When a connection is switched off because nothing gets through, who made it hears of it.",
    "A connection that you made was switched off.",
    Window.NOW,
    limited=False,
    rights=_CONNECTS,
)
KINDS = {
    kind.name: kind
    for kind in (
        LETTER_ISSUED,
        LETTER_ASKED,
        LETTER_AMENDED,
        LETTER_CHANGED,
        LETTER_LISTED,
        LETTER_DUE,
        LETTER_OVERDUE,
        TEAM_OVERDUE,
        UNCONFIRMED,
        REMINDED,
        WEEK_LIST,
        WEEK_AGENCY,
        WEEK_PICTURE,
        WEEK_STATE,
        *STEPS,
        REVIEW_ASKED,
        REVIEW_DUE,
        REVIEW_ANSWERED,
        QUESTION_ASKED,
        QUESTION_ANSWERED,
        LETTER_CLARIFIED,
        LETTER_SUPPLEMENTED,
        ROLE_GIVEN,
        ROLE_TAKEN,
        *COMMITTEES,
        *WORKS,
        CONNECTION_OFF,
    )
}


def offered(rights: Collection[str], said: Collection[str]) -> list[Kind]:
    """Return the kinds that concern who holds *rights*, and those of which they *said* before if they want them."""
    return [
        one
        for one in KINDS.values()
        if not one.lists and (not one.rights or one.name in said or not set(one.rights).isdisjoint(rights))
    ]
