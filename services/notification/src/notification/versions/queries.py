"""Versions of a letter as they are read, by those who see the letter."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from notification.attachments import attachments
from notification.letters.rows import letter_of, name_of
from notification.letters.rules.letter import canonical
from notification.letters.tables import Notice
from notification.versions.rules.changes import FieldChange, between, said
from servicekit.data.db import Db
from servicekit.refusals import NotFound

_COLUMNS = """
v.notice_id, v.version, v.change, v.what_changed, v.text_sha256, v.published_at, v.files_of,
  coalesce(v.author_id, n.author_id) AS author_id, coalesce(v.approver_id, n.approver_id) AS approver_id
"""
_VERSIONS = f"""
SELECT {_COLUMNS}, {{canonical}} AS canonical
FROM notice_version AS v JOIN notice AS n ON n.id = v.notice_id
WHERE v.notice_id = %(notice)s {{which}} ORDER BY v.version DESC
"""  # noqa: S608 - made of constants
_SIGNED = """
SELECT coalesce(max(version), 0) FROM acknowledgement
WHERE notice_id = %(notice)s AND person_id = %(person)s AND kind = %(kind)s AND agency_id = ''
"""
# By those who confirmed it there: of what carries over, the version that they saw.
_CONFIRMED = """
SELECT coalesce(max(a.version), 0) FROM delivery AS d JOIN acknowledgement AS a
  ON (a.notice_id, a.person_id, a.kind, a.agency_id) = (d.notice_id, d.confirmed_by, 'AGENCY', d.agency_id)
WHERE d.notice_id = %(notice)s AND d.agency_id = %(agency)s
"""
_AMENDMENT = "SELECT id FROM notice WHERE amends = %(notice)s AND state IN ('DRAFT', 'IN_APPROVAL', 'SCHEDULED')"


class Version(NamedTuple):
    """A version of a letter; *canonical* is its text where it is asked for."""

    notice_id: UUID
    version: int
    change: str
    what_changed: str
    text_sha256: str
    published_at: datetime
    files_of: UUID | None
    author_id: UUID
    approver_id: UUID
    canonical: str


def versions(db: Db, notice_id: UUID) -> list[Version]:
    """Return the versions of a letter, the newest first, without their texts."""
    return db.all(Version, _VERSIONS.format(canonical="''", which=""), notice=notice_id)


def version(db: Db, notice_id: UUID, number: int) -> Version:
    """Return a version of a letter, with its text."""
    sql = _VERSIONS.format(canonical="v.canonical", which="AND v.version = %(version)s")
    found = db.maybe(Version, sql, notice=notice_id, version=number)
    if found is None:
        raise NotFound(f"{name_of(notice_id)}/versions/{number}")
    return found


def amended(db: Db, amendment: Notice) -> list[FieldChange]:
    """Return what an *amendment*, as it is now, changes of its letter."""
    assert amendment.amends is not None  # noqa: S101 - it is an amendment
    now = letter_in_force(db, amendment.amends)
    text = canonical(letter_of(amendment), attachments.said_of(db, amendment))
    return between(said(now.canonical), said(text), amendment.substantive)


def letter_in_force(db: Db, notice_id: UUID) -> Version:
    """Return the newest version of a letter, with its text."""
    which = "AND v.version = n.version"
    return db.one(Version, _VERSIONS.format(canonical="v.canonical", which=which), notice=notice_id)


def amendment_of(db: Db, notice_id: UUID) -> UUID | None:
    """Return the amendment of a letter that is not out."""
    found: list[UUID] = db.values(_AMENDMENT, notice=notice_id)
    return found[0] if found else None


def signed_by(db: Db, notice_id: UUID, person_id: UUID, kind: str) -> int:
    """Return the newest version that a person read or confirmed (*kind*) for themselves, 0 if none."""
    found: list[int] = db.values(_SIGNED, notice=notice_id, person=person_id, kind=kind)
    return found[0]


def confirmed_for(db: Db, notice_id: UUID, agency_id: str) -> int:
    """Return the newest version that was confirmed for an agency, 0 if none."""
    found: list[int] = db.values(_CONFIRMED, notice=notice_id, agency=agency_id)
    return found[0]
