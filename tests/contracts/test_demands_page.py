"""The page of demands tells the truth: each test that it names is there, and each that says a number is on it."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "demands.md"
FOLDERS = ("services", "libs", "tests")
# The first list ends at 77; those from 101 on came with what each part of the program is to be.
FIRST = {f"D{number:02}" for number in range(1, 78)}
LATER = {f"D{number}" for span in ((101, 139), (141, 190), (201, 232)) for number in range(*span)}
ROW = re.compile(r"^\| (D\d\d\d?[^|]*?) \|")
TEST = re.compile(r"\[`(test_\w+)`\]\(\.\./([\w/.-]+)\)")
SAID = re.compile(r"\bD(\d\d\d?)\b")


@cache
def said_by(path):
    """The tests of a file with what their docstrings say."""
    functions = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)]
    return {one.name: ast.get_docstring(one) or "" for one in functions if one.name.startswith("test_")}


def demands(cell):
    """`D20 to D27, D31` as single numbers."""
    for part in cell.split(", "):
        numbers = [int(number) for number in SAID.findall(part)]
        yield from (f"D{number:02}" for number in range(numbers[0], numbers[-1] + 1))


def table(title):
    """Rows of the table under a title: demand -> the rest of the row."""
    part = PAGE.read_text("utf-8").partition(f"## {title}\n")[2].partition("\n## ")[0]
    rows = [(found[1], line) for line in part.splitlines() if (found := ROW.match(line))]
    return [(demand, line) for cell, line in rows for demand in demands(cell)]


def named():
    """Each demand with each test that is said to show it."""
    return [(demand, name, path) for demand, line in table("Answered") for name, path in TEST.findall(line)]


def test_every_demand_is_answered_by_tests_or_said_not_to_be():
    answered, open_ = (
        [demand for demand, _ in table("Answered")],
        [demand for demand, _ in table("Not yet, or in part")],
    )

    assert len(answered + open_) == len({*answered, *open_}), "a demand stands in two rows"
    assert {*answered, *open_} == FIRST | LATER
    assert set(answered) == {demand for demand, _, _ in named()}


def test_a_test_that_the_page_names_is_there():
    missing = [f"{demand}: {name} in {path}" for demand, name, path in named() if name not in said_by(ROOT / path)]
    assert missing == []


def test_a_test_that_says_the_number_of_a_demand_is_on_the_page():
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("test_*.py") if path != Path(__file__)]
    said = {
        (f"D{number}", name, str(path.relative_to(ROOT)))
        for path in files
        for name, docstring in said_by(path).items()
        for number in [*SAID.findall(docstring), *re.findall(r"^test_d(\d\d\d?)_", name)]
    }

    assert len(said) > len(FIRST) / 4
    assert said <= set(named())
