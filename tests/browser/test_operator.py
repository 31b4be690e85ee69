"""The operator's day: what is stuck is seen, fixed and replayed; jobs are steered; figures are rebuilt."""

import dataclasses
import re
import uuid

import psycopg
import pytest
from playwright.sync_api import expect

from cadre_demo import course as course_of_demo
from servicekit.testing.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

_PARK = """
INSERT INTO dead_letter (id, consumer, event_id, subject, payload, headers, tries, error, at)
VALUES (gen_random_uuid(), 'enrollment-notification', gen_random_uuid(), 'cadre.notification.notice.published.v1',
  '\\xff', '{}', 5, 'The event cannot be read.', now())
"""
_SPOIL = """
BEGIN;
WITH entry AS (
  INSERT INTO audit (id, at, actor, method, resource) VALUES (gen_random_uuid(), now(), 'test', 'spoil', 'readiness')
  RETURNING id
) SELECT set_config('cadre.audit', id::text, true) FROM entry;
UPDATE readiness SET listed = listed + 3 WHERE notice_id = '{letter}' AND agency_id = '';
COMMIT
"""
_FAIL = """
INSERT INTO task (id, kind, key, payload, actor, at, tries, error, done, total)
VALUES (gen_random_uuid(), 'roster', gen_random_uuid()::text, '{}', 'services/cli', now(), 3, 'UndefinedTable',
  1000, 2000)
"""


@pytest.fixture
def operator(person):
    return person().sign_in("Operator")


@pytest.fixture
def query(cadre):
    """Run a statement on a service's database, as nobody could from a page."""

    def run(service, statement, *params):
        with psycopg.connect(cadre.databases[service], autocommit=True) as connection:
            cursor = connection.execute(statement, params)
            return cursor.fetchall() if cursor.description else []

    return run


def look_until(operator, path, holds):
    """Refresh a page until it says so."""

    def seen():
        operator.go(path)
        return holds(operator.page.inner_text("main"))

    wait_until(seen, lambda: operator.page.inner_text("main"))


def test_what_is_stuck_is_named_with_what_to_do_and_given_up_with_a_reason(operator, query):
    query("enrollment", _PARK)
    operator.press("Operations")
    operator.sees(re.compile("Needs a look: enrollment · Failed messages"))
    operator.page.get_by_text(re.compile(r"^Processes: (\d+) of \1 run, ")).click()
    expect(operator.page.get_by_role("row", name=re.compile("^postgres ready"))).to_have_count(1)
    operator.sees(re.compile("Replay what was fixed since"))
    operator.press("Failed messages")
    operator.sees("The event cannot be read.")

    operator.press(re.compile("^Replay"))
    operator.sees_heading("Not yet: please look at this")
    operator.page.get_by_text(re.compile(r"^Discard…")).first.click()
    operator.press(re.compile("^Discard event"))
    operator.sees("Say why the event may be given up.")
    operator.type(re.compile("Reason for discarding"), "Sent by hand for a test")
    operator.press(re.compile("^Discard event"))

    operator.sees("The event is discarded, with your reason.")
    operator.sees(re.compile("Discarded: Sent by hand for a test · by "))
    operator.press("Only those that wait")
    operator.sees("No message failed.")


def test_a_poison_event_is_parked_while_the_rest_flows_then_replayed_from_the_page(operator, query, cadre):
    """A version of a course that enrollment cannot store, because a constraint of the test stands in its way."""
    poison = f"poison-{uuid.uuid4().hex[:8]}"

    def buried():
        # It is tried five times within three minutes: here at its next try.
        query("enrollment", "UPDATE handler_failure SET tries = 4")
        return query("enrollment", "SELECT id FROM dead_letter WHERE state = 'WAITING'")

    query("enrollment", f"ALTER TABLE course_version ADD CONSTRAINT poison CHECK (course_id <> '{poison}')")
    try:
        for slug in (poison, f"{poison}-next"):
            course = dataclasses.replace(cadre.content.course, slug=slug)
            course_of_demo.load(cadre.access, dataclasses.replace(cadre.content, course=course))
        stored = "SELECT course_id FROM course_version WHERE course_id LIKE %s"
        # What came after it flows on, although it is tried again and again.
        wait_until(lambda: query("enrollment", stored, f"{poison}%") == [(f"{poison}-next",)], lambda: "not stored")
        wait_until(buried, lambda: query("enrollment", "SELECT * FROM handler_failure"))
    finally:
        query("enrollment", "ALTER TABLE course_version DROP CONSTRAINT poison")

    operator.go("/operations/dead-letters")
    operator.sees(re.compile("CheckViolation"))
    operator.page.get_by_text(re.compile("^Payload")).first.click()
    operator.sees(re.compile(poison))
    operator.press(re.compile("^Replay"))

    operator.sees("The event was handled once more.")
    operator.sees(re.compile("Replayed · by "))
    assert (poison,) in query("enrollment", stored, f"{poison}%")


def test_a_job_is_paused_with_a_reason_is_seen_as_such_and_is_resumed(operator):
    operator.go("/operations/jobs")
    card = operator.page.get_by_role("article").filter(has_text="directory: forget rosters")
    card.get_by_text("Pause…").click()
    card.get_by_role("button", name=re.compile("^Pause")).click()
    operator.sees("Say why the job must not run: others will ask.")
    card.get_by_label(re.compile("Why it must not run")).fill("A file is being looked at")
    card.get_by_role("button", name=re.compile("^Pause")).click()
    operator.sees("The job is paused, with your reason.")
    operator.sees(re.compile("Paused since .* by .*: A file is being looked at"))
    operator.go("/operations")
    operator.sees(re.compile("The job forget_rosters is paused: A file is being looked at"))

    operator.go("/operations/jobs")
    card.get_by_text("Resume…").click()
    card.get_by_label(re.compile("Why it may run again")).fill("Looked at")
    card.get_by_role("button", name=re.compile("^Resume")).click()
    operator.sees("The job runs again.")
    card.get_by_role("button", name=re.compile("^Run now")).click()
    operator.sees("The job runs now. Refresh to see how it went.")
    expect(card.get_by_text("Paused")).to_have_count(0)


def test_a_task_that_failed_is_named_with_its_error_and_is_tried_again(person, query):
    """What it was about has ended since: tried again, it is done."""
    operator = person(scripts=True).sign_in("Operator")
    query("directory", _FAIL)
    operator.go("/operations")
    operator.sees(re.compile("1 of the tasks roster failed at their last try"))
    operator.go("/operations/jobs")
    row = operator.page.get_by_role("row").filter(has_text="directory: roster")
    expect(row).to_contain_text("Failed, 1,000 of 2,000 done; 3 tries failed: UndefinedTable")
    operator.check_page()
    row.get_by_role("button", name=re.compile("^Try again")).click()

    operator.sees(re.compile("or leaves this list if what it was for is over"))
    look_until(operator, "/operations/jobs", lambda said: "Nothing waits." in said)


def test_figures_that_went_wrong_are_found_by_the_audit_and_made_anew(operator, letter, query):
    query("notification", _SPOIL.format(letter=letter))
    operator.go("/operations/audits")
    operator.press("Count now")
    operator.sees("The services count now. Refresh to see what they find.")
    look_until(operator, "/operations/audits", lambda said: "not zero" in said and "readiness.drift" in said)
    operator.press("Rebuild")
    card = operator.page.get_by_role("article").filter(has_text="notification: readiness")
    card.get_by_text("Rebuild…").click()
    card.get_by_label(re.compile("Why it is rebuilt")).fill("The audit is not zero")
    card.get_by_role("button", name=re.compile("^Rebuild")).click()
    operator.sees(re.compile("^Asked for. It begins"))

    look_until(operator, "/operations/rebuilds", lambda said: re.search(r"Last rebuilt .*: \d+ of \d+ steps?", said))
    operator.go("/operations/audits")
    operator.press("Count now")
    look_until(operator, "/operations/audits", lambda said: re.search(r"All \d+ are zero", said))
