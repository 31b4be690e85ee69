"""What is said of a week in its first morning, where something is due soon or past due.

It is written a quarter to seven, for some read their mail at seven, by a few statements for everybody, and stays as it
was then: what somebody reads on their page is what their mail said. Whoever does something in that hour reads it once
more. Composing it for each person as their mail is put together would be true to the minute, and a query a person.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from notification.inbox.readiness import DID_ALL
from notification.messages import ledger
from notification.messages.ledger import Target, Wanted
from notification.messages.rules import week
from notification.messages.rules.kind import Kind
from notification.messages.rules.kinds import WEEK_AGENCY, WEEK_LIST, WEEK_PICTURE, WEEK_STATE
from notification.messages.rules.ladder import COORDINATOR, DIRECTOR, STATE
from notification.messages.rules.week import Standing, Unconfirmed
from notification.messages.rules.windows import Hours, Window
from notification.messages.rules.words import Facts
from servicekit.calendar import end_of_day, pacific_date
from servicekit.data.db import Db

_BEFORE = timedelta(minutes=75)
_SAID = "SELECT EXISTS (SELECT FROM message WHERE once = %(once)s)"
# Of a letter `n`: an agency has to confirm it by then.
_TO_CONFIRM = """
delivery AS d ON d.notice_id = n.id AND d.version = n.version AND d.confirmed_at IS NULL AND d.due_date <= %(ahead)s
JOIN agency ON agency.agency_id = d.agency_id AND (agency.end_date IS NULL OR agency.end_date > %(today)s)
"""
# Letters under which something is due by then, and not done; their place in this list is what they are called by.
_LETTERS = f"""
SELECT n.id, trim(n.series || ' ' || n.number || ': ' || n.subject) AS title FROM notice AS n
WHERE n.state = 'PUBLISHED' AND (
  EXISTS (
    SELECT FROM readiness AS f WHERE f.notice_id = n.id AND f.agency_id = '' AND f.due_date <= %(ahead)s
    GROUP BY f.notice_id HAVING sum(f.listed - f.on_leave - f.ready) > 0)
  OR n.id IN (SELECT n.id FROM notice AS n JOIN {_TO_CONFIRM}))
ORDER BY n.series, n.number, n.id
"""  # noqa: S608 - made of constants
_OF_THESE = "unnest(%(letters)s::uuid[]) WITH ORDINALITY AS these (id, place)"
_STANDINGS = f"""
SELECT f.agency_id, (these.place - 1)::int AS letter, clock.due,
  sum(f.listed - f.on_leave)::int AS at_work, sum(f.ready)::int AS ready
FROM {_OF_THESE} JOIN notice AS n ON n.id = these.id JOIN readiness AS f ON f.notice_id = these.id
CROSS JOIN LATERAL (
  SELECT CASE WHEN f.agency_id = '' THEN greatest(f.due_date, n.due_date) ELSE f.due_date END AS due
) AS clock
WHERE clock.due <= %(ahead)s
GROUP BY f.agency_id, these.place, clock.due HAVING sum(f.listed - f.on_leave - f.ready) > 0
"""  # noqa: S608 - made of constants
_UNCONFIRMED = f"""
SELECT d.agency_id, (these.place - 1)::int AS letter, d.due_date AS due
FROM {_OF_THESE} JOIN notice AS n ON n.id = these.id JOIN {_TO_CONFIRM}
"""  # noqa: S608 - made of constants
_TO_PEOPLE = f"""
INSERT INTO message_to (message_id, person_id, scope, facts, at, goes_at, state, changed_at)
SELECT %(message)s, person_id, '', jsonb_build_object('things', count(*)::text, 'list',
    string_agg(place || ' ' || due_date, ';' ORDER BY due_date, place) FILTER (WHERE nth <= %(most)s)),
  %(at)s, %(goes_at)s, 'WANTED', %(at)s
FROM (
  SELECT r.person_id, r.due_date, these.place - 1 AS place,
    row_number() OVER (PARTITION BY r.person_id ORDER BY r.due_date, these.place) AS nth
  FROM {_OF_THESE} JOIN notice AS n ON n.id = these.id JOIN recipient AS r ON r.notice_id = n.id
  WHERE r.due_date <= %(ahead)s AND NOT r.excused AND NOT ({DID_ALL})
    AND (n.staff_release_date IS NULL OR n.staff_release_date <= %(today)s)
    AND EXISTS (
      SELECT FROM audience_member AS m
      WHERE m.audience_id = n.audience_id AND m.person_id = r.person_id AND m.member AND NOT m.on_leave)
) AS each
GROUP BY person_id ORDER BY person_id
"""  # noqa: S608 - made of constants


class _Letter(NamedTuple):
    id: UUID
    title: str


def goes_at(hours: Hours, now: datetime) -> datetime | None:
    """Return when what is said of the week goes, if *now* is the time to write it; None on other days and hours.

    That is eight in the morning of its first business day; the next minute, if nothing ran at eight, as long as
    offices are open. After that the week has begun without it.
    """
    first = hours.week_begins(now)
    if now < first - _BEFORE or pacific_date(now) != pacific_date(first):
        return None
    moment = max(first, hours.goes_at(Window.NOW, now))
    return moment if pacific_date(moment) == pacific_date(first) else None


def said(db: Db, moment: datetime) -> bool:
    """Whether it was written what goes at *moment*."""
    return bool(db.value(_SAID, once=_once(WEEK_LIST, pacific_date(moment))))


def say(db: Db, hours: Hours, moment: datetime) -> None:
    """Say to people, coordinators, directors and the state what is due soon or past due, to go at *moment*."""
    today = pacific_date(moment)
    within = {"ahead": hours.calendar.add(today, week.AHEAD_BUSINESS_DAYS), "today": today}
    found = db.all(_Letter, _LETTERS, **within)
    letters = [one.id for one in found]
    titles = {str(place): one.title for place, one in enumerate(found)}
    standings = db.all(Standing, _STANDINGS, letters=letters, **within)
    unconfirmed = db.all(Unconfirmed, _UNCONFIRMED, letters=letters, **within)
    of_agencies = week.facts_of_agencies(standings, unconfirmed)
    pictures = week.facts_of_pictures(standings)
    of_state = week.facts_of_state(standings, unconfirmed, hours.calendar.add(today, -week.CALL_BUSINESS_DAYS))

    def want(kind: Kind, *targets: Target) -> UUID | None:
        return ledger.want(
            db,
            Wanted(
                once=_once(kind, today),
                kind=kind,
                about=f"weeks/{today}",
                facts={"as_of": str(today), **titles},
                goes_at=moment,
                fresh_until=end_of_day(hours.calendar.add(today, 1)),
                targets=targets,
            ),
        )

    message_id = want(WEEK_LIST)
    if message_id is not None:
        most = week.MOST_OF_PERSON
        db.run(_TO_PEOPLE, message=message_id, letters=letters, goes_at=moment, most=most, at=db.at, **within)
    want(WEEK_AGENCY, *_at_agencies(COORDINATOR, of_agencies.items()))
    want(WEEK_PICTURE, *_at_agencies(DIRECTOR, pictures.items()))
    want(WEEK_STATE, *([Target(STATE, "state", of_state)] if of_state else ()))


def _at_agencies(role: str, facts: Iterable[tuple[str, Facts]]) -> list[Target]:
    return [Target(role, f"agencies/{agency}", told) for agency, told in facts]


def _once(kind: Kind, day: date) -> str:
    return f"{kind.name}/{day}"
