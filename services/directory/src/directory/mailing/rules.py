"""A pasted list of mail addresses: read whole, each fault with its line, its value and the rule that it breaks."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from servicekit import text

# A list is of mailboxes, not of staff: who works there is in the roster, and has messages of their own.
MOST_ON_LIST = 50
MOST_LINES, MOST_CHARACTERS = 500, 50_000
_LONGEST, _LONGEST_LOCAL, _LONGEST_TITLE, _LONGEST_SHOWN = 254, 64, 100, 80

_LINES = re.compile(r"\r\n|\r|\n")
_NAMED = re.compile(r"(?P<title>[^<>]*)<(?P<address>[^<>]*)>")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.IGNORECASE)
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"({_LABEL}\.)+(?=[a-z])[a-z0-9-]{{0,61}}[a-z0-9]", re.IGNORECASE)


@dataclass(frozen=True)
class Pasted:
    """An address of a pasted list, with the line where it stands, and what its reader is called, '' if nothing."""

    line: int
    address: str
    title: str

    @property
    def key(self) -> str:
        """By what addresses are compared."""
        return self.address.casefold()


@dataclass(frozen=True)
class Fault:
    """What is wrong in a line, 0 = with the whole; *value* is the beginning of what stands there."""

    line: int
    value: str
    rule: str


@dataclass
class Read:
    """What a pasted list says: addresses each once, those that are *folded* into one that is there, and faults."""

    addresses: list[Pasted] = field(default_factory=list)
    folded: list[Pasted] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read(pasted: str, held: Collection[str] = ()) -> Read:
    """Read a list, to be added to one that *held* the addresses with these keys."""
    found = Read()
    if rule := _too_long(pasted):
        found.faults.append(Fault(0, "", rule))
        return found
    seen = set(held)
    for n, line in enumerate(_LINES.split(pasted), start=1):
        for entry in _entries(line):
            address, title, rule = _entry(entry)
            if rule:
                found.faults.append(Fault(n, _beginning(entry), rule))
                continue
            one = Pasted(n, address, title)
            (found.folded if one.key in seen else found.addresses).append(one)
            seen.add(one.key)
    if not found.faults and (rule := _too_many(found, len(held))):
        found.faults.append(Fault(0, "", rule))
    return found


def _too_long(pasted: str) -> str:
    lines = len(_LINES.findall(pasted)) + 1
    if lines > MOST_LINES:
        return f"must have at most {MOST_LINES} lines: these are {lines:,}"
    if len(pasted) > MOST_CHARACTERS:
        return f"must have at most {MOST_CHARACTERS:,} characters: these are {len(pasted):,}"
    return ""


def _too_many(found: Read, held: int) -> str:
    if not found.addresses and not found.folded:
        return "must have at least one address"
    if held + len(found.addresses) > MOST_ON_LIST:
        new = len(found.addresses)
        return f"must leave at most {MOST_ON_LIST} addresses on the list: it has {held}, and {new} are new"
    return ""


def _entries(line: str) -> Iterator[str]:
    """Cut a line at its commas and semicolons, but not within quotation marks or brackets."""
    entry, quoted, escaped, bracketed = "", False, False, False
    for sign in line:
        if sign in ",;" and not quoted and not bracketed:
            yield from _full(entry)
            entry = ""
            continue
        if escaped:
            escaped = False
        elif quoted and sign == "\\":
            escaped = True
        elif sign == '"':
            quoted = not quoted
        elif not quoted and sign in "<>":
            bracketed = sign == "<"
        entry += sign
    yield from _full(entry)


def _full(entry: str) -> Iterator[str]:
    if stripped := entry.strip():
        yield stripped


def _entry(entry: str) -> tuple[str, str, str]:
    """Return the address and the title in an entry, or the rule that it breaks."""
    if any(unicodedata.category(sign) == "Cc" and sign != "\t" for sign in entry):
        return "", "", "must not hold control characters"
    title, address = "", entry
    if "<" in entry or ">" in entry:
        named = _NAMED.fullmatch(entry)
        if named is None:
            return "", "", "must be an address, or a name and then the address in < >"
        title, address = named["title"].strip(), named["address"].strip()
    if title.startswith('"') and (quoted := _QUOTED.fullmatch(title)):
        title = re.sub(r"\\(.)", r"\1", quoted[1])
    elif '"' in title:
        return "", "", "must have its name in one pair of quotation marks, or in none"
    title, address = text.line(title), re.sub("^mailto:", "", address, flags=re.IGNORECASE)
    return address, title, _fault(address, title)


def _fault(address: str, title: str) -> str:
    """Return the first rule that an address or its title breaks, '' if none."""
    local, _, domain = address.rpartition("@")
    rules = (
        (not local or not domain, "must be a mail address, such as letters@county.example.gov"),
        (not address.isascii(), "must be in plain letters: give the form that mail servers use, with xn-- in it"),
        (
            re.search(r"\s", address) is not None,
            "must be one address without blanks: put a comma or a new line between two",
        ),
        (
            len(address) > _LONGEST or len(local) > _LONGEST_LOCAL,
            f"must have at most {_LONGEST_LOCAL} characters before the @, and {_LONGEST} in all",
        ),
        (
            not _LOCAL.fullmatch(local),
            "must have letters, digits and single dots before one @, and no quotation marks",
        ),
        (not _DOMAIN.fullmatch(domain), "must have a whole domain after the @, such as county.example.gov"),
        (len(title) > _LONGEST_TITLE, f"must have a name of at most {_LONGEST_TITLE} characters"),
    )
    return next((rule for broken, rule in rules if broken), "")


def _beginning(entry: str) -> str:
    shown = text.line(entry)
    return shown if len(shown) <= _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]}…"
