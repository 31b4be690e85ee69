"""The bus on days when it takes nothing, or nobody listens: what was committed waits, and nothing of it is lost."""

import pytest
from nats.js import api

from servicekit.embedded.nats import NatsServer
from servicekit.testing import disks
from servicekit.testing.drain import await_quiet
from servicekit.testing.waiting import wait_until

# More than what one batch of the relay and one of the consumer hold.
BACKLOG = 5_000
LONG_BACKLOG = 100_000
_AT_ONCE = 1_000


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 48 MB."""
    with disks.small_disk(tmp_path) as disk:
        yield disk


class TestOnASmallDisk:
    """NATS keeps its events where there is soon no room."""

    @pytest.fixture
    def nats_server(self, small_disk, tmp_path):
        users = {name: [f"cadre.{name}.>"] for name in ("maker", "hearer")}
        with NatsServer(small_disk / "nats", users, log=tmp_path / "nats.log") as server:
            yield server

    def test_what_a_full_disk_does_not_take_waits_in_the_outbox_and_is_heard_when_there_is_room(
        self, maker, hear, small_disk, nats_server
    ):
        """NATS does not notice by itself that there is room again: it is restarted, as the runbook says."""
        hearer = hear()
        maker.make(*range(10))
        await_quiet([maker.worker, hearer.worker])

        ballast = disks.use_up(small_disk)
        maker.make(*range(10, 60))
        wait_until(lambda: maker.metric("cadre_outbox_events") >= 40, "the gauge does not show what waits")
        assert maker.rows("SELECT count(*) >= 40 AS waits FROM outbox WHERE published_at IS NULL") == [{"waits": True}]

        ballast.unlink()
        nats_server.stop()
        nats_server.start()
        await_quiet([maker.worker, hearer.worker])
        assert hearer.heard() == [f"a{number}" for number in range(60)]
        wait_until(lambda: maker.metric("cadre_outbox_events") == 0, "the gauge does not fall")


def resize(operator, **changes):
    """Have the maker's stream declared otherwise by the operator."""

    async def change(js):
        live = (await js.stream_info("maker")).config
        await js.update_stream(live.evolve(**changes))

    operator(change)


def test_what_a_full_stream_does_not_take_waits_in_the_outbox_and_is_heard_when_it_takes_more(maker, hear, operator):
    hearer = hear()
    maker.make(*range(10))
    await_quiet([maker.worker, hearer.worker])

    resize(operator, max_msgs=10, discard=api.DiscardPolicy.NEW)
    for number in range(10, 60):
        maker.make(number)
    wait_until(lambda: maker.metric("cadre_outbox_events") == 50, "the gauge does not show what waits")
    assert maker.rows("SELECT count(*) AS waiting FROM outbox WHERE published_at IS NULL") == [{"waiting": 50}]

    resize(operator, max_msgs=-1, discard=api.DiscardPolicy.OLD)
    await_quiet([maker.worker, hearer.worker])
    assert hearer.heard() == [f"a{number}" for number in range(60)]
    wait_until(lambda: maker.metric("cadre_outbox_events") == 0, "the gauge does not fall")


@pytest.mark.parametrize("backlog", [BACKLOG, pytest.param(LONG_BACKLOG, marks=pytest.mark.soak)])
@pytest.mark.timeout(600)
def test_a_consumer_that_was_away_handles_all_that_it_missed_once_and_in_order(maker, hear, backlog):
    first = hear()
    maker.make(0)
    await_quiet([maker.worker, first.worker])
    first.worker.stop()

    for start in range(1, backlog, _AT_ONCE):
        maker.make(*range(start, min(start + _AT_ONCE, backlog)))
    await_quiet([maker.worker], seconds=300)
    assert maker.worker.bus().messages == backlog
    assert len(first.heard()) == 1

    second = hear(url=first.database.url)
    await_quiet([maker.worker, second.worker], seconds=300)
    assert second.heard() == [f"a{number}" for number in range(backlog)]
