"""Among twenty thousand letters: what few of them have is found through the index, and no page reads them all."""

import pytest
from sqlalchemy import event

from cadre.notification.v1 import notice_service_pb2 as pb
from servicekit.testing.plans import Plan, require_by_key, scans

LETTERS = 20_000
# As a letter is kept: its number with its series and without, and what most letters speak of.
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
_FINDABLE = """
INSERT INTO notice_search (notice_id, series, year, day, words)
SELECT id, series, 1990, date '1990-01-01' + right(subject, -7)::int,
  array_to_tsvector(ARRAY['letter', 'about', 'child', 'support', 'orders', 'order', 'x' || bare, 'xcss' || bare]
    || ARRAY(SELECT 'word' || n FROM generate_series(1, 200) AS n))
FROM notice CROSS JOIN LATERAL replace(number, '-', '') AS bare
"""


@pytest.fixture
def letters(cadre):
    """Many letters from before Cadre, written past the service."""
    with cadre.running.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(_MANY, {"letters": LETTERS})
        connection.execute(_FINDABLE, {})
        connection.execute("ANALYZE notice, notice_search")


@pytest.fixture
def plan(cadre, letters):
    """How PostgreSQL answers the search that a call asks for."""

    def explain(**asked):
        engine, sent = cadre.running.runtime.database.engine, []

        def note(_connection, _cursor, statement, parameters, *_):
            sent.append((statement, parameters))

        event.listen(engine, "before_cursor_execute", note)
        found = cadre.learner(cadre.new_id()).SearchNotices(pb.SearchNoticesRequest(**asked)).notices
        event.remove(engine, "before_cursor_execute", note)
        (search,) = [one for one in sent if "FROM notice_search" in one[0]]
        with cadre.running.connect() as connection:
            (answer,) = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {search[0]}", search[1]).fetchone()
        return Plan(answer[0]["Plan"]), [notice.number for notice in found]

    return explain


WORDS = "ix_notice_search_words"


@pytest.mark.parametrize(
    ("query", "numbers"), [("CSS Letter 13-77", ["13-77"]), ("13-77 orders", ["13-77"]), ("nowhere", [])]
)
def test_what_few_letters_have_is_found_through_the_index_of_words(plan, query, numbers):
    how, found = plan(query=query)

    assert found == numbers
    assert WORDS in how.indexes()
    assert how.scanned_whole() == set()
    assert how.rows_of() <= 2 * len(numbers)


def test_the_newest_letters_are_read_and_no_others(plan):
    how, found = plan(page_size=10)

    assert len(found) == 10
    assert how.scanned_whole() == set()
    assert how.rows_of() <= 2 * 11


def test_what_every_letter_has_is_put_into_order_once_and_only_a_page_of_it_is_read(plan):
    how, found = plan(query="support", page_size=10)

    assert len(found) == 10
    assert how.rows_of("notice") <= 11


def test_letters_that_are_like_another_are_found_without_reading_all(cadre, letters):
    before = scans(cadre.running.runtime.database, ["notice_search"])

    def like(subject):
        request = pb.FindSimilarNoticesRequest(subject=subject)
        return [notice.number for notice in cadre.analyst.FindSimilarNotices(request).notices]

    assert like("CSS Letter 13-77") == ["13-77"]
    assert like("13-77 about child support") == ["13-77"]
    assert like("nowhere") == []
    assert like("child support orders") == ["79-249", "79-248", "79-247", "79-246", "79-245"], "all have these"
    require_by_key(cadre.running.runtime.database, before)
