"""Going through gates: by the decision of a body, by people who confirm something small, by a chair at once."""

from uuid import UUID

from curriculum.governance import decisions, parts
from curriculum.governance.rules.bodies import DecisionClass
from curriculum.governance.rules.saying import DigestChanged, check_text
from curriculum.governance.sheets import CHAIRS
from curriculum.governance.tables import DecisionRow
from curriculum.works import moving, records, telling
from curriculum.works.office import Office
from curriculum.works.rules import gates
from curriculum.works.rules.gates import REVIEWERS
from curriculum.works.rules.phases import (
    DecisionUnfit,
    GateLinesMissing,
    NotToConfirm,
    Phase,
    PhaseOther,
    Role,
    Status,
    Step,
)
from curriculum.works.rules.writing import MOST_REASON
from curriculum.works.sheets import Sheet
from curriculum.works.tables import WorkConfirmationRow, WorkGateRow, WorkRow
from servicekit import closed_days
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.refusals import InvalidField, NotFound

_BUSINESS_DAYS_TO_RATIFY = 10


def pass_gate(
    db: Db, work_id: str, phase: Phase, decision: UUID | None, office: Office, *, manages: bool, by: UUID
) -> WorkRow:
    """Go through the gate of the phase that a work is in. *manages*: the caller may say that it is delivered."""
    row = moving.hold(db, work_id)
    moving.require_under_way(row)
    if row.phase != phase:
        raise PhaseOther("The work is in another phase.", work=records.name_of(work_id), phase=row.phase, asked=phase)
    sheet = moving.sheet_of(db, row, office)
    _require_lines(sheet, phase, named=decision is not None)
    if phase is Phase.DELIVER:
        if not manages:
            raise DecisionUnfit("Who manages training says that it is delivered.", work=sheet.name, rule="MANAGER")
        decided = None
    elif sheet.small and phase is Phase.DEVELOP:
        decided = _as_confirmed(db, sheet)
    else:
        decided = _named(sheet, phase, decision)
    _passed(db, sheet, phase, decided, by=by)
    what = f"decisions/{decided.id}" if decided else ""
    moving.done(db, row, office, Step.GATE_PASSED, by=by, what=what)
    db.changed(sheet.name, before={"phase": phase}, after={"phase": row.phase, "decision": what})
    return row


def confirm(db: Db, work_id: str, digest: str, office: Office, *, writes: bool, by: UUID) -> WorkRow:
    """Say yes to something small, as another person than who wrote it. *writes*: the caller may write works."""
    row = moving.hold(db, work_id)
    moving.require_under_way(row)
    sheet = moving.sheet_of(db, row, office)
    role = role_of(db, sheet, by, writes=writes)
    _require_digest(sheet, digest)
    if lines := gates.missing(sheet.lines(Phase.DEVELOP), but=gates.OF_DECIDING):
        raise _missing(sheet, Phase.DEVELOP, [one.need for one in lines])
    db.add(WorkConfirmationRow(work_id=row.id, digest=digest, person_id=by, role=role, confirmed_at=db.at))
    moving.done(db, row, office, Step.CONFIRMED, by=by, what=role)
    db.changed(sheet.name, after={"confirmed": digest, "role": role})
    return row


def decide_at_once(db: Db, work_id: str, digest: str, reason: str, office: Office, *, by: UUID) -> WorkRow:
    """Decide alone, as the chair of the body that decides on content: it cannot wait. The body ratifies it later."""
    row = moving.hold(db, work_id)
    moving.require_under_way(row)
    sheet = moving.sheet_of(db, row, office)
    if not may_decide_at_once(db, sheet, by):
        raise NotFound(sheet.name)
    check_text("reason", reason, most=MOST_REASON, given=True)
    _require_digest(sheet, digest)
    if by in moving.writers(db, row):
        raise NotToConfirm("Who wrote it does not decide on it.", work=sheet.name, rule="WROTE_IT")
    if lines := gates.missing(sheet.lines(Phase.DEVELOP), but=gates.OF_DECIDING):
        raise _missing(sheet, Phase.DEVELOP, [one.need for one in lines])
    decided = decisions.by_chair(
        db,
        body=office.content_body,
        subject=records.course_name(row),
        digest=digest,
        decision_class=sheet.work_class,
        motion=reason,
        decider=f"people/{by}",
    )
    today = pacific_date(db.at)
    until = closed_days.known(db).as_far_as_known().add(today, _BUSINESS_DAYS_TO_RATIFY)
    row.at_once_id, row.ratify_by = decided.id, until
    _passed(db, sheet, Phase.DEVELOP, decided, by=by)
    what = f"decisions/{decided.id}"
    moving.done(db, row, office, Step.DECIDED_AT_ONCE, by=by, reason=reason, what=what)
    telling.to_ratify(db, row, office.content_body, until)
    db.changed(sheet.name, after={"phase": row.phase, "decision": what}, reason=reason)
    return row


def role_of(db: Db, sheet: Sheet, person: UUID, *, writes: bool) -> Role:
    """Return as what somebody may say yes to a work now; raises `NotToConfirm`."""
    if not sheet.small or sheet.phase is not Phase.DEVELOP or sheet.draft is None:
        raise NotToConfirm("Nothing of it is confirmed so now.", work=sheet.name, rule="NOT_SMALL")
    if person in moving.writers(db, sheet.row):
        raise NotToConfirm("Who wrote it does not confirm it.", work=sheet.name, rule="WROTE_IT")
    said = [*sheet.confirmed(Role.REVIEWER), *sheet.confirmed(Role.APPROVER), *sheet.confirmed(Role.SECOND_PERSON)]
    if any(one.person_id == person for one in said):
        raise NotToConfirm("They said yes already.", work=sheet.name, rule="SAID_ALREADY")
    sits = bool(parts.of(db, person, {sheet.office.content_body}))
    # Whoever has it in hand was asked to look at it.
    role = _role(sheet, sits=sits, looks=sits or writes or sheet.row.holder == f"people/{person}", writes=writes)
    if role is None:
        raise NotToConfirm("They have no part in it now.", work=sheet.name, rule="NO_PART")
    return role


def may_decide_at_once(db: Db, sheet: Sheet, person: UUID) -> bool:
    """Whether somebody is the chair whose decision an emergency waits for."""
    waits = sheet.row.emergency and sheet.phase is Phase.DEVELOP
    held = parts.of(db, person, {sheet.office.content_body}) if waits else ()
    return any(part.part in CHAIRS for part in held)


def _role(sheet: Sheet, *, sits: bool, looks: bool, writes: bool) -> Role | None:
    if sheet.work_class is DecisionClass.EDITORIAL:
        free = not sheet.confirmed(Role.SECOND_PERSON)
        return Role.SECOND_PERSON if free and looks else None
    reviewers = len(sheet.confirmed(Role.REVIEWER))
    if reviewers < REVIEWERS:
        return Role.REVIEWER if sits else None
    return Role.APPROVER if writes and not sheet.confirmed(Role.APPROVER) else None


def _require_digest(sheet: Sheet, digest: str) -> None:
    if sheet.draft is None or digest != sheet.draft.digest:
        raise DigestChanged("It is not what was read.", field="digest", subject=records.course_name(sheet.row))


def _require_lines(sheet: Sheet, phase: Phase, *, named: bool) -> None:
    """Refuse as long as something is missing; the decision that is named is looked at by itself."""
    lines = gates.missing(sheet.lines(phase))
    if named and not sheet.small:
        lines = [one for one in lines if one.need is not gates.Need.DECIDED]
    if lines:
        raise _missing(sheet, phase, [one.need for one in lines])


def _missing(sheet: Sheet, phase: Phase, needs: list[gates.Need]) -> GateLinesMissing:
    return GateLinesMissing(
        "The gate asks for more.", work=sheet.name, phase=phase, lines=";".join(needs), count=len(needs)
    )


def _named(sheet: Sheet, phase: Phase, decision: UUID | None) -> DecisionRow:
    if phase is Phase.DEVELOP and sheet.at_once is not None:
        return sheet.at_once
    if decision is None:
        raise InvalidField("decision", "", "must name the decision of the body")
    found = next((one for one in sheet.decisions if one.id == decision), None)
    rule = "DIGEST" if found is None else sheet.fits(found, phase)
    if rule or found is None:
        body = f"bodies/{sheet.office.body_of(phase)}"
        raise DecisionUnfit(
            "It is another decision that the gate asks for.",
            field="decision",
            work=sheet.name,
            decision=f"decisions/{decision}",
            rule=rule,
            body=body,
        )
    return found


def _as_confirmed(db: Db, sheet: Sheet) -> DecisionRow:
    """Write down what people said yes to, by the last of them."""
    last = (sheet.confirmed(Role.APPROVER) or sheet.confirmed(Role.SECOND_PERSON))[-1]
    return decisions.by_approver(
        db,
        subject=records.course_name(sheet.row),
        digest=last.digest,
        decision_class=sheet.work_class,
        motion=sheet.row.title[:1000],
        decider=f"people/{last.person_id}",
    )


def _passed(db: Db, sheet: Sheet, phase: Phase, decided: DecisionRow | None, *, by: UUID) -> None:
    db.add(
        WorkGateRow(
            work_id=sheet.row.id,
            phase=phase,
            passer_id=by,
            passed_at=db.at,
            decision_id=decided.id if decided else None,
            digest=decided.digest if decided else "",
        )
    )
    sheet.row.status, sheet.row.status_reason = Status.IN_PROGRESS, ""
    moving.weigh(db, sheet.row)
