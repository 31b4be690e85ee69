"""What people do with tests: write them, change the draft, try it, publish it. One function is one transaction."""

import uuid
from dataclasses import fields, replace
from typing import Any

from evaluation.tests import telling
from evaluation.tests.records import TestVersion, columns, items_of, test_of
from evaluation.tests.rules import lasting
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
    test = _with_ids(test, Test(""))
    row = TESTS.create(db, test_id, columns(test))
    db.changed(TESTS.name(test_id), after=_without_key(test))
    return row


def update(db: Db, *, test_id: str, test: Test, etag: str) -> TestRow:
    """Replace the draft by *test*; versions stay as they are."""
    check(test)
    row = TESTS.load(db, test_id, etag, field="test.etag")
    before = test_of(row)
    test = _with_ids(test, before)
    TESTS.change(db, row, columns(test))
    db.changed(TESTS.name(test_id), before=_without_key(before), after=_without_key(test))
    return row


def publish(db: Db, *, test_id: str, etag: str) -> TestVersion:
    """Make the draft the next version. It never changes again."""
    row = TESTS.load(db, test_id, etag, field="etag")
    test = test_of(row)
    check_sound(test_id, test)
    row.items = _kept(db, row, test)
    new = TESTS.publish(db, row)
    db.changed(TESTS.name(test_id, new.version), after=_without_key(test))
    version = TestVersion(test_id, new.version, test, new.published_at)
    db.flush()
    telling.tell(db, [version])
    return version


def try_out(db: Db, *, test_id: str, etag: str, answers: Answers) -> tuple[Test, Score]:
    """Score *answers* to the draft as it was read. It changes nothing and keeps nothing."""
    test = test_of(TESTS.load(db, test_id, etag, field="etag", lock=False))
    check_sound(test_id, test)
    check_answers(test.items, answers)
    return test, score(test.items, test.pass_mark, answers)


def _with_ids(test: Test, before: Test) -> Test:
    return replace(test, items=lasting.given(test.items, before.items, lambda: str(uuid.uuid4())))


def _kept(db: Db, row: TestRow, test: Test) -> list[dict[str, Any]]:
    """Return how a version keeps the items of *test*: with their ids, or as the newest one does where nothing differs.

    That may be from before there were ids, and the draft is compared with it as it stands there.
    """
    newest = db.get(TestVersionRow, (row.id, row.latest_version))
    same = newest is not None and items_of(row.id, newest.items) == test.items
    return newest.items if newest is not None and same else columns(test)["items"]


def _without_key(test: Test) -> dict[str, Any]:
    """Return what the audit trail says of *test*: that it changed, and not which answers are right."""
    return {
        "title": test.title,
        "items": len(test.items),
        "pass_mark": test.pass_mark,
        "content_sha256": test.sha256,
    }
