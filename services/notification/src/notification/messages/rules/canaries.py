"""When a canary of a rule is due: each business day if the rule sent something, and each week where it is quiet."""

from datetime import datetime, timedelta

from notification.messages.rules.windows import Hours, Window
from servicekit.calendar import pacific_date

_QUIET = timedelta(days=7)


def is_due(hours: Hours, at: datetime, sent: datetime | None, rule_sent: datetime | None) -> bool:
    """Whether one is to go *at* a moment, since the last was *sent*, and the rule last sent something to people."""
    if hours.goes_at(Window.NOW, at) - at > timedelta(minutes=1):
        return False  # nobody would look before the morning
    if sent is None:
        return True
    quiet = rule_sent is None or rule_sent <= sent
    return pacific_date(sent) < pacific_date(at) and (not quiet or at - sent >= _QUIET)
