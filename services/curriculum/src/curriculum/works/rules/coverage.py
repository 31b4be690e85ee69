"""What teaches which objective, in each way in which a course is given."""

from collections.abc import Collection, Sequence

from curriculum.works.rules.trace import Objective

SELF_PACED = "SELF_PACED"
# In these ways people also read the course by themselves.
READ_ALONE = frozenset({SELF_PACED, "BLENDED"})


def is_asked(modes: Collection[str], *, given: bool) -> bool:
    """Whether a gate asks for it: not where people read alone, and there is nothing but the course itself."""
    return bool(modes) and (given or set(modes) != {SELF_PACED})


def sections(one: Objective, mode: str, titles: Collection[str]) -> list[str]:
    """Return the sections in which an objective is taught in a way: those that are there, where people read alone."""
    return [title for title in one.sections if title in titles] if mode in READ_ALONE else []


def gap_count(
    objectives: Sequence[Objective],
    modes: Sequence[str],
    taught: Collection[tuple[str, str]],
    titles: Collection[str],
) -> int:
    """Count the cells of objectives and modes without anything; *taught* are those that materials fill."""
    return sum((one.id, mode) not in taught and not sections(one, mode, titles) for one in objectives for mode in modes)
