"""Pages of operations."""

from .common import OPERATOR

ROWS = [
    ("/operations", OPERATOR, "/operations"),
    ("/operations/dead-letters", OPERATOR, "/operations/dead-letters?settled=show"),
    ("/operations/jobs", OPERATOR, "/operations/jobs"),
    ("/operations/rebuilds", OPERATOR, "/operations/rebuilds"),
    ("/operations/audits", OPERATOR, "/operations/audits"),
]
