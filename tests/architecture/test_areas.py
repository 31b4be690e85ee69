"""Areas keep to their tables: each writes its own, and reads those of the areas below it."""

import ast
import re
import tomllib
from functools import cache
from importlib import import_module

import pytest

from servicekit.data.tables import KIT_TABLES
from servicekit.tree import ROOT, back_ends

WRITES = re.compile(r"\b(?:UPDATE|INSERT INTO|DELETE FROM) +([a-z_]+)")
READS = re.compile(r"\b(?:FROM|JOIN|USING) +([a-z_]+)")
TABLE = re.compile(r'^    __tablename__ = "(\w+)"$', re.MULTILINE)
# What goes beyond its area, and why.
READ_ABOVE = {
    ("directory", "agencies", "job"): "how many work at an agency",
    ("directory", "agencies", "person"): "whom to ask at an agency",
    ("directory", "agencies", "role_grant"): "whom to ask at an agency",
    ("partnership", "bodies", "meeting"): "when a body meets next",
    ("partnership", "bodies", "membership"): "how many sit in a body, and whether somebody has a seat",
    ("directory", "people", "affiliation"): "names are joined to ids there alone, of people from outside as well",
    ("directory", "people", "organization"): "the same",
}
WRITTEN_BELOW = {
    ("directory", "rosters", "person"): "a file changes thousands of people in one statement",
    ("directory", "rosters", "job"): "the same",
    ("directory", "rosters", "leave"): "the same",
    ("directory", "rosters", "role_grant"): "the same",
    ("notification", "notices", "notice"): "the row of a letter is everybody's to read, and made and changed there",
}


def source(service):
    return ROOT / f"services/{service}/src/{service}"


@cache
def levels(service):
    """Each area of a service with how far below the top it stands, by the first contract of its layers."""
    declared = tomllib.loads((ROOT / f"services/{service}/pyproject.toml").read_text())
    (first, *_) = declared["tool"]["importlinter"]["contracts"]
    return {
        area: n
        for n, level in enumerate(first["layers"])
        for area in re.split(r" *[|] *", level)
        if (source(service) / area).is_dir()
    }


@cache
def owners(service):
    """Each table with its area; a table of none is below them all."""
    found = {}
    for path in source(service).rglob("*.py"):
        area = path.relative_to(source(service)).parts[0]
        for table in TABLE.findall(path.read_text()):
            assert table not in found
            found[table] = area
    return found


def named(service, area, pattern):
    """The tables of other areas that statements of an area name by *pattern*."""
    texts = (
        node.value
        for path in (source(service) / area).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    tables = {match for text in texts for match in pattern.findall(text)}
    return {table for table in tables if owners(service).get(table, area) != area}


SERVICES = sorted(
    service
    for service in back_ends()
    if any((source(service) / area / "tables.py").exists() for area in levels(service))
)
AREAS = [(service, area) for service in SERVICES for area in levels(service)]


def test_there_are_areas_to_look_at():
    assert len(SERVICES) > 2
    assert len(AREAS) > 10


@pytest.mark.parametrize(("service", "area"), AREAS)
def test_an_area_reads_the_tables_of_those_below_it(service, area):
    below = levels(service)
    above = {
        (service, area, table)
        for table in named(service, area, READS)
        if below.get(owners(service)[table], len(AREAS)) <= below[area]
    }

    assert above == {one for one in READ_ABOVE if one[:2] == (service, area)}


@pytest.mark.parametrize(("service", "area"), AREAS)
def test_an_area_writes_its_own_tables(service, area):
    others = {(service, area, table) for table in named(service, area, WRITES)}

    assert others == {one for one in WRITTEN_BELOW if one[:2] == (service, area)}


@pytest.mark.parametrize("service", SERVICES)
def test_each_table_of_the_field_is_of_an_area(service):
    assert owners(service).keys() == import_module(f"{service}.app").APP.metadata.tables.keys() - set(KIT_TABLES)
