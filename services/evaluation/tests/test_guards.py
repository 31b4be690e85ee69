import psycopg
import pytest

from evaluation.app import APP
from servicekit.testing.schema import schema_differences

RIGHT = [[1], [0, 2], [0]]


def test_the_schema_of_the_migrations_is_that_of_the_tables(postgres_server):
    assert schema_differences(postgres_server, APP) == set()


@pytest.mark.parametrize(
    "statement",
    ["UPDATE test_version SET pass_mark = 1", "DELETE FROM test_version", "TRUNCATE test_version CASCADE"],
)
def test_a_published_version_cannot_be_changed_even_by_hand(evaluation, published, statement):
    with evaluation.running.connect() as connection, pytest.raises(psycopg.IntegrityError, match="never changes"):
        connection.execute(statement)


@pytest.mark.parametrize("statement", ["UPDATE sitting SET state = 'PASSED'", "DELETE FROM sitting"])
def test_a_scored_sitting_cannot_be_changed_even_by_hand(evaluation, published, statement):
    evaluation.take(published, [], [], [])

    with evaluation.running.connect() as connection, pytest.raises(psycopg.IntegrityError, match="scored sitting"):
        connection.execute(statement)


@pytest.mark.parametrize("table", ["test", "sitting"])
def test_a_change_that_leaves_no_audit_row_is_refused(evaluation, published, table):
    evaluation.start(published)

    with evaluation.running.connect() as connection, pytest.raises(psycopg.IntegrityError, match="audit row"):
        connection.execute(f"DELETE FROM {table} WHERE false")


def test_an_open_sitting_cannot_be_called_passed_without_a_score(evaluation, published):
    evaluation.start(published)

    with evaluation.running.connect() as connection, pytest.raises(psycopg.IntegrityError, match="scored_when"):
        connection.execute("UPDATE sitting SET state = 'PASSED'")


def test_the_audit_finds_two_open_sittings_of_one_person(evaluation, published):
    evaluation.start(published)
    evaluation.start(published, by=evaluation.colleague)
    assert evaluation.audit("sittings.duplicates") == 0

    with evaluation.running.connect() as connection:
        connection.execute("DROP INDEX uq_sitting_open")
        connection.execute("ALTER TABLE sitting DISABLE TRIGGER USER")
        connection.execute(
            "INSERT INTO sitting (id, person_id, test_id, test_version, state, started_at)"
            " SELECT gen_random_uuid(), person_id, test_id, test_version, state, started_at FROM sitting"
        )

    assert evaluation.audit("sittings.duplicates") == 2


@pytest.mark.parametrize(
    "broken",
    [
        "chosen = NULL",
        "right_items = NULL",
        "right_items = '[true]'",
        "right_items = '[false, false, true]'",
        "state = 'FAILED'",
    ],
)
def test_the_audit_finds_a_sitting_that_is_not_scored_as_its_state_says(evaluation, published, broken):
    evaluation.take(published, *RIGHT)
    evaluation.take(published, [], [], [])
    evaluation.start(published)
    assert evaluation.audit("sittings.unscored") == 0

    with evaluation.running.connect() as connection:
        connection.execute("ALTER TABLE sitting DISABLE TRIGGER USER")
        connection.execute("ALTER TABLE sitting DROP CONSTRAINT ck_sitting_scored_when_submitted")
        connection.execute(f"UPDATE sitting SET {broken} WHERE state = 'PASSED'")

    assert evaluation.audit("sittings.unscored") == 1
