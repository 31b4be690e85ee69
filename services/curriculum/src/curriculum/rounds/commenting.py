"""What reviewers do: comment on passages, send it, and say where a comment belongs. Each is a part of one write."""

from uuid import UUID, uuid4

import prose
from curriculum.rounds import queries, rounds
from curriculum.rounds.people import Reader
from curriculum.rounds.queries import Round
from curriculum.rounds.rules import comments, passages, states
from curriculum.rounds.rules.comments import Comment, CommentNotYours, CommentSettled, TextChanged
from curriculum.rounds.rules.passages import Became, Spoken
from servicekit.data.db import Db
from servicekit.refusals import InvalidField, NotFound, Stale

_COMMENT = """
INSERT INTO round_comment (id, round_id, author_id, seat_id, created_at, place, block, quote, quote_before, quote_after,
  kind, severity, text, wording, basis, basis_key, resources, performance, policy, became, words_then)
VALUES (%(comment)s, %(round)s, %(by)s, %(seat)s, %(at)s, %(place)s, %(block)s, %(quote)s, %(before)s, %(after)s,
  %(kind)s, %(severity)s, %(text)s, %(wording)s, %(basis)s, %(key)s, %(resources)s, %(performance)s, %(policy)s, '', '')
"""
_CHANGE = """
UPDATE round_comment SET quote = %(quote)s, quote_before = %(before)s, quote_after = %(after)s, kind = %(kind)s,
  severity = %(severity)s, text = %(text)s, wording = %(wording)s, basis = %(basis)s, basis_key = %(key)s,
  resources = %(resources)s, performance = %(performance)s, policy = %(policy)s
WHERE id = %(comment)s
"""
_REMOVE = "DELETE FROM round_comment WHERE id = %(comment)s"
_SEND = """
UPDATE round_comment SET sent_at = %(at)s WHERE round_id = %(round)s AND author_id = %(by)s AND sent_at IS NULL
"""
# Whoever said that they cannot, and does, is there after all.
_SENT = """
INSERT INTO round_reviewer AS known (round_id, person_id, seat_id, asked, sent_at, decline_reason)
VALUES (%(round)s, %(by)s, %(seat)s, false, %(at)s, '')
ON CONFLICT (round_id, person_id) DO UPDATE SET sent_at = excluded.sent_at, declined_at = NULL, decline_reason = ''
"""
_PLACE = """
UPDATE round_comment SET place = %(place)s, block = %(block)s, quote = %(quote)s, quote_before = %(before)s,
  quote_after = %(after)s, placed_by = %(by)s
WHERE id = %(comment)s
"""


def add(db: Db, round_id: UUID, said: Comment, digest: str, reader: Reader) -> UUID:
    """Comment on a passage. It is the caller's own until they send it."""
    found = rounds.locked(db, round_id, reader)
    rounds.require_reviewer(found, reader)
    if digest != found.digest:
        raise TextChanged("The round is on another text.", field="digest", round=found.name, subject=found.subject)
    key = comments.check(said)
    if found.unsent >= comments.MOST_OF_ONE:
        raise InvalidField("comment", found.unsent, f"must be one of at most {comments.MOST_OF_ONE}")
    place, spoken = _spoken(db, found, said.block, said.quote, field="comment")
    comment_id = uuid4()
    db.run(
        _COMMENT,
        comment=comment_id,
        round=round_id,
        by=reader.person,
        seat=reader.seat(found.body_id),
        at=db.at,
        place=place,
        block=spoken.block,
        **_words(said, spoken, key),
    )
    # Not which, and nothing of it: more people read the trail, and it is its writer's own.
    db.changed(found.name)
    return comment_id


def change(db: Db, round_id: UUID, comment_id: UUID, said: Comment, etag: str, reader: Reader) -> None:
    """Say anew what was not sent, as long as comments are taken. Its passage stays: another one is another comment."""
    found, comment = _unsent(db, round_id, comment_id, reader)
    rounds.require_reviewer(found, reader)
    if etag != comment.etag:
        raise Stale(comment.name)
    key = comments.check(said)
    if said.block != comment.block:
        raise InvalidField("comment.block", said.block, "must stay: take it back to comment on another passage")
    _, spoken = _spoken(db, found, said.block, said.quote, field="comment")
    db.run(_CHANGE, comment=comment_id, **_words(said, spoken, key))
    db.changed(found.name)


def remove(db: Db, round_id: UUID, comment_id: UUID, reader: Reader) -> None:
    """Take back what was not sent; of others' there is none."""
    found, _ = _unsent(db, round_id, comment_id, reader)
    db.run(_REMOVE, comment=comment_id)
    db.changed(found.name)


def send(db: Db, round_id: UUID, reader: Reader) -> None:
    """Send what the caller wrote; none is an answer too."""
    found = rounds.locked(db, round_id, reader)
    rounds.require_reviewer(found, reader)
    who = {"round": round_id, "by": reader.person, "at": db.at}
    db.run(_SEND, **who)
    db.run(_SENT, **who, seat=reader.seat(found.body_id))
    db.changed(found.name, after={"sent": True, "comments": found.unsent})


def place(db: Db, round_id: UUID, comment_id: UUID, block: str, reader: Reader) -> None:
    """Say to which passage a comment belongs of whose own nobody can tell; none = to none any more."""
    found = rounds.locked(db, round_id, reader)
    comment = queries.comment(db, round_id, comment_id, reader)
    if comment.author_id != reader.person and not reader.whole:
        raise CommentNotYours("Only who wrote it places a comment, or who writes.", comment=comment.name)
    if comment.became not in {Became.CHANGED, Became.GONE}:
        raise InvalidField("name", comment.name, "must be a comment whose passage is changed or gone")
    if not states.is_unsettled(comment.said):
        raise CommentSettled("The comment ended.", comment=comment.name, state=comment.state)
    at, spoken = _spoken(db, found, block, "", field="")
    db.run(
        _PLACE,
        comment=comment_id,
        place=at,
        block=block,
        quote=spoken.quote if block else comment.quote,
        before=spoken.before if block else comment.quote_before,
        after=spoken.after if block else comment.quote_after,
        by=reader.person,
    )
    db.changed(comment.name, before={"block": comment.block}, after={"block": block})


def _unsent(db: Db, round_id: UUID, comment_id: UUID, reader: Reader) -> tuple[Round, queries.Comment]:
    """Return a comment of the reader's own that was not sent, and its round, which is held."""
    found = rounds.locked(db, round_id, reader)
    comment = queries.comment(db, round_id, comment_id, reader)
    if comment.author_id != reader.person:
        raise NotFound(comment.name)
    if comment.sent_at is not None:
        raise comments.CommentsSent("The comment was sent.", round=found.name)
    return found, comment


def _words(said: Comment, spoken: Spoken, key: str) -> dict[str, str]:
    """Return the columns of what a comment says, and of which words."""
    return {
        "quote": spoken.quote,
        "before": spoken.before,
        "after": spoken.after,
        "kind": said.kind,
        "severity": said.severity,
        "text": said.text,
        "wording": said.wording,
        "basis": said.basis,
        "key": key,
        "resources": said.resources,
        "performance": said.performance,
        "policy": said.policy,
    }


def _spoken(db: Db, found: Round, block: str, quote: str, *, field: str) -> tuple[int, Spoken]:
    """Return which passage a comment is about, counted from 1, and its words; 0 if it is about the whole."""
    if not block:
        if quote:
            raise InvalidField("comment.quote", quote, "must be empty where a comment is on the whole")
        return 0, Spoken("", "", "", "")
    shown = passages.shown(rounds.row_of(db, found.id).passages)
    at = next((number for number, one in enumerate(shown, 1) if one.id == block), 0)
    if not at:
        raise InvalidField(f"{field}.block".lstrip("."), block, "must be a passage of the round")
    try:
        return at, passages.spoken(found.digest, shown[at - 1], quote)
    except prose.NotOnePlaceError:
        raise InvalidField("comment.quote", quote, "must stand in the passage, and once") from None
