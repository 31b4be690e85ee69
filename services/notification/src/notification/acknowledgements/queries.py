"""What is on record of who read and confirmed letters: rows that never change, with the statements they refer to."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from servicekit.data.db import Db
from servicekit.paging import Page

_ROW = """
a.notice_id, n.series, n.number, n.subject, a.person_id, a.kind, a.agency_id, a.version, a.text_sha256, a.at,
coalesce(s.text, '') AS statement, a.statement_sha256, coalesce(s.language, '') AS language, a.assumed, a.channel,
a.recorded_by, a.reason
"""
_NAMED = """
JOIN notice AS n ON n.id = a.notice_id LEFT JOIN statement AS s ON s.sha256 = a.statement_sha256
"""
# Led by the letters that a person ever had, or that are asked for: rows are found by their key.
_OWN = f"""
SELECT {_ROW}
FROM (
  SELECT id FROM notice WHERE id = ANY(%(notices)s)
  UNION
  SELECT n.id FROM audience_member AS m JOIN notice AS n ON n.audience_id = m.audience_id
  WHERE m.person_id = %(person)s AND %(notices)s::uuid[] = '{{{{}}}}'
) AS theirs JOIN acknowledgement AS a ON a.notice_id = theirs.id {_NAMED}
WHERE a.person_id = %(person)s {{page}}
ORDER BY a.at DESC, a.notice_id DESC, a.kind DESC, a.agency_id DESC, a.version DESC LIMIT %(limit)s
"""  # noqa: S608 - made of constants
# Whoever confirmed for the agency may be of no audience.
_AT_AGENCY = f"""
SELECT {_ROW}
FROM acknowledgement AS a {_NAMED}
WHERE a.notice_id = %(notice)s AND (%(people)s::uuid[] = '{{{{}}}}' OR a.person_id = ANY(%(people)s))
  AND (
    a.agency_id = %(agency)s AND %(units)s::text[] IS NULL
    OR a.agency_id = '' AND EXISTS (
      SELECT FROM audience_member AS m
      WHERE m.audience_id = n.audience_id AND m.person_id = a.person_id AND m.agency_id = %(agency)s AND m.member
        AND (%(units)s::text[] IS NULL OR m.units && %(units)s::text[])
    )
  ) {{page}}
ORDER BY a.person_id, a.at DESC, a.kind DESC, a.version DESC LIMIT %(limit)s
"""  # noqa: S608 - made of constants
# One direction for people, the other one for what each did.
_AFTER = """
AND (a.person_id > %(after_person_id)s::uuid OR a.person_id = %(after_person_id)s::uuid
  AND (a.at, a.kind, a.version) < (%(after_at)s::timestamptz, %(after_kind)s, %(after_version)s::int))
"""


class Acknowledgement(NamedTuple):
    """Somebody read or confirmed a version of a letter."""

    notice_id: UUID
    series: str
    number: str
    subject: str
    person_id: UUID
    kind: str
    agency_id: str
    version: int
    text_sha256: str
    at: datetime
    statement: str
    statement_sha256: str
    language: str
    assumed: bool
    channel: str
    recorded_by: UUID | None
    reason: str


def own(db: Db, person_id: UUID, notices: Sequence[UUID], page: Page) -> list[Acknowledgement]:
    """Return what a person read and confirmed, the newest first, one row more than the page holds."""
    keys = {"at": "timestamptz", "notice_id": "uuid", "kind": "text", "agency_id": "text", "version": "int"}
    columns = ", ".join(f"a.{key}" for key in keys)
    values = ", ".join(f"%(after_{key})s::{type_}" for key, type_ in keys.items())
    after = f"AND ({columns}) < ({values})" if page.after else ""
    return db.all(
        Acknowledgement,
        _OWN.format(page=after),
        person=person_id,
        notices=list(notices),
        **page.values(*keys),
    )


def at_agency(
    db: Db, notice_id: UUID, agency_id: str, page: Page, *, people: Collection[UUID], only: Collection[str] | None
) -> list[Acknowledgement]:
    """Return what an agency's people read and confirmed of a letter, one row more than the page holds.

    *only* are the units to which the reader is held; None = the whole agency.
    """
    after = _AFTER if page.after else ""
    asked: dict[str, Any] = {"notice": notice_id, "agency": agency_id, "people": list(people)}
    values = page.values("person_id", "at", "kind", "version")
    return db.all(
        Acknowledgement,
        _AT_AGENCY.format(page=after),
        **asked,
        units=None if only is None else sorted(only),
        **values,
    )
