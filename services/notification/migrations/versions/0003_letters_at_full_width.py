"""Letters at full width: files, scheduled issue, withdrawal, release to staff, series, historic letters, search."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from servicekit.data.migrations import needs_audit

revision = "0003"
down_revision = "0002"

_TEXTS = (
    "contact_telephone",
    "replaces",
    "topic",
    "withdraw_reason",
    "issuer",
    "issued_on",
    "effective_printed",
    "source",
)
# What was issued stays as it is: of a withdrawn letter only that is added, by whom and why. A letter that is no draft
# keeps its files.
_ISSUED_STAYS = """
CREATE OR REPLACE FUNCTION issued_notice_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  said text[] := ARRAY['state', 'revision', 'withdrawn_at', 'withdrawn_by', 'withdraw_reason'];
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.state = 'PUBLISHED' THEN
    IF NEW.state = 'WITHDRAWN' AND to_jsonb(NEW) - said = to_jsonb(OLD) - said THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'an issued notice does not change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
DROP TRIGGER issued_notice_stays ON notice;
CREATE TRIGGER issued_notice_stays BEFORE UPDATE OR DELETE ON notice
  FOR EACH ROW WHEN (OLD.state IN ('PUBLISHED', 'WITHDRAWN')) EXECUTE FUNCTION issued_notice_stays();
"""
_FILES_STAY = """
CREATE FUNCTION attachment_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  touched uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.notice_id ELSE NEW.notice_id END;
BEGIN
  IF TG_OP = 'UPDATE' OR NOT EXISTS (SELECT FROM notice WHERE id = touched AND state = 'DRAFT') THEN
    RAISE EXCEPTION 'the files of a notice change while it is a draft' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER attachment_stays BEFORE INSERT OR UPDATE OR DELETE ON attachment
  FOR EACH ROW EXECUTE FUNCTION attachment_stays();
CREATE TRIGGER is_append_only BEFORE UPDATE ON file FOR EACH ROW EXECUTE FUNCTION is_append_only();
"""
# Of letters that are out already, staff had them with their agencies.
_RELEASED = """
WITH entry AS (
  INSERT INTO audit (id, at, actor, method, resource)
  VALUES (gen_random_uuid(), now(), 'services/notification', 'migrations/0003', 'notices')
  RETURNING id
)
SELECT set_config('cadre.audit', id::text, true) FROM entry;
UPDATE notice SET staff_release_date = (published_at AT TIME ZONE 'America/Los_Angeles')::date
WHERE state = 'PUBLISHED';
"""
# Letters that are out already are found too.
_SEARCHED = """
INSERT INTO notice_search (notice_id, series, year, day, words)
SELECT id, series, extract(year FROM published_at AT TIME ZONE 'America/Los_Angeles')::int,
  (published_at AT TIME ZONE 'America/Los_Angeles')::date,
  to_tsvector('english', text.said) || to_tsvector('simple', text.said)
FROM notice
CROSS JOIN LATERAL (
  SELECT concat_ws(' ', subject, 'x' || lower(series) || replace(number, '-', ''), 'x' || replace(number, '-', ''),
    change, "references", supersedes) AS said
) AS text
WHERE state = 'PUBLISHED'
"""


def upgrade() -> None:
    """Add what a letter at full width needs."""
    _notices()
    _files()
    _lookups()
    op.execute(_ISSUED_STAYS)
    op.execute(_FILES_STAY)
    needs_audit(op, "attachment", "file", "series", "notice_search")


def _notices() -> None:
    for name in _TEXTS:
        op.add_column("notice", sa.Column(name, sa.String(), server_default="", nullable=False))
    op.add_column("notice", sa.Column("staff_release_days", sa.Integer(), server_default="0", nullable=False))
    op.add_column("notice", sa.Column("staff_release_date", sa.Date(), nullable=True))
    op.add_column("notice", sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("notice", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("notice", sa.Column("withdrawn_by", sa.Uuid(), nullable=True))
    # A historic letter has no author here.
    op.alter_column("notice", "author_id", nullable=True)
    for name in ("state", "published_at", "four_eyes"):
        op.drop_constraint(op.f(f"ck_notice_{name}"), "notice")
    for name, rule in (
        ("state", "state IN ('DRAFT', 'IN_APPROVAL', 'SCHEDULED', 'PUBLISHED', 'WITHDRAWN', 'HISTORIC')"),
        ("published_at", "(state IN ('PUBLISHED', 'WITHDRAWN')) = (published_at IS NOT NULL)"),
        ("publish_at", "(state = 'SCHEDULED') = (publish_at IS NOT NULL)"),
        ("withdrawn", "(state = 'WITHDRAWN') = (withdrawn_at IS NOT NULL)"),
        ("withdraw_reason", "(state = 'WITHDRAWN') = (withdraw_reason <> '')"),
        ("historic", "(state = 'HISTORIC') = (author_id IS NULL)"),
        ("four_eyes", "state NOT IN ('SCHEDULED', 'PUBLISHED', 'WITHDRAWN') OR approver_id <> ALL (writers)"),
    ):
        op.create_check_constraint(op.f(f"ck_notice_{name}"), "notice", rule)
    op.drop_index("ix_notice_audience_id", "notice")
    op.create_index(
        "ix_notice_audience_id",
        "notice",
        ["audience_id"],
        postgresql_where=sa.text("state IN ('PUBLISHED', 'WITHDRAWN')"),
    )
    op.create_index("ix_notice_publish_at", "notice", ["publish_at"], postgresql_where=sa.text("state = 'SCHEDULED'"))
    op.add_column("delivery", sa.Column("staff_released_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("delivery", sa.Column("staff_released_by", sa.Uuid(), nullable=True))
    op.create_check_constraint(
        op.f("ck_delivery_staff_released"), "delivery", "(staff_released_at IS NULL) = (staff_released_by IS NULL)"
    )
    op.execute("ALTER TABLE notice DISABLE TRIGGER issued_notice_stays")
    op.execute(_RELEASED)
    op.execute("ALTER TABLE notice ENABLE TRIGGER issued_notice_stays")


def _files() -> None:
    op.create_table(
        "file",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_file")),
    )
    # PDF, docx, xlsx and pictures are compressed already.
    op.execute("ALTER TABLE file ALTER COLUMN content SET STORAGE EXTERNAL")
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("scan_note", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('LETTER', 'ATTACHMENT')", name=op.f("ck_attachment_kind")),
        sa.CheckConstraint("kind <> 'LETTER' OR media_type = 'application/pdf'", name=op.f("ck_attachment_letter")),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_attachment_size_bytes")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_attachment_notice_id_notice")),
        sa.ForeignKeyConstraint(["sha256"], ["file.sha256"], name=op.f("fk_attachment_sha256_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("notice_id", "sha256", name=op.f("uq_attachment_notice_id_sha256")),
    )
    op.create_index(
        "uq_attachment_letter", "attachment", ["notice_id"], unique=True, postgresql_where=sa.text("kind = 'LETTER'")
    )
    op.create_index("ix_attachment_sha256", "attachment", ["sha256"])


def _lookups() -> None:
    op.create_table(
        "series",
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("series", name=op.f("pk_series")),
    )
    op.create_table(
        "notice_search",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_notice_search_notice_id_notice")),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_notice_search")),
    )
    op.create_index("ix_notice_search_words", "notice_search", ["words"], postgresql_using="gin")
    op.create_index("ix_notice_search_day_notice_id", "notice_search", ["day", "notice_id"])
    op.create_index("ix_notice_search_series_day_notice_id", "notice_search", ["series", "day", "notice_id"])
    op.execute(_SEARCHED)
    # A person's letters are those of their audiences.
    op.create_index("ix_audience_member_person_id", "audience_member", ["person_id"])
