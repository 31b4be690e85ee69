"""What people agree to when they confirm a letter is kept word by word, and how they did it."""

import hashlib

import sqlalchemy as sa
from alembic import op

from servicekit.data.migrations import needs_audit

revision = "0034"
down_revision = "0029"

# What the pages showed until now.
_OWN = "I have read this letter and know whom to ask."
_FOR_AGENCY = "I confirm that our agency received this letter."
_SHA256 = {text: hashlib.sha256(text.encode()).hexdigest() for text in (_OWN, _FOR_AGENCY)}
# Processes of before go on confirming until they are replaced, from pages that show these statements.
_ASSUMED = f"""
CREATE FUNCTION assumes_statement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.statement_sha256 := CASE NEW.kind WHEN 'AGENCY' THEN '{_SHA256[_FOR_AGENCY]}' ELSE '{_SHA256[_OWN]}' END;
  NEW.assumed := true;
  RETURN NEW;
END $$;
CREATE TRIGGER assumes_statement BEFORE INSERT ON acknowledgement FOR EACH ROW
  WHEN (NEW.statement_sha256 = '' AND NEW.kind <> 'READ') EXECUTE FUNCTION assumes_statement();
"""
# One pass; nothing else of a row changes.
_OF_BEFORE = f"""
ALTER TABLE acknowledgement DISABLE TRIGGER USER;
UPDATE acknowledgement SET assumed = true,
  statement_sha256 = CASE kind WHEN 'AGENCY' THEN '{_SHA256[_FOR_AGENCY]}' ELSE '{_SHA256[_OWN]}' END
WHERE kind <> 'READ';
ALTER TABLE acknowledgement ENABLE TRIGGER USER;
"""  # noqa: S608 - made of constants
_CHECKS = {
    "kind": "kind IN ('READ', 'CONFIRM', 'AGENCY', 'RECORDED')",
    "statement": "(kind = 'READ') = (statement_sha256 = '')",
    "channel": "channel IN ('API', 'PAGE', 'MAIL_LINK', 'PACKET', 'ON_BEHALF')",
    "recorded": "(kind = 'RECORDED') = (channel = 'ON_BEHALF') AND (kind = 'RECORDED') = (recorded_by IS NOT NULL)"
    " AND (kind = 'RECORDED') = (reason <> '')",
}


def upgrade() -> None:
    """Add the statements. What was confirmed before was confirmed on the pages, under the statement that they showed."""
    for name, standard in (("statement", _OWN), ("agency_statement", _FOR_AGENCY)):
        op.add_column("notice", sa.Column(name, sa.String(), server_default=standard, nullable=False))
    statement = op.create_table(
        "statement",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_statement"),
    )
    op.execute(
        "CREATE TRIGGER is_append_only BEFORE UPDATE OR DELETE ON statement"
        " FOR EACH ROW EXECUTE FUNCTION is_append_only()"
    )
    op.bulk_insert(statement, [{"sha256": sha256, "text": text, "language": "en"} for text, sha256 in _SHA256.items()])
    needs_audit(op, "statement")
    for name, default in (("statement_sha256", ""), ("channel", "PAGE"), ("reason", "")):
        op.add_column("acknowledgement", sa.Column(name, sa.String(), server_default=default, nullable=False))
    op.add_column(
        "acknowledgement", sa.Column("assumed", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("acknowledgement", sa.Column("recorded_by", sa.Uuid(), nullable=True))
    op.execute(_OF_BEFORE)
    op.execute(_ASSUMED)
    op.drop_constraint(op.f("ck_acknowledgement_kind"), "acknowledgement", type_="check")
    for name, rule in _CHECKS.items():
        op.create_check_constraint(op.f(f"ck_acknowledgement_{name}"), "acknowledgement", rule)
