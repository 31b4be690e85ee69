"""Which question is which: an item keeps its id from version to version, wherever it stands and whatever it says."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from evaluation.tests.rules.content import Item
from servicekit.refusals import InvalidField

# In a request: a question that is new.
NEW = ""
# Never changes: ids of items from before there were any follow from it.
_OF_WORDS = uuid.UUID("5f1d0c5e-7c55-4c2e-9c39-5f0f2b8f6a11")


def from_words(test_id: str, items: Sequence[Item]) -> tuple[Item, ...]:
    """Return *items* with ids. Those that were kept without get the same one wherever the same words stand in a test.

    They were written before there were ids, in versions that never change: the id follows from test and words, so that
    each process, at any time, gives the same. Of several with the same words each has its own, in their order.
    """
    return tuple(_from_words(test_id, items))


def given(items: Sequence[Item], before: Sequence[Item], make: Callable[[], str]) -> tuple[Item, ...]:
    """Return *items* with ids: what was there *before* keeps its own, what is new has one that is made.

    Raises:
        InvalidField: an id is of no item that was there, or stands twice.
    """
    _check(items, before, field="test.items")
    return tuple(item if item.id != NEW else replace(item, id=make()) for item in items)


def _check(items: Sequence[Item], before: Sequence[Item], *, field: str) -> None:
    known, seen = {item.id for item in before}, set[str]()
    for n, item in enumerate(items):
        if item.id == NEW:
            continue
        if item.id not in known:
            raise InvalidField(f"{field}[{n}].id", item.id, "must be empty, or that of an item of the draft")
        if item.id in seen:
            raise InvalidField(f"{field}[{n}].id", item.id, "must stand once: a copied question is a new one")
        seen.add(item.id)


def _from_words(test_id: str, items: Sequence[Item]) -> Iterator[Item]:
    same = Counter[str]()
    for item in items:
        if item.id != NEW:
            yield item
            continue
        said = f"{test_id}\n{same[item.text]}\n{item.text}"
        same[item.text] += 1
        yield replace(item, id=str(uuid.uuid5(_OF_WORDS, said)))
