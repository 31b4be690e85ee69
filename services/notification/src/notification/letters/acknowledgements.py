"""Acknowledging a letter: of the text that was issued, by its hash, for oneself or for an agency."""

from notification.letters.rows import name_of
from notification.letters.rules import statements
from notification.letters.tables import Notice
from servicekit.data.db import Db
from servicekit.refusals import Refusal

# A statement that adds the rows that follow it.
ACKNOWLEDGE = """
INSERT INTO acknowledgement
  (notice_id, person_id, kind, agency_id, version, text_sha256, at, statement_sha256, channel)
"""
_KEEP = """
INSERT INTO statement (sha256, text, language)
SELECT sha256, text, %(language)s FROM unnest(%(hashes)s::text[], %(texts)s::text[]) AS given (sha256, text)
ON CONFLICT (sha256) DO NOTHING
"""


class TextChanged(Refusal):
    """The text that was seen is not the text that was issued."""


def check_text(notice: Notice, text_sha256: str) -> None:
    """Refuse a confirmation of another text than the one issued."""
    if text_sha256 != notice.text_sha256:
        raise TextChanged(
            "The text that was seen is not the text that was issued.",
            field="text_sha256",
            notice=name_of(notice.id),
            issued=notice.text_sha256,
            seen=text_sha256,
        )


def keep_statements(db: Db, notice: Notice) -> None:
    """Keep what those who confirm a letter that is being issued, or amended, agree to: each text once."""
    texts = sorted({notice.statement, notice.agency_statement})
    db.run(_KEEP, hashes=[statements.hash_of(one) for one in texts], texts=texts, language=statements.LANGUAGE)


def changed_meanwhile(notice: Notice) -> TextChanged:
    """Return the refusal of what is about a version of *notice* that was amended at this very moment."""
    return TextChanged("The letter was amended at this moment.", field="text_sha256", notice=name_of(notice.id))
