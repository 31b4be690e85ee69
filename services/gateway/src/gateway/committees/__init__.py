"""Committees: who sits there and by which rules."""

from gateway.committees import committees, forms, parts
from gateway.committees.reasons import REASONS
from gateway.web import declared
from gateway.web.area import Area
from gateway.web.disclosed import exports, views
from gateway.web.navigation import Item, Top
from gateway.web.rights import Rights

_AT = "/committees/{slug}"
_DONE = {
    "committee-begun": "The committee is there. Say next who sits in it.",
    "committee-saved": "The committee is saved.",
    "seat-added": "The seat is added.",
    "seat-ended": "The seat ends.",
    "part-given": "The part is given.",
    "part-ended": "The part ends on that day. Who had it until then stays on record.",
}


def _reads(rights: Rights) -> bool:
    return rights.holds("bodies.read")


AREA = Area(
    # What has a word for an address stands before what has a name there.
    routers=(parts.router, committees.router),
    navigation=(Item(Top.TRAINING, "Committees", "/committees", offered=_reads),),
    reasons=REASONS,
    done=_DONE,
    labels=declared.labels((*forms.COMMITTEE, *forms.RULES)),
    discloses={
        _AT: views("members of a committee"),
        _AT + "/members.csv": exports("members of a committee"),
        _AT + "/seats": views("members of a committee"),
        _AT + "/seats/{seat_id}/end": views("members of a committee"),
        _AT + "/parts/new": views("members of a committee"),
        _AT + "/parts/{part_id}/end": views("members of a committee"),
    },
)
