"""What can be read of tests and sittings without deciding anything."""

import uuid
from typing import NamedTuple

from evaluation.records import Sitting, SittingRow, TestEntry, VersionEntry, sitting_of
from evaluation.tables import TestRow
from servicekit import words
from servicekit.data.db import Db, count
from servicekit.paging import Page
from servicekit.refusals import NotFound

_COLUMNS = "id, test_id, test_version, state, started_at, submitted_at, chosen, right_items"
_GET = f"SELECT {_COLUMNS} FROM sitting WHERE id = %(id)s AND person_id = %(person)s"  # noqa: S608 - constants
_LIST = f"""
SELECT {_COLUMNS} FROM sitting
WHERE person_id = %(person)s
  AND (%(test)s::text IS NULL OR (test_id, test_version) = (%(test)s, %(version)s))
  AND (%(after_at)s::timestamptz IS NULL OR (started_at, id) < (%(after_at)s, %(after_id)s::uuid))
ORDER BY started_at DESC, id DESC LIMIT %(size)s
"""  # noqa: S608 - constants
_TESTS = """
SELECT id, title, lower(title) AS sort_title, pass_mark, latest_version, revision,
  jsonb_array_length(items) AS item_count
FROM test
WHERE (%(ids)s::text[] IS NULL OR id = ANY(%(ids)s))
  AND (NOT %(only_published)s OR latest_version > 0)
  AND (lower(title), id) > (%(after_title)s::text, %(after_id)s::text)
ORDER BY lower(title), id LIMIT %(size)s
"""
_VERSIONS = """
SELECT test_id, version, title, pass_mark, published_at, jsonb_array_length(items) AS item_count
FROM test_version
WHERE test_id = %(test)s AND (%(before)s::int IS NULL OR version < %(before)s)
ORDER BY version DESC LIMIT %(size)s
"""
_DUPLICATES = """
SELECT count(*) - count(DISTINCT (person_id, test_id, test_version)) FROM sitting WHERE state = 'OPEN'
"""
_UNSCORED = """
SELECT count(*)
FROM sitting AS s JOIN test_version AS v ON v.test_id = s.test_id AND v.version = s.test_version
WHERE s.state <> 'OPEN' AND (
  coalesce(jsonb_array_length(s.chosen), -1) <> jsonb_array_length(v.items)
  OR coalesce(jsonb_array_length(s.right_items), -1) <> jsonb_array_length(v.items)
  OR (s.state = 'PASSED')
    <> (jsonb_array_length(jsonb_path_query_array(s.right_items, '$[*] ? (@ == true)')) >= v.pass_mark)
)
"""


class _Titled(NamedTuple):
    id: str
    title: str


def list_tests(db: Db, page: Page, *, query: str, only_published: bool) -> list[TestEntry]:
    """Return one test more than the page holds, by title; each word of *query* must begin one of the title."""
    after_title, after_id = page.after or ("", "")
    return db.all(
        TestEntry,
        _TESTS,
        ids=_titled(db, words.plain(query)),
        only_published=only_published,
        after_title=after_title,
        after_id=after_id,
        size=page.size + 1,
    )


def list_versions(db: Db, page: Page, *, test_id: str) -> list[VersionEntry]:
    """Return one version of the test more than the page holds, newest first."""
    (before,) = page.after or (None,)
    return db.all(VersionEntry, _VERSIONS, test=test_id, before=before, size=page.size + 1)


def get_test(db: Db, test_id: str) -> TestRow:
    """Return the test with its draft and key."""
    row = db.get(TestRow, test_id)
    if row is None:
        raise NotFound(f"tests/{test_id}")
    return row


def get_sitting(db: Db, sitting_id: uuid.UUID, *, person_id: uuid.UUID) -> Sitting:
    """Return a sitting of the person; anybody else's is not there."""
    row = db.maybe(SittingRow, _GET, id=sitting_id, person=person_id)
    if row is None:
        raise NotFound(f"sittings/{sitting_id}")
    return sitting_of(row)


def list_sittings(db: Db, page: Page, *, person_id: uuid.UUID, version: tuple[str, int] | None) -> list[Sitting]:
    """Return one sitting of the person more than the page holds, newest first; of one *version*, if given."""
    test_id, number = version or (None, None)
    after_at, after_id = page.after or (None, None)
    rows = db.all(
        SittingRow,
        _LIST,
        person=person_id,
        test=test_id,
        version=number,
        after_at=after_at,
        after_id=after_id,
        size=page.size + 1,
    )
    return [sitting_of(row) for row in rows]


def duplicate_sittings(db: Db) -> int:
    """Count open sittings beyond the one that a person may have of a version."""
    return count(db, _DUPLICATES)


def unscored_sittings(db: Db) -> int:
    """Count submitted sittings whose score is missing, or is not the one that their state says."""
    return count(db, _UNSCORED)


def _titled(db: Db, asked: list[str]) -> list[str] | None:
    """Return the tests whose titles have all words that are asked for; None = no word is. There are some hundred."""
    if not asked:
        return None
    titles = db.all(_Titled, "SELECT id, title FROM test")
    return [test.id for test in titles if words.hold(test.title, asked)]
