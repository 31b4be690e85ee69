"""A new installation is filled from the machine, and its first person comes in: no persona, nobody to invite them."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pyotp
import pytest
from playwright.sync_api import expect

from cadre_cli.supervisor import Supervisor

pytestmark = [pytest.mark.release, pytest.mark.timeout(300)]

CADRE = Path(sys.executable).parent / "cadre"
PASSWORD = "fourteen patient green ladders"
NUMBER = "S-100001"
OPERATOR = {
    "agency": "dcss",
    "staff_number": NUMBER,
    "family_name": "Okafor",
    "given_name": "Ngozi",
    "local_title": "System Operator",
    "job_class": "information-technology-specialist-state",
    "hired_on": "2026-01-05",
    "roles": "operator",
}


@pytest.fixture(scope="module")
def empty(roomy_folder, chromium_program):
    """Everything of production under one supervisor, with nothing in it."""
    with roomy_folder() as folder:
        supervisor = Supervisor(folder / "cadre", 0, demo=False, fsync=False)
        try:
            supervisor.start()
            supervisor.wait_ready(120)
            yield SimpleNamespace(
                folder=folder, data=folder / "cadre", url=supervisor.gateway_url, site=supervisor.site
            )
        finally:
            supervisor.stop()


def run(empty, *arguments, typed="", **more):
    """Give a command of an operator at the machine; *typed* is what comes in by its input."""
    return subprocess.run(
        [CADRE, *arguments],
        env=os.environ | {"CADRE_DATA_DIR": str(empty.data), "COLUMNS": "200"} | more,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


@pytest.fixture(scope="module")
def filled(empty):
    """The same with the reference data, brought in as from another container, and one operator."""
    peers = {name: f"127.0.0.1:{ports.serve}" for name, ports in empty.site.ports.items()}
    elsewhere = {"CADRE_SECRETS_DIR": str(empty.data / "keys"), "CADRE_PEERS": json.dumps(peers)}
    for _ in range(2):
        done = run(empty, "import", "reference", **elsewhere, CADRE_DATA_DIR="")
        assert done.stdout == "Done: 48 agencies and 53 courses are there.\n", done.stderr
    done = run(empty, "import", "roster", "-", typed=f"{','.join(OPERATOR)}\n{','.join(OPERATOR.values())}\n")
    assert "1 people added" in done.stdout, done.stdout + done.stderr
    return empty


def test_the_first_person_is_invited_from_the_machine_and_comes_to_the_operators_page(filled, person):
    visitor = person()
    visitor.url = filled.url
    visitor.go("/sign-in")
    visitor.sees_heading("Sign in")
    expect(visitor.page.get_by_role("button", name="Operator")).to_have_count(0)

    invited = run(filled, "invite", NUMBER)
    assert invited.returncode == 0, invited.stderr
    link = invited.stdout.strip()
    assert link.startswith(f"{filled.url}/sign-in/invitation/")
    assert "good once" in invited.stderr
    visitor.page.goto(link)
    visitor.sees(re.compile(f"For Ngozi Okafor, staff number {NUMBER}"))
    telephone = pyotp.TOTP(visitor.page.locator(".key").inner_text().replace(" ", ""))
    visitor.type("Password", PASSWORD)
    visitor.type("Password once more", PASSWORD)
    visitor.type("Code", telephone.now())
    visitor.press("Save password and codes")
    visitor.sees_heading("Codes for your paper")
    visitor.press("I have them: go to the sign-in page")

    visitor.type("Staff number", NUMBER)
    visitor.type("Password", PASSWORD)
    # The code that set it up is spent; the next one is not.
    visitor.type("Code", telephone.at(datetime.now(UTC) + timedelta(seconds=30)))
    visitor.press("Sign in with password and code")
    visitor.sees_heading("Ngozi Okafor")
    visitor.press("Operations")
    visitor.sees("Nothing is stuck.")


def test_nobody_is_invited_by_a_number_that_nobody_has_nor_where_cadre_does_not_run(filled):
    unknown = run(filled, "invite", "S-999999")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert unknown.stderr == "Nobody who works today has the staff number S-999999.\n"

    nowhere = run(filled, "invite", NUMBER, CADRE_DATA_DIR=str(filled.folder / "nowhere"))
    assert nowhere.returncode == 1
    assert "Start it: cadre up" in nowhere.stderr

    unsaid = run(filled, "import", "reference", CADRE_SECRETS_DIR=str(filled.data / "keys"))
    assert unsaid.returncode == 1
    assert "CADRE_PEERS must say where each service is." in unsaid.stdout
