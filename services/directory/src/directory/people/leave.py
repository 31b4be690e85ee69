"""When people are away: leave, with its first and its last day."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import select

from directory.people import changes
from directory.people.tables import LeaveRow, PersonRow
from directory.rules.spells import LeaveOverlaps, NotOnLeave, Spell, require_free, require_order
from servicekit.data.db import Db
from servicekit.rpc.calls import Scope


def record_leave(db: Db, *, person_id: UUID, scope: Scope, start: date, last: date | None, at: datetime) -> PersonRow:
    """Record leave from *start* to *last*, both included; the same start again corrects the end."""
    require_order("leave.end_date", start, last, same_day=True)
    person = changes.load_kept(db, person_id, scope)
    leaves = db.exec(select(LeaveRow).where(LeaveRow.person_id == person_id)).all()
    same = next((leave for leave in leaves if leave.start_date == start), None)
    others = [Spell.through(leave.start_date, leave.end_date) for leave in leaves if leave is not same]
    require_free(Spell.through(start, last), others, LeaveOverlaps, person=f"people/{person_id}")
    leave = same or LeaveRow(id=uuid4(), person_id=person_id, start_date=start)
    before = _leave_facts(leave) if same else None
    leave.end_date = last
    db.add(leave)
    changes.settle(db, person, at=at)
    db.changed(f"people/{person_id}", before=before, after=_leave_facts(leave))
    return person


def end_leave(db: Db, *, person_id: UUID, scope: Scope, back: date, at: datetime) -> PersonRow:
    """End the leave that *back* lies in the day before; a leave that would have begun on that day is taken back."""
    person = changes.load_kept(db, person_id, scope)
    leaves = db.exec(select(LeaveRow).where(LeaveRow.person_id == person_id)).all()
    leave = next((each for each in leaves if Spell.through(each.start_date, each.end_date).holds_on(back)), None)
    if leave is None:
        raise NotOnLeave("The person is not on leave on that day.", person=f"people/{person_id}", return_date=back)
    before = _leave_facts(leave)
    after = None
    if leave.start_date == back:
        db.delete(leave)
    else:
        leave.end_date = back - timedelta(days=1)
        db.add(leave)
        after = _leave_facts(leave)
    changes.settle(db, person, at=at)
    db.changed(f"people/{person_id}", before=before, after=after)
    return person


def _leave_facts(leave: LeaveRow) -> dict[str, Any]:
    return {
        "leave_start_date": leave.start_date.isoformat(),
        "leave_end_date": leave.end_date and leave.end_date.isoformat(),
    }
