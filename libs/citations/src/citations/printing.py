"""Printing a key as the people who work with it write it."""

from collections.abc import Callable, Mapping, Sequence

from citations.keys import Key
from citations.sources import BILL, CCR, CFR, CODES, FORM, LETTERS, PUBLIC_LAW, STATUTES, USC

# Below a section, which levels are written in capitals: of laws (a)(1)(A)(i)(I), of rules (a)(1)(i)(A).
_CAPITALS_OF_LAWS, _CAPITALS_OF_RULES = (3, 5), (4,)
_SOURCE_PARTS = 2


def printed(key: Key) -> str:
    """Return *key* as it is cited: `45 CFR 303.11(b)(5)`; one of a source that we do not know as its path."""
    source, rest = key.parts[:_SOURCE_PARTS], key.parts[_SOURCE_PARTS:]
    series, number = key.parts[:-1], key.parts[-1]
    if series in LETTERS:
        return f"{LETTERS[series][0]} {number}"
    if source[0] == "ca" and source[1] in CODES and not rest:
        return CODES[source[1]].title
    if source[0] == "ca" and source[1] in CODES:
        return f"{CODES[source[1]].title} section {rest[0]}{_below(rest[1:], _CAPITALS_OF_LAWS)}"
    known = _KNOWN.get((*source, "part") if source == CFR and len(rest) == _SOURCE_PARTS else source)
    return known(rest) if known and len(rest) >= _LEAST.get(source, 1) else str(key)


def _below(paragraphs: Sequence[str], capitals: Sequence[int]) -> str:
    return "".join(f"({part.upper() if level in capitals else part})" for level, part in enumerate(paragraphs, start=1))


def _public_law(rest: Sequence[str]) -> str:
    congress, number, *below = rest
    section = f" section {below[0]}{_below(below[1:], _CAPITALS_OF_LAWS)}" if below else ""
    return f"Public Law {congress}-{number}{section}"


_KNOWN: Mapping[tuple[str, ...], Callable[[Sequence[str]], str]] = {
    (*CFR, "part"): lambda rest: f"{rest[0]} CFR part {rest[1]}",
    CFR: lambda rest: f"{rest[0]} CFR {rest[1]}.{rest[2]}{_below(rest[3:], _CAPITALS_OF_RULES)}",
    USC: lambda rest: f"{rest[0]} U.S.C. {rest[1]}{_below(rest[2:], _CAPITALS_OF_LAWS)}",
    PUBLIC_LAW: _public_law,
    CCR: lambda rest: f"{rest[0]} CCR {rest[1]}{_below(rest[2:], _CAPITALS_OF_LAWS)}",
    BILL: lambda rest: f"{rest[0].upper()} {rest[1]}",
    STATUTES: lambda rest: f"Statutes of {rest[0]}, chapter {rest[1]}",
    FORM: lambda rest: f"form {rest[0].upper()}",
}
_LEAST: Mapping[tuple[str, ...], int] = {CFR: 2, USC: 2, PUBLIC_LAW: 2, CCR: 2, BILL: 2, STATUTES: 2}
