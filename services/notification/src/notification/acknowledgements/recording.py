"""Recording that people confirmed a letter: on paper, by phone, or by their supervisor while they are on leave.

It is a row of its own kind, which says who recorded it and why. Whoever it is about may confirm the letter themselves
later: that is a second row, and nothing is counted twice.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from notification.inbox.readiness import CONFIRMED_FOR, moving
from notification.letters.acknowledgements import ACKNOWLEDGE, check_text
from notification.letters.queries import issued
from notification.letters.rows import name_of
from notification.letters.rules import lifecycle, statements
from notification.letters.rules.letter import Asks
from servicekit.data.db import Db
from servicekit.refusals import InvalidField, Kind, Refusal
from servicekit.text import reason as reason_given

MOST = 200
_LONGEST_REASON = 500
_TOUCHED = "SELECT %(notice)s::uuid AS notice_id, person_id FROM unnest(%(people)s::uuid[]) AS given (person_id)"
_HERE = """
SELECT DISTINCT m.person_id FROM notice AS n JOIN audience_member AS m ON m.audience_id = n.audience_id
WHERE n.id = %(notice)s AND m.agency_id = %(agency)s AND m.member AND m.person_id = ANY(%(people)s)
  AND (%(units)s::text[] IS NULL OR m.units && %(units)s::text[])
"""
_RECORD = f"""
WITH recorded AS (
  {CONFIRMED_FOR}
), said AS (
  {ACKNOWLEDGE.rstrip().removesuffix(")")}, recorded_by, reason)
  SELECT %(notice)s, person_id, 'RECORDED', '', %(version)s, %(text_sha256)s, %(at)s, %(statement)s, 'ON_BEHALF',
    %(by)s, %(reason)s
  FROM recorded ORDER BY person_id
)
SELECT person_id FROM recorded ORDER BY person_id
"""  # noqa: S608 - made of constants


class PeopleNotOfAgency(Refusal):
    """Some do not work at this agency, are not under the letter there, or not in a unit of the caller."""


class NothingToRecord(Refusal):
    """The letter does not ask to be confirmed."""

    kind = Kind.PRECONDITION


class OwnConfirmation(Refusal):
    """Nobody records their own confirmation: they confirm the letter on its page."""


def record(
    db: Db,
    *,
    notice_id: UUID,
    agency_id: str,
    people: Sequence[UUID],
    only: Collection[str] | None,
    by: UUID,
    reason: str,
    text_sha256: str,
) -> int:
    """Record that *people* of an agency confirmed a letter, with the *reason*; return for how many it was new.

    *only* are the units to which who records it is held; None = the whole agency.
    """
    reason = reason_given(reason, most=_LONGEST_REASON)
    wanted = sorted(set(people))
    if not 0 < len(wanted) <= MOST:
        raise InvalidField("people", len(wanted), f"must be 1 to {MOST} people")
    if by in wanted:
        raise OwnConfirmation("Who confirms for themselves does so on the letter's page.", field="people")
    units = None if only is None else sorted(only)
    known: list[UUID] = db.values(_HERE, notice=notice_id, agency=agency_id, people=wanted, units=units)
    if missing := sorted(set(wanted) - set(known)):
        raise PeopleNotOfAgency(
            "Some of these people are not under the letter here.",
            field="people",
            people=", ".join(f"people/{one}" for one in missing),
        )
    with moving(db, _TOUCHED, notice=notice_id, people=wanted):
        # An amendment waits for these rows, or has been seen.
        notice = issued(db, notice_id)
        lifecycle.check_in_force(name_of(notice_id), notice.withdrawn_at)
        if notice.asks not in (Asks.CONFIRM, Asks.TRAIN):
            raise NothingToRecord("The letter does not ask to be confirmed.", notice=name_of(notice_id))
        check_text(notice, text_sha256)
        statement = statements.hash_of(notice.statement)
        recorded: list[UUID] = db.values(
            _RECORD,
            notice=notice_id,
            people=wanted,
            version=notice.version,
            text_sha256=text_sha256,
            at=db.at,
            statement=statement,
            by=by,
            reason=reason,
        )
    said = {"kind": "RECORDED", "version": notice.version, "text_sha256": text_sha256, "statement_sha256": statement}
    db.changed(
        f"agencies/{agency_id}/{name_of(notice_id)}",
        after={**said, "channel": "ON_BEHALF", "people": [f"people/{one}" for one in recorded]},
        reason=reason,
    )
    return len(recorded)
