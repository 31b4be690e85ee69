"""What dies comes back, and what must stop stops. Servers are real; services are stand-ins that answer as real ones."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import nats
import nats.errors
import nats.js.errors
import psycopg
import pytest
from typer.testing import CliRunner

from cadre_cli import schema
from cadre_cli.doctor.command import examine
from cadre_cli.keeper import Pauses, State, Status, Watch
from cadre_cli.main import app
from cadre_cli.processes import PROCESSES, SERVERS, Answer, Process
from cadre_cli.supervisor import Supervisor, SupervisorError, read_state
from servicekit.embedded.nats import NatsServer
from servicekit.embedded.postgres import PostgresServer
from servicekit.events.nats_config import inbox_of
from servicekit.testing import disks
from servicekit.testing.pids import runs, wait_until_gone, working_in
from servicekit.testing.waiting import wait_until

HERE = Path(__file__).parent
ENVIRONMENT = {
    "CADRE_SERVICE",
    "CADRE_DATABASE_URL",
    "CADRE_NATS_URL",
    "CADRE_GRPC_PORT",
    "CADRE_METRICS_PORT",
    "CADRE_KEYS_DIR",
    "CADRE_STATE_FILE",
    "CADRE_PEERS",
    "CADRE_DEMO",
}


def stand_in(name: str, kind: str = "grpc") -> Process:
    return Process(name, (sys.executable, str(HERE / "stand_in.py"), name, kind), publishes=(f"cadre.{name}.>",))


ALPHA = stand_in("alpha")
WEB = replace(stand_in("web", "http"), needs=(*SERVERS, "alpha"), answer=Answer.HTTP)


@pytest.fixture(scope="module")
def cadre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Supervisor]:
    folder = tmp_path_factory.mktemp("cadre")
    with Supervisor(folder, 0, demo=True, processes=[ALPHA, WEB], fsync=False) as supervisor:
        supervisor.wait_ready(30.0)
        yield supervisor
    assert working_in(folder) == []


def environment(supervisor: Supervisor, name: str) -> dict[str, str]:
    content = (supervisor.data_dir / f"{name}.environment.json").read_text(encoding="utf-8")
    return {key: value for key, value in json.loads(content).items() if key in ENVIRONMENT | {"CADRE_HTTP_PORT"}}


def query(url: str, statement: str) -> object:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def publish(url: str, subject: str, *, size: int = 10, create: str = "") -> bool:
    """Say whether the stream keeps a message."""

    async def tried() -> bool:
        connection = await nats.connect(url)
        try:
            if create:
                await connection.jetstream().add_stream(name=create, subjects=[f"cadre.{create}.>"])
            await connection.jetstream().publish(subject, bytes(size), timeout=2)
        except (nats.errors.TimeoutError, nats.js.errors.APIError):
            return False
        else:
            return True
        finally:
            await connection.close()

    return asyncio.run(tried())


# What runs is told


def test_the_state_file_says_what_runs_and_where(cadre: Supervisor) -> None:
    state = read_state(cadre.data_dir)
    rows = {row["name"]: row for row in state["processes"]}

    assert set(rows) == {"postgres", "nats", "alpha", "web"}
    assert {name: row["pid"] for name, row in rows.items()} == cadre.pids()
    assert all(runs(row["pid"]) for row in rows.values())
    assert {row["state"] for row in rows.values()} == {State.READY}
    assert state["pid"] == os.getpid()
    assert state["gateway_url"] == cadre.gateway_url == f"http://127.0.0.1:{rows['web']['port']}"


def test_each_service_is_told_where_everything_is(cadre: Supervisor) -> None:
    alpha, web = environment(cadre, "alpha"), environment(cadre, "web")
    ports = {row["name"]: row["port"] for row in read_state(cadre.data_dir)["processes"]}

    assert set(alpha) == ENVIRONMENT
    assert set(web) == ENVIRONMENT - {"CADRE_GRPC_PORT"} | {"CADRE_HTTP_PORT"}
    assert alpha["CADRE_SERVICE"] == "alpha"
    assert alpha["CADRE_GRPC_PORT"] == str(ports["alpha"])
    assert json.loads(web["CADRE_PEERS"]) == {"alpha": f"127.0.0.1:{ports['alpha']}"}
    assert web["CADRE_DEMO"] == "1"
    assert (Path(alpha["CADRE_KEYS_DIR"]) / "public.json").exists()
    assert Path(alpha["CADRE_STATE_FILE"]) == cadre.state_file


def test_each_service_owns_one_database_and_no_other(cadre: Supervisor) -> None:
    alpha, web = (environment(cadre, name)["CADRE_DATABASE_URL"] for name in ("alpha", "web"))

    assert query(alpha, "SELECT current_database() || ' ' || current_user") == "alpha alpha"
    assert query(web, "SELECT current_database() || ' ' || current_user") == "web web"
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        query(alpha.replace("/alpha?", "/web?"), "SELECT 1")


def test_each_service_publishes_under_its_own_name(cadre: Supervisor) -> None:
    async def publish(url: str, stream: str, subject: str) -> int:
        async with await nats.connect(url, inbox_prefix=inbox_of("alpha")) as client:
            await client.jetstream().add_stream(name=stream, subjects=[subject])
            return (await client.jetstream().publish(subject, b"fact")).seq

    assert asyncio.run(publish(environment(cadre, "alpha")["CADRE_NATS_URL"], "alpha", "cadre.alpha.made.v1")) == 1


# What dies comes back


@pytest.mark.parametrize("name", ["postgres", "nats", "alpha", "web"])
def test_a_killed_process_comes_back_in_its_place_and_the_others_stay(cadre: Supervisor, name: str) -> None:
    before, restarts, ports = cadre.pids(), cadre.status(name).restarts, cadre.site.ports[name]

    os.kill(before[name], signal.SIGKILL)
    wait_until(lambda: cadre.status(name).restarts > restarts, "the supervisor notices")
    cadre.wait_ready(30.0)

    assert cadre.pids()[name] != before[name]
    assert {other: pid for other, pid in cadre.pids().items() if other != name} == {
        other: pid for other, pid in before.items() if other != name
    }
    rows = {row["name"]: row for row in read_state(cadre.data_dir)["processes"]}
    assert rows[name]["port"] == ports.serve
    assert rows[name]["restarts"] == restarts + 1
    assert rows[name]["problem"] == "ended with signal 9"


def test_a_service_that_hangs_is_ended_and_started_again(tmp_path: Path) -> None:
    watch = Watch(every_seconds=0.2, patience_seconds=0.3, silences=3)
    with Supervisor(tmp_path, 0, processes=[ALPHA, WEB], fsync=False, watch=watch) as cadre:
        cadre.wait_ready(30.0)
        for name in ("alpha", "web"):
            before, others = cadre.pids()[name], {k: v for k, v in cadre.pids().items() if k != name}
            os.kill(before, signal.SIGSTOP)
            wait_until(lambda name=name: cadre.status(name).restarts == 1, "the supervisor notices")
            cadre.wait_ready(30.0)

            assert cadre.pids()[name] != before
            assert not runs(before)
            assert {k: v for k, v in cadre.pids().items() if k != name} == others
            rows = {row["name"]: row for row in read_state(cadre.data_dir)["processes"]}
            assert rows[name]["problem"] == "did not answer 3 times in a row"


def test_on_a_full_disk_what_dies_is_started_again_and_nats_is_once_there_is_room(
    tmp_path: Path, postgres_server: PostgresServer, caplog: pytest.LogCaptureFixture
) -> None:
    watch = Watch(every_seconds=0.2, patience_seconds=2.0, silences=3)
    with (
        disks.small_disk(tmp_path) as disk,
        Supervisor(
            disk, 0, processes=[ALPHA], fsync=False, watch=watch, postgres_url=postgres_server.url("postgres")
        ) as cadre,
    ):
        cadre.wait_ready(30.0)
        assert publish(cadre.nats_operator_url(), "cadre.alpha.a", create="alpha")
        ballast = disks.use_up(disk)
        assert not publish(cadre.nats_operator_url(), "cadre.alpha.b", size=100_000)

        for lives in (1, 2):
            before = cadre.pids()["alpha"]
            os.kill(before, signal.SIGKILL)
            wait_until(lambda lives=lives: cadre.status("alpha").restarts == lives, "the supervisor notices")
            cadre.wait_ready(30.0)
            assert cadre.pids()["alpha"] != before
        assert {row["name"]: row["restarts"] for row in read_state(cadre.data_dir)["processes"]}["alpha"] == 0

        def told() -> bool:
            return any("cannot be written" in line and "No space left" in line for line in caplog.messages)

        # The state is written soon after what changed it, by a thread of its own.
        wait_until(told, lambda: f"that the state cannot be written: {caplog.messages}")
        assert cadre.status("nats").restarts == 0, "while the disk is full it would help nobody"

        ballast.unlink()
        wait_until(lambda: cadre.status("nats").restarts == 1, "the supervisor sees that NATS stores nothing")
        assert "though the disk has room" in cadre.status("nats").problem
        cadre.wait_ready(30.0)
        assert publish(cadre.nats_operator_url(), "cadre.alpha.c", size=100_000)

        def told() -> bool:
            rows = {row["name"]: row for row in read_state(cadre.data_dir)["processes"]}
            return (rows["alpha"]["restarts"], rows["nats"]["restarts"]) == (2, 1)

        wait_until(told, "the state is written once it can be")


def test_who_is_told_of_a_change_and_fails_keeps_nothing_from_being_started_again(tmp_path: Path) -> None:
    def broken_terminal(name: str, status: Status) -> None:
        raise OSError(f"{name} is {status.state}, and nobody listens")

    nowhere = Process("alpha", (sys.executable, str(HERE / "stand_in.py"), "alpha", "grpc"), database=False)
    with NatsServer(tmp_path / "nats", {"alpha": []}) as nats_server:
        supervisor = Supervisor(
            tmp_path, 0, processes=[nowhere], postgres_url="postgresql://nowhere", nats_url=nats_server.url(),
            on_change=broken_terminal,
        )  # fmt: skip
        with supervisor as cadre:
            cadre.wait_ready(30.0)
            os.kill(cadre.pids()["alpha"], signal.SIGKILL)
            wait_until(lambda: cadre.status("alpha").restarts == 1, "the supervisor notices")
            cadre.wait_ready(30.0)


def test_what_was_committed_outlives_a_killed_database(cadre: Supervisor) -> None:
    url = environment(cadre, "alpha")["CADRE_DATABASE_URL"]
    query(url, "CREATE TABLE kept AS SELECT 42 AS number")
    restarts = cadre.status("postgres").restarts

    os.kill(cadre.pids()["postgres"], signal.SIGKILL)
    wait_until(lambda: cadre.status("postgres").restarts > restarts, "the supervisor notices")
    cadre.wait_ready(30.0)

    assert query(url, "SELECT number FROM kept") == 42


def test_pauses_double_up_to_five_seconds_and_start_over_after_ten_good_seconds() -> None:
    pauses = Pauses()

    assert [pauses.after(0.0) for _ in range(7)] == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    assert pauses.after(9.9) == 5.0
    assert [pauses.after(10.0), pauses.after(0.0)] == [0.2, 0.4]


def test_a_service_that_cannot_start_is_named_with_the_end_of_its_log(tmp_path: Path) -> None:
    with Supervisor(tmp_path, 0, processes=[ALPHA, stand_in("bad", "broken")], fsync=False) as supervisor:
        wait_until(lambda: supervisor.status("alpha").state is State.READY, "the good one is ready")
        wait_until(lambda: supervisor.status("bad").restarts, "the bad one has failed")
        with pytest.raises(SupervisorError, match="bad ended with exit code 1 before it was ready") as refusal:
            supervisor.wait_ready(0.5)
        assert "this service cannot start" in str(refusal.value)
        assert "alpha" not in str(refusal.value)
        assert supervisor.status("alpha").state is State.READY


# What must stop stops


def start_supervisor(folder: Path, *kinds: str) -> tuple["subprocess.Popen[str]", dict[str, int]]:
    command = [sys.executable, str(HERE / "supervise.py"), str(folder), *kinds]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout
    line = child.stdout.readline()
    if line != "ready\n":
        raise AssertionError(child.communicate()[1])
    return child, {row["name"]: row["pid"] for row in read_state(folder)["processes"]}


def test_everything_dies_with_a_killed_supervisor_and_the_next_one_goes_on_where_it_was(tmp_path: Path) -> None:
    child, pids = start_supervisor(tmp_path, "alpha=grpc", "web=http")
    before = read_state(tmp_path)
    assert all(map(runs, pids.values()))

    child.kill()
    child.communicate()

    wait_until_gone(pids.values())
    wait_until(lambda: working_in(tmp_path) == [], lambda: f"left running: {working_in(tmp_path)}")
    child, pids = start_supervisor(tmp_path, "alpha=grpc", "web=http")
    ports = {row["name"]: (row["port"], row["metrics_port"]) for row in read_state(tmp_path)["processes"]}
    assert ports == {row["name"]: (row["port"], row["metrics_port"]) for row in before["processes"]}
    child.terminate()
    child.communicate(timeout=90.0)
    wait_until_gone(pids.values())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything_what_needs_others_first(tmp_path: Path, number: signal.Signals) -> None:
    child, pids = start_supervisor(tmp_path, "alpha=grpc", "web=http")

    child.send_signal(number)
    _, errors = child.communicate(timeout=90.0)

    assert (child.returncode, errors) == (0, "")
    assert (tmp_path / "stopped.txt").read_text(encoding="utf-8").split() == ["web", "alpha"]
    assert {row["state"] for row in read_state(tmp_path)["processes"]} == {State.STOPPED}
    assert not any(map(runs, pids.values()))
    log = (tmp_path / "log" / "postgres.log").read_text(encoding="utf-8")
    assert "database system is shut down" in log


def test_a_signal_while_it_starts_stops_what_has_started(tmp_path: Path) -> None:
    command = [sys.executable, str(HERE / "supervise.py"), str(tmp_path), "bad=broken"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        wait_until(lambda: len(read_state(tmp_path).get("processes", [])) == 3, "both servers and a service run")
        child.terminate()
        child.wait(90.0)

    assert {row["state"] for row in read_state(tmp_path)["processes"]} == {State.STOPPED}
    assert working_in(tmp_path) == []


def test_a_second_signal_does_not_wait_for_a_stubborn_service(tmp_path: Path) -> None:
    child, pids = start_supervisor(tmp_path, "deaf=stubborn")
    child.terminate()
    wait_until(
        lambda: read_state(tmp_path)["processes"][-1]["state"] == State.STOPPING, "the supervisor asks it to stop"
    )

    child.terminate()
    child.communicate(timeout=90.0)

    assert child.returncode == 128 + signal.SIGTERM
    wait_until_gone(pids.values())


# What cannot be started is said


def test_a_folder_has_one_supervisor(cadre: Supervisor) -> None:
    with pytest.raises(SupervisorError, match=rf"already runs in .* \(process {os.getpid()}, {cadre.gateway_url}\)"):
        Supervisor(cadre.data_dir, 0, processes=[]).start()


def test_a_taken_gateway_port_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        supervisor = Supervisor(tmp_path, port, processes=[WEB])
        with pytest.raises(SupervisorError, match=f"Port {port} is taken by another program. .* --port"):
            supervisor.start()

    assert supervisor.pids() == {}


def test_a_failed_migration_is_said_and_leaves_nothing_running(tmp_path: Path) -> None:
    broken = replace(ALPHA, migrate=stand_in("alpha", "broken").command)
    supervisor = Supervisor(tmp_path, 0, processes=[broken], fsync=False)

    with pytest.raises(SupervisorError, match="The database of alpha could not be migrated") as refusal:
        supervisor.start()

    assert "this service cannot start" in str(refusal.value)
    assert supervisor.pids() == {}
    assert working_in(tmp_path) == []


def test_a_log_grown_too_long_is_put_aside_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    with (tmp_path / "log" / "alpha.log").open("wb") as log:
        log.truncate(21 * 1024 * 1024)
    (tmp_path / "log" / "nats.log").write_text("short\n", encoding="utf-8")

    with Supervisor(tmp_path, 0, processes=[ALPHA], fsync=False) as supervisor:
        supervisor.wait_ready(30.0)

    assert (tmp_path / "log" / "alpha.log.1").stat().st_size == 21 * 1024 * 1024
    assert (tmp_path / "log" / "alpha.log").stat().st_size < 1024 * 1024
    assert (tmp_path / "log" / "nats.log").read_text(encoding="utf-8").startswith("short\n")


# Other people's servers, and schemas


def test_servers_of_the_users_own_are_used_rather_than_embedded_ones(tmp_path: Path) -> None:
    postgres = PostgresServer(tmp_path / "p", fsync=False)
    bus = NatsServer(tmp_path / "n", {})
    with (
        postgres,
        bus,
        Supervisor(
            tmp_path / "cadre", 0, processes=[ALPHA], postgres_url=postgres.url(tcp=True), nats_url=bus.url()
        ) as supervisor,
    ):
        supervisor.wait_ready(30.0)

        assert set(supervisor.pids()) == {"alpha"}
        assert environment(supervisor, "alpha")["CADRE_NATS_URL"] == bus.url()
        url = environment(supervisor, "alpha")["CADRE_DATABASE_URL"]
        assert f"127.0.0.1:{postgres.port}" in url
        assert query(url, "SELECT current_database()") == "alpha"


def test_a_server_of_the_users_own_that_does_not_answer_is_named(tmp_path: Path) -> None:
    nowhere = "postgresql://postgres@127.0.0.1:1/"

    with pytest.raises(SupervisorError, match="The database alpha cannot be made on the server of CADRE_POSTGRES_URL"):
        Supervisor(tmp_path, 0, processes=[ALPHA], postgres_url=nowhere, fsync=False).start()

    assert working_in(tmp_path) == []


def test_migrations_run_only_when_the_database_is_behind(
    cadre: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "src" / "gamma"
    versions = tmp_path / "migrations" / "versions"
    package.mkdir(parents=True)
    versions.mkdir(parents=True)
    (package / "__init__.py").touch()
    (tmp_path / "migrations" / "env.py").touch()
    (versions / "0001_first.py").write_text('revision = "0001"\ndown_revision = None\n', encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path / "src"))
    url = environment(cadre, "web")["CADRE_DATABASE_URL"]

    assert (schema.head("gamma"), schema.current(url)) == ("0001", None)
    assert not schema.is_current("gamma", url)
    query(url, "CREATE TABLE alembic_version AS SELECT '0001'::text AS version_num")
    assert schema.is_current("gamma", url)
    (versions / "0002_second.py").write_text('revision = "0002"\ndown_revision = "0001"\n', encoding="utf-8")
    assert not schema.is_current("gamma", url)


def test_the_table_names_every_service_once_and_the_gateway_needs_them_all() -> None:
    names = [process.name for process in PROCESSES]

    assert sorted(names) == sorted(
        path.parent.name for path in Path(__file__).parents[3].glob("services/*/pyproject.toml")
    )
    assert set(PROCESSES[-1].needs) == {*SERVERS, *names} - {"gateway"}


# cadre doctor


def test_the_doctor_finds_a_healthy_machine_healthy(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["doctor", "--data-dir", str(tmp_path), "--port", "0"])

    assert result.exit_code == 0, result.output
    assert "✗" not in result.output
    assert "PostgreSQL starts" in result.output
    assert "NATS starts" in result.output


def test_the_doctor_names_a_taken_port_and_an_open_secret_with_their_mends(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    key = tmp_path / "keys" / "gateway.pem"
    key.touch(mode=0o644)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        findings = list(examine(tmp_path, listener.getsockname()[1]))

    mends = {finding.check: finding.mend for finding in findings if finding.mend}
    assert set(mends) == {"Port", "Secrets"}
    assert "choose another --port" in mends["Port"]
    assert mends["Secrets"] == f"chmod 600 {key}"


def test_the_doctor_ends_with_an_error_if_it_finds_a_fault() -> None:
    result = CliRunner().invoke(app, ["doctor", "--data-dir", "/proc/cadre", "--port", "0"])

    assert result.exit_code == 1
    assert result.output.count("✗") == 1, result.output
