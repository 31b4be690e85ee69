"""How courses are put in order and found: by words, without regard to case and diacritics; and who finds which."""

import re
from collections.abc import Collection
from datetime import date
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
    # A public source describes it, and the last year that it names is long ago.
    ARCHIVED = "ARCHIVED"


# What a source dates five years back may still be given; what is older is kept to be found [ours].
_GIVEN_FOR_YEARS = 5
_YEAR = re.compile(r"\d{4}")


def oldest_year(today: date) -> int:
    """Return the first year of which a course that a source describes counts as still given."""
    return today.year - _GIVEN_FOR_YEARS


def offer_of(latest_version: int, source_url: str, year_or_date: str, today: date) -> Offer:
    """Return where a course can be taken. A source that names no year says nothing of its age."""
    if latest_version:
        return Offer.HERE
    if not source_url:
        return Offer.UNFINISHED
    years = [int(year) for year in _YEAR.findall(year_or_date)]
    return Offer.ARCHIVED if years and max(years) < oldest_year(today) else Offer.ELSEWHERE


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
