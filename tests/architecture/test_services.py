"""Which services there are is derived from their folders; what names them all must be found by whoever adds one."""

import re
import subprocess
from pathlib import Path

from servicekit.tree import back_ends, services

ROOT = Path(__file__).parents[2]
# So near to each other, names of services are a list of them.
NEAR_LINES = 10
# What says of itself in its first lines that a target of the Makefile writes it.
MADE = re.compile(r"Made by `make|DO NOT EDIT")
# What names them all and why; for a new service each line but the last is an edit, and none may be added to these five.
LISTS = {
    "README.md": "the map for readers",
    ".importlinter": "what may import what",
    "docs/runbook/upgrade.md": "in which order they are put in the old ones' place: a decision",
    "libs/cli/src/cadre_cli/access.py": "the stubs by which the command line calls them, with their types",
    "services/gateway/src/gateway/clients.py": "the stubs by which the pages call them, with their types",
    "tests/system/test_access.py": "a request for each RPC",
    "deploy/prometheus/tests/alerts.yml": "figures that tests of rules make up; need not name all",
}


def names_all(lines, names):
    """Whether *names* all stand near each other, besides in imports and in the names of other things."""
    last = {}
    for number, line in enumerate(lines):
        if re.match(r"\s*(from|import) ", line):
            continue
        last |= {name: number for name in names if re.search(rf"(?<![\w./]){name}(?![\w./])", line)}
        if len(last) == len(names) and number - min(last.values()) < NEAR_LINES:
            return True
    return False


def test_what_names_all_services_is_known():
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
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        if not MADE.search("\n".join(lines[:5])) and names_all(lines, back_ends()):
            found.add(str(path.relative_to(ROOT)))

    assert len(paths) > 500
    assert found == set(LISTS)


def test_every_folder_with_a_pyproject_is_a_service_whose_package_has_its_name():
    for name in services():
        assert (ROOT / "services" / name / "src" / name / "__main__.py").exists()
        assert f'name = "cadre-{name}"' in (ROOT / "services" / name / "pyproject.toml").read_text()
