"""People's names: how they are kept, shown, ordered and found. Any script; nothing is assumed of their parts."""

import re
import unicodedata

from servicekit import text, words
from servicekit.refusals import InvalidField, Kind, Refusal

# One @, something on both sides, no white space: what a mail server makes of the rest is its business.
EMAIL = r"[^@\s]+@[^@\s]+"
# Letters to Unicode, but typed as an apostrophe or not at all: the okina and the apostrophe of some alphabets.
_TURNED_COMMAS = "\u02bb\u02bc"
_ASCII_MARKS = re.compile(r"[^a-z0-9 ]")
# A number as people write it, with an extension or without one, in any case; letters stand only before the extension.
TELEPHONE = r"[+(]?[0-9][0-9 ().\-/]{5,28}[0-9]([,;]? ?((ext(ensio)?n?|x)[.:]? ?#?|#) ?[0-9]{1,8})?"
A_TELEPHONE = "must be a phone number, such as 707-555-0123, ext. 4"
# A number as a spreadsheet shortens it, and as it writes one that it holds as a number.
_SHORTENED = re.compile(r"[0-9]+([.,][0-9]+)?[eE]\+[0-9]+|[0-9]+[.,][0-9]+[eE][0-9]+")
_WITH_DECIMALS = re.compile(r"([0-9]+)[.,]0+")
_LOST_LETTER = "\ufffd"
_DASHES = str.maketrans(dict.fromkeys("\u2012\u2013\u2014\u2015", "-"))
LONGEST = 200
LONGEST_STAFF_NUMBER = 40
# Numbers of people from outside: how many there can be, and their form, which no roster and no page may give to staff.
OUTSIDE_NUMBERS = 100_000_000
_OUTSIDE = re.compile(r"x-?[0-9]{8}")
_OF_OUTSIDE = "must not be X- and eight digits: such numbers are given to people from outside the program"
# Letters that are taken for digits, and the digits; then what people write between the parts of a number, or leave out.
SHAPES = ("oilzsb-._/ ", "011258")
_SHAPES = str.maketrans(SHAPES[0][: len(SHAPES[1])], SHAPES[1], SHAPES[0][len(SHAPES[1]) :])
_DECIMALS = re.compile(r"(?<=[0-9])[.,]0+$")
# Letters of other scripts with the shape of a Latin one, as keyboards that change between them leave them.
_TWINS = str.maketrans(
    "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0456\u0455\u03bf\u03b9\u03ba\u03b1",
    "abekmhopctyxisoika",
)


class NameMissing(Refusal):
    """A person needs a family name or a given name."""

    kind = Kind.INVALID


def require(family_name: str, given_name: str) -> None:
    """Refuse a person without any name, or with one that is too long; a single name is a name."""
    if not family_name and not given_name:
        raise NameMissing("A person needs a name.", field="person.family_name")
    for field, value in (("family_name", family_name), ("given_name", given_name)):
        if len(value) > LONGEST:
            raise InvalidField(f"person.{field}", "", f"must be at most {LONGEST} characters")


def check_email(field: str, value: str) -> None:
    """Refuse what cannot be an e-mail address; empty = none. The value is not repeated: it is personal."""
    if value and not re.fullmatch(EMAIL, value):
        raise InvalidField(field, "", "must be an e-mail address")


def check_telephone(field: str, value: str) -> None:
    """Refuse what cannot be a telephone number; empty = none. The value is not repeated: it is personal."""
    if value and not re.fullmatch(TELEPHONE, value, re.IGNORECASE):
        raise InvalidField(field, "", A_TELEPHONE)


def check_letters(field: str, typed: str) -> None:
    """Refuse a name, as it was typed, with a sign that only looks like a letter of its word."""
    if rule := fault_of_name(typed):
        raise InvalidField(field, "", rule)


def check_staff_number(field: str, typed: str) -> None:
    """Refuse a staff number, as it was typed, that is missing, too long, or not what its owner would read out."""
    number = numbered(typed)
    if not number or len(number) > LONGEST_STAFF_NUMBER:
        raise InvalidField(
            field, number[:LONGEST_STAFF_NUMBER], f"must be given, of at most {LONGEST_STAFF_NUMBER} characters"
        )
    if rule := fault_of_staff_number(typed):
        raise InvalidField(field, number, rule)


def fault_of_name(typed: str) -> str:
    """Return the rule that a name, as it was typed, breaks by a sign of it; '' if none."""
    if sign := text.mixture(typed):
        return f"must not hold {sign}: it only looks like a letter of this word"
    if _LOST_LETTER in typed:
        return "must be written again: a letter was lost when the file was saved"
    return ""


def fault_of_staff_number(typed: str) -> str:
    """Return the rule that a staff number, as it was typed or as a spreadsheet wrote it, breaks; '' if none."""
    if sign := text.mixture(typed) or text.foreign(typed):
        return f"must not hold {sign}: it only looks like a plain letter or digit"
    if _LOST_LETTER in typed:
        return "must be written again: a letter was lost when the file was saved"
    number = numbered(typed)
    if sign := text.unusual(number):
        return f"must not hold {sign}: a staff number has letters, digits and the signs of a keyboard"
    if _SHORTENED.fullmatch(number):
        return "must be the whole number: a spreadsheet shortened it; format the column as text and type it again"
    if decimals := _WITH_DECIMALS.fullmatch(number):
        return f"must not end in decimals: is {decimals[1]} meant, or were zeros lost too?"
    return _OF_OUTSIDE if is_outside_number(number) else ""


def clean(value: str) -> str:
    """Return *value* as it is kept: what looks equal is equal."""
    return text.line(value)


def numbered(value: str) -> str:
    """Return a staff or telephone number as it is kept: clean, with the hyphens of keyboards."""
    return text.line(value).translate(_DASHES)


def staff_key(number: str) -> str:
    """Return what staff numbers are compared by: two that look alike have the same."""
    return text.identity(number)


def outside_number(n: int) -> str:
    """Return the number *n* of people from outside."""
    return f"X-{n:08}"


def is_outside_number(number: str) -> bool:
    """Whether a number, however it is written, has the form of those of people from outside."""
    return _OUTSIDE.fullmatch(staff_key(numbered(number)).replace(" ", "")) is not None


def shape(number: str) -> str:
    """Return what *number* looks like to somebody who copies it, or to a spreadsheet: two that look so have the same.

    Letters are taken for digits, hyphens left out, zeros lost in front, decimals come at the end. '' for only zeros.
    """
    key = staff_key(number).translate(_TWINS)
    return _DECIMALS.sub("", key).translate(_SHAPES).lstrip("0")


def figures(number: str) -> str:
    """Return the digits of a number that was written without its letters; '' for one that has some."""
    key = staff_key(number)
    return key.lstrip("0") if key.isascii() and key.isdecimal() else ""


def zeroed_keys(number: str) -> list[str]:
    """Return the keys of the numbers that *number* may have been before a spreadsheet took zeros off its front.

    Empty for numbers that are not all digits: nothing takes zeros off those.
    """
    key = staff_key(number)
    bare = key.lstrip("0")
    if not (key.isascii() and key.isdecimal() and bare):
        return []
    return [bare.zfill(length) for length in range(len(bare), LONGEST_STAFF_NUMBER + 1) if length != len(key)]


def fold(value: str) -> str:
    """Return *value* without marks and case, any Latin letter as people type it who lack it: `Łukasz` as `lukasz`."""
    return " ".join(words.fold(value).split())


def sort_key(family_name: str, given_name: str) -> str:
    """Return the key by which people are listed: family name, then given name."""
    return f"{fold(family_name)} {fold(given_name)}"


def search_words(query: str) -> list[str]:
    """Return the words of *query* in the form in which `search_key` holds them; all must be found."""
    return _bare(query).split()


def search_key(family_name: str, given_name: str, staff_number: str) -> str:
    """Return the text in which a search looks: `O'Brien` is found by `obrien`, `Cruz-Li` by `cruz li`."""
    return _bare(f"{given_name} {family_name} {staff_number}")


def display_name(family_name: str, given_name: str) -> str:
    """Return the name as it is shown: given name first, but family name first and without a space in Chinese script."""
    if family_name and given_name and _is_han(family_name) and _is_han(given_name):
        return family_name + given_name
    return f"{given_name} {family_name}".strip()


def _bare(value: str) -> str:
    """Fold *value*; hyphens part words, apostrophes and their like join them."""
    folded = fold(value)
    if folded.isascii():
        return " ".join(_ASCII_MARKS.sub("", folded.replace("-", " ")).split())
    signs = []
    for sign in folded:
        if sign in _TURNED_COMMAS:
            continue
        if sign.isalnum() or unicodedata.category(sign) in ("Mn", "Mc"):
            signs.append(sign)
        elif sign.isspace() or unicodedata.category(sign) == "Pd":
            signs.append(" ")
    return " ".join("".join(signs).split())


def _is_han(value: str) -> bool:
    return all(unicodedata.name(sign, "").startswith("CJK ") for sign in value)
