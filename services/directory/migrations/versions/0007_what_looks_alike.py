"""What staff numbers are compared by; how a roster file was read, whom its errors are about, whose name it changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from servicekit import text
from servicekit.data import migrations

revision = "0007"
down_revision = "0006"

_AT_ONCE = 10_000
_WRITTEN = ("person", "leave", "job")
_PEOPLE = "SELECT id, staff_number FROM person ORDER BY created_at, id"
_KEYED = sa.text(
    "UPDATE person SET staff_key = given.key FROM unnest(CAST(:ids AS uuid[]), CAST(:keys AS text[])) AS given (id, key)"
    " WHERE person.id = given.id"
)
# The version before this one knows no key: while both run, a person whom it adds gets a key here.
_KEY_OF_NEW = """
CREATE FUNCTION person_staff_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.staff_key := lower(normalize(NEW.staff_number, NFKC));
  RETURN NEW;
END $$;
CREATE TRIGGER person_staff_key BEFORE INSERT ON person FOR EACH ROW
WHEN (NEW.staff_key IS NULL) EXECUTE FUNCTION person_staff_key();
"""
# Other systems say by this day that something has no end. It had been taken for a day like any other.
_OPEN = (
    "UPDATE leave SET end_date = NULL WHERE end_date = '9999-12-31'",
    "UPDATE job SET end_date = NULL WHERE end_date = '9999-12-31'",
)


def upgrade() -> None:
    """Add them; of people whose numbers look alike already, the first has the key, and nobody is merged."""
    connection = op.get_bind()
    # What a migration writes has no actor, and so no row in the audit trail.
    for table in _WRITTEN:
        op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    op.add_column("person", sa.Column("staff_key", sa.String(), nullable=True))
    people = connection.execute(sa.text(_PEOPLE)).all()
    taken: set[str] = set()
    keys: list[str] = []
    for person in people:
        key = text.identity(person.staff_number)
        # Longer than any number, so that nothing can be typed that is the same.
        keys.append(f"{key} {person.id}" if key in taken else key)
        taken.add(key)
    for start in range(0, len(people), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        connection.execute(_KEYED, {"ids": [str(person.id) for person in people[some]], "keys": keys[some]})
    for statement in _OPEN:
        op.execute(statement)
    for table in _WRITTEN:
        op.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    op.execute(_KEY_OF_NEW)
    op.alter_column("person", "staff_key", nullable=False)
    op.create_unique_constraint("uq_person_staff_key", "person", ["staff_key"])
    op.add_column("roster_error", sa.Column("person", sa.String(), server_default="", nullable=False))
    op.add_column("roster_import", sa.Column("encoding", sa.String(), server_default="", nullable=False))
    op.add_column(
        "roster_import", sa.Column("days", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False)
    )
    op.add_column(
        "roster_import", sa.Column("names_changed", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.create_table(
        "roster_name",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("staff_number", sa.String(), nullable=False),
        sa.Column("family_before", sa.String(), nullable=False),
        sa.Column("given_before", sa.String(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["roster_import.id"], name="fk_roster_name_import_id_roster_import"),
        sa.PrimaryKeyConstraint("import_id", "n", name="pk_roster_name"),
    )
    migrations.needs_audit(op, "roster_name")
