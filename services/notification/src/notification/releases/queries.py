"""Releases as those see them who may: the state all, others what is announced; letters as they are seen anyway."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from notification.deliveries.visibility import VISIBLE, values
from notification.inbox.rules import Counts
from notification.letters.rules.reading import Reader
from notification.releases.rules.freezes import Window
from notification.releases.rules.items import Item
from notification.releases.rules.releases import Said
from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.refusals import NotFound

# Of a release `r`. Nothing of one that is not announced is told to others: not its number, not how many there are.
_SEEN = "(%(drafts)s OR r.announced_at IS NOT NULL)"
_RELEASE = """
r.id, r.state, r.revision, r.writers, r.created_at, r.items_changed_at, r.announced_at, r.live_at, r.cancelled_at,
r.cancel_reason, (SELECT count(*) FROM change_item WHERE release_id = r.id)::int AS items,
r.kind, r.number, r.title, r.production_on, r.summary, r.contact, r.test_on, r.training_on, r.production_hours,
r.freeze_from, r.freeze_to, r.demonstration, r.source
"""
_ONE = f"SELECT {_RELEASE} FROM release AS r WHERE r.id = %(release)s AND {_SEEN}"  # noqa: S608 - made of constants
_LISTED = f"""
SELECT {_RELEASE} FROM release AS r WHERE {_SEEN} {{page}}
ORDER BY r.production_on DESC, r.id DESC LIMIT %(limit)s
"""  # noqa: S608 - made of constants
_ITEM = """
i.item_id, i.title, i.area, i.page, i.before, i.after, i.reason, i.roles, i.workaround, i.workaround_ends, i.training,
i.procedures, i.known_issues, i.source
"""
_ITEMS = f"SELECT {_ITEM} FROM change_item AS i WHERE i.release_id = %(release)s ORDER BY i.area, i.item_id"  # noqa: S608 - made of constants
_CHOSEN = f"""
SELECT {_ITEM} FROM change_item AS i WHERE i.release_id = %(release)s AND i.item_id = ANY(%(items)s)
ORDER BY i.area, i.item_id
"""  # noqa: S608 - made of constants
_WANTED = """
i.release_id = %(release)s AND (%(area)s = '' OR i.area = %(area)s)
AND (%(roles)s::text[] = '{{}}' OR i.roles = '{{}}' OR i.roles && %(roles)s::text[])
"""
_ITEM_PAGE = f"""
SELECT {_ITEM} FROM change_item AS i WHERE {_WANTED} {{page}}
ORDER BY i.area, i.item_id LIMIT %(limit)s
"""  # noqa: S608 - made of constants
_ITEM_COUNT = f"SELECT count(*)::int FROM change_item AS i WHERE {_WANTED}".replace("{{}}", "{}")  # noqa: S608 - made of constants
_OF_NOTICE = f"""
SELECT {_RELEASE}, array_agg(link.item_id ORDER BY link.item_id) AS of_items
FROM change_item_letter AS link JOIN release AS r ON r.id = link.release_id JOIN notice AS n ON n.id = link.notice_id
WHERE link.notice_id = %(notice)s AND {_SEEN} AND {VISIBLE}
GROUP BY r.id
"""  # noqa: S608 - made of constants
_LETTERS = f"""
SELECT n.id, n.series, n.number, n.subject, n.state, n.asks, n.effective_date, n.due_date,
  n.urgent_reason <> '' AS urgent,
  array_agg(link.item_id ORDER BY link.item_id) AS items
FROM change_item_letter AS link JOIN notice AS n ON n.id = link.notice_id
WHERE link.release_id = %(release)s AND {VISIBLE}
GROUP BY n.id ORDER BY n.effective_date NULLS LAST, n.series, n.number, n.created_at, n.id
"""  # noqa: S608 - made of constants
_WITH_LETTERS = "SELECT DISTINCT item_id FROM change_item_letter WHERE release_id = %(release)s"
_DECISIONS = """
SELECT go, reason, decided_by, decided_at, items_sha256, item_count, readiness FROM release_decision
WHERE release_id = %(release)s ORDER BY number DESC
"""
_SUMS = ", ".join(f"coalesce(sum({name}), 0)::int AS {name}" for name in ("listed", "ready", "on_leave"))
# How far each agency is with each letter of a release that is out.
_READINESS = f"""
SELECT coalesce(d.agency_id, f.agency_id) AS agency_id, n.id AS notice_id, n.series, n.number,
  d.confirmed_at IS NOT NULL AS confirmed, coalesce(d.problem, '') AS problem,
  coalesce(f.listed - f.on_leave, 0) AS at_work, coalesce(f.ready, 0) AS ready
FROM (
  SELECT DISTINCT notice_id AS id FROM change_item_letter WHERE release_id = %(release)s
) AS linked JOIN notice AS n USING (id)
CROSS JOIN LATERAL (
  SELECT agency_id FROM delivery WHERE notice_id = n.id AND version = n.version
  UNION SELECT agency_id FROM readiness WHERE notice_id = n.id AND agency_id <> ''
) AS at
LEFT JOIN delivery AS d ON d.notice_id = n.id AND d.version = n.version AND d.agency_id = at.agency_id
LEFT JOIN LATERAL (
  SELECT agency_id, {_SUMS} FROM readiness WHERE notice_id = n.id AND agency_id = at.agency_id GROUP BY agency_id
) AS f ON true
WHERE n.state = 'PUBLISHED' AND coalesce(d.agency_id, f.agency_id) IS NOT NULL
ORDER BY 1, n.effective_date, n.series, n.number
"""  # noqa: S608 - made of constants
_FREEZES = f"""
SELECT r.id::text AS release, r.number, r.freeze_from AS first, r.freeze_to AS last FROM release AS r
WHERE r.freeze_to >= %(on)s AND r.state <> 'CANCELLED' AND {_SEEN}
ORDER BY r.freeze_from, r.id LIMIT 10
"""  # noqa: S608 - made of constants
_FREEZE_AT = """
SELECT id::text AS release, number, freeze_from AS first, freeze_to AS last FROM release
WHERE %(day)s BETWEEN freeze_from AND freeze_to AND state <> 'CANCELLED' ORDER BY freeze_from, id LIMIT 1
"""
assert {"listed", "ready", "on_leave"} <= set(Counts.__dataclass_fields__)  # noqa: S101 - columns by their own names


class Text(NamedTuple):
    """What a release says, in the order of its columns."""

    kind: str
    number: str
    title: str
    production_on: date
    summary: str
    contact: str
    test_on: date | None
    training_on: date | None
    production_hours: str
    freeze_from: date | None
    freeze_to: date | None
    demonstration: bool
    source: str


class Release(NamedTuple):
    """A release, and what came of it."""

    id: UUID
    state: str
    revision: int
    writers: list[UUID]
    created_at: datetime
    items_changed_at: datetime | None
    announced_at: datetime | None
    live_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str
    items: int
    said: Text


class OfNotice(NamedTuple):
    """The release of a letter, and which of its items the letter is about."""

    release: Release
    of_items: list[str]


class Letter(NamedTuple):
    """A letter of a release, and which items it is about."""

    id: UUID
    series: str
    number: str
    subject: str
    state: str
    asks: str
    effective_date: date | None
    due_date: date | None
    urgent: bool
    items: list[str]


class Decision(NamedTuple):
    """Go or no-go, with what was known."""

    go: bool
    reason: str
    decided_by: UUID
    decided_at: datetime
    items_sha256: str
    item_count: int
    readiness: list[dict[str, Any]]


class AgencyNow(NamedTuple):
    """How far an agency is with a letter of a release."""

    agency_id: str
    notice_id: UUID
    series: str
    number: str
    confirmed: bool
    problem: str
    at_work: int
    ready: int


class _ItemRow(NamedTuple):
    item_id: str
    title: str
    area: str
    page: str
    before: str
    after: str
    reason: str
    roles: list[str]
    workaround: str
    workaround_ends: date | None
    training: str
    procedures: str
    known_issues: str
    source: str


def name_of(release_id: UUID) -> str:
    """Return the resource name."""
    return f"releases/{release_id}"


def item_name(release_id: UUID, item_id: str) -> str:
    """Return the resource name of an item."""
    return f"{name_of(release_id)}/items/{item_id}"


def said_of(release: Release) -> Said:
    """Return what a release says."""
    return Said(**release.said._asdict())


def one(db: Db, release_id: UUID, reader: Reader) -> Release:
    """Return a release that *reader* sees; nothing tells others that there is one."""
    found = db.maybe(Release, _ONE, release=release_id, drafts=reader.drafts)
    if found is None:
        raise NotFound(name_of(release_id))
    return found


def listed(db: Db, reader: Reader, page: Page) -> list[Release]:
    """Return releases, one more than the page holds."""
    after = page.after_sql("AND", "<", production_on="date", id="uuid").replace(
        "(production_on, id)", "(r.production_on, r.id)"
    )
    return db.all(Release, _LISTED.format(page=after), drafts=reader.drafts, **page.values("production_on", "id"))


def of_notice(db: Db, notice_id: UUID, reader: Reader) -> OfNotice | None:
    """Return the release of a letter, if *reader* sees both."""
    return db.maybe(OfNotice, _OF_NOTICE, notice=notice_id, **values(reader))


def items(db: Db, release_id: UUID) -> list[Item]:
    """Return all items of a release."""
    return [Item(**row._asdict()) for row in db.all(_ItemRow, _ITEMS, release=release_id)]


def chosen(db: Db, release_id: UUID, ids: Collection[str]) -> list[Item]:
    """Return those items of a release that are named."""
    return [Item(**row._asdict()) for row in db.all(_ItemRow, _CHOSEN, release=release_id, items=list(ids))]


def item_page(
    db: Db, release_id: UUID, page: Page, *, area: str = "", roles: Sequence[str] = ()
) -> tuple[list[Item], int]:
    """Return items of an *area*, or that concern one of the *roles*, one more than the page holds; and how many."""
    asked = {"release": release_id, "area": area, "roles": list(roles)}
    after = page.after_sql("AND", ">", area="text", item_id="text").replace("(area, item_id)", "(i.area, i.item_id)")
    rows = db.all(_ItemRow, _ITEM_PAGE.format(page=after), **asked, **page.values("area", "item_id"))
    return [Item(**row._asdict()) for row in rows], db.value(_ITEM_COUNT, **asked)


def letters(db: Db, release_id: UUID, reader: Reader) -> list[Letter]:
    """Return the letters of a release that *reader* sees."""
    return db.all(Letter, _LETTERS, release=release_id, **values(reader))


def with_letters(db: Db, release_id: UUID) -> set[str]:
    """Return which items have a letter, a draft or one that is out."""
    return set(db.values(_WITH_LETTERS, release=release_id))


def decisions(db: Db, release_id: UUID) -> list[Decision]:
    """Return what was decided, the newest first."""
    return db.all(Decision, _DECISIONS, release=release_id)


def readiness(db: Db, release_id: UUID) -> list[AgencyNow]:
    """Return how far each agency is with each letter of a release that is out."""
    return db.all(AgencyNow, _READINESS, release=release_id)


def freezes(db: Db, reader: Reader, on: date) -> list[Window]:
    """Return the freeze windows that *reader* sees and that are not over on a day."""
    return db.all(Window, _FREEZES, on=on, drafts=reader.drafts)


def freeze_at(db: Db, day: date) -> Window | None:
    """Return the freeze window in which a day lies, announced or not; the first of several."""
    return db.maybe(Window, _FREEZE_AT, day=day)
