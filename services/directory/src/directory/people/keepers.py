"""Who keeps a person: one agency looks after the names, addresses, leave and sign-ins of each.

That is the agency that recorded the first of their jobs that go on, and the state for whoever holds a role of the
state's. Another agency that takes them on gives them a job there, and no more: whoever writes an address, or vouches
for a number, could otherwise become the person, with all that they may do elsewhere.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple
from uuid import UUID

from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.refusals import Kind, Refusal
from servicekit.rpc.calls import Scope

# The ids of the agencies that keep the row `person` on %(day)s. A job that is recorded later, though from an earlier
# day, makes nobody the first; for people who work nowhere, the last agency keeps what there is.
KEEPERS = """
CASE WHEN EXISTS (
  SELECT FROM role_grant WHERE role_grant.person_id = person.id AND scope = 'state' AND revoked_at IS NULL)
THEN ARRAY(SELECT id::text FROM agency WHERE kind = 'state' ORDER BY id)
ELSE ARRAY(
  SELECT kept.agency_id::text FROM job AS kept CROSS JOIN LATERAL (
    SELECT kept.end_date IS NULL OR kept.end_date > %(day)s AS goes_on) AS state
  WHERE kept.person_id = person.id AND kept.end_date IS DISTINCT FROM kept.start_date
  ORDER BY goes_on DESC, CASE WHEN goes_on THEN kept.recorded_at END, kept.end_date DESC, kept.start_date, kept.id
  LIMIT 1) END
"""
_OF = "SELECT id, {} AS keepers FROM person WHERE id = ANY(%(ids)s)".replace("{}", KEEPERS)


class KeptElsewhere(Refusal):
    """Names, addresses, leave and sign-ins of this person are another agency's to change; `keeper` is one of them."""

    kind = Kind.PRECONDITION


class _Kept(NamedTuple):
    id: UUID
    keepers: list[str]


def of(db: Db, person_ids: Collection[UUID], *, day: date) -> Mapping[UUID, frozenset[str]]:
    """Return by person the ids of the agencies that keep them."""
    return {one.id: frozenset(one.keepers) for one in db.all(_Kept, _OF, ids=list(person_ids), day=day)}


def require(db: Db, person_id: UUID, scope: Scope) -> None:
    """Refuse who writes for other agencies than those that keep the person."""
    if scope.whole:
        return
    keepers = of(db, [person_id], day=pacific_date(db.at)).get(person_id, frozenset())
    if not keepers & frozenset(scope.ids("agencies")):
        raise KeptElsewhere(
            "Another agency looks after who this person is.",
            person=f"people/{person_id}",
            keeper=", ".join(f"agencies/{agency_id}" for agency_id in sorted(keepers)),
        )
