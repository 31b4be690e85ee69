"""What is sent, on a timer; who is told of a letter, once it is asked for; and what other services want said."""

from collections.abc import Sequence
from datetime import timedelta

from notification.letters import telling
from notification.messages import amended, counts, letters, steps, wanting
from notification.messages.canaries import Canaries
from notification.messages.receiving import Receiver
from notification.messages.sending import Sender, hours_of
from servicekit.background.jobs import Job
from servicekit.background.runner import InHand, Kind
from servicekit.data.db import Database
from servicekit.settings import Settings

# So late a message is at most; and so late a rung is climbed, or a week's mail written, of which each is a day's.
_SEND_EVERY, _CLIMB_EVERY = timedelta(seconds=5), timedelta(minutes=1)
_CANARIES_EVERY, _SUM_EVERY = timedelta(minutes=10), timedelta(minutes=10)


def jobs(settings: Settings) -> Sequence[Job]:
    """Return the jobs of a process with these settings."""
    sender = Sender(settings)
    return (
        Job("climb-ladders", _CLIMB_EVERY, sender.climb),
        Job("say-week", _CLIMB_EVERY, sender.say_week),
        Job("send-mail", _SEND_EVERY, sender.send, alone=True),
        Job("send-canaries", _CANARIES_EVERY, Canaries(settings).send, alone=True),
        Job("sum-message-counts", _SUM_EVERY, counts.sum_up),
    )


def tasks(settings: Settings) -> Sequence[Kind]:
    """Return the tasks of a process with these settings."""

    def tell(task: InHand) -> None:
        notice_id, joined = telling.told_of(task.task.key)
        with task.step() as db:
            hours = hours_of(db, settings)
            letters.tell(db, notice_id, hours, joined=joined)
            if not joined:
                steps.tell_issued(db, notice_id, hours)
            task.end(db)

    def tell_of_step(task: InHand) -> None:
        with task.step() as db:
            steps.tell(db, task.task.key, hours_of(db, settings))
            task.end(db)

    def tell_of_amendment(task: InHand) -> None:
        with task.step() as db:
            amended.tell(db, task.task.key, hours_of(db, settings))
            task.end(db)

    def say(task: InHand) -> None:
        with task.step() as db:
            wanting.say(db, task.task.payload, hours_of(db, settings))
            task.end(db)

    return (
        Kind(telling.TASK, tell),
        Kind(steps.TASK, tell_of_step),
        Kind(amended.TASK, tell_of_amendment),
        Kind(wanting.TASK, say),
    )


def listeners(settings: Settings, database: Database) -> Sequence[Receiver]:
    """Return what takes mail that comes back, where the settings say at which domain."""
    return [Receiver(settings, database)] if settings.mail_bounce_domain else []
