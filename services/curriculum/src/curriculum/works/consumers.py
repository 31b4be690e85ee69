"""What this area hears of tests, read in its own terms."""

from typing import Any

from cadre.evaluation.v1 import events_pb2 as evaluation
from curriculum.works import items
from curriculum.works.items import Told
from servicekit.data.db import Db
from servicekit.events.consumers import Delivered, Subscription


def test_versions_published(db: Db, events: list[Delivered[evaluation.TestVersionPublished]]) -> None:
    """Versions of tests can be taken: which questions they have."""
    told = [_told(event.message) for event in events]
    turned = items.learn(db, told)
    db.changed("tests/-", after={"versions": sorted({one.name for one in told}), "traces": turned})


SUBSCRIPTIONS: list[Subscription[Any]] = [Subscription(evaluation.TestVersionPublished, test_versions_published)]


def _told(message: evaluation.TestVersionPublished) -> Told:
    return Told(message.test_id, message.version, list(message.item_ids))
