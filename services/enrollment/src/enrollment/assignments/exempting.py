"""Whom a letter's training does not apply to because of their units: excused by a rule, and for as long as it holds.

A function of memberships and exemptions as they stand, whatever came first: whoever comes to such units is excused;
whoever leaves them, or whose units are exempt no more, goes on where they were; whoever leaves the audience loses it.
Who was excused by name, or has completed it, stays as they are.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from enrollment import events
from enrollment.assignments import resuming
from enrollment.events import Asked
from enrollment.requirements.exemptions import EXEMPT
from servicekit.data.db import Db

_WHY = """
(SELECT min(e.reason) FROM exemption AS e
 WHERE (e.requirement_id, e.agency_id) = (a.requirement_id, m.agency_id) AND e.unit = ANY(m.units))
"""
# Of an assignment `a`: whether they are in the audience, and excused by all that they do there.
PLACE = f"""
CROSS JOIN LATERAL (
  SELECT count(*) > 0 AS there, coalesce(bool_and({EXEMPT}), false) AS exempt, min({_WHY}) AS why
  FROM audience_member AS m
  WHERE (m.audience_id, m.person_id) = (requirement.audience_id, a.person_id) AND m.member
) AS place
"""  # noqa: S608 - constants only
# Nobody is looked up where no exemption is, nor was.
AMISS = """
(a.exempt OR a.requirement_id IN (SELECT requirement_id FROM exemption))
AND (a.state IN ('ASSIGNED', 'IN_PROGRESS') AND place.exempt OR a.state = 'WAIVED' AND a.exempt AND NOT place.exempt)
"""
_AMISS = f"""
SELECT a.requirement_id, requirement.of_notice_id AS notice_id, requirement.course_id, requirement.course_version,
  a.person_id, place.there, place.exempt, coalesce(place.why, '') AS why
FROM assignment AS a JOIN requirement ON requirement.id = a.requirement_id
{PLACE}
WHERE a.requirement_id = ANY(%(requirements)s::uuid[])
  AND (%(people)s::uuid[] IS NULL OR a.person_id = ANY(%(people)s::uuid[])) AND {AMISS}
ORDER BY a.requirement_id, a.person_id
FOR UPDATE OF a
"""  # noqa: S608 - constants only
_EXCUSE = """
UPDATE assignment AS a SET state = 'WAIVED', waiver_reason = excused.why, exempt = true
FROM unnest(%(requirements)s::uuid[], %(people)s::uuid[], %(why)s::text[]) AS excused (requirement_id, person_id, why)
WHERE (a.requirement_id, a.person_id) = (excused.requirement_id, excused.person_id)
"""
_RETURN = """
UPDATE assignment AS a SET waiver_reason = NULL, exempt = false, state = CASE
  WHEN NOT returns.there THEN 'WITHDRAWN' WHEN a.sections_completed > 0 THEN 'IN_PROGRESS' ELSE 'ASSIGNED' END
FROM unnest(%(requirements)s::uuid[], %(people)s::uuid[], %(there)s::boolean[])
  AS returns (requirement_id, person_id, there)
WHERE (a.requirement_id, a.person_id) = (returns.requirement_id, returns.person_id)
"""
_COVERED = f"""
SELECT place.exempt FROM assignment AS a JOIN requirement ON requirement.id = a.requirement_id {PLACE}
WHERE (a.requirement_id, a.person_id) = (%(requirement)s, %(person)s)
"""  # noqa: S608 - constants only


class _Amiss(NamedTuple):
    requirement_id: UUID
    notice_id: UUID
    course_id: str
    course_version: int
    person_id: UUID
    there: bool
    exempt: bool
    why: str

    @property
    def asked(self) -> Asked:
        return Asked(str(self.requirement_id), str(self.notice_id), self.course_id, self.course_version)


class Followed(NamedTuple):
    """Who was excused, and who is asked again."""

    excused: list[UUID]
    returned: list[UUID]


def follow(db: Db, requirement_ids: Collection[UUID], people: Collection[UUID] | None = None) -> Followed:
    """Bring assignments, of *people* or of everybody, in step with exemptions and memberships, which are held."""
    if not requirement_ids:
        return Followed([], [])
    only = None if people is None else list(people)
    amiss = db.all(_Amiss, _AMISS, requirements=list(requirement_ids), people=only)
    excused, others = [one for one in amiss if one.exempt], [one for one in amiss if not one.exempt]
    if excused:
        db.run(_EXCUSE, **_keys(excused), why=[one.why for one in excused])
        for under, those in _by_asked(excused).items():
            events.assignments_waived(db, under, [str(one) for one in those])
    if others:
        db.run(_RETURN, **_keys(others), there=[one.there for one in others])
        for under, those in _by_asked([one for one in others if not one.there]).items():
            events.assignments_withdrawn(db, under, [str(one) for one in those])
        for under, those in _by_asked([one for one in others if one.there]).items():
            events.assignments_created(db, under, [str(one) for one in those])
            resuming.resume(db, UUID(under.requirement_id), those)
    return Followed([one.person_id for one in excused], [one.person_id for one in others if one.there])


def covers(db: Db, requirement_id: UUID, person_id: UUID) -> bool:
    """Whether it does not apply to a person by their units."""
    return True in db.values(_COVERED, requirement=requirement_id, person=person_id)


def _keys(amiss: list[_Amiss]) -> dict[str, list[UUID]]:
    return {
        "requirements": [one.requirement_id for one in amiss],
        "people": [one.person_id for one in amiss],
    }


def _by_asked(amiss: list[_Amiss]) -> dict[Asked, list[UUID]]:
    found: dict[Asked, list[UUID]] = defaultdict(list)
    for one in amiss:
        found[one.asked].append(one.person_id)
    return found
