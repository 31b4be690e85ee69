"""How courses are put in order and found: by words, without regard to case and diacritics; and who finds which."""

import re
from collections.abc import Collection
from enum import StrEnum

from servicekit import words


class Offer(StrEnum):
    """Where a course can be taken."""

    # It has a version.
    HERE = "HERE"
    # A public source describes it, and somebody else gives it.
    ELSEWHERE = "ELSEWHERE"
    # It is written here and has no version yet.
    UNFINISHED = "UNFINISHED"


def offers(asked: Offer | None, *, writes: bool) -> Collection[Offer]:
    """Return which courses a caller sees who *asked* for one offer, or for all: the unfinished only who writes them."""
    seen = tuple(offer for offer in Offer if writes or offer is not Offer.UNFINISHED)
    return seen if asked is None else tuple(offer for offer in seen if offer is asked)


def sort_title(title: str) -> str:
    """Return what a title is ordered by: its folded words."""
    return " ".join(re.findall(r"\w+", words.fold(title)))


def search_text(*texts: str) -> str:
    """Return the words of *texts*, each after a space, so that ` word` finds one by how it begins."""
    return "".join(f" {word}" for word in words.kept("\n".join(texts)))
