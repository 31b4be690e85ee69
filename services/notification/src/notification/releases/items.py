"""What is done with change items: one by one, or all by a file; and which letters are about them."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, fields
from uuid import UUID

from notification.letters.rows import name_of as letter_name
from notification.releases import queries, releases
from notification.releases.queries import item_name, name_of
from notification.releases.rules import files, items
from notification.releases.rules.files import Change, Problem
from notification.releases.rules.items import Item
from notification.releases.rules.releases import ItemHasLetter, Said, Step, check_step
from servicekit.data.db import Db
from servicekit.refusals import AlreadyExists, InvalidField, NotFound

_FIELDS = tuple(each.name for each in fields(Item))
_GIVEN = ", ".join(
    f"unnest(%({name})s::{'date' if name == 'workaround_ends' else 'text'}[]) AS {name}" for name in _FIELDS
)
# Roles go as one text each: lists of different lengths are no array of arrays.
_SAID = ", ".join("string_to_array(roles, ';')" if name == "roles" else name for name in _FIELDS)
_SAVE = f"""
INSERT INTO change_item (release_id, {", ".join(_FIELDS)})
SELECT %(release)s, {_SAID} FROM (SELECT {_GIVEN}) AS given
ON CONFLICT (release_id, item_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _FIELDS[1:])}
"""  # noqa: S608 - made of constants
_REMOVE = "DELETE FROM change_item WHERE release_id = %(release)s AND item_id = ANY(%(items)s)"
_LINK = """
INSERT INTO change_item_letter (release_id, item_id, notice_id)
SELECT %(release)s, unnest(%(items)s::text[]), %(notice)s
"""


@dataclass(frozen=True)
class Report:
    """What a file would change, or changed, and what is wrong with it."""

    changes: Sequence[Change]
    problems: Sequence[Problem]
    encoding: str


def create(db: Db, release_id: UUID, item: Item, *, etag: str, writer: UUID) -> None:
    """Add an item."""
    items.check(item)
    row = releases.load_to_write(db, release_id, etag)
    known = queries.items(db, release_id)
    if any(one.item_id == item.item_id for one in known):
        raise AlreadyExists(item_name(release_id, item.item_id), field="item.item_id")
    if len(known) >= items.MOST_ITEMS:
        raise InvalidField("item", len(known), f"must be one of at most {items.MOST_ITEMS}")
    _save(db, release_id, [item])
    releases.wrote(db, row, writer, undecided=True)
    db.changed(item_name(release_id, item.item_id), after={"revision": row.revision})


def update(db: Db, release_id: UUID, item: Item, *, etag: str, writer: UUID) -> None:
    """Replace what an item says. Letters about it stay as they are."""
    items.check(item)
    row = releases.load_to_write(db, release_id, etag)
    before = _known(db, release_id, item.item_id)
    differs = items.differing(before, item)
    _save(db, release_id, [item])
    releases.wrote(db, row, writer, undecided=bool(differs))
    db.changed(item_name(release_id, item.item_id), after={"fields": differs, "revision": row.revision})


def delete(db: Db, release_id: UUID, item_id: str, *, etag: str, writer: UUID) -> None:
    """Take an item out that has no letter."""
    row = releases.load_to_write(db, release_id, etag)
    _known(db, release_id, item_id)
    if item_id in queries.with_letters(db, release_id):
        raise ItemHasLetter("The item has a letter.", item=item_name(release_id, item_id))
    db.run(_REMOVE, release=release_id, items=[item_id])
    releases.wrote(db, row, writer, undecided=True)
    db.changed(item_name(release_id, item_id), after={"removed": True, "revision": row.revision})


def look(db: Db, release_id: UUID, content: bytes) -> Report:
    """Return what a file would change."""
    read = files.read(content)
    if read.problems:
        return Report([], read.problems, read.encoding)
    known = {one.item_id: one for one in queries.items(db, release_id)}
    changes = files.compare(read.rows, known, files.columns_of(content))
    return Report(changes, files.kept_by_letters(changes, queries.with_letters(db, release_id)), read.encoding)


def bring_in(db: Db, release_id: UUID, content: bytes, *, etag: str, writer: UUID) -> Report:
    """Make the items those of a file; with an error in it nothing is changed."""
    row = releases.load_to_write(db, release_id, etag)
    report = look(db, release_id, content)
    changed = [one for one in report.changes if one.outcome in (files.NEW, files.CHANGED)]
    removed = [one.item.item_id for one in report.changes if one.outcome == files.REMOVED]
    counts = {"changed": len(changed), "removed": len(removed), "refused": len(report.problems)}
    db.changed(name_of(release_id), after=counts)
    if report.problems:
        return report
    _save(db, release_id, [one.item for one in changed])
    if removed:
        db.run(_REMOVE, release=release_id, items=removed)
    if changed or removed:
        releases.wrote(db, row, writer, undecided=True)
    return report


def for_letter(db: Db, release_id: UUID, ids: Collection[str]) -> tuple[Said, list[Item]]:
    """Return a release and those of its items that a letter is to be about; refuse one that it has not."""
    row = releases.load(db, release_id)
    check_step(Step.LETTER, name_of(release_id), row.state)
    found = queries.chosen(db, release_id, ids)
    missing = set(ids) - {one.item_id for one in found}
    if missing:
        raise NotFound(item_name(release_id, min(missing)))
    return releases.said_of(row), found


def link(db: Db, release_id: UUID, ids: Collection[str], notice_id: UUID) -> dict[str, object]:
    """Note that a letter is about items; return what the audit trail keeps of it."""
    db.run(_LINK, release=release_id, items=sorted(ids), notice=notice_id)
    return {"letter": letter_name(notice_id), "release": name_of(release_id), "items": sorted(ids)}


def _known(db: Db, release_id: UUID, item_id: str) -> Item:
    found = queries.chosen(db, release_id, [item_id])
    if not found:
        raise NotFound(item_name(release_id, item_id))
    return found[0]


def _save(db: Db, release_id: UUID, given: Sequence[Item]) -> None:
    """Write items, new ones and those that differ, in one statement."""
    if not given:
        return
    said = [{**asdict(one), "roles": ";".join(one.roles), "training": str(one.training)} for one in given]
    db.run(_SAVE, release=release_id, **{name: [one[name] for one in said] for name in _FIELDS})
