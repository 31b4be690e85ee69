"""Acknowledging a letter: of the text that was issued, by its hash, for oneself or for an agency."""

from notification.letters.rows import name_of
from notification.letters.tables import Notice
from servicekit.refusals import Refusal

# A statement that adds the rows that follow it.
ACKNOWLEDGE = "INSERT INTO acknowledgement (notice_id, person_id, kind, agency_id, version, text_sha256, at)"


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


def changed_meanwhile(notice: Notice) -> TextChanged:
    """Return the refusal of what is about a version of *notice* that was amended at this very moment."""
    return TextChanged("The letter was amended at this moment.", field="text_sha256", notice=name_of(notice.id))
