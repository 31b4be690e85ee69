"""What people say of a letter when they confirm it: the sentence that stands above the button, and on record."""

import hashlib
from functools import lru_cache

from servicekit.refusals import Refusal

# What the pages showed before a letter could have statements of its own, and where its author says nothing else. Texts
# that are on record were hashed over these words: a change of them is a change for new letters, and needs a migration.
OWN = "I have read this letter and know whom to ask."
FOR_AGENCY = "I confirm that our agency received this letter."
# So long at most: it is read whole before one presses.
MOST = 500
LANGUAGE = "en"


class StatementChanged(Refusal):
    """The statement that was seen is not the one that this letter asks for."""


@lru_cache(maxsize=1_024)
def hash_of(statement: str) -> str:
    """Return the SHA-256 of a statement, hexadecimal: the name by which confirmations refer to it."""
    return hashlib.sha256(statement.encode()).hexdigest()


def check_seen(name: str, statement: str, seen: str, *, standard: str = OWN) -> str:
    """Return the hash of the *statement* that is agreed to; refuse whoever saw another one.

    Who does not say which one saw the *standard* one: pages of before showed no other.
    """
    asked = hash_of(statement)
    if (seen or hash_of(standard)) != asked:
        raise StatementChanged(
            "The statement that was seen is not the one that the letter asks for.",
            field="statement_sha256",
            notice=name,
            statement=statement,
            asked=asked,
            seen=seen,
        )
    return asked
