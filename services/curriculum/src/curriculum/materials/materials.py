"""What people do with materials: bring them in, change and take them out, say who may train. One is one transaction."""

from dataclasses import asdict, replace
from typing import NamedTuple
from uuid import UUID, uuid4

from curriculum.courses.courses import Gatekeeper, give_with
from curriculum.courses.rules.pieces import Media
from curriculum.courses.tables import CourseRow
from curriculum.courses.uploads import MediaMissing, known_media
from curriculum.materials import records
from curriculum.materials.rules import materials as rules
from curriculum.materials.rules.materials import Material, TrainerRule
from curriculum.materials.tables import MaterialRow, TrainerRuleRow
from curriculum.works.records import trace_of
from curriculum.works.tables import TraceRow
from servicekit.data.db import Db
from servicekit.refusals import InvalidField, NotFound, Stale

_HELD = """
SELECT count(*)::int AS materials, coalesce(sum(length(said::text)), 0)::int AS letters
FROM material WHERE course_id = %(course)s
"""
_DIGESTS = "SELECT jsonb_object_agg(id, said_sha256) FROM material WHERE course_id = %(course)s"


class _Counted(NamedTuple):
    materials: int
    letters: int


def create(db: Db, course_id: str, material: Material, gatekeeper: Gatekeeper) -> MaterialRow:
    """Give the draft of a course another material."""
    course = _held(db, course_id)
    material = _whole(db, course_id, material)
    row = MaterialRow(id=uuid4(), course_id=course_id, said={}, said_sha256="", lacks=[], revision=0, changed_at=db.at)
    _write(db, row, material)
    _require_room(db, course_id)
    weigh(db, course, gatekeeper)
    db.changed(name_of(row), after=row.said)
    return row


def update(
    db: Db, course_id: str, material_id: UUID, material: Material, gatekeeper: Gatekeeper, *, etag: str
) -> MaterialRow:
    """Replace what is said of a material. Versions that have it keep it as it was."""
    course = _held(db, course_id)
    row = _read(db, course_id, material_id, etag, field="material.etag")
    before = row.said
    _write(db, row, _whole(db, course_id, material))
    _require_room(db, course_id)
    weigh(db, course, gatekeeper)
    db.changed(name_of(row), before=before, after=row.said)
    return row


def delete(db: Db, course_id: str, material_id: UUID, gatekeeper: Gatekeeper, *, etag: str) -> None:
    """Take a material out of the draft."""
    course = _held(db, course_id)
    row = _read(db, course_id, material_id, etag, field="etag")
    db.delete(row)
    weigh(db, course, gatekeeper)
    db.changed(name_of(row), before=row.said)


def update_rule(db: Db, course_id: str, rule: TrainerRule, gatekeeper: Gatekeeper, *, etag: str) -> TrainerRuleRow:
    """Say who may train with the next version, and what they show before."""
    rules.check_rule(rule)
    course = _held(db, course_id)
    row = db.get(TrainerRuleRow, course_id, populate_existing=True) or TrainerRuleRow(
        course_id=course_id, practice=[], credential="", revision=0
    )
    if etag != (str(row.revision) if row.revision else ""):
        raise Stale(f"courses/{course_id}/trainer-rule")
    before = asdict(records.rule_of(row))
    row.practice, row.credential, row.revision = list(rule.practice), rule.credential, row.revision + 1
    db.add(row)
    weigh(db, course, gatekeeper)
    db.changed(f"courses/{course_id}/trainer-rule", before=before, after=asdict(rule))
    return row


def weigh(db: Db, course: CourseRow, gatekeeper: Gatekeeper) -> None:
    """Let the content of a draft, which is held, be what it is with its materials as they are now."""
    db.flush()
    materials: dict[str, str] | None = db.value(_DIGESTS, course=course.id)
    rule = records.rule_of(db.get(TrainerRuleRow, course.id))
    give_with(db, course, rules.digest(materials or {}, rule), gatekeeper)


def name_of(row: MaterialRow) -> str:
    """Return the resource name of a material of a draft."""
    return f"courses/{row.course_id}/materials/{row.id}"


def _held(db: Db, course_id: str) -> CourseRow:
    """Return a course, of which nobody changes draft, trace or materials until commit."""
    row = db.get(CourseRow, course_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(f"courses/{course_id}")
    return row


def _read(db: Db, course_id: str, material_id: UUID, etag: str, *, field: str) -> MaterialRow:
    row = db.get(MaterialRow, material_id, populate_existing=True)
    if row is None or row.course_id != course_id:
        raise NotFound(f"courses/{course_id}/materials/{material_id}")
    if not etag:
        raise InvalidField(field, etag, "must be given: the etag of the material as it was read")
    if etag != str(row.revision):
        raise Stale(name_of(row))
    return row


def _whole(db: Db, course_id: str, material: Material) -> Material:
    """Return a material with what the store knows of its files."""
    rules.check(material, {one.id for one in trace_of(db.get(TraceRow, course_id)).objectives})
    named = {field: getattr(material, field) for field in ("file", "source") if getattr(material, field)}
    known = known_media(db, [one.sha256 for one in named.values()]) if named else {}
    found: dict[str, Media] = {}
    for field, one in named.items():
        if one.sha256 not in known:
            raise MediaMissing("A file is not in the store.", field=f"material.{field}", sha256=one.sha256)
        found[field] = known[one.sha256]
    material = replace(material, file=found.get("file"), source=found.get("source"))
    rules.check_files(material)
    return material


def _write(db: Db, row: MaterialRow, material: Material) -> None:
    row.said, row.said_sha256 = asdict(material), material.sha256
    row.lacks = [lack.value for lack in material.lacks()]
    row.revision, row.changed_at = row.revision + 1, db.at
    db.add(row)
    db.flush()


def _require_room(db: Db, course_id: str) -> None:
    """Refuse more than a course has, and more letters than a package is read with in one go."""
    found = db.one(_Counted, _HELD, course=course_id)
    if found.materials > rules.MOST:
        raise InvalidField("parent", f"courses/{course_id}", f"must have at most {rules.MOST} materials")
    if found.letters > rules.MOST_LETTERS:
        rule = f"must keep what is written of all materials within {rules.MOST_LETTERS} letters"
        raise InvalidField("material", found.letters, rule)
