"""What happens to everybody's lists at once: what a notice asks is opened, opened again once it was amended, or closed.

All statements are over sets: their number grows with the requirements, never with the people.
"""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from enrollment import events
from enrollment.assignments import crediting, exempting
from enrollment.requirements import due_dates, exemptions, local_dates, notices
from enrollment.requirements.notices import Asks
from servicekit.calendar import Calendar
from servicekit.data.db import Db

_LATER = "later AS (SELECT * FROM unnest(%(since)s::bigint[], %(not_before)s::date[]) AS later (since, not_before))"
# What is missing counts for nothing: an earlier day of their agency, the day before which a later one is not due.
_DUE = "greatest(least(%(due_date)s::date, {early}), later.not_before)"
_LISTED = f"""
WITH {_LATER}, listed AS (
  INSERT INTO assignment AS known (requirement_id, person_id, created_at, due_date, sections_completed, state)
  SELECT DISTINCT ON (member.person_id)
    %(requirement)s, member.person_id, %(at)s, {_DUE}, 0, 'ASSIGNED'
  FROM audience_member AS member LEFT JOIN later USING (since)
  WHERE member.audience_id = %(audience)s AND member.member {{only}}
  ORDER BY member.person_id, member.since DESC
  {{again}}
  RETURNING person_id
)
SELECT coalesce(string_agg(person_id::text, ','), '') FROM listed
"""  # noqa: S608 - constants only
# Here and below each person is looked up by key, in a way that no plan turns into a join. The statistics know a few
# rows of a letter that was issued just now, and a join that is made for these compares everybody with everybody. What
# is held is found again by both columns of its key: with the requirement given, its rows could be read first instead.
_LIST = {"only": "", "again": ""}
_LIST_AGAIN = {
    "only": """
    AND (
      SELECT bool_or(there.state <> 'WITHDRAWN') FROM assignment AS there
      WHERE (there.requirement_id, there.person_id) = (%(requirement)s, member.person_id)
    ) IS NOT TRUE
    """,
    "again": """
  ON CONFLICT (requirement_id, person_id) DO UPDATE
  SET state = CASE WHEN known.sections_completed > 0 THEN 'IN_PROGRESS' ELSE 'ASSIGNED' END,
    due_date = excluded.due_date
  WHERE known.state = 'WITHDRAWN'
    """,
}
# Whoever finishes the course at this moment is waited for, and has completed it.
_WITHDRAW = """
WITH held AS (
  SELECT requirement_id, person_id FROM assignment
  WHERE requirement_id = ANY(%(requirements)s::uuid[]) AND state IN ('ASSIGNED', 'IN_PROGRESS') {only}
  ORDER BY requirement_id, person_id
  FOR UPDATE
), withdrawn AS (
  UPDATE assignment AS a SET state = 'WITHDRAWN' FROM held
  WHERE (a.requirement_id, a.person_id) = (held.requirement_id, held.person_id)
  RETURNING a.requirement_id, a.person_id
)
SELECT requirement_id, string_agg(person_id::text, ',') AS people
FROM withdrawn GROUP BY requirement_id ORDER BY requirement_id
"""
_WITHDRAW_ALL = _WITHDRAW.format(only="")
_WITHDRAW_OTHERS = _WITHDRAW.format(
    only="""
    AND (
      SELECT bool_or(member.member) FROM audience_member AS member
      WHERE (member.audience_id, member.person_id) = (%(audience)s, assignment.person_id)
    ) IS NOT TRUE
    """
)
# Waived ones too: they are right if they are reinstated.
_REDATE = """
WITH {later}held AS (
  SELECT a.requirement_id, a.person_id, {due} AS due_date
  FROM assignment AS a {place}
  WHERE a.requirement_id = %(requirement)s AND a.state IN ('ASSIGNED', 'IN_PROGRESS', 'WAIVED') AND {who}
    AND a.due_date <> {due}
  ORDER BY a.person_id
  FOR UPDATE OF a
)
UPDATE assignment AS a SET due_date = held.due_date FROM held
WHERE (a.requirement_id, a.person_id) = (held.requirement_id, held.person_id)
"""
# Nearly everybody has the day of the letter: they are found without a look at where each works and since when.
_REDATE_MOST = _REDATE.format(
    later="",
    due="%(due_date)s::date",
    place="",
    who="""
    a.person_id NOT IN (SELECT unnest(%(apart)s::uuid[]))
    AND (a.state <> 'WAIVED' OR EXISTS (
      SELECT FROM audience_member AS member
      WHERE (member.audience_id, member.person_id) = (%(audience)s, a.person_id) AND member.member
    ))
    """,
)
_REDATE_APART = _REDATE.format(
    later=f"{_LATER}, ",
    due=_DUE,
    place="""
  CROSS JOIN LATERAL (
    SELECT max(member.since) AS since FROM audience_member AS member
    WHERE (member.audience_id, member.person_id) = (%(audience)s, a.person_id) AND member.member
  ) AS place
  LEFT JOIN later USING (since)
    """,
    who="a.person_id = ANY(%(apart)s::uuid[])",
)
# Who came after the approved revision, or works where an earlier day was given.
_APART = """
SELECT DISTINCT person_id FROM audience_member
WHERE audience_id = %(audience)s AND member AND (since = ANY(%(since)s::bigint[]) OR agency_id = ANY(%(early)s::text[]))
"""


class People(NamedTuple):
    """Whom something happened to; their ids, between commas."""

    requirement_id: UUID
    people: str


def open_ready(db: Db, audience_ids: Collection[UUID]) -> None:
    """Write the assignments of waiting requirements whose membership is complete: each by one statement.

    What was asked before its notice was amended is brought in step with the audience and the days that it has now: who
    is new gets it, who is not in it any more and has not completed it is withdrawn, the others have the day that the
    rule gives them, as if they had been asked so from the first.
    """
    calendar = due_dates.calendar(db)
    for asks in notices.open_ready(db, audience_ids):
        values = _values(db, calendar, asks)
        early = local_dates.of(
            db, [asks.notice_id], notice="%(notice)s", audience="member.audience_id", person="member.person_id"
        )
        sql = _LISTED.format(early=early, **(_LIST_AGAIN if asks.amended else _LIST))
        listed: str = db.value(sql, **values, at=db.at)
        events.assignments_created(db, asks.asked, listed.split(",") if listed else [])
        if asks.amended:
            _let_others_go(db, asks, values)
        credit(db, [asks])
        # An exemption may also have ended while the membership was waited for.
        exempting.follow(db, [asks.id] if asks.amended else exemptions.of(db, [asks]))


def redate(db: Db, asked: Sequence[Asks]) -> None:
    """Give everybody under what is *asked* the day that the rule gives them: a statement for each, whoever has it."""
    if not asked:
        return
    calendar = due_dates.calendar(db)
    for asks in asked:
        _redate(db, asks, _values(db, calendar, asks))


def credit(db: Db, asked: Sequence[Asks]) -> None:
    """Credit whoever took the course for another letter before, where what is *asked* says that this counts."""
    for asks in asked:
        if asks.credit_months:
            crediting.grant(db, crediting.of_listed(db, asks.id))


def withdraw_all(db: Db, closed: Sequence[events.Asked]) -> None:
    """Take what is *closed* off everybody's list. What is completed or waived stays."""
    if not closed:
        return
    by_id = {asked.requirement_id: asked for asked in closed}
    for people in db.all(People, _WITHDRAW_ALL, requirements=list(by_id)):
        events.assignments_withdrawn(db, by_id[str(people.requirement_id)], people.people.split(","))


def _let_others_go(db: Db, asks: Asks, values: dict[str, Any]) -> None:
    for people in db.all(People, _WITHDRAW_OTHERS, requirements=[asks.id], audience=asks.audience_id):
        events.assignments_withdrawn(db, asks.asked, people.people.split(","))
    _redate(db, asks, values)


def _values(db: Db, calendar: Calendar, asks: Asks) -> dict[str, Any]:
    return {
        "requirement": asks.id,
        "notice": asks.notice_id,
        "audience": asks.audience_id,
        "due_date": asks.due_date,
        **due_dates.of_joiners(db, calendar, asks),
    }


def _redate(db: Db, asks: Asks, values: dict[str, Any]) -> None:
    """Give everybody whom it is asked of their day: one for most, and theirs to those who are apart.

    Whoever is in the audience no more was let go before, but for those who are excused.
    """
    early = local_dates.agencies(db, asks.notice_id)
    apart = db.values(_APART, **values, early=early) if early or values["since"] else []
    db.run(_REDATE_MOST, **values, apart=apart)
    if apart:
        own = local_dates.of(db, [asks.notice_id], notice="%(notice)s", audience="%(audience)s", person="a.person_id")
        db.run(_REDATE_APART.format(early=own), **values, apart=apart)
