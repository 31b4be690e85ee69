"""Backups piece by piece, on real servers: what is cut, what is refused, what is verified."""

import asyncio
import uuid
from datetime import UTC, datetime
from pathlib import Path

import nats
import psycopg
import pytest
from typer.testing import CliRunner

from cadre_cli import schema
from cadre_cli.backup import cut, manifest, restoring, streams, taking
from cadre_cli.backup.manifest import BackupError
from cadre_cli.installation import SERVICES, Installation
from cadre_cli.main import app
from servicekit.data import migrations
from servicekit.data.db import Database
from servicekit.embedded.nats import NatsServer
from servicekit.events.bus import EVENT_ID, stream_config
from servicekit.files.store import Store

STREAM = "directory"
FILES = "curriculum"


@pytest.fixture(scope="module")
def databases(postgres_server):
    """A database for each service, with its schema and nothing in it, under names of this file's own."""
    urls = {name: postgres_server.ensure_database(f"backup_{name}", owner=name) for name in SERVICES}
    for name, url in urls.items():
        migrations.upgrade(url, schema.migrations(name))
    return urls


@pytest.fixture
def installation(databases, nats_server, tmp_path):
    return Installation(databases, nats_server.url(), tmp_path / "keys", {FILES: tmp_path / "files"})


@pytest.fixture
def elsewhere(postgres_server, data_folder, request, tmp_path):
    """An empty installation to bring backups back into."""
    number = uuid.uuid4().hex[:8]
    urls = {name: postgres_server.ensure_database(f"into_{number}_{name}", owner=name) for name in SERVICES}
    with NatsServer(data_folder / f"nats-{number}", {}) as server:
        yield Installation(urls, server.url(), tmp_path / "keys", {FILES: tmp_path / "files-elsewhere"})


def commit(url, *, published=True):
    """Commit an event with its audit row, as a use case does; return its id."""
    database, event = Database(url, pool_size=1), uuid.uuid4()
    with database.transaction(actor="services/test", method="test", resource="things/1") as db:
        db.run(
            "INSERT INTO outbox (id, subject, payload, headers, at, published_at) VALUES"
            " (%(id)s, 'cadre.directory.thing.changed.v1', 'x', '{}', %(at)s, %(done)s)",
            id=event,
            at=datetime.now(UTC),
            done=datetime.now(UTC) if published else None,
        )
        db.changed("things/1", after={"event": str(event)})
    database.dispose()
    return str(event)


def publish(installation, *events):
    """Put *events* into the stream, as the relay does."""

    async def work():
        client = await nats.connect(installation.nats_url)
        js = client.jetstream()
        await js.add_stream(stream_config(STREAM))
        for event in events:
            await js.publish("cadre.directory.thing.changed.v1", b"x", headers={EVENT_ID: event})
        await client.close()

    asyncio.run(work())


def in_stream(installation):
    """The ids of the events in the stream, in order."""

    async def work():
        client = await nats.connect(installation.nats_url)
        js = client.jetstream()
        info = await js.stream_info(STREAM)
        found = []
        for number in range(info.state.first_seq, info.state.last_seq + 1):
            try:
                found.append((await js.get_msg(STREAM, number)).headers[EVENT_ID])
            except nats.js.errors.NotFoundError:
                continue
        await client.close()
        return found

    return asyncio.run(work())


def unpublished(url):
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return {str(row[0]) for row in connection.execute("SELECT id FROM outbox WHERE published_at IS NULL")}


def test_events_come_back_as_of_the_moment_and_none_twice(installation, elsewhere, tmp_path):
    before = commit(installation.database_urls[STREAM])
    # Published, and the mark of it not yet committed.
    unmarked = commit(installation.database_urls[STREAM], published=False)
    waiting = commit(installation.database_urls[STREAM], published=False)
    publish(installation, before, unmarked)
    folder = tmp_path / "backup"
    made = taking.take(installation, folder)
    assert made.streams[STREAM].last == 2

    # A stream that was copied some moments later than the databases: one event of before the moment, one of after it.
    late, after = waiting, str(uuid.uuid4())
    publish(installation, late, after)
    with streams.connect(installation.nats_url) as bus:
        file = folder / "streams" / f"{STREAM}.snapshot"
        config, state = bus.save(STREAM, file)
    told = made.streams[STREAM].model_copy(
        update={"file": manifest.describe(folder, file), "config": config, "state": state}
    )
    made = made.model_copy(update={"streams": made.streams | {STREAM: told}})
    (folder / manifest.NAME).write_text(made.model_dump_json())

    done = restoring.restore(elsewhere, folder, replace=False)

    assert in_stream(elsewhere) == [before, unmarked, waiting]
    assert done.events_removed == 1
    assert done.events_known == 2
    assert unpublished(elsewhere.database_urls[STREAM]) == set()


def test_a_write_under_way_is_waited_for_and_one_that_begins_waits(databases):
    """Nobody's transaction is on both sides of the moment."""
    with psycopg.connect(databases[STREAM].replace("+psycopg", ""), application_name="a write") as writer:
        writer.execute(
            "INSERT INTO audit (id, at, actor, method, resource) VALUES (gen_random_uuid(), now(), 'a', 'm', 'r')"
        )

        def observe():
            raise AssertionError("The moment was taken while a write was under way.")

        with pytest.raises(psycopg.errors.LockNotAvailable):
            cut._take(databases, {}, observe)
        writer.rollback()

    with cut.moment(databases, lambda: "seen") as moment:
        assert moment.observed == "seen"
        assert set(moment.snapshots) == set(SERVICES)
        assert moment.still_seconds < 2
        # The locks are gone while the snapshots are read.
        event = commit(databases[STREAM])
        rows = moment.snapshots[STREAM].connection.execute("SELECT count(*) FROM outbox WHERE id = %s", [event])
        assert rows.fetchone() == (0,)


def test_a_backup_is_whole_or_not_there(installation, tmp_path):
    class FullDiskError(Exception):
        pass

    def fail(line):
        if "rows" in line:
            raise FullDiskError

    (tmp_path / "file").touch()
    with pytest.raises(BackupError, match=r"cannot be written by this account .* CADRE_BACKUP_USER"):
        taking.take(installation, tmp_path / "file" / "backup")
    (tmp_path / "file").unlink()
    with pytest.raises(FullDiskError):
        taking.take(installation, tmp_path / "backup", fail)
    assert [path for path in tmp_path.iterdir() if path.name != "keys"] == []

    taking.take(installation, tmp_path / "backup")
    # Its owner's alone: it holds the names of staff.
    modes = {path: path.stat().st_mode & 0o777 for path in [tmp_path / "backup", *(tmp_path / "backup").rglob("*")]}
    assert all(mode == (0o700 if path.is_dir() else 0o600) for path, mode in modes.items()), modes
    assert len(modes) > 5
    with pytest.raises(BackupError, match="exists already"):
        taking.take(installation, tmp_path / "backup")


def spoil(path: Path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


@pytest.mark.parametrize(
    ("break_", "says"),
    [
        (lambda folder: spoil(folder / "databases" / "enrollment.dump"), "is damaged"),
        (lambda folder: (folder / "databases" / "gateway.dump").unlink(), "is missing"),
        (lambda folder: (folder / "manifest.json").write_text("{}"), "holds no backup"),
        (
            lambda folder: (folder / "manifest.json").write_text(
                (folder / "manifest.json").read_text().replace('"revision":"', '"revision":"9')
            ),
            "does not know",
        ),
    ],
    ids=["a bit", "a file", "the manifest", "a later schema"],
)
def test_what_is_damaged_or_of_a_later_release_is_refused_before_anything_is_changed(
    installation, elsewhere, tmp_path, break_, says
):
    folder = tmp_path / "backup"
    made = taking.take(installation, folder)
    (folder / "manifest.json").write_text(made.model_dump_json())
    break_(folder)

    with pytest.raises(BackupError, match=says):
        restoring.restore(elsewhere, folder, replace=True)

    for url in elsewhere.database_urls.values():
        assert schema.current(url) is None


def test_data_are_not_lost_unless_it_is_said_and_nobody_is_connected(installation, tmp_path):
    url = installation.database_urls[STREAM]
    folder = tmp_path / "backup"
    taking.take(installation, folder)
    event = commit(url)

    with pytest.raises(BackupError, match="--replace"):
        restoring.restore(installation, folder, replace=False)
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("SELECT 1")
        with pytest.raises(BackupError, match="Stop Cadre first"):
            restoring.restore(installation, folder, replace=True)
        assert connection.execute("SELECT count(*) FROM outbox WHERE id = %s", [event]).fetchone() == (1,)

    # It waits for whoever has just left.
    restoring.restore(installation, folder, replace=True)
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT count(*) FROM outbox WHERE id = %s", [event]).fetchone() == (0,)


def test_the_commands_say_what_is_wrong(tmp_path):
    run = CliRunner().invoke
    assert "There is no Cadre" in run(app, ["backup", str(tmp_path / "b"), "--data-dir", str(tmp_path)]).output
    assert run(app, ["backup", "--data-dir", str(tmp_path)]).exit_code == 2
    assert run(app, ["backup", "a", "--into", "b"]).exit_code == 2


def keep(folder, content):
    """Keep a large file as its service does; return its name."""
    store, part = Store(folder, 1024), uuid.uuid4()
    store.add(part, 0, content)
    name = store.measure(part).sha256
    store.keep(part, name)
    return name


def test_large_files_come_back_and_those_of_later_moments_go(installation, elsewhere, tmp_path):
    name = keep(installation.files_dirs[FILES], b"a film")
    later = keep(elsewhere.files_dirs[FILES], b"a later one")
    made = taking.take(installation, tmp_path / "backup")
    assert [file.path for file in made.files_of[FILES]] == [f"files/{FILES}/{name}"]

    restoring.restore(elsewhere, tmp_path / "backup", replace=True)
    store = Store(elsewhere.files_dirs[FILES], 0)
    assert (list(store.names()), store.read(name, 0, 10)) == ([name], b"a film")
    assert later != name


def test_a_large_file_that_an_earlier_backup_holds_takes_no_room_twice(installation, tmp_path):
    name = keep(installation.files_dirs[FILES], b"a film")
    one, other = tmp_path / "backups" / "one", tmp_path / "backups" / "other"
    taking.take(installation, one)
    taking.take(installation, other)
    assert (one / "files" / FILES / name).samefile(other / "files" / FILES / name)

    (one / "files" / FILES / name).write_bytes(b"damage")
    taking.take(installation, tmp_path / "backups" / "third")
    assert manifest.read(tmp_path / "backups" / "third")


def test_a_large_file_that_is_damaged_is_no_backup(installation, tmp_path):
    name = keep(installation.files_dirs[FILES], b"a film")
    Store(installation.files_dirs[FILES], 0).path(name).write_bytes(b"damage")
    with pytest.raises(BackupError, match="damaged"):
        taking.take(installation, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()
