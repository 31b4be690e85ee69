"""Staff numbers that somebody pasted, or sends in a file: what is one, whom they name, and what names nobody.

Nothing that was given is lost: it is a number that names somebody, one that looks like somebody's, one that names
nobody here, or a word that is no number; each is shown as such. The cleaning is the kit's, the comparison the
directory's.
"""

import csv
import io
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from cadre.directory.v1 import person_service_pb2 as pb
from gateway.web.visit import Visit
from servicekit import text

MOST = 10_000
_LONGEST = 200
_PARTS = re.compile(r"[\n,;|\t]")
_QUOTES = "'\""
# What a column of staff numbers is called in the files of agencies, without signs and in small letters.
_HEADS = {"staffnumber", "staffno", "staffid", "employeenumber", "employeeno", "employeeid", "number"}
_WORKBOOK = b"PK\x03\x04"


class NotAListError(ValueError):
    """A file that is no list of staff numbers; says what to do."""


@dataclass(frozen=True)
class Pasted:
    """What was given: *numbers* as they were typed, each once; *repeated* ones; *words* that are no numbers."""

    numbers: list[str]
    repeated: int
    words: list[str]


@dataclass(frozen=True)
class Alike:
    """A number that names nobody, and those whose number looks like it."""

    number: str
    people: list[pb.NumberedPerson]


@dataclass(frozen=True)
class LookedUp:
    """Whom numbers name; *meant* are those of the *alike* ones who were said to be meant."""

    given: Pasted
    people: list[pb.NumberedPerson]
    alike: list[Alike]
    unknown: list[str]
    meant: list[pb.NumberedPerson]


def pasted(typed: str) -> Pasted:
    """Read numbers one by one from what was pasted, parted by line ends, tabs, blanks and the usual signs.

    Beside a number, a word without a digit is no number: names are often copied with it.
    """
    numbers: dict[str, str] = {}
    repeated, words = 0, []
    for part in _PARTS.split(text.block(typed)):
        found = [word for word in (one.strip(_QUOTES) for one in text.line(part).split()) if word]
        alone = len(found) == 1
        for word in found:
            if not alone and not any(sign.isdigit() for sign in word):
                words.append(word)
            elif (known := text.identity(word)) in numbers:
                repeated += 1
            else:
                numbers[known] = word
    return Pasted(list(numbers.values()), repeated, words)


def of_file(content: bytes) -> str:
    """Return the numbers of a CSV file, as somebody would paste them: of its column of numbers, else all it holds.

    Raises `NotAListError`.
    """
    if content.startswith(_WORKBOOK):
        raise NotAListError("This is a workbook. Save it as CSV, or copy its column of numbers and paste it.")
    typed = _decoded(content)
    if "\0" in typed:
        raise NotAListError("This is no text. Save the list as CSV, or copy the numbers and paste them.")
    first = typed.partition("\n")[0]
    rows = list(csv.reader(io.StringIO(typed), delimiter=max(",;\t", key=first.count)))
    heads = ["".join(filter(str.isalnum, head.casefold())) for head in rows[0]] if rows else []
    columns = [n for n, head in enumerate(heads) if head in _HEADS]
    if not columns:
        return typed
    return "\n".join(row[columns[0]] for row in rows[1:] if len(row) > columns[0])


def look_up(visit: Visit, parent: str, typed: str, meant: Collection[str] = ()) -> LookedUp:
    """Ask the directory whom numbers name at an agency; there must be at most `MOST`, none of them overlong.

    *meant* are the numbers of those whom a mistyped one means.
    """
    given = pasted(typed)
    readable = [number for number in given.numbers if len(number) <= _LONGEST][:MOST]
    answer = pb.FindStaffNumbersResponse()
    if readable:
        answer = visit.clients.people.FindStaffNumbers(pb.FindStaffNumbersRequest(parent=parent, numbers=readable))
    return sorted_out(given, readable, answer, meant)


def sorted_out(
    given: Pasted, readable: Sequence[str], answer: pb.FindStaffNumbersResponse, meant: Collection[str]
) -> LookedUp:
    """Tell apart whom numbers name, whom they may mean, and which name nobody."""
    exact = {one.person: one for one in answer.found if not one.alike}
    alike: dict[int, Alike] = {}
    for one in answer.found:
        if one.alike:
            alike.setdefault(one.index, Alike(readable[one.index], [])).people.append(one)
    named = {readable[one.index] for one in answer.found}
    unknown = [number for number in given.numbers if number not in named]
    taken = {
        one.person: one
        for number in alike.values()
        for one in number.people
        if one.staff_number in meant and one.person not in exact
    }
    return LookedUp(given, list(exact.values()), list(alike.values()), unknown, list(taken.values()))


def _decoded(content: bytes) -> str:
    """Read the bytes as text; staff numbers are the same signs in all alphabets that agencies use."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
