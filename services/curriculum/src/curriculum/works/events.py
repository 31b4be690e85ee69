"""What works tell others: ids and phases alone."""

from cadre.curriculum.v1 import events_pb2
from curriculum.works.rules.phases import Step
from curriculum.works.tables import WorkRow


def work_advanced(row: WorkRow, step: Step) -> events_pb2.WorkAdvanced:
    """Something was done with a work."""
    return events_pb2.WorkAdvanced(
        work_id=row.id, course_id=row.course_id or "", phase=row.phase, status=row.status, step=step
    )
