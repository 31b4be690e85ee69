"""What an agency does: it asks units of its own under a letter beside those whom the state asks, or no longer.

Who they are only the directory knows: it hears of the units, and their people come as members of the letter's audience.
"""

from collections.abc import Collection
from uuid import UUID

from notification.copies import MEMBERSHIPS
from notification.deliveries import deliveries
from notification.letters.acknowledgements import changed_meanwhile
from notification.letters.queries import issued
from notification.letters.rows import name_of
from notification.letters.tables import Notice
from notification.local_audience import queries, telling
from notification.local_audience.rules import addition
from servicekit.data.db import Db, count
from servicekit.refusals import NotFound
from servicekit.text import reason as reason_given

_ADD = """
INSERT INTO local_audience (notice_id, agency_id, unit, reason, added_by, added_at)
SELECT %(notice)s, %(agency)s, unit, %(reason)s, %(by)s, %(at)s FROM unnest(%(units)s::text[]) AS unit ORDER BY unit
ON CONFLICT DO NOTHING
RETURNING unit
"""
_COUNT = "SELECT count(*) FROM local_audience WHERE notice_id = %(notice)s AND agency_id = %(agency)s"
_REMOVE = """
DELETE FROM local_audience WHERE (notice_id, agency_id, unit) = (%(notice)s, %(agency)s, %(unit)s) RETURNING reason
"""


def add(db: Db, notice_id: UUID, agency_id: str, units: Collection[str], *, reason: str, by: UUID) -> None:
    """Ask the people of these units too, all of them or none, with the reason."""
    reason = reason_given(reason, most=addition.LONGEST_REASON)
    letter, audience_id = _held(db, notice_id, agency_id)
    addition.check_asks(name_of(notice_id), letter.asks)
    telling.check_alone(db, notice_id, audience_id)
    asked = {"notice": notice_id, "agency": agency_id}
    new = db.values(_ADD, **asked, units=sorted(units), reason=reason, by=by, at=db.at)
    if before := sorted(set(units) - set(new)):
        raise addition.UnitsAdded(
            "The agency asks some of these units already.", field="units", units=", ".join(before)
        )
    addition.check_count(count(db, _COUNT, **asked))
    telling.tell(db, audience_id, [agency_id])
    db.changed(queries.name(notice_id, agency_id), after={"units": sorted(units)}, reason=reason)


def remove(db: Db, notice_id: UUID, agency_id: str, unit: str, *, reason: str) -> None:
    """Ask a unit no longer, with the reason. What its people did stays on record."""
    reason = reason_given(reason, most=addition.LONGEST_REASON)
    _, audience_id = _held(db, notice_id, agency_id)
    before = db.values(_REMOVE, notice=notice_id, agency=agency_id, unit=unit)
    if not before:
        raise NotFound(f"{queries.name(notice_id, agency_id)}/units/{unit}")
    telling.tell(db, audience_id, [agency_id])
    name = queries.name(notice_id, agency_id)
    db.changed(name, before={"units": [unit], "reason": before[0]}, after={"units": []}, reason=reason)


def _held(db: Db, notice_id: UUID, agency_id: str) -> tuple[Notice, UUID]:
    """Return a letter in force that is at the agency, and its audience; both are held, in the order of an amendment."""
    before = issued(db, notice_id)
    if before.audience_id is None:
        raise NotFound(queries.name(notice_id, agency_id))
    MEMBERSHIPS.hold(db, [before.audience_id])
    letter = deliveries.held(db, notice_id, agency_id)
    if letter.audience_id != before.audience_id:
        raise changed_meanwhile(letter)
    return letter, before.audience_id
