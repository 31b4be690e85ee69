"""The embedded servers are real, keep what they were given, and never outlive us. Here every server is killed once."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nats
import nats.errors
import psycopg
import pytest
from nats.aio.client import Client

from servicekit.embedded.nats import NatsServer
from servicekit.embedded.postgres import PostgresServer
from servicekit.embedded.process import FolderLock, ServerError, free_port
from servicekit.events.nats_config import inbox_of
from servicekit.testing.pids import kill_and_wait, runs, wait_until_gone, working_in
from servicekit.testing.waiting import wait_until

USERS = {"alpha": ["cadre.alpha.>"], "beta": ["cadre.beta.>"]}

PARENT = """
import sys
from pathlib import Path
from servicekit.embedded.nats import NatsServer
from servicekit.embedded.postgres import PostgresServer

folder = Path(sys.argv[1])
postgres = PostgresServer(folder / "postgres", fsync=False)
nats = NatsServer(folder / "nats", {})
postgres.start()
nats.start()
postgres.connect().execute("CREATE TABLE IF NOT EXISTS kept (number int)")
postgres.connect().execute("INSERT INTO kept VALUES (1)")
print(postgres.pid, nats.pid, postgres.port, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    with PostgresServer(tmp_path_factory.mktemp("postgres"), fsync=False) as server:
        yield server


@pytest.fixture(scope="module")
def nats_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    with NatsServer(tmp_path_factory.mktemp("nats"), USERS) as server:
        yield server


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def ask(server: PostgresServer, statement: str, database: str = "postgres") -> object:
    with server.connect(database) as connection:
        row = connection.execute(statement).fetchone()
    return row[0] if row else None


# PostgreSQL


def test_the_server_is_postgresql_18_in_utf8_with_the_builtin_locale(postgres: PostgresServer) -> None:
    assert str(ask(postgres, "SHOW server_version")).startswith("18.")
    assert ask(postgres, "SHOW server_encoding") == "UTF8"
    assert ask(postgres, "SELECT format('%s %s', datlocprovider, datlocale) FROM pg_database LIMIT 1") == "b C.UTF-8"
    assert ask(postgres, "SELECT lower('ÁLVAREZ')") == "álvarez"


@pytest.mark.parametrize(("fsync", "shown"), [(True, "on"), (False, "off")])
def test_durability_is_given_up_only_when_asked(tmp_path: Path, fsync: bool, shown: str) -> None:
    with PostgresServer(tmp_path, fsync=fsync) as server:
        settings = [ask(server, f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")]

    assert settings == [shown, "on", shown], "without synchronous_commit a killed server would lose commits"


def test_a_setting_of_the_caller_wins_over_ours(tmp_path: Path) -> None:
    with PostgresServer(tmp_path, fsync=False, settings={"max_connections": "7"}) as server:
        assert ask(server, "SHOW max_connections") == "7"


def test_after_kill_9_it_comes_back_on_the_same_port_with_its_data(tmp_path: Path) -> None:
    with PostgresServer(tmp_path) as server:
        url, port, pid = server.ensure_database("kept"), server.port, server.pid
        assert pid
        with server.connect("kept") as connection:
            connection.execute("CREATE TABLE fact AS SELECT 1 AS number")
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: server.pid is None, "the server notices that it was killed")

        server.start()

        assert (server.port, server.url("kept")) == (port, url)
        assert ask(server, "SELECT number FROM fact", "kept") == 1


def test_it_starts_beside_what_a_killed_server_left_behind(tmp_path: Path) -> None:
    with PostgresServer(tmp_path, fsync=False) as server:
        connection = server.connect()
        backend = connection.info.backend_pid
        pid = server.pid
        assert pid
        os.kill(backend, signal.SIGSTOP)  # it cannot notice that its postmaster dies
        kill_and_wait(pid)
        assert runs(backend)

        server.start()

        assert not runs(backend)
        assert ask(server, "SELECT 1") == 1
        connection.close()


def test_a_stale_pid_file_that_names_a_living_process_does_not_block_the_start(tmp_path: Path) -> None:
    server = PostgresServer(tmp_path, fsync=False)
    with server:
        pid_file = server.cluster / "postmaster.pid"
        content = pid_file.read_text(encoding="utf-8").splitlines()
    living = subprocess.Popen(["sleep", "60"])
    try:
        pid_file.write_text("\n".join([str(living.pid), *content[1:]]) + "\n", encoding="utf-8")
        with server:
            assert ask(server, "SELECT 1") == 1
        assert living.poll() is None
    finally:
        living.kill()
        living.wait()


def test_half_a_cluster_of_an_interrupted_start_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "cluster.new").mkdir()
    (tmp_path / "cluster.new" / "PG_VERSION").write_text("18\n", encoding="ascii")

    with PostgresServer(tmp_path, fsync=False) as server:
        assert ask(server, "SELECT 1") == 1


def test_two_servers_cannot_use_one_folder(postgres: PostgresServer) -> None:
    with pytest.raises(ServerError, match=f"in use by process {os.getpid()}"):
        PostgresServer(postgres.data_dir).start()


def test_a_taken_port_is_named_with_the_mend(tmp_path: Path, taken_port: int) -> None:
    with pytest.raises(ServerError, match="Another program has the port") as refusal:
        PostgresServer(tmp_path, taken_port, fsync=False).start()

    assert f"port {taken_port}" in str(refusal.value)
    assert "could not bind" in str(refusal.value), "the end of the log is shown"
    assert working_in(tmp_path) == []


def test_an_unknown_setting_is_shown_from_the_log(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match='unrecognized configuration parameter "no_such_setting"'):
        PostgresServer(tmp_path, fsync=False, settings={"no_such_setting": "1"}).start()


def test_a_path_too_long_for_a_socket_is_served_by_tcp(tmp_path: Path) -> None:
    with PostgresServer(tmp_path / ("deep" * 25), fsync=False) as server:
        assert "@127.0.0.1:" in server.url()
        assert ask(server, "SELECT 1") == 1


def test_nobody_enters_without_the_password(postgres: PostgresServer) -> None:
    wrong = postgres.url(tcp=True).replace("+psycopg", "").replace(postgres.password("postgres"), "guessed")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_the_owner_of_one_database_cannot_enter_another(postgres: PostgresServer) -> None:
    own, other = postgres.ensure_database("own", owner="own"), postgres.ensure_database("other", owner="other")
    assert postgres.ensure_database("own", owner="own") == own, "asking again changes nothing"
    trespass = other.replace("+psycopg", "").replace("//other:", "//own:")
    trespass = trespass.replace(postgres.password("other"), postgres.password("own"))

    with psycopg.connect(own.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE mine (number int)")
    with pytest.raises(psycopg.OperationalError, match='permission denied for database "other"'):
        psycopg.connect(trespass)


def test_secrets_are_readable_by_their_owner_only(postgres: PostgresServer, nats_server: NatsServer) -> None:
    secrets = [
        postgres.data_dir / "secret",
        nats_server.data_dir / "passwords.json",
        nats_server.data_dir / "nats.conf",
    ]

    assert [oct(path.stat().st_mode & 0o777) for path in secrets] == ["0o600"] * len(secrets)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root must become somebody else")
def test_logs_and_stores_are_their_owners_alone_also_those_of_an_earlier_release(tmp_path: Path) -> None:
    log = tmp_path / "log" / "nats.log"
    log.parent.mkdir()
    log.touch(0o644)
    with NatsServer(tmp_path / "nats", USERS, log=log) as server:
        server.url()
        # The lock holds a process id, for whoever wants the folder too.
        for path in {log, *(tmp_path / "nats").rglob("*")} - {tmp_path / "nats" / "lock"}:
            assert path.stat().st_mode & 0o077 == 0, path
    # As root, the account that PostgreSQL runs as must pass through.
    assert (tmp_path / "nats").stat().st_mode & 0o066 == 0


def test_the_log_of_the_database_holds_statements_and_no_value(postgres: PostgresServer) -> None:
    with postgres.connect() as connection:
        connection.execute("CREATE TABLE logged (address text PRIMARY KEY CHECK (address LIKE 'a%'))")
        connection.execute("SET log_min_duration_statement = 0")
        for address in ("ana@example.gov", "ana@example.gov", "ben@example.gov"):
            with contextlib.suppress(psycopg.errors.IntegrityError):
                connection.execute("INSERT INTO logged VALUES (%s) RETURNING 'told'", [address])
    log = postgres.log.read_text()
    assert log.count("INSERT INTO logged VALUES ($1) RETURNING 'told'") >= 3
    assert "duplicate key value" in log
    assert "violates check constraint" in log
    assert "@example.gov" not in log


def test_where_user_namespaces_are_forbidden_root_changes_the_account() -> None:
    with tempfile.TemporaryDirectory(prefix="cadre-") as name:
        folder = Path(name)
        folder.chmod(0o700)  # root's alone, as its home is: the other account must get through all the same
        holder = subprocess.Popen(["unshare", "--user", "sleep", "60"])
        enter = ["nsenter", "--user", f"--target={holder.pid}", "--setuid=0", "--setgid=0"]
        try:
            wait_until(lambda: _is_in_own_user_namespace(holder.pid), "unshare has made its namespace")
            for kind in ("uid_map", "gid_map"):
                Path(f"/proc/{holder.pid}/{kind}").write_text("0 0 65536", encoding="ascii")
            forbid = "echo 0 > /proc/sys/user/max_user_namespaces"
            subprocess.run([*enter, "sh", "-c", forbid], check=True)
            parent = start_parent(folder, before=enter)
            server = first_pid(parent)

            assert Path(f"/proc/{server}").stat().st_uid != 0
            parent.kill()
            parent.communicate()
            wait_until_gone([server])
        finally:
            holder.kill()
            holder.wait()


def _is_in_own_user_namespace(pid: int) -> bool:
    return Path(f"/proc/{pid}/ns/user").readlink() != Path("/proc/self/ns/user").readlink()


# Both, and their parent


def start_parent(folder: Path, before: list[str] | None = None) -> "subprocess.Popen[str]":
    command = [*(before or []), sys.executable, "-c", PARENT, str(folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def numbers(parent: "subprocess.Popen[str]") -> list[int]:
    assert parent.stdout
    return [int(word) for word in parent.stdout.readline().split()]


def first_pid(parent: "subprocess.Popen[str]") -> int:
    return numbers(parent)[0]


def test_both_servers_die_with_a_killed_parent_and_start_again_with_their_data(tmp_path: Path) -> None:
    parent = start_parent(tmp_path)
    try:
        postgres_pid, nats_pid, _ = numbers(parent)
        assert runs(postgres_pid)
        assert runs(nats_pid)
    finally:
        parent.kill()
        parent.communicate()

    wait_until_gone([postgres_pid, nats_pid])
    wait_until(lambda: working_in(tmp_path) == [], lambda: f"left running: {working_in(tmp_path)}")
    with PostgresServer(tmp_path / "postgres", fsync=False) as server, NatsServer(tmp_path / "nats", {}):
        assert ask(server, "SELECT count(*) FROM kept") == 1


def test_a_lock_is_lost_with_its_holder(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from servicekit.embedded.process import FolderLock; "
        "lock = FolderLock(Path(sys.argv[1])); print(lock.acquire(), flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout
    assert holder.stdout.readline() == "True\n"
    lock = FolderLock(tmp_path / "lock")
    assert not lock.acquire()
    assert lock.holder == str(holder.pid)

    holder.kill()
    holder.communicate()

    assert lock.acquire()
    lock.release()


def test_free_ports_lie_below_those_lent_to_outgoing_connections() -> None:
    lent = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii").split()[0])

    assert all(1024 < free_port() < lent for _ in range(20))


# NATS


def test_a_wrong_password_is_refused(nats_server: NatsServer) -> None:
    async def sign_in() -> None:
        client = Client()
        try:
            await client.connect(
                f"nats://alpha:guessed@127.0.0.1:{nats_server.port}", allow_reconnect=False, error_cb=_ignore
            )
        finally:
            await client.close()

    with pytest.raises(nats.errors.Error, match="Authorization Violation"):
        asyncio.run(sign_in())


def test_messages_are_on_the_disk_before_they_are_acknowledged(nats_server: NatsServer) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{nats_server.monitoring_port}/varz") as page:
        jetstream = json.load(page)["jetstream"]["config"]

    assert jetstream["sync_always"] is True


def test_after_kill_9_nats_comes_back_on_the_same_ports_with_its_messages(tmp_path: Path) -> None:
    async def publish() -> None:
        async with await nats.connect(server.url("alpha"), inbox_prefix=inbox_of("alpha")) as client:
            await client.jetstream().add_stream(name="alpha", subjects=["cadre.alpha.>"])
            await client.jetstream().publish("cadre.alpha.kept.v1", b"fact")

    async def read() -> bytes | None:
        async with await nats.connect(server.url()) as client:
            return (await client.jetstream().get_msg("alpha", 1)).data

    with NatsServer(tmp_path, USERS) as server:
        ports, pid = (server.port, server.monitoring_port), server.pid
        assert pid
        asyncio.run(publish())
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: server.pid is None, "the server notices that it was killed")

        server.start()

        assert (server.port, server.monitoring_port) == ports
        assert asyncio.run(read()) == b"fact"


def test_passwords_outlive_the_server_and_grow_with_its_users(tmp_path: Path) -> None:
    with NatsServer(tmp_path, {"alpha": []}) as first:
        before = first.url("alpha").split("@")[0]
    with NatsServer(tmp_path, USERS) as second:
        assert second.url("alpha").split("@")[0] == before
        assert second.url("beta")


def test_a_taken_port_of_nats_is_named_with_the_mend(tmp_path: Path, taken_port: int) -> None:
    with pytest.raises(ServerError, match="Another program has the port"):
        NatsServer(tmp_path, {}, taken_port, monitoring_port=free_port()).start(timeout=10.0)


async def _ignore(_: Exception) -> None:
    """Permission errors are what these tests are about."""
