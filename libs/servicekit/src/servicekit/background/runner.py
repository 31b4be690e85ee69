"""Does the tasks of a service, at the process that leads: each kind one after the other, in a thread of its own.

A process that ends leaves a task after its last step that committed, and the next one that leads goes on from there.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge

from servicekit import trace
from servicekit.background import tasks
from servicekit.background.lanes import LOOK_SECONDS, Lane, until_due
from servicekit.background.tasks import Task
from servicekit.data.db import Database, Db
from servicekit.events.consumers import RETRY_SECONDS, explain, is_outage

log = structlog.get_logger()


class NotNowError(Exception):
    """Somebody else works on the task, or on what it is about, or this process leads no more: nothing failed."""


class InHand:
    """A task that is worked on."""

    def __init__(self, database: Database, task: Task, leads: Callable[[], bool]) -> None:
        self.database = database
        self.task = task
        self._ended = False
        self._leads = leads

    @contextmanager
    def step(self) -> Iterator[Db]:
        """One transaction of the task, which keeps the task to itself. A stop of the process ends it.

        Raises:
            NotNowError: another process has it, or leads.
            StoppedError: the process stops.
        """
        if not self._leads():
            raise NotNowError
        method = f"tasks/{self.task.kind}"
        with (
            self.database.transaction(actor=self.task.actor, method=method) as db,
            self.database.stopping.ends(db.connection()),
        ):
            if not tasks.lock(db, self.task.id):
                raise NotNowError
            yield db

    def progress(self, db: Db, done: int, total: int) -> None:
        """Say in a step how far the task is with it."""
        tasks.progress(db, self.task.id, done, total)

    def end(self, db: Db) -> None:
        """Say in the last step that it is the last."""
        tasks.done(db, self.task.id)
        self._ended = True

    def require_end(self) -> None:
        """Raise if no step ended the task."""
        if not self._ended:
            raise RuntimeError(f"the task {self.task.kind} returned before its end")


@dataclass(frozen=True)
class Kind:
    """What is done for tasks of a name: *run* takes steps until one of them ends the task. It begins anew after a stop.

    After the last try *give_up* says, in the transaction that notes it, what the failure means to whoever waits. If it
    returns true the task goes on all the same, with what it left out.
    """

    name: str
    run: Callable[[InHand], None]
    give_up: Callable[[Db, Task], bool] = lambda _db, _task: False
    # Seconds after the first, second, … failure.
    pauses: tuple[float, ...] = tuple(RETRY_SECONDS)


class TaskMetrics:
    """By kind: what waits and has failed, from the table, and what failed in this process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.failures = Counter(
            "cadre_task_failures_total", "Tries of tasks that failed in this process", ["task"], registry=registry
        )
        self.waiting = Gauge("cadre_tasks_waiting", "Tasks that wait or are worked on", ["task"], registry=registry)
        self.failed = Gauge("cadre_tasks_failed", "Tasks that failed at their last try", ["task"], registry=registry)

    def show(self, found: tasks.Count) -> None:
        """Set the gauges of a kind."""
        self.failures.labels(found.kind)  # 0 from the start: the first failure is an increase
        self.waiting.labels(found.kind).set(found.waiting)
        self.failed.labels(found.kind).set(found.failed)


class TaskRunner:
    """Does what is due, as long as this process *leads*."""

    def __init__(self, database: Database, kinds: Sequence[Kind], registry: CollectorRegistry) -> None:
        metrics = TaskMetrics(registry)
        self._lanes = [_Lane(database, kind, metrics) for kind in kinds]
        self._lookout = _Lookout(database, self._lanes, metrics)
        database.on_defer(self.wake)

    def start(self, leads: Callable[[], bool]) -> None:
        """Do what is due from now on."""
        for lane in self._lanes:
            lane.leads = leads
            lane.start()
        self._lookout.start()

    def wake(self) -> None:
        """Say that something may be due."""
        self._lookout.wake()

    def stop(self) -> None:
        """Begin no more, and return once nothing is under way. Ending that is what the stop of the process does."""
        for lane in (*self._lanes, self._lookout):
            lane.request_stop()
        for lane in (*self._lanes, self._lookout):
            lane.join()


class _Lookout(Lane):
    """The thread that sees of which kinds something is due, and wakes those who do it."""

    def __init__(self, database: Database, lanes: Sequence["_Lane"], metrics: TaskMetrics) -> None:
        super().__init__("due-tasks")
        self._database = database
        self._lanes = lanes
        self._metrics = metrics

    def look(self) -> float:
        """Wake those for whom something is due; return in how many seconds something is."""
        with self._database.read() as db:
            counts = {count.kind: count for count in tasks.counts(db)}
        for lane in self._lanes:
            found = counts.get(lane.kind.name, tasks.Count(lane.kind.name))
            self._metrics.show(found)
            if found.seconds_left <= 0:
                lane.wake()
        return until_due(count.seconds_left for count in counts.values())


class _Lane(Lane):
    """One thread that does the tasks of one kind."""

    leads: Callable[[], bool]

    def __init__(self, database: Database, kind: Kind, metrics: TaskMetrics) -> None:
        super().__init__(f"tasks-{kind.name}")
        self._database = database
        self.kind = kind
        self._metrics = metrics

    def look(self) -> None:
        """Do what is due if this process leads."""
        while not self.stopping and self.leads():
            with self._database.read() as db:
                task = tasks.claim(db, self.kind.name)
            if task is None:
                break
            self._do(task)

    def _do(self, task: Task) -> None:
        in_hand = InHand(self._database, task, self.leads)
        with (
            trace.work(f"task {task.kind}"),
            structlog.contextvars.bound_contextvars(task=str(task.id), kind=task.kind),
        ):
            try:
                self.kind.run(in_hand)
                in_hand.require_end()
            except NotNowError:
                self._later(task)
            except Exception as failure:
                if self._database.stopping.begun:
                    log.info("task_left")
                elif is_outage(failure):
                    log.warning("task_without_database", error=explain(failure))
                    self._later(task)
                else:
                    log.exception("task_failed")
                    self._failed(task, failure)

    def _later(self, task: Task) -> None:
        with self._database.read() as db:
            tasks.later(db, task.id, LOOK_SECONDS)

    def _failed(self, task: Task, failure: Exception) -> None:
        self._metrics.failures.labels(task.kind).inc()
        name, method = f"tasks/{task.id}", f"tasks/{task.kind}"
        with self._database.transaction(actor=task.actor, method=method, resource=name) as db:
            if not tasks.lock(db, task.id):
                return
            over = tasks.failed(db, task.id, explain(failure), pauses=self.kind.pauses)
            db.changed(name, after={"failed": "for good" if over else "once more"})
            if over and self.kind.give_up(db, task):
                tasks.again(db, task.id)
