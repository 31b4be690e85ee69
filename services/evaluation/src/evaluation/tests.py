"""What people do with tests: write them, change the draft, publish it. One function is one transaction."""

from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from evaluation.records import TestVersion, item_columns, test_of
from evaluation.rules.scoring import Answers, Score, check_answers, score
from evaluation.rules.tests import Test, TestUnchanged, check, check_sound
from evaluation.tables import TestRow, TestVersionRow
from servicekit.data.db import Db
from servicekit.refusals import AlreadyExists, InvalidField, NotFound, Stale


def create(db: Db, *, test_id: str, test: Test) -> TestRow:
    """Write a new test with its draft."""
    check(test)
    row = TestRow(
        id=test_id,
        title=test.title,
        items=item_columns(test),
        pass_mark=test.pass_mark,
        latest_version=0,
        revision=1,
        changed_at=db.at,
    )
    # Two who create the same test at once: the second is told so, rather than failing on the key.
    statement = insert(TestRow).values(row.model_dump()).on_conflict_do_nothing().returning(col(TestRow.id))
    if db.execute(statement).one_or_none() is None:
        raise AlreadyExists(f"tests/{test_id}", field="test_id")
    db.changed(f"tests/{test_id}", after=_without_key(test))
    return row


def update(db: Db, *, test_id: str, test: Test, etag: str) -> TestRow:
    """Replace the draft by *test*; versions stay as they are."""
    check(test)
    row = _load(db, test_id, etag, field="test.etag")
    before = _without_key(test_of(row))
    row.title, row.items, row.pass_mark = test.title, item_columns(test), test.pass_mark
    _touch(db, row)
    db.changed(f"tests/{test_id}", before=before, after=_without_key(test))
    return row


def publish(db: Db, *, test_id: str, etag: str) -> TestVersion:
    """Make the draft the next version. It never changes again."""
    row = _load(db, test_id, etag, field="etag")
    test = test_of(row)
    check_sound(test_id, test)
    newest = db.get(TestVersionRow, (test_id, row.latest_version))
    if newest is not None and (newest.title, newest.items, newest.pass_mark) == (row.title, row.items, row.pass_mark):
        version = f"tests/{test_id}/versions/{newest.version}"
        raise TestUnchanged("The draft is what the newest version holds.", test=f"tests/{test_id}", version=version)
    row.latest_version += 1
    _touch(db, row)
    published = TestVersion(test_id, row.latest_version, test, db.at)
    db.add(
        TestVersionRow(
            test_id=test_id,
            version=published.version,
            title=row.title,
            items=row.items,
            pass_mark=row.pass_mark,
            published_at=db.at,
        )
    )
    db.changed(published.name, after=_without_key(test))
    return published


def try_out(db: Db, *, test_id: str, etag: str, answers: Answers) -> tuple[Test, Score]:
    """Score *answers* to the draft as it was read. It changes nothing and keeps nothing."""
    test = test_of(_load(db, test_id, etag, field="etag", lock=False))
    check_sound(test_id, test)
    check_answers(test.items, answers)
    return test, score(test.items, test.pass_mark, answers)


def _load(db: Db, test_id: str, etag: str, *, field: str, lock: bool = True) -> TestRow:
    """Return the test as the caller last read it, locked unless it is only looked at."""
    if not etag:
        raise InvalidField(field, etag, "must be given: the etag of the test as it was read")
    row = db.get(TestRow, test_id, with_for_update=lock)
    if row is None:
        raise NotFound(f"tests/{test_id}")
    if etag != str(row.revision):
        raise Stale(f"tests/{test_id}")
    return row


def _without_key(test: Test) -> dict[str, Any]:
    """Return what the audit trail says of *test*: that it changed, and not which answers are right."""
    return {
        "title": test.title,
        "items": len(test.items),
        "pass_mark": test.pass_mark,
        "content_sha256": test.sha256,
    }


def _touch(db: Db, row: TestRow) -> None:
    row.revision += 1
    row.changed_at = db.at
    db.add(row)
