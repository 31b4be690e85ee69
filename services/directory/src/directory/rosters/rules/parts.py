"""How a sound roster file is divided into the parts that are applied one after another."""

from collections.abc import Iterable, Sequence


def divide(people: Iterable[tuple[str, Sequence[int]]], ties: Iterable[tuple[str, str]], most: int) -> list[list[int]]:
    """Return the lines of each part: those of at most *most* people, in the order in which *people* are given.

    All lines of a person are in one part, and so are people who are tied, such as two who exchange their addresses:
    neither can be done without the other. Only more than *most* people who are tied make a bigger part.
    """
    leader_of: dict[str, str] = {}

    def leader(person: str) -> str:
        while (above := leader_of.get(person, person)) != person:
            leader_of[person] = leader_of.get(above, above)
            person = above
        return person

    for one, other in ties:
        leader_of[leader(one)] = leader(other)
    groups: dict[str, list[Sequence[int]]] = {}
    for person, lines in people:
        groups.setdefault(leader(person), []).append(lines)
    parts: list[list[int]] = []
    room = 0
    for group in groups.values():
        if len(group) > room:
            parts.append([])
            room = most
        parts[-1].extend(line for lines in group for line in lines)
        room -= len(group)
    return parts
