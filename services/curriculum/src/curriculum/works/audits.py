"""What must be zero of works, found by counting again."""

from sqlmodel import col, select

from curriculum.works import moving, records
from curriculum.works.rules import phases
from curriculum.works.rules.phases import Phase
from curriculum.works.tables import WorkRow
from servicekit.background.audits import Audit
from servicekit.data.db import Db, count

_BATCH = 100
_PASSED = "SELECT phase FROM work_gate WHERE work_id = %(work)s"
# A gate was passed on a decision on its very content; on delivery somebody says so.
_UNFOUNDED = """
SELECT count(*) FROM work_gate AS g JOIN work AS w ON w.id = g.work_id LEFT JOIN decision AS d ON d.id = g.decision_id
WHERE CASE g.phase
  WHEN 'DELIVER' THEN d.id IS NOT NULL
  WHEN 'DEVELOP' THEN (d.subject, d.digest) IS DISTINCT FROM ('courses/' || w.course_id, g.digest)
  ELSE (d.subject, d.digest, d.way) IS DISTINCT FROM ('works/' || w.id, g.digest, 'BALLOT')
END
"""


def misplaced(db: Db) -> int:
    """Count works whose phase or class is not what their gates and their course give."""
    wrong, after = 0, ""
    while rows := db.exec(select(WorkRow).where(col(WorkRow.id) > after).order_by(col(WorkRow.id)).limit(_BATCH)).all():
        wrong += sum(_is_misplaced(db, row) for row in rows)
        after = rows[-1].id
        db.expunge_all()
    return wrong


def _is_misplaced(db: Db, row: WorkRow) -> bool:
    passed = {Phase(one) for one in db.values(_PASSED, work=row.id)}
    due = phases.phase_of(passed, records.class_of(row), emergency=row.emergency)
    weighed = Phase.DEVELOP in passed or row.status in phases.ENDED
    return row.phase != due or not (weighed or moving.class_now(db, row.course_id)[0] == row.computed_class)


def unfounded(db: Db) -> int:
    """Count gates that were passed without a decision on their content."""
    return count(db, _UNFOUNDED)


AUDITS = [
    Audit("works.misplaced", "Works whose phase or class is not what their gates and their course give", misplaced),
    Audit("work_gates.unfounded", "Gates of works passed without a decision on their content", unfounded),
]
