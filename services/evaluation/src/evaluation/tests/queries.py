"""What can be read of tests without deciding anything."""

from typing import NamedTuple

from evaluation.tests.records import TestEntry, VersionEntry
from evaluation.tests.tables import TestRow
from servicekit import words
from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.refusals import NotFound

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


def _titled(db: Db, asked: list[str]) -> list[str] | None:
    """Return the tests whose titles have all words that are asked for; None = no word is. There are some hundred."""
    if not asked:
        return None
    titles = db.all(_Titled, "SELECT id, title FROM test")
    return [test.id for test in titles if words.hold(test.title, asked)]
