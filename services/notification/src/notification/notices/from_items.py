"""A letter drafted from change items of a release: prefilled, linked to them, and then a letter as any other."""

from collections.abc import Collection
from uuid import UUID

from notification.letters.rows import facts_of, name_of
from notification.letters.tables import NoticeRow
from notification.notices import drafts
from notification.releases import items
from notification.releases.rules import drafting
from servicekit.data.db import Db


def begin(db: Db, release_id: UUID, ids: Collection[str], *, audience: UUID | None, author: UUID) -> NoticeRow:
    """Begin a draft that says what the items say."""
    said, chosen = items.for_letter(db, release_id, ids)
    notice = drafts.create(db, draft=drafting.letter(said, chosen, audience), author=author, at=db.at)
    db.flush()
    linked = items.link(db, release_id, [one.item_id for one in chosen], notice.id)
    db.changed(name_of(notice.id), after={**facts_of(notice), **linked})
    return notice
