"""By what words the pages of an area call their fields and choices: read off its templates.

What was kept of a form is shown on a page of its own, which knows names of fields and no more.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from jinja2 import Environment, nodes

from gateway.words import glossary
from gateway.words.outcomes import Outcomes

_MACROS = {"field", "area", "choice", "radios", "boxes"}
_OPTIONS_AT = 3
_LABEL = re.compile(r'<label[^>]*\bfor="([\w-]+)"[^>]*>\s*([^<{]+)')
_HIDDEN = re.compile(r'type="hidden" name="([\w-]+)"')
# What words the choices of several forms have, by what is sent.
_CHOICES = {
    **glossary.REASONS,
    **glossary.KINDS,
    **glossary.ASKS,
    **glossary.COMPLETIONS,
    **glossary.FILE_KINDS,
    "on": "Yes",
    "yes": "Yes",
    "no": "No",
}


@dataclass
class Labels:
    """What a template calls its fields, and their choices by what is sent; and the fields that nobody sees."""

    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[tuple[str, str], str] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)


def shown(labels: list[Labels], fields: Iterable[tuple[str, str]]) -> dict[str, list[tuple[str, str]]]:
    """Give what was typed by the words of its form: by label, the values as sent and as said.

    The form is taken for the one of *labels* that has most of the fields.
    """
    typed = [(name, value) for name, value in fields if value]
    names = {name for name, _ in typed}
    likeliest = sorted(labels, key=lambda one: len(names & one.fields.keys()), reverse=True)
    hidden = set().union(*(one.hidden for one in likeliest[:1]))
    said: dict[str, list[tuple[str, str]]] = {}
    for name, value in typed:
        label = next((one.fields[name] for one in likeliest if name in one.fields), "")
        if name in hidden and not label:
            continue
        choice = next((one.choices[name, value] for one in likeliest if (name, value) in one.choices), "")
        said.setdefault(label or glossary.field(name), []).append((value, choice or _CHOICES.get(value, "")))
    return said


def declared(outcomes: Outcomes) -> Labels:
    """Give the labels of the forms that are declared, which no template has."""
    return Labels(dict(outcomes.labels), hidden={"etag", "compared", "action", "form"})


@cache
def of_area(templates: Environment, area: str) -> list[Labels]:
    """Give the labels of each template of an area."""
    loader = templates.loader
    assert loader is not None  # noqa: S101 - ours
    names = templates.list_templates(filter_func=lambda name: name.startswith(f"{area}/"))
    return [_of(templates, loader.get_source(templates, name)[0]) for name in names]


def _of(templates: Environment, source: str) -> Labels:
    found = Labels(dict(_LABEL.findall(source)), hidden=set(_HIDDEN.findall(source)))
    for call in templates.parse(source).find_all(nodes.Call):
        macro = call.node
        if not (isinstance(macro, nodes.Getattr) and macro.attr in _MACROS and len(call.args) > _OPTIONS_AT - 1):
            continue
        name, label = (_constant(argument) for argument in call.args[1:_OPTIONS_AT])
        if name and label:
            found.fields[name] = label
            found.choices |= _choices(name, call.args[_OPTIONS_AT:])
    return found


def _choices(name: str, options: list[nodes.Expr]) -> Mapping[tuple[str, str], str]:
    """Read the choices that are written out in a call: pairs of what is sent and what is said."""
    pairs = [pair for listed in options[:1] if isinstance(listed, nodes.List) for pair in listed.items]
    written = [[_constant(part) for part in pair.items] for pair in pairs if isinstance(pair, nodes.Tuple)]
    return {(name, value): title for value, title in written if value and title}


def _constant(node: nodes.Expr) -> str:
    return node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else ""
