"""How the letters of a file are written: Unicode, or one of three old code pages, told apart by what they make of it.

A code page is right if all that it reads beyond ASCII stands where people's names have it. If none is, or several are,
the file is not guessed at: wrong letters in names would be stored, and seen by everybody but their sender.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_WESTERN, _MS_DOS, _MAC = "cp1252", "cp850", "mac_roman"
# As people know them. Code page 437 has no Latin letter that 850 has not at the same place.
_TITLES = {_WESTERN: "Windows-1252", _MS_DOS: "MS-DOS", _MAC: "Mac Roman", "utf-8": "UTF-8", "utf-8-sig": "UTF-8"}
_BEYOND_ASCII = re.compile(r"[^\s,;\t\"]*[^\x00-\x7f\xa0][^\s,;\t\"]*")
# In Windows-1252 a no-break blank, in MS-DOS an a with an accent.
_BLANK_OR_LETTER = re.compile("[A-Za-z]\xa0[a-z]")
_MARKS = frozenset("’‘“”–—")  # noqa: RUF001 - as people write them
_DASHES = frozenset("–—")  # noqa: RUF001
# Letters to Unicode that stand in no name, and are what a wrong code page makes of one.
_NO_LETTERS = frozenset("ƒªºµı")
_LONGEST_SHOWN = 40
_SAVE = "save the whole file as CSV UTF-8"


@dataclass(frozen=True)
class Fault:
    """A line whose letters cannot be read: what stands there, as near as can be told, and the rule."""

    line: int
    value: str
    rule: str


@dataclass(frozen=True)
class Decoded:
    """The text of a file, how it was written (as people call it), and the lines that are not written so."""

    text: str
    title: str
    faults: list[Fault]


def decode(content: bytes) -> Decoded:
    """Return the text of *content*; with a fault, it is for showing only."""
    marked = next((name for bom, name in _BOMS if content.startswith(bom)), "") or _unmarked_utf16(content)
    if marked.startswith("utf-16"):
        try:
            return Decoded(content.decode(marked), "UTF-16", [])
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            return Decoded("", "UTF-16", [Fault(line, "", f"is not UTF-16 as its beginning says: {_SAVE}")])
    try:
        return Decoded(content.decode(marked or "utf-8"), "UTF-8", [])
    except UnicodeDecodeError:
        lines = content.splitlines(keepends=True)
    broken = [number for number, line in enumerate(lines, 1) if not _is_utf8(line)]
    if marked or any(not line.isascii() and _is_utf8(line) for line in lines):
        # One row of another kind says nothing of the others: it is named, and they are what they are.
        rule = f"must be UTF-8, as other rows of this file are: {_SAVE}"
        shown = [line.decode("utf-8" if _is_utf8(line) else _WESTERN, "replace") for line in lines]
        faults = [Fault(number, _odd_word(shown[number - 1]), rule) for number in broken]
        return Decoded("".join(shown).removeprefix("\ufeff"), "UTF-8", faults)
    return _by_code_page(content, lines, broken[0])


def _by_code_page(content: bytes, lines: list[bytes], first: int) -> Decoded:
    # Programs of the old Mac end lines by a carriage return alone, those of Windows and MS-DOS by two signs.
    if b"\r" in content and b"\n" not in content:
        order: tuple[str, ...] = (_MAC, _WESTERN, _MS_DOS)
    else:
        order = (_WESTERN, _MS_DOS) if b"\r\n" in content else (_WESTERN, _MS_DOS, _MAC)
    read = {page: text for page in order if (text := _decoded(content, page)) is not None}
    good = [page for page, text in read.items() if _is_plausible(text)]
    doubtful = good[:2] == [_WESTERN, _MS_DOS] and _BLANK_OR_LETTER.search(read[_WESTERN])
    if good and not doubtful and (good[0] == order[0] or len(good) == 1):
        return Decoded(read[good[0]], _TITLES[good[0]], [])
    words = {page: _odd_word(lines[first - 1].decode(page, "replace")) for page in good or order}
    shown = " / ".join(dict.fromkeys(word for word in words.values() if word))
    return Decoded("", "", [Fault(first, shown, f"may be read in several ways: {_SAVE}")])


def _is_plausible(text: str) -> bool:
    return all(_may_be_a_name(word) for word in set(_BEYOND_ASCII.findall(text)))


def _may_be_a_name(word: str) -> bool:
    """Whether what is beyond ASCII in *word* stands where names have it: no capital after a small letter, no sign."""
    if any(not (sign.isascii() or sign in _MARKS or _is_letter(sign)) for sign in word):
        return False
    for one, other in pairwise(word):
        if one.isascii() and other.isascii():
            continue
        if (one.islower() and other.isupper()) or one.isdigit() or other.isdigit():
            return False
        if one in _DASHES and other.islower():
            return False
    return True


def _is_letter(sign: str) -> bool:
    return sign not in _NO_LETTERS and unicodedata.category(sign) in ("Lu", "Ll")


def _odd_word(line: str) -> str:
    found: Iterator[re.Match[str]] = re.finditer(r"[^\s,;\t\"]*[^\x00-\x7f][^\s,;\t\"]*", line)
    return next((match[0][:_LONGEST_SHOWN] for match in found), "")


def _unmarked_utf16(content: bytes) -> str:
    """Without a mark, UTF-16 shows by the zero bytes of its ASCII signs: in odd places if little-endian."""
    head = content[:2000]
    if head.count(0) <= len(head) // 4:
        return ""
    return "utf-16-le" if head[1::2].count(0) >= head[0::2].count(0) else "utf-16-be"


def _decoded(content: bytes, page: str) -> str | None:
    try:
        return content.decode(page)
    except UnicodeDecodeError:
        return None


def _is_utf8(line: bytes) -> bool:
    return _decoded(line, "utf-8") is not None
