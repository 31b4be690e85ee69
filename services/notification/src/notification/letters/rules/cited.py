"""What a letter names: the rules that change when it takes effect, and the letters that it supersedes."""

from collections.abc import Collection, Iterable

from citations import find
from notification.letters.rules.numbers import LetterNumber, cited

_MOST = 500


def rules_named(texts: Iterable[str]) -> list[str]:
    """Return the keys of the rules that *texts* name, each once, sorted; the first ones of too many."""
    keys = (key for text in texts for one in find(text) for key in (one.key, one.through) if key)
    return sorted({str(key) for key in keys})[:_MOST]


def superseded(replaces: str, supersedes: str, series: Collection[str], *, historic: bool) -> dict[LetterNumber, bool]:
    """Return the letters that one supersedes, and of each whether altogether. Of *series* see `cited`.

    What it *replaces* it supersedes altogether, what it *supersedes* in part; one from before Cadre has one list, of
    whole letters.
    """
    found = {one.number: historic for one in cited(supersedes, series) if one.number.series}
    return found | {one.number: True for one in cited(replaces, series) if one.number.series}
