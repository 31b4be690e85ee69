"""Templates: they say what a thing is by words, and use only what their area may use."""

import importlib
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.protobuf.descriptor import Descriptor
from jinja2 import nodes
from jinja2.defaults import DEFAULT_TESTS

from cadre.notification.v1 import notice_service_pb2 as pb
from gateway.app import environment
from gateway.areas import ADJECTIVES

ENVIRONMENT = environment()
SERVICE = Path(__file__).parents[1]
PROTO = SERVICE.parents[1] / "proto"


def fields_with_names() -> set[str]:
    """The fields of all contracts whose numbers have names."""

    def found(message: Descriptor) -> Iterator[str]:
        yield from (field.name for field in message.fields if field.enum_type)
        for inner in message.nested_types:
            yield from found(inner)

    paths = (path.relative_to(PROTO).with_suffix("") for path in PROTO.rglob("*.proto"))
    contracts = (importlib.import_module(".".join(path.parts) + "_pb2") for path in paths)
    return {
        name
        for contract in contracts
        for message in contract.DESCRIPTOR.message_types_by_name.values()
        for name in found(message)
    }


NAMED = fields_with_names()


def digits_beside_names(tree: nodes.Template) -> list[int]:
    """The lines where a number stands beside such a field: in a comparison, a list to look up in, or a filter."""
    beside = tree.find_all((nodes.Compare, nodes.Getitem, nodes.Filter))
    return sorted(
        {
            node.lineno
            for node in beside
            if any(type(number.value) is int for number in node.find_all(nodes.Const))
            and (
                any(field.attr in NAMED for field in node.find_all(nodes.Getattr))
                or any(text.value in NAMED for text in node.find_all(nodes.Const))
            )
        }
    )


def sources() -> Iterator[tuple[str, nodes.Template]]:
    for name in ENVIRONMENT.list_templates():
        yield name, ENVIRONMENT.parse(ENVIRONMENT.loader.get_source(ENVIRONMENT, name)[0])


def test_no_template_has_a_digit_for_what_the_contract_names():
    found = [f"{name}:{line}" for name, tree in sources() for line in digits_beside_names(tree)]

    assert {"state", "asks", "kind", "step"} <= NAMED
    assert found == []


@pytest.mark.parametrize(
    "written",
    [
        "{% if letter.state == 3 %}{% endif %}",
        "{% if letter.asks in (3, 4) %}{% endif %}",
        '{{ {1: "Draft"}[letter.state] }}',
        '{{ files|selectattr("kind", "equalto", 2)|list }}',
        "{% set gone = one.notice.state != 5 %}",
    ],
)
def test_a_digit_would_be_found(written):
    assert digits_beside_names(ENVIRONMENT.parse(written)) == [1]


def test_a_letter_is_what_its_state_says_and_nothing_else():
    words = ("draft", "awaiting_approval", "scheduled", "issued", "withdrawn", "historic", "merged")
    states = [state for state in pb.Notice.State.values() if state]

    held = [[word for word in words if ADJECTIVES[word](pb.Notice(state=state))] for state in states]

    assert sorted(word for found in held for word in found) == sorted(words)
    assert {len(found) for found in held} == {1}


def test_an_adjective_of_an_area_is_none_of_the_template_language():
    assert ADJECTIVES
    assert ADJECTIVES.keys() & DEFAULT_TESTS.keys() == set()


def layers() -> dict[str, int]:
    """How high each area stands."""
    contracts = tomllib.loads((SERVICE / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    rows = reversed(contracts[0]["layers"])
    return {area: height for height, row in enumerate(rows) for area in row.split(" | ")}


def test_a_template_uses_those_of_its_own_area_and_of_areas_below():
    heights = layers()
    used = [
        (name, part.template.value)
        for name, tree in sources()
        for part in tree.find_all((nodes.Extends, nodes.Include, nodes.Import))
    ]
    areas = [(name, other, name.partition("/")[0], other.partition("/")[0]) for name, other in used]

    assert len(used) > 90
    assert [(name, other) for name, other, mine, its in areas if mine != its and heights[its] >= heights[mine]] == []
