"""Packets of letters: made by a coordinator or the state, and confirmed on one page, each letter in its own words."""

from gateway.packets import managing, reading
from gateway.web.area import Area
from gateway.web.disclosed import exports, views
from gateway.web.navigation import Item, Top, of_state

_REASONS = {
    "PACKET_CLOSED": "This packet is closed. Its letters are still on your list: confirm each on its own page.",
    "NOTHING_TO_CONFIRM": "A packet is of letters that hold and ask to be confirmed. One of these does not any more.",
}
_DONE = {
    "packet-made": "The packet is made. Whoever has its letters finds it under My training.",
    "packet-closed": "The packet is closed. Its letters stay on the lists of those who have not confirmed them.",
    "packet-confirmed": "Confirmed. What was not ticked stays to be confirmed.",
}

AREA = Area(
    routers=(reading.router, managing.router),
    navigation=(
        Item(Top.CHANGES, "Packets of letters", "/packets/{slug}", at="packets.manage"),
        Item(Top.CHANGES, "Packets of letters", "/packets/state", offered=of_state("packets.manage")),
    ),
    reasons=_REASONS,
    done=_DONE,
    labels={"title": "Name of the packet", "letters": "Letters"},
    discloses={
        "/packets/{owner}/{of}/{packet_id}": views("people of a packet of letters"),
        "/packets/{owner}/{of}/{packet_id}/people.csv": exports("people of a packet of letters"),
    },
)
