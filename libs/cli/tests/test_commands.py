"""Commands beside `up` and `demo`, as they are typed."""

import importlib
import shutil
import uuid

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from cadre_cli.main import app
from servicekit.data import migrations


def test_a_roster_cannot_be_imported_where_cadre_does_not_run_and_the_mend_is_named(tmp_path):
    file = tmp_path / "roster.csv"
    file.write_text("agency,staff_number\n", encoding="utf-8")

    result = CliRunner().invoke(app, ["import", "roster", str(file), "--data-dir", str(tmp_path)])

    assert result.exit_code == 1
    assert "Start it: cadre up" in " ".join(result.output.split())


@pytest.fixture
def curriculum(tmp_path, postgres_server):
    """The migrations of a service in a folder of the test's own, and a database brought up by them."""
    service = importlib.import_module("curriculum.app").APP
    folder = tmp_path / "migrations"
    shutil.copytree(service.migrations, folder)
    url = postgres_server.ensure_database(f"drafted_{uuid.uuid4().hex[:8]}")
    migrations.upgrade(url, folder)
    return service, folder, url


def test_a_drafted_migration_holds_what_the_tables_have_and_the_database_lacks_and_can_be_run(curriculum):
    service, folder, url = curriculum
    changed = sa.MetaData(naming_convention=service.metadata.naming_convention)
    for table in service.metadata.tables.values():
        table.to_metadata(changed)
    changed.tables["course"].append_column(sa.Column("language", sa.Text()))

    next_one = len(list(folder.glob("versions/*.py"))) + 1
    path = migrations.make_revision(url, folder, changed, "language of a course")

    assert path.name == f"{next_one:04}_language_of_a_course.py"
    assert "op.add_column('course', sa.Column('language'" in path.read_text(encoding="utf-8")
    migrations.upgrade(url, folder)
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        assert "language" in {column["name"] for column in sa.inspect(connection).get_columns("course")}


def test_tables_that_are_as_the_migrations_make_them_need_no_migration(curriculum):
    service, folder, url = curriculum
    with pytest.raises(ValueError, match="nothing to write"):
        migrations.make_revision(url, folder, service.metadata, "nothing")


def test_every_command_says_what_it_does():
    result = CliRunner().invoke(app, ["--help"])
    for command in ("up", "demo", "doctor", "import", "bench", "revision", "backup", "restore", "secrets"):
        assert command in result.output
