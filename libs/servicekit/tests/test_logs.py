"""Lines for machines, on good days and on a full disk."""

import json
import subprocess
import sys

SCRIPT = """
import structlog
from servicekit.watch import logs

logs.configure("kit", json=True)
structlog.get_logger().info("thing_made", thing="7")
print("worked on")
"""


def test_a_line_is_one_object_with_the_service_and_what_was_bound():
    ended = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, check=True, text=True)
    line = json.loads(ended.stderr)
    assert (line["event"], line["thing"], line["service"], line["level"]) == ("thing_made", "7", "kit", "info")


def test_a_line_that_a_full_disk_does_not_take_fails_nothing():
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - the kernel's own full disk
        ended = subprocess.run(
            [sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, stderr=full, check=False, text=True
        )
    assert ended.stdout == "worked on\n"
