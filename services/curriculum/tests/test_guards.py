import psycopg
import pytest

from cadre.operations.v1 import operations_service_pb2 as operations
from cadre.operations.v1.operations_service_pb2_grpc import OperationsServiceStub
from curriculum.app import APP
from servicekit.testing.schema import schema_differences


def drift(curriculum):
    operator = curriculum.running.stub(OperationsServiceStub, rights=["operations.read"])
    audits = {audit.name: audit.count for audit in operator.RunAudits(operations.RunAuditsRequest()).audits}
    return audits["course_versions.drift"]


def test_the_schema_of_the_migrations_is_that_of_the_tables(postgres_server):
    assert schema_differences(postgres_server, APP) == set()


@pytest.mark.parametrize(
    "statement",
    ["UPDATE course_version SET title = 'x'", "DELETE FROM course_version", "TRUNCATE course_version CASCADE"],
)
def test_a_published_version_cannot_be_changed_even_by_hand(curriculum, statement):
    version = curriculum.publish(curriculum.create())

    with curriculum.running.connect() as connection, pytest.raises(psycopg.IntegrityError, match="never changes"):
        connection.execute(statement)

    assert version.version == 1


@pytest.mark.parametrize("statement", ["UPDATE course SET title = 'x'", "DELETE FROM course"])
def test_a_change_that_leaves_no_audit_row_is_refused(curriculum, statement):
    curriculum.create()

    with curriculum.running.connect() as connection, pytest.raises(psycopg.IntegrityError, match="audit row"):
        connection.execute(statement)


def test_the_audit_finds_a_version_whose_content_was_tampered_with(curriculum):
    for slug in ("one", "two"):
        curriculum.publish(curriculum.create(slug))
    assert drift(curriculum) == 0

    with curriculum.running.connect() as connection:
        connection.execute("ALTER TABLE course_version DISABLE TRIGGER USER")
        connection.execute(
            "UPDATE course_version SET sections = jsonb_set(sections, '{0,minutes}', '11') WHERE course_id = 'one'"
        )

    assert drift(curriculum) == 1
