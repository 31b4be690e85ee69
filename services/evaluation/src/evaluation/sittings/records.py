"""Sittings between their rows and the terms of the rules."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from evaluation.tests.rules.scoring import Answers, State


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


def sitting_of(row: SittingRow) -> Sitting:
    """Return the sitting that a row keeps."""
    return Sitting(**{**row._asdict(), "state": State(row.state)})
