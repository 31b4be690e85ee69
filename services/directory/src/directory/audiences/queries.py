"""What audiences are made of: the words that an expression may use, and people's jobs as it sees them."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from directory.audiences import rules
from directory.people import queries as people
from directory.rules import roles
from servicekit.calendar import pacific_date
from servicekit.data.db import Db

_VOCABULARY = """
SELECT
  (SELECT coalesce(jsonb_object_agg(id, short_title), '{}') FROM agency) AS agencies,
  (SELECT coalesce(jsonb_agg(DISTINCT region), '[]') FROM agency WHERE region <> '') AS regions,
  (SELECT coalesce(jsonb_object_agg(id, title), '{}') FROM job_class) AS job_classes,
  (SELECT coalesce(jsonb_object_agg(id, title), '{}') FROM work_unit) AS units,
  (SELECT count(*)::int FROM agency WHERE kind <> 'state' AND (until IS NULL OR until > %(day)s))
    AS local_agencies
"""


class _Vocabulary(NamedTuple):
    agencies: dict[str, str]
    regions: list[str]
    job_classes: dict[str, str]
    units: dict[str, str]
    local_agencies: int


def vocabulary(db: Db) -> rules.Vocabulary:
    """Return all that an audience may name, with titles."""
    row = db.one(_Vocabulary, _VOCABULARY, day=pacific_date(db.at))
    return rules.Vocabulary(
        agencies=row.agencies,
        regions=frozenset(row.regions),
        job_classes=row.job_classes,
        units=row.units,
        local_agencies=row.local_agencies,
    )


def posts(db: Db, person_id: UUID, *, day: date) -> list[rules.Post]:
    """Return a person's jobs on *day* as audiences see them."""
    given, work = people.standing(db, person_id, day=day)
    return [
        rules.Post(
            person=str(person_id),
            agency=job.agency_id,
            region=job.region,
            local=job.kind != "state",
            job_class=job.job_class_id,
            units=tuple(job.units),
            roles=frozenset(
                grant.role
                for grant in given
                if roles.agency_of(grant.scope) in (job.agency_id, roles.STATE) and roles.counts(grant, work)
            ),
        )
        for job in people.jobs(db, person_id)
        if job.holds(day)
    ]
