"""How often a caller may name somebody of another agency wrongly: by number and name one takes people on, and guesses.

Who has a number would otherwise be found out by trying names, in a dry run or a page, with nobody the wiser. Tries are
counted beside the transaction that is refused, for each caller and day; beyond a limit nothing more is said.
"""

from datetime import date

import structlog

from servicekit.data.db import Database
from servicekit.refusals import Kind, Refusal

log = structlog.get_logger()

MOST = 20
RULE = (
    "names people of other agencies, and too many names were wrong today: nothing more is compared until tomorrow. Ask"
    " the person for their number and their name as the other agency writes it"
)
_COUNT = """
WITH forgotten AS (DELETE FROM name_guess WHERE day < %(day)s::date - 30)
INSERT INTO name_guess AS kept (caller, day, tries) VALUES (%(caller)s, %(day)s, %(wrong)s)
ON CONFLICT (caller, day) DO UPDATE SET tries = kept.tries + excluded.tries
RETURNING tries
"""


class TooManyGuesses(Refusal):
    """The caller named people of other agencies wrongly too often today."""

    kind = Kind.PRECONDITION


def too_many(database: Database, caller: str, *, day: date, wrong: int) -> bool:
    """Count *wrong* more tries of *caller*, whatever becomes of the transaction in hand; say if they are too many."""
    with database.read() as beside:
        tries = beside.value(_COUNT, caller=caller, day=day, wrong=wrong)
    if wrong:
        log.warning("people_elsewhere_named_wrongly", caller=caller, wrong=wrong, today=tries)
    return bool(tries > MOST)
