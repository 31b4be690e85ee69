"""Which of their assignments a person sees: those of letters that are released to staff, as notification releases them.

A letter is released by its day, or sooner by an agency where they work. Whoever prepares it, at an agency or for the
state, sees it before.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from servicekit.data.db import Db

# A condition on an assignment `a`; few requirements have letters that wait for their day.
_SEEN = """
({before_staff} OR a.requirement_id <> ALL (ARRAY(
  SELECT waits.id FROM requirement AS waits
  WHERE waits.staff_release_date > {today} AND NOT EXISTS (
    SELECT FROM staff_release AS released
    JOIN audience_member AS works ON works.agency_id = released.agency_id
    WHERE released.notice_id = waits.of_notice_id AND works.person_id = {person} AND works.member
  )
)))
"""
# By one learner, and by each of those who `asked`.
SEEN = _SEEN.format(before_staff="%(before_staff)s", today="%(today)s", person="%(person)s")
SEEN_BY_EACH = _SEEN.format(before_staff="asked.before_staff", today="asked.today", person="a.person_id")
_RELEASE = """
INSERT INTO staff_release (notice_id, agency_id)
SELECT * FROM unnest(%(notices)s::uuid[], %(agencies)s::text[]) AS released (notice_id, agency_id)
ORDER BY notice_id, agency_id
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Learner:
    """A person who asks for their own training, today. *before_staff*: they prepare letters for others."""

    person_id: UUID
    today: date
    before_staff: bool = False

    @property
    def values(self) -> dict[str, Any]:
        """What the condition above is filled with."""
        return {"person": self.person_id, "today": self.today, "before_staff": self.before_staff}


def release(db: Db, released: Collection[tuple[UUID, str]]) -> None:
    """Note the agencies that released notices (notice, agency) to their staff; a notice may be unknown so far."""
    pairs = sorted(set(released))
    db.run(_RELEASE, notices=[notice for notice, _ in pairs], agencies=[agency for _, agency in pairs])
