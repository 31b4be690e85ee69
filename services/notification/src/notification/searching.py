"""Finding letters: what is kept to find them by, and what is found."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from notification import series
from notification.rules.numbers import LetterNumber
from notification.rules.reading import Reader
from notification.rules.search import kept, question, words_of
from notification.tables import NOTICE_WITHOUT_BODY
from notification.visibility import VISIBLE, values
from servicekit import words
from servicekit.db import Database, Db
from servicekit.paging import Page

# Of the cutting into words. Raise it whenever the same letter would be kept by other words than before: a job cuts
# anew what was kept under a lower one.
_CUT = 1
_ANEW_AT_ONCE = 100
# PostgreSQL takes a megabyte of words, stems among them.
_MOST_BYTES = 400_000
# What a letter says, the most telling first. A historic one has some of it.
_SAID = (
    "subject",
    "topic",
    "change",
    '"references"',
    "supersedes",
    "replaces",
    "issuer",
    "staff_action",
    "before",
    "after",
    "until_then",
    "body",
)
_LETTERS = f"""
SELECT id, series, number, ARRAY[{", ".join(_SAID)}] AS said, ARRAY(SELECT series FROM series) AS known
FROM notice WHERE id = ANY(%(ids)s)
"""  # noqa: S608 - made of constants
# Words as they stand, so that the beginning of a word finds it, and by their stem, so that `orders` finds `ordering`.
# PostgreSQL cuts nothing itself: what it takes for a letter depends on the locale that a database was made with.
_KEEP = """
INSERT INTO notice_search (notice_id, series, year, day, words, cut)
SELECT id, series, extract(year FROM day)::int, day, array_to_tsvector(ARRAY(
  SELECT word FROM unnest(string_to_array(given.words, ' ')) AS word
  UNION
  SELECT stem FROM unnest(string_to_array(given.english, ' ')) AS word
  CROSS JOIN LATERAL unnest(ts_lexize('pg_catalog.english_stem', word)) AS stem
)), %(cut)s
FROM unnest(%(ids)s::uuid[], %(series)s::text[], %(days)s::date[], %(words)s::text[], %(english)s::text[])
  AS given (id, series, day, words, english)
ON CONFLICT (notice_id) DO UPDATE
SET series = excluded.series, year = excluded.year, day = excluded.day, words = excluded.words, cut = excluded.cut
"""
_STEMS = "SELECT word, ts_lexize('pg_catalog.english_stem', word) AS stems FROM unnest(%(words)s::text[]) AS word"
_KEPT_BEFORE = """
SELECT notice_id, day FROM notice_search WHERE cut < %(cut)s ORDER BY notice_id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
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


def keep(db: Db, days: Mapping[UUID, date]) -> None:
    """Let the letters be found that are keys of *days*, each as of its day, in one statement."""
    letters = db.rows(_LETTERS, ids=list(days))
    found = [_words(letter) for letter in letters]
    db.run(
        _KEEP,
        ids=[letter["id"] for letter in letters],
        series=[letter["series"] for letter in letters],
        days=[days[letter["id"]] for letter in letters],
        words=[" ".join(each) for each in found],
        english=[" ".join(words.english(each)) for each in found],
        cut=_CUT,
    )


def keep_anew(database: Database, now: datetime) -> None:
    """Let letters that an earlier release kept be found by the words that this one asks for."""
    while _keep_some_anew(database, now):
        pass


def find(db: Db, reader: Reader, page: Page, *, query: str, series_name: str, year: int) -> list[dict[str, Any]]:
    """Return the letters that *reader* sees and that fit, the newest first; '' and 0 ask for any."""
    meant = question(query, series.known(db)) if query.strip() else None
    asked = meant.query(_stems(db, meant.english())) if meant else ""
    which = [
        "AND s.words @@ %(asked)s::tsquery" if asked else "",
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


def _words(letter: Mapping[str, Any]) -> list[str]:
    number = LetterNumber(letter["series"], letter["number"])
    return [*words_of(number), *kept(letter["said"], letter["known"], most_bytes=_MOST_BYTES)]


def _stems(db: Db, english: list[str]) -> dict[str, list[str]]:
    return {row["word"]: row["stems"] for row in db.rows(_STEMS, words=english)} if english else {}


def _keep_some_anew(database: Database, now: datetime) -> bool:
    with database.read() as db:
        if not db.rows("SELECT FROM notice_search WHERE cut < %(cut)s LIMIT 1", cut=_CUT):
            return False
    with database.transaction(actor="services/notification", method="jobs/keep-letters-findable", at=now) as db:
        rows = db.rows(_KEPT_BEFORE, cut=_CUT, limit=_ANEW_AT_ONCE)
        keep(db, {row["notice_id"]: row["day"] for row in rows})
        db.changed("notices", after={"findable": len(rows)})
        return bool(rows)
