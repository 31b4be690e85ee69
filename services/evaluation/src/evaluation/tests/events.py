"""The facts that this area tells others. Neither words nor key leave with them."""

from cadre.evaluation.v1 import events_pb2
from evaluation.tests.records import TestVersion
from servicekit.rpc.wire import timestamp


def version_published(version: TestVersion) -> events_pb2.TestVersionPublished:
    """A version can be taken."""
    return events_pb2.TestVersionPublished(
        test_id=version.test_id,
        version=version.version,
        item_ids=[item.id for item in version.test.items],
        publish_time=timestamp(version.published_at),
    )
