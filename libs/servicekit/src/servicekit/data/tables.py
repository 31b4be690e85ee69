"""The kit's own tables, in every service's database: audit, idempotency, outbox, inbox, dead letters, jobs.

A service adds them to its metadata (`service_metadata`), so that its migrations make them. Statements use the light
`sqlalchemy.table` objects below: one set for all services, since the columns are the same everywhere.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    column,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.types import UserDefinedType
from sqlmodel import Field

# Constraints need names to be changed by migrations (pitfall: alembic drops what it cannot name).
NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
# Those that a service's first migration makes, and with those that came later.
FIRST_KIT_TABLES = ("audit", "idempotency", "outbox", "inbox", "handler_failure", "dead_letter")
# These need no audit row: a timer is nobody's decision. What an operator does to a job or task goes through a write, as
# does what a task changes.
KIT_TABLES = (*FIRST_KIT_TABLES, "background_job", "audit_finding", "page_key", "task")

audit = table(
    "audit",
    column("id", Uuid),
    column("at", DateTime(timezone=True)),
    column("actor", Text),
    column("method", Text),
    column("resource", Text),
    column("reason", Text),
    column("before", JSONB),
    column("after", JSONB),
)
idempotency = table(
    "idempotency",
    column("caller", Text),
    column("method", Text),
    column("request_id", Text),
    column("request_sha256", LargeBinary),
    column("answer", LargeBinary),
    column("at", DateTime(timezone=True)),
)
outbox = table(
    "outbox",
    column("id", Uuid),
    column("seq", BigInteger),
    column("subject", Text),
    column("payload", LargeBinary),
    column("headers", JSONB),
    column("at", DateTime(timezone=True)),
    column("published_at", DateTime(timezone=True)),
)
inbox = table(
    "inbox",
    column("consumer", Text),
    column("event_id", Uuid),
    column("at", DateTime(timezone=True)),
)
handler_failure = table(
    "handler_failure",
    column("consumer", Text),
    column("event_id", Uuid),
    column("tries", Integer),
    column("error", Text),
    column("at", DateTime(timezone=True)),
)
dead_letter = table(
    "dead_letter",
    column("id", Uuid),
    column("consumer", Text),
    column("event_id", Text),
    column("subject", Text),
    column("payload", LargeBinary),
    column("headers", JSONB),
    column("tries", Integer),
    column("error", Text),
    column("at", DateTime(timezone=True)),
    column("state", Text),
    column("reason", Text),
    column("actor", Text),
)

# An audit row is written first in its transaction and may be completed in it; afterwards it never changes.
AUDIT_FUNCTIONS = """
CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.xid = pg_current_xact_id() THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE OR REPLACE FUNCTION needs_audit_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM audit
    WHERE id = nullif(current_setting('cadre.audit', true), '')::uuid AND xid = pg_current_xact_id()
  ) THEN
    RAISE EXCEPTION 'a change of % needs an audit row in its transaction', TG_TABLE_NAME
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
"""
AUDIT_TRIGGER = """
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON audit
  FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
"""


class Xid8(UserDefinedType[str]):
    """PostgreSQL's 64-bit transaction id, which SQLAlchemy does not know."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Name of the type in DDL."""
        return "xid8"


# So that a look at an existing schema knows it too.
ischema_names["xid8"] = Xid8


def needs_audit_trigger(table_name: str) -> str:
    """SQL of the trigger by which *table_name* refuses a change whose transaction holds no audit row.

    It fires once a statement, so that a change of 10,000 rows pays once.
    """
    return (
        f'CREATE TRIGGER needs_audit_row AFTER INSERT OR UPDATE OR DELETE ON "{table_name}"'
        " FOR EACH STATEMENT EXECUTE FUNCTION needs_audit_row();"
    )


def moment(*, optional: bool = False) -> Any:  # noqa: ANN401 - SQLModel types a field by its annotation
    """Return the field of a moment, with its zone; *optional* = it may not have come, and has not at first."""
    column_of = Column(DateTime(timezone=True), nullable=optional)
    return Field(default=None, sa_column=column_of) if optional else Field(sa_column=column_of)


def service_metadata() -> MetaData:
    """Metadata of a service, with the kit's tables in it."""
    metadata = MetaData(naming_convention=NAMING)
    Table(
        "audit",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("actor", Text, nullable=False),
        Column("method", Text, nullable=False),
        Column("resource", Text, nullable=False),
        Column("reason", Text, nullable=False, server_default=""),
        Column("before", JSONB),
        Column("after", JSONB),
        Column("xid", Xid8, nullable=False, server_default=text("pg_current_xact_id()")),
        Index("ix_audit_resource_at", "resource", "at"),
    )
    Table(
        "idempotency",
        metadata,
        Column("caller", Text, primary_key=True),
        Column("method", Text, primary_key=True),
        Column("request_id", Text, primary_key=True),
        Column("request_sha256", LargeBinary, nullable=False),
        Column("answer", LargeBinary, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
    )
    Table(
        "outbox",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("seq", BigInteger, Identity(always=True), nullable=False),
        Column("subject", Text, nullable=False),
        Column("payload", LargeBinary, nullable=False),
        Column("headers", JSONB, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("published_at", DateTime(timezone=True)),
        # What the relay selects: never a watermark, which would skip a lower number that commits later.
        Index("ix_outbox_unpublished", "seq", postgresql_where=text("published_at IS NULL")),
    )
    Table(
        "inbox",
        metadata,
        Column("consumer", Text, primary_key=True),
        Column("event_id", Uuid, primary_key=True),
        Column("at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    )
    Table(
        "handler_failure",
        metadata,
        Column("consumer", Text, primary_key=True),
        Column("event_id", Uuid, primary_key=True),
        Column("tries", Integer, nullable=False),
        Column("error", Text, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
    )
    Table(
        "dead_letter",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("consumer", Text, nullable=False),
        Column("event_id", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("payload", LargeBinary, nullable=False),
        Column("headers", JSONB, nullable=False),
        Column("tries", Integer, nullable=False),
        Column("error", Text, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("state", Text, nullable=False, server_default="WAITING"),
        Column("reason", Text, nullable=False, server_default=""),
        Column("actor", Text, nullable=False, server_default=""),
        Index("ix_dead_letter_state_at", "state", "at"),
    )
    Table(
        "background_job",
        metadata,
        Column("name", Text, primary_key=True),
        # None: it runs when somebody asks for it.
        Column("every_seconds", Float),
        Column("next_run", DateTime(timezone=True)),
        Column("last_start", DateTime(timezone=True)),
        # None while it runs, and after a run that was cut off.
        Column("last_end", DateTime(timezone=True)),
        Column("last_success", DateTime(timezone=True)),
        Column("runs", BigInteger, nullable=False, server_default="0"),
        Column("failures", BigInteger, nullable=False, server_default="0"),
        Column("last_error", Text, nullable=False, server_default=""),
        Column("paused_at", DateTime(timezone=True)),
        Column("paused_by", Text, nullable=False, server_default=""),
        Column("pause_reason", Text, nullable=False, server_default=""),
        Column("requested_by", Text, nullable=False, server_default=""),
        # How far the run is that is under way, or how far the last one came.
        Column("done", BigInteger, nullable=False, server_default="0"),
        Column("total", BigInteger, nullable=False, server_default="0"),
    )
    Table(
        "audit_finding",
        metadata,
        # Of the audit, `<noun>.<what must be zero>`.
        Column("name", Text, primary_key=True),
        Column("count", BigInteger, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("seconds", Float, nullable=False),
    )
    Table(
        "task",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("kind", Text, nullable=False),
        # What it is about: there is one task of a kind for it.
        Column("key", Text, nullable=False),
        Column("payload", JSONB, nullable=False),
        Column("actor", Text, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        # None: its last try failed, and it waits for an operator.
        Column("next_try", DateTime(timezone=True)),
        Column("last_start", DateTime(timezone=True)),
        Column("tries", Integer, nullable=False, server_default="0"),
        Column("error", Text, nullable=False, server_default=""),
        Column("done", BigInteger, nullable=False, server_default="0"),
        Column("total", BigInteger, nullable=False, server_default="0"),
        UniqueConstraint("kind", "key"),
        Index("ix_task_kind_next_try", "kind", "next_try"),
    )
    Table(
        "page_key",
        metadata,
        # One row, written with the table: what page tokens are sealed with.
        Column("one", Boolean, primary_key=True, server_default=text("true")),
        Column("key", LargeBinary, nullable=False),
        CheckConstraint("one", name="one"),
    )
    return metadata
