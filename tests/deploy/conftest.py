"""The image as an engine makes it: of the files that .dockerignore leaves, by the image's own script."""

import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import pytest
from docker.utils.build import exclude_paths

from servicekit.embedded.process import GuardedProcess, free_port
from servicekit.testing.waiting import wait_until

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
            timeout=1200,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        shutil.rmtree(folder / "source")
        yield folder / "cadre"


@pytest.fixture
def proxy(tmp_path):
    """Caddy with the file that production has, in front of pages: `proxy(port)` gives what asks it for a path."""
    running = []

    def start(pages):
        tls, folder = free_port(), tmp_path / "caddy"
        folder.mkdir()
        text = (ROOT / "deploy" / "caddy" / "Caddyfile").read_text()
        # On ports of the test's own, and without asking the machine to trust its authority.
        text = text.replace("admin off", f"admin off\n\tskip_install_trust\n\thttp_port {free_port()}", 1)
        (folder / "Caddyfile").write_text(text)
        told = {"HOME": str(folder), "XDG_DATA_HOME": str(folder / "data"), "XDG_CONFIG_HOME": str(folder / "config")}
        told |= {"CADRE_SITE": f"localhost:{tls}", "CADRE_PAGES": f"127.0.0.1:{pages}"}
        command = [str(Path(sys.executable).parent / "caddy"), "run", "--config", str(folder / "Caddyfile")]
        log = folder / "caddy.log"
        running.append(GuardedProcess([*command, "--adapter", "caddyfile"], log=log, env=told))
        root = folder / "data" / "caddy" / "pki" / "authorities" / "local" / "root.crt"

        def get(path, seconds=5):
            trusted = ssl.create_default_context(cafile=root)
            request = f"https://localhost:{tls}{path}"
            with urllib.request.urlopen(request, context=trusted, timeout=seconds) as answer:
                return answer.status, answer.headers

        def answers():
            try:
                return root.exists() and get("/static/cadre.css")
            except OSError:
                return None

        wait_until(answers, lambda: log.read_text()[-2000:])
        return get

    yield start
    for process in running:
        process.stop()
