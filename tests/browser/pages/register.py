"""Pages of letters in force."""

from .common import SPECIALIST

ROWS = [
    ("/in-force", SPECIALIST, "/in-force?on=2027-12-31"),
    ("/in-force", SPECIALIST, "/in-force?rule=Family+Code+4058"),
    ("/in-force/topic", SPECIALIST, "/in-force/topic?topic=Systems"),
]
# Other tests fetch these files.
DOWNLOADS = {
    "/in-force/letters.csv",
}
