"""Pages of who looked at whose record."""

from .common import BIG_COORDINATOR, COORDINATOR, MANAGER, OPERATOR, SPECIALIST

ROWS = [
    ("/record/looked-at", SPECIALIST, "/record/looked-at"),
    ("/agencies/{agency_id}/looked-at", COORDINATOR, "/agencies/lake/looked-at"),
    ("/agencies/{agency_id}/looked-at", BIG_COORDINATOR, "/agencies/los-angeles/looked-at"),
    ("/looked-at", MANAGER, "/looked-at"),
    ("/looked-at", OPERATOR, "/looked-at"),
]
# Other tests fetch these files.
DOWNLOADS = {
    "/agencies/{agency_id}/looked-at.csv",
    "/looked-at.csv",
}
