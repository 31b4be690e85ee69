"""What connections can be told of. The one table; pages show it."""

from servicekit.refusals import InvalidField

ISSUED, AMENDED, WITHDRAWN = "letter.issued", "letter.amended", "letter.withdrawn"
CONFIRMED, RELEASED, READY = "letter.confirmed", "letter.released", "letter.ready"
# Each with what it means for a connection of an agency; one of the state hears it of all agencies.
KINDS = {
    ISSUED: "A letter was issued, and the agency receives it.",
    AMENDED: "A letter that the agency received was amended: it has a new version.",
    WITHDRAWN: "A letter that the agency received was withdrawn.",
    CONFIRMED: "The agency confirmed a letter.",
    RELEASED: "The agency let its staff see a letter before the day that the letter names.",
    READY: "For the first time, all staff of the agency who are asked by a letter and not on leave are ready.",
}
# What the owner of a connection asks for.
PING = "ping"


def check(kinds: list[str]) -> list[str]:
    """Return *kinds* in the order of the table, each once; refuse none, and what is not in it."""
    if not kinds or not set(kinds) <= KINDS.keys():
        raise InvalidField("connection.kinds", ", ".join(kinds), f"must be some of {', '.join(KINDS)}")
    return [kind for kind in KINDS if kind in kinds]
