"""Among twenty thousand letters since 1990: any day of the register is answered through indexes."""

import pytest
from sqlalchemy import event

from cadre.notification.v1 import register_service_pb2 as pb
from servicekit.testing.plans import Plan

LETTERS = 20_000
_MANY = """
INSERT INTO notice (id, state, kind, series, number, addressees, subject, reason, "references", supersedes, contact,
  change, before, after, staff_action, until_then, body, asks, course_id, course_version,
  business_days_before_effective, business_days_after_issue, agency_confirms_within, demonstration, briefing_counts,
  writers, return_reason, revision, created_at, version, text_sha256, audience_revision, issued_on)
SELECT gen_random_uuid(), 'HISTORIC', '', 'CSS', to_char(n / 250, 'FM00-') || to_char(n %% 250, 'FM900'),
  '', 'Letter ' || n, '', '', '', '', '', '', '', '', '', '',
  'NOTHING', '', 0, 0, 0, 0, false, false, '{}', '', 1, now(), 0, '', 0, ''
FROM generate_series(0, %(letters)s - 1) AS n
"""
_STANDING = """
INSERT INTO letter_standing (notice_id, version, series, number, known_from, effective, exact, topics)
SELECT id, 0, series, number, day, day, 'DAY', ARRAY['topic ' || n %% 40]
FROM notice CROSS JOIN LATERAL (SELECT right(subject, -7)::int AS n) AS one
CROSS JOIN LATERAL (SELECT date '1990-01-01' + n * 13000 / %(letters)s AS day) AS other
"""
# Every second letter ends the one two before it.
_LINKS = """
INSERT INTO letter_link (notice_id, series, number, whole)
SELECT new.id, old.series, old.number, true
FROM notice AS new JOIN notice AS old ON right(old.subject, -7)::int = right(new.subject, -7)::int - 2
WHERE right(new.subject, -7)::int %% 2 = 0
"""
_RULES = """
INSERT INTO letter_rule (notice_id, rule, kind)
SELECT id, 'us/cfr/45/303/' || right(subject, -7)::int %% 500, 'CITES' FROM notice
"""


@pytest.fixture
def letters(cadre):
    """Many letters from before Cadre, written past the service."""
    with cadre.running.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        for statement in (_MANY, _STANDING, _LINKS, _RULES):
            connection.execute(statement, {"letters": LETTERS})
        connection.execute("ANALYZE notice, letter_standing, letter_link, letter_rule")
    cadre.broken["notices.unfindable"] = LETTERS


@pytest.fixture
def plans(cadre, letters):
    """How PostgreSQL answers what a call asks of the register."""

    def explain(**asked):
        engine, sent = cadre.running.runtime.database.engine, []

        def note(_connection, _cursor, statement, parameters, *_):
            sent.append((statement, parameters))

        event.listen(engine, "before_cursor_execute", note)
        listed = cadre.learner(cadre.new_id()).ListInForce(pb.ListInForceRequest(page_size=50, **asked))
        event.remove(engine, "before_cursor_execute", note)
        found = []
        with cadre.running.connect() as connection:
            for statement, parameters in sent:
                if "letter_" in statement:
                    sql = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
                    (answer,) = connection.execute(sql, parameters).fetchone()
                    found.append(Plan(answer[0]["Plan"]))
        return listed, found

    return explain


@pytest.mark.parametrize("year", [1991, 2008, 2026])
@pytest.mark.parametrize(
    "asked",
    [{}, {"topic": "topic 7"}, {"rule": "45 CFR 303.123"}, {"rule": "45 CFR part 303"}, {"series": "CSS"}],
    ids=str,
)
def test_no_day_of_the_register_reads_all_letters(plans, year, asked):
    listed, found = plans(on=f"{year}-11-30", **asked)

    assert listed.letters
    assert len(found) == 4 + ("rule" in asked), "the page, its successors, its rules, and their number"
    assert {table for plan in found for table in plan.scanned_whole()} <= {"delivery", "audience_member"}
