"""Letters and drafts that are like one that is being written, so that nobody writes one that there is."""

from typing import NamedTuple
from uuid import UUID

from notification.letters.queries import NOTICE_WITHOUT_BODY
from notification.letters.rules.search import LONGEST_QUERY, kept, question
from notification.letters.tables import Notice
from notification.notices.searching import KEPT_WORDS, stems
from notification.series import series
from servicekit import words
from servicekit.data.db import Db

MOST = 5
# A word that more letters have says of none of them that it is like another.
_COMMON = 500
# So many letters are compared, and of drafts and what waits for issue the newest four times as many.
_COMPARED = 50
_BYTES_OF_SUBJECT = 2_000
# Each word is looked up by itself, no further than to where it is common; a letter counts for as much as its words are
# rare.
_WITH_RARE_WORDS = f"""
WITH hit AS (
  SELECT n, found.notice_id FROM unnest(%(terms)s::text[]) WITH ORDINALITY AS term (asked, n)
  CROSS JOIN LATERAL (
    SELECT s.notice_id FROM notice_search AS s WHERE s.words @@ term.asked::tsquery LIMIT {_COMMON + 1}
  ) AS found
), rare AS (
  SELECT n, count(*) AS letters FROM hit GROUP BY n HAVING count(*) <= {_COMMON}
)
SELECT notice_id FROM hit JOIN rare USING (n)
GROUP BY notice_id ORDER BY sum(1.0 / letters) DESC, notice_id LIMIT {_COMPARED}
"""  # noqa: S608 - made of constants
# Where all words are common: of the newest letters, those that have all of them.
_WITH_ALL = f"""
SELECT notice_id FROM (SELECT * FROM notice_search ORDER BY day DESC, notice_id DESC LIMIT {_COMMON}) AS newest
WHERE words @@ %(all)s::tsquery ORDER BY day DESC, notice_id DESC LIMIT {_COMPARED}
"""  # noqa: S608 - made of constants
_BEFORE_ISSUE = f"""
SELECT id FROM notice WHERE state IN ('DRAFT', 'IN_APPROVAL', 'SCHEDULED') AND amends IS NULL
ORDER BY created_at DESC LIMIT {_COMPARED * 4}
"""  # noqa: S608 - made of constants
_SUBJECTS = """
SELECT id, subject FROM notice WHERE id = ANY(%(ids)s) AND id IS DISTINCT FROM %(own)s
  AND id IS DISTINCT FROM (SELECT amends FROM notice WHERE id = %(own)s)
"""
# Half of the words at least, wherever they stand; a draft is known by its subject alone. The newest of equals first.
_LIKEST = f"""
WITH given AS (
  SELECT id, {KEPT_WORDS} AS subject
  FROM unnest(%(ids)s::uuid[], %(words)s::text[], %(english)s::text[]) AS given (id, words, english)
), compared AS (
  SELECT given.id, s.day,
    (SELECT count(*) FROM unnest(%(terms)s::text[]) AS term WHERE given.subject @@ term::tsquery) AS in_subject,
    (SELECT count(*) FROM unnest(%(terms)s::text[]) AS term
     WHERE given.subject @@ term::tsquery OR s.words @@ term::tsquery) AS in_letter
  FROM given LEFT JOIN notice_search AS s ON s.notice_id = given.id
)
SELECT {NOTICE_WITHOUT_BODY}
FROM compared JOIN notice AS n ON n.id = compared.id
WHERE 2 * in_letter >= cardinality(%(terms)s::text[])
ORDER BY in_subject DESC, in_letter DESC, coalesce(day, n.created_at::date) DESC, n.created_at DESC, n.id LIMIT {MOST}
"""  # noqa: S608 - made of constants


class _Subject(NamedTuple):
    id: UUID
    subject: str


def find(db: Db, *, subject: str, own: UUID | None) -> list[Notice]:
    """Return, the likest first, letters in any state whose words are those of *subject*.

    But for the *own* one, and the one that it amends. The words that few letters have decide which are compared; then
    those whose subjects have most of the words are the likest. Words as they are typed: the beginning of one will do.
    """
    known = series.known(db)
    meant = question(subject[:LONGEST_QUERY], known)
    terms = meant.telling(stems(db, meant.english()))
    if not terms:
        return []
    found = db.values(_WITH_RARE_WORDS, terms=terms) or db.values(_WITH_ALL, all=" & ".join(terms))
    compared = db.all(_Subject, _SUBJECTS, ids=[*found, *db.values(_BEFORE_ISSUE)], own=own)
    cut = [kept([one.subject], known, most_bytes=_BYTES_OF_SUBJECT) for one in compared]
    return db.all(
        Notice,
        _LIKEST,
        terms=terms,
        ids=[one.id for one in compared],
        words=[" ".join(each) for each in cut],
        english=[" ".join(words.english(each)) for each in cut],
    )
