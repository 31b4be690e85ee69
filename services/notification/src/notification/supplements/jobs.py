"""Who is told of what an agency added, once it is asked for."""

from collections.abc import Sequence

from notification.messages.sending import hours_of
from notification.supplements import steps, telling
from servicekit.background.runner import InHand, Kind
from servicekit.settings import Settings


def tasks(settings: Settings) -> Sequence[Kind]:
    """Return the tasks of a process with these settings."""

    def tell(task: InHand) -> None:
        with task.step() as db:
            steps.tell(db, task.task.key, hours_of(db, settings))
            task.end(db)

    return (Kind(telling.TASK, tell),)
