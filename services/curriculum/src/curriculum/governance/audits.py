"""What must be zero of ballots, found by counting them again."""

from sqlmodel import col, select

from curriculum.governance import sheets
from curriculum.governance.rules import counting
from curriculum.governance.rules.counting import Outcome, Recorded
from curriculum.governance.tables import BallotRow
from servicekit.background.audits import Audit
from servicekit.data.db import Db

_BATCH = 100
_COUNTED = (Outcome.PASSED, Outcome.FAILED, Outcome.NO_QUORUM)
# A decision of a body is that of its ballot, which passed, on the same content; and none that passed is without.
_UNFOUNDED = """
SELECT count(*)::int FROM ballot AS b
FULL JOIN (SELECT * FROM decision WHERE way = 'BALLOT' AND corrects IS NULL) AS d ON d.ballot_id = b.id
WHERE (b.state = 'PASSED' OR d.id IS NOT NULL)
  AND (b.state, b.subject, b.digest, b.body_id, b.counts)
    IS DISTINCT FROM ('PASSED', d.subject, d.digest, d.body_id, d.counts)
"""


def miscounted(db: Db) -> int:
    """Count ballots whose outcome or figures are not what their positions give."""
    wrong, after = 0, None
    while True:
        statement = (
            select(BallotRow).where(col(BallotRow.state).in_(_COUNTED)).order_by(col(BallotRow.id)).limit(_BATCH)
        )
        rows = db.exec(statement if after is None else statement.where(col(BallotRow.id) > after)).all()
        if not rows:
            return wrong
        for sheet in sheets.sheets(db, rows):
            voices = {one["constituency"]: one["voices"] for one in sheet.row.counts}
            recorded = Recorded(Outcome(sheet.row.state), voices=voices)
            votes = sheet.votes()
            same = sheet.row.counts == sheets.counts(votes)
            wrong += bool(counting.contradictions(recorded, votes, sheet.rules, sheet.threshold)) or not same
        after = rows[-1].id
        db.expunge_all()


def unfounded(db: Db) -> int:
    """Count decisions that no ballot gives, and ballots that passed and decided nothing."""
    found: int = db.value(_UNFOUNDED)
    return found


AUDITS = [
    Audit("ballots.miscounted", "Ballots whose outcome is not what their positions give", miscounted),
    Audit("decisions.unfounded", "Decisions of bodies without a ballot that passed, or the other way round", unfounded),
]
