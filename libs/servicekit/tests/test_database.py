"""One write is one transaction: audit row, events and remembered answer with it, or nothing."""

import contextlib
import select
import threading
from datetime import UTC, datetime
from typing import NamedTuple

import psycopg
import pytest
from psycopg import errors
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import Field, SQLModel

from cadre.operations.v1 import operations_service_pb2 as pb
from servicekit.data import migrations
from servicekit.data.db import Database, PendingEvent, Replayed, count
from servicekit.refusals import Refusal, RequestIdReused
from servicekit.testing.looking import dicts
from servicekit.testing.waiting import wait_until

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
REQUEST = pb.DiscardDeadLetterRequest(name="deadLetters/1", reason="a test", request_id="r-1")


@pytest.fixture
def database(kit_database):
    database = Database(kit_database)
    yield database
    database.dispose()


def write(database: Database, value: str = "one", *, request=REQUEST, fail: Exception | None = None):
    with database.transaction(
        actor="people/1", method="Kit/Write", at=NOW, request_id=request.request_id, request=request
    ) as db:
        db.run("INSERT INTO thing (value) VALUES (%(value)s)", value=value)
        db.changed("things/1", after={"value": value}, reason="because")
        if fail:
            raise fail
        return db.answer(pb.DeadLetter(name=value))


@pytest.fixture
def hasty(kit_database):
    """The same database, for whom a statement may take a second."""
    database = Database(kit_database, statement_seconds=1)
    yield database
    database.dispose()


class Numbered(NamedTuple):
    number: int
    word: str


class Pair(NamedTuple):
    first: Numbered
    between: bool
    second: Numbered


class Named(SQLModel):
    """What a table would be built on."""

    number: int = Field(primary_key=True)
    word: str = ""


class AmongOthers(NamedTuple):
    one: Named
    between: bool


NUMBERED = "SELECT n AS number, 'w' || n AS word FROM generate_series(1, %(most)s) AS n"


def things(database: Database) -> int:
    with database.read() as db:
        return count(db, "SELECT count(*) FROM thing")


def test_a_database_that_was_migrated_lets_nobody_in_but_its_owner(postgres_server, kit_app):
    owned = postgres_server.ensure_database("owned")
    with postgres_server.connect() as connection:
        for role in ("its_owner", "its_neighbor"):
            connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{postgres_server.password(role)}'")
        connection.execute("ALTER DATABASE owned OWNER TO its_owner")
    neighbor = postgres_server.url("owned", "its_neighbor").replace("+psycopg", "")
    # As whoever makes a database by the tools of a cluster leaves it.
    psycopg.connect(neighbor).close()

    migrations.upgrade(postgres_server.url("owned", "its_owner"), kit_app.migrations)

    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(neighbor)
    psycopg.connect(owned.replace("+psycopg", "")).close()
    migrations.upgrade(postgres_server.url("owned", "its_owner"), kit_app.migrations)


def test_a_write_leaves_its_audit_row_with_actor_method_resource_reason_and_the_new_state(database):
    write(database)

    with database.read() as db:
        (row,) = dicts(db, "SELECT actor, method, resource, reason, before, after, at FROM audit")
    assert row == {
        "actor": "people/1",
        "method": "Kit/Write",
        "resource": "things/1",
        "reason": "because",
        "before": None,
        "after": {"value": "one"},
        "at": NOW,
    }


def test_d59_a_write_whose_statement_takes_too_long_changes_nothing_and_can_be_sent_again(database, hasty):
    with pytest.raises(OperationalError, match="statement timeout"), hasty.transaction(actor="a", method="m") as db:
        db.run("INSERT INTO thing (value) VALUES ('one')")
        db.run("SELECT pg_sleep(3600)")
    assert things(database) == 0

    write(hasty)
    assert things(database) == 1


def test_rows_come_as_what_stands_beside_their_statement(database):
    with database.read() as db:
        assert db.all(Numbered, NUMBERED, most=2) == [Numbered(1, "w1"), Numbered(2, "w2")]
        assert db.one(Numbered, NUMBERED, most=1) == Numbered(number=1, word="w1")
        assert db.maybe(Numbered, NUMBERED, most=1) == Numbered(1, "w1")
        assert db.maybe(Numbered, NUMBERED, most=0) is None
        assert db.values("SELECT generate_series(1, %(most)s)", most=3) == [1, 2, 3]
        assert db.value("SELECT %(given)s::date", given="2026-11-23") == NOW.date()


def test_a_row_may_hold_rows(database):
    sql = "SELECT 1 AS number, 'a' AS word, true AS between, 2 AS number, NULL AS word"
    with database.read() as db:
        assert db.one(Pair, sql) == Pair(Numbered(1, "a"), True, Numbered(2, None))  # noqa: FBT003
        with pytest.raises(TypeError, match="Pair has the fields"):
            db.one(Pair, "SELECT 1 AS number, true AS between, 2 AS number")


def test_two_rows_where_one_is_asked_for_are_a_mistake(database):
    with database.read() as db:
        for read in (db.one, db.maybe):
            with pytest.raises(ValueError, match="too many values"):
                read(Numbered, NUMBERED, most=2)
        with pytest.raises(ValueError, match="not enough values"):
            db.one(Numbered, NUMBERED, most=0)
        with pytest.raises(ValueError, match="not enough values"):
            db.value("SELECT 1 WHERE false")


@pytest.mark.parametrize(
    "columns", ["1 AS number", "1 AS number, '' AS words", "'' AS word, 1 AS number", "1 AS number, '' AS word, 2 AS n"]
)
def test_a_value_never_comes_into_the_field_of_another(database, columns):
    with database.read() as db, pytest.raises(TypeError, match="Numbered has the fields"):
        db.all(Numbered, f"SELECT {columns}")


def test_what_a_table_is_built_on_is_read_as_a_row_alone_and_among_others(database):
    with database.read() as db:
        assert db.all(Named, NUMBERED, most=2) == [Named(number=1, word="w1"), Named(number=2, word="w2")]
        found = db.one(AmongOthers, "SELECT 1 AS number, 'a' AS word, true AS between")
        assert (found.one, found.between) == (Named(number=1, word="a"), True)
        with pytest.raises(TypeError, match="Named has the fields"):
            db.all(Named, "SELECT 'a' AS word, 1 AS number")


def test_a_change_without_an_audit_row_in_its_transaction_is_refused_by_the_database(database):
    with database.engine.connect() as connection, pytest.raises(IntegrityError, match="needs an audit row"):
        connection.exec_driver_sql("INSERT INTO thing (value) VALUES ('sly')")
    assert things(database) == 0


def test_an_audit_row_of_an_earlier_transaction_does_not_serve_for_the_next(database):
    write(database)
    with database.engine.connect() as connection, pytest.raises(IntegrityError, match="needs an audit row"):
        connection.exec_driver_sql("SELECT set_config('cadre.audit', (SELECT id::text FROM audit LIMIT 1), true)")
        connection.exec_driver_sql("DELETE FROM thing")
    assert things(database) == 1


@pytest.mark.parametrize("change", ["DELETE FROM audit", "UPDATE audit SET actor = 'nobody'"])
def test_the_audit_trail_is_append_only(database, change):
    write(database)
    with database.engine.connect() as connection, pytest.raises(IntegrityError) as refused:
        connection.exec_driver_sql(change)
    assert isinstance(refused.value.orig, errors.IntegrityConstraintViolation)
    assert "append-only" in str(refused.value)


def test_a_write_that_fails_leaves_nothing(database):
    with pytest.raises(ZeroDivisionError):
        write(database, fail=ZeroDivisionError())

    with database.read() as db:
        left = {name: count(db, f"SELECT count(*) FROM {name}") for name in ("thing", "audit", "outbox", "idempotency")}
    assert left == {"thing": 0, "audit": 0, "outbox": 0, "idempotency": 0}


def test_the_same_request_again_gives_the_first_answer_and_writes_once(database):
    write(database, "first")
    with pytest.raises(Replayed) as replayed:
        write(database, "second")

    assert pb.DeadLetter.FromString(replayed.value.answer).name == "first"
    assert things(database) == 1


def test_another_request_under_the_same_id_is_refused(database):
    write(database)
    other = pb.DiscardDeadLetterRequest(name="deadLetters/2", request_id="r-1")
    with pytest.raises(RequestIdReused) as refused:
        write(database, request=other)
    assert (refused.value.reason, refused.value.field) == ("REQUEST_ID_REUSED", "request_id")
    assert things(database) == 1


def test_eight_twins_at_once_write_once_and_all_get_the_same_answer(database):
    answers: list[str] = []
    together = threading.Barrier(8)

    def ask(n: int) -> None:
        together.wait()
        try:
            answers.append(write(database, f"thing {n}").name)
        except Replayed as replayed:
            answers.append(pb.DeadLetter.FromString(replayed.answer).name)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 8
    assert len(set(answers)) == 1
    assert things(database) == 1


def test_a_twin_that_the_rules_refuse_because_the_first_won_gets_the_first_answer(database):
    with (
        pytest.raises(Replayed) as replayed,
        database.transaction(actor="people/1", method="Kit/Write", at=NOW, request_id="r-1", request=REQUEST),
    ):
        # It looked up the request id before its twin committed; now the twin's state is in its way.
        twin = threading.Thread(target=write, args=(database, "first"))
        twin.start()
        twin.join()
        raise Refusal("There is one already.")

    assert pb.DeadLetter.FromString(replayed.value.answer).name == "first"


@pytest.mark.parametrize("events", [0, 1, 3])
def test_a_write_leaves_as_many_events_as_it_made_in_their_order(database, events):
    with database.transaction(actor="people/1", method="Kit/Write") as db:
        db.events = [PendingEvent("cadre.kit.thing.made.v1", str(n).encode(), {"n": str(n)}) for n in range(events)]
        ids = [event.id for event in db.events]

    with database.read() as db:
        rows = dicts(db, "SELECT id, payload, headers FROM outbox ORDER BY seq")
    assert [row["id"] for row in rows] == ids
    assert [bytes(row["payload"]) for row in rows] == [str(n).encode() for n in range(events)]
    assert [row["headers"] for row in rows] == [{"n": str(n)} for n in range(events)]


def test_an_error_of_a_statement_is_of_its_kind_and_ends_the_transaction(database):
    with (
        pytest.raises(IntegrityError) as raised,
        database.transaction(actor="people/1", method="Kit/Write") as db,
    ):
        db.run("INSERT INTO thing (value) VALUES ('first')")
        db.run("INSERT INTO thing (value) VALUES (%(value)s)", value=None)
    assert isinstance(raised.value.orig, errors.NotNullViolation)
    assert things(database) == 0


def test_a_lost_connection_fails_the_write_in_hand_and_none_after_it(database):
    with (
        pytest.raises(OperationalError) as raised,
        database.transaction(actor="people/1", method="Kit/Write") as db,
    ):
        (row,) = dicts(db, "SELECT pg_backend_pid() AS pid")
        with database.engine.connect() as other:
            other.exec_driver_sql("SELECT pg_terminate_backend(%(pid)s, 5000)", row)
        db.run("INSERT INTO thing (value) VALUES ('lost')")
    assert raised.value.connection_invalidated

    write(database)
    assert things(database) == 1


def read_side_by_side(database: Database, calls: int) -> None:
    """Have several connections in use at once."""
    with contextlib.ExitStack() as stack:
        for _ in range(calls):
            stack.enter_context(database.read()).value("SELECT 1")


def test_no_call_after_a_restart_of_the_server_meets_a_lost_connection(database):
    read_side_by_side(database, 4)
    assert database.pool().idle == 4
    with psycopg.connect(database.url.replace("+psycopg", ""), autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )

    read_side_by_side(database, 4)
    write(database)
    assert database.pool().idle == 4


def test_a_connection_that_the_server_told_something_while_it_was_idle_is_used_on(database):
    with database.read() as db:
        (first,) = dicts(db, "SELECT pg_backend_pid() AS pid")
        db.run("LISTEN talk")
        socket = db.connection().connection.driver_connection.fileno()
    with psycopg.connect(database.url.replace("+psycopg", ""), autocommit=True) as other:
        other.execute("NOTIFY talk")
    wait_until(lambda: select.select([socket], [], [], 0)[0], "the idle connection was told")
    with database.read() as db:
        assert dicts(db, "SELECT pg_backend_pid() AS pid") == [first]
