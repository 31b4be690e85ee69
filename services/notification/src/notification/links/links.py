"""Which letters supersede which, as a reader is told; and that none supersedes itself by way of others."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from notification.deliveries.visibility import VISIBLE, values
from notification.letters.rules import cited
from notification.letters.rules.numbers import LetterNumber
from notification.letters.rules.reading import Reader
from servicekit.data.db import Db
from servicekit.refusals import Refusal

# Letters that are out, or were issued elsewhere; one that was withdrawn supersedes nothing.
_SUCCESSORS = f"""
SELECT old.id AS superseded_id, n.id AS notice_id, n.series, n.number, n.subject,
  coalesce(nullif(link.parts, ''), n.supersedes) AS parts, link.whole, link.rescinds,
  coalesce(n.effective_date::text, n.issued_on) AS since
FROM notice AS old JOIN letter_link AS link USING (series, number) JOIN notice AS n ON n.id = link.notice_id
WHERE old.id = ANY(%(notices)s) AND old.state <> 'DRAFT' AND n.id <> old.id
  AND n.state IN ('PUBLISHED', 'HISTORIC') AND {VISIBLE}
ORDER BY n.effective_date NULLS FIRST, n.series, n.number
"""  # noqa: S608 - made of constants
# What the letters end that are reached from some: of each letter that is out, by its number.
_ENDING = """
WITH RECURSIVE reached (series, number) AS (
  SELECT * FROM unnest(%(series)s::text[], %(numbers)s::text[])
  UNION
  SELECT link.series, link.number
  FROM reached JOIN notice AS n USING (series, number) JOIN letter_link AS link ON link.notice_id = n.id
  WHERE n.state IN ('PUBLISHED', 'HISTORIC')
)
SELECT n.series, n.number, link.series AS ended_series, link.number AS ended_number, link.whole
FROM reached JOIN notice AS n USING (series, number) JOIN letter_link AS link ON link.notice_id = n.id
WHERE n.state IN ('PUBLISHED', 'HISTORIC')
ORDER BY n.series, n.number, link.series, link.number
"""


class SupersedesItself(Refusal):
    """A letter would supersede itself by way of those that it supersedes: `path` names them."""


class Successor(NamedTuple):
    """A letter that supersedes another one, the *whole* of it or *parts*, *since* a day, as far as that is known.

    One that *rescinds* it puts nothing in its place.
    """

    superseded_id: UUID
    notice_id: UUID
    series: str
    number: str
    subject: str
    parts: str
    whole: bool
    rescinds: bool
    since: str


class Supersedes(NamedTuple):
    """What a letter says of those that it supersedes: altogether (*replaces*), and in part.

    One from before Cadre supersedes altogether.
    """

    series: str
    number: str
    replaces: str
    supersedes: str
    historic: bool = False


class _Ended(NamedTuple):
    series: str
    number: str
    ended_series: str
    ended_number: str
    whole: bool


def successors(db: Db, notices: Sequence[UUID], reader: Reader) -> dict[UUID, list[Successor]]:
    """Return, by letter, those that supersede it and that *reader* sees, the first of them first."""
    found: defaultdict[UUID, list[Successor]] = defaultdict(list)
    for one in db.all(Successor, _SUCCESSORS, notices=list(notices), **values(reader)):
        found[one.superseded_id].append(one)
    return found


def below_successors(letters: Sequence[UUID], found: Mapping[UUID, Sequence[Successor]]) -> list[UUID]:
    """Return *letters* in their order, but for those that are superseded altogether: each below what supersedes it."""
    placed: dict[UUID, None] = {}

    def place(letter: UUID, above: frozenset[UUID]) -> None:
        if letter in placed or letter in above:
            return
        for one in found.get(letter, ()):
            if one.whole and one.notice_id in known:
                place(one.notice_id, above | {letter})
        placed[letter] = None

    known = frozenset(letters)
    for letter in letters:
        place(letter, frozenset())
    return list(placed)


def circle(db: Db, letter: Supersedes, series: Collection[str]) -> str:
    """Return the letters by which one would supersede itself, from it back to it, '' if it would not.

    It goes by letters that are out or from before. *series* are those that there are.
    """
    ended = cited.ended(letter.replaces, letter.supersedes, series, historic=letter.historic)
    ending = {one.number: one.whole for one in ended.values()}
    if not ending:
        return ""
    known: defaultdict[LetterNumber, dict[LetterNumber, bool]] = defaultdict(dict)
    asked: Mapping[str, list[str]] = {
        "series": [one.series for one in ending],
        "numbers": [one.number for one in ending],
    }
    for row in db.all(_Ended, _ENDING, **asked):
        other = LetterNumber(row.ended_series, row.ended_number)
        known[LetterNumber(row.series, row.number)][other] = row.whole
    return ", ".join(str(one) for one in cited.circle(LetterNumber(letter.series, letter.number), ending, known))


def refuse_circle(path: str) -> None:
    """Refuse a letter that would supersede itself by *path*, if there is one."""
    if path:
        raise SupersedesItself(
            "By way of the letters that it supersedes this one would supersede itself.", field="replaces", path=path
        )
