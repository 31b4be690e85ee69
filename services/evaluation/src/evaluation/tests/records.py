"""Tests between their rows and the terms of the rules."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple

from evaluation.tests.rules import lasting
from evaluation.tests.rules.content import Item, Kind, Option, Test
from evaluation.tests.tables import TestRow


@dataclass(frozen=True)
class TestVersion:
    """A version of a test with its key, as it stays for ever."""

    test_id: str
    version: int
    test: Test
    published_at: datetime

    @property
    def name(self) -> str:
        """Its resource name."""
        return f"tests/{self.test_id}/versions/{self.version}"


class TestEntry(NamedTuple):
    """A test as lists show it."""

    id: str
    title: str
    sort_title: str
    pass_mark: int
    latest_version: int
    revision: int
    item_count: int


class VersionEntry(NamedTuple):
    """A version of a test as lists show it."""

    test_id: str
    version: int
    title: str
    pass_mark: int
    published_at: datetime
    item_count: int


class VersionRow(NamedTuple):
    """A version of a test as its row keeps it."""

    test_id: str
    version: int
    title: str
    items: list[dict[str, Any]]
    pass_mark: int
    published_at: datetime


def columns(test: Test) -> dict[str, Any]:
    """Return what the rows of a draft and of a version hold of *test*."""
    return {"title": test.title, "items": [asdict(item) for item in test.items], "pass_mark": test.pass_mark}


def items_of(test_id: str, columns: Iterable[Mapping[str, Any]]) -> tuple[Item, ...]:
    """Return the items that a row keeps as JSON; those without an id are from before there were any."""
    items = [
        Item(
            text=item["text"],
            kind=Kind(item["kind"]),
            # Whatever else a later release keeps of an option, it is read.
            options=tuple(Option(option["text"], option["correct"]) for option in item["options"]),
            explanation=item["explanation"],
            section=item["section"],
            id=item.get("id", lasting.NEW),
        )
        for item in columns
    ]
    return lasting.from_words(test_id, items)


def test_of(row: TestRow) -> Test:
    """Return what people wrote of the test."""
    return Test(row.title, items_of(row.id, row.items), row.pass_mark)


def version_of(row: VersionRow) -> TestVersion:
    """Return the version that a row of `test_version` keeps."""
    test = Test(row.title, items_of(row.test_id, row.items), row.pass_mark)
    return TestVersion(row.test_id, row.version, test, row.published_at)
