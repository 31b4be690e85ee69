"""The facts that governance tells others."""

from cadre.curriculum.v1 import events_pb2
from curriculum.governance.tables import BallotRow, DecisionRow


def decision_recorded(row: DecisionRow) -> events_pb2.DecisionRecorded:
    """Something was decided on a digest."""
    return events_pb2.DecisionRecorded(
        decision_id=str(row.id),
        number=row.number,
        body_id=row.body_id,
        ballot_id=str(row.ballot_id or ""),
        subject_name=row.subject,
        digest=row.digest,
        way=row.way,
        corrects_id=str(row.corrects or ""),
    )


def ballot_opened(row: BallotRow) -> events_pb2.BallotOpened:
    """Members may vote."""
    return events_pb2.BallotOpened(
        ballot_id=str(row.id),
        body_id=row.body_id,
        subject_name=row.subject,
        digest=row.digest,
        meeting_id=row.meeting_id,
    )


def ballot_closed(row: BallotRow, decision: DecisionRow | None) -> events_pb2.BallotClosed:
    """A ballot ended."""
    return events_pb2.BallotClosed(
        ballot_id=str(row.id),
        body_id=row.body_id,
        outcome=row.state,
        decision_id=str(decision.id) if decision else "",
    )
