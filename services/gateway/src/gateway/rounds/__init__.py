"""Reviews by committees: a course read passage by passage, its author's answers, the second look, a ruling."""

from gateway.rounds import answering, opening, phrases, reading, settling
from gateway.rounds.reasons import REASONS
from gateway.web.area import Area
from gateway.web.disclosed import exports, views
from gateway.words import remarks

_AT = "/rounds/{round_id}"
_DONE = {
    "round-opened": "The review is open. Who was asked, and whoever has a part in the committee, may comment.",
    "round-closed": "The time for comments is over. Answer each of them, then send the answers.",
    "round-comment-kept": "Your comment is kept. Nobody else reads it until you send your comments.",
    "round-comment-taken-back": "The comment is taken back.",
    "round-comments-sent": "It is sent. You are told when the answers come.",
    "round-declined": "It is said that you cannot review this.",
    "round-comment-answered": "The answer is saved. It can be changed until the answers are sent.",
    "round-answers-sent": "The answers are sent. Whoever commented looks a second time.",
    "round-looked-again": "It is on record.",
    "round-ruled": "The ruling is on record.",
    "round-comment-placed": "The comment is where you put it.",
}

AREA = Area(
    # What has a word for an address stands before what has an id there.
    routers=(opening.router, answering.router, settling.router, reading.router),
    reasons=REASONS,
    done=_DONE,
    adjectives={
        "an_open_round": phrases.is_open,
        "before_answers": phrases.is_before_answers,
        "not_sent_yet": phrases.is_unsent,
        "answered_in_round": remarks.is_answered,
        "settled_in_round": phrases.is_settled,
        "to_be_ruled_on": phrases.is_to_rule,
        "to_be_looked_at": phrases.is_to_look,
        "to_be_placed": phrases.is_to_place,
        "changed_since_then": phrases.is_changed,
    },
    discloses={
        _AT: views("comments of a committee"),
        _AT + "/answers": views("comments of a committee"),
        _AT + "/answers.csv": exports("comments of a committee"),
        _AT + "/comments/{comment_id}": views("comments of a committee"),
        _AT + "/comments/{comment_id}/change": views("a comment of one's own"),
        "/rounds/new": views("members of a committee"),
    },
)
