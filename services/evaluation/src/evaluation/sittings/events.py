"""The facts that evaluation tells others. A score stays with the person."""

import uuid
from datetime import datetime

from cadre.evaluation.v1 import events_pb2
from evaluation.sittings.records import Sitting
from evaluation.tests.rules.scoring import State
from servicekit.rpc.wire import timestamp


def test_taken(
    sitting: Sitting, *, person_id: uuid.UUID, at: datetime
) -> events_pb2.TestPassed | events_pb2.TestFailed:
    """A sitting was scored: the test was passed, or failed."""
    event = events_pb2.TestPassed if sitting.state is State.PASSED else events_pb2.TestFailed
    return event(
        sitting_id=str(sitting.id),
        person_id=str(person_id),
        test_id=sitting.test_id,
        test_version=sitting.test_version,
        submit_time=timestamp(at),
    )
