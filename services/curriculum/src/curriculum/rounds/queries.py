"""Rounds and comments as those see them who may.

A round: whoever has or had a part in its body meanwhile, was asked, or wrote a comment that it holds; whoever writes
courses. A comment: whoever sees its round, once it is sent; before that its writer alone, who alone has it in a count.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from curriculum.governance.queries import HAD_PART, had_part
from curriculum.governance.sheets import RUNS
from curriculum.rounds.people import Reader
from curriculum.rounds.rules.states import CommentState, Dates, Said, State
from curriculum.rounds.rules.turns import Reviewed
from servicekit import digests
from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.refusals import NotFound

# As in `rules/states.py`, by which an audit counts them again; `c` is a comment, `r` its round, `n` what goes on from
# it in the next one.
_UNSETTLED = "c.sent_at IS NOT NULL AND n.id IS NULL AND c.satisfied IS NOT TRUE AND c.ruled_stands IS NOT FALSE"
_STATE = """
CASE WHEN c.sent_at IS NULL THEN 'DRAFT' WHEN r.answered_at IS NULL THEN 'OPEN'
  WHEN c.ruled_stands IS NOT NULL THEN 'RULED' WHEN c.satisfied THEN 'SATISFIED'
  WHEN c.satisfied IS NOT NULL OR r.look_until < %(today)s THEN 'TO_RULE' ELSE 'ANSWERED' END
"""
_COUNTED = f"""
SELECT count(*)::int AS comments,
  count(*) FILTER (WHERE c.answer = '')::int AS unanswered,
  count(*) FILTER (WHERE {_UNSETTLED})::int AS unsettled,
  count(*) FILTER (WHERE c.severity = 'MUST' AND {_UNSETTLED})::int AS open_must,
  count(*) FILTER (WHERE c.became = 'CARRIED')::int AS carried,
  count(*) FILTER (WHERE c.became = 'CHANGED')::int AS changed,
  count(*) FILTER (WHERE c.became = 'GONE')::int AS gone,
  count(*) FILTER (WHERE c.author_id = %(person)s AND n.id IS NULL AND {_STATE} = 'ANSWERED')::int AS to_look,
  count(*) FILTER (WHERE n.id IS NULL AND {_STATE} = 'ANSWERED')::int AS to_look_at,
  count(*) FILTER (WHERE n.id IS NULL AND {_STATE} = 'TO_RULE')::int AS to_rule
FROM round_comment AS c LEFT JOIN round_comment AS n ON n.taken_from = c.id
WHERE c.round_id = r.id AND c.sent_at IS NOT NULL
"""  # noqa: S608 - made of constants
_WHERE_IT_IS = """
CASE WHEN r.closed_at IS NULL AND r.answered_at IS NULL AND r.due_on >= %(today)s THEN 'OPEN'
  WHEN told.unsettled = 0 THEN 'SETTLED' WHEN r.answered_at IS NULL THEN 'CLOSED' ELSE 'ANSWERED' END
"""
_SEES = f"""
(%(whole)s
  OR EXISTS (SELECT FROM round_reviewer AS a WHERE a.round_id = b.id AND a.person_id = %(person)s)
  OR EXISTS (SELECT FROM round_comment AS c WHERE c.round_id = b.id AND c.author_id = %(person)s)
  OR {HAD_PART})
"""  # noqa: S608 - made of constants
_ROUND = f"""
SELECT r.id, r.subject, r.title, r.digest, r.body_id, r.number, r.due_on, r.look_until, r.opened_by, r.opened_at,
  r.closed_at, r.answered_at, r.demonstration, {{passages}} AS passages, {_WHERE_IT_IS} AS state,
  told.comments, told.unanswered, told.unsettled, told.open_must, told.carried, told.changed, told.gone, told.to_look,
  told.to_look_at, told.to_rule,
  (SELECT count(*)::int FROM round_comment AS o
    WHERE o.round_id = r.id AND o.author_id = %(person)s AND o.sent_at IS NULL) AS unsent,
  coalesce(me.asked, false) AS asked, me.sent_at AS sent_at, me.declined_at AS declined_at
FROM round AS r
CROSS JOIN LATERAL ({_COUNTED}) AS told
LEFT JOIN round_reviewer AS me ON me.round_id = r.id AND me.person_id = %(person)s
"""  # noqa: S608 - made of constants
_ONE = f"""
{_ROUND.format(passages="{passages}")}
WHERE r.id = %(round)s AND EXISTS (
  SELECT FROM (SELECT id, body_id, opened_at AS begun, settled_at AS over, false AS prepared FROM round) AS b
  WHERE b.id = r.id AND {_SEES}
)
"""  # noqa: S608 - made of constants
_LISTED = f"""
SELECT * FROM (
  {_ROUND.format(passages="'[]'::jsonb")}
  WHERE EXISTS (
    SELECT FROM (SELECT id, body_id, opened_at AS begun, settled_at AS over, false AS prepared FROM round) AS b
    WHERE b.id = r.id AND {_SEES}
  ) {{which}}
) AS found
WHERE true {{waits}} {{page}}
ORDER BY opened_at DESC, id DESC LIMIT %(limit)s
"""  # noqa: S608 - made of constants
# Of the newest round of each body: what must be fixed, and what somebody has still to do.
_STANDING = f"""
SELECT r.subject, sum(told.open_must)::int AS open_must,
  sum(CASE WHEN {_WHERE_IT_IS} IN ('OPEN', 'CLOSED') THEN 1 ELSE told.to_look_at + told.to_rule END)::int AS waits
FROM (
  SELECT DISTINCT ON (subject, body_id) * FROM round WHERE subject = ANY(%(subjects)s)
  ORDER BY subject, body_id, number DESC
) AS r
CROSS JOIN LATERAL ({_COUNTED}) AS told
GROUP BY r.subject
"""  # noqa: S608 - made of constants
_WAITS = """
AND opened_by IS DISTINCT FROM %(person)s AND (
  state = 'OPEN' AND sent_at IS NULL AND declined_at IS NULL AND (asked OR body_id = ANY(%(reviews)s))
  OR to_look > 0 OR to_rule > 0 AND body_id = ANY(%(rules)s)
)
"""
_REVIEWERS = """
SELECT v.round_id, v.person_id, v.seat_id, v.asked, v.sent_at, v.declined_at, v.decline_reason,
  (SELECT count(*)::int FROM round_comment AS c WHERE c.round_id = v.round_id AND c.author_id = v.person_id
    AND c.sent_at IS NOT NULL AND c.taken_from IS NULL) AS comments
FROM round_reviewer AS v WHERE v.round_id = ANY(%(rounds)s) ORDER BY v.round_id, v.asked DESC, v.seat_id, v.person_id
"""
_COMMENTS = f"""
SELECT * FROM (
  SELECT c.id, c.round_id, c.author_id, c.seat_id, c.created_at, c.sent_at, c.place, c.block, c.quote, c.quote_before,
    c.quote_after, c.kind, c.severity, c.text, c.wording, c.basis, c.basis_key, c.resources, c.performance, c.policy,
    c.answer, c.answer_text, c.same_as, c.answered_by, c.answered_at, c.satisfied, c.look_text, c.looked_at,
    c.ruled_stands, c.ruling, c.ruled_by, c.ruled_at, c.became, c.words_then, c.placed_by, c.taken_from,
    f.round_id AS from_round, n.id AS taken_by, n.round_id AS by_round, {_STATE} AS state,
    r.answered_at IS NOT NULL AS told
  FROM round_comment AS c JOIN round AS r ON r.id = c.round_id
  LEFT JOIN round_comment AS f ON f.id = c.taken_from LEFT JOIN round_comment AS n ON n.taken_from = c.id
  WHERE c.round_id = %(round)s AND (c.sent_at IS NOT NULL OR c.author_id = %(person)s)
) AS found
{{which}}
ORDER BY place, created_at, id LIMIT %(limit)s
"""  # noqa: S608 - made of constants
# Asked in rounds of a body, on whatever, as far as they did not decline.
_HISTORY = """
SELECT v.person_id, max(r.opened_at) AS last, count(*)::int AS rounds
FROM round_reviewer AS v JOIN round AS r ON r.id = v.round_id
WHERE r.body_id = %(body)s AND v.asked AND v.declined_at IS NULL GROUP BY v.person_id
"""
_DECLINED = """
SELECT DISTINCT v.person_id FROM round_reviewer AS v JOIN round AS r ON r.id = v.round_id
WHERE r.subject = %(subject)s AND v.declined_at IS NOT NULL
"""


class Standing(NamedTuple):
    """What reviews say of a thing: comments that must be fixed, and rounds and comments that wait for somebody."""

    subject: str
    open_must: int
    waits: int


class _History(NamedTuple):
    person_id: UUID
    last: datetime
    rounds: int


class Round(NamedTuple):
    """A round, with counts of what was sent in it, and of what the reader has to do."""

    id: UUID
    subject: str
    title: str
    digest: str
    body_id: str
    number: int
    due_on: date
    look_until: date | None
    opened_by: UUID
    opened_at: datetime
    closed_at: datetime | None
    answered_at: datetime | None
    demonstration: bool
    passages: list[dict[str, str]]
    state: str
    comments: int
    unanswered: int
    unsettled: int
    open_must: int
    carried: int
    changed: int
    gone: int
    to_look: int
    # By anybody.
    to_look_at: int
    to_rule: int
    unsent: int
    asked: bool
    sent_at: datetime | None
    declined_at: datetime | None

    @property
    def name(self) -> str:
        """Its resource name."""
        return name_of(self.id)

    @property
    def dates(self) -> Dates:
        """What was done with it, in the terms of the rules."""
        return Dates(self.due_on, self.closed_at is not None, self.answered_at is not None, self.look_until)

    def may_comment(self, reader: Reader) -> bool:
        """Whether the reader comments in it still."""
        speaks = self.asked or self.body_id in reader.reviews
        return self.state == State.OPEN and self.sent_at is None and speaks and self.opened_by != reader.person

    def may_rule(self, reader: Reader) -> bool:
        """Whether the reader rules on what nobody settled."""
        return self.body_id in reader.rules and self.opened_by != reader.person


class Reviewer(NamedTuple):
    """Somebody in a round; *comments* they sent."""

    round_id: UUID
    person_id: UUID
    seat_id: str
    asked: bool
    sent_at: datetime | None
    declined_at: datetime | None
    decline_reason: str
    comments: int


# Letters of an etag.
_ETAG = 16


class Comment(NamedTuple):
    """A comment, with everything that was said of it."""

    id: UUID
    round_id: UUID
    author_id: UUID
    seat_id: str
    created_at: datetime
    sent_at: datetime | None
    place: int
    block: str
    quote: str
    quote_before: str
    quote_after: str
    kind: str
    severity: str
    text: str
    wording: str
    basis: str
    basis_key: str
    resources: str
    performance: str
    policy: str
    answer: str
    answer_text: str
    same_as: UUID | None
    answered_by: UUID | None
    answered_at: datetime | None
    satisfied: bool | None
    look_text: str
    looked_at: datetime | None
    ruled_stands: bool | None
    ruling: str
    ruled_by: UUID | None
    ruled_at: datetime | None
    became: str
    words_then: str
    placed_by: UUID | None
    taken_from: UUID | None
    from_round: UUID | None
    taken_by: UUID | None
    by_round: UUID | None
    state: str
    # Whether the answers of its round were sent.
    told: bool

    @property
    def name(self) -> str:
        """Its resource name."""
        return comment_name(self.round_id, self.id)

    @property
    def etag(self) -> str:
        """Of what it says, as long as its writer may say it anew: nothing else of it changes until it is sent."""
        if self.sent_at is not None:
            return ""
        fields = ("quote", "kind", "severity", "text", "wording", "basis", "resources", "performance", "policy")
        return digests.sha256_of({name: getattr(self, name) for name in fields})[:_ETAG]

    @property
    def said(self) -> Said:
        """What was done with it, in the terms of the rules."""
        return Said(
            self.sent_at is not None,
            self.severity == "MUST",
            bool(self.answer),
            self.satisfied,
            self.ruled_stands,
            self.taken_by is not None,
        )

    @property
    def where(self) -> CommentState:
        """Where it is."""
        return CommentState(self.state)


def name_of(round_id: UUID) -> str:
    """Return the resource name of a round."""
    return f"rounds/{round_id}"


def comment_name(round_id: UUID, comment_id: UUID) -> str:
    """Return the resource name of a comment."""
    return f"{name_of(round_id)}/comments/{comment_id}"


def get(db: Db, round_id: UUID, reader: Reader, *, whole: bool = False) -> Round:
    """Return a round that the reader sees, with its passages if *whole*; nothing tells others that there is one."""
    sql = _ONE.format(passages="r.passages" if whole else "'[]'::jsonb")
    found = db.maybe(Round, sql, round=round_id, **_asks(db, reader))
    if found is None:
        raise NotFound(name_of(round_id))
    return found


def list_(db: Db, page: Page, reader: Reader, *, body: str, subject: str, mine_to_do: bool) -> list[Round]:
    """Return rounds that the reader sees, of a body or on a thing, the newest first; one more than the page holds."""
    which = ("AND r.body_id = %(body)s " if body else "") + ("AND r.subject = %(subject)s " if subject else "")
    # What is settled waits for nobody.
    which += "AND r.settled_at IS NULL" if mine_to_do else ""
    beyond = page.after_sql("AND", "<", opened_at="timestamptz", id="uuid")
    sql = _LISTED.format(which=which, waits=_WAITS if mine_to_do else "", page=beyond)
    asked = {**_asks(db, reader), "body": body, "subject": subject}
    found = db.all(Round, sql, **asked, **page.values("opened_at", "id"))
    if body and not found and not reader.whole and not had_part(db, body, reader.person):
        raise NotFound(f"bodies/{body}")
    return found


def standing(db: Db, subjects: Collection[str], today: date) -> dict[str, Standing]:
    """Return how it stands with things that were reviewed."""
    found = db.all(Standing, _STANDING, subjects=sorted(subjects), today=today, person=None)
    return {one.subject: one for one in found}


def reviewers(db: Db, rounds: Sequence[UUID]) -> dict[UUID, list[Reviewer]]:
    """Return who was asked in rounds, or said something there."""
    found: dict[UUID, list[Reviewer]] = defaultdict(list)
    for row in db.all(Reviewer, _REVIEWERS, rounds=list(rounds)):
        found[row.round_id].append(row)
    return found


def comments(db: Db, round_id: UUID, page: Page, reader: Reader) -> list[Comment]:
    """Return the comments of a round that the reader may see, by passage, one more than the page holds."""
    after = page.after_sql("WHERE", ">", place="int", created_at="timestamptz", id="uuid")
    keys = page.values("place", "created_at", "id")
    return db.all(Comment, _COMMENTS.format(which=after), round=round_id, **_asks(db, reader), **keys)


def comment(db: Db, round_id: UUID, comment_id: UUID, reader: Reader) -> Comment:
    """Return a comment that the reader may see, of a round that they may see."""
    sql = _COMMENTS.format(which="WHERE id = %(comment)s")
    found = db.maybe(Comment, sql, round=round_id, comment=comment_id, limit=1, **_asks(db, reader))
    if found is None:
        raise NotFound(comment_name(round_id, comment_id))
    return found


def all_sent(db: Db, round_id: UUID, reader: Reader) -> list[Comment]:
    """Return every comment of a round that was sent."""
    sql = _COMMENTS.format(which="WHERE sent_at IS NOT NULL")
    return db.all(Comment, sql, round=round_id, limit=None, **_asks(db, reader))


def history(db: Db, body: str) -> dict[UUID, Reviewed]:
    """Return when whoever was asked to review for a body was so last, and how often."""
    return {one.person_id: Reviewed(one.last, one.rounds) for one in db.all(_History, _HISTORY, body=body)}


def declined(db: Db, subject: str) -> list[UUID]:
    """Return who declined to review a thing."""
    return db.values(_DECLINED, subject=subject)


def _asks(db: Db, reader: Reader) -> dict[str, Any]:
    return {
        "person": reader.person,
        "whole": reader.whole,
        "today": reader.today,
        "at": db.at,
        "runs": sorted(RUNS),
        "reviews": reader.reviews,
        "rules": reader.rules,
    }
