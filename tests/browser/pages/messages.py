"""Pages of messages, steps of reminders and mail."""

from cadre.notification.v1 import message_service_pb2 as message_pb
from servicekit.testing.waiting import wait_until

from .common import ANALYST, APPROVER, BIG, BIG_COORDINATOR, COORDINATOR, LAKE, LETTER, OPERATOR, SPECIALIST

ROWS = [
    ("/agencies/{agency_id}/mail-hours", COORDINATOR, "/agencies/lake/mail-hours"),
    ("/ladders", ANALYST, "/ladders"),
    ("/ladders/state", ANALYST, "/ladders/state"),
    ("/ladders/series/{series}", ANALYST, "/ladders/series/CSSP"),
    ("/letters/{letter_id}/ladder", ANALYST, "/letters/{letter}/ladder"),
    ("/letters/{letter_id}/ladder", APPROVER, "/letters/{letter}/ladder"),
    ("/agencies/{agency_id}/addresses", COORDINATOR, "/agencies/lake/addresses"),
    ("/agencies/{agency_id}/mailing-list", COORDINATOR, "/agencies/lake/mailing-list"),
    ("/operations/mail", OPERATOR, "/operations/mail"),
    ("/operations/mail", OPERATOR, "/operations/mail?state=failed"),
    ("/operations/mail/caught", OPERATOR, "/operations/mail/caught"),
    ("/operations/mail/caught/{mail_id}", OPERATOR, "/operations/mail/caught/{mail}"),
    ("/messages", COORDINATOR, "/messages"),
    ("/messages", OPERATOR, "/messages"),
    ("/messages/choices", SPECIALIST, "/messages/choices"),
    (LETTER + "/remind", COORDINATOR, LAKE + "/remind"),
    (LETTER + "/remind", BIG_COORDINATOR, BIG + "/remind"),
    (LETTER + "/remind", COORDINATOR, "/agencies/lake/letters/{withdrawn}/remind"),
]
# Other tests fetch these files.
DOWNLOADS = {
    "/operations/mail/caught/{mail_id}/html",
    "/agencies/{agency_id}/mailing-list/addresses.csv",
}


def caught_mail(access):
    """A mail that would have gone out."""

    def caught():
        request = message_pb.ListCaughtMailRequest(page_size=1)
        return access.ask(access.messages.ListCaughtMail, request).mails

    return wait_until(caught, "mail of the letters should go within a minute", seconds=120)[0].name.split("/")[1]
