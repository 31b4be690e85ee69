"""Words: how a text is cut into them, the same for what is kept and for what is asked.

Nothing here depends on a database or its locale: PostgreSQL is given words, and cuts nothing itself. Signs without
white space between them are one *chain* of parts: `302.33` is 302 and 33, `O'Brien` o and brien, `FL-430` fl and 430.
A text is found by each part, by what is left of a chain from each part on (`302-33`, `33`), and by parts that only a
hyphen or an apostrophe divides, as one (`obrien`, `fl430`). So a chain that is asked for finds itself, not its parts
anywhere, and it does not matter which sign its writer put between them.
"""

import itertools
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from servicekit import text as cleaning

# Letters that Unicode does not take apart, by their names there, and what people type who lack the key. Those that are
# a letter *with* something (a stroke, a hook: ł, ø, đ, ħ) need no entry.
_TYPED = {
    "AE": "ae",
    "ALPHA": "a",
    "DOTLESS I": "i",
    "DOTLESS J": "j",
    "ENG": "n",
    "ESH": "s",
    "ETH": "d",
    "EZH": "z",
    "GAMMA": "g",
    "IOTA": "i",
    "KRA": "k",
    "OPEN E": "e",
    "OPEN O": "o",
    "OE": "oe",
    "OU": "ou",
    "SCHWA": "e",
    "SHARP S": "ss",
    "THORN": "th",
    "TURNED E": "e",
    "UPSILON": "u",
}
# What Unicode makes of Afrikaans' one letter for 'n.
_APOSTROPHE = "\u02bc"
_LATIN = re.compile(r"LATIN (?:SMALL |CAPITAL )?(?:LETTER|LIGATURE) (.+)")
_MARKED = re.compile(r"([A-Z]{1,2}) WITH .+")
_SOFT = r"(?:['\u00b7-]|-[ \t\r]*\n[ \t]*)"
_PART = re.compile(rf"(?P<between>{_SOFT}|[-'.:/\\()\[\]{{}}@&_+#*\u2013\u00a7]{{1,3}})?(?P<part>[^\W_]+)")
_SOFTLY = re.compile(_SOFT)
_MOST_PARTS = 6
_LONGEST = 60
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
# Letters that may be the abbreviation of a code of laws, and those with a number behind them.
_SHORT, _NUMBERED = re.compile("[a-z]{3}"), re.compile("([a-z]{2,5})([0-9]+)")
# What an English stemmer takes.
_ENGLISH = re.compile("[a-z]+")


def fold(text: str) -> str:
    """Return *text* in small letters without marks, with one kind of quotation marks: `Łódź` as `lodz`."""
    straight = cleaning.quotes(text)
    if straight.isascii():
        return straight.lower()
    # Some letters have a small form only once they are taken apart, and others the other way round.
    return _bare(_bare(straight).casefold())


def kept(text: str) -> list[str]:
    """Return the words that *text* is found by, each once, in their order."""
    found: dict[str, None] = {}
    for chain in _chains(text):
        for n in range(len(chain.parts)):
            found[chain.parts[n]] = None
            found[chain.joined(n)] = None
            found[chain.softened(n)] = None
    return list(found)


def plain(text: str) -> list[str]:
    """Return the words of a question to a short list: each must begin one of the `kept` words of what is found.

    Apostrophes join, as in `softened`; everything else parts.
    """
    asked: dict[str, None] = {}
    for chain in _chains(text):
        word, joined = "", 0
        for n, part in enumerate(chain.parts):
            if n and (chain.between[n] != "'" or joined == _MOST_PARTS):
                asked[word] = None
                word, joined = "", 0
            word, joined = word + part, joined + 1
        asked[word] = None
    return list(asked)


def hold(text: str, asked_words: Collection[str]) -> bool:
    """Whether each of *asked_words*, which are `plain`, begins a word of *text*."""
    there = kept(text)
    return all(any(word.startswith(begins) for word in there) for begins in asked_words)


def english(words: Collection[str]) -> list[str]:
    """Return those of *words* that have an English stem."""
    return [word for word in words if _ENGLISH.fullmatch(word)]


@dataclass(frozen=True)
class Chain:
    """Parts without white space between them, and what stands before each: `'`, `-` or another sign."""

    parts: tuple[str, ...]
    between: tuple[str, ...]

    def joined(self, start: int = 0) -> str:
        """Return what is left of it from a part on, whatever stood between."""
        return "-".join(self.parts[start : start + _MOST_PARTS])

    def softened(self, start: int = 0) -> str:
        """Return the parts from one on as one word, as far as hyphens and apostrophes go."""
        end = start + 1
        while end < min(len(self.parts), start + _MOST_PARTS) and self.between[end] in ("'", "-"):
            end += 1
        return "".join(self.parts[start:end])

    def query(self, stems: Callable[[str], Collection[str]]) -> str:
        """Return what finds it in a `tsvector` of `kept` words and their *stems*, as a `tsquery`.

        The beginning of a word will do. Figures that follow each other (`302.33`) stand so, or it is another citation;
        other parts may stand alone: `SB-343` finds `SB 343`. Abbreviations are found with points and without.
        """
        last = len(self.parts) - 1
        if not last:
            return _any([_word(self.parts[0], stems), *_written_otherwise(self.parts[0])])
        ways = [f"'{self.joined()}':*"]
        if all(len(part) == 1 and part.isalpha() for part in self.parts):
            ways.append(f"'{''.join(self.parts)}':*")
        if (soft := self.softened()) == "".join(self.parts):
            ways.append(f"'{soft}':*")
        figures = [part[0].isdigit() for part in self.parts]
        if not any(one and other for one, other in itertools.pairwise(figures)):
            apart = [_word(part, stems, begins=n == last and len(part) > 1) for n, part in enumerate(self.parts)]
            ways.append(f"({' & '.join(apart)})")
        return _any(ways)


def asked(text: str) -> list[Chain]:
    """Return the chains of a question, each once, in pieces of which a text may be found by the whole."""
    pieces: dict[Chain, None] = {}
    for chain in _chains(text):
        for n in range(0, len(chain.parts), _MOST_PARTS):
            pieces[Chain(chain.parts[n : n + _MOST_PARTS], chain.between[n : n + _MOST_PARTS])] = None
    return list(pieces)


def _chains(text: str) -> Iterator[Chain]:
    """Cut *text* into its chains."""
    small = fold(text) if text.isascii() and not _UNSEEN.search(text) else _cleaned(text)
    parts: list[str] = []
    between: list[str] = []
    end = 0
    for match in _PART.finditer(small):
        sign = match["between"]
        if parts and not (sign and match.start() == end):
            yield Chain(tuple(parts), tuple(between))
            parts, between = [], []
        end = match.end()
        parts.append(match["part"][:_LONGEST])
        between.append(_kind_of(sign or ""))
    if parts:
        yield Chain(tuple(parts), tuple(between))


def _kind_of(sign: str) -> str:
    if not _SOFTLY.fullmatch(sign):
        return sign and "."
    return "-" if sign[0] == "-" else "'"


def _cleaned(text: str) -> str:
    """Return *text* folded, without what nobody sees."""
    folded = fold(cleaning.block(text))
    return "".join(sign for sign in folded if sign.isascii() or unicodedata.category(sign)[0] != "M")


def _written_otherwise(word: str) -> list[str]:
    """Return how else a text may have an abbreviation: `usc` as `U.S.C.`, `sb343` as `SB 343`."""
    if _SHORT.fullmatch(word):
        return [f"'{'-'.join(word)}':*"]
    if numbered := _NUMBERED.fullmatch(word):
        return [f"('{numbered[1]}' & '{numbered[2]}':*)"]
    return []


def _word(word: str, stems: Callable[[str], Collection[str]], *, begins: bool = True) -> str:
    ways = [f"'{word}':*" if begins else f"'{word}'", *(f"'{stem}'" for stem in stems(word) if stem != word)]
    return _any(ways)


def _any(ways: list[str]) -> str:
    return ways[0] if len(ways) == 1 else f"({' | '.join(ways)})"


def _bare(text: str) -> str:
    signs = []
    for sign in unicodedata.normalize("NFKD", text):
        if sign.isascii():
            signs.append(sign)
        elif not unicodedata.combining(sign):
            signs.append(_latin(sign))
    return "".join(signs)


def _latin(sign: str) -> str:
    """Return a letter that is Latin as what is typed for it, any other sign as it is."""
    if not (named := _LATIN.fullmatch(unicodedata.name(sign, ""))):
        return "'" if sign == _APOSTROPHE else sign
    marked = _MARKED.fullmatch(named[1])
    return marked[1].lower() if marked else _TYPED.get(named[1], sign)
