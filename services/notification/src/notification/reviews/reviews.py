"""What is done in a review: a draft is sent to agencies, they name readers, comment and send; the state answers."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

import prose
from notification.letters.rows import letter_of, load, name_of
from notification.letters.rules import lifecycle
from notification.letters.rules.lifecycle import Step
from notification.messages import ledger
from notification.messages.rules.kinds import REVIEW_ASKED, REVIEW_DUE
from notification.reviews import queries, telling
from notification.reviews.rules import comments, passages, rounds
from notification.reviews.rules.comments import Comment
from notification.reviews.rules.passages import Passage
from notification.reviews.rules.which import Caller, Which
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.refusals import InvalidField, NotFound, PermissionMissing

_MOST_READERS = 50
_MOST_COMMENTS = 500

_LOCAL = "SELECT agency_id FROM agency WHERE kind <> 'state' AND (end_date IS NULL OR end_date > %(today)s)"
_LAST = "SELECT number, state = 'OPEN' AS is_open, passages FROM review WHERE notice_id = %(notice)s ORDER BY 1 DESC"
_OPEN = """
INSERT INTO review (id, notice_id, number, state, title, text_sha256, passages, due_on, opened_by, opened_at)
VALUES (%(id)s, %(notice)s, %(number)s, 'OPEN', %(title)s, %(sha256)s, %(passages)s, %(due)s, %(by)s, %(at)s)
"""
_ASK = "INSERT INTO review_agency (review_id, agency_id) SELECT %(id)s, unnest(%(agencies)s::text[])"
_LOCK = """
SELECT id, state, text_sha256, passages FROM review WHERE notice_id = %(notice)s AND number = %(number)s FOR UPDATE
"""
_CLOSE = """
UPDATE review SET state = 'CLOSED', closed_by = %(by)s, closed_at = %(at)s, close_reason = %(reason)s WHERE id = %(id)s
"""
_AGENCIES_OF = "SELECT agency_id FROM review_agency WHERE review_id = %(id)s ORDER BY agency_id"
_UNNAME = """
DELETE FROM review_reviewer
WHERE review_id = %(id)s AND agency_id = %(agency)s AND NOT person_id = ANY(%(people)s)
"""
_NAME = """
INSERT INTO review_reviewer (review_id, agency_id, person_id, named_at)
SELECT %(id)s, %(agency)s, unnest(%(people)s::uuid[]), %(at)s ON CONFLICT DO NOTHING
"""
_COMMENT = """
INSERT INTO review_comment (id, review_id, agency_id, author_id, created_at, place, block, quote, quote_before,
  quote_after, head, kind, severity, text, wording, basis)
VALUES (%(comment)s, %(id)s, %(agency)s, %(by)s, %(at)s, %(place)s, %(block)s, %(quote)s, %(before)s, %(after)s,
  %(head)s, %(kind)s, %(severity)s, %(text)s, %(wording)s, %(basis)s)
"""
_REMOVE = "DELETE FROM review_comment WHERE id = %(comment)s"
_SEND = """
UPDATE review_agency SET sent_at = %(at)s, sent_by = %(by)s WHERE review_id = %(id)s AND agency_id = %(agency)s
"""
_ANSWER = """
UPDATE review_comment SET answer = %(answer)s, answer_text = %(text)s, same_as = %(same)s, answered_by = %(by)s,
  answered_at = %(at)s
WHERE id = %(comment)s
"""
_OF_SAME_LETTER = """
SELECT EXISTS (
  SELECT FROM review_comment AS c JOIN review AS r ON r.id = c.review_id
  JOIN review_agency AS a USING (review_id, agency_id)
  WHERE c.id = %(comment)s AND r.notice_id = %(notice)s AND a.sent_at IS NOT NULL)
"""
_STANDS = """
SELECT coalesce(bool_or(r.state = 'OPEN'), false) AS is_open, coalesce(sum((
  SELECT count(*) FROM review_comment AS c JOIN review_agency AS a USING (review_id, agency_id)
  WHERE c.review_id = r.id AND a.sent_at IS NOT NULL AND c.answer = ''
)), 0)::int AS unanswered
FROM review AS r WHERE r.notice_id = %(notice)s AND (%(number)s = 0 OR r.number = %(number)s)
"""


class _Last(NamedTuple):
    number: int
    is_open: bool
    passages: list[dict[str, str]]


class _Locked(NamedTuple):
    id: UUID
    state: str
    text_sha256: str
    passages: list[dict[str, str]]


class _Stands(NamedTuple):
    is_open: bool
    unanswered: int


def open_round(db: Db, *, notice_id: UUID, agencies: Collection[str], due: date, by: UUID) -> Which:
    """Send a draft to agencies, as it says now: passages that they saw in an earlier round keep their ids."""
    notice = load(db, notice_id)
    lifecycle.after(Step.WRITE, name_of(notice_id), notice.state)
    today = pacific_date(db.at)
    rounds.check_due(due, today)
    rounds.check_agencies(agencies, db.values(_LOCAL, today=today))
    earlier = db.all(_Last, _LAST, notice=notice_id)
    rounds.check_settled(name_of(notice_id), is_open=any(one.is_open for one in earlier), unanswered=0)
    text = passages.passages(letter_of(notice), passages.shown(earlier[0].passages) if earlier else ())
    if not text:
        raise InvalidField("parent", name_of(notice_id), "must be a draft that says something")
    which, id = Which(notice_id, earlier[0].number + 1 if earlier else 1), uuid4()
    sha256 = passages.hash_of(text)
    db.run(
        _OPEN,
        id=id,
        notice=notice_id,
        number=which.number,
        title=_title(notice.series, notice.number or notice.amended_number, notice.subject),
        sha256=sha256,
        passages=Jsonb(passages.kept(text)),
        due=due,
        by=by,
        at=db.at,
    )
    db.run(_ASK, id=id, agencies=sorted(set(agencies)))
    after = {"agencies": sorted(set(agencies)), "due": str(due), "text_sha256": sha256}
    db.changed(which.name, after={"state": rounds.OPEN, **after})
    telling.tell_opened(db, which)
    return which


def close(db: Db, which: Which, *, reason: str, by: UUID) -> None:
    """End a round. What an agency wrote and did not send stays with it."""
    locked = _locked(db, which)
    rounds.check_open(which.name, locked.state)
    reason = rounds.check_reason(reason)
    db.run(_CLOSE, id=locked.id, by=by, at=db.at, reason=reason)
    db.changed(which.name, before={"state": rounds.OPEN}, after={"state": rounds.CLOSED}, reason=reason)
    _no_more_to_say(db, which, db.values(_AGENCIES_OF, id=locked.id))
    _tell_if_answered(db, which)


def name_reviewers(db: Db, which: Which, agency_id: str, people: Collection[UUID], caller: Caller) -> None:
    """Say who beside those who confirm for it reads a draft for an agency; a repeat changes nothing."""
    locked, agency = _of_agency(db, which, agency_id, caller)
    rounds.check_open(which.name, locked.state)
    rounds.check_unsent(which.name, sent=agency.sent_at is not None)
    if len(people) > _MOST_READERS:
        raise InvalidField("people", len(people), f"must be at most {_MOST_READERS}")
    values = {"id": locked.id, "agency": agency_id, "people": sorted(set(people))}
    db.run(_UNNAME, **values)
    if db.run(_NAME, **values, at=db.at):
        telling.tell_named(db, which, agency_id)
    db.changed(
        which.of(agency_id),
        before={"reviewers": [str(one) for one in agency.reviewers]},
        after={"reviewers": [str(one) for one in sorted(set(people))]},
    )


def comment(db: Db, which: Which, agency_id: str, said: Comment, caller: Caller) -> UUID:
    """Comment for an agency, while the round is open and before its comments are sent."""
    locked, agency = _of_agency(db, which, agency_id, caller)
    rounds.check_open(which.name, locked.state)
    rounds.check_unsent(which.name, sent=agency.sent_at is not None)
    comments.check(said)
    if agency.comments >= _MOST_COMMENTS:
        raise InvalidField("comment", agency.comments, f"must be one of at most {_MOST_COMMENTS}")
    place, anchor = _anchored(locked, said)
    comment_id = uuid4()
    db.run(
        _COMMENT,
        comment=comment_id,
        id=locked.id,
        agency=agency_id,
        by=caller.person_id,
        at=db.at,
        place=place,
        block=said.block,
        quote=anchor.quote if anchor else "",
        before=anchor.before if anchor else "",
        after=anchor.after if anchor else "",
        head=said.head,
        kind=said.kind,
        severity=said.severity,
        text=said.text,
        wording=said.wording,
        basis=said.basis,
    )
    db.changed(which.comment(comment_id), after={"agency": agency_id, "block": said.block, "kind": said.kind})
    return comment_id


def remove(db: Db, which: Which, comment_id: UUID, caller: Caller) -> None:
    """Take a comment back before its agency's are sent: one's own, or as somebody who confirms for the agency."""
    locked = _locked(db, which)
    found = _comment(db, which, locked, comment_id, caller)
    _, agency = _of_agency(db, which, found.agency_id, caller)
    rounds.check_open(which.name, locked.state)
    rounds.check_unsent(which.name, sent=found.sent)
    if found.author_id != caller.person_id and not agency.confirms:
        raise PermissionMissing("Only who wrote a comment takes it back, or who confirms for the agency.")
    db.run(_REMOVE, comment=comment_id)
    db.changed(which.comment(comment_id), before={"agency": found.agency_id}, after={"removed": True})


def send(db: Db, which: Which, agency_id: str, caller: Caller) -> None:
    """Send the comments of an agency to the state; none are an answer too."""
    locked, agency = _of_agency(db, which, agency_id, caller)
    rounds.check_open(which.name, locked.state)
    rounds.check_unsent(which.name, sent=agency.sent_at is not None)
    db.run(_SEND, id=locked.id, agency=agency_id, by=caller.person_id, at=db.at)
    db.changed(which.of(agency_id), before={"sent": False}, after={"sent": True, "comments": agency.comments})
    _no_more_to_say(db, which, [agency_id])


def answer(
    db: Db, which: Which, comment_id: UUID, answered: str, text: str, same_as: UUID | None, caller: Caller
) -> None:
    """Answer a comment that was sent, or answer it anew, while the letter is a draft."""
    notice = load(db, which.notice_id)
    locked = _locked(db, which)
    found = _comment(db, which, locked, comment_id, caller)
    if not found.sent:
        raise NotFound(which.comment(comment_id))
    lifecycle.after(Step.WRITE, name_of(which.notice_id), notice.state)
    comments.check_answer(answered, text, same_as=same_as is not None)
    if same_as is not None and (
        same_as == comment_id or not db.value(_OF_SAME_LETTER, comment=same_as, notice=which.notice_id)
    ):
        raise InvalidField("same_as", same_as, "must be another comment on this letter")
    db.run(
        _ANSWER,
        comment=comment_id,
        answer=answered,
        text=text,
        same=same_as,
        by=caller.person_id,
        at=db.at,
    )
    db.changed(which.comment(comment_id), before={"answer": found.answer}, after={"answer": answered})
    _tell_if_answered(db, which)


def check_settled(db: Db, notice_id: UUID) -> None:
    """Refuse to go on with a letter while agencies still review it, or wait for answers."""
    stands = db.one(_Stands, _STANDS, notice=notice_id, number=0)
    rounds.check_settled(name_of(notice_id), is_open=stands.is_open, unanswered=stands.unanswered)


def _locked(db: Db, which: Which) -> _Locked:
    """Return a round, locked: what is done in it happens one after the other."""
    found = db.maybe(_Locked, _LOCK, notice=which.notice_id, number=which.number)
    if found is None:
        raise NotFound(which.name)
    return found


def _of_agency(db: Db, which: Which, agency_id: str, caller: Caller) -> tuple[_Locked, queries.Agency]:
    """Return a round, locked, with an agency for which the caller speaks in it; to others there is none."""
    locked = _locked(db, which)
    seen = queries.agencies(db, [locked.id], caller)[locked.id]
    agency = next((one for one in seen if one.agency_id == agency_id and one.speaks), None)
    if agency is None:
        raise NotFound(which.name)
    return locked, agency


def _comment(db: Db, which: Which, locked: _Locked, comment_id: UUID, caller: Caller) -> queries.Comment:
    found = queries.comment(db, locked.id, comment_id, caller)
    if found is None:
        raise NotFound(which.comment(comment_id))
    return found


def _anchored(locked: _Locked, said: Comment) -> tuple[int, prose.Anchor | None]:
    """Return which passage a comment is about, counted from 1, with its words; 0 and none if it is about the whole."""
    if not said.block:
        return 0, None
    shown: list[Passage] = passages.shown(locked.passages)
    place = next((number for number, one in enumerate(shown, 1) if one.id == said.block), 0)
    if not place:
        raise InvalidField("comment.block", said.block, "must be a passage of the text")
    try:
        return place, passages.anchor(locked.text_sha256, shown[place - 1], said.quote)
    except prose.NotOnePlaceError:
        raise InvalidField("comment.quote", said.quote, "must stand in the passage, and once") from None


def _tell_if_answered(db: Db, which: Which) -> None:
    stands = db.one(_Stands, _STANDS, notice=which.notice_id, number=which.number)
    if not stands.is_open and not stands.unanswered:
        telling.tell_answered(db, which)


def _no_more_to_say(db: Db, which: Which, agencies: Sequence[str]) -> None:
    """Have nobody told any more that agencies are asked."""
    kinds = [REVIEW_ASKED.name, REVIEW_DUE.name]
    ledger.is_old_news(db, kinds, [which.of(agency_id) for agency_id in agencies])


def _title(series: str, number: str, subject: str) -> str:
    return ": ".join(part for part in (f"{series} {number}".strip(), subject) if part)
