"""Finding letters: what is kept to find them by, and what is found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from notification import series
from notification.rules.numbers import LetterNumber
from notification.rules.reading import Reader
from notification.rules.search import kept, question, words_of
from notification.tables import NOTICE_WITHOUT_BODY
from notification.visibility import VISIBLE, values
from servicekit.db import Db
from servicekit.paging import Page

# Words by their stem, so that `orders` finds `order`, and as they stand, so that the beginning of a word finds it.
_KEEP = """
INSERT INTO notice_search (notice_id, series, year, day, words)
SELECT id, series, extract(year FROM day)::int, day,
  to_tsvector('english', head || ' ' || body) || to_tsvector('simple', head || ' ' || body)
FROM unnest(%(ids)s::uuid[], %(series)s::text[], %(days)s::date[], %(heads)s::text[], %(bodies)s::text[])
  AS given (id, series, day, head, body)
ON CONFLICT (notice_id) DO UPDATE
SET series = excluded.series, year = excluded.year, day = excluded.day, words = excluded.words
"""
# What fits is found first, and then put into order: PostgreSQL cannot know how rare a word's beginning is, and would
# look at every letter, the newest first, for a word that none has.
_FIND = f"""
WITH fits AS {{first}} (
  SELECT s.notice_id, s.day FROM notice_search AS s WHERE true {{which}} ORDER BY s.day DESC, s.notice_id DESC
)
SELECT {NOTICE_WITHOUT_BODY}, s.day
FROM fits AS s JOIN notice AS n ON n.id = s.notice_id
WHERE {VISIBLE}
ORDER BY s.day DESC, s.notice_id DESC LIMIT %(limit)s
"""  # noqa: S608 - made of constants


@dataclass(frozen=True)
class Findable:
    """What a letter is found by: its number, its subject, and *texts*: what changes, what it cites, its topic."""

    notice_id: UUID
    number: LetterNumber
    day: date
    subject: str
    texts: tuple[str, ...]


def keep(db: Db, letters: Sequence[Findable]) -> None:
    """Let *letters* be found, in one statement."""
    known = series.known(db)
    db.run(
        _KEEP,
        ids=[letter.notice_id for letter in letters],
        series=[letter.number.series for letter in letters],
        days=[letter.day for letter in letters],
        heads=[" ".join([kept(letter.subject, known), *words_of(letter.number)]) for letter in letters],
        bodies=[kept("\n".join(letter.texts), known) for letter in letters],
    )


def find(db: Db, reader: Reader, page: Page, *, query: str, series_name: str, year: int) -> list[dict[str, Any]]:
    """Return the letters that *reader* sees and that fit, the newest first; '' and 0 ask for any."""
    asked = question(query, series.known(db)) if query.strip() else ""
    which = [
        "AND s.words @@ (to_tsquery('english', %(asked)s) || to_tsquery('simple', %(asked)s))" if asked else "",
        "AND s.series = %(series)s" if series_name else "",
        "AND s.year = %(year)s" if year else "",
        "AND (s.day, s.notice_id) < (%(after_day)s::date, %(after_id)s::uuid)" if page.after else "",
    ]
    after_day, after_id = page.after or (None, None)
    return db.rows(
        _FIND.format(first="MATERIALIZED" if asked else "NOT MATERIALIZED", which=" ".join(which)),
        **values(reader),
        asked=asked,
        series=series_name,
        year=year,
        after_day=after_day,
        after_id=after_id,
        limit=page.size + 1,
    )
