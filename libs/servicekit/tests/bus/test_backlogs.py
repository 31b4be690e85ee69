"""The bus on days when it takes nothing, or nobody listens: what was committed waits, and nothing of it is lost."""

import pytest
from nats.js import api

from servicekit.testing.drain import await_quiet
from servicekit.testing.waiting import wait_until

# More than what one batch of the relay and one of the consumer hold.
BACKLOG = 5_000
LONG_BACKLOG = 100_000
_AT_ONCE = 1_000


def resize(operator, **changes):
    """Have the maker's stream declared otherwise by the operator."""

    async def change(js):
        live = (await js.stream_info("maker")).config
        await js.update_stream(live.evolve(**changes))

    operator(change)


def test_what_a_full_disk_does_not_take_waits_in_the_outbox_and_is_heard_when_there_is_room(maker, hear, operator):
    """JetStream answers the same way whether its disk or the limit of the stream is used up: it stores no more."""
    hearer = hear()
    maker.make(*range(10))
    await_quiet([maker.worker, hearer.worker])

    resize(operator, max_msgs=10, discard=api.DiscardPolicy.NEW)
    for number in range(10, 60):
        maker.make(number)
    wait_until(lambda: maker.metric("cadre_outbox_events") == 50, 20, "the gauge does not show what waits")
    assert maker.rows("SELECT count(*) AS waiting FROM outbox WHERE published_at IS NULL") == [{"waiting": 50}]

    resize(operator, max_msgs=-1, discard=api.DiscardPolicy.OLD)
    await_quiet([maker.worker, hearer.worker], timeout=30)
    assert hearer.heard() == [f"a{number}" for number in range(60)]
    wait_until(lambda: maker.metric("cadre_outbox_events") == 0, 20, "the gauge does not fall")


@pytest.mark.parametrize("backlog", [BACKLOG, pytest.param(LONG_BACKLOG, marks=pytest.mark.soak)])
@pytest.mark.timeout(600)
def test_a_consumer_that_was_away_handles_all_that_it_missed_once_and_in_order(maker, hear, backlog):
    first = hear()
    maker.make(0)
    await_quiet([maker.worker, first.worker])
    first.worker.stop()

    for start in range(1, backlog, _AT_ONCE):
        maker.make(*range(start, min(start + _AT_ONCE, backlog)))
    await_quiet([maker.worker], timeout=300)
    assert maker.worker.bus().messages == backlog
    assert len(first.heard()) == 1

    second = hear(url=first.database.url)
    await_quiet([maker.worker, second.worker], timeout=300)
    assert second.heard() == [f"a{number}" for number in range(backlog)]
