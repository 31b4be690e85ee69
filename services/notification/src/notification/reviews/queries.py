"""Rounds and comments as those see them who may: the state, and whoever speaks for an agency that was asked."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from notification.letters.rows import letter_of
from notification.letters.tables import NoticeRow
from notification.reviews.rules import passages
from notification.reviews.rules.passages import Passage
from notification.reviews.rules.rounds import OPEN
from notification.reviews.rules.which import Caller, Which
from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.refusals import NotFound

# Who speaks for agency `a` of a round: whoever confirms for it, and whom it named.
_SPEAKS = """
(a.agency_id = ANY(%(confirms)s) OR EXISTS (
  SELECT FROM review_reviewer AS p
  WHERE p.review_id = a.review_id AND p.agency_id = a.agency_id AND p.person_id = %(person)s))
"""
_SEES = f"(%(drafts)s OR EXISTS (SELECT FROM review_agency AS a WHERE a.review_id = r.id AND {_SPEAKS}))"
_ROUND = """
r.id, r.notice_id, r.number, r.state, r.title, r.text_sha256, r.due_on, r.opened_by, r.opened_at, r.closed_by,
r.closed_at, r.close_reason, n.demonstration, told.comments, told.unanswered
"""
# What was sent in a round `r`.
_TOLD = """
JOIN notice AS n ON n.id = r.notice_id CROSS JOIN LATERAL (
  SELECT count(*)::int AS comments, count(*) FILTER (WHERE answer = '')::int AS unanswered
  FROM review_comment AS c JOIN review_agency AS s USING (review_id, agency_id)
  WHERE c.review_id = r.id AND s.sent_at IS NOT NULL
) AS told
"""
_ONE = f"""
SELECT {_ROUND}, r.passages FROM review AS r {_TOLD}
WHERE r.notice_id = %(notice)s AND r.number = %(number)s AND {_SEES}
"""  # noqa: S608 - made of constants
_OF_LETTER = f"""
SELECT {_ROUND}, '[]'::jsonb AS passages FROM review AS r {_TOLD} WHERE r.notice_id = %(notice)s ORDER BY r.number DESC
"""  # noqa: S608 - made of constants
_WAITS = f"""
(r.state = 'OPEN' AND EXISTS (
  SELECT FROM review_agency AS a WHERE a.review_id = r.id AND a.sent_at IS NULL AND {_SPEAKS}))
"""
# Those that wait first, by their day; then the newest.
_OWN = f"""
SELECT * FROM (
  SELECT {_ROUND}, '[]'::jsonb AS passages, NOT {_WAITS} AS done,
    CASE WHEN {_WAITS} THEN r.due_on - date '2000-01-01' ELSE -extract(epoch FROM r.opened_at)::bigint END AS place
  FROM review AS r {_TOLD}
  WHERE EXISTS (SELECT FROM review_agency AS a WHERE a.review_id = r.id AND {_SPEAKS})
) AS own
{{page}}
ORDER BY done, place, title, id LIMIT %(limit)s
"""  # noqa: S608 - made of constants
_WAITING = f"SELECT count(*)::int FROM review AS r WHERE {_WAITS}"  # noqa: S608 - made of constants
_AGENCIES = f"""
SELECT a.review_id, a.agency_id, a.sent_at, a.sent_by, a.agency_id = ANY(%(confirms)s) AS confirms,
  coalesce((
    SELECT array_agg(person_id ORDER BY named_at, person_id) FROM review_reviewer AS p
    WHERE (p.review_id, p.agency_id) = (a.review_id, a.agency_id)
  ), '{{}}') AS reviewers,
  (SELECT count(*)::int FROM review_comment AS c WHERE (c.review_id, c.agency_id) = (a.review_id, a.agency_id))
    AS comments,
  {_SPEAKS} AS speaks
FROM review_agency AS a
WHERE a.review_id = ANY(%(reviews)s) AND (%(drafts)s OR {_SPEAKS})
ORDER BY a.agency_id
"""  # noqa: S608 - made of constants
_COMMENTS = f"""
SELECT * FROM (
  SELECT c.id, c.agency_id, c.author_id, c.created_at, c.place, c.block, c.quote, c.quote_before, c.quote_after, c.head,
    c.kind, c.severity, c.text, c.wording, c.basis, c.answer, c.answer_text, c.same_as, c.answered_by, c.answered_at,
    a.sent_at IS NOT NULL AS sent
  FROM review_comment AS c JOIN review_agency AS a USING (review_id, agency_id)
  WHERE c.review_id = %(review)s AND (%(drafts)s AND a.sent_at IS NOT NULL OR {_SPEAKS})
) AS found
{{which}}
ORDER BY place, created_at, id LIMIT %(limit)s
"""  # noqa: S608 - made of constants
_LATEST = "SELECT passages FROM review WHERE notice_id = %(notice)s ORDER BY number DESC LIMIT 1"


class Round(NamedTuple):
    """A round of review, with counts of what was sent in it."""

    id: UUID
    notice_id: UUID
    number: int
    state: str
    title: str
    text_sha256: str
    due_on: date
    opened_by: UUID
    opened_at: datetime
    closed_by: UUID | None
    closed_at: datetime | None
    close_reason: str
    demonstration: bool
    comments: int
    unanswered: int
    passages: list[dict[str, str]]

    @property
    def which(self) -> Which:
        """What names it."""
        return Which(self.notice_id, self.number)

    @property
    def is_open(self) -> bool:
        """Whether agencies still comment."""
        return self.state == OPEN


class OwnRound(NamedTuple):
    """A round for which the caller speaks, with its place in their list."""

    round: Round
    done: bool
    place: int


class Agency(NamedTuple):
    """An agency in a round; *comments* it wrote, also those that it did not send."""

    review_id: UUID
    agency_id: str
    sent_at: datetime | None
    sent_by: UUID | None
    confirms: bool
    reviewers: list[UUID]
    comments: int
    speaks: bool


class Comment(NamedTuple):
    """A comment, with its answer."""

    id: UUID
    agency_id: str
    author_id: UUID
    created_at: datetime
    place: int
    block: str
    quote: str
    quote_before: str
    quote_after: str
    head: str
    kind: str
    severity: str
    text: str
    wording: str
    basis: str
    answer: str
    answer_text: str
    same_as: UUID | None
    answered_by: UUID | None
    answered_at: datetime | None
    sent: bool


def asks(caller: Caller) -> dict[str, Any]:
    """Return what the conditions above are filled with."""
    return {"person": caller.person_id, "drafts": caller.drafts, "confirms": sorted(caller.confirms)}


def one(db: Db, which: Which, caller: Caller) -> Round:
    """Return a round that the caller sees; nothing tells others that there is one."""
    found = db.maybe(Round, _ONE, notice=which.notice_id, number=which.number, **asks(caller))
    if found is None:
        raise NotFound(which.name)
    return found


def of_letter(db: Db, notice_id: UUID) -> list[Round]:
    """Return the rounds of a letter, the newest first, without their passages."""
    return db.all(Round, _OF_LETTER, notice=notice_id)


def own(db: Db, page: Page, caller: Caller) -> list[OwnRound]:
    """Return the rounds for which the caller speaks, one more than the page holds, without their passages."""
    sql = _OWN.format(page=page.after_sql("WHERE", ">", done="bool", place="bigint", title="text", id="uuid"))
    return db.all(OwnRound, sql, **asks(caller), **page.values("done", "place", "title", "id"))


def waiting(db: Db, caller: Caller) -> int:
    """Return how many rounds wait for an agency for which the caller speaks."""
    count: int = db.value(_WAITING, **asks(caller))
    return count


def agencies(db: Db, rounds: Sequence[UUID], caller: Caller) -> dict[UUID, list[Agency]]:
    """Return the agencies of rounds, A-Z, that the caller sees there."""
    found: dict[UUID, list[Agency]] = defaultdict(list)
    for row in db.all(Agency, _AGENCIES, reviews=list(rounds), **asks(caller)):
        found[row.review_id].append(row)
    return found


def comments(db: Db, review_id: UUID, page: Page, caller: Caller) -> list[Comment]:
    """Return the comments of a round that the caller sees, by passage, one more than the page holds."""
    after = page.after_sql("WHERE", ">", place="int", created_at="timestamptz", id="uuid")
    keys = page.values("place", "created_at", "id")
    return db.all(Comment, _COMMENTS.format(which=after), review=review_id, **asks(caller), **keys)


def comment(db: Db, review_id: UUID, comment_id: UUID, caller: Caller) -> Comment | None:
    """Return a comment that the caller sees."""
    sql = _COMMENTS.format(which="WHERE id = %(comment)s")
    return db.maybe(Comment, sql, review=review_id, comment=comment_id, limit=1, **asks(caller))


def text_now(db: Db, notice_id: UUID) -> list[Passage]:
    """Return a letter as it says now, in passages that have the ids of its last round."""
    latest = db.values(_LATEST, notice=notice_id)
    notice = db.get_one(NoticeRow, notice_id)
    return passages.passages(letter_of(notice), passages.shown(latest[0]) if latest else ())
