"""The tests of what services decide hold on any day: they run once more on days that break habits.

The machine's clock is not touched: `faketime` tells these processes, and the PostgreSQL that they start, another day.
What waits by a timer of the database, or with a limit for others (a group that gathers), cannot be told one, and is
marked `timers`.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RULES = [str(folder.relative_to(ROOT)) for folder in sorted(ROOT.glob("services/*/tests"))]
MARKS = "not timers and not release and not soak"
# These take a third of the time and know no day: contents of files, sizes, hashes under load.
NO_DAY = (
    "test_bounded",
    "test_files_found",
    "test_attachments",
    "test_attached_letters",
    "test_*_contents",
    "test_workbooks",
    "test_hashing_load",
    # Tasks that are tried again wait by a timer, which under another day never ends.
    "test_roster_parts",
    "test_roster_stop",
)
DAYS = {
    "a leap day": "2028-02-29 18:00:00",
    "the hour before clocks go forward": "2027-03-14 09:10:00",
    "the hour before clocks go back": "2027-11-07 08:10:00",
    "the last evening of the year, when UTC has the next one already": "2027-01-01 02:00:00",
    "a Monday that is a holiday": "2027-01-18 20:00:00",
}


@pytest.mark.release
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("moment", DAYS.values(), ids=DAYS)
def test_what_services_decide_holds_on(moment):
    faketime = [shutil.which("faketime") or "faketime", "-f", f"@{moment}"]
    ignored = [f"--ignore-glob=*/{name}.py" for name in NO_DAY]
    pytest_of_rules = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", MARKS, *ignored, *RULES]
    # The worker's own marks would make the inner run one of its workers.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}

    run = subprocess.run(
        [*faketime, *pytest_of_rules], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    passed = re.search(r"(\d+) passed", run.stdout)
    assert run.returncode == 0, run.stdout[-6000:]
    assert passed
    assert int(passed[1]) > 1000
