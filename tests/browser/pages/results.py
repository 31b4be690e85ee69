"""Pages of how good courses are."""

from .common import COORDINATOR, MANAGER

ROWS = [
    ("/quality", MANAGER, "/quality"),
    ("/quality/{course_id}", MANAGER, "/quality/{course}"),
    ("/agencies/{agency_id}/quality", COORDINATOR, "/agencies/lake/quality"),
]
# Other tests fetch these files.
DOWNLOADS = {
    "/quality/courses.csv",
}
