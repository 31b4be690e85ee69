"""Reading citations in text: a grammar for each source, and lists and ranges that all share.

`45 CFR 303.11(b)(5), (b)(7) and (c)` is three citations, `Family Code sections 17600-17604` is one with an end.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial

from citations.keys import Key
from citations.sources import BILL, CCR, CFR, CODES, FORM, LETTERS, PUBLIC_LAW, STATUTES, USC, of_the_act

# A text is read with one kind of blank and one kind of hyphen, each in the place of what stands there.
_BLANKS, _HYPHENS = "\t\n\v\f\r\u00a0\u2007\u2009\u202f", "\u2010\u2011\u2012\u2013\u2014\u2212"
_PLAIN = str.maketrans(dict.fromkeys(_BLANKS, " ") | dict.fromkeys(_HYPHENS, "-"))
_SIGN = r"(?:§§? *|[Ss]ec(?:tions?|s?\.)? +|s\. ?)"
_PARAGRAPHS = r"(?: ?\([A-Za-z0-9]{1,5}\))*"
# Not the title of another citation that follows.
_SECTION = r"\d+(?:\.\d+)*[a-z]{0,2}(?![A-Za-z0-9]| ?(?:C\.? ?F\.? ?R|U\.? ?S\.? ?C|C\.? ?C\.? ?R)\b)"
_ITEM = rf"{_SECTION}{_PARAGRAPHS}"
# Within a list, an item without a section of its own, or one that is no year and no small number of something else.
_MORE = r"\([A-Za-z0-9]{1,5}\)(?: ?\([A-Za-z0-9]{1,5}\))*"
_NEXT = rf"(?:{_SIGN}{_ITEM}|{_MORE}|(?!(?:199\d|20[0-3]\d|\d\d?)(?![\d.(a-z])){_ITEM})"
_AND = r" *(?:, *(?:and|or) +|[,;&] *|(?:and|or) +)"
_TO = r" *(?:-|(?:to|through|thru) ) *"
_LIST = rf"(?P<items>{_ITEM}(?:(?:{_AND}|{_TO}){_NEXT})*)"
_EACH = re.compile(rf"(?P<first>{_ITEM}|{_MORE})(?:{_TO}(?P<last>{_ITEM}|{_MORE}))?")
_WORD = re.compile(r"\(([A-Za-z0-9]{1,5})\)")
# Small Roman numbers stand below a number, (b)(1)(i): above it, (i) is a letter.
_ROMAN, _ROMAN_FROM = re.compile("[ivxl]+"), 3
# The parts of title 45 that are about child support: their sections are named without it.
_OURS = re.compile(r"30[0-9]\.\d{1,3}")
_Base = Callable[[str], tuple[str, ...]]


@dataclass(frozen=True)
class Citation:
    """A rule that a text names between *start* and *end*; *through* is the last one of a range that begins with it."""

    key: Key
    start: int
    end: int
    through: Key | None = None


def find(text: str) -> list[Citation]:
    """Return what *text* cites, in its order; of two readings the one that begins first, or is longer."""
    found = sorted(_all(text.translate(_PLAIN)), key=lambda one: (one.start, -one.end))
    kept: list[Citation] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def read(text: str) -> Key:
    """Return the one rule that somebody typed, as a citation or as a key.

    Raises:
        ValueError: it is no citation, or more than one.
    """
    typed = text.strip()
    found = find(typed)
    if len(found) == 1 and found[0].through is None and not typed[: found[0].start] + typed[found[0].end :].strip(" ."):
        return found[0].key
    if "/" in typed and not found:
        return Key.of(typed)
    raise ValueError(f"{typed!r} names {'no rule' if not found else 'more than one rule'}, such as 45 CFR 303.11(b)")


def _all(text: str) -> Iterator[Citation]:
    for pattern, base in _sectioned():
        for match in pattern.finditer(text):
            yield from _listed(match, partial(base, match), match.end())
    for match in _SECTIONS.finditer(text):
        # What they are sections of may stand behind them.
        source = _source().match(text, match.end())
        if source is not None:
            code = next((name for name in CODES if source[name]), "")
            yield from _listed(match, partial(_of_code, code) if code else _of_act, source.end())
        elif _OURS.match(match["items"]):
            yield from _listed(match, _of_ours, match.end())
    for pattern, key in _numbered():
        for match in pattern.finditer(text):
            yield Citation(Key(key(match)), match.start(), match.end())


def _listed(match: re.Match[str], base: _Base, end: int) -> Iterator[Citation]:
    """Give each item of the list that a match holds: the first begins where it does, the last ends at *end*.

    *base* makes the key up to the section; it is empty where there is no such section.
    """
    before: tuple[str, ...] = ()
    items = list(_EACH.finditer(match["items"]))
    for n, item in enumerate(items):
        parts = _parts(item["first"], before)
        until = _parts(item["last"], parts) if item["last"] else ()
        top, through = base(parts[0]), base(until[0]) if until else ()
        if top:
            yield Citation(
                Key(top + parts[1:]),
                match.start() if n == 0 else match.start("items") + item.start(),
                end if n == len(items) - 1 else match.start("items") + item.end(),
                Key(through + until[1:]) if through else None,
            )
        before = until or parts


def _parts(item: str, before: Sequence[str]) -> tuple[str, ...]:
    """Return section and paragraphs of an item; one that has paragraphs alone goes on from the item *before* it."""
    section, paragraphs = item.partition("(")[0].strip(), [word.lower() for word in _WORD.findall(item)]
    if section:
        return (section.lower(), *paragraphs)
    return (*before[: _level(item, before)], *paragraphs)


def _level(item: str, before: Sequence[str]) -> int:
    """Return how many parts of what stands *before* an item of paragraphs alone hold for it, too.

    It replaces the last part of its own kind: a number, a letter, or a small Roman number below a number.
    """
    first = _WORD.findall(item)[0].lower()
    for level in range(len(before) - 1, 0, -1):
        part = before[level]
        if part.isdigit() != first.isdigit():
            continue
        roman = level >= _ROMAN_FROM and _ROMAN.fullmatch(part) is not None
        if first.isdigit() or not roman or _ROMAN.fullmatch(first):
            return level
    return len(before)


_SECTIONS = re.compile(rf"(?<![\w.]){_SIGN}{_LIST}")
_BETWEEN = rf"(?:,? *{_SIGN}|,? +)"


@cache
def _sectioned() -> Sequence[tuple[re.Pattern[str], Callable[[re.Match[str], str], tuple[str, ...]]]]:
    """Return how sources that have sections are named before them, each with what makes a key up to the section."""
    title = r"(?P<title>\d{1,2})"
    public_law = r"\bP(?:\.|ub(?:lic|\.)) ?L(?:\.|aw) *(?:No\. *)?(?P<congress>\d{2,3})-(?P<number>\d{1,3})"
    ccr = (*CCR,)
    named: list[tuple[str, Callable[[re.Match[str], str], tuple[str, ...]]]] = [
        (rf"\b{title} *C\.? ?F\.? ?R\.?", lambda match, section: (*CFR, match["title"], *section.split("."))),
        (rf"\b{title} *U\.? ?S\.? ?C\.?(?:A\.?)?", lambda match, section: (*USC, match["title"], section)),
        (rf"\b{title} *C\.? ?C\.? ?R\.?", lambda match, section: (*ccr, match["title"], section)),
        (
            rf"\b[Tt]it(?:le|\.) *{title} *,? *(?:of the )?California Code of Regulations",
            lambda match, section: (*ccr, match["title"], section),
        ),
        (rf"\bCal\. *Code Regs\.,? *tit\. *{title}", lambda match, section: (*ccr, match["title"], section)),
        (public_law, lambda match, section: (*PUBLIC_LAW, match["congress"], match["number"], section)),
        (r"\bSocial Security Act", lambda _match, section: _of_act(section)),
    ]
    made = [(re.compile(rf"{name}{_BETWEEN}{_LIST}"), base) for name, base in named]
    codes = [(re.compile(rf"\b(?:{_names(code)})(?!\w){_BETWEEN}{_LIST}"), partial(_of_named, code)) for code in CODES]
    return [*made, *codes]


@cache
def _source() -> re.Pattern[str]:
    """Return what may stand behind sections: ` of the Family Code`, ` of the Act`."""
    codes = "|".join(f"(?P<{code}>{_names(code)})" for code in CODES)
    return re.compile(rf" +of the (?:(?:Social Security )?Act\b|(?:California )?(?:{codes})(?!\w))")


def _names(code: str) -> str:
    title, short = CODES[code]
    return "|".join((title, *short))


def _of_ours(section: str) -> tuple[str, ...]:
    return (*CFR, "45", *section.split(".")) if _OURS.fullmatch(section) else ()


def _of_act(section: str) -> tuple[str, ...]:
    found = of_the_act(section)
    return (*USC, "42", found) if found else ()


def _of_code(code: str, section: str) -> tuple[str, ...]:
    return ("ca", code, section)


def _of_named(code: str, _match: re.Match[str], section: str) -> tuple[str, ...]:
    return _of_code(code, section)


@cache
def _numbered() -> Sequence[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[str, ...]]]]:
    """Return the patterns of sources that have numbers, each with the key that its match is."""
    between = r"(?: |-|:|No\.){1,3}"
    made: list[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[str, ...]]]] = [
        (
            re.compile(r"\b(?P<title>\d{1,2}) *C\.? ?F\.? ?R\.?,? *[Pp]arts? +(?P<part>\d{1,4})\b"),
            lambda match: (*CFR, match["title"], match["part"]),
        ),
        (
            re.compile(rf"\b(?P<house>[SA])(?:B|\.B\.){between}(?P<number>\d{{1,4}})\b(?!-\d)"),
            lambda match: (*BILL, f"{match['house'].lower()}b", str(int(match["number"]))),
        ),
        (
            re.compile(rf"\b(?P<house>Senate|Assembly) +Bill{between}(?P<number>\d{{1,4}})\b"),
            lambda match: (*BILL, f"{match['house'][0].lower()}b", str(int(match["number"]))),
        ),
        (
            re.compile(r"\bStat(?:utes|s\.) +(?:of +)?(?P<year>\d{4}),? +[Cc]h(?:apter|\.) *(?P<number>\d{1,4})\b"),
            lambda match: (*STATUTES, match["year"], match["number"]),
        ),
        (
            re.compile(r"\bP(?:\.|ub(?:lic|\.)) ?L(?:\.|aw) *(?:No\. *)?(?P<congress>\d{2,3})-(?P<number>\d{1,3})\b"),
            lambda match: (*PUBLIC_LAW, match["congress"], match["number"]),
        ),
        (
            re.compile(r"\b(?:[Ff]orm +)?(?P<series>FL|JV|AP)-? ?(?P<number>\d{3})\b"),
            lambda match: (*FORM, f"{match['series'].lower()}-{match['number']}"),
        ),
    ]
    for base, (_, name) in LETTERS.items():
        made.append(
            (
                re.compile(rf"\b(?:OCSE-)?{name}(?: +[Ll]etter)?{between}(?P<year>\d\d)-(?P<number>\d{{1,3}})\b"),
                _letter(base),
            )
        )
    return made


def _letter(base: tuple[str, ...]) -> Callable[[re.Match[str]], tuple[str, ...]]:
    return lambda match: (*base, f"{match['year']}-{int(match['number']):02}")
