"""The image, run as a container runs it; what it holds is looked at in `test_build.py`."""

import os
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from cadre_cli import schema, secret_files
from cadre_cli.installation import SERVICES
from servicekit.data import migrations
from servicekit.embedded.nats import NatsServer
from servicekit.embedded.postgres import PostgresServer, binaries
from servicekit.embedded.process import GuardedProcess, free_port
from servicekit.testing.waiting import wait_until

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.release, pytest.mark.timeout(1500)]


@pytest.fixture(scope="module")
def servers():
    """PostgreSQL with the databases that `deploy/postgres/init.sh` makes, and NATS by the file of `cadre secrets`."""
    with tempfile.TemporaryDirectory(prefix="cadre-image-") as name:
        folder = Path(name)
        secret_files.write(folder / "secrets", secret_files.Hosts())
        with (
            PostgresServer(folder / "p", fsync=False) as postgres,
            NatsServer(folder / "n", {}, sync_interval="2m") as nats,
        ):
            environment = os.environ | {
                "PATH": f"{binaries()}{os.pathsep}{os.environ['PATH']}",
                "PGHOST": "127.0.0.1",
                "PGPORT": str(postgres.port),
                "PGPASSWORD": postgres.password("postgres"),
                "POSTGRES_USER": "postgres",
                "SECRETS": str(folder / "secrets"),
            }
            done = subprocess.run(
                [ROOT / "deploy" / "postgres" / "init.sh"], env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr
            for service in SERVICES:
                file = folder / "secrets" / secret_files.database_url(service)
                file.write_text(file.read_text().replace("@postgres:5432/", f"@127.0.0.1:{postgres.port}/"))
            yield folder / "secrets", nats


def environment(image, secrets, **more):
    """What a container has: the image's variables, its secrets, and nothing of ours."""
    return {
        "PATH": f"{image / '.venv' / 'bin'}:/usr/bin:/bin",
        "PYTHONDONTWRITEBYTECODE": "1",
        "CADRE_SECRETS_DIR": str(secrets),
        "CADRE_KEYS_DIR": str(secrets),
    } | more


def mounted(folder, secrets, names):
    """Give a folder with the secrets of one process under the names by which it finds them."""
    folder.mkdir()
    folder.chmod(0o755)
    for source, target in names.items():
        shutil.copy(secrets / source, folder / target)
    return folder


def test_a_service_migrates_serves_and_says_that_it_is_well_as_an_account_without_rights(image, servers, tmp_path):
    secrets, _ = servers
    tmp_path.chmod(0o755)
    given = mounted(
        tmp_path / "given",
        secrets,
        {
            "directory_database_url": "cadre_database_url",
            "public.json": "public.json",
            "directory.pem": "directory.pem",
        },
    )
    port, metrics = free_port(), free_port()
    told = environment(image, given, CADRE_GRPC_PORT=str(port), CADRE_METRICS_PORT=str(metrics))
    python = str(image / ".venv" / "bin" / "python")
    done = subprocess.run(
        [python, "-m", "directory", "migrate"], env=told, cwd="/", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert subprocess.run([python, "-m", "servicekit.watch.probe"], env=told, cwd="/", check=False).returncode == 1

    log = tmp_path / "directory.log"
    child = GuardedProcess([python, "-m", "directory", "serve"], log=log, env=told, cwd=Path("/"), unprivileged=True)
    try:
        wait_until(
            lambda: (
                subprocess.run([python, "-m", "servicekit.watch.probe"], env=told, cwd="/", check=False).returncode == 0
            ),
            log.read_text,
        )
    finally:
        child.stop()


def test_the_command_is_there_and_examines_the_installation(image, servers):
    secrets, nats = servers
    for service in SERVICES:
        url = (secrets / secret_files.database_url(service)).read_text()
        migrations.upgrade(url, schema.migrations(service))
    (secrets / secret_files.OPERATOR_NATS_URL).write_text(nats.url())
    told = environment(image, secrets, CADRE_PUBLIC_URL="https://cadre.example.gov", COLUMNS="200")
    done = subprocess.run(
        [image / ".venv" / "bin" / "cadre", "doctor", "--production"],
        env=told,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    # The test's PostgreSQL does not flush; everything else is as it should be.
    assert done.stdout.count("✗") == 1, done.stdout + done.stderr
    assert "fsync" in done.stdout


def test_caddy_ends_tls_in_front_of_the_pages_and_hides_what_is_for_machines(image, servers, tmp_path, proxy):
    secrets, _ = servers
    tmp_path.chmod(0o755)
    names = {"gateway_database_url": "cadre_database_url", "public.json": "public.json", "gateway.pem": "gateway.pem"}
    given = mounted(tmp_path / "given", secrets, names)
    migrations.upgrade((given / "cadre_database_url").read_text(), schema.migrations("gateway"))
    pages = free_port()
    told = environment(image, given, CADRE_HTTP_PORT=str(pages), CADRE_METRICS_PORT="0")
    told["CADRE_PEERS"] = "{" + ", ".join(f'"{name}": "127.0.0.1:1"' for name in SERVICES if name != "gateway") + "}"
    python = str(image / ".venv" / "bin" / "python")
    gateway = GuardedProcess([python, "-m", "gateway", "serve"], log=tmp_path / "gateway.log", env=told)
    try:
        get = proxy(pages)
        status, headers = get("/static/cadre.css")
        assert status == 200
        # The gateway believes the proxy that the visitor came by TLS.
        assert headers["strict-transport-security"] == "max-age=31536000"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        for path in ("/healthz", "/readyz", "/metrics"):
            with pytest.raises(urllib.error.HTTPError) as refused:
                get(path)
            assert refused.value.code == 404
            refused.value.close()
        plain = urllib.request.urlopen(f"http://127.0.0.1:{pages}/healthz", timeout=5)
        with plain:
            assert "strict-transport-security" not in plain.headers
    finally:
        gateway.stop()
