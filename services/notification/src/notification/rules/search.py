"""How letters are found: what is kept of a letter, and what a question means, as words of a text search.

A number is one word in whatever form it is written, and may be cited with its series or without. The people of a case
have an old and a new name in letters: each finds the other.
"""

import re
from collections.abc import Collection

from notification.rules.numbers import LetterNumber, cited
from servicekit.refusals import InvalidField

LONGEST_QUERY = 200
_WORD = re.compile(r"[^\W_]+")
# The person paying support, and the person receiving it; before about 2015, the noncustodial and the custodial parent.
_SAME = (
    ("pps", "ncp", "person paying support", "noncustodial parent", "non custodial parent"),
    ("prs", "cp", "person receiving support", "custodial parent"),
)
_PHRASES = {phrase: group for group in _SAME for phrase in group}
_SPOKEN = re.compile(
    r"(?<!non )(?<!non-)\b(" + "|".join(sorted(map(re.escape, _PHRASES), key=len, reverse=True)) + r")s?\b"
)


def kept(text: str, series: Collection[str]) -> str:
    """Return *text* with each letter's number in it as words that a question finds."""
    return " ".join([text, *(word for one in cited(text, series) for word in words_of(one.number))])


def words_of(number: LetterNumber) -> list[str]:
    """Return the words under which a number is found: with its series, and without."""
    bare = f"x{number.number.replace('-', '')}"
    return [f"x{number.series.lower()}{bare[1:]}", bare] if number.series else [bare]


def question(text: str, series: Collection[str]) -> str:
    """Return what is asked for in the language of `to_tsquery`: every word (its beginning will do) and every number.

    '' asks for nothing in particular.
    """
    if len(text) > LONGEST_QUERY:
        raise InvalidField("query", text[:LONGEST_QUERY], f"must have at most {LONGEST_QUERY} characters")
    terms, rest = [], []
    end = 0
    for one in cited(text, series):
        rest.append(text[end : one.start])
        terms.append(words_of(one.number)[0])
        end = one.end
    plain = " ".join([*rest, text[end:]]).lower().replace("-", " ")
    terms += [f"({' | '.join(map(_phrase, _PHRASES[match[1]]))})" for match in _SPOKEN.finditer(plain)]
    terms += [f"{word}:*" for word in _WORD.findall(_SPOKEN.sub(" ", plain))]
    return " & ".join(terms)


def _phrase(words: str) -> str:
    return "(" + " <-> ".join(words.split()) + ")"
