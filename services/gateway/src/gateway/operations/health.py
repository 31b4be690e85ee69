"""How Cadre is, as a tree: what works, what needs a look, what is down, and what to do about each.

Pure: it is given what the services answered. The words are for an operator at two in the morning.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from cadre.operations.v1 import operations_service_pb2 as pb


class State(IntEnum):
    """Worse is greater."""

    WORKS = 0
    LOOK = 1
    DOWN = 2

    @property
    def words(self) -> str:
        """As the page says it."""
        return ("Works", "Needs a look", "Down")[self]


@dataclass(frozen=True)
class Advice:
    """What is wrong (*said*, with the fault's own figures) and what to do; *page* of the runbook says more."""

    state: State
    said: str
    todo: str
    page: str


@dataclass
class Node:
    """Something that can be well or not; `state` counts what it is made of too."""

    title: str
    said: str = ""
    own: State = State.WORKS
    todo: str = ""
    page: str = ""
    parts: list["Node"] = field(default_factory=list)

    @property
    def state(self) -> State:
        """The worst of it and its parts. A part that is down makes the whole need a look, no more."""
        parts = max((part.state for part in self.parts), default=State.WORKS)
        return max(self.own, min(parts, State.LOOK))

    @property
    def troubles(self) -> list["Node"]:
        """What is itself not well, in it and below, in the order of the tree."""
        below = [trouble for part in self.parts for trouble in part.troubles]
        return [self, *below] if self.own is not State.WORKS else below


@dataclass(frozen=True)
class Need:
    """One thing for the operator to do, and all the parts that suffer from it."""

    state: State
    places: tuple[str, ...]
    # What of them; empty = they themselves.
    what: str
    said: str
    todo: str
    page: str


def needs(whole: Node) -> list[Need]:
    """What needs the operator, worst first. What several parts say in the same words is one thing: one bus is down."""
    found: dict[tuple[State, str, str, str, str], list[str]] = {}
    for part in whole.parts:
        for trouble in part.troubles:
            what = "" if trouble is part else trouble.title
            found.setdefault((trouble.own, what, trouble.said, trouble.todo, trouble.page), []).append(part.title)
    made = [Need(state, tuple(places), what, *words) for (state, what, *words), places in found.items()]
    return sorted(made, key=lambda need: -need.state)


FAULTS: Mapping[str, Advice] = {
    "BUS_UNREACHABLE": Advice(
        State.DOWN,
        "NATS does not answer this service.",
        "Nothing is lost: events wait in the outbox. Check whether NATS runs and has disk space.",
        "outbox",
    ),
    "SCHEMA_DIFFERS": Advice(
        State.LOOK,
        "The database is at revision {schema}, this software was written for {software}.",
        "Finish the upgrade: run the role `migrate`, then restart the older processes.",
        "processes",
    ),
    "OUTBOX_STUCK": Advice(
        State.LOOK,
        "{events} events wait to be sent, the oldest for {seconds} seconds.",
        "Check whether NATS answers and whether one process of the service leads. After a full disk, start NATS again.",
        "outbox",
    ),
    "CONSUMER_BEHIND": Advice(
        State.LOOK,
        "{consumer} has {events} events to handle.",
        "After an outage this goes down by itself. If it does not, look for `handler_failed` in the service's log.",
        "consumers",
    ),
    "CONSUMER_DEAF": Advice(
        State.DOWN,
        "{consumer} never got an event of {subject} that its stream holds since {since}.",
        "If it is not merely behind, its place in NATS is damaged: have it rebuilt.",
        "consumers",
    ),
    "NOBODY_LEADS": Advice(
        State.DOWN,
        "No process of the service sends and handles events: what it changes reaches nobody.",
        "Check whether a process with the role `work` or `all` runs, and what its log says last.",
        "outbox",
    ),
    "DEAD_LETTERS_WAIT": Advice(
        State.LOOK,
        "{letters} events could not be handled and wait for your decision.",
        "Replay what was fixed since, discard what must not be handled.",
        "dead-letters",
    ),
    "JOB_PAUSED": Advice(
        State.LOOK, "The job {job} is paused: {reason}", "Resume it under Jobs when the reason is gone.", "jobs"
    ),
    "JOB_FAILED": Advice(
        State.LOOK,
        "The last run of the job {job} failed: {error}",
        "It is tried again at its next time. Fix the cause, then run it now under Jobs.",
        "jobs",
    ),
    "TASKS_FAILED": Advice(
        State.LOOK,
        "{tasks} of the tasks {kind} failed at their last try.",
        "Jobs says why of each. Fix the cause, then have them tried again there.",
        "jobs",
    ),
    "JOB_OVERDUE": Advice(
        State.LOOK,
        "The job {job} should have run {minutes} minutes ago, and nobody runs it.",
        "Check whether a process of the service runs that works, and which job has no end.",
        "jobs",
    ),
    "CONNECTIONS_USED_UP": Advice(
        State.LOOK,
        "{waiting} calls wait for a database connection.",
        "If it stays so: look for slow statements in PostgreSQL, then give the service more processes.",
        "processes",
    ),
}
_UNKNOWN = Advice(State.LOOK, "The service says {reason}.", "Look at its log.", "processes")


def tree(answers: Mapping[str, pb.Status | str], *, gateway: Node, processes: Iterable[Mapping[str, object]]) -> Node:
    """Put together what was heard: a status by service, or the words of why there is none."""
    kept = {str(row["name"]): row for row in processes}
    servers = [_server(kept[name], title) for name, title in _SERVERS.items() if name in kept]
    services = [_service(name, answer) for name, answer in answers.items()]
    return Node("Cadre", parts=[gateway, *services, *servers])


_SERVERS = {"postgres": "PostgreSQL", "nats": "NATS"}


def _server(row: Mapping[str, object], title: str) -> Node:
    if row["state"] == "ready":
        return Node(title, said="Its process runs.")
    return Node(
        title,
        said=f"Its process is {row['state']}. {row['problem']}".strip(),
        own=State.DOWN,
        todo="It is started again by itself. If it does not stay up, look at its log for a full disk or a taken port.",
        page="processes",
    )


def _service(name: str, answer: pb.Status | str) -> Node:
    if isinstance(answer, str):
        return Node(
            name,
            said=answer,
            own=State.DOWN,
            todo="Check whether its process runs and what its log says last. The others work on; events for it wait.",
            page="processes",
        )
    node = Node(name, said="It answers.")
    node.parts.append(
        Node("Database", said=f"It answers. {answer.pool.in_use} of {answer.pool.most} connections in use.")
    )
    bus = Node("Events", said=_who_leads(answer))
    node.parts.append(bus)
    for fault in answer.faults:
        advice = FAULTS.get(fault.reason, _UNKNOWN)
        said = advice.said.format(**{"reason": fault.reason} | dict(fault.metadata))
        trouble = Node(
            _PLACES.get(fault.reason, "Itself"), said=said, own=advice.state, todo=advice.todo, page=advice.page
        )
        (bus.parts if fault.reason in _OF_EVENTS else node.parts).append(trouble)
    return node


def _who_leads(answer: pb.Status) -> str:
    if any(fault.reason == "NOBODY_LEADS" for fault in answer.faults):
        return "Its process answers calls only."
    return "This process sends and handles events." if answer.leads else "Another process sends and handles events."


_OF_EVENTS = {
    "BUS_UNREACHABLE",
    "OUTBOX_STUCK",
    "CONSUMER_BEHIND",
    "CONSUMER_DEAF",
    "DEAD_LETTERS_WAIT",
    "NOBODY_LEADS",
}
_PLACES = {
    "BUS_UNREACHABLE": "Connection to NATS",
    "OUTBOX_STUCK": "Outbox",
    "CONSUMER_BEHIND": "Consumer",
    "CONSUMER_DEAF": "Consumer",
    "NOBODY_LEADS": "Work",
    "DEAD_LETTERS_WAIT": "Failed messages",
    "JOB_PAUSED": "Job",
    "JOB_FAILED": "Job",
    "JOB_OVERDUE": "Job",
    "TASKS_FAILED": "Tasks",
    "SCHEMA_DIFFERS": "Schema",
    "CONNECTIONS_USED_UP": "Connections",
}
