"""What is said of a letter: that it came, that it asks something, and that something under it is due or late."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import NamedTuple
from uuid import UUID

from notification.inbox.readiness import DID_ALL
from notification.letters.queries import NOTICE_WITHOUT_BODY
from notification.letters.rows import name_of
from notification.letters.rules import parts
from notification.letters.rules.lifecycle import State
from notification.letters.tables import Notice
from notification.messages import ladders, ledger
from notification.messages.ledger import MAILING_LIST, Target, Wanted
from notification.messages.rules import ladder, urgent
from notification.messages.rules.kind import Kind
from notification.messages.rules.kinds import LETTER_ASKED, LETTER_ISSUED, LETTER_LISTED
from notification.messages.rules.ladder import COORDINATOR, STAFF, STATE, SUPERVISOR, Level, Of, Step
from notification.messages.rules.windows import Hours, Window
from servicekit.calendar import PACIFIC, end_of_day, pacific_date
from servicekit.data.db import Db

_LETTERS = f"SELECT {NOTICE_WITHOUT_BODY} FROM notice AS n WHERE n.state = 'PUBLISHED'"  # noqa: S608 - made of constants
_LETTER = f"{_LETTERS} AND n.id = %(notice)s"
# Agencies that got the letter and of which nobody was told so yet, with how many of their staff it asks something.
_UNTOLD_AGENCIES = """
SELECT d.agency_id, d.due_date, coalesce((
  SELECT sum(listed - on_leave) FROM readiness AS f WHERE f.notice_id = d.notice_id AND f.agency_id = d.agency_id
), 0)::int AS people
FROM delivery AS d JOIN agency USING (agency_id)
WHERE d.notice_id = %(notice)s AND d.version = %(version)s AND d.confirmed_at IS NULL
  AND (agency.end_date IS NULL OR agency.end_date > %(today)s)
  AND NOT EXISTS (
    SELECT FROM message_target AS t JOIN message AS m ON m.id = t.message_id
    WHERE m.about = %(about)s AND m.kind = %(kind)s AND t.scope = 'agencies/' || d.agency_id)
ORDER BY d.agency_id
"""
# Who is on the list of a letter `n`, is at work and has still something to do.
OPEN = f"""
SELECT r.person_id, r.due_date, place.agency_id, place.units
FROM recipient AS r JOIN notice AS n ON n.id = r.notice_id
JOIN audience_member AS place ON place.audience_id = n.audience_id AND place.person_id = r.person_id
WHERE r.notice_id = %(notice)s AND place.member AND NOT place.on_leave AND NOT r.excused AND NOT ({DID_ALL})
"""  # noqa: S608 - made of constants
_TO_STAFF = f"""
INSERT INTO message_to (message_id, person_id, scope, due_date, at, goes_at, state, changed_at)
SELECT %(message)s, person_id, '', nullif(min(due_date), %(due)s::date), %(at)s, %(goes_at)s, 'WANTED', %(at)s
FROM ({OPEN}) AS open
WHERE {{which}}
GROUP BY person_id ORDER BY person_id
"""  # noqa: S608 - made of constants
# Which messages those are is looked up once. Not as a double NOT, which the planner asks for each person by itself.
TOLD = """
EXISTS (
  SELECT FROM message_to AS t
  WHERE t.message_id = ANY(ARRAY(SELECT m.id FROM message AS m WHERE m.about = %(about)s AND m.kind = %(kind)s))
    AND t.person_id = open.person_id)
"""
_UNTOLD = f"NOT {TOLD}"
_DUES = """
SELECT DISTINCT due_date FROM readiness WHERE notice_id = %(notice)s AND agency_id = ''
"""
_AGENCY_DUES = """
SELECT DISTINCT due_date FROM delivery WHERE notice_id = %(notice)s AND version = %(version)s AND confirmed_at IS NULL
"""
_OPEN_BY_UNIT = f"""
SELECT agency_id, unit, count(DISTINCT person_id)::int AS people FROM ({OPEN}) AS open, unnest(units) AS unit
WHERE due_date = %(due)s GROUP BY agency_id, unit ORDER BY agency_id, unit
"""  # noqa: S608 - made of constants
_OPEN_BY_AGENCY = f"""
SELECT agency_id, '' AS unit, count(DISTINCT person_id)::int AS people FROM ({OPEN}) AS open
WHERE due_date = %(due)s GROUP BY agency_id ORDER BY agency_id
"""  # noqa: S608 - made of constants
_OPEN_IN_STATE = f"""
SELECT count(DISTINCT person_id)::int AS people, count(DISTINCT agency_id)::int AS agencies FROM ({OPEN}) AS open
WHERE greatest(due_date, %(state_due)s) = %(due)s
"""  # noqa: S608 - made of constants
_UNCONFIRMED = """
SELECT d.agency_id, '' AS unit, 1 AS people FROM delivery AS d JOIN agency USING (agency_id)
WHERE d.notice_id = %(notice)s AND d.version = %(version)s AND d.confirmed_at IS NULL AND d.due_date = %(due)s
  AND (agency.end_date IS NULL OR agency.end_date > %(today)s)
ORDER BY d.agency_id
"""
_SAID = "SELECT once FROM message WHERE once = ANY(%(once)s)"
# New news is old after so many business days.
_FRESH_BUSINESS_DAYS = 3


class _Untold(NamedTuple):
    agency_id: str
    due_date: date
    people: int


class _Late(NamedTuple):
    agency_id: str
    unit: str
    people: int


class _InState(NamedTuple):
    people: int
    agencies: int


def tell(db: Db, notice_id: UUID, hours: Hours, *, joined: bool) -> None:
    """Tell agencies and staff who are new under a letter.

    Those who *joined* later hear only of one that was told of when it was issued: older ones are nobody's news.
    """
    notice = db.maybe(Notice, _LETTER, notice=notice_id)
    if notice is None or notice.state != State.PUBLISHED:
        return
    base = f"{LETTER_ISSUED.name}/{notice_id}"
    if joined and not db.values(_SAID, once=[base]):
        return
    day = f"/{pacific_date(db.at)}" if joined else ""
    agencies = _tell_agencies(db, notice, hours, once=base + day)
    to_lists(db, notice, hours, agencies, once=f"{LETTER_LISTED.name}/{notice_id}{day}")
    _tell_staff(db, notice, hours, once=f"{LETTER_ASKED.name}/{notice_id}{day}")


def _tell_agencies(db: Db, notice: Notice, hours: Hours, *, once: str) -> list[str]:
    """Tell the agencies of which nobody was told yet, and return them."""
    known = {"notice": notice.id, "version": notice.version, "about": name_of(notice.id), "kind": LETTER_ISSUED.name}
    untold = db.all(_Untold, _UNTOLD_AGENCIES, **known, today=pacific_date(db.at))
    goes_at = hours.goes_at(LETTER_ISSUED.window, db.at, urgent=bool(notice.urgent_reason))
    targets = [
        Target(
            COORDINATOR,
            f"agencies/{one.agency_id}",
            {
                "agency": one.agency_id,
                "staff": str(one.people),
                "confirm_by": str(one.due_date),
                **_morning(notice, one.due_date),
            },
        )
        for one in untold
    ]
    # Without any, too: that it was told of says who comes later is to be told.
    ledger.want(db, wanted_of(notice, LETTER_ISSUED, once, goes_at, fresh(hours, goes_at), targets=targets))
    return [one.agency_id for one in untold]


def _tell_staff(db: Db, notice: Notice, hours: Hours, *, once: str) -> None:
    released = datetime.combine(notice.staff_release_date or pacific_date(db.at), time(0), PACIFIC)
    goes_at = hours.goes_at(LETTER_ASKED.window, max(db.at, released), urgent=bool(notice.urgent_reason))
    wanted = wanted_of(notice, LETTER_ASKED, once, goes_at, fresh(hours, goes_at))
    if (message_id := ledger.want(db, wanted)) is not None:
        known = {"about": name_of(notice.id), "kind": LETTER_ASKED.name}
        to_staff(db, message_id, notice, goes_at, _UNTOLD, **known)


def to_lists(
    db: Db, notice: Notice, hours: Hours, agencies: Iterable[str], *, once: str, facts: dict[str, str] | None = None
) -> None:
    """Have a letter mailed to the addresses on the lists of *agencies*.

    Nobody knows who reads a mailbox, so it is not told before all staff may see the letter.
    """
    released = datetime.combine(notice.staff_release_date or pacific_date(db.at), time(0), PACIFIC)
    goes_at = hours.goes_at(LETTER_LISTED.window, max(db.at, released), urgent=bool(notice.urgent_reason))
    targets = [Target(MAILING_LIST, f"agencies/{agency}", {}) for agency in agencies]
    if targets:
        until = fresh(hours, goes_at)
        ledger.want(db, wanted_of(notice, LETTER_LISTED, once, goes_at, until, facts=facts, targets=targets))


def open_letters(db: Db) -> list[Notice]:
    """Return the letters that are out, without their bodies."""
    return db.all(Notice, _LETTERS)


def steps(db: Db, notice: Notice, hours: Hours, today: date, known: Mapping[str, Level]) -> list[Step]:
    """Return the rungs of a letter that are reached and of which nothing was said yet; *known* is said of ladders."""
    own = ladders.of_letter(known, notice.id, notice.series)
    staff = db.values(_DUES, notice=notice.id)
    if notice.due_date is not None and any(due < notice.due_date for due in staff):
        staff = sorted({*staff, notice.due_date})
    agencies = db.values(_AGENCY_DUES, notice=notice.id, version=notice.version)
    reached = list(ladder.reached(own.of(Of.WORK), hours.calendar, staff, today, own.changed_on))
    if notice.urgent_reason and notice.published_at is not None:
        reached += urgent.reached(hours.calendar, agencies, notice.published_at, db.at)
    else:
        reached += ladder.reached(own.of(Of.CONFIRMATION), hours.calendar, agencies, today, own.changed_on)
    once = {step: _once(notice.id, step) for step in reached}
    said = set(db.values(_SAID, once=list(once.values()))) if once else set()
    return [step for step in reached if once[step] not in said]


def climb(db: Db, notice: Notice, step: Step, hours: Hours) -> None:
    """Say what a rung says to those whom it concerns; that it was reached is on record also where it is nobody."""
    if step.hour:
        goes_at = hours.goes_at(Window.NOW, db.at, urgent=True)
    else:
        goes_at = hours.goes_at(step.rung.kind.window, max(db.at, datetime.combine(step.day, time(0), PACIFIC)))
    fresh_until, kind = end_of_day(step.fresh_through), step.rung.kind
    once, due = _once(notice.id, step), {"due": str(step.due), **_morning(notice, step.due)}
    if step.rung.whom == STAFF:
        wanted = wanted_of(notice, kind, once, goes_at, fresh_until, facts=due)
        if (message_id := ledger.want(db, wanted)) is not None:
            to_staff(db, message_id, notice, goes_at, "due_date = %(due_on)s", due_on=step.due)
        return
    targets = list(_targets(db, notice, step))
    ledger.want(db, wanted_of(notice, kind, once, goes_at, fresh_until, facts=due, targets=targets))


def _targets(db: Db, notice: Notice, step: Step) -> Iterable[Target]:
    values = {"notice": notice.id, "due": step.due}
    of_agencies, whom = step.rung.of is Of.CONFIRMATION, step.rung.whom
    confirm = {"version": notice.version, "today": pacific_date(db.at)}
    if whom == STATE:
        if of_agencies:
            waiting = db.all(_Late, _UNCONFIRMED, **values, **confirm)
            counts = _InState(len(waiting), len(waiting))
        else:
            # The state waits until its own day, also where an agency's is earlier.
            counts = db.one(_InState, _OPEN_IN_STATE, **values, state_due=notice.due_date)
        if counts.people:
            yield Target(whom, "state", {"people": str(counts.people), "agencies": str(counts.agencies)})
        return
    if of_agencies:
        late = db.all(_Late, _UNCONFIRMED, **values, **confirm)
    else:
        late = db.all(_Late, _OPEN_BY_UNIT if whom == SUPERVISOR else _OPEN_BY_AGENCY, **values)
    for one in late:
        scope = f"agencies/{one.agency_id}/units/{one.unit}" if one.unit else f"agencies/{one.agency_id}"
        facts = {"agency": one.agency_id, "people": str(one.people)}
        yield Target(whom, scope, {**facts, **({"unit": one.unit} if one.unit else {}), "confirm_by": str(step.due)})


def to_staff(db: Db, message_id: UUID, notice: Notice, goes_at: datetime, which: str, **values: object) -> None:
    """Say a message to those under a letter who have still something to do; *which* is a condition on them."""
    db.run(
        _TO_STAFF.format(which=which),
        message=message_id,
        notice=notice.id,
        due=notice.due_date,
        at=db.at,
        goes_at=goes_at,
        **values,
    )


def wanted_of(
    notice: Notice,
    kind: Kind,
    once: str,
    goes_at: datetime,
    fresh_until: datetime,
    *,
    facts: dict[str, str] | None = None,
    targets: Sequence[Target] = (),
    people: Sequence[UUID] = (),
    sender_id: UUID | None = None,
) -> Wanted:
    """Return what is wanted said of a letter, with what every kind of it says."""
    said = {
        "letter": _called(notice),
        "change": notice.change,
        "effective": str(notice.effective_date),
        "due": str(notice.due_date),
        **({"later": parts.said(notice.section_dates)} if notice.section_dates else {}),
        **({"urgent": "yes"} if notice.urgent_reason else {}),
        **(facts or {}),
    }
    return Wanted(
        once=once,
        kind=kind,
        about=name_of(notice.id),
        facts=said,
        goes_at=goes_at,
        notice_id=notice.id,
        urgent=bool(notice.urgent_reason),
        fresh_until=fresh_until,
        targets=targets,
        people=people,
        sender_id=sender_id,
    )


def fresh(hours: Hours, goes_at: datetime) -> datetime:
    """Return until when news that goes at a moment is news."""
    return end_of_day(hours.calendar.add(pacific_date(goes_at), _FRESH_BUSINESS_DAYS))


def _called(notice: Notice) -> str:
    number = f"{notice.series} {notice.number or notice.amended_number}"
    return f"{'Amendment of ' if notice.amends else ''}{number}: {notice.subject}".strip()


def _once(notice_id: UUID, step: Step) -> str:
    return f"{step.rung.kind.name}/{notice_id}/{step.due}/{step.hour or step.rung.business_days}/{step.rung.whom}"


def _morning(notice: Notice, due: date) -> dict[str, str]:
    """Return the fact that an urgent letter is to be confirmed in the morning: it was issued after hours."""
    late = notice.urgent_reason and notice.published_at and due > pacific_date(notice.published_at)
    return {"morning": "yes"} if late else {}
