"""The tests of what services decide hold on any day: they run once more on days that break habits.

A release runs each file on one of the days, and `make soak` on all of them. The machine's clock is not touched:
`faketime` tells these processes, and the PostgreSQL that they start, another day. What waits by a timer of the
database, or with a limit for others (a group that gathers), cannot be told one, and is marked `timers`.
"""

import os
import re
import shutil
import subprocess
import sys
import zlib
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
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
    # Rules that are given their days, and ask no clock.
    "test_forecast_rules",
    "test_release_rules",
)
DAYS = {
    "a leap day": "2028-02-29 18:00:00",
    "the hour before clocks go forward": "2027-03-14 09:10:00",
    "the hour before clocks go back": "2027-11-07 08:10:00",
    "the last evening of the year, when UTC has the next one already": "2027-01-01 02:00:00",
    "a Monday that is a holiday": "2027-01-18 20:00:00",
}


FILES = [
    file
    for file in sorted(ROOT.glob("services/*/tests/**/test_*.py"))
    if not any(fnmatch(file.stem, name) for name in NO_DAY)
]


@pytest.mark.release
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("moment", DAYS.values(), ids=DAYS)
def test_what_services_decide_holds_on(moment):
    number = list(DAYS.values()).index(moment)
    # Of a checksum, so that a file stays with its day whatever comes beside it.
    day_of = {file: zlib.crc32(file.name.encode()) % len(DAYS) for file in FILES}
    hold_on(moment, [file for file, day in day_of.items() if day == number], at_least=500)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("moment", DAYS.values(), ids=DAYS)
def test_all_that_services_decide_holds_on(moment):
    hold_on(moment, FILES, at_least=3000)


def hold_on(moment, files, *, at_least):
    """Run the tests of *files*, of which there are *at_least* so many, as if it were *moment*."""
    faketime = [shutil.which("faketime") or "faketime", "-f", f"@{moment}"]
    pytest_of_rules = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", MARKS, *map(str, files)]
    # The worker's own marks would make the inner run one of its workers.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}

    run = subprocess.run(
        [*faketime, *pytest_of_rules], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    passed = re.search(r"(\d+) passed", run.stdout)
    assert run.returncode == 0, run.stdout[-6000:]
    assert passed
    assert int(passed[1]) > at_least
