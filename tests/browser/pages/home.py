"""Pages of home, and coming changes."""

from .common import ANALYST, APPROVER, BIG_COORDINATOR, COORDINATOR, MANAGER, OPERATOR, SPECIALIST

ROWS = [
    ("/home", ANALYST, "/home"),
    ("/home", COORDINATOR, "/home"),
    ("/home", BIG_COORDINATOR, "/home"),
    ("/home", SPECIALIST, "/home"),
    ("/home", OPERATOR, "/home"),
    ("/home", APPROVER, "/home"),
    ("/home", MANAGER, "/home"),
    ("/agencies/{agency_id}/coming", COORDINATOR, "/agencies/lake/coming"),
    ("/agencies/{agency_id}/coming", BIG_COORDINATOR, "/agencies/los-angeles/coming"),
]
# Other tests fetch these files.
DOWNLOADS = {
    "/agencies/{agency_id}/coming.csv",
}
