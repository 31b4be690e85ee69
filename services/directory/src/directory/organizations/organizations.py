"""Organizations outside: recorded, changed, listed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlmodel import select

from directory.organizations import rules
from directory.organizations.tables import OrganizationRow
from directory.rules import names as words
from servicekit import names
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.refusals import AlreadyExists, InvalidField, NotFound, Stale

FIELDS = ("title", "short_title", "kind", "listed", "consent_by", "consent_date", "source")


@dataclass(frozen=True)
class Said:
    """What is said of an organization."""

    title: str
    short_title: str
    kind: str
    listed: bool
    consent_by: str
    consent_on: date | None
    source: str


def create(db: Db, said: Said, *, organization_id: str) -> OrganizationRow:
    """Record an organization, under the id that its short title gives if none is given."""
    short = rules.words("organization.short_title", said.short_title, needed=False)
    given = organization_id or rules.slug_of(short or said.title)
    row = OrganizationRow(
        id=names.slug(given, field="organization_id"),
        title="",
        short_title="",
        kind="",
        sort_key="",
        version=0,
        created_at=db.at,
    )
    if db.get(OrganizationRow, row.id) is not None:
        raise AlreadyExists(f"organizations/{row.id}", field="organization.short_title")
    return _write(db, row, said, FIELDS)


def update(db: Db, organization_id: str, said: Said, *, fields: Collection[str], etag: str) -> OrganizationRow:
    """Change what is said of an organization as far as *fields* names it."""
    if not fields or not set(fields) <= set(FIELDS):
        raise InvalidField("update_mask", ", ".join(sorted(fields)), f"must name some of {', '.join(FIELDS)}")
    found = select(OrganizationRow).where(OrganizationRow.id == organization_id).with_for_update()
    row = db.exec(found).one_or_none()
    if row is None:
        raise NotFound(f"organizations/{organization_id}")
    if etag and etag != str(row.version):
        raise Stale(f"organizations/{organization_id}")
    return _write(db, row, said, fields)


def _write(db: Db, row: OrganizationRow, said: Said, fields: Collection[str]) -> OrganizationRow:
    before = _facts(row) if row.version else None
    if "title" in fields:
        row.title = rules.words("organization.title", said.title)
    if "short_title" in fields:
        row.short_title = rules.words("organization.short_title", said.short_title, needed=False) or row.title
    if "kind" in fields:
        row.kind = rules.kind(said.kind)
    if "listed" in fields:
        row.listed = said.listed
    if "consent_by" in fields:
        row.consent_by = rules.words("organization.consent_by", said.consent_by, needed=False)
    if "consent_date" in fields:
        row.consent_on = said.consent_on
    if "source" in fields:
        row.source = rules.words("organization.source", said.source, needed=False)
    today = pacific_date(db.at)
    rules.check_consent(row.kind, listed=row.listed, by=row.consent_by, on=row.consent_on, today=today)
    row.sort_key = words.fold(row.title)
    row.version += 1
    db.add(row)
    db.flush()
    db.changed(f"organizations/{row.id}", before=before, after=_facts(row))
    return row


def _facts(row: OrganizationRow) -> dict[str, object]:
    """Return what the audit trail says: not who consented, which may be somebody's name."""
    return {
        "title": row.title,
        "kind": row.kind,
        "listed": row.listed,
        "consent": row.consent_on.isoformat() if row.consent_on else "",
    }
