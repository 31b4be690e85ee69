"""What people type and files hold: one cleaning of it, and one comparison for identity.

What looks equal is equal: Unicode's composed form (NFC), plain blanks and hyphens for the no-break and typographic
ones, no invisible signs. What is kept is what `line` or `block` returns; what two values are compared by is `identity`.
"""

import re
import unicodedata

from servicekit.refusals import InvalidField

# Signs that show nothing although Unicode counts them as letters or marks: joiner, fillers, selectors of variants.
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]")
# Hyphen, non-breaking hyphen, minus, and their small and full-width forms: keyboards have one sign for all of them.
_HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\u2212\ufe63\uff0d"), "-")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Joiners mean something between letters of scripts from Hebrew on (Persian, Hindi), and nowhere before.
_JOINERS = "\u200c\u200d"
_FIRST_JOINED = "\u0590"
_REASON_SHOWN = 100
_NOT_KEPT = re.compile("[\0\ud800-\udfff]")
_DASHES = re.compile("[\u2012-\u2015]")
# They turn the direction of writing: what is read is not what is there, and so they are more than unseen.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Scripts some of whose letters have the shape of a Latin one.
_SHARING_SHAPES = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU")
# What Unicode keeps for formulas, lists and old code pages: letters in another type face, Roman numerals as one sign.
_DRESSED = ("<font>", "<circle>")
_QUOTES = str.maketrans(dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02b9\u02bb\u02bc\u02bd`\u00b4", "'"))
_DOUBLE_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'))


def line(value: str) -> str:
    """Return *value* as one clean line: see the module; any white space is one blank, none at the ends."""
    if value.isascii() and value.isprintable():
        return " ".join(value.split())
    return " ".join(_seen(value).split())


def block(value: str) -> str:
    """Return *value* as clean text of several lines: all line ends are one kind, tabs and blanks in a line stay."""
    lines = (_seen(one, keep="\t").rstrip() for one in _LINE_ENDS.sub("\n", value).split("\n"))
    return "\n".join(lines).strip("\n")


def identity(value: str) -> str:
    """Return what *value* is compared by with others: two values that look alike in any type face give the same.

    Case, width, ligatures, kinds of quotation marks and dashes, and blanks do not count. Letters of other scripts that
    only look like Latin ones do: see `mixture`.
    """
    plain = quotes(unicodedata.normalize("NFKC", line(value)))
    return line(unicodedata.normalize("NFC", _DASHES.sub("-", plain).casefold()))


def quotes(value: str) -> str:
    """Return *value* with the quotation marks and apostrophes of a typewriter, whatever kind it has."""
    return value.translate(_QUOTES).translate(_DOUBLE_QUOTES)


def mixture(value: str) -> str:
    """Return a sign of *value* that only looks like a letter of its word, as `named` says it; '' if there is none.

    A word has letters of one script: Latin with a Cyrillic or a Greek letter in it is written to deceive or by mistake
    (Unicode Technical Standard 39, section 5: mixed-script detection, here for the scripts that share shapes). A sign
    that turns the direction of writing is named too, so ask before `line` or `block` takes it off.
    """
    if value.isascii():
        return ""
    if turning := _TURNING.search(value):
        return named(turning[0])
    for word in value.split():
        scripts = {_script(sign): sign for sign in reversed(word) if sign.isalpha()}
        alike = [scripts[name] for name in _SHARING_SHAPES if name in scripts]
        if alike and "LATIN" in scripts:
            return named(alike[0])
        if dressed := next((sign for sign in word if _is_dressed(sign)), ""):
            return named(dressed)
    return ""


def foreign(value: str) -> str:
    """Return a letter or digit of *value* that is not on keyboards of Latin letters, as `named` says it; or ''."""
    found = (sign for sign in value if not sign.isascii() and sign.isalnum())
    return next((named(sign) for sign in found if not _is_latin(sign)), "")


def unusual(value: str) -> str:
    """Return a sign of *value* that is neither of ASCII nor a Latin letter, as `named` says it; '' if there is none."""
    return next((named(sign) for sign in value if not sign.isascii() and not _is_latin(sign)), "")


def named(sign: str) -> str:
    """Return *sign* as a person can look it up: `U+0410 CYRILLIC CAPITAL LETTER A`."""
    return f"U+{ord(sign):04X} {unicodedata.name(sign, 'without a name')}"


def reason(value: str, *, most: int, what: str = "why") -> str:
    """Return a reason that somebody gives, without blanks around it; refuse none, and one that is too long."""
    said = value.strip()
    if not said or len(said) > most:
        raise InvalidField("reason", said[:_REASON_SHOWN], f"must say {what}, in at most {most} characters")
    return said


def require_storable(field: str, value: str) -> None:
    """Refuse what no database keeps as text: the zero sign, and half of a pair that stands alone."""
    if _NOT_KEPT.search(value):
        raise InvalidField(field, "", "must be text without control signs")


def _seen(value: str, *, keep: str = "") -> str:
    """Return *value* composed, with plain blanks and hyphens, without what nobody sees."""
    signs: list[str] = []
    for sign in unicodedata.normalize("NFC", _UNSEEN.sub("", value)).translate(_HYPHENS):
        match unicodedata.category(sign):
            case "Zs" | "Zl" | "Zp":
                signs.append(" ")
            case "Cc":
                signs.append(sign if sign in keep else " " if sign.isspace() else "")
            case "Cf" | "Cs":
                if sign in _JOINERS and signs and signs[-1] >= _FIRST_JOINED:
                    signs.append(sign)
            case _:
                signs.append(sign)
    # What stood between a letter and its mark is gone now: compose once more.
    return unicodedata.normalize("NFC", "".join(signs))


def _script(sign: str) -> str:
    return unicodedata.name(sign, "").partition(" ")[0]


def _is_latin(sign: str) -> bool:
    return sign.isalpha() and _script(sign) == "LATIN" and not _is_dressed(sign)


def _is_wide_form(sign: str) -> bool:
    return "\uff01" <= sign <= "\uff5e"


def _is_dressed(sign: str) -> bool:
    return (
        _is_wide_form(sign)
        or unicodedata.category(sign) == "Nl"
        or unicodedata.decomposition(sign).startswith(_DRESSED)
    )
