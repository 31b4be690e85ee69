"""Pages of ways to sign in."""

from datetime import UTC, datetime

from gateway.identity import invitations
from gateway.identity.codes import Box
from servicekit.data.db import Database

from .common import ANALYST, COORDINATOR, OPERATOR, SPECIALIST

ROWS = [
    ("/sign-in", "", "/sign-in"),
    ("/sign-in/invitation/{token}", "", "/sign-in/invitation/{invitation}"),
    ("/my-sign-ins", SPECIALIST, "/my-sign-ins"),
    ("/agencies/{agency_id}/people/{person_id}/sign-in", COORDINATOR, "/agencies/lake/people/{invited}/sign-in"),
    ("/operations/sign-ins", OPERATOR, "/operations/sign-ins"),
    ("/operations/sign-ins/{person_id}", OPERATOR, "/operations/sign-ins/{invited}"),
    ("/kept", ANALYST, "/kept"),
]
# Other tests fetch these files.
DOWNLOADS = {
    "/sign-in/with/{slug}",
    "/sign-in/with/{slug}/back",
    "/sign-out/at/{slug}",
}


def invited(cadre, person, actor):
    """Somebody with an invitation that is open."""
    database = Database(cadre.databases["gateway"].replace("postgresql://", "postgresql+psycopg://"), pool_size=1)
    token = invitations.issue(
        database, Box(cadre.keys_dir), person=person, staff_number="LK-1", actor=actor, at=datetime.now(UTC)
    )
    database.dispose()
    return {"invitation": token, "invited": person.removeprefix("people/")}
