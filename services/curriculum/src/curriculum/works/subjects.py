"""Works as bodies vote on them, and courses as far as their works have something to say."""

from collections.abc import Sequence
from dataclasses import replace

from curriculum.governance.subjects import Subject
from curriculum.works import moving, sheets
from curriculum.works.office import Office
from curriculum.works.rules import gates
from curriculum.works.rules.gates import Need
from curriculum.works.rules.phases import Phase
from curriculum.works.sheets import Sheet
from servicekit import names
from servicekit.data.db import Db

# Courses, and their reviews, say these themselves.
_SAID_BELOW = frozenset(
    {
        Need.COURSE_NAMED,
        Need.COURSE_COMPLETE,
        Need.MATERIALS_ACCESSIBLE,
        Need.CREDITS_COMPLETE,
        Need.NO_OPEN_MUST,
        Need.SECOND_LOOKS_DONE,
    }
)


def works(office: Office) -> Subject:
    """Return works: what is decided on is what the gate of their phase asks for."""

    def sheet(db: Db, name: str) -> Sheet:
        row = moving.hold(db, work_id(name, field="subject"))
        return sheets.sheets(db, [row], office)[0]

    def digest(db: Db, name: str) -> str:
        subject, found = sheet(db, name).to_decide()
        # In another phase no vote on the work decides anything.
        return found if subject == name else gates.digest({"work": name, "gate": ""})

    def open_lines(db: Db, name: str) -> Sequence[str]:
        found = sheet(db, name)
        if found.to_decide()[0] != name:
            return ["in its phase the work itself is not voted on"]
        if found.at_once:
            return []
        return gates.said(gates.missing(found.lines(found.phase), but=gates.OF_DECIDING))

    return Subject("works", digest, open_lines)


def guarded(office: Office, courses: Subject) -> Subject:
    """Return courses: one that belongs to a work under way is voted on when the work is ready for it."""

    def open_lines(db: Db, name: str) -> Sequence[str]:
        lines = [*courses.open_lines(db, name)]
        rows = moving.open_works(db, names.slug_in("courses/{course}", name, field="subject"))
        for found in sheets.sheets(db, rows, office):
            lines += _lines(found)
        return lines

    return replace(courses, open_lines=open_lines)


def _lines(sheet: Sheet) -> list[str]:
    if Phase.DEVELOP in sheet.gates:
        return []
    if sheet.phase is not Phase.DEVELOP:
        return [f"the gates of {sheet.name} before this one"]
    return gates.said(gates.missing(sheet.lines(Phase.DEVELOP), but=gates.OF_DECIDING | _SAID_BELOW))


def work_id(name: str, *, field: str = "name") -> str:
    """Read `works/{yy-nn}`."""
    return names.slug_in("works/{work}", name, field=field)
