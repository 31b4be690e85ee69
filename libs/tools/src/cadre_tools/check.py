"""Which tests `make check` runs: of the packages that a change touches, and of those that depend on them.

Contracts and architecture are always looked at. What starts the whole product, or a browser, is left to `make test`.
"""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from servicekit.tree import ROOT

ALWAYS = ("tests/architecture", "tests/contracts")
# Tests of more than one package that are quick; a change of them runs them.
QUICK = ("tests/bench", "tests/deploy", "tests/migrations", "tests/watching")


def packages(root: Path = ROOT) -> dict[str, set[str]]:
    """Read what each package of the tree depends on directly: folder -> folders."""
    said = {file.parent: tomllib.loads(file.read_text("utf-8"))["project"] for file in root.glob("*/*/pyproject.toml")}
    folders = {project["name"]: str(folder.relative_to(root)) for folder, project in said.items()}
    return {
        folders[project["name"]]: {
            folders[name]
            for needed in project.get("dependencies", ())
            if (name := re.split(r"[^\w.-]", needed)[0]) in folders
        }
        for project in said.values()
    }


def touched(changed: Iterable[str], needs: Mapping[str, set[str]]) -> set[str]:
    """Give the packages that *changed* files belong to, and all that depend on them, directly or not."""
    found = {"/".join(path.split("/")[:2]) for path in changed if not path.startswith("proto/")} & set(needs)
    if any(path.startswith("proto/") for path in changed):
        found.add("libs/contracts")
    while more := {package for package, needed in needs.items() if needed & found} - found:
        found |= more
    return found


def asked_for(changed: Iterable[str], needs: Mapping[str, set[str]]) -> list[str]:
    """Give the folders of tests to run for *changed* files."""
    changed = list(changed)
    own = {f"{package}/tests" for package in touched(changed, needs)}
    quick = {folder for folder in QUICK if any(path.startswith(f"{folder}/") for path in changed)}
    return sorted({*ALWAYS, *own, *quick})


def changed_files(root: Path = ROOT) -> list[str]:
    """Ask git what differs from where this branch left main, committed or not, new files too."""

    def git(*words: str) -> list[str]:
        done = subprocess.run(["git", *words], cwd=root, check=True, capture_output=True, text=True)  # noqa: S603, S607
        return done.stdout.splitlines()

    (begun,) = git("merge-base", "HEAD", "main")
    return sorted({*git("diff", "--name-only", begun), *git("ls-files", "--others", "--exclude-standard")})


if __name__ == "__main__":
    chosen = asked_for(changed_files(), packages())
    sys.stdout.write(" ".join(folder for folder in chosen if (ROOT / folder).is_dir()) + "\n")
