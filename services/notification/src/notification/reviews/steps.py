"""What is said of a review: agencies are asked, it is due soon, what was commented is answered.

A draft is under embargo: no message says which letter it is. Its page does, to those who see it.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from notification.messages import ledger
from notification.messages.ledger import Target, Wanted
from notification.messages.rules.kinds import REVIEW_ANSWERED, REVIEW_ASKED, REVIEW_DUE
from notification.messages.rules.ladder import COORDINATOR
from notification.messages.rules.windows import Hours
from notification.reviews import telling
from notification.reviews.rules.rounds import OPEN
from notification.reviews.rules.which import Which
from servicekit.calendar import PACIFIC, end_of_day, pacific_date
from servicekit.data.db import Db

_ROUND = "SELECT id, state, due_on FROM review WHERE notice_id = %(notice)s AND number = %(number)s"
_ASKED = "SELECT agency_id FROM review_agency WHERE review_id = %(review)s AND sent_at IS NULL ORDER BY agency_id"
_NAMED = """
SELECT p.person_id, p.named_at FROM review_reviewer AS p JOIN review_agency AS a USING (review_id, agency_id)
WHERE p.review_id = %(review)s AND p.agency_id = %(agency)s AND a.sent_at IS NULL
  AND p.named_at = (
    SELECT max(named_at) FROM review_reviewer WHERE review_id = %(review)s AND agency_id = %(agency)s)
ORDER BY p.person_id
"""
_HAVE_SAID = """
SELECT DISTINCT c.author_id, a.agency_id FROM review_comment AS c JOIN review_agency AS a USING (review_id, agency_id)
WHERE c.review_id = %(review)s AND a.sent_at IS NOT NULL ORDER BY 2, 1
"""
_BEFORE_DUE = 1
_FRESH_BUSINESS_DAYS = 3


class _Round(NamedTuple):
    id: UUID
    state: str
    due_on: date


class _Named(NamedTuple):
    person_id: UUID
    named_at: datetime


class _Said(NamedTuple):
    author_id: UUID
    agency_id: str


def tell(db: Db, key: str, hours: Hours) -> None:
    """Tell of a step. What is over before anybody heard of it is told to nobody."""
    step, which, agency_id = telling.told_of(key)
    found = db.maybe(_Round, _ROUND, notice=which.notice_id, number=which.number)
    if found is None:
        return
    if step == telling.ANSWERED:
        _answered(db, which, found, hours)
    elif found.state != OPEN:
        return
    elif step == telling.OPENED:
        for agency in db.values(_ASKED, review=found.id):
            _ask(db, which, agency, found, hours, "", targets=[Target(COORDINATOR, f"agencies/{agency}", {})])
    elif named := db.all(_Named, _NAMED, review=found.id, agency=agency_id):
        once = f"/{named[0].named_at.isoformat()}"
        _ask(db, which, agency_id, found, hours, once, people=[one.person_id for one in named])


def _ask(
    db: Db,
    which: Which,
    agency_id: str,
    found: _Round,
    hours: Hours,
    once: str,
    *,
    people: Sequence[UUID] = (),
    targets: Sequence[Target] = (),
) -> None:
    """Say that an agency is asked; and, in the morning of the business day before, that it is due soon."""
    before = datetime.combine(hours.calendar.add(found.due_on, -_BEFORE_DUE), time(0), PACIFIC)
    for kind, at in ((REVIEW_ASKED, db.at), (REVIEW_DUE, max(before, db.at))):
        goes_at = hours.goes_at(kind.window, at)
        ledger.want(
            db,
            Wanted(
                once=f"{kind.name}/{which.of(agency_id)}{once}",
                kind=kind,
                about=which.of(agency_id),
                facts={"due": str(found.due_on)},
                goes_at=goes_at,
                fresh_until=end_of_day(found.due_on),
                people=people,
                targets=targets,
            ),
        )


def _answered(db: Db, which: Which, found: _Round, hours: Hours) -> None:
    said = db.all(_Said, _HAVE_SAID, review=found.id)
    goes_at = hours.goes_at(REVIEW_ANSWERED.window, db.at)
    for agency_id, of_agency in groupby(said, key=attrgetter("agency_id")):
        ledger.want(
            db,
            Wanted(
                once=f"{REVIEW_ANSWERED.name}/{which.of(agency_id)}",
                kind=REVIEW_ANSWERED,
                about=which.of(agency_id),
                facts={},
                goes_at=goes_at,
                fresh_until=end_of_day(hours.calendar.add(pacific_date(goes_at), _FRESH_BUSINESS_DAYS)),
                people=[one.author_id for one in of_agency],
            ),
        )
