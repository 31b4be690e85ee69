"""Ballots, and what is known of bodies: their rules, who has which part, who was in the room."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from servicekit import closed_days
from servicekit.data import migrations

revision = "0009"
down_revision = "0008"

_CHOICES = "('YES', 'NO_OBJECTION', 'HOLD', 'NO', 'ABSTAIN', 'RECUSED')"
_STATES = "('PREPARED', 'OPEN', 'PASSED', 'FAILED', 'NO_QUORUM', 'VOID', 'WITHDRAWN')"


def upgrade() -> None:
    """Add their tables."""
    closed_days.create_table(op)
    op.create_table(
        "body_rules",
        sa.Column("body_id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("rules", JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("body_id", name="pk_body_rules"),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("body_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("seat_id", sa.String(), nullable=False),
        sa.Column("constituency_id", sa.String(), nullable=False),
        sa.Column("voting", sa.Boolean(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("carries_over", sa.Boolean(), nullable=False),
        sa.Column("told_version", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_membership"),
    )
    op.create_index("ix_membership_body_id", "membership", ["body_id"])
    op.create_index("ix_membership_person_id_body_id", "membership", ["person_id", "body_id"])
    op.create_table(
        "presence",
        sa.Column("meeting_id", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("body_id", sa.String(), nullable=False),
        sa.Column("decides", sa.String(), nullable=False),
        sa.Column("person_ids", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("meeting_id", "item_id", name="pk_presence"),
    )
    op.create_index("ix_presence_decides", "presence", ["decides"])
    op.create_table(
        "ballot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("body_id", sa.String(), nullable=False),
        sa.Column("motion", sa.String(), nullable=False),
        sa.Column("decision_class", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("meeting_id", sa.String(), nullable=False),
        sa.Column("authors", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rules", JSONB(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("present", ARRAY(sa.Uuid()), nullable=True),
        sa.Column("counts", JSONB(), server_default="[]", nullable=False),
        sa.CheckConstraint(f"state IN {_STATES}", name="state"),
        sa.CheckConstraint("(state IN ('PREPARED', 'OPEN')) = (ended_at IS NULL)", name="ended"),
        sa.CheckConstraint("state <> 'OPEN' OR opened_at IS NOT NULL", name="opened"),
        sa.CheckConstraint("closes_at IS NOT NULL OR meeting_id <> ''", name="closes"),
        sa.CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="digest"),
        sa.PrimaryKeyConstraint("id", name="pk_ballot"),
    )
    op.create_index("ix_ballot_body_id_created_at", "ballot", ["body_id", "created_at"])
    live = sa.text("state IN ('PREPARED', 'OPEN')")
    op.create_index("ix_ballot_live", "ballot", ["subject"], postgresql_where=live)
    op.create_table(
        "ballot_roll",
        sa.Column("ballot_id", sa.Uuid(), nullable=False),
        sa.Column("seat_id", sa.String(), nullable=False),
        sa.Column("constituency_id", sa.String(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("term_id", sa.Uuid(), nullable=False),
        sa.Column("alternate_id", sa.Uuid(), nullable=True),
        sa.Column("alternate_term_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.id"], name="fk_ballot_roll_ballot_id_ballot"),
        sa.PrimaryKeyConstraint("ballot_id", "seat_id", name="pk_ballot_roll"),
    )
    op.create_table(
        "position",
        sa.Column("ballot_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seat_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("spoke_as", sa.String(), nullable=False),
        sa.Column("choice", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("lifted_by", sa.String(), nullable=False),
        sa.Column("override_reason", sa.String(), nullable=False),
        sa.Column("recorder_id", sa.Uuid(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("contest_until", sa.Date(), nullable=True),
        sa.Column("contest", sa.String(), nullable=False),
        sa.Column("contested_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(f"choice IN {_CHOICES}", name="choice"),
        sa.CheckConstraint("spoke_as IN ('HOLDER', 'SUCCESSOR', 'ALTERNATE')", name="spoke_as"),
        sa.CheckConstraint("choice <> 'HOLD' OR (text <> '' AND lifted_by <> '')", name="hold"),
        sa.CheckConstraint("choice <> 'RECUSED' OR text <> ''", name="recused"),
        sa.CheckConstraint("(recorder_id IS NULL) = (contest_until IS NULL)", name="recorded"),
        sa.CheckConstraint("contest = '' OR recorder_id IS NOT NULL", name="contest"),
        sa.CheckConstraint("(contest = '') = (contested_at IS NULL)", name="contested"),
        sa.ForeignKeyConstraint(
            ["ballot_id", "seat_id"],
            ["ballot_roll.ballot_id", "ballot_roll.seat_id"],
            name="fk_position_ballot_id_seat_id_ballot_roll",
        ),
        sa.PrimaryKeyConstraint("ballot_id", "number", name="pk_position"),
    )
    op.create_foreign_key("fk_decision_ballot_id_ballot", "decision", "ballot", ["ballot_id"], ["id"])
    op.create_index(
        "uq_decision_ballot_id", "decision", ["ballot_id"], unique=True, postgresql_where=sa.text("corrects IS NULL")
    )
    migrations.needs_audit(op, "body_rules", "membership", "presence", "ballot", "ballot_roll", "position")
