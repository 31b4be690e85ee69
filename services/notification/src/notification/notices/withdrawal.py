"""Withdrawing a notice that is out: nobody has to do anything any more, and nothing is deleted.

Its figures stay as they are at that moment. No row of a person is touched here, however many there are: what their
letter asks follows from the notice. Enrollment closes the training when it hears of it.
"""

from datetime import datetime
from uuid import UUID

from notification.letters.rows import load, name_of
from notification.letters.rules import lifecycle
from notification.letters.rules.lifecycle import Step
from notification.letters.tables import NoticeRow
from notification.notices import events
from servicekit.data.db import Db
from servicekit.data.outbox import emit

# A change of the membership that is under way is waited for; one that comes later finds the notice withdrawn.
_HOLD = "SELECT FROM audience WHERE audience_id = %(audience)s FOR UPDATE"


def withdraw(db: Db, *, notice_id: UUID, reason: str, etag: str, withdrawn_by: UUID, at: datetime) -> NoticeRow:
    """Withdraw an issued notice, with the reason. A draft is not withdrawn, and a scheduled one is returned."""
    notice = load(db, notice_id)
    state = lifecycle.after(Step.WITHDRAW, name_of(notice_id), notice.state)
    lifecycle.check_etag(name_of(notice_id), etag, notice.revision)
    reason = lifecycle.check_reason(reason)
    db.run(_HOLD, audience=notice.audience_id)
    before = notice.state
    notice.state, notice.withdrawn_at = state, at
    notice.withdrawn_by, notice.withdraw_reason = withdrawn_by, reason
    notice.revision += 1
    db.changed(name_of(notice_id), before={"state": before}, after={"state": state}, reason=reason)
    emit(db, events.notice_withdrawn(notice))
    return notice
