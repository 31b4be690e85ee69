"""Evidence of a letter: one button, a page that says how far it is, a file that anybody can check."""

import csv
import io
import re
import zipfile

import pytest
from playwright.sync_api import expect
from typer.testing import CliRunner

from cadre_cli.main import app
from servicekit.testing.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

ANALYST, COORDINATOR = "State analyst", "Coordinator, Lake"


def ready(visitor):
    """The page of the packet, opened again until the packet is made."""

    def is_ready():
        visitor.go(visitor.page.url.removeprefix(visitor.url))
        return visitor.page.get_by_role("heading", name=re.compile("The evidence packet is ready")).count()

    wait_until(is_ready, "a packet that is ready")


def downloaded(visitor, path):
    with visitor.page.expect_download() as begun:
        visitor.page.get_by_role("link", name=re.compile("^Download")).click()
    begun.value.save_as(path)
    return begun.value.suggested_filename


def test_a_coordinator_makes_a_packet_with_names_downloads_it_and_anybody_checks_it(person, issued, tmp_path):
    notice = issued("A letter that somebody asks to see proof of", demonstration=True)
    coordinator = person().sign_in(COORDINATOR)
    coordinator.go(f"/agencies/lake/letters/{notice}")
    coordinator.press("Evidence: who had confirmed, and when")
    coordinator.sees("No packet was made of this letter yet.")
    coordinator.press("Make an evidence packet")
    ready(coordinator)
    seal = coordinator.page.locator("code.hash").inner_text()
    name = downloaded(coordinator, tmp_path / "packet.zip")

    assert re.fullmatch(r"DEMONSTRATION-CSSP-\d\d-\d+-evidence-lake-\d{4}-\d\d-\d\d\.zip", name)
    checked = CliRunner().invoke(app, ["packet", "verify", str(tmp_path / "packet.zip"), "--sha256", seal])
    assert checked.exit_code == 0, checked.output
    with zipfile.ZipFile(tmp_path / "packet.zip") as packet:
        rows = list(csv.DictReader(io.StringIO(packet.read("people.csv").decode("utf-8-sig"))))
    assert len(rows) > 5
    assert all(row["name"] for row in rows)
    # That it left Cadre is on record.
    coordinator.go("/agencies/lake/looked-at")
    expect(coordinator.page.get_by_text("a packet of evidence, with names").first).to_be_visible()


def test_the_state_has_counts_and_no_names_and_none_of_an_agencys_packets(person, issued, tmp_path):
    notice = issued("A letter that an auditor asks for", demonstration=True)
    analyst = person().sign_in(ANALYST)
    analyst.go(f"/letters/{notice}/evidence")
    analyst.press("Make an evidence packet")
    ready(analyst)
    downloaded(analyst, tmp_path / "packet.zip")

    with zipfile.ZipFile(tmp_path / "packet.zip") as packet:
        columns = packet.read("people.csv").decode("utf-8-sig").splitlines()[0].split(",")
    assert "name" not in columns
    own = analyst.page.url.removeprefix(analyst.url)
    coordinator = person().sign_in(COORDINATOR)
    assert coordinator.go(own).status in (403, 404)
    assert coordinator.go(own.replace("/letters/", "/agencies/lake/letters/")).status == 404
    assert analyst.go(f"/agencies/lake/letters/{notice}/evidence").status == 403


def test_who_had_confirmed_is_asked_for_a_day_and_a_day_ahead_is_refused_at_its_field(person, issued):
    notice = issued("A letter of which somebody asks who had confirmed it", demonstration=True)
    analyst = person().sign_in(ANALYST)
    analyst.go(f"/letters/{notice}/evidence?on=2026-01-02")
    analyst.sees("Nobody had confirmed it by then.")
    analyst.go(f"/letters/{notice}/evidence?on=2099-01-02")
    expect(analyst.page.get_by_role("alert")).to_contain_text("must not lie ahead")
