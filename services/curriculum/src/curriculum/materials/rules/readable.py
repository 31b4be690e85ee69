"""A facilitator guide as it is read from beginning to end, in parts that somebody may want to say something of."""

from collections.abc import Iterator

from curriculum.materials.rules.materials import Material, Module
from curriculum.rounds.rules.passages import Part, cut


def parts(material: Material) -> list[Part]:
    """Return what a guide is called, and of each module goals, equipment, what is said and done, and what to know."""
    if not material.modules:
        return []
    return [(material.title, material.title), *(part for module in material.modules for part in _of(module))]


def _of(module: Module) -> Iterator[Part]:
    texts = [module.equipment, *(text for step in module.steps for text in (step.says, step.does)), module.background]
    yield from ((module.title, line) for line in (module.title, *module.goals))
    yield from (part for text in texts for part in cut(module.title, text))
