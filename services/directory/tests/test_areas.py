"""Areas keep to their tables: each writes its own, and reads those of the areas below it."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from directory.app import APP
from servicekit.data.tables import KIT_TABLES

HERE = Path(__file__).parents[1]
SOURCE = HERE / "src/directory"
CONTRACTS = tomllib.loads((HERE / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
LEVELS = [re.split(r" *[|] *", level) for level in CONTRACTS[0]["layers"]]
AREAS = {area: n for n, level in enumerate(LEVELS) for area in level if (SOURCE / area / "tables.py").exists()}
WRITES = re.compile(r"\b(?:UPDATE|INSERT INTO|DELETE FROM) +([a-z_]+)")
READS = re.compile(r"\b(?:FROM|JOIN|USING) +([a-z_]+)")
# What goes beyond its area, and why.
READ_ABOVE = {
    ("agencies", "job"): "how many work at an agency",
    ("agencies", "person"): "whom to ask at an agency",
    ("agencies", "role_grant"): "whom to ask at an agency",
}
WRITTEN_BELOW = {
    ("rosters", "person"): "a file changes thousands of people in one statement",
    ("rosters", "job"): "the same",
    ("rosters", "leave"): "the same",
    ("rosters", "role_grant"): "the same",
}


def texts(path):
    """The texts in a module of Python, statements among them."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def tables(area):
    """The tables of an area, by the classes in its `tables.py`."""
    known = APP.metadata.tables.keys()
    return {text for text in texts(SOURCE / area / "tables.py") if text in known}


OWNER = {table: area for area in AREAS for table in tables(area)}


def named(area, pattern):
    """The tables that statements of an area name by *pattern*."""
    found = {match for path in (SOURCE / area).rglob("*.py") for text in texts(path) for match in pattern.findall(text)}
    return {(area, table) for table in found & OWNER.keys()}


@pytest.mark.parametrize("area", [*AREAS, "sign_in"])
def test_an_area_reads_the_tables_of_those_below_it(area):
    level = AREAS.get(area, next(n for n, level in enumerate(LEVELS) if area in level))
    above = {(area, table) for _, table in named(area, READS) if OWNER[table] != area and AREAS[OWNER[table]] <= level}

    assert above == {one for one in READ_ABOVE if one[0] == area}


@pytest.mark.parametrize("area", [*AREAS, "sign_in"])
def test_an_area_writes_its_own_tables(area):
    others = {(area, table) for _, table in named(area, WRITES) if OWNER[table] != area}

    assert others == {one for one in WRITTEN_BELOW if one[0] == area}


def test_each_table_of_the_field_is_of_one_area():
    assert OWNER.keys() == APP.metadata.tables.keys() - set(KIT_TABLES)
    assert len(OWNER) == sum(len(tables(area)) for area in AREAS)
