"""Works as they are read whole: with course, trace, gates, who said yes, and what is decided."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from sqlmodel import col, select

from curriculum.courses.tables import CourseRow
from curriculum.governance.decisions import Way
from curriculum.governance.rules.bodies import DecisionClass
from curriculum.governance.tables import DecisionRow
from curriculum.works import records
from curriculum.works.office import Office
from curriculum.works.rules import classes, coverage, gates, phases
from curriculum.works.rules.gates import Draft, Line, Materials, Reviewed, Standing
from curriculum.works.rules.phases import Phase, Role
from curriculum.works.rules.trace import Trace
from curriculum.works.rules.writing import Written
from curriculum.works.tables import TraceRow, WorkConfirmationRow, WorkGateRow, WorkRow
from servicekit.data.db import Db

_TRACES = "SELECT * FROM trace WHERE course_id = ANY(%(courses)s)"
_GATES = "SELECT * FROM work_gate WHERE work_id = ANY(%(works)s)"
_CONFIRMED = """
SELECT * FROM work_confirmation WHERE work_id = ANY(%(works)s) ORDER BY work_id, confirmed_at, person_id
"""
_DECISIONS = """
SELECT d.* FROM decision AS d
JOIN unnest(%(subjects)s::text[], %(digests)s::text[]) AS asked (subject, digest)
  ON (d.subject, d.digest) = (asked.subject, asked.digest)
WHERE NOT EXISTS (SELECT FROM decision AS later WHERE later.corrects = d.id)
UNION
SELECT d.* FROM decision AS d WHERE d.id = ANY(%(at_once)s)
"""
# Content that a body decides on, beside that of its course.
_OF_THE_WORK = (Phase.DIAGNOSE, Phase.DESIGN, Phase.DETERMINE)


@dataclass
class Sheet:
    """A work, whole."""

    row: WorkRow
    course: CourseRow | None
    trace: Trace
    gates: dict[Phase, WorkGateRow]
    confirmations: Sequence[WorkConfirmationRow]
    reviewed: Reviewed | None
    office: Office
    # What its course is given with; None = nothing.
    materials: Materials | None = None
    # On what stands here now, and what the chair decided at once.
    decisions: Sequence[DecisionRow] = ()

    @property
    def name(self) -> str:
        """Its resource name."""
        return records.name_of(self.row.id)

    @property
    def phase(self) -> Phase:
        """Where it is."""
        return Phase(self.row.phase)

    @cached_property
    def work_class(self) -> DecisionClass:
        """The class that counts."""
        return records.class_of(self.row)

    @cached_property
    def written(self) -> Written:
        """What people wrote."""
        return records.written_of(self.row.written)

    @cached_property
    def draft(self) -> Draft | None:
        """What gates ask of the draft of its course."""
        return records.draft_of(self.course) if self.course else None

    @property
    def small(self) -> bool:
        """Whether people confirm it, and no body decides."""
        return self.work_class is not DecisionClass.MAJOR and not self.row.emergency

    @cached_property
    def at_once(self) -> DecisionRow | None:
        """What the chair decided at once."""
        return next((one for one in self.decisions if one.id == self.row.at_once_id), None)

    @property
    def ratified(self) -> bool:
        """Whether the body decided what its chair did at once."""
        chair = self.at_once
        if chair is None:
            return False
        asked = [self._ratifying(chair.subject, chair.digest), (chair.subject, chair.digest)]
        return any(
            one.way == Way.BALLOT and one.body_id == chair.body_id and (one.subject, one.digest) in asked
            for one in self.decisions
        )

    def subject(self, phase: Phase) -> tuple[str, str]:
        """Return what is decided on at the gate of a phase, and its digest; nothing where a person decides."""
        if phase in _OF_THE_WORK:
            return self.name, gates.digest(gates.asked(phase, self.name, self.written, self.trace))
        if phase is Phase.DEVELOP and self.draft:
            return records.course_name(self.row), self.draft.digest
        return "", ""

    def to_decide(self) -> tuple[str, str]:
        """Return what a body, or somebody, has to decide on now, and its digest."""
        if self.at_once and not self.ratified:
            return self._ratifying(self.at_once.subject, self.at_once.digest)
        return self.subject(self.phase)

    def fits(self, one: DecisionRow, phase: Phase) -> str:
        """Return why a decision is not what the gate of *phase* asks for; '' if it is."""
        if one.way != Way.BALLOT or one.body_id != self.office.body_of(phase):
            return "BODY"
        if (one.subject, one.digest) != self.subject(phase):
            return "DIGEST"
        if classes.weighs_less(DecisionClass(one.decision_class), self.work_class):
            return "CLASS"
        return ""

    def lines(self, phase: Phase) -> tuple[Line, ...]:
        """Return what a gate asks for, and how it stands."""
        return gates.lines(phase, self.standing)

    def confirmed(self, role: Role) -> list[WorkConfirmationRow]:
        """Return who said yes, in a role, to the content that there is now."""
        digest = self.draft.digest if self.draft else ""
        return [one for one in self.confirmations if one.role == role and one.digest == digest]

    @cached_property
    def standing(self) -> Standing:
        """What is known of it when its gates are looked at."""
        return Standing(
            work_class=self.work_class,
            emergency=self.row.emergency,
            written=self.written,
            trace=self.trace,
            draft=self.draft,
            reviewed=self.reviewed,
            materials=self.materials,
            uncovered=self._uncovered(),
            decided=frozenset(phase for phase in phases.GATES if self._is_decided(phase)),
            reviewers=len(self.confirmed(Role.REVIEWER)),
            second_person=bool(self.confirmed(Role.SECOND_PERSON)),
            published=self.row.published_version is not None,
            ratified=self.ratified if self.row.at_once_id else None,
            design_kept=self._kept(Phase.DESIGN),
            content_kept=self._kept(Phase.DEVELOP),
        )

    def _uncovered(self) -> int | None:
        """Return how many objectives nothing teaches in a way that the design chose; None where that is not asked."""
        modes = [one.mode for one in self.written.modes]
        if not coverage.is_asked(modes, given=self.materials is not None):
            return None
        titles = {section["title"] for section in self.course.sections} if self.course else ()
        taught = self.materials.taught if self.materials else ()
        return coverage.gap_count(self.trace.objectives, modes, taught, titles)

    def _is_decided(self, phase: Phase) -> bool:
        if phase is Phase.DEVELOP and self.row.emergency:
            return self.at_once is not None
        if phase is Phase.DEVELOP and self.small:
            return bool(self.confirmed(Role.APPROVER))
        return any(not self.fits(one, phase) for one in self.decisions)

    def _kept(self, phase: Phase) -> bool | None:
        """Whether what was decided on at a gate is still so; None = it was not passed."""
        passed = self.gates.get(phase)
        return None if passed is None else passed.digest == self.subject(phase)[1]

    def _ratifying(self, subject: str, digest: str) -> tuple[str, str]:
        content = {"work": self.name, "gate": "RATIFY", "subject": subject, "digest": digest}
        return self.name, gates.digest(content)


def sheets(db: Db, rows: Sequence[WorkRow], office: Office) -> list[Sheet]:
    """Return works whole, in a handful of statements however many they are."""
    ids = [row.id for row in rows]
    slugs = sorted({row.course_id for row in rows if row.course_id})
    drafts = db.exec(select(CourseRow).where(col(CourseRow.id).in_(slugs))).all() if slugs else ()
    courses = {one.id: one for one in drafts}
    traces = {one.course_id: one for one in db.all(TraceRow, _TRACES, courses=slugs)} if slugs else {}
    passed = defaultdict[str, dict[Phase, WorkGateRow]](dict)
    for gate in db.all(WorkGateRow, _GATES, works=ids):
        passed[gate.work_id][Phase(gate.phase)] = gate
    confirmed = defaultdict[str, list[WorkConfirmationRow]](list)
    for one in db.all(WorkConfirmationRow, _CONFIRMED, works=ids):
        confirmed[one.work_id].append(one)
    reviewed, given = office.reviews(db, slugs), office.materials(db, slugs)
    found = [
        Sheet(
            row,
            courses.get(row.course_id or ""),
            records.trace_of(traces.get(row.course_id or "")),
            passed[row.id],
            confirmed[row.id],
            reviewed.get(row.course_id or ""),
            office,
            given.get(row.course_id or ""),
        )
        for row in rows
    ]
    _with_decisions(db, found)
    return found


def _with_decisions(db: Db, found: Sequence[Sheet]) -> None:
    """Give each what was decided on what it holds now."""
    at_once = [sheet.row.at_once_id for sheet in found if sheet.row.at_once_id]
    chairs = _decisions(db, [], at_once) if at_once else {}
    for sheet in found:
        sheet.decisions = [one for one in chairs.values() if one.id == sheet.row.at_once_id]
    asked = {sheet.name: _asked(sheet) for sheet in found}
    known = _decisions(db, [pair for pairs in asked.values() for pair in pairs], [])
    for sheet in found:
        mine = asked[sheet.name]
        sheet.decisions = [*sheet.decisions, *(one for one in known.values() if (one.subject, one.digest) in mine)]


def _asked(sheet: Sheet) -> set[tuple[str, str]]:
    pairs = {sheet.subject(phase) for phase in phases.GATES} - {("", "")}
    chair = sheet.at_once
    return pairs | ({sheet.to_decide(), (chair.subject, chair.digest)} if chair else set())


def _decisions(db: Db, pairs: Sequence[tuple[str, str]], ids: Sequence[UUID]) -> dict[UUID, DecisionRow]:
    subjects, digests = [subject for subject, _ in pairs], [digest for _, digest in pairs]
    found = db.all(DecisionRow, _DECISIONS, subjects=subjects, digests=digests, at_once=list(ids))
    return {one.id: one for one in found}
