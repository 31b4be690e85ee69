"""What the curriculum can rebuild: the copies that others keep of its published versions."""

from datetime import datetime

from sqlmodel import col, select

from curriculum.courses import events
from curriculum.courses.records import content_of_version
from curriculum.courses.tables import CourseVersionRow
from servicekit.background.jobs import Progress, Projection
from servicekit.data.db import Database
from servicekit.data.outbox import emit


def tell_versions(database: Database, now: datetime, progress: Progress) -> None:
    """The copies of published versions that other services keep: every version is told again."""
    progress.expect(1)
    with database.transaction(
        actor="services/curriculum", method="projections/version-copies", resource="courses/-", at=now
    ) as db:
        rows = db.exec(
            select(CourseVersionRow).order_by(col(CourseVersionRow.course_id), col(CourseVersionRow.version))
        ).all()
        for row in rows:
            emit(db, events.course_version_published(row.course_id, row.version, content_of_version(row)))
        db.changed("courses/-", after={"told": len(rows)})
    progress.step()


PROJECTIONS = (Projection("version-copies", tell_versions),)
