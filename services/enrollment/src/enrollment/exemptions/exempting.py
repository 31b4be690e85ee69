"""What an agency says: it does not apply to its units, or to one of them it applies again: at once, for everybody."""

from collections.abc import Collection
from uuid import UUID

from enrollment.assignments import exempting
from enrollment.assignments.exempting import Followed
from enrollment.assignments.rules import check_reason
from enrollment.exemptions.rules import At, UnitsExempt
from enrollment.requirements import exemptions
from enrollment.requirements.exemptions import Held
from enrollment.requirements.rules import check_in_force
from servicekit.data.db import Db
from servicekit.refusals import InvalidField, NotFound

_OPEN, _WITHDRAWN = "OPEN", "WITHDRAWN"


def exempt(db: Db, at: At, units: Collection[str], *, reason: str, by: UUID) -> int:
    """Say that it does not apply to these units, with the reason; return how many people are excused by that."""
    reason = check_reason(reason)
    held = _in_force(db, at)
    if unknown := exemptions.unknown(db, held.audience_id, at.agency_id, units):
        raise InvalidField("units", unknown[0], "must be a unit of somebody at the agency who has the letter")
    new = exemptions.exempt(db, held.id, at.agency_id, units, reason=reason, by=by)
    if before := sorted(set(units) - set(new)):
        raise UnitsExempt("It does not apply to some of these units already.", field="units", units=", ".join(before))
    excused = _follow(db, held).excused
    db.changed(
        at.name,
        after={"agency": at.agency_id, "units": sorted(units), "excused": sorted(map(str, excused))},
        reason=reason,
    )
    return len(excused)


def end(db: Db, at: At, unit: str, *, reason: str) -> int:
    """Say that it applies to a unit again, with the reason; return how many people are asked again."""
    reason = check_reason(reason)
    held = _in_force(db, at)
    before = exemptions.end(db, held.id, at.agency_id, unit)
    if before is None:
        raise NotFound(at.exemption(unit))
    returned = _follow(db, held).returned
    db.changed(
        at.name,
        before={"agency": at.agency_id, "units": [unit], "reason": before},
        after={"returned": sorted(map(str, returned))},
        reason=reason,
    )
    return len(returned)


def _in_force(db: Db, at: At) -> Held:
    held = exemptions.held(db, at.notice_id, at.agency_id)
    check_in_force(str(at.notice_id), withdrawn=held.state == _WITHDRAWN)
    return held


def _follow(db: Db, held: Held) -> Followed:
    """While a new membership is waited for, people go on with what they have; once it is here, they follow."""
    return exempting.follow(db, [held.id]) if held.state == _OPEN else Followed([], [])
