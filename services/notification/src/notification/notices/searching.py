"""Finding letters: what is kept to find them by, and what is found."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from notification.attachments import attachments
from notification.attachments.contents import bounded
from notification.attachments.rules.files import FileReadersBusy
from notification.deliveries.visibility import VISIBLE, values
from notification.letters.queries import NOTICE_WITHOUT_BODY
from notification.letters.rules.letter import TEXTS
from notification.letters.rules.numbers import LetterNumber, meant
from notification.letters.rules.reading import Reader
from notification.letters.rules.search import CUT_OF_LETTERS, kept, question, words_of
from notification.letters.tables import Notice
from notification.links import keeping
from notification.series import series
from servicekit import words
from servicekit.data.db import Database, Db
from servicekit.paging import Page
from servicekit.refusals import Refusal

_JOB = "jobs/keep-letters-findable"
_ANEW_AT_ONCE = 100
# PostgreSQL takes a megabyte of words, stems among them: of the letter itself, and of its files.
_MOST_BYTES, _MOST_BYTES_OF_FILES = 200_000, 250_000
# What a letter says. A historic one has some of it, and its issuer.
_SAID = ", ".join(f'"{name}"' for name in (*(name for name, text in TEXTS.items() if text.finds), "issuer"))
_LETTERS = f"""
SELECT id, series, number, ARRAY(SELECT series FROM series) AS known,
  ARRAY[{_SAID}] || ARRAY(
    SELECT title || ' ' || filename FROM attachment
    WHERE notice_id = coalesce(notice.files_of, notice.id) ORDER BY place
  ) AS said,
  ARRAY(
    SELECT words FROM (
      SELECT words, place, sum(octet_length(words)) OVER (ORDER BY place) AS so_far
      FROM attachment JOIN file_words USING (sha256) WHERE notice_id = coalesce(notice.files_of, notice.id)
    ) AS each WHERE so_far <= {_MOST_BYTES_OF_FILES} ORDER BY place
  ) AS of_files
FROM notice WHERE id = ANY(%(ids)s)
"""  # noqa: S608 - made of constants
# Words as they stand, so that the beginning of a word finds it, and by their stem, so that `orders` finds `ordering`.
# PostgreSQL cuts nothing itself: what it takes for a letter depends on the locale that a database was made with.
KEPT_WORDS = """
array_to_tsvector(ARRAY(
  SELECT word FROM unnest(string_to_array(given.words, ' ')) AS word
  UNION
  SELECT stem FROM unnest(string_to_array(given.english, ' ')) AS word
  CROSS JOIN LATERAL unnest(ts_lexize('pg_catalog.english_stem', word)) AS stem
))
"""
_KEEP = f"""
INSERT INTO notice_search (notice_id, series, year, day, words, cut)
SELECT id, series, extract(year FROM day)::int, day, {KEPT_WORDS}, %(cut)s
FROM unnest(%(ids)s::uuid[], %(series)s::text[], %(days)s::date[], %(words)s::text[], %(english)s::text[])
  AS given (id, series, day, words, english)
ON CONFLICT (notice_id) DO UPDATE
SET series = excluded.series, year = excluded.year, day = excluded.day, words = excluded.words, cut = excluded.cut
"""  # noqa: S608 - made of constants
_STEMS = "SELECT word, ts_lexize('pg_catalog.english_stem', word) AS stems FROM unnest(%(words)s::text[]) AS word"
_KEPT_BEFORE = """
SELECT notice_id, day FROM notice_search WHERE cut < %(cut)s ORDER BY notice_id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
_OF_FILE_ANEW = """
UPDATE notice_search SET cut = 0 WHERE notice_id IN (
  SELECT CASE WHEN own.state = 'MERGED' THEN own.amends ELSE own.id END
  FROM attachment JOIN notice AS own ON own.id = attachment.notice_id WHERE sha256 = %(sha256)s)
"""
# What fits is found first, and then put into order: PostgreSQL cannot know how rare a word's beginning is, and would
# look at every letter, the newest first, for a word that none has.
_FIND = f"""
WITH fits AS {{first}} (
  SELECT s.notice_id, s.day FROM notice_search AS s WHERE true {{which}} ORDER BY s.day DESC, s.notice_id DESC
)
SELECT {NOTICE_WITHOUT_BODY}, s.day, {{own}} AS own
FROM fits AS s JOIN notice AS n ON n.id = s.notice_id
WHERE {VISIBLE} {{after}}
ORDER BY {{first_of_all}} s.day DESC, s.notice_id DESC LIMIT %(limit)s
"""  # noqa: S608 - made of constants
# Who asks for a number wants the letter that has it before those that name it.
_OWN = "(n.number = %(number)s AND %(of_series)s IN ('', n.series))"
_AFTER = "AND (s.day, s.notice_id) < (%(after_day)s::date, %(after_id)s::uuid)"
_AFTER_OWN = f"AND ({_OWN}, s.day, s.notice_id) < (%(after_own)s, %(after_day)s::date, %(after_id)s::uuid)"


class _Letter(NamedTuple):
    id: UUID
    series: str
    number: str
    known: list[str]
    said: list[str]
    of_files: list[str]


class _Kept(NamedTuple):
    notice_id: UUID
    day: date


class _Stemmed(NamedTuple):
    word: str
    stems: list[str]


class Found(NamedTuple):
    """A letter that was found, the day by which it stands among others, and whether it has the number asked for."""

    notice: Notice
    day: date
    own: bool


def keep(db: Db, days: Mapping[UUID, date]) -> None:
    """Let the letters be found that are keys of *days*, each as of its day, in one statement."""
    letters = db.all(_Letter, _LETTERS, ids=list(days))
    found = [_words(letter) for letter in letters]
    db.run(
        _KEEP,
        ids=[letter.id for letter in letters],
        series=[letter.series for letter in letters],
        days=[days[letter.id] for letter in letters],
        words=[" ".join(each) for each in found],
        english=[" ".join(words.english(each)) for each in found],
        cut=CUT_OF_LETTERS,
    )
    keeping.keep(db, days, letters[0].known if letters else ())


def keep_anew(database: Database, now: datetime) -> None:
    """Let letters that an earlier release kept, and their files, be found by the words that this one asks for.

    Raises:
        FileReadersBusy: others are being attached; it goes on the next time.
    """
    while _keep_a_file_anew(database, now):
        pass
    while _keep_some_anew(database, now):
        pass


def find(db: Db, reader: Reader, page: Page, *, query: str, series_name: str, year: int) -> list[Found]:
    """Return the letters that *reader* sees and that fit, the newest first; '' and 0 ask for any.

    Where a number is asked for, the letter that has it stands before those that name it.

    Signs without a word, such as `%`, fit none.
    """
    known = series.known(db) if query.strip() else frozenset()
    number, said = meant(query, known), question(query, known) if query.strip() else None
    asked = said.query(stems(db, said.english())) if said else ""
    if said and not asked:
        return []
    which = [
        "AND s.words @@ %(asked)s::tsquery" if asked else "",
        "AND s.series = %(series)s" if series_name else "",
        "AND s.year = %(year)s" if year else "",
        _AFTER if page.after and not number else "",
    ]
    after_own, after_day, after_id = (False, None, None, *(page.after or ()))[-3:]
    return db.all(
        Found,
        _FIND.format(
            first="MATERIALIZED" if asked else "NOT MATERIALIZED",
            which=" ".join(which),
            own=_OWN if number else "false",
            after=_AFTER_OWN if page.after and number else "",
            first_of_all="own DESC," if number else "",
        ),
        **values(reader),
        asked=asked,
        series=series_name,
        year=year,
        number=number.number if number else "",
        of_series=number.series if number else "",
        after_own=after_own,
        after_day=after_day,
        after_id=after_id,
        limit=page.size + 1,
    )


def stems(db: Db, english: list[str]) -> dict[str, list[str]]:
    """Return the stems of English words, none of those that say nothing (*the*)."""
    return dict(db.all(_Stemmed, _STEMS, words=english)) if english else {}


def _words(letter: _Letter) -> list[str]:
    number = LetterNumber(letter.series, letter.number)
    own = [*words_of(number), *kept(letter.said, letter.known, most_bytes=_MOST_BYTES)]
    return list(dict.fromkeys([*own, *" ".join(letter.of_files).split()]))


def _keep_a_file_anew(database: Database, now: datetime) -> bool:
    with database.read() as db:
        file = attachments.without_words(db)
    if file is None:
        return False
    try:
        found = bounded.examine(file.content).words
    except FileReadersBusy:
        raise
    except Refusal:
        # It was taken once, and would not be today: it stays what it is, and is found by its title.
        found = ()
    with database.transaction(actor="services/notification", method=_JOB, at=now) as db:
        attachments.keep_words(db, file.sha256, found)
        db.run(_OF_FILE_ANEW, sha256=file.sha256)
        db.changed("notices", after={"findable": file.sha256})
    return True


def _keep_some_anew(database: Database, now: datetime) -> bool:
    with database.read() as db:
        if not db.run("SELECT FROM notice_search WHERE cut < %(cut)s LIMIT 1", cut=CUT_OF_LETTERS):
            return False
    with database.transaction(actor="services/notification", method=_JOB, at=now) as db:
        rows = db.all(_Kept, _KEPT_BEFORE, cut=CUT_OF_LETTERS, limit=_ANEW_AT_ONCE)
        keep(db, dict(rows))
        db.changed("notices", after={"findable": len(rows)})
        return bool(rows)
