"""The facts that rounds tell others: ids and keys only."""

from cadre.curriculum.v1 import events_pb2
from curriculum.rounds.tables import RoundRow


def opened(row: RoundRow) -> events_pb2.ReviewOpened:
    """A body reads a digest."""
    return events_pb2.ReviewOpened(
        round_id=str(row.id), body_id=row.body_id, subject_name=row.subject, digest=row.digest, number=row.number
    )


def decided(row: RoundRow) -> events_pb2.ReviewDecided:
    """Nothing of a round is open any more."""
    return events_pb2.ReviewDecided(
        round_id=str(row.id), body_id=row.body_id, subject_name=row.subject, digest=row.digest, number=row.number
    )
