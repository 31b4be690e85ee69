"""The image as an engine makes it: of the files that .dockerignore leaves, by the image's own script."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from docker.utils.build import exclude_paths

ROOT = Path(__file__).parents[2]


def _left_by_dockerignore(root):
    """Name what an engine is sent of *root*, by the rules of its own .dockerignore."""
    lines = (line.strip() for line in (root / ".dockerignore").read_text().splitlines())
    patterns = [line for line in lines if line and not line.startswith("#")]
    return sorted(exclude_paths(str(root), patterns, dockerfile="deploy/Dockerfile"))


def _bare_environment():
    """The environment without what this test run has of its own: its make, its virtual environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "VIRTUAL_ENV"))}
    return kept | {"PATH": f"{Path(sys.executable).resolve().parent}{os.pathsep}/usr/bin:/bin"}


@pytest.fixture(scope="session")
def left_by_dockerignore():
    """What names the files of a folder that an engine would be sent."""
    return _left_by_dockerignore


@pytest.fixture(scope="session")
def image():
    """The folder that the Dockerfile copies into the final image."""
    with tempfile.TemporaryDirectory(prefix="cadre-image-") as name:
        folder = Path(name)
        # Whoever the container runs as must pass.
        folder.chmod(0o755)
        for path in _left_by_dockerignore(ROOT):
            source, target = ROOT / path, folder / "source" / path
            if source.is_dir() and not source.is_symlink():
                target.mkdir(parents=True, exist_ok=True)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target, follow_symlinks=False)
        done = subprocess.run(
            [folder / "source" / "deploy" / "image.sh", folder / "cadre"],
            env=_bare_environment(),
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            timeout=280,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        shutil.rmtree(folder / "source")
        yield folder / "cadre"
