"""Connections: programs of agencies and of the state that Cadre calls when something happens to a letter."""

from gateway.connections import pages, phrases
from gateway.web.area import Area
from gateway.web.navigation import Item, Top, of_state
from gateway.web.rights import Rights

_REASONS = {
    "ADDRESS_REFUSED": "This {rule}.",
    "TOO_MANY_CONNECTIONS": "There are {most} connections already. Delete one that is not used, then make this.",
    "CONNECTION_OFF": "The connection is off. Switch it on, then send again.",
}
_DONE = {
    "connection-saved": "Saved. The secret is the same as before.",
    "connection-on": "Switched on. What happened while it was off is not sent; what was given up can be sent again.",
    "connection-off": "Switched off. Nothing is sent until it is switched on.",
    "connection-deleted": "The connection is deleted.",
    "calls-repeated": "What was given up since then is sent again, under the same ids as before.",
    "call-repeated": "Sent again, under the same id as before.",
}


def _only_sees(rights: Rights) -> bool:
    """Whether somebody sees the state's connections and does not keep them."""
    return rights.state("connections.read") and not rights.state("connections.manage")


AREA = Area(
    routers=(pages.router,),
    navigation=(
        Item(Top.AGENCY, "Connections", "/connections/{slug}", at="connections.manage"),
        Item(Top.CHANGES, "Connections", "/connections/state", offered=_only_sees),
        Item(Top.OPERATIONS, "Connections", "/connections/state", offered=of_state("connections.manage")),
    ),
    reasons=_REASONS,
    done=_DONE,
    adjectives={
        "sent": phrases.is_sent,
        "given_up": phrases.is_given_up,
    },
)
