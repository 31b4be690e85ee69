"""The areas of the gateway: the one list of them, in the order of their links."""

from gateway import (
    calendars,
    committees,
    connections,
    courses,
    disclosures,
    evidence,
    feeds,
    home,
    learning,
    letters,
    materials,
    messages,
    operations,
    organizations,
    packets,
    people,
    questions,
    register,
    releases,
    results,
    reviews,
    rounds,
    search,
    sign_in,
    tests,
    votes,
    works,
)
from gateway.web.area import adjectives_of, disclosed_of, outcomes_of

AREAS = (
    home.AREA,
    letters.AREA,
    reviews.AREA,
    questions.AREA,
    evidence.AREA,
    packets.AREA,
    people.AREA,
    organizations.AREA,
    results.AREA,
    courses.AREA,
    materials.AREA,
    works.AREA,
    tests.AREA,
    learning.AREA,
    disclosures.AREA,
    register.AREA,
    releases.AREA,
    committees.AREA,
    rounds.AREA,
    votes.AREA,
    calendars.AREA,
    feeds.AREA,
    search.AREA,
    operations.AREA,
    messages.AREA,
    connections.AREA,
    sign_in.AREA,
)
ROUTERS = tuple(router for area in AREAS for router in area.routers)
NAVIGATION = tuple(item for area in AREAS for item in area.navigation)
ADJECTIVES = adjectives_of(AREAS)
OUTCOMES = outcomes_of(AREAS)
DISCLOSED = disclosed_of(AREAS)
