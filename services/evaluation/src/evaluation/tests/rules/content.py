"""What a test may hold, and when it is sound enough to be taken."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum

from servicekit import digests, text
from servicekit.refusals import InvalidField, Refusal

_LONGEST_TEXT = 4_000
_MOST_ITEMS = 200
_MOST_OPTIONS = 20
_MOST_SECTIONS = 100
_FEWEST_OPTIONS = 2


class TestUnsound(Refusal):
    """The draft cannot be taken: *item* (from 1, 0 = the test as a whole) breaks *rule*; `faults` lists them all."""


class TestUnchanged(Refusal):
    """The draft is what the newest version holds: another version would differ in nothing but its number."""


class Kind(StrEnum):
    """How an item is answered."""

    UNSPECIFIED = "UNSPECIFIED"
    # Exactly one option is right.
    SINGLE = "SINGLE"
    # One or more are; all of them and no other must be chosen.
    MULTIPLE = "MULTIPLE"


@dataclass(frozen=True)
class Option:
    """One of the answers that an item offers."""

    text: str
    correct: bool = False


@dataclass(frozen=True)
class Item:
    """A question. *section* is the one of the course to look at again, from 1; 0 = none. *id*: see `lasting`."""

    text: str
    kind: Kind
    options: tuple[Option, ...]
    explanation: str = ""
    section: int = 0
    id: str = ""

    @property
    def key(self) -> frozenset[int]:
        """The indexes of the right options, from 0."""
        return frozenset(n for n, option in enumerate(self.options) if option.correct)


@dataclass(frozen=True)
class Test:
    """What people write of a test. *pass_mark* is how many items must be right."""

    title: str
    items: tuple[Item, ...] = ()
    pass_mark: int = 0

    @property
    def sha256(self) -> str:
        """Digest of its canonical form, key included, ids left out: it is what is asked, as before there were ids."""
        content = asdict(self)
        for item in content["items"]:
            del item["id"]
        return digests.sha256_of(content)


@dataclass(frozen=True)
class Fault:
    """A rule that an item (its number, from 1; 0 = the test as a whole) breaks. A *blocking* one must hold to publish.

    The others are for whoever writes the test: those who failed learn nothing from an item that explains nothing.
    """

    item: int
    rule: str
    blocking: bool = True

    def __str__(self) -> str:
        """Say it in one line."""
        return f"item {self.item} {self.rule}" if self.item else f"the test {self.rule}"


def check(test: Test, *, field: str = "test") -> None:
    """Refuse what not even a draft may hold. An unfinished draft is fine: `check_sound` judges that."""
    if not text.line(test.title):
        raise InvalidField(f"{field}.title", test.title, "must be given")
    _check_text(test.title, field=f"{field}.title")
    if len(test.items) > _MOST_ITEMS:
        raise InvalidField(f"{field}.items", len(test.items), f"must be at most {_MOST_ITEMS}")
    if not 0 <= test.pass_mark <= _MOST_ITEMS:
        raise InvalidField(f"{field}.pass_mark", test.pass_mark, f"must be from 0 to {_MOST_ITEMS}")
    for n, item in enumerate(test.items):
        _check_item(item, field=f"{field}.items[{n}]")


def faults(test: Test) -> list[Fault]:
    """Return every rule that the draft breaks, in the order of the items; empty if it can be taken."""
    found = [Fault(n, rule) for n, item in enumerate(test.items, 1) for rule in _item_faults(item)]
    if not test.items:
        found.append(Fault(0, "must have an item"))
    elif not 1 <= test.pass_mark <= len(test.items):
        most = len(test.items)
        found.append(Fault(0, f"must have a pass mark from 1 to {most}" if most > 1 else "must have a pass mark of 1"))
    return found


def remarks(test: Test) -> list[Fault]:
    """Return all that is to be said of the draft: its faults, and what should be better, in the order of the items."""
    bare = [n for n, item in enumerate(test.items, 1) if not text.line(item.explanation)]
    better = [Fault(n, "should explain its right answer", blocking=False) for n in bare]
    return sorted([*faults(test), *better], key=lambda fault: (fault.item or len(test.items) + 1, not fault.blocking))


def check_sound(test_id: str, test: Test) -> None:
    """Refuse a draft that cannot be taken, naming all that is wrong with it."""
    if found := faults(test):
        raise TestUnsound(
            f"The test cannot be taken: {found[0]}.",
            test=f"tests/{test_id}",
            item=found[0].item,
            rule=found[0].rule,
            faults="; ".join(map(str, found)),
        )


def _item_faults(item: Item) -> Iterator[str]:
    if not text.line(item.text):
        yield "must ask something"
    if len(item.options) < _FEWEST_OPTIONS:
        yield f"must have at least {_FEWEST_OPTIONS} options"
    if any(not text.line(option.text) for option in item.options):
        yield "must not have an empty option"
    # What looks alike on the page is one option: whoever chooses cannot tell which of the two is right.
    if len({text.identity(option.text) for option in item.options}) < len(item.options):
        yield "must not have one option twice"
    match item.kind:
        case Kind.SINGLE if len(item.key) != 1:
            yield "must have exactly one right option"
        case Kind.MULTIPLE if not item.key:
            yield "must have a right option"
        case Kind.UNSPECIFIED:
            yield "must be of a kind"


def _check_item(item: Item, *, field: str) -> None:
    _check_text(item.text, field=f"{field}.text")
    _check_text(item.explanation, field=f"{field}.explanation")
    if len(item.options) > _MOST_OPTIONS:
        raise InvalidField(f"{field}.options", len(item.options), f"must be at most {_MOST_OPTIONS}")
    if not 0 <= item.section <= _MOST_SECTIONS:
        raise InvalidField(f"{field}.section", item.section, f"must be from 0 to {_MOST_SECTIONS}")
    for n, option in enumerate(item.options):
        _check_text(option.text, field=f"{field}.options[{n}].text")


def _check_text(value: str, *, field: str) -> None:
    if len(value) > _LONGEST_TEXT:
        raise InvalidField(field, value, f"must have at most {_LONGEST_TEXT} letters")
    if "\0" in value:
        raise InvalidField(field, value, "must not hold the character NUL")
