"""Where a learner stopped reading, so that they go on there. It counts for nothing, and nobody else sees it."""

from typing import NamedTuple
from uuid import UUID

from enrollment.assignments import queries
from enrollment.requirements.visibility import Learner
from servicekit.data.db import Db
from servicekit.refusals import InvalidField

# More than a section of the longest text has paragraphs.
_MOST_BLOCKS = 10_000


class _Place(NamedTuple):
    section: int
    block: int


def keep(db: Db, learner: Learner, requirement_id: UUID, *, section: int, block: int) -> None:
    """Keep the place instead of the one before."""
    assignment = queries.get_assignment(db, learner, requirement_id)
    if not 1 <= section <= assignment.progress.section_count:
        raise InvalidField("place.section", section, "must be one of the course")
    if not 0 <= block <= _MOST_BLOCKS:
        raise InvalidField("place.block", block, f"must be from 0 to {_MOST_BLOCKS}")
    db.run(
        """
        INSERT INTO reading_place (requirement_id, person_id, section, block, kept_at)
        VALUES (%(requirement)s, %(person)s, %(section)s, %(block)s, %(at)s)
        ON CONFLICT (requirement_id, person_id)
        DO UPDATE SET section = excluded.section, block = excluded.block, kept_at = excluded.kept_at
        """,
        requirement=requirement_id,
        person=learner.person_id,
        section=section,
        block=block,
        at=db.at,
    )
    db.changed(f"requirements/{requirement_id}/assignments/{learner.person_id}")


def find(db: Db, learner: Learner, requirement_id: UUID) -> tuple[int, int]:
    """Return section and block of the place that is kept; section 0 if none is."""
    found = db.maybe(
        _Place,
        "SELECT section, block FROM reading_place WHERE requirement_id = %(requirement)s AND person_id = %(person)s",
        requirement=requirement_id,
        person=learner.person_id,
    )
    return found or (0, 0)
