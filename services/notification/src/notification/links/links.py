"""Which letters supersede which: what is kept of a letter's words, and what a reader is told of a letter."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from notification.deliveries.visibility import VISIBLE, values
from notification.letters.rules.cited import superseded
from notification.letters.rules.reading import Reader
from servicekit.data.db import Db

_KEEP = """
WITH given AS (
  SELECT * FROM unnest(%(ids)s::uuid[], %(series)s::text[], %(numbers)s::text[], %(whole)s::bool[])
    AS one (notice_id, series, number, whole)
), gone AS (
  DELETE FROM letter_link AS link WHERE notice_id = ANY(%(letters)s) AND NOT EXISTS (
    SELECT FROM given WHERE (given.notice_id, given.series, given.number) = (link.notice_id, link.series, link.number))
)
INSERT INTO letter_link (notice_id, series, number, whole) SELECT * FROM given
ON CONFLICT (notice_id, series, number) DO UPDATE SET whole = excluded.whole
"""
# Letters that are out, or were issued elsewhere; one that was withdrawn supersedes nothing.
_SUCCESSORS = f"""
SELECT old.id AS superseded_id, n.id AS notice_id, n.series, n.number, n.subject, n.supersedes AS parts, link.whole,
  coalesce(n.effective_date::text, n.issued_on) AS since
FROM notice AS old JOIN letter_link AS link USING (series, number) JOIN notice AS n ON n.id = link.notice_id
WHERE old.id = ANY(%(notices)s) AND old.state <> 'DRAFT' AND n.id <> old.id
  AND n.state IN ('PUBLISHED', 'HISTORIC') AND {VISIBLE}
ORDER BY n.effective_date NULLS FIRST, n.series, n.number
"""  # noqa: S608 - made of constants


class Superseding(NamedTuple):
    """What a letter says of those that it supersedes: altogether (*replaces*), and in part."""

    notice_id: UUID
    historic: bool
    replaces: str
    supersedes: str


class Successor(NamedTuple):
    """A letter that supersedes another one, the *whole* of it or *parts*, *since* a day, as far as that is known."""

    superseded_id: UUID
    notice_id: UUID
    series: str
    number: str
    subject: str
    parts: str
    whole: bool
    since: str


def keep(db: Db, letters: Sequence[Superseding], series: Sequence[str]) -> None:
    """Keep what *letters* supersede, in one statement; *series* are those that there are."""
    found = [
        (letter.notice_id, number.series, number.number, whole)
        for letter in letters
        for number, whole in superseded(letter.replaces, letter.supersedes, series, historic=letter.historic).items()
    ]
    ids, names, numbers, whole = zip(*found, strict=True) if found else ((), (), (), ())
    db.run(
        _KEEP,
        letters=[letter.notice_id for letter in letters],
        ids=list(ids),
        series=list(names),
        numbers=list(numbers),
        whole=list(whole),
    )


def successors(db: Db, notices: Sequence[UUID], reader: Reader) -> dict[UUID, list[Successor]]:
    """Return, by letter, those that supersede it and that *reader* sees, the first of them first."""
    found: defaultdict[UUID, list[Successor]] = defaultdict(list)
    for one in db.all(Successor, _SUCCESSORS, notices=list(notices), **values(reader)):
        found[one.superseded_id].append(one)
    return found
