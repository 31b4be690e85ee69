"""The facts that governance tells others."""

from cadre.curriculum.v1 import events_pb2
from curriculum.governance.tables import DecisionRow


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
