"""Measures how long a newcomer waits: from ``cadre demo`` in an empty folder until a persona's page is there."""

import re
import signal
import sys
import time
from pathlib import Path

import httpx

from cadre_cli.supervisor import read_state
from cadre_tools.bench import pages
from cadre_tools.bench.stage import WrongResultError, wait_until
from servicekit.embedded.process import GuardedProcess, tail

_LOOK_SECONDS = 0.05
_OK = 200
_STOP_SECONDS = 60.0
_PERSONA = re.compile(r'name="person" value="(people/[^"]+)"')


def measure(folder: Path) -> float:
    """Start the demonstration in *folder*, sign in as the first persona as soon as one is offered; return the seconds.

    Raises:
        WrongResultError: the demonstration ended, or the page after signing in is not a page.
    """
    log, data = folder / "demo.log", folder / "data"
    started = time.perf_counter()
    process = GuardedProcess(
        [sys.executable, "-m", "cadre_cli", "demo", "--data-dir", str(data), "--port", "0", "--learners", "1"],
        log=log,
        death_signal=signal.SIGTERM,
    )
    try:
        with httpx.Client(timeout=30.0) as client:
            persona = wait_until(lambda: _persona(client, process, data, log), "no persona is offered", _LOOK_SECONDS)
            name, _, value = pages.sign_in(client, persona).partition("=")
            client.cookies.set(name, value)
            answer = client.get("/", follow_redirects=True)
            seconds = time.perf_counter() - started
    finally:
        process.stop((signal.SIGTERM, _STOP_SECONDS))
    if answer.status_code != _OK or answer.url.path == "/sign-in":
        raise WrongResultError(f"{answer.url} was answered {answer.status_code}")
    return seconds


def _persona(client: httpx.Client, process: GuardedProcess, data: Path, log: Path) -> str:
    """The first person whom the sign-in page offers; nobody as long as there is no such page."""
    if process.poll() is not None:
        raise WrongResultError(f"The demonstration ended: {tail(log)}")
    url = read_state(data).get("gateway_url", "")
    if not url:
        return ""
    client.base_url = httpx.URL(url)
    try:
        found = _PERSONA.search(client.get("/sign-in").text)
    except httpx.HTTPError:
        return ""
    return found.group(1) if found else ""
