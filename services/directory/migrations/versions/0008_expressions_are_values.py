"""Whom an audience is for never changes."""

from alembic import op

revision = "0008"
down_revision = "0007"

# Letters that were approved name an audience, and the approval covers whom it is for. Its membership goes on changing.
_EXPRESSION_STAYS = """
CREATE FUNCTION expression_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the expression of an audience does not change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER expression_stays BEFORE UPDATE ON audience
  FOR EACH ROW WHEN (OLD.expression IS DISTINCT FROM NEW.expression) EXECUTE FUNCTION expression_stays();
"""


def upgrade() -> None:
    """Keep every expression as it is: those of letters that are out are what was issued, or what became of it."""
    op.execute(_EXPRESSION_STAYS)
