"""The facts that evaluation tells others. A score stays with the person."""

import uuid
from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from cadre.evaluation.v1 import events_pb2
from evaluation.rules.scoring import State


def test_taken(
    state: State, *, sitting_id: uuid.UUID, person_id: uuid.UUID, test_id: str, version: int, at: datetime
) -> events_pb2.TestPassed | events_pb2.TestFailed:
    """A sitting was scored: the test was passed, or failed."""
    event = events_pb2.TestPassed if state is State.PASSED else events_pb2.TestFailed
    submitted = Timestamp()
    submitted.FromDatetime(at)
    return event(
        sitting_id=str(sitting_id),
        person_id=str(person_id),
        test_id=test_id,
        test_version=version,
        submit_time=submitted,
    )
