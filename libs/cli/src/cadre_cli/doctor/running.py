"""What runs: whether each process answers and what it says of itself, and whether each job ended well the last time."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg

from cadre.operations.v1 import operations_service_pb2 as pb
from cadre.operations.v1.operations_service_pb2_grpc import OperationsServiceStub
from cadre_cli import processes as table
from cadre_cli.doctor.finding import Finding
from cadre_cli.installation import Installation
from cadre_cli.processes import Answer
from servicekit.events.relay import driver_url
from servicekit.rpc.client import Channel, Refused
from servicekit.rpc.tokens import Signer
from servicekit.watch.probe import answers_http

_PATIENCE_SECONDS = 3.0
_CONNECT_SECONDS = 5
_START = "Look at its log, then start it again: docs/runbook/processes.md"
# Where the runbook says what to do about what a service says of itself.
_PAGES = {
    "BUS_UNREACHABLE": "outbox",
    "CONNECTIONS_USED_UP": "database",
    "CONSUMER_BEHIND": "consumers",
    "CONSUMER_DEAF": "consumers",
    "DEAD_LETTERS_WAIT": "dead-letters",
    "JOB_FAILED": "jobs",
    "JOB_OVERDUE": "jobs",
    "JOB_PAUSED": "jobs",
    "NOBODY_LEADS": "outbox",
    "OUTBOX_STUCK": "outbox",
    "SCHEMA_DIFFERS": "upgrade",
    "TASKS_FAILED": "jobs",
}
# A job that an earlier release had is not run any more: what it ended with is no news.
_FAILED = """
SELECT name, last_error FROM background_job
WHERE last_error <> '' AND paused_at IS NULL
  AND last_end > clock_timestamp() - (coalesce(every_seconds, 86400) * 3 + 3600) * interval '1 second'
ORDER BY name
"""
_MAIL = "SELECT way, failures, trouble FROM mail_server"
_PAGES_CONNECTED = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s"


def kept(state: Mapping[str, Any]) -> Iterator[Finding]:
    """Whether each process that a supervisor keeps is ready, as its *state* says, and the pages answer."""
    web = {process.name for process in table.PROCESSES if process.answer is Answer.HTTP}
    rows = state.get("processes", [])
    troubled = [row for row in rows if row["state"] != "ready"]
    for row in troubled:
        yield Finding(f"Process {row['name']}", f"{row['state']}; {row['problem']}".removesuffix("; "), _START)
    for row in rows:
        if row["name"] in web and row not in troubled and not answers_http(row["port"], patience=_PATIENCE_SECONDS):
            yield Finding(f"Process {row['name']}", "does not answer", _START)
    if not troubled:
        yield Finding("Processes", f"{len(rows)} run")


def services(peers: Mapping[str, str], folder: Path) -> Iterator[Finding]:
    """Whether each service answers, believes a token signed with our key, and says that all is well."""
    token = Signer(folder, "cli").own_tokens()
    for service, address in peers.items():
        with contextlib.closing(Channel(address, token, deadline_seconds=_PATIENCE_SECONDS)) as channel:
            yield from _service(service, channel, folder)


def _service(service: str, channel: Channel, folder: Path) -> Iterator[Finding]:
    try:
        status = channel.stub(OperationsServiceStub).GetStatus(pb.GetStatusRequest())
    except Refused as refused:
        if refused.reason == "NOT_SIGNED_IN":
            mend = f"It was started with other keys than those in {folder}: start it again."
            yield Finding(f"Tokens at {service}", "a token signed here is refused", mend)
        elif refused.passing:
            yield Finding(f"Process {service}", "does not answer", _START)
        else:
            yield Finding(f"Process {service}", f"{refused.code} {refused.reason}", _START)
        return
    yield Finding(f"Tokens at {service}", "believed")
    for fault in status.faults:
        figures = ", ".join(f"{name} {value}" for name, value in sorted(fault.metadata.items()))
        page = _PAGES.get(fault.reason, "README")
        yield Finding(f"Status of {service}", f"{fault.reason}: {figures}", f"See docs/runbook/{page}.md")


def pages_elsewhere(installation: Installation) -> Iterator[Finding]:
    """Whether the pages are there, by their connections: they look at their database all the time."""
    for process in table.PROCESSES:
        if process.answer is not Answer.HTTP:
            continue
        for connection in _connected(installation.database_urls[process.name]):
            row = connection.execute(_PAGES_CONNECTED, [process.name]).fetchone()
            there = row is not None and row[0]
            found = "has its database open" if there else "nothing of it is connected to its database"
            yield Finding(f"Process {process.name}", found, "" if there else _START)


def jobs(installation: Installation) -> Iterator[Finding]:
    """Whether each job of each service ended well the last time that it ran."""
    for service, url in installation.database_urls.items():
        for connection in _connected(url):
            if connection.execute("SELECT to_regclass('background_job') IS NULL").fetchone() == (True,):
                continue
            failed = connection.execute(_FAILED).fetchall()
            for name, error in failed:
                yield Finding(f"Job {name} of {service}", f"failed: {error}", "See docs/runbook/jobs.md, A job fails")
            if not failed:
                yield Finding(f"Jobs of {service}", "each ended well the last time")


def mail(installation: Installation) -> Iterator[Finding]:
    """Whether the mail server took what it was handed last."""
    for connection in _connected(installation.database_urls["notification"]):
        if connection.execute("SELECT to_regclass('mail_server') IS NULL").fetchone() == (True,):
            continue
        way, failures, trouble = connection.execute(_MAIL).fetchone() or ("OFF", 0, "")
        if failures:
            found = f"the server took none, {failures} times in a row: {trouble}"
            yield Finding("Mail", found, "See docs/runbook/mail.md, The mail server takes none")
        else:
            yield Finding("Mail", "does not leave: no server is set" if way == "OFF" else "the server takes it")


def _connected(url: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """Give a connection; none to a database that does not answer, which is a finding of its own."""
    with (
        contextlib.suppress(psycopg.OperationalError),
        psycopg.connect(driver_url(url), connect_timeout=_CONNECT_SECONDS, autocommit=True) as connection,
    ):
        yield connection
