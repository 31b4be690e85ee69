"""What becomes of comments: they are answered, their writer looks at it, the chair rules. Each a part of one write."""

from typing import NamedTuple
from uuid import UUID

from curriculum.rounds import queries, rounds
from curriculum.rounds.people import Reader
from curriculum.rounds.queries import Comment, Round
from curriculum.rounds.rules import comments, states
from curriculum.rounds.rules.comments import CommentNotToRule, CommentNotYours, CommentSettled
from curriculum.rounds.rules.states import CommentState, State
from servicekit.data.db import Db
from servicekit.refusals import NotFound, PermissionMissing

_SAME = "SELECT id, same_as FROM round_comment WHERE round_id = %(round)s AND sent_at IS NOT NULL"
_ANSWER = """
UPDATE round_comment SET answer = %(answer)s, answer_text = %(text)s, same_as = %(same)s, answered_by = %(by)s,
  answered_at = %(at)s
WHERE id = %(comment)s
"""
_LOOK = """
UPDATE round_comment SET satisfied = %(satisfied)s, look_text = %(text)s, looked_at = %(at)s WHERE id = %(comment)s
"""
_RULE = """
UPDATE round_comment SET ruled_stands = %(stands)s, ruling = %(reason)s, ruled_by = %(by)s, ruled_at = %(at)s
WHERE id = %(comment)s
"""


class _Same(NamedTuple):
    id: UUID
    same_as: UUID | None


def answer(
    db: Db, round_id: UUID, comment_id: UUID, answered: str, text: str, same_as: UUID | None, reader: Reader
) -> None:
    """Say what becomes of a comment, until the answers are sent."""
    found = rounds.locked(db, round_id, reader)
    comment = queries.comment(db, round_id, comment_id, reader)
    if comment.sent_at is None:
        raise NotFound(comment.name)
    states.require_unanswered(found.name, State(found.state))
    comments.check_answer(answered, text, same_as=same_as is not None)
    if same_as is not None:
        said = {one.id: one.same_as for one in db.all(_Same, _SAME, round=round_id)}
        comments.check_same(comment_id, same_as, said)
    db.run(_ANSWER, comment=comment_id, answer=answered, text=text, same=same_as, by=reader.person, at=db.at)
    db.changed(comment.name, before={"answer": comment.answer}, after={"answer": answered})


def look(db: Db, round_id: UUID, comment_id: UUID, text: str, reader: Reader, *, satisfied: bool) -> None:
    """Say whether an answer settles a comment: its writer, until it is ruled on; nobody else ends it."""
    _, comment = _answered(db, round_id, comment_id, reader)
    if comment.author_id != reader.person:
        raise CommentNotYours("Only who wrote a comment says that.", comment=comment.name)
    if not satisfied:
        comments.check_why("text", text)
    _require_open(comment)
    db.run(_LOOK, comment=comment_id, satisfied=satisfied, text="" if satisfied else text, at=db.at)
    rounds.follow_up(db, round_id)
    db.changed(comment.name, before={"state": comment.state}, after={"satisfied": satisfied})


def rule(db: Db, round_id: UUID, comment_id: UUID, reason: str, reader: Reader, *, stands: bool) -> None:
    """Rule whether a comment that its writer did not end must be fixed still: the chair or the deputy of the body."""
    found, comment = _answered(db, round_id, comment_id, reader)
    if found.body_id not in reader.rules:
        raise PermissionMissing("Only the chair or the deputy of the body rules.", round=found.name)
    states.require_others(found.name, found.opened_by, reader.person)
    comments.check_why("reason", reason)
    _require_open(comment)
    if comment.where is not CommentState.TO_RULE:
        raise CommentNotToRule("Its writer looks at the answer.", comment=comment.name, state=comment.state)
    db.run(_RULE, comment=comment_id, stands=stands, reason=reason, by=reader.person, at=db.at)
    rounds.follow_up(db, round_id)
    db.changed(comment.name, before={"state": comment.state}, after={"stands": stands})


def _answered(db: Db, round_id: UUID, comment_id: UUID, reader: Reader) -> tuple[Round, Comment]:
    found = rounds.locked(db, round_id, reader)
    comment = queries.comment(db, round_id, comment_id, reader)
    if comment.sent_at is None:
        raise NotFound(comment.name)
    states.require_answered(found.name, found.dates)
    return found, comment


def _require_open(comment: Comment) -> None:
    taken = queries.comment_name(comment.by_round, comment.taken_by) if comment.by_round and comment.taken_by else ""
    if taken or comment.where in {CommentState.SATISFIED, CommentState.RULED}:
        raise CommentSettled("The comment is not open here.", comment=comment.name, state=comment.state, by=taken)
