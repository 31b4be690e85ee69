"""Giving a letter that is being issued, or amended, to the people of its audience: a statement for all of them."""

from uuid import UUID

from notification.inbox import redating
from notification.inbox.readiness import ADD, hold_people, recount
from notification.letters.rules.letter import Asks
from notification.letters.tables import Notice
from servicekit.data.db import Db

# A course and its version; ('', 0) where none is asked.
Course = tuple[str, int]

# In the order of the key: the index grows at one place.
_RECIPIENTS = """
INSERT INTO recipient (notice_id, person_id, due_date)
SELECT DISTINCT %(notice)s::uuid, person_id, %(due)s::date FROM audience_member
WHERE audience_id = %(audience)s AND member
ORDER BY person_id
"""
# Nobody has done anything yet, so the memberships say all: who is ready is so because nothing is asked. In one pass:
# the state's row has as many people as there are recipients, less those whom agencies alone ask.
_READINESS = ADD.format(
    rows="""
SELECT %(notice)s, agency_id, %(due)s, 0, listed,
  CASE WHEN %(asks_nothing)s THEN listed - on_leave ELSE 0 END,
  CASE WHEN %(asks_nothing)s THEN 0 ELSE listed - on_leave END,
  on_leave, 0, 0, 0, 0
FROM (
  SELECT coalesce(agency_id, '') AS agency_id,
    CASE WHEN grouping(agency_id) = 1 THEN %(recipients)s - (
      SELECT count(DISTINCT person_id) FROM audience_member AS m
      WHERE audience_id = %(audience)s AND member AND local AND NOT EXISTS (
        SELECT FROM audience_member AS other
        WHERE other.audience_id = m.audience_id AND other.person_id = m.person_id AND other.member AND NOT other.local)
    ) ELSE count(*) END AS listed,
    count(DISTINCT person_id) FILTER (WHERE on_leave) AS on_leave
  FROM audience_member
  WHERE audience_id = %(audience)s AND member AND NOT local
  GROUP BY GROUPING SETS ((agency_id), ())
) AS place
WHERE listed > 0
"""
)
# What is done for each of more takes a while. Counted up to there, by the key.
MANY = 1000
_MORE_THAN = "SELECT EXISTS (SELECT FROM recipient WHERE notice_id = %(notice)s OFFSET %(many)s)"
# Hardly anybody: a row that is there is passed by, rather than tried.
_NEWCOMERS = """
INSERT INTO recipient (notice_id, person_id, due_date)
SELECT DISTINCT %(notice)s::uuid, person_id, %(due)s::date FROM audience_member AS m
WHERE audience_id = %(audience)s AND member
  AND NOT EXISTS (SELECT FROM recipient WHERE notice_id = %(notice)s AND person_id = m.person_id)
ORDER BY person_id
ON CONFLICT (notice_id, person_id) DO NOTHING
"""
# What they did under the versions before stays on record with its version (`acknowledgement`).
_AGAIN = """
UPDATE recipient SET due_date = %(due)s,
  read_at = CASE WHEN %(whole)s THEN NULL ELSE read_at END,
  confirmed_at = CASE WHEN %(whole)s THEN NULL ELSE confirmed_at END, confirmed_for = confirmed_for AND NOT %(whole)s
WHERE notice_id = %(notice)s
"""
# Training of the course that was asked until now, and of the one that is asked now, as far as it was done before.
_LAY_ASIDE = """
INSERT INTO former_training (notice_id, person_id, course_id, course_version, trained_at)
SELECT notice_id, person_id, %(course)s, %(course_version)s, trained_at FROM recipient
WHERE notice_id = %(notice)s AND trained_at IS NOT NULL
ORDER BY person_id
ON CONFLICT (notice_id, person_id, course_id, course_version) DO UPDATE SET trained_at = excluded.trained_at
"""
_COUNT_FORMER = """
UPDATE recipient AS r SET trained_at = (
  SELECT f.trained_at FROM former_training AS f
  WHERE f.notice_id = r.notice_id AND f.person_id = r.person_id
    AND (f.course_id, f.course_version) = (%(course)s, %(course_version)s)
)
WHERE r.notice_id = %(notice)s
"""


def give(db: Db, notice: Notice) -> int:
    """Put everybody of the audience under the letter, and into its figures; return how many they are."""
    given = {"notice": notice.id, "audience": notice.audience_id, "due": notice.due_date}
    recipients = db.run(_RECIPIENTS, **given)
    db.run(_READINESS, **given, recipients=recipients, asks_nothing=notice.asks == Asks.NOTHING)
    return recipients


def are_many(db: Db, notice_id: UUID) -> bool:
    """Whether a letter is for many."""
    return bool(db.value(_MORE_THAN, notice=notice_id, many=MANY))


def ask_again(db: Db, notice: Notice, *, whole: bool, before: Course) -> None:
    """Put everybody of the audience under the amended letter, due on its day; with *whole*, all is to be done again.

    Who is no longer in the audience keeps their row, and counts nowhere. *before* is the course that was asked so far.
    """
    asked = {"notice": notice.id, "audience": notice.audience_id, "due": notice.due_date}
    hold_people(db, notice.id)
    db.run(_AGAIN, **asked, whole=whole)
    if before != (notice.course_id, notice.course_version):
        _ask_for_another_course(db, notice, before)
    db.run(_NEWCOMERS, **asked)
    redating.redate(db, [notice.id], redating.EVERYBODY)
    recount(db, notice.id)


def _ask_for_another_course(db: Db, notice: Notice, before: Course) -> None:
    course, version = before
    if course:
        db.run(_LAY_ASIDE, notice=notice.id, course=course, course_version=version)
    db.run(_COUNT_FORMER, notice=notice.id, course=notice.course_id, course_version=notice.course_version)
