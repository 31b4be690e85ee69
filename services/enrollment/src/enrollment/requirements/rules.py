"""Whether a notice asks anything, and until when: for everyone, in whatever order the facts became known."""

from dataclasses import dataclass
from datetime import date

from servicekit.calendar import Calendar
from servicekit.refusals import Refusal


class NoticeWithdrawn(Refusal):
    """The notice was withdrawn: it asks nothing any more."""


class TrainingNotAsked(Refusal):
    """The notice was amended since, and asks for another training or for none."""


@dataclass(frozen=True)
class DueRule:
    """What a notice asks. *audience_revision* is the membership that was approved with it."""

    due_date: date
    joiner_business_days: int
    audience_revision: int

    def not_before(self, calendar: Calendar, since: int, effective_date: date) -> date | None:
        """Return the day that is the earliest for a person who came, or came back from leave, by revision *since*.

        Of that revision the day is *effective_date*. Those of the approved membership have none.
        """
        if since <= self.audience_revision:
            return None
        return calendar.add(effective_date, self.joiner_business_days)

    def for_person(self, calendar: Calendar, since: int, effective_date: date, local: date | None = None) -> date:
        """Return the day for a person: a *local* one where it is earlier, but never before their joiner days."""
        earliest = self.not_before(calendar, since, effective_date)
        return max(min(self.due_date, local or self.due_date), earliest or date.min)


def check_in_force(notice_id: str, *, withdrawn: bool, former: bool = False) -> None:
    """Refuse what only a notice that is in force asks for. *former*: it asked that before it was amended."""
    if former:
        raise TrainingNotAsked("The notice no longer asks for this training.", notice=f"notices/{notice_id}")
    if withdrawn:
        raise NoticeWithdrawn("The notice was withdrawn.", notice=f"notices/{notice_id}")
