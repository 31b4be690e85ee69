"""Who had confirmed a version of a letter by the end of a day. The answer for a day that is over never changes.

It stands on what is never changed: versions, and acknowledgements, each of which says where somebody worked then. Who
confirmed an earlier version has confirmed this one too where nothing of substance lies between, since nobody asked
them again; it is said which one they confirmed.
"""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from notification.letters.rows import name_of
from servicekit.calendar import end_of_day
from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.refusals import NotFound

# *since*: the first version whose confirmations hold for this one.
_WANTED = """
SELECT v.notice_id, v.version, v.published_at, (
  SELECT max(version) FROM notice_version
  WHERE notice_id = v.notice_id AND version <= v.version AND change IN ('', 'SUBSTANTIVE')
) AS since
FROM notice_version AS v WHERE v.notice_id = %(notice)s AND v.version = %(version)s
"""
_SIGNED = f"""
SELECT DISTINCT ON (a.person_id, a.agency_id)
  a.person_id, a.agency_id, a.version, a.text_sha256, a.at, a.kind = 'RECORDED' AS recorded, a.agencies,
  a.local_agencies
FROM ({_WANTED}) AS wanted JOIN acknowledgement AS a ON a.notice_id = wanted.notice_id
WHERE a.kind = ANY(%(kinds)s) AND a.version BETWEEN wanted.since AND wanted.version
  AND a.at < %(end)s AND wanted.published_at < %(end)s
ORDER BY a.person_id, a.agency_id, a.version DESC, a.kind
"""  # noqa: S608 - made of constants
_AT_AGENCY = f"""
SELECT person_id, version, text_sha256, at, recorded FROM ({_SIGNED}) AS signed
WHERE %(agency)s = ANY(agencies) {{page}}
ORDER BY person_id LIMIT %(limit)s
"""  # noqa: S608 - made of constants
_COUNT = f"SELECT count(*)::int FROM ({_SIGNED}) AS signed WHERE %(agency)s = ANY(agencies)"  # noqa: S608 - made of constants
# The state counts those whom it asked, there and then.
_EVERYBODY = f"""
SELECT count(*)::int FROM ({_SIGNED}) AS signed WHERE agencies = '{{}}' OR NOT agencies <@ local_agencies
"""  # noqa: S608 - made of constants
_BY_AGENCY = f"""
SELECT agency_id, people, of_agency.version, of_agency.at FROM (
  SELECT place AS agency_id, count(*)::int AS people
  FROM ({_SIGNED}) AS signed CROSS JOIN LATERAL unnest(agencies) AS there (place)
  WHERE NOT place = ANY(local_agencies)
  GROUP BY place
) AS staff FULL JOIN (
  SELECT DISTINCT ON (agency_id) agency_id, version, at
  FROM ({_SIGNED.replace("%(kinds)s", "ARRAY['AGENCY']")}) AS signed
  ORDER BY agency_id, version DESC, at
) AS of_agency USING (agency_id)
ORDER BY agency_id
"""  # noqa: S608 - made of constants
_PUBLISHED = "SELECT published_at FROM notice_version WHERE notice_id = %(notice)s AND version = %(version)s"


class Signature(NamedTuple):
    """Somebody confirmed a version, by the hash of its text; or it was *recorded* for them."""

    person_id: UUID
    version: int
    text_sha256: str
    at: datetime
    recorded: bool


class AgencySignatures(NamedTuple):
    """How many of an agency's staff had confirmed, and when it was confirmed for the agency, if it was."""

    agency_id: str
    people: int | None
    version: int | None
    at: datetime | None


def at_agency(
    db: Db, notice_id: UUID, version: int, agency_id: str, day: date, page: Page
) -> tuple[list[Signature], int]:
    """Return who of an agency had confirmed by the end of *day*, one more than the page holds, and how many."""
    asked = _asked(db, notice_id, version, day) | {"agency": agency_id}
    sql = _AT_AGENCY.format(page=page.after_sql("AND", ">", person_id="uuid"))
    return db.all(Signature, sql, **asked, **page.values("person_id")), db.value(_COUNT, **asked)


def by_agency(db: Db, notice_id: UUID, version: int, day: date) -> tuple[list[AgencySignatures], int]:
    """Return how many had confirmed by the end of *day*, by agency; and of the state, each person once."""
    asked = _asked(db, notice_id, version, day)
    return db.all(AgencySignatures, _BY_AGENCY, **asked), db.value(_EVERYBODY, **asked)


def _asked(db: Db, notice_id: UUID, version: int, day: date) -> dict[str, object]:
    if not db.values(_PUBLISHED, notice=notice_id, version=version):
        raise NotFound(f"{name_of(notice_id)}/versions/{version}")
    return {"notice": notice_id, "version": version, "end": end_of_day(day), "kinds": ["CONFIRM", "RECORDED"]}
