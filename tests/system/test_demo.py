"""The demonstration as a newcomer starts it: by the command, from nothing, and again."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

# What one run never takes, on the slowest machine as well.
TOO_LONG = 900
pytestmark = [pytest.mark.release, pytest.mark.timeout(2 * TOO_LONG + 60)]


def run_demo(folder: Path) -> dict:
    file = folder / "demo.json"
    file.unlink(missing_ok=True)
    command = [Path(sys.executable).parent / "cadre", "demo", "--once", "--json", file]
    done = subprocess.run(
        [*command, "--data-dir", folder / "data", "--port", "0", "--learners", "1000"],
        capture_output=True,
        text=True,
        check=False,
        timeout=TOO_LONG,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "All staff are synthetic" in done.stdout
    return json.loads(file.read_text())


@pytest.fixture(scope="module")
def runs():
    """What the first and the second run report."""
    folder = Path(tempfile.mkdtemp(prefix="cadre-demo-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    try:
        yield run_demo(folder), run_demo(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_every_agency_and_every_affected_worker_has_the_letter(runs):
    first, _ = runs
    assert re.fullmatch(r"CSSP \d\d-\d\d", first["notice"])
    assert first["agencies_targeted"] == first["agencies_delivered"] == 47
    assert first["agencies_acknowledged"] == 44
    assert 7_000 < first["staff_targeted"] == first["recipients"] == first["assignments"] < 8_000


def test_at_least_a_thousand_workers_complete_it_and_their_agencies_show_it(runs):
    first, _ = runs
    readiness = first["readiness"].values()
    assert first["completions"] >= 1_000
    # Somebody who works for two agencies is ready in both.
    assert sum(agency["ready"] for agency in readiness) >= first["completions"]
    assert all(agency["ready"] + agency["not_started"] + agency["on_leave"] <= agency["of"] for agency in readiness)
    assert all(agency["of"] >= 5 for agency in readiness)
    lake = first["readiness"]["lake"]
    assert (lake["of"], lake["on_leave"]) == (12, 1)


def test_about_62_of_100_are_ready_and_lake_is_as_its_coordinator_finds_it(runs):
    first, _ = runs
    readiness = first["readiness"]
    ready = sum(agency["ready"] for agency in readiness.values()) / sum(agency["of"] for agency in readiness.values())
    assert 0.60 <= ready <= 0.66
    lake = readiness["lake"]
    assert (lake["of"], lake["ready"], lake["on_leave"], lake["not_started"]) == (12, 8, 1, 3)


def test_one_agency_reports_a_problem_and_a_second_letter_is_withdrawn_with_its_to_dos(runs):
    first, _ = runs
    assert (first["problems"], first["withdrawn"]) == (1, 1)
    assert first["to_dos_closed"] > 500
    assert first["to_dos_open"] == 0


def test_each_agency_had_the_letter_in_its_mail_one_reminded_its_people_and_nothing_waits(runs):
    first, second = runs
    assert first["mails"] >= 48
    assert first["reminded"] >= 9
    assert first["ledger_open"] == 0
    assert second["reminded"] == first["reminded"]


def test_a_packet_of_evidence_is_sound_as_anybody_finds_it(runs):
    first, second = runs
    assert (first["packet_verified"], second["packet_verified"]) == (1, 1)


def test_a_draft_is_under_review_with_comments_of_five_agencies(runs):
    first, second = runs
    assert (first["review_comments"], second["review_comments"]) == (5, 5)


def test_a_committee_said_thirty_one_things_of_a_draft_course(runs):
    for run in runs:
        assert run["comments"] >= 31


def test_a_committee_votes_and_has_decided(runs):
    for run in runs:
        assert run["ballots"] >= 2
        assert run["decisions"] >= 2


def test_a_release_has_twelve_items(runs):
    for run in runs:
        assert run["release_items"] == 12


def test_six_courses_are_under_way_each_in_the_step_that_is_told_of_it(runs):
    for run in runs:
        assert run["works"] == 6


def test_a_letter_was_amended_twice_and_takes_the_place_of_a_part_of_another_one(runs):
    for run in runs:
        assert (run["amended"], run["superseded"]) == (2, 1)


def test_more_than_a_hundred_say_what_they_think_of_the_course(runs):
    first, _ = runs
    assert first["reactions"] >= 100


def test_nothing_is_lost_doubled_or_adrift(runs):
    for run in runs:
        assert (run["lost"], run["duplicates"], run["drift"]) == (0, 0, 0)


def test_the_story_told_again_changes_nothing(runs):
    first, second = runs
    assert first["publish_to_visible_seconds"] > 0
    assert second["publish_to_visible_seconds"] is None
    del first["publish_to_visible_seconds"], second["publish_to_visible_seconds"]
    assert first == second
