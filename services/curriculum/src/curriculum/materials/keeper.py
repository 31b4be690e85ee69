"""What materials have to say where a course is saved and published: a version keeps what it is given with."""

from curriculum.courses.courses import Gatekeeper
from curriculum.courses.rules.courses import CourseIncomplete
from curriculum.courses.tables import CourseRow, CourseVersionRow
from curriculum.governance.rules.bodies import DecisionClass
from curriculum.governance.tables import DecisionRow
from curriculum.materials import queries, records
from curriculum.materials.subjects import lines
from curriculum.materials.tables import GivenVersionRow, TrainerRuleRow
from servicekit.data.db import Db

_PIN = """
INSERT INTO material_version (course_id, version, material_id, said, said_sha256)
SELECT course_id, %(version)s, id, said, said_sha256 FROM material WHERE course_id = %(course)s
"""


class Keeper:
    """Stands where courses ask (`courses.courses.Gatekeeper`), before whoever else has a say."""

    def __init__(self, beyond: Gatekeeper) -> None:
        self._beyond = beyond

    def saved(self, db: Db, course: CourseRow) -> None:
        """Pass on that a draft was saved."""
        self._beyond.saved(db, course)

    def decision(self, db: Db, course: CourseRow, digest: str) -> DecisionRow | None:
        """Refuse a course with a material that lacks something; what it goes out on, others say."""
        if lacks := lines(db, course.id):
            raise CourseIncomplete(
                "The course is not complete.", course=f"courses/{course.id}", missing="; ".join(lacks)
            )
        return self._beyond.decision(db, course, digest)

    def weight(self, db: Db, course: CourseRow) -> DecisionClass:
        """Pass on how much a draft changes."""
        return self._beyond.weight(db, course)

    def published(self, db: Db, course: CourseRow, version: CourseVersionRow, publisher: str) -> None:
        """Keep with a version what it is given with, and who may train with it."""
        db.flush()
        rule = records.rule_of(db.get(TrainerRuleRow, course.id))
        pinned = GivenVersionRow(
            course_id=course.id,
            version=version.version,
            modes=queries.modes_of(db, course.id),
            practice=list(rule.practice),
            credential=rule.credential,
        )
        db.add(pinned)
        db.flush()
        db.run(_PIN, course=course.id, version=version.version)
        self._beyond.published(db, course, version, publisher)
