"""Transcripts, by keyset."""

from uuid import UUID

from enrollment.completions.records import Completion, YearOfTraining
from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.rpc.calls import Scope

_COMPLETIONS = """
SELECT completion.id, completion.person_id, requirement.of_notice_id AS notice_id,
  requirement.course_id, requirement.course_version,
  completion.kind, completion.minutes, completion.completed_at, completion.completed_on, completion.led_by,
  completion.credited_notice_id, completion.credited_on,
  retraction.retracted_at, retraction.retracted_by, retraction.reason AS retract_reason
FROM completion JOIN requirement ON requirement.id = completion.requirement_id
LEFT JOIN retraction ON retraction.completion_id = completion.id
WHERE completion.person_id = %(person)s AND {seen}
  AND (%(year)s = 0 OR extract(year FROM completion.completed_on) = %(year)s)
  AND (completion.completed_on, completion.completed_at, completion.id)
    < (%(completed_on)s::date, %(completed_at)s::timestamptz, %(id)s::uuid)
ORDER BY completion.completed_on DESC, completion.completed_at DESC, completion.id DESC LIMIT %(most)s
"""
# A year in which everything was taken back adds up to nothing, and is one.
_YEARS = """
SELECT extract(year FROM completed_on)::int AS year, count(*) FILTER (WHERE stands)::int AS completions,
  coalesce(sum(minutes) FILTER (WHERE stands), 0)::int AS minutes, ARRAY[{months}]::int[] AS minutes_by_month
FROM completion CROSS JOIN LATERAL (
  SELECT NOT EXISTS (SELECT FROM retraction WHERE completion_id = completion.id) AS stands
) AS mark
WHERE completion.person_id = %(person)s AND {seen}
GROUP BY 1 ORDER BY 1 DESC
"""
_MONTHS = ", ".join(
    f"coalesce(sum(minutes) FILTER (WHERE stands AND extract(month FROM completed_on) = {month}), 0)"
    for month in range(1, 13)
)
_SEEN = """(%(all)s OR EXISTS (
  SELECT FROM audience_member AS member
  WHERE member.person_id = completion.person_id AND (member.agency_id = ANY(%(agencies)s) OR EXISTS (
    SELECT FROM unnest(member.units) AS unit WHERE member.agency_id || '/' || unit = ANY(%(units)s)))
))"""
_LAST_MOMENT, _LAST_ID = "infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff"


def list_completions(db: Db, page: Page, *, person_id: UUID, reach: Scope | None, year: int) -> list[Completion]:
    """Return a person's completions at all agencies, by the day of the training, the newest first.

    One over the page's size if there are more; of one calendar *year* in California, 0 = all. With *reach* (None
    = no limit), only if they are or were on the list of an agency or a unit of it: their new agency sees the full
    transcript.
    """
    completed_on, completed_at, id_ = page.after or (_LAST_MOMENT, _LAST_MOMENT, _LAST_ID)
    return db.all(
        Completion,
        _COMPLETIONS.format(seen=_SEEN),
        person=person_id,
        year=year,
        completed_on=completed_on,
        completed_at=completed_at,
        id=id_,
        **_values(reach),
        most=page.size + 1,
    )


def years_of_training(db: Db, *, person_id: UUID, reach: Scope | None) -> list[YearOfTraining]:
    """Return what the transcript that `list_completions` gives adds up to in each calendar year, the newest first."""
    years = _YEARS.format(seen=_SEEN, months=_MONTHS)
    return db.all(YearOfTraining, years, person=person_id, **_values(reach))


def _values(reach: Scope | None) -> dict[str, object]:
    units = reach.parts("agencies", "units") if reach else ()
    return {
        "all": reach is None,
        "agencies": sorted(reach.ids("agencies")) if reach else [],
        "units": [f"{agency}/{unit}" for agency, unit in sorted(units)],
    }
