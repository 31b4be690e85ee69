"""Questions about letters: asked by whoever sees one, answered by the state, and clarified for everybody."""

from gateway.questions import answering, pages
from gateway.web.area import Area
from gateway.web.disclosed import views
from gateway.web.navigation import Item, Top, of_state

_REASONS = {
    "ALREADY_SUPERSEDED": "Another clarification took the place of this one. Open the letter's questions again.",
}
_DONE = {
    "asked": "Your question is with the state. You hear of the answer, and it stands on this page.",
    "answered": "The answer is saved. Who asked hears of it.",
    "clarified": "The clarification stands in the letter, for everybody who has it.",
}

AREA = Area(
    routers=(answering.router, pages.router),
    navigation=(Item(Top.CHANGES, "Questions to answer", "/questions", offered=of_state("notices.write")),),
    reasons=_REASONS,
    done=_DONE,
    discloses={
        "/questions": views("questions and who asked"),
        "/letters/{letter_id}/questions": views("questions and who asked"),
        "/letters/{letter_id}/questions/{question_id}": views("questions and who asked"),
    },
)
