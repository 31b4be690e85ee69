"""What a packet holds, read row by row: a thousand at a time, however many there are."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

from notification.agencies import queries as agencies
from notification.agencies.records import AgencyReadiness, Recipient
from notification.letters.tables import Notice
from servicekit.data.db import Db
from servicekit.paging import Page

R = TypeVar("R", bound=tuple)  # type: ignore[type-arg]

_MOST = 1_000
_OF_AGENCY = "(%(agency)s = '' OR %(agency)s = ANY({agencies}))"
_SAID = f"""
SELECT person_id, kind, agency_id, version, text_sha256, at, statement_sha256, channel, recorded_by, reason,
  CASE WHEN %(agency)s = '' THEN agencies <> '{{{{}}}}' AND agencies <@ local_agencies
    ELSE %(agency)s = ANY(local_agencies) END AS local
FROM acknowledgement
WHERE notice_id = %(notice)s AND {_OF_AGENCY.format(agencies="agencies")} {{page}}
ORDER BY person_id, kind, agency_id, version LIMIT %(limit)s
"""  # noqa: S608 - made of constants
# What goes to a role at an agency says so in its scope; what goes to people, by where they work or worked.
_MESSAGES = """
SELECT t.message_id, t.person_id, t.scope, m.kind, m.wanted_at, t.due_date, t.state, t.cause, mail.sent_at
FROM message AS m JOIN message_to AS t ON t.message_id = m.id LEFT JOIN mail ON mail.id = t.mail_id
WHERE m.notice_id = %(notice)s AND (
  %(agency)s = '' OR t.scope = 'agencies/' || %(agency)s OR t.scope LIKE 'agencies/' || %(agency)s || '/%%'
  OR t.scope = '' AND EXISTS (
    SELECT FROM audience_member
    WHERE audience_id = %(audience)s AND person_id = t.person_id AND agency_id = %(agency)s
  )
) {page}
ORDER BY t.message_id, t.person_id, t.scope LIMIT %(limit)s
"""
_QUESTIONS = f"""
SELECT id, section, asked_by, asked_at, text FROM question
WHERE notice_id = %(notice)s AND {_OF_AGENCY.format(agencies="agencies")}
ORDER BY asked_at, id
"""  # noqa: S608 - made of constants
_ANSWERS = f"""
SELECT a.question_id, a.answered_by, a.answered_at, a.text
FROM question AS q JOIN question_answer AS a ON a.question_id = q.id
WHERE q.notice_id = %(notice)s AND {_OF_AGENCY.format(agencies="q.agencies")}
ORDER BY a.answered_at, a.id
"""  # noqa: S608 - made of constants
_CLARIFICATIONS = """
SELECT c.id, c.section, c.given_by, c.given_at, c.text, later.id AS superseded_by
FROM clarification AS c LEFT JOIN clarification AS later ON later.supersedes = c.id
WHERE c.notice_id = %(notice)s ORDER BY c.given_at, c.id
"""
_STATEMENTS = """
SELECT sha256, text, language FROM statement
WHERE sha256 IN (SELECT DISTINCT statement_sha256 FROM acknowledgement WHERE notice_id = %(notice)s)
ORDER BY sha256
"""
# Of an agency: everybody whom a table of its packet names and who works or worked there.
_PEOPLE = """
SELECT person_id FROM audience_member WHERE audience_id = %(audience)s AND agency_id = %(agency)s
UNION SELECT person_id FROM acknowledgement WHERE notice_id = %(notice)s AND %(agency)s = ANY(agencies)
UNION SELECT asked_by FROM question WHERE notice_id = %(notice)s AND %(agency)s = ANY(agencies)
UNION SELECT confirmed_by FROM delivery
WHERE notice_id = %(notice)s AND agency_id = %(agency)s AND confirmed_by IS NOT NULL
"""


class Said(NamedTuple):
    """Somebody read or confirmed a version."""

    person_id: UUID
    kind: str
    agency_id: str
    version: int
    text_sha256: str
    at: datetime
    statement_sha256: str
    channel: str
    recorded_by: UUID | None
    reason: str
    # As they were asked by their agency alone.
    local: bool


class Message(NamedTuple):
    """What somebody was to hear of the letter, and what became of it by mail."""

    message_id: UUID
    person_id: UUID
    scope: str
    kind: str
    wanted_at: datetime
    due_date: date | None
    state: str
    cause: str
    sent_at: datetime | None


class Question(NamedTuple):
    """A question about the letter."""

    id: UUID
    section: str
    asked_by: UUID
    asked_at: datetime
    text: str


class Answer(NamedTuple):
    """What the state answered to one."""

    question_id: UUID
    answered_by: UUID
    answered_at: datetime
    text: str


class Clarification(NamedTuple):
    """What the state said officially of the letter."""

    id: UUID
    section: str
    given_by: UUID
    given_at: datetime
    text: str
    superseded_by: UUID | None


class Statement(NamedTuple):
    """What confirmations agreed to."""

    sha256: str
    text: str
    language: str


class Reading:
    """A letter at an agency ('' = in the state), as one moment of the database has it."""

    def __init__(self, db: Db, notice: Notice, agency_id: str, today: date) -> None:
        self.notice, self.agency_id, self.today = notice, agency_id, today
        self._db = db
        self._asked = {"notice": notice.id, "agency": agency_id, "audience": notice.audience_id}

    def people(self) -> Iterator[Recipient]:
        """Give the people under the letter, as the pages list them."""
        after: list[object] | None = None
        while True:
            page = Page(_MOST, after, 0, b"")
            rows = agencies.recipients(self._db, self.notice, self.agency_id, only_to_go=False, unit="", page=page)
            yield from rows[:_MOST]
            if len(rows) <= _MOST:
                return
            last = rows[_MOST - 1]
            after = [last.done, last.due_date, last.person_id]

    def agencies(self) -> list[AgencyReadiness]:
        """Return the agencies that have the letter, each with its figures; or the one."""
        rows = agencies.readiness(self._db, [self.notice.id], self.today)
        return [one for one in rows if one.agency_id and self.agency_id in ("", one.agency_id)]

    def said(self) -> Iterator[Said]:
        """Give what people read and confirmed, each where they worked then."""
        keys = {"person_id": "uuid", "kind": "text", "agency_id": "text", "version": "int"}
        return self._pages(Said, _SAID, keys, lambda row: [row.person_id, row.kind, row.agency_id, row.version])

    def messages(self) -> Iterator[Message]:
        """Give what people were to hear of the letter."""
        keys = {"t.message_id": "uuid", "t.person_id": "uuid", "t.scope": "text"}
        return self._pages(Message, _MESSAGES, keys, lambda row: [row.message_id, row.person_id, row.scope])

    def questions(self) -> list[Question]:
        """Return what was asked; of an agency by those who worked there then."""
        return self._db.all(Question, _QUESTIONS, **self._asked)

    def answers(self) -> list[Answer]:
        """Return what was answered to that."""
        return self._db.all(Answer, _ANSWERS, **self._asked)

    def clarifications(self) -> list[Clarification]:
        """Return what was clarified for everybody."""
        return self._db.all(Clarification, _CLARIFICATIONS, **self._asked)

    def statements(self) -> list[Statement]:
        """Return what confirmations agreed to."""
        return self._db.all(Statement, _STATEMENTS, **self._asked)

    def _pages(self, row: type[R], sql: str, keys: dict[str, str], key: Callable[[R], Sequence[object]]) -> Iterator[R]:
        after: Sequence[object] | None = None
        beyond = f"AND ({', '.join(keys)}) > ({', '.join(f'%(k{n})s::{kind}' for n, kind in enumerate(keys.values()))})"
        while True:
            given = {f"k{n}": value for n, value in enumerate(after or ())}
            found = self._db.all(row, sql.format(page=beyond if after else ""), **self._asked, **given, limit=_MOST)
            yield from found
            if len(found) < _MOST:
                return
            after = key(found[-1])


def people_of(db: Db, notice: Notice, agency_id: str) -> list[UUID]:
    """Return whose names a packet of an agency says."""
    found: list[UUID] = db.values(_PEOPLE, notice=notice.id, audience=notice.audience_id, agency=agency_id)
    return found
