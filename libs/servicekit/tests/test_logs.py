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


FAILING = """
import psycopg, structlog, sys
from sqlalchemy import create_engine
from servicekit.data.db import Database
from servicekit.watch import logs

logs.configure("kit", json=True)
TABLE = "CREATE TEMPORARY TABLE known (email text CHECK (email <> 'jane@lake.example'))"

def failing(work):
    try:
        work()
    except Exception:
        structlog.get_logger().exception("work_failed")

def wrapped():
    with create_engine(sys.argv[1]).connect() as connection:
        connection.exec_driver_sql(TABLE)
        connection.exec_driver_sql("INSERT INTO known VALUES (%(email)s)", {"email": "jane@lake.example"})

def copied():
    with psycopg.connect(sys.argv[1].replace("+psycopg", "")) as connection:
        connection.execute(TABLE)
        with connection.cursor().copy("COPY known FROM STDIN") as copy:
            copy.write_row(["jane@lake.example"])

def told_on():
    try:
        copied()
    except psycopg.Error as error:
        raise ExceptionGroup("two", [ValueError("mine"), RuntimeError("no")]) from error

for work in (wrapped, copied, told_on):
    failing(work)
"""


def test_no_line_repeats_the_rows_that_a_database_error_is_about(kit_database):
    ended = subprocess.run(
        [sys.executable, "-c", FAILING, kit_database], capture_output=True, check=True, text=True, timeout=60
    )
    told = [json.loads(line)["exception"] for line in ended.stderr.splitlines()]
    assert len(told) == 3
    for each in told:
        assert "jane" not in each
        assert 'CheckViolation: new row for relation "known" violates check constraint' in each
        assert "line" in each
        assert "Traceback (most recent call last):" in each
    assert "ValueError: mine" in told[2]
    assert "RuntimeError: no" in told[2]
    assert "direct cause" in told[2]
