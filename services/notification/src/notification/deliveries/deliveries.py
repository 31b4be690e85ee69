"""Letters at agencies: who gets them, and the agency's own confirmation."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from notification.deliveries import events
from notification.letters import telling
from notification.letters.acknowledgements import ACKNOWLEDGE, changed_meanwhile, check_text
from notification.letters.queries import NOTICE_WITHOUT_BODY
from notification.letters.rows import name_of
from notification.letters.rules import lifecycle, statements
from notification.letters.rules.due_dates import agency_due_date
from notification.letters.tables import Notice
from servicekit import closed_days
from servicekit.calendar import PACIFIC, pacific_date
from servicekit.data.db import Db
from servicekit.data.outbox import emit
from servicekit.refusals import InvalidField, Kind, NotFound, Refusal

_LONGEST_PROBLEM = 2_000
_STATE = "state"

# An agency that is listed meanwhile waits, and then finds the notice issued.
_HOLD_AGENCIES = "LOCK TABLE agency IN SHARE MODE"
_DELIVERIES = """
INSERT INTO delivery (notice_id, version, agency_id, delivered_at, due_date)
SELECT %(notice)s, %(version)s, agency_id, %(at)s, %(due)s FROM agency
WHERE kind <> 'state' AND (end_date IS NULL OR end_date > %(issued)s)
  AND (%(receivers)s::text[] = '{}' OR agency_id = ANY(%(receivers)s) OR EXISTS (
    SELECT FROM audience_member AS m
    WHERE m.audience_id = %(audience)s AND m.agency_id = agency.agency_id AND m.member
  ))
ON CONFLICT (notice_id, version, agency_id) DO NOTHING
"""
_HOLD_DELIVERIES = """
SELECT count(*) FROM (
  SELECT FROM delivery WHERE notice_id = %(notice)s AND version = %(version)s ORDER BY agency_id FOR UPDATE
) AS held
"""
# Who leads it there, and what is in the way, is where the agency goes on from.
_CARRY_OVER = """
INSERT INTO delivery (
  notice_id, version, agency_id, delivered_at, due_date, confirmed_at, confirmed_by, lead, problem, staff_released_at,
  staff_released_by, local_due_date, local_due_by, local_due_at, local_due_number
)
SELECT notice_id, %(version)s, agency_id,
  CASE WHEN %(again)s THEN %(at)s ELSE delivered_at END, CASE WHEN %(again)s THEN %(due)s ELSE due_date END,
  CASE WHEN NOT %(again)s THEN confirmed_at END, CASE WHEN NOT %(again)s THEN confirmed_by END, lead, problem,
  staff_released_at, staff_released_by, local_due_date, local_due_by, local_due_at, local_due_number
FROM delivery WHERE notice_id = %(notice)s AND version = %(version)s - 1
ORDER BY agency_id
"""
_VERSION = "SELECT version FROM notice WHERE id = %(notice)s"
_LIST_AGENCIES = """
INSERT INTO agency (agency_id, kind, end_date)
SELECT * FROM unnest(%(agencies)s::text[], %(kinds)s::text[], %(ends)s::date[]) AS a (agency_id, kind, end_date)
ORDER BY agency_id
ON CONFLICT (agency_id) DO UPDATE SET kind = excluded.kind, end_date = excluded.end_date
"""
_ISSUED = """
SELECT id, version, agency_due_date, agency_confirms_within FROM notice
WHERE state = 'PUBLISHED' AND receivers = '{}' ORDER BY id
"""
_DELIVER_LATE = """
INSERT INTO delivery (notice_id, version, agency_id, delivered_at, due_date)
SELECT n.id, n.version, agency_id, %(at)s, n.due_date
FROM unnest(%(notices)s::uuid[], %(versions)s::int[], %(dues)s::date[]) AS n (id, version, due_date),
  unnest(%(agencies)s::text[]) AS agency_id
ORDER BY n.id, agency_id
ON CONFLICT (notice_id, version, agency_id) DO NOTHING
"""
_LOCK = f"""
SELECT {NOTICE_WITHOUT_BODY}, d.confirmed_at, d.confirmed_by, d.lead, d.problem, d.staff_released_at
FROM delivery AS d JOIN notice AS n ON n.id = d.notice_id AND n.version = d.version
WHERE d.notice_id = %(notice)s AND d.agency_id = %(agency)s
FOR UPDATE OF d
"""  # noqa: S608 - made of constants
_CONFIRM = f"""
WITH said AS (
  {ACKNOWLEDGE}
  VALUES (
    %(notice)s, %(person)s, 'AGENCY', %(agency)s, %(version)s, %(text_sha256)s, %(at)s, %(statement)s, %(channel)s
  )
)
UPDATE delivery SET confirmed_at = %(at)s, confirmed_by = %(person)s, lead = %(lead)s, problem = %(problem)s
WHERE notice_id = %(notice)s AND version = %(version)s AND agency_id = %(agency)s
"""  # noqa: S608 - made of constants
_CHANGE = """
UPDATE delivery SET lead = %(lead)s, problem = %(problem)s
WHERE notice_id = %(notice)s AND version = %(version)s AND agency_id = %(agency)s
"""
_RELEASE = """
UPDATE delivery SET staff_released_at = %(at)s, staff_released_by = %(person)s
WHERE notice_id = %(notice)s AND version = %(version)s AND agency_id = %(agency)s
"""


class AlreadyConfirmed(Refusal):
    """The agency has confirmed this letter: says by whom and when."""

    kind = Kind.EXISTS


class NotConfirmed(Refusal):
    """The agency has not confirmed this letter yet: what is to be changed is said with the confirmation."""

    kind = Kind.PRECONDITION


class _Issued(NamedTuple):
    id: UUID
    version: int
    agency_due_date: date
    agency_confirms_within: int


class _AtAgency(NamedTuple):
    notice: Notice
    confirmed_at: datetime | None
    confirmed_by: UUID | None
    lead: UUID | None
    problem: str | None
    staff_released_at: datetime | None


@dataclass(frozen=True)
class Agency:
    """An agency as the directory tells it; *end* = the first day on which it no longer exists."""

    id: str
    kind: str
    end: date | None

    def gets_letters(self, day: date) -> bool:
        """Whether letters go there on *day*."""
        return self.kind != _STATE and (self.end is None or self.end > day)


@dataclass(frozen=True)
class Seen:
    """What who confirms for an agency saw: the hashes of text and statement; and by which way they confirm."""

    text_sha256: str
    statement_sha256: str
    channel: str


def deliver(db: Db, notice: Notice, *, due: date | None, at: datetime) -> None:
    """Give a letter that is being issued to the local agencies that receive it, and to those whose staff are asked.

    Of one that is amended, to those that did not have it. They confirm it by the day that is *due*.
    """
    db.run(_HOLD_AGENCIES)
    db.run(
        _DELIVERIES,
        notice=notice.id,
        version=notice.version,
        at=at,
        issued=pacific_date(at),
        due=due,
        receivers=notice.receivers,
        audience=notice.audience_id,
    )


def hold(db: Db, notice: Notice) -> None:
    """Let no agency come, nor confirm a letter that is being amended, until commit."""
    db.run(_HOLD_AGENCIES)
    db.run(_HOLD_DELIVERIES, notice=notice.id, version=notice.version)


def carry_over(db: Db, notice: Notice, *, again: bool, at: datetime) -> None:
    """Give agencies the new version of a letter; whoever had one before has it too.

    What they confirmed of the version before stands for this one, unless they are asked *again*.
    """
    told = {"notice": notice.id, "version": notice.version, "due": notice.agency_due_date, "at": at}
    db.run(_CARRY_OVER, **told, again=again)
    # Who has it only from now on has the days that everybody had.
    days = notice.agency_confirms_within
    due = agency_due_date(closed_days.known(db), at.astimezone(PACIFIC), days, urgent=bool(notice.urgent_reason))
    deliver(db, notice, due=due, at=at)


def list_agencies(db: Db, told: Collection[Agency], *, at: datetime) -> None:
    """Take over agencies. One that comes after issue gets the letters to every agency that are out, from then on.

    One that ended gets no more letters; those that it has stay, and from its end on nobody waits for it to confirm.
    """
    newest = sorted({agency.id: agency for agency in told}.values(), key=lambda agency: agency.id)
    db.run(
        _LIST_AGENCIES,
        agencies=[agency.id for agency in newest],
        kinds=[agency.kind for agency in newest],
        ends=[agency.end for agency in newest],
    )
    today = pacific_date(at)
    local = [agency.id for agency in newest if agency.gets_letters(today)]
    issued = db.all(_Issued, _ISSUED)
    if not local or not issued:
        return
    calendar = closed_days.known(db).as_far_as_known()
    db.run(
        _DELIVER_LATE,
        at=at,
        agencies=local,
        notices=[notice.id for notice in issued],
        versions=[notice.version for notice in issued],
        dues=[max(notice.agency_due_date, calendar.add(today, notice.agency_confirms_within)) for notice in issued],
    )
    telling.tell_joined(db, (notice.id for notice in issued), actor="services/notification")


def confirm(
    db: Db,
    *,
    notice_id: UUID,
    agency_id: str,
    person_id: UUID,
    lead: UUID,
    problem: str,
    seen: Seen,
    at: datetime,
) -> None:
    """Record, once, that the agency received the letter, who leads it there, and what is in the way."""
    _check_problem(problem)
    locked = _locked(db, notice_id, agency_id)
    _check_open(locked, agency_id)
    check_text(locked.notice, seen.text_sha256)
    statement = statements.check_seen(
        name_of(notice_id), locked.notice.agency_statement, seen.statement_sha256, standard=statements.FOR_AGENCY
    )
    db.run(
        _CONFIRM,
        notice=notice_id,
        person=person_id,
        agency=agency_id,
        version=locked.notice.version,
        text_sha256=seen.text_sha256,
        statement=statement,
        channel=seen.channel,
        at=at,
        lead=lead,
        problem=problem,
    )
    said = {"text_sha256": seen.text_sha256, "statement_sha256": statement, "channel": seen.channel}
    db.changed(f"agencies/{agency_id}/{name_of(notice_id)}", after={"lead": str(lead), **said})
    version = locked.notice.version
    emit(
        db,
        events.notice_acknowledged(
            notice_id=notice_id, version=version, agency_id=agency_id, person_id=person_id, at=at
        ),
    )


def change_confirmation(db: Db, *, notice_id: UUID, agency_id: str, lead: UUID, problem: str) -> None:
    """Say who leads the letter at the agency now, and what is in the way now; the audit trail keeps what was before.

    That the agency received it, when, and who said so stays as it was. Whoever says what holds already changes nothing.
    """
    _check_problem(problem)
    locked = _locked(db, notice_id, agency_id)
    if locked.confirmed_at is None:
        raise NotConfirmed(
            "The agency has not confirmed this letter yet.", notice=name_of(notice_id), agency=f"agencies/{agency_id}"
        )
    before = {"lead": str(locked.lead), "problem": locked.problem or ""}
    after = {"lead": str(lead), "problem": problem}
    if before == after:
        return
    db.run(_CHANGE, notice=notice_id, version=locked.notice.version, agency=agency_id, lead=lead, problem=problem)
    db.changed(f"agencies/{agency_id}/{name_of(notice_id)}", before=before, after=after)


def release_to_staff(db: Db, *, notice_id: UUID, agency_id: str, person_id: UUID, at: datetime) -> None:
    """Let the agency's staff see the letter before its day. Idempotent: those who see it already go on seeing it."""
    locked = _locked(db, notice_id, agency_id)
    by_its_day = locked.notice.staff_release_date
    if locked.staff_released_at is not None or by_its_day is None or by_its_day <= pacific_date(at):
        return
    db.run(_RELEASE, notice=notice_id, version=locked.notice.version, agency=agency_id, person=person_id, at=at)
    db.changed(f"agencies/{agency_id}/{name_of(notice_id)}", after={"staff_release_time": at.isoformat()})
    version = locked.notice.version
    emit(db, events.notice_released(notice_id=notice_id, version=version, agency_id=agency_id, at=at))


def held(db: Db, notice_id: UUID, agency_id: str) -> Notice:
    """Return a letter in force that is at the agency, and let nobody change it there until commit."""
    return _locked(db, notice_id, agency_id).notice


def _locked(db: Db, notice_id: UUID, agency_id: str) -> _AtAgency:
    """Return the letter at the agency, locked; refuse one that no longer holds."""
    locked = db.maybe(_AtAgency, _LOCK, notice=notice_id, agency=agency_id)
    if locked is None:
        raise NotFound(name_of(notice_id))
    # It was amended while this waited for the row.
    if db.values(_VERSION, notice=notice_id) != [locked.notice.version]:
        raise changed_meanwhile(locked.notice)
    lifecycle.check_in_force(name_of(notice_id), locked.notice.withdrawn_at)
    return locked


def _check_problem(problem: str) -> None:
    if len(problem) > _LONGEST_PROBLEM:
        raise InvalidField("problem", len(problem), f"must have at most {_LONGEST_PROBLEM} characters")


def _check_open(locked: _AtAgency, agency_id: str) -> None:
    if locked.confirmed_at is not None:
        raise AlreadyConfirmed(
            "The agency has confirmed this letter.",
            notice=name_of(locked.notice.id),
            agency=f"agencies/{agency_id}",
            confirmed_by=f"people/{locked.confirmed_by}",
            confirm_time=locked.confirmed_at.isoformat(),
        )
