"""The facts that evaluation tells others. A score stays with the person."""

import uuid
from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from cadre.evaluation.v1 import events_pb2
from evaluation.records import Sitting
from evaluation.rules.scoring import State


def test_taken(
    sitting: Sitting, *, person_id: uuid.UUID, at: datetime
) -> events_pb2.TestPassed | events_pb2.TestFailed:
    """A sitting was scored: the test was passed, or failed."""
    event = events_pb2.TestPassed if sitting.state is State.PASSED else events_pb2.TestFailed
    submitted = Timestamp()
    submitted.FromDatetime(at)
    return event(
        sitting_id=str(sitting.id),
        person_id=str(person_id),
        test_id=sitting.test_id,
        test_version=sitting.test_version,
        submit_time=submitted,
    )
