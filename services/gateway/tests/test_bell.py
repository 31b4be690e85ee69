"""The bell: it asks now and then, and keeps no page waiting for who does not answer."""

import time

import pytest

from gateway.web.clients import Bell, Clients
from servicekit.clock import utc
from servicekit.settings import Settings


@pytest.fixture
def bell(keys_dir, peers):
    clients = Clients(Settings(service="gateway", database_url="postgresql://", keys_dir=keys_dir, peers=peers))
    yield Bell(clients, utc)
    clients.close()


def test_a_bell_that_nobody_answers_says_nothing_and_keeps_one_page_waiting_for_half_a_second(bell):
    begun = time.monotonic()
    assert bell.of(b"somebody", "token") == 0
    first = time.monotonic() - begun
    assert [bell.of(name, "token") for name in (b"somebody", b"else", b"another")] == [0, 0, 0]

    assert first < 5
    assert time.monotonic() - begun - first < 0.25


def test_a_bell_says_what_a_page_was_told_a_moment_ago(bell):
    bell.keep(b"somebody", 3)

    assert bell.of(b"somebody", "token") == 3
