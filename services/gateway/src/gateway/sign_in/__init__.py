"""Signing in and out, by whatever way, and who may do so."""

from gateway.sign_in import access, invitation, issuer_sign_in, my_sign_ins, pages
from gateway.web.area import Area
from gateway.web.disclosed import ACCESS, views
from gateway.web.navigation import Item, Top, of_state

_REASONS = {
    "NO_CURRENT_WORK": "This person has no job today, so there is nothing to sign in for.",
    "DEMONSTRATION_OFF": "This works in a demonstration only.",
}
_DONE = {
    "signed-out": "You are signed out.",
    "email-confirmed": "Your e-mail address is confirmed.",
    "sign-in-ended": "The sign-in is ended.",
    "sign-ins-ended": "Your other sign-ins are ended.",
    "all-sign-ins-ended": "Every sign-in of this person is ended, with your reason.",
    "invitation-revoked": "The invitation is taken back. Its link is good no more.",
    "dropped": "What you had typed is discarded.",
}

AREA = Area(
    routers=(pages.router, issuer_sign_in.router, invitation.router, my_sign_ins.router, access.router),
    navigation=(Item(Top.OPERATIONS, "Sign-ins", "/operations/sign-ins", offered=of_state("operations.read")),),
    reasons=_REASONS,
    done=_DONE,
    discloses={
        "/agencies/{agency_id}/people/{person_id}/sign-in": views("sign-ins of a person", ACCESS),
        "/organizations/{organization_id}/people/{person_id}/sign-in": views("sign-ins of a person", ACCESS),
        "/operations/sign-ins": views("who signs in", ACCESS),
        "/operations/sign-ins/{person_id}": views("sign-ins of a person", ACCESS),
    },
)
