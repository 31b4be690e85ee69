"""What the database itself holds and refuses."""

import psycopg
import pytest
from sqlalchemy import DDL, event

from partnership.app import APP
from servicekit.data.tables import KIT_TABLES
from servicekit.testing.schema import schema_differences

from .conftest import PART, person

DOMAIN_TABLES = sorted(set(APP.metadata.tables) - set(KIT_TABLES))


def test_the_migrations_make_the_tables_that_the_code_says(postgres_server):
    event.listen(APP.metadata, "before_create", DDL("CREATE EXTENSION IF NOT EXISTS btree_gist"))

    assert schema_differences(postgres_server, APP) == set()


def test_every_table_of_the_field_refuses_a_change_without_an_audit_row(world):
    guarded = world.rows("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'needs_audit_row' ORDER BY 1")

    assert len(DOMAIN_TABLES) >= 4
    assert [table for (table,) in guarded] == DOMAIN_TABLES


@pytest.mark.parametrize("part", ["MEMBER", "CHAIR"])
def test_two_at_a_time_are_refused_by_the_database_too(world, part):
    body = world.body()
    at = {"seat": "state-1"} if part == "MEMBER" else {}
    world.give(body, person(2), PART.Value(part), **at)
    copy = """
    WITH entry AS (
      INSERT INTO audit (id, at, actor, method, resource) VALUES (gen_random_uuid(), now(), 'test', 'test', '')
      RETURNING id
    ), said AS (SELECT set_config('cadre.audit', id::text, true) FROM entry)
    INSERT INTO membership (id, body_id, person_id, organization_id, part, seat_id, start_on, carries_over, version,
      created_at)
    SELECT gen_random_uuid(), body_id, gen_random_uuid(), organization_id, part, seat_id, start_on + 30, false, 1, now()
    FROM membership, said
    """

    with world.running.connect() as connection, pytest.raises(psycopg.errors.ExclusionViolation):
        connection.execute(copy)


def test_the_audit_counts_each_two_at_a_time_that_came_in_beside_the_database(world):
    body = world.body()
    holder = world.give(body, person(2), PART.MEMBER, seat="state-1", end_date=world.day(30))
    world.give(body, person(3), PART.CHAIR)
    world.end(world.give(body, person(4), PART.DEPUTY), 0)
    copy = """
    INSERT INTO membership (id, body_id, person_id, organization_id, part, seat_id, start_on, end_on, carries_over,
      version, created_at)
    SELECT gen_random_uuid(), body_id, gen_random_uuid(), organization_id, part, seat_id, start_on + %s, end_on + %s,
      false, 1, now() FROM membership
    """
    with world.running.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        for name in ("part_once", "one_a_seat", "one_a_body"):
            connection.execute(f"ALTER TABLE membership DROP CONSTRAINT ex_membership_{name}")
        connection.execute(copy, (5, 5))
        found = world.audits()["memberships.double"]
        connection.execute("DELETE FROM membership WHERE version = 1 AND start_on > %s", (world.today,))

    assert found == 2
    assert world.audits()["memberships.double"] == 0
    assert world.there(body) == [(person(3), "CHAIR", ""), (holder.person, "MEMBER", "state-1")]
