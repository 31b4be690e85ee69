"""What a service may do on the bus, and what one that was taken over tries without success; with the real server."""

import asyncio
import json

import nats
import nats.errors
import pytest
from nats.js import api

from servicekit.embedded.nats import NatsServer
from servicekit.events.bus import ensure_stream
from servicekit.events.nats_config import inbox_of
from servicekit.testing.drain import await_quiet

USERS = {"maker": ["cadre.maker.>"], "hearer": ["cadre.hearer.>"], "thief": ["cadre.thief.>"], "pages": []}


@pytest.fixture
def nats_server(tmp_path):
    """A NATS with two services, one that was taken over, and one that has no part in the bus."""
    with NatsServer(tmp_path / "nats", USERS) as server:
        yield server


@pytest.fixture
def attack(nats_server):
    """Act as a user: `attack("thief", publish={"a": b""}, subscribe=["b"])`; give what the server refused."""

    def act(user, *, publish=None, subscribe=()):
        async def acted():
            refused = []

            async def note(error):
                refused.append(str(error))

            client = await nats.connect(
                nats_server.url(user), inbox_prefix=inbox_of(user), error_cb=note, allow_reconnect=False
            )
            for subject in subscribe:
                await client.subscribe(subject)
            for subject, data in (publish or {}).items():
                await client.publish(subject, data, reply=f"{inbox_of(user)}.answer")
            await client.flush()
            # The server answers in order: what it refuses it has said before this comes back.
            await client.flush()
            await client.close()
            return refused

        return asyncio.run(acted())

    return act


@pytest.fixture
def thread(maker, hear, operator):
    """The maker's stream with three events, which the hearer has heard; and a look at what an attacker would change."""
    hearer = hear()
    maker.make(1, 2, 3)
    await_quiet([maker.worker, hearer.worker])
    assert hearer.heard() == ["a1", "a2", "a3"]

    def look():
        async def looked(js):
            stream, consumer = await js.stream_info("maker"), await js.consumer_info("maker", "hearer-maker")
            return stream.config, stream.state.messages, consumer.config, consumer.delivered.stream_seq, consumer.paused

        return operator(looked)

    return look


def body(**fields):
    return json.dumps(fields).encode()


CONSUMER = {"durable_name": "hearer-maker", "ack_policy": "explicit", "filter_subjects": ["cadre.maker.nothing"]}
ATTACKS = {
    "says what another service would say": {"cadre.maker.thing.made.v1": b"forged"},
    "cuts another's stream": {
        "$JS.API.STREAM.UPDATE.maker": body(name="maker", subjects=["cadre.maker.>"], max_msgs=1)
    },
    "makes a stream that catches what is another's": {
        "$JS.API.STREAM.CREATE.caught": body(name="caught", subjects=["_INBOX.>"])
    },
    "makes another's stream before its owner does": {
        "$JS.API.STREAM.CREATE.later": body(name="later", subjects=["cadre.later.>"])
    },
    "empties another's stream": {"$JS.API.STREAM.PURGE.maker": b""},
    "deletes another's stream": {"$JS.API.STREAM.DELETE.maker": b""},
    "deletes an event": {"$JS.API.STREAM.MSG.DELETE.maker": body(seq=2)},
    "copies a whole stream": {"$JS.API.STREAM.SNAPSHOT.maker": body(deliver_subject="_INBOX.thief.copy")},
    "overwrites a stream": {"$JS.API.STREAM.RESTORE.maker": body()},
    "deletes another's consumer": {"$JS.API.CONSUMER.DELETE.maker.hearer-maker": b""},
    "makes another's consumer deaf": {
        "$JS.API.CONSUMER.CREATE.maker.hearer-maker": body(stream_name="maker", config=CONSUMER)
    },
    "makes it deaf in the old way": {
        "$JS.API.CONSUMER.DURABLE.CREATE.maker.hearer-maker": body(stream_name="maker", config=CONSUMER)
    },
    "halts another's consumer": {"$JS.API.CONSUMER.PAUSE.maker.hearer-maker": body(pause_until="2199-01-01T00:00:00Z")},
    "sends another's consumer back": {"$JS.API.CONSUMER.RESET.maker.hearer-maker": body(seq=1)},
    "takes another's events": {"$JS.API.CONSUMER.MSG.NEXT.maker.hearer-maker": body(batch=100)},
    "acknowledges for another": {"$JS.ACK.maker.hearer-maker.1.4.4.0.0": b"+ACK"},
    "makes a consumer without a name": {"$JS.API.CONSUMER.CREATE.maker": body(stream_name="maker", config={})},
    "makes its own consumer push": {
        "$JS.API.CONSUMER.CREATE.hearer.thief-maker": body(stream_name="hearer", config={"name": "thief-maker"})
    },
    "answers for the server": {"_INBOX.maker.answer": b"+OK"},
    "steps a leader down": {"$JS.API.STREAM.LEADER.STEPDOWN.maker": b""},
    "asks what there is": {"$JS.API.STREAM.NAMES": b""},
}


@pytest.mark.parametrize("what", ATTACKS)
def test_a_service_that_was_taken_over_changes_nothing_of_another(attack, thread, what):
    before = thread()
    (subject,) = ATTACKS[what]
    refused = attack("thief", publish=ATTACKS[what])
    assert [line for line in refused if f'permissions violation for publish to "{subject.lower()}"' in line.lower()]
    assert thread() == before


@pytest.mark.parametrize("subject", [">", "_INBOX.>", "_INBOX.maker.>", "_INBOX.*.*", "cadre.>", "$JS.>", "$SYS.>"])
def test_nobody_hears_what_another_is_told(attack, thread, subject):
    (refused,) = attack("thief", subscribe=[subject])
    assert "permissions violation for subscription" in refused.lower()


def test_an_owner_may_neither_lose_its_stream_nor_the_consumers_that_others_have_of_it(attack, thread):
    before = thread()
    attempts = {subject: data for what in ATTACKS for subject, data in ATTACKS[what].items() if ".maker" in subject}
    own = {"cadre.maker.thing.made.v1", "$JS.API.STREAM.UPDATE.maker", "_INBOX.maker.answer"}
    refused = attack("maker", publish={subject: data for subject, data in attempts.items() if subject not in own})
    assert len(refused) == len(attempts) - len(own) >= 12
    assert thread() == before


def test_who_has_no_part_in_the_bus_can_do_nothing_there(attack, thread):
    subjects = {subject: data for attack_ in ATTACKS.values() for subject, data in attack_.items()}
    asked = {"$JS.API.INFO": b"", "$JS.API.STREAM.INFO.maker": b"", "cadre.pages.thing.made.v1": b""}
    assert len(attack("pages", publish=subjects | asked)) == len(subjects | asked)
    assert len(attack("pages", subscribe=[">", "cadre.>", "_INBOX.>"])) == 3


def test_an_owner_brings_its_own_stream_up_to_date(nats_server, operator):
    async def updated():
        client = await nats.connect(nats_server.url("maker"), inbox_prefix=inbox_of("maker"))
        await client.jetstream().add_stream(name="maker", subjects=["cadre.maker.>"], max_age=60)
        await ensure_stream(client.jetstream(), "maker")
        await client.close()

    asyncio.run(updated())
    config = operator(lambda js: js.stream_info("maker")).config
    assert (config.max_age, config.discard) == (30 * 24 * 3600, api.DiscardPolicy.OLD)
