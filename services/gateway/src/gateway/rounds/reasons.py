"""Why something about a review is refused, in the words of its people."""

from collections.abc import Mapping

from gateway.web.forms import SentForm
from servicekit.rpc.client import Refused

REASONS: Mapping[str, str] = {
    "COMMENT_NOT_TO_RULE": "It does not wait for a ruling: its writer may still look again, or it is settled.",
    "COMMENT_NOT_YOURS": "Only who wrote this comment can do that.",
    "COMMENT_SETTLED": "Nothing is open about this comment any more, or the next review took it over.",
    "OWN_WORK": "You sent this for review, so you have no say in it yourself.",
    "ROUND_ANSWERED": "The answers are sent, or there is nothing to answer.",
    "ROUND_NOT_ANSWERED": "The answers are not sent yet.",
    "ROUND_NOT_OPEN": "The time for comments is over. What you typed is still here: copy what you need of it.",
    "ROUND_OPEN": "Comments may still come. End the time for comments first, or wait for its day.",
    "ROUND_RUNS": "This committee has a review of it that is not answered. Answer that one first.",
}
_TEXT_CHANGED = (
    "The text changed after you opened this page. What you typed is still here: read the text again, then go on."
)


def refuse(form: SentForm, error: Refused) -> None:
    """Show a refusal. That a text changed is said of letters too, which are confirmed and not commented on."""
    form.refuse(error, {"body": "committee", "subject": "", "digest": ""})
    if error.reason == "TEXT_CHANGED":
        form.errors = {"": _TEXT_CHANGED}
