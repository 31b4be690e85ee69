"""Pages of the search over everything."""

from .common import ANALYST, COORDINATOR, SPECIALIST

ROWS = [
    ("/search", COORDINATOR, "/search?query=a"),
    ("/search", ANALYST, "/search?query=26"),
    ("/search", SPECIALIST, "/search"),
]
