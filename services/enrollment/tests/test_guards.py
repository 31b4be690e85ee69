"""What the database itself refuses, and what the audits would notice if it did not."""

import tracemalloc
import uuid

import psycopg
import pytest

from cadre.enrollment.v1 import events_pb2
from enrollment.app import APP
from enrollment.assignments.audits import announced_too_often
from servicekit.data.outbox import subject_of
from servicekit.data.tables import KIT_TABLES
from servicekit.testing.schema import schema_differences

from .conftest import World, change, course, passed, person, take

DOMAIN_TABLES = sorted(set(APP.metadata.tables) - set(KIT_TABLES))


def test_there_are_tables_to_guard():
    assert len(DOMAIN_TABLES) == 16


def test_the_migrations_make_the_tables_that_the_code_says(postgres_server):
    assert schema_differences(postgres_server, APP) == set()


@pytest.mark.parametrize("table", DOMAIN_TABLES)
def test_a_change_without_an_audit_row_is_refused(world_without_bus, table):
    with (
        world_without_bus.service.connect() as connection,
        pytest.raises(psycopg.errors.IntegrityConstraintViolation) as refused,
    ):
        connection.execute(f'DELETE FROM "{table}"')

    expected = "append-only" if table in ("completion", "retraction") else "needs an audit row"
    assert expected in str(refused.value)


@pytest.mark.parametrize(
    "change_of_it", ["UPDATE completion SET minutes = 1", "DELETE FROM completion", "TRUNCATE completion"]
)
def test_completions_are_append_only(world_without_bus, letter, change_of_it):
    world = world_without_bus
    world.hear(course(test=False), letter.changed(1, [change(1)]), letter.published())
    take(world, letter, 1)
    database = world.service.runtime.database

    with (
        pytest.raises(Exception, match="append-only"),
        database.transaction(actor="people/1", method="Test", resource="completions/-") as db,
    ):
        db.run(change_of_it)

    assert world.rows("SELECT minutes FROM completion") == [(25,)]


@pytest.fixture
def broken(launch, letter):
    """A service with one completion and one open assignment, whose guards are off: it can be made wrong."""
    world = World(launch(APP))
    world.hear(course(), letter.changed(1, [change(1), change(2)]), letter.published(), passed(1))
    take(world, letter, 1)
    assert not any(world.audits().values())
    with world.service.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        world.execute = connection.execute
        yield world


@pytest.mark.parametrize(
    ("damage", "audit"),
    [
        ("DELETE FROM assignment WHERE state = 'ASSIGNED'", "assignments.orphans"),
        ("UPDATE audience_member SET member = false WHERE person_id = '{other}'", "assignments.orphans"),
        ("UPDATE assignment SET state = 'WITHDRAWN' WHERE person_id = '{other}'", "assignments.orphans"),
        ("UPDATE assignment SET state = 'IN_PROGRESS' WHERE person_id = '{one}'", "assignments.unmarked_completions"),
        ("UPDATE assignment SET state = 'COMPLETED' WHERE person_id = '{other}'", "assignments.unmarked_completions"),
        ("DELETE FROM completion", "assignments.unmarked_completions"),
        (
            "UPDATE assignment SET state = 'WAIVED', waiver_reason = 'x', exempt = true WHERE person_id = '{other}'",
            "assignments.unlike_units",
        ),
    ],
)
def test_each_audit_notices_what_is_wrong(broken, damage, audit):
    broken.execute(damage.format(one=person(1), other=person(2)))

    assert broken.audits()[audit] == 1


@pytest.mark.parametrize("table", ["assignment", "completion"])
def test_the_audits_notice_a_second_row_for_one_person(broken, table):
    # Of completions a person may have several under one letter, of which one stands.
    guards = {"assignment": ["pk_assignment"], "completion": []}[table]
    columns = {"assignment": "*", "completion": "uuidv7(), " + COMPLETION}[table]
    for constraint in guards:
        broken.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")

    broken.execute(f"INSERT INTO {table} SELECT {columns} FROM {table} WHERE person_id = '{person(1)}'")

    assert broken.audits()[f"{table}s.duplicates"] == 1


COMPLETION = "requirement_id, person_id, kind, minutes, completed_at, completed_on, led_by"


@pytest.mark.parametrize("fact", [events_pb2.AssignmentCreated, events_pb2.AssignmentCompleted])
def test_the_audits_notice_what_was_announced_twice(broken, fact):
    people = 2 if fact is events_pb2.AssignmentCreated else 1

    broken.execute(
        "INSERT INTO outbox (id, subject, payload, headers, at)"
        " SELECT gen_random_uuid(), subject, payload, headers, at FROM outbox WHERE subject = %s",
        [subject_of(fact.DESCRIPTOR)],
    )

    assert broken.audits()["assignment_events.duplicates"] == people


def test_the_audit_of_announcements_holds_no_more_in_memory_for_many_people_than_for_few(broken):
    facts = [
        events_pb2.AssignmentCreated(
            requirement_id=str(uuid.uuid4()), person_ids=[str(uuid.uuid4()) for _ in range(1000)]
        )
        for _ in range(300)
    ]
    with broken.service.connect() as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO outbox (id, subject, payload, headers, at) VALUES (gen_random_uuid(), %s, %s, '{}', now())",
            [(subject_of(fact.DESCRIPTOR), fact.SerializeToString()) for fact in [*facts, facts[0]]],
        )
    del facts

    with broken.service.runtime.database.read() as db:
        tracemalloc.start()
        found = announced_too_often(db)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert not db.run("SELECT FROM pg_class WHERE relname = 'announced'")

    assert found == 1000
    assert peak < 20_000_000
