"""Bodies, their constituencies and seats, and who has which part in them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint

from servicekit.data import migrations

revision = "0001"
down_revision = None


def _text(name: str, *, default: bool = False, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=nullable, server_default="" if default else None)


def _flag(name: str) -> sa.Column:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _moment(name: str) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def upgrade() -> None:
    """Make the tables."""
    migrations.create_kit_tables(op)
    migrations.create_job_table(op)
    migrations.create_finding_table(op)
    migrations.create_page_key(op)
    migrations.create_task_table(op)
    # Exclusion constraints compare ids for equality: a trusted extension, which the owner of the database may add.
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    _bodies()
    _memberships()
    migrations.needs_audit(op, "body", "constituency", "seat", "membership")


def _bodies() -> None:
    op.create_table(
        "body",
        _text("id"),
        _text("title"),
        _text("sort_key"),
        _text("code"),
        _text("kind"),
        _text("visibility"),
        _text("purpose", default=True),
        _flag("newcomers_read_all"),
        _flag("open_meetings"),
        sa.Column("rules", JSONB(), nullable=False),
        _text("source", default=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        _moment("created_at"),
        sa.CheckConstraint(
            "kind IN ('COMMITTEE', 'PARTNERSHIP', 'PEER_GROUP', 'WORK_GROUP', 'WORKSHOP')", name=op.f("ck_body_kind")
        ),
        sa.CheckConstraint("visibility IN ('EVERYONE', 'MEMBERS')", name=op.f("ck_body_visibility")),
        sa.CheckConstraint("title <> '' AND code <> ''", name=op.f("ck_body_named")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body")),
    )
    op.create_index("uq_body_code", "body", ["code"], unique=True)
    op.create_index("ix_body_sort_key_id", "body", ["sort_key", "id"])
    op.create_table(
        "constituency",
        _text("body_id"),
        _text("id"),
        _text("title"),
        sa.CheckConstraint("title <> ''", name=op.f("ck_constituency_named")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_constituency_body_id_body")),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_constituency")),
    )
    op.create_table(
        "seat",
        _text("body_id"),
        _text("id"),
        _text("constituency_id"),
        _text("title"),
        _flag("voting"),
        _text("wanted", default=True),
        sa.Column("end_on", sa.Date()),
        sa.CheckConstraint("title <> ''", name=op.f("ck_seat_named")),
        sa.ForeignKeyConstraint(
            ["body_id", "constituency_id"],
            ["constituency.body_id", "constituency.id"],
            name=op.f("fk_seat_body_id_constituency_id_constituency"),
        ),
        sa.PrimaryKeyConstraint("body_id", "id", name=op.f("pk_seat")),
    )


def _memberships() -> None:
    days = sa.text("daterange(start_on, end_on)")
    op.create_table(
        "membership",
        sa.Column("id", sa.Uuid(), nullable=False),
        _text("body_id"),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        _text("organization_id"),
        _text("part"),
        _text("seat_id", nullable=True),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date()),
        _flag("carries_over"),
        _text("end_reason", default=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _moment("created_at"),
        sa.CheckConstraint(
            "part IN ('MEMBER', 'ALTERNATE', 'CHAIR', 'DEPUTY', 'SECRETARY', 'OBSERVER')",
            name=op.f("ck_membership_part"),
        ),
        sa.CheckConstraint("end_on >= start_on", name=op.f("ck_membership_ends_not_before_start")),
        sa.CheckConstraint("seat_id IS NULL OR part IN ('MEMBER', 'ALTERNATE')", name=op.f("ck_membership_seat")),
        sa.CheckConstraint("NOT carries_over OR end_on IS NOT NULL", name=op.f("ck_membership_carries_over")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_membership_body_id_body")),
        sa.ForeignKeyConstraint(
            ["body_id", "seat_id"], ["seat.body_id", "seat.id"], name=op.f("fk_membership_body_id_seat_id_seat")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        ExcludeConstraint(
            (sa.column("body_id"), "="),
            (sa.column("person_id"), "="),
            (sa.column("part"), "="),
            (days, "&&"),
            using="gist",
            name="ex_membership_part_once",
        ),
        ExcludeConstraint(
            (sa.column("body_id"), "="),
            (sa.column("seat_id"), "="),
            (sa.column("part"), "="),
            (days, "&&"),
            using="gist",
            name="ex_membership_one_a_seat",
        ),
        ExcludeConstraint(
            (sa.column("body_id"), "="),
            (sa.column("part"), "="),
            (days, "&&"),
            using="gist",
            name="ex_membership_one_a_body",
            where=sa.text("part IN ('CHAIR', 'DEPUTY')"),
        ),
    )
    op.create_index("ix_membership_person_id", "membership", ["person_id"])
    op.create_index("ix_membership_body_id_part_start_on", "membership", ["body_id", "part", "start_on"])
