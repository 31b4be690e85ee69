"""Telling the directory whom agencies ask beside an audience, in the transaction that changes it.

It is of an audience, for that is what people are members of: a letter that agencies widen is the only one that is out
for its audience (`check_alone`, `check_free`), and takes what they added along to another one.
"""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from notification.letters.rows import name_of
from notification.local_audience import events
from notification.local_audience.rules.addition import AudienceShared, AudienceWidened
from servicekit.data.db import Db
from servicekit.data.outbox import emit

_TELL = """
WITH told AS (
  INSERT INTO local_audience_told AS known (audience_id, agency_id, revision)
  SELECT %(audience)s, agency_id, 1 FROM unnest(%(agencies)s::text[]) AS agency_id ORDER BY agency_id
  ON CONFLICT (audience_id, agency_id) DO UPDATE SET revision = known.revision + 1
  RETURNING agency_id, revision
)
SELECT agency_id, revision, ARRAY(
  SELECT DISTINCT l.unit FROM local_audience AS l JOIN notice AS n ON n.id = l.notice_id
  WHERE n.audience_id = %(audience)s AND l.agency_id = told.agency_id ORDER BY l.unit
) AS units
FROM told ORDER BY agency_id
"""
_AGENCIES = "SELECT DISTINCT agency_id FROM local_audience WHERE notice_id = %(notice)s ORDER BY agency_id"
_SHARED = """
SELECT EXISTS (SELECT FROM notice WHERE audience_id = %(audience)s AND state = 'PUBLISHED' AND id <> %(notice)s)
"""
# One of two is widened: the other one, or this one, which is amended.
_WIDENED = """
SELECT EXISTS (
  SELECT FROM notice AS n JOIN local_audience AS l ON l.notice_id IN (n.id, %(notice)s)
  WHERE n.audience_id = %(audience)s AND n.state = 'PUBLISHED' AND n.id <> %(notice)s
)
"""


class _Told(NamedTuple):
    agency_id: str
    revision: int
    units: list[str]


def tell(db: Db, audience_id: UUID, agencies: Collection[str]) -> None:
    """Tell all that these agencies ask beside an audience, as it stands now."""
    for one in db.all(_Told, _TELL, audience=audience_id, agencies=sorted(agencies)):
        told = events.local_audience_changed(
            audience_id=audience_id, agency_id=one.agency_id, units=one.units, revision=one.revision, at=db.at
        )
        emit(db, told)


def move(db: Db, notice_id: UUID, *, before: UUID, now: UUID) -> None:
    """Take along what agencies added, as a letter is for another audience from now on."""
    agencies = db.values(_AGENCIES, notice=notice_id) if before != now else []
    for audience_id in (before, now) if agencies else ():
        tell(db, audience_id, agencies)


def check_alone(db: Db, notice_id: UUID, audience_id: UUID) -> None:
    """Refuse to widen a letter that is not the only one that is out for its audience, which is held."""
    if db.value(_SHARED, audience=audience_id, notice=notice_id):
        raise AudienceShared("Another letter is for the same audience.", notice=name_of(notice_id))


def check_free(db: Db, notice_id: UUID, audience_id: UUID) -> None:
    """Refuse to issue a letter, or its amendment, to an audience, which is held, that it would share and one widens."""
    if db.value(_WIDENED, audience=audience_id, notice=notice_id):
        raise AudienceWidened(
            "Another letter is for the same audience, and agencies ask more people under one of them.",
            audience=f"audiences/{audience_id}",
        )
