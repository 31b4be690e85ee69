"""A stream whose files are damaged: the server says so, and what is lost comes again from the outbox, once.

The steps are those of docs/runbook/bus.md.
"""

from pathlib import Path

import pytest

from servicekit.embedded.process import ServerError
from servicekit.testing.waiting import wait_until

PAGE = Path(__file__).parents[4] / "docs" / "runbook" / "bus.md"
EMIT_AGAIN = "UPDATE outbox SET published_at = NULL WHERE published_at IS NOT NULL;"
EVENTS = 40


@pytest.fixture
def store(nats_server):
    return nats_server.data_dir / "store" / "jetstream" / "$G" / "streams" / "maker"


def cut_block(store):
    (block,) = store.glob("msgs/*.blk")
    block.write_bytes(block.read_bytes()[: block.stat().st_size // 2])


def blank_block(store):
    (block,) = store.glob("msgs/*.blk")
    held = bytearray(block.read_bytes())
    held[1000:3000] = bytes(2000)
    block.write_bytes(held)


def lose_blocks(store):
    for file in store.glob("msgs/*"):
        file.unlink()


def published(maker):
    return maker.rows("SELECT count(*) AS events FROM outbox WHERE published_at IS NOT NULL")[0]["events"]


def heard_once(hearer):
    return sorted(hearer.heard()) == sorted(f"a{number}" for number in range(EVENTS))


def starts(server):
    """Start as the supervisor does, who tries again."""
    try:
        server.start()
    except ServerError:
        return False
    return True


@pytest.mark.parametrize("damage", [cut_block, blank_block, lose_blocks])
def test_what_a_damaged_stream_lost_is_handled_once_after_it_is_emitted_again(
    damage, nats_server, store, maker, hear, operator
):
    maker.make(*range(EVENTS))
    wait_until(lambda: published(maker) == EVENTS, "all are published")
    nats_server.stop()
    damage(store)
    nats_server.start()
    assert operator(lambda js: js.stream_info("maker")).state.messages < EVENTS

    hearer = hear()
    assert EMIT_AGAIN in PAGE.read_text()
    maker.execute(EMIT_AGAIN)

    wait_until(lambda: heard_once(hearer), hearer.heard)


def test_a_stream_that_cannot_be_recovered_is_named_with_its_page_and_made_anew_without_it(
    nats_server, store, maker, hear, tmp_path
):
    hearer = hear()
    maker.make(*range(EVENTS))
    wait_until(lambda: heard_once(hearer), hearer.heard)
    nats_server.stop()
    (store / "meta.inf").write_text("{")

    with pytest.raises(ServerError) as failed:
        nats_server.start()
    assert "stream '$G > maker' could not be recovered" in str(failed.value)
    assert "docs/runbook/bus.md" in str(failed.value)

    store.rename(tmp_path / "damaged")
    # Those who connect again make the stream while it starts, and of one that is being made it may say the same.
    wait_until(lambda: starts(nats_server), "NATS should start without what was damaged")
    maker.execute(EMIT_AGAIN)
    maker.make(EVENTS, key="b")

    wait_until(lambda: f"b{EVENTS}" in hearer.heard(), hearer.heard)
    assert len(hearer.heard()) == EVENTS + 1
