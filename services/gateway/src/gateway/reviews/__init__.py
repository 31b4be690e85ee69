"""Drafts that agencies review: the state sends one and answers, agencies read it and comment."""

from gateway.reviews import phrases, reading, state
from gateway.web.area import Area
from gateway.web.disclosed import views
from gateway.web.navigation import Item, Top
from gateway.web.rights import Rights
from gateway.words import remarks

_REASONS = {
    "REVIEW_OPEN": "Agencies are reviewing this letter. End the review first, then go on.",
    "REVIEW_CLOSED": "The review is over. Nothing is added to it any more.",
    "COMMENTS_SENT": "The comments are sent. Nothing is added to them or taken back any more.",
    "COMMENTS_UNANSWERED": "{count} comments have no answer yet. Answer each, then send it.",
}
_DONE = {
    "review-sent": "The draft is with the agencies. They hear of it, and nobody else does.",
    "review-ended": "The review is over. Agencies comment no more; they see your answers.",
    "comment-answered": "The answer is saved.",
    "comment-kept": "Your comment is kept. It goes to the state with the others of your agency.",
    "comment-taken-back": "The comment is taken back.",
    "comments-sent": "The comments of your agency are sent to the state.",
    "readers-named": "Saved. Those who are new hear of it.",
}


def _is_asked(rights: Rights) -> bool:
    return bool(rights.agencies("notices.confirm_for_agency"))


AREA = Area(
    routers=(state.router, reading.router),
    navigation=(Item(Top.CHANGES, "Drafts to review", "/reviews", offered=_is_asked),),
    reasons=_REASONS,
    done=_DONE,
    adjectives={
        "under_review": phrases.is_open,
        "answered": remarks.is_answered,
        "changed_since": phrases.is_changed,
    },
    discloses={
        "/reviews/{letter_id}/{number}/{agency_id}/readers": views("people who may read a draft"),
    },
)
