"""Which letters rule, on any day; the letters of a topic over time; and what came before a letter and after it."""

from cadre.notification.v1 import register_service_pb2 as pb
from gateway.register import pages
from gateway.web.area import Area
from gateway.web.navigation import Item, Top

_REASONS = {
    "KNOWN_BEFORE_CADRE": "Letters are kept here since {since}. What was known before that day is not on record, and is"
    " not guessed. Leave this empty to see what ruled on any day, as known today.",
}

AREA = Area(
    routers=(pages.router,),
    navigation=(Item(Top.CHANGES, "In force", "/in-force"),),
    reasons=_REASONS,
    done={},
    labels={"on": "In force on", "known_on": "As it was known on", "rule": "Law or rule"},
    adjectives={
        "a_part_of_it": lambda named: named.relation == pb.WITHIN,
        "around_it": lambda named: named.relation == pb.AROUND,
    },
)
