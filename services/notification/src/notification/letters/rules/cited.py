"""The rules that a letter names: what changes when it takes effect, and what cites them is to be looked at."""

from collections.abc import Iterable

from citations import find

_MOST = 500


def rules_named(texts: Iterable[str]) -> list[str]:
    """Return the keys of the rules that *texts* name, each once, sorted; the first ones of too many."""
    keys = (key for text in texts for one in find(text) for key in (one.key, one.through) if key)
    return sorted({str(key) for key in keys})[:_MOST]
