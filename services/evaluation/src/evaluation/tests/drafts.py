"""What people do with tests: write them, change the draft, try it, publish it. One function is one transaction."""

from dataclasses import fields
from typing import Any

from evaluation.tests.records import TestVersion, columns, test_of
from evaluation.tests.rules.content import Test, TestUnchanged, check, check_sound
from evaluation.tests.rules.scoring import Answers, Score, check_answers, score
from evaluation.tests.tables import TestRow, TestVersionRow
from servicekit.data.db import Db
from servicekit.data.drafts import Drafts

TESTS = Drafts(
    noun="test",
    collection="tests",
    draft=TestRow,
    version=TestVersionRow,
    published=tuple(part.name for part in fields(Test)),
    unchanged=TestUnchanged,
)


def create(db: Db, *, test_id: str, test: Test) -> TestRow:
    """Write a new test with its draft."""
    check(test)
    row = TESTS.create(db, test_id, columns(test))
    db.changed(TESTS.name(test_id), after=_without_key(test))
    return row


def update(db: Db, *, test_id: str, test: Test, etag: str) -> TestRow:
    """Replace the draft by *test*; versions stay as they are."""
    check(test)
    row = TESTS.load(db, test_id, etag, field="test.etag")
    before = _without_key(test_of(row))
    TESTS.change(db, row, columns(test))
    db.changed(TESTS.name(test_id), before=before, after=_without_key(test))
    return row


def publish(db: Db, *, test_id: str, etag: str) -> TestVersion:
    """Make the draft the next version. It never changes again."""
    row = TESTS.load(db, test_id, etag, field="etag")
    test = test_of(row)
    check_sound(test_id, test)
    version = TESTS.publish(db, row)
    db.changed(TESTS.name(test_id, version.version), after=_without_key(test))
    return TestVersion(test_id, version.version, test, version.published_at)


def try_out(db: Db, *, test_id: str, etag: str, answers: Answers) -> tuple[Test, Score]:
    """Score *answers* to the draft as it was read. It changes nothing and keeps nothing."""
    test = test_of(TESTS.load(db, test_id, etag, field="etag", lock=False))
    check_sound(test_id, test)
    check_answers(test.items, answers)
    return test, score(test.items, test.pass_mark, answers)


def _without_key(test: Test) -> dict[str, Any]:
    """Return what the audit trail says of *test*: that it changed, and not which answers are right."""
    return {
        "title": test.title,
        "items": len(test.items),
        "pass_mark": test.pass_mark,
        "content_sha256": test.sha256,
    }
