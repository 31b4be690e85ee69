"""Drafts that agencies review: the state sends one and answers, agencies read it and comment."""

from gateway.web.area import Area

_REASONS = {
    "REVIEW_OPEN": "Agencies are reviewing this letter. End the review first, then go on.",
    "REVIEW_CLOSED": "The review is over. Nothing is added to it any more.",
    "COMMENTS_SENT": "Your agency has sent its comments. They are with the state now.",
    "COMMENTS_UNANSWERED": "{count} comments of agencies have no answer yet. Answer each, then send the letter.",
}

AREA = Area(routers=(), navigation=(), reasons=_REASONS)
