"""Tests and sittings between their rows and the terms of the rules."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple

from evaluation.rules.scoring import Answers, State
from evaluation.rules.tests import Item, Kind, Option, Test
from evaluation.tables import TestRow


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


class SittingRow(NamedTuple):
    """A sitting as its row keeps it."""

    id: uuid.UUID
    test_id: str
    test_version: int
    state: str
    started_at: datetime
    submitted_at: datetime | None
    chosen: Answers | None
    right_items: Sequence[bool] | None


@dataclass(frozen=True)
class Sitting:
    """A person takes a version of a test. *chosen* and *right_items* hold one entry an item, once it is scored."""

    id: uuid.UUID
    test_id: str
    test_version: int
    state: State
    started_at: datetime
    submitted_at: datetime | None = None
    chosen: Answers | None = None
    right_items: Sequence[bool] | None = None


def columns(test: Test) -> dict[str, Any]:
    """Return what the rows of a draft and of a version hold of *test*."""
    return {"title": test.title, "items": [asdict(item) for item in test.items], "pass_mark": test.pass_mark}


def items_of(columns: Iterable[Mapping[str, Any]]) -> tuple[Item, ...]:
    """Return the items that a row keeps as JSON."""
    return tuple(
        Item(
            text=item["text"],
            kind=Kind(item["kind"]),
            options=tuple(Option(**option) for option in item["options"]),
            explanation=item["explanation"],
            section=item["section"],
        )
        for item in columns
    )


def test_of(row: TestRow) -> Test:
    """Return what people wrote of the test."""
    return Test(row.title, items_of(row.items), row.pass_mark)


def version_of(row: VersionRow) -> TestVersion:
    """Return the version that a row of `test_version` keeps."""
    return TestVersion(row.test_id, row.version, Test(row.title, items_of(row.items), row.pass_mark), row.published_at)


def sitting_of(row: SittingRow) -> Sitting:
    """Return the sitting that a row keeps."""
    return Sitting(**{**row._asdict(), "state": State(row.state)})
