"""Roles: who was given what. What a role allows is in `rules/roles.py`."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlmodel import select

from directory import membership
from directory.agencies.tables import AgencyRow, WorkUnitRow
from directory.people import changes, role_news
from directory.people.tables import RoleGrantRow
from directory.rules import names, roles
from servicekit.data.db import Db
from servicekit.refusals import AlreadyExists, InvalidField, NotFound


def grant(db: Db, *, person_id: UUID, role: str, scope: str, at: datetime) -> RoleGrantRow:
    """Give a person a role for the state (`state`), an agency (its id), or a unit of it (`{agency}/units/{unit}`)."""
    roles.check_grant(role, scope)
    agency_id, _, unit_id = scope.partition("/units/")
    if scope != roles.STATE and db.get(AgencyRow, agency_id) is None:
        raise NotFound(f"agencies/{agency_id}")
    if unit_id and db.get(WorkUnitRow, unit_id) is None:
        raise NotFound(f"agencies/{scope}")
    person = changes.load_anybody(db, person_id)
    if names.is_outside_number(person.staff_number):
        raise InvalidField("grant.person", f"people/{person_id}", "must be staff: people from outside hold no role")
    held = select(RoleGrantRow).where(
        RoleGrantRow.person_id == person_id,
        RoleGrantRow.role == role,
        RoleGrantRow.scope == scope,
        RoleGrantRow.revoked_at == None,  # noqa: E711 - SQL
    )
    if (known := db.exec(held).one_or_none()) is not None:
        raise AlreadyExists(f"roleGrants/{known.id}", field="grant")
    row = RoleGrantRow(id=uuid4(), person_id=person_id, role=role, scope=scope, granted_at=at)
    db.add(row)
    db.flush()
    membership.recompute(db, at=at, person_ids=[person_id])
    role_news.tell(db, given=[role_news.Held(row.id, person_id, role, scope)])
    db.changed(f"roleGrants/{row.id}", after={"person": f"people/{person_id}", "role": role, "scope": scope})
    return row


def revoke(db: Db, *, grant_id: UUID, reason: str, at: datetime) -> RoleGrantRow:
    """Take a role back, for a reason; it stays on record."""
    if not reason.strip():
        raise InvalidField("reason", reason, "must be given")
    known = db.get(RoleGrantRow, grant_id)
    if known is None:
        raise NotFound(f"roleGrants/{grant_id}")
    # The person before the role, as everybody does: a roster file has the rows in the same order.
    changes.load_anybody(db, known.person_id)
    still_held = select(RoleGrantRow).where(RoleGrantRow.id == grant_id).with_for_update()
    row = db.exec(still_held.execution_options(populate_existing=True)).one()
    if row.revoked_at is not None:
        raise NotFound(f"roleGrants/{grant_id}")
    row.revoked_at = at
    db.add(row)
    db.flush()
    membership.recompute(db, at=at, person_ids=[row.person_id])
    role_news.tell(db, taken=[role_news.Held(row.id, row.person_id, row.role, row.scope)])
    before = {"person": f"people/{row.person_id}", "role": row.role, "scope": row.scope}
    db.changed(f"roleGrants/{row.id}", before=before, reason=reason)
    return row
