"""What is said of questions: to who wrote the letter that one was asked, to who asked that there is an answer.

Of a clarification those hear who asked about the letter: it is what they wanted to know. Everybody else reads it at its
place in the letter; nobody gets mail that is for information only. No message says what was asked or answered.
"""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from notification.letters.queries import NOTICE_WITHOUT_BODY
from notification.letters.tables import Notice
from notification.messages import ledger, letters
from notification.messages.rules.kind import Kind
from notification.messages.rules.kinds import LETTER_CLARIFIED, QUESTION_ANSWERED, QUESTION_ASKED
from notification.messages.rules.windows import Hours
from notification.questions import telling
from servicekit.data.db import Db

# Withdrawn letters too: who asked is answered.
_LETTER = f"SELECT {NOTICE_WITHOUT_BODY} FROM notice AS n WHERE n.id = %(notice)s"  # noqa: S608 - made of constants
_WRITERS = """
SELECT q.notice_id,
  array(SELECT DISTINCT one FROM unnest(n.writers) AS one WHERE one <> q.asked_by ORDER BY one) AS people
FROM question AS q JOIN notice AS n ON n.id = q.notice_id WHERE q.id = %(id)s
"""
_ASKER = """
SELECT q.notice_id, ARRAY[q.asked_by] AS people
FROM question_answer AS a JOIN question AS q ON q.id = a.question_id WHERE a.id = %(id)s
"""
_ASKERS = """
SELECT c.notice_id, array(
  SELECT DISTINCT q.asked_by FROM question AS q WHERE q.notice_id = c.notice_id AND q.asked_by <> c.given_by ORDER BY 1
) AS people
FROM clarification AS c WHERE c.id = %(id)s
"""


class _To(NamedTuple):
    notice_id: UUID
    people: list[UUID]


_TOLD: Mapping[str, tuple[Kind, str]] = {
    telling.ASKED: (QUESTION_ASKED, _WRITERS),
    telling.ANSWERED: (QUESTION_ANSWERED, _ASKER),
    telling.CLARIFIED: (LETTER_CLARIFIED, _ASKERS),
}


def tell(db: Db, key: str, hours: Hours) -> None:
    """Tell of what was done."""
    step, id_ = telling.told_of(key)
    kind, whom = _TOLD[step]
    to = db.maybe(_To, whom, id=id_)
    if to is None or not to.people:
        return
    notice = db.one(Notice, _LETTER, notice=to.notice_id)
    goes_at = hours.goes_at(kind.window, db.at)
    ledger.want(
        db,
        letters.wanted_of(notice, kind, f"{kind.name}/{id_}", goes_at, letters.fresh(hours, goes_at), people=to.people),
    )
