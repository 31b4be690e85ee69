"""Waiting until every event that was committed has been handled by everybody who hears it."""

from collections.abc import Sequence
from dataclasses import dataclass

from servicekit.events.worker import BusStatus, Worker
from servicekit.testing.waiting import PATIENCE, wait_until


@dataclass(frozen=True)
class _Look:
    """The bus is looked at first: what its handlers commit after that is in an outbox, or in the next look."""

    buses: tuple[BusStatus, ...]
    outboxes: tuple[int, ...]
    # How many consumers each has once it has begun: one that is still to be made has everything to do.
    consumers: tuple[int, ...]

    @property
    def quiet(self) -> bool:
        if any(len(bus.consumers) < declared for bus, declared in zip(self.buses, self.consumers, strict=True)):
            return False
        idle = all(not consumer.pending and not consumer.in_flight for bus in self.buses for consumer in bus.consumers)
        return idle and not any(self.outboxes)

    @property
    def positions(self) -> list[tuple[int, ...]]:
        return [(bus.last_sequence, *(consumer.position for consumer in bus.consumers)) for bus in self.buses]


def await_quiet(workers: Sequence[Worker], *, seconds: float = PATIENCE) -> None:
    """Return when all outboxes are empty and no consumer has anything to do, in two looks without a change between.

    Raises:
        AssertionError: it is not so within *seconds*; shows what was seen last.
    """
    looks: list[_Look] = []
    declared = tuple(len({one.stream for one in worker.subscriptions.values()}) for worker in workers)

    def is_quiet() -> bool:
        buses = tuple(worker.bus() for worker in workers)
        look = _Look(buses, tuple(worker.outbox().depth for worker in workers), declared)
        looks[:] = [*looks[-1:], look]
        return look.quiet and len(looks) > 1 and looks[0].quiet and looks[0].positions == look.positions

    wait_until(is_quiet, lambda: f"all events handled; seen last: {looks[-1]}", seconds=seconds)
