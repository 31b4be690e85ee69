"""Which services there are is derived from their folders; what names them all must be found by whoever adds one."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from servicekit.tree import back_ends, services

ROOT = Path(__file__).parents[2]
# So near to each other, the names of all services but one, or more, are a list of them.
NEAR_LINES = 10
# What says in its first lines that a target of the Makefile writes it.
MADE = re.compile(r"Made by `make")
# The lists that there are, and why. A new one is an edit more for every service to come: derive it (`servicekit.tree`).
LISTS = {
    "README.md": "the map for readers",
    "docs/runbook/upgrade.md": "in which order they are put in the old ones' place: a decision, which a test asks for",
    "services/gateway/src/gateway/web/clients.py": "the stubs by which pages call them, with their types",
    "libs/cli/src/cadre_cli/access.py": "the stubs by which the command line calls them, with their types",
    "services/gateway/src/gateway/home/asking.py": "what each adds to the home page; without a word its name is said",
}
# Name many by chance, and need not name all.
EXAMPLES = {
    "deploy/prometheus/tests/alerts.yml",
    "docs/adr/0033-a-service-of-the-contract-for-each-noun.md",
    "tests/system/test_two_replicas.py",
}


def lists_services(lines, names):
    """Whether nearly all *names* stand near each other, besides in imports and in the names of other things."""
    last = {}
    for number, line in enumerate(lines):
        if re.match(r"\s*(from|import) ", line):
            continue
        last |= {name: number for name in names if re.search(rf"(?<![\w./]){name}(?![\w./])", line)}
        if sum(number - seen < NEAR_LINES for seen in last.values()) >= len(names) - 1:
            return True
    return False


def test_what_lists_the_services_is_known():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [ROOT / line for line in listed.stdout.splitlines() if not line.startswith("data/")]
    found = set()
    for path in paths:
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
        if not MADE.search("\n".join(lines[:5])) and lists_services(lines, back_ends()):
            found.add(str(path.relative_to(ROOT)))

    assert len(paths) > 500
    assert found - LISTS.keys() - EXAMPLES == set()


def test_the_map_for_readers_names_every_service():
    assert [name for name in services() if f"(services/{name}/README.md)" not in (ROOT / "README.md").read_text()] == []


def test_every_folder_with_a_pyproject_is_a_service_whose_package_has_its_name():
    for name in services():
        assert (ROOT / "services" / name / "src" / name / "__main__.py").exists()
        assert f'name = "cadre-{name}"' in (ROOT / "services" / name / "pyproject.toml").read_text()


# What a package may import of ours beside itself; the contracts (`cadre`) are everybody's.
MAY_IMPORT = {
    "citations": set(),
    "prose": set(),
    "servicekit": set(),
    "cadre_cli": {"servicekit"},
    "cadre_demo": {"servicekit", "cadre_cli"},
    "cadre_tools": {"servicekit", "cadre_cli", "cadre_demo"},
    **{name: {"servicekit", "citations", "prose"} for name in services()},
}


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_imports_only_what_it_stands_on_and_no_service_another(package):
    [root] = [*ROOT.glob(f"libs/*/src/{package}/__init__.py"), *ROOT.glob(f"services/*/src/{package}/__init__.py")]
    found = {}
    for path in root.parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module]
            else:
                continue
            found |= {name.partition(".")[0]: f"{path.relative_to(ROOT)}:{node.lineno}" for name in names}

    refused = MAY_IMPORT.keys() - MAY_IMPORT[package] - {package}
    assert {name: where for name, where in found.items() if name in refused} == {}


@pytest.mark.parametrize("service", services())
def test_the_rooms_of_a_service_are_all_listed_and_hold(service):
    file = ROOT / "services" / service / "pyproject.toml"
    contracts = tomllib.loads(file.read_text())["tool"]["importlinter"]["contracts"]
    layers = [one for one in contracts if one["type"] == "layers" and service in one["containers"]]

    assert [one["exhaustive"] for one in layers] == [True]
    # In a process of its own: it turns off the loggers that are there.
    lint = [Path(sys.executable).with_name("lint-imports"), "--config", file, "--no-cache"]
    ended = subprocess.run(lint, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout
