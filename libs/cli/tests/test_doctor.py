"""`cadre doctor` on set-ups that are broken for real: each fault is named, with its mend."""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import nats
import psycopg
import pytest
from typer.testing import CliRunner

from cadre_cli import processes, schema, secret_files, site
from cadre_cli.doctor import machine, production
from cadre_cli.doctor import running as services_that_run
from cadre_cli.doctor.command import examine
from cadre_cli.installation import SERVICES
from cadre_cli.main import app
from gateway.operations.health import FAULTS
from servicekit.data import migrations
from servicekit.embedded.nats import NatsServer, binary
from servicekit.embedded.postgres import PostgresServer
from servicekit.embedded.process import GuardedProcess, free_port
from servicekit.events.bus import ensure_stream
from servicekit.events.nats_config import inbox_of
from servicekit.rpc import keys
from servicekit.testing.waiting import wait_until

PRODUCTION = {"CADRE_PUBLIC_URL": "https://cadre.example.gov", "CADRE_DEMO": "0"}
# What belongs to the server and not to a database is asked at one of them.
FIRST = SERVICES[0]


@pytest.fixture(scope="module")
def server(data_folder):
    """A PostgreSQL that keeps what is committed, with a database for each service."""
    with PostgresServer(data_folder / "doctor") as running:
        for service in SERVICES:
            migrations.upgrade(running.ensure_database(service, owner=service), schema.migrations(service))
        yield running


@pytest.fixture
def bus(tmp_path):
    """A NATS with JetStream, and with the accounts of the services."""
    users = {process.name: process.publishes for process in processes.PROCESSES}
    with NatsServer(tmp_path / "nats", users) as running:
        yield running


@pytest.fixture
def installed(tmp_path, server, bus, monkeypatch):
    """The folder of an installation's secrets, all of it well; the environment names it."""
    folder = tmp_path / "secrets"
    secret_files.write(folder, secret_files.Hosts())
    for service in SERVICES:
        (folder / secret_files.database_url(service)).write_text(server.url(service, service, tcp=True))
    (folder / secret_files.OPERATOR_NATS_URL).write_text(bus.url())
    monkeypatch.setenv("CADRE_SECRETS_DIR", str(folder))
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)
    return folder


def faults(tmp_path, **more):
    """What the doctor finds wrong: check -> (found, mend)."""
    findings = list(examine(tmp_path / "data", 0, **more))
    assert len(findings) > 10
    return {finding.check: (finding.found, finding.mend) for finding in findings if finding.mend}


def database_url(installed, service):
    return installed / secret_files.database_url(service)


def test_a_production_that_is_well_has_no_fault(tmp_path, installed):
    assert faults(tmp_path, in_production=True) == {}


def test_an_old_schema_is_named_with_the_command_that_migrates_it(tmp_path, installed, server):
    folder = tmp_path / "migrations"
    shutil.copytree(schema.migrations("directory"), folder)
    later = [file for file in (folder / "versions").glob("*.py") if not file.name.startswith("0001")]
    assert later
    for file in later:
        file.unlink()
    migrations.upgrade(server.ensure_database("old", owner="directory"), folder)
    database_url(installed, "directory").write_text(server.url("old", "directory", tcp=True))

    found = faults(tmp_path)

    assert set(found) == {"Schema of directory"}
    assert found["Schema of directory"][0] == "0001"
    assert "python -m directory migrate" in found["Schema of directory"][1]


def test_a_schema_of_a_later_release_is_not_migrated_but_asks_for_that_release(tmp_path, installed, server):
    url = server.ensure_database("later", owner="curriculum")
    migrations.upgrade(url, schema.migrations("curriculum"))
    with server.connect("later") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    database_url(installed, "curriculum").write_text(server.url("later", "curriculum", tcp=True))

    found = faults(tmp_path)

    assert set(found) == {"Schema of curriculum"}
    assert "A later release made it" in found["Schema of curriculum"][1]


@pytest.mark.parametrize(
    ("change", "says", "mend"),
    [
        (lambda url: re.sub(r"127\.0\.0\.1:\d+", f"127.0.0.1:{free_port()}", url), "refused", "Start PostgreSQL"),
        (lambda url: re.sub(r":[0-9a-f]{32}@", ":wrong@", url), "password", "ALTER ROLE evaluation PASSWORD"),
        (lambda url: url.rpartition("/")[0] + "/nowhere", "does not exist", "CREATE DATABASE evaluation"),
    ],
    ids=["unreachable", "wrong password", "not there"],
)
def test_a_database_that_cannot_be_reached_is_named_with_why_and_the_rest_is_still_examined(
    tmp_path, installed, change, says, mend
):
    file = database_url(installed, "evaluation")
    before = file.read_text()
    file.write_text(change(before))
    assert file.read_text() != before

    found = faults(tmp_path)

    assert set(found) == {"Database of evaluation"}
    assert says in found["Database of evaluation"][0]
    assert mend in found["Database of evaluation"][1]


def test_a_nats_without_jetstream_is_named_with_what_turns_it_on(tmp_path, installed):
    port = free_port()
    process = GuardedProcess([str(binary()), "--addr", "127.0.0.1", "--port", str(port)], log=tmp_path / "nats.log")
    try:
        wait_until(lambda: "Server is ready" in (tmp_path / "nats.log").read_text(), "NATS does not start")
        (installed / secret_files.OPERATOR_NATS_URL).write_text(f"nats://127.0.0.1:{port}")
        found = faults(tmp_path)
    finally:
        process.stop()

    assert set(found) == {"NATS"}
    assert "JetStream is off" in found["NATS"][0]
    assert "nats.conf" in found["NATS"][1]


def test_a_nats_that_does_not_answer_or_knows_another_password_is_named(tmp_path, installed, bus):
    file = installed / secret_files.OPERATOR_NATS_URL
    for url in (f"nats://127.0.0.1:{free_port()}", bus.url().replace("operator:", "operator:0")):
        file.write_text(url)
        found = faults(tmp_path)
        assert set(found) == {"NATS"}
        assert "Start NATS, or correct" in found["NATS"][1]


def test_clocks_that_differ_are_named_with_which_is_ahead(tmp_path, installed, server):
    with server.connect(FIRST) as connection:
        connection.execute(
            "CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql"
            " AS $$ SELECT pg_catalog.clock_timestamp() + interval '1 hour' $$"
        )
        connection.execute(f"ALTER ROLE {FIRST} IN DATABASE {FIRST} SET search_path = public, pg_catalog")
    try:
        found = faults(tmp_path)
    finally:
        with server.connect(FIRST) as connection:
            connection.execute(f"ALTER ROLE {FIRST} IN DATABASE {FIRST} RESET search_path")
            connection.execute("DROP FUNCTION public.clock_timestamp()")

    assert set(found) == {"Clocks"}
    assert re.fullmatch(r"PostgreSQL is 3[56]\d\d s ahead of this machine", found["Clocks"][0])
    assert "NTP" in found["Clocks"][1]


def test_a_server_that_may_lose_commits_is_named(tmp_path, installed, server):
    with server.connect() as connection:
        connection.execute(f"ALTER ROLE {FIRST} SET synchronous_commit = off")
    try:
        found = faults(tmp_path)
    finally:
        with server.connect() as connection:
            connection.execute(f"ALTER ROLE {FIRST} RESET synchronous_commit")

    assert set(found) == {"Durability"}
    assert found["Durability"][1] == "Set synchronous_commit = on in PostgreSQL."


def test_a_private_key_that_is_not_the_known_one_is_named(tmp_path, installed):
    keys.ensure_keys(tmp_path / "others", processes.ISSUER, processes.PRINCIPALS)
    shutil.copy(tmp_path / "others" / "cli.pem", installed / "cli.pem")

    found = faults(tmp_path)

    assert set(found) == {"Keys"}
    assert "cli.pem is not the key" in found["Keys"][0]


def test_a_service_that_was_started_with_other_keys_is_named(tmp_path, launch):
    from directory.app import APP  # noqa: PLC0415 - the other tests do without a service

    running = launch(APP)
    keys.ensure_keys(tmp_path, processes.ISSUER, processes.PRINCIPALS)

    (finding,) = services_that_run.services({"directory": f"127.0.0.1:{running.port}"}, tmp_path)

    assert finding.found == "a token signed here is refused"
    assert "start it again" in finding.mend


def test_missing_secrets_are_named(tmp_path, installed):
    database_url(installed, "gateway").unlink()
    findings = {finding.check: finding for finding in examine(tmp_path, 0)}
    assert "gateway_database_url is missing" in findings["Secrets"].mend


def test_what_a_process_is_not_given_is_named_with_the_process(tmp_path, installed):
    (installed / "evaluation.pem").unlink()
    (installed / secret_files.nats_url("curriculum")).unlink()

    found = faults(tmp_path)

    assert set(found) == {
        *("Secrets of curriculum", "Secrets of curriculum-work"),
        *("Secrets of evaluation", "Secrets of evaluation-work"),
    }
    assert found["Secrets of evaluation-work"][0] == f"evaluation.pem missing in {installed}"
    assert f"cadre secrets {installed}" in found["Secrets of evaluation-work"][1]


def test_a_container_that_is_shown_its_own_secrets_only_misses_no_others(tmp_path, installed):
    for file in installed.iterdir():
        if file.name not in site.keeper_secrets():
            file.unlink()
    assert faults(tmp_path, in_production=True) == {}


def test_a_job_that_ended_badly_is_named_and_one_of_an_earlier_release_is_not(tmp_path, installed, server):
    rows = """
    INSERT INTO background_job (name, every_seconds, next_run, last_start, last_end, last_error) VALUES
      ('release_reactions', 3600, now(), now(), now() - interval '1 hour', 'FileNotFoundError: evaluation.pem'),
      ('long_gone', 60, now(), now(), now() - interval '1 day', 'KeyError: x')
    """
    with server.connect("evaluation") as connection:
        connection.execute(rows)
    try:
        found = faults(tmp_path)
        before = faults(tmp_path, before_start=True)
    finally:
        with server.connect("evaluation") as connection:
            connection.execute("DELETE FROM background_job")

    assert set(found) == {"Job release_reactions of evaluation"}
    assert "evaluation.pem" in found["Job release_reactions of evaluation"][0]
    assert "jobs.md" in found["Job release_reactions of evaluation"][1]
    # Last night's failure is no reason to serve no pages in the morning.
    assert before == {}


def test_a_mail_server_that_takes_none_is_named_with_what_it_says(tmp_path, installed, server):
    with server.connect("notification") as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("INSERT INTO mail_server VALUES (1, 'SERVER', 3000, 4, '535 no such account', now(), NULL)")
        connection.commit()
        try:
            found = faults(tmp_path)
        finally:
            connection.execute("DELETE FROM mail_server")

    assert set(found) == {"Mail"}
    assert found["Mail"][0] == "the server took none, 4 times in a row: 535 no such account"
    assert "mail.md" in found["Mail"][1]


def test_a_stream_that_lost_what_was_published_is_named(tmp_path, installed, server, bus):
    async def publish(numbers):
        client = await nats.connect(bus.url("directory"), inbox_prefix=inbox_of("directory"))
        stream = client.jetstream()
        await ensure_stream(stream, "directory")
        for number in numbers:
            await stream.publish(f"cadre.directory.thing.v{number}", b"x")
        await client.close()

    asyncio.run(publish(range(7)))
    with server.connect("directory") as connection:
        connection.execute(
            "INSERT INTO outbox (id, subject, payload, headers, at, published_at)"
            " SELECT gen_random_uuid(), 'cadre.directory.thing.v1', '', '{}', now(), now() - interval '1 hour'"
            " FROM generate_series(1, 10)"
        )
    try:
        lost = faults(tmp_path)
        asyncio.run(publish(range(7, 10)))
        whole = faults(tmp_path)
    finally:
        with server.connect("directory") as connection:
            connection.execute("DELETE FROM outbox")

    assert set(lost) == {"Stream of directory"}
    assert lost["Stream of directory"][0].startswith("holds 3 events fewer than it published")
    assert "docs/runbook/bus.md" in lost["Stream of directory"][1]
    assert whole == {}


def test_processes_that_do_not_run_are_named_and_what_a_service_says_of_itself_is_passed_on(
    tmp_path, installed, launch, monkeypatch
):
    from directory.app import APP  # noqa: PLC0415 - the other tests do without a service

    running = launch(APP, keys_dir=installed)
    with running.connect() as connection:
        connection.execute(
            "INSERT INTO background_job (name, every_seconds, last_error) VALUES ('purge', 9, 'Trouble')"
        )
    peers = {"directory": f"127.0.0.1:{running.port}", "curriculum": f"127.0.0.1:{free_port()}"}
    monkeypatch.setenv("CADRE_PEERS", json.dumps(peers))

    found = faults(tmp_path)

    assert found["Process curriculum"][0] == "does not answer"
    assert found["Process gateway"][0] == "nothing of it is connected to its database"
    assert "docs/runbook/processes.md" in found["Process gateway"][1]
    assert "JOB_FAILED: error Trouble, job purge" in found["Status of directory"][0]
    assert "Process directory" not in found
    assert faults(tmp_path, before_start=True) == {}


def test_the_doctor_knows_a_page_for_every_fault_that_the_operators_page_knows():
    pages = services_that_run._PAGES
    assert set(pages) == set(FAULTS)
    runbook = Path(__file__).parents[3] / "docs" / "runbook"
    assert [page for page in pages.values() if not (runbook / f"{page}.md").exists()] == []


def test_what_a_supervisor_does_not_keep_up_is_named():
    row = {"name": "enrollment", "port": 1, "state": "ready", "problem": ""}
    again = {"name": "evaluation", "port": 2, "state": "restarting", "problem": "ended with exit code 1"}

    findings = list(services_that_run.kept({"processes": [row, again, row | {"name": "gateway", "port": free_port()}]}))

    assert [(finding.check, finding.found) for finding in findings] == [
        ("Process evaluation", "restarting; ended with exit code 1"),
        ("Process gateway", "does not answer"),
    ]
    assert all(finding.mend for finding in findings)


def test_logs_and_folders_that_an_earlier_release_left_open_are_named(tmp_path):
    (tmp_path / "log").mkdir()
    for name in ("nats.log", "postgres.log"):
        (tmp_path / "log" / name).touch(0o640)
    tmp_path.chmod(0o755)

    found = {finding.check: finding for finding in machine.private_files(tmp_path)}

    assert found["Data folder"].mend == f"chmod go-rw {tmp_path}"
    assert found["Secrets"].mend == f"chmod 600 {tmp_path}/log/nats.log {tmp_path}/log/postgres.log"
    tmp_path.chmod(0o711)
    for file in (tmp_path / "log").iterdir():
        file.chmod(0o600)
    assert [finding.mend for finding in machine.private_files(tmp_path)] == [""]


def test_a_production_start_fails_with_personas_on_with_the_demonstrations_key_or_without_tls(
    tmp_path, installed, monkeypatch
):
    demonstration = processes.PRINCIPALS | processes.DEMO_PRINCIPALS
    keys.ensure_keys(installed, processes.ISSUER, demonstration)
    monkeypatch.setenv("CADRE_DEMO", "1")
    monkeypatch.setenv("CADRE_PUBLIC_URL", "http://cadre.example.gov")

    found = faults(tmp_path, in_production=True)
    result = CliRunner().invoke(app, ["doctor", "--production"])

    assert set(found) == {"Personas", "Demonstration keys", "TLS"}
    assert "anybody signs in as anybody" in found["Personas"][1]
    assert found["Demonstration keys"][0] == "demo is a key of a demonstration"
    assert "https://" in found["TLS"][1]
    assert result.exit_code == 1


@pytest.mark.parametrize("site", ["localhost", "cadre.localhost:8443", "127.0.0.1", "[::1]", "0.0.0.0:443"])
def test_a_production_that_only_its_own_machine_can_visit_is_refused(tmp_path, installed, monkeypatch, site):
    monkeypatch.setenv("CADRE_PUBLIC_URL", f"https://{site}")

    found = faults(tmp_path, in_production=True)

    assert set(found) == {"TLS"}
    assert "CADRE_SITE in the file .env" in found["TLS"][1]


def test_a_key_with_more_rights_than_production_gives_is_named(tmp_path, installed):
    keys.ensure_keys(installed, processes.ISSUER, {**processes.PRINCIPALS, "cli": ["sign_ins.exchange"]})
    found = faults(tmp_path, in_production=True)
    assert set(found) == {"Demonstration keys"}
    assert "cli has more rights" in found["Demonstration keys"][0]


def test_a_disk_that_is_nearly_full_is_named(tmp_path):
    """A file system of 4 MB of the test's own, in a namespace that ends with the command."""
    mount = tmp_path / "small"
    mount.mkdir()
    cadre = Path(sys.executable).parent / "cadre"
    script = f"mount -t tmpfs -o size=4m tmpfs {mount} && {cadre} doctor --data-dir {mount}/data --port {free_port()}"
    done = subprocess.run(
        ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"]), "sh", "-c", script],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
        env=os.environ | {"COLUMNS": "200"},
    )

    assert done.returncode == 1, done.stderr
    assert done.stdout.count("✗") == 1, done.stdout
    assert "0.0 GB free" in done.stdout
    assert "Free at least 2 GB" in done.stdout


def test_a_taken_port_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        findings = {finding.check: finding for finding in examine(tmp_path, listener.getsockname()[1])}
    assert "taken by another program" in findings["Port"].found


def test_a_port_that_another_program_took_is_named_although_cadre_runs_on_its_own():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number = listener.getsockname()[1]
        assert machine.port(number, served=number).mend == ""
        assert "taken by another program" in machine.port(number, served=number + 1).found


def test_a_nats_that_hangs_is_named(tmp_path, installed, bus):
    os.kill(bus.pid, signal.SIGSTOP)
    try:
        found = faults(tmp_path)
    finally:
        os.kill(bus.pid, signal.SIGCONT)
    assert set(found) == {"NATS"}
    assert re.fullmatch(r"NATS does not answer: \w+", found["NATS"][0])


def test_an_embedded_installation_that_stands_still_is_started_to_be_examined(tmp_path):
    with PostgresServer(tmp_path / "postgres", fsync=False) as server:
        for service in SERVICES[1:]:
            migrations.upgrade(server.ensure_database(service, owner=service), schema.migrations(service))
    keys.ensure_keys(tmp_path / "keys", processes.ISSUER, processes.PRINCIPALS)

    found = {finding.check: finding for finding in examine(tmp_path, free_port()) if finding.mend}

    assert set(found) == {f"Database of {SERVICES[0]}"}
    assert "it makes the database" in found[f"Database of {SERVICES[0]}"].mend
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.url().replace("+psycopg", ""), connect_timeout=1)


def test_a_production_that_nobody_can_sign_in_to_is_named(tmp_path, installed, monkeypatch):
    def sign_in():
        return next(one for one in production.examine(os.environ, installed) if one.check == "Sign-in")

    assert sign_in().found.startswith("by invitation only")
    (folder := tmp_path / "oidc").mkdir()
    file = folder / "issuers.toml"
    monkeypatch.setenv("CADRE_OIDC_FILE", str(file))
    # A container's folder for providers, of whom there are none yet.
    assert sign_in().found.startswith("by invitation only")
    (folder / "issuers.tml").write_text("")
    assert "cannot be used" in sign_in().found
    file.write_text('[[issuer]]\ntitle = "Lake County"\nclient_secret_file = "secret"\n')
    assert "cannot be used" in sign_in().found
    (folder / "secret").write_text("hush")
    assert (sign_in().found, sign_in().mend) == ("by Lake County", "")
    monkeypatch.delenv("CADRE_OIDC_FILE")
    (empty := tmp_path / "empty").mkdir()
    [finding] = [one for one in production.examine(os.environ, empty) if one.check == "Sign-in"]
    assert "nobody can be invited" in finding.found
    assert "CADRE_OIDC_FILE" in finding.mend
