"""Messages: what Cadre says to people, which of it goes by mail, reminders, and what became of all mail."""

from gateway.messages import addresses, caught, hours, ladders, mail, mailing, own, reminders, steps
from gateway.web.area import Area
from gateway.web.disclosed import exports, views
from gateway.web.navigation import Item, Top, of_state

_REASONS = {
    "MAIL_MANDATORY": "Mail of this kind goes to everybody it concerns.",
    "NOBODY_TO_REMIND": "Nobody is left to remind: all are done, on leave, or were reminded today.",
    "MAILING_LIST_FULL": "There are {most} addresses on the list already. Take one off, then put this one back.",
}
_DONE = {
    "messages-read": "Marked as read.",
    "mail-wanted": "Saved: you get this mail.",
    "mail-not-wanted": "Saved: you get this mail no more. It is still on your page of messages.",
    "reminded": "A reminder goes to {n}.",
    "reminded-others-left-out": "A reminder goes to {n}; {others} left out.",
    "mail-morning": "Saved: your morning mail comes at that hour.",
    "mail-hours": "The hours are saved. What waits now goes by them.",
    "mailing-added": "{addresses} added. Letters are mailed there from now on.",
    "mailing-added-folded": "{addresses} added; {others} on the list already, or pasted twice.",
    "mailing-off": "Taken off. It can be put back below for 30 days.",
    "mailing-back": "Put back on the list.",
    "ladder": "The steps are saved. They hold from tomorrow on.",
    "ladder-back": "Back to the steps of the level above. They hold from tomorrow on.",
}

AREA = Area(
    routers=(
        own.router,
        reminders.router,
        addresses.router,
        mailing.router,
        ladders.router,
        hours.router,
        mail.router,
        caught.router,
    ),
    navigation=(
        Item(Top.AGENCY, "Addresses that do not work", "/{agency}/addresses", at="people.write"),
        Item(Top.AGENCY, "Addresses for letters", "/{agency}/mailing-list", at="people.write"),
        Item(Top.OPERATIONS, "Mail", "/operations/mail", offered=of_state("operations.read")),
    ),
    reasons=_REASONS,
    done=_DONE,
    labels=steps.LABELS,
    discloses={
        "/agencies/{agency_id}/letters/{letter_id}/remind": views("people to remind"),
        "/agencies/{agency_id}/addresses": views("addresses that do not work"),
        "/agencies/{agency_id}/mailing-list": views("addresses for letters"),
        "/agencies/{agency_id}/mailing-list/addresses.csv": exports("addresses for letters"),
    },
)
