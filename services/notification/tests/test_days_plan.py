"""A day of a hundred letters to ten thousand people each is kept by their figures, and read by key."""

from datetime import UTC, datetime, timedelta

import pytest

from cadre.notification.v1 import readiness_service_pb2 as pb
from notification.days.keeping import KEEP_STANDING
from servicekit.testing.plans import Plan, require_by_key, scans

LETTERS, AGENCIES, DUE_DATES, SLOTS, PEOPLE, DAYS = 100, 48, 2, 8, 10_000, 40
# Each person is at one agency and counts once more for the state.
_LETTERS = """
INSERT INTO notice (id, state, kind, series, number, addressees, subject, reason, "references", supersedes, contact,
  change, before, after, staff_action, until_then, body, asks, course_id, course_version,
  business_days_before_effective, business_days_after_issue, agency_confirms_within, demonstration, briefing_counts,
  writers, author_id, return_reason, revision, created_at, published_at, version, text_sha256, audience_revision,
  audience_id)
SELECT gen_random_uuid(), 'PUBLISHED', '', 'CSS', to_char(n, 'FM0000'), '', '', '', '', '', '', '', '', '', '', '', '',
  'CONFIRM', '', 0, 0, 0, 0, false, false, '{}', gen_random_uuid(), '', 1, now(), %(issued)s, 1, '', 1, audience_id
FROM generate_series(1, %(letters)s) AS n CROSS JOIN audience
"""
_FIGURES = """
INSERT INTO readiness (notice_id, agency_id, due_date, slot, listed, ready, not_started, on_leave, read, confirmed,
  trained, excused)
SELECT notice.id, agency_id, date '2026-03-02' + due, slot, listed, listed / 2, listed / 4, 0, 0, 0, 0, 0
FROM notice CROSS JOIN generate_series(1, %(due_dates)s) AS due CROSS JOIN generate_series(1, %(slots)s) AS slot
CROSS JOIN (
  SELECT '' AS agency_id, %(people)s / %(due_dates)s / %(slots)s AS listed
  UNION ALL
  SELECT 'agency-' || n, %(people)s / %(agencies)s / %(due_dates)s / %(slots)s
  FROM generate_series(1, %(agencies)s) AS n
) AS place
"""
# Many days on which every figure moved.
_DAYS = """
INSERT INTO readiness_day (notice_id, agency_id, day, listed, at_work, ready, not_started, overdue)
SELECT notice_id, agency_id, %(today)s::date - n, 1, 1, n %% 2, 0, 0
FROM (SELECT DISTINCT notice_id, agency_id FROM readiness) AS place CROSS JOIN generate_series(1, %(days)s) AS n
"""
_KEPT = """
INSERT INTO readiness_kept (notice_id, through, at, audience_revision)
SELECT id, %(today)s::date - 1, now(), 1 FROM notice
"""


@pytest.fixture
def letter(cadre):
    """Letters with their figures and days, written past the service; one of them."""
    cadre.new_audience(cadre.at(cadre.new_id(), "lake"))
    with cadre.running.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        issued = datetime.now(UTC) - timedelta(days=DAYS + 1)
        connection.execute(_LETTERS, {"letters": LETTERS, "issued": issued})
        sizes = {"due_dates": DUE_DATES, "slots": SLOTS, "people": PEOPLE, "agencies": AGENCIES}
        connection.execute(_FIGURES, sizes)
        connection.execute(_DAYS, {"today": cadre.today, "days": DAYS})
        connection.execute(_KEPT, {"today": cadre.today})
        connection.execute("ANALYZE notice, readiness, readiness_day, readiness_kept, audience")
        yield connection.execute("SELECT id FROM notice LIMIT 1").fetchone()[0]
        for table in ("notice", "readiness", "readiness_day", "readiness_kept"):
            connection.execute(f"TRUNCATE {table} CASCADE")


def test_a_day_is_kept_by_the_newest_row_of_each_place_alone(cadre, letter):
    places = LETTERS * (AGENCIES + 1)
    with cadre.running.connect() as connection, connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL session_replication_role = replica")
        given = {"day": cadre.today, "at": datetime.now(UTC)}
        (answer,) = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {KEEP_STANDING}", given).fetchone()
        written = connection.execute("SELECT count(*) FROM readiness_day WHERE day = %s", [cadre.today]).fetchone()
    plan = Plan(answer[0]["Plan"])

    assert written == (places,)
    assert "readiness_day" not in plan.scanned_whole()
    assert "pk_readiness_day" in plan.indexes()
    assert plan.rows_of("readiness_day") <= places
    assert plan.rows_of("readiness") == places * DUE_DATES * SLOTS
    assert plan.rows_of("recipient") == plan.rows_of("audience_member") == 0


def test_a_page_of_the_days_of_a_letter_is_found_by_key(cadre, letter):
    before = scans(cadre.running.runtime.database, ["readiness_day"])

    shown = cadre.analyst.ListReadinessDays(pb.ListReadinessDaysRequest(notice=f"notices/{letter}", page_size=20))

    assert len(shown.days) == 20
    assert shown.next_page_token
    require_by_key(cadre.running.runtime.database, before)
