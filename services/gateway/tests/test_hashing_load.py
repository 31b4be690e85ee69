"""Anybody may ask for a password to be looked at: it costs neither the memory nor the threads of everybody else."""

import json
import os
import re
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import httpx
import pytest

from gateway.identity import passwords, tries
from servicekit.embedded.process import free_port
from servicekit.testing.unencrypted import NO_AUTHORITIES

NOON = datetime(2027, 2, 2, 20, 0, tzinfo=UTC)
SIGN_INS = 60
MOST_KIB = 400 * 1024


@pytest.fixture
def process(database, peers, keys_dir, tmp_path):
    """The gateway as it is deployed, in a process of its own: its address and its id."""
    port = free_port()
    values = {
        "CADRE_DATABASE_URL": database.url,
        "CADRE_KEYS_DIR": str(keys_dir),
        "CADRE_HTTP_PORT": str(port),
        "CADRE_PEERS": json.dumps(peers),
    }
    command = [sys.executable, "-m", "gateway", "serve"]
    with (tmp_path / "log").open("w") as log, subprocess.Popen(command, env=os.environ | values, stdout=log) as running:
        base = f"http://127.0.0.1:{port}"
        with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as patient:
            assert patient.get(f"{base}/healthz", timeout=60).text == "ok"
        yield base, running.pid
        running.terminate()


def try_to_sign_in(base, number):
    form = {
        "request_id": str(uuid.uuid4()),
        "staff_number": f"MD-{number}",
        "password": "heron velvet october spoon",
        "code": "123456",
    }
    headers = {"x-forwarded-for": f"203.0.113.{number}", "sec-fetch-site": "same-origin"}
    return httpx.post(f"{base}/sign-in/by-code", data=form, headers=headers, timeout=120, verify=NO_AUTHORITIES)


def test_sixty_sign_ins_at_once_take_little_memory_and_the_other_pages_are_served(process):
    base, pid = process
    with ThreadPoolExecutor(SIGN_INS) as pool:
        answers = [pool.submit(try_to_sign_in, base, number) for number in range(SIGN_INS)]
        pages = [httpx.get(f"{base}{path}", timeout=120).status_code for path in ("/healthz", "/sign-in", "/readyz")]
        answers = [answer.result() for answer in answers]

    assert pages == [200, 200, 200]
    peak = int(re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[1])
    assert peak < MOST_KIB
    looked_at = [answer for answer in answers if answer.status_code == 400]
    busy = [answer for answer in answers if answer.status_code == 503]
    assert len(looked_at) >= 2
    assert len(looked_at) + len(busy) == SIGN_INS
    assert all("do not fit together" in answer.text for answer in looked_at)
    assert all("Nothing was counted against you" in answer.text for answer in busy)


def test_ten_at_most_have_or_await_their_turn_and_the_next_is_told_at_once():
    """Two hold their turn until the eleventh was told; the eight who wait are then served one after another."""
    go_on, inside = Event(), [Event(), Event()]
    served = []

    def hold(entered):
        with passwords.turn():
            entered.set()
            go_on.wait(60)

    def wait():
        with passwords.turn():
            served.append(1)

    with ThreadPoolExecutor(10) as pool:
        holders = [pool.submit(hold, entered) for entered in inside]
        assert all(entered.wait(60) for entered in inside)
        waiting = [pool.submit(wait) for _ in range(8)]
        refused = False
        while not refused:
            try:
                with passwords.turn():
                    pass
            except passwords.Busy:
                refused = True
        go_on.set()
        for one in (*holders, *waiting):
            one.result(60)
    assert len(served) == 8
    with passwords.turn():
        pass


@pytest.mark.parametrize(
    ("tried", "another", "same"),
    [
        ("2001:db8:7:7::1", "2001:db8:7:7:ffff:ffff:ffff:ffff", True),
        ("2001:db8:7:7::1", "2001:db8:7:8::1", False),
        ("::ffff:192.0.2.4", "192.0.2.4", True),
        ("::ffff:192.0.2.4", "192.0.2.5", False),
        ("192.0.2.4", "192.0.2.5", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("no address", "no address", True),
    ],
)
def test_addresses_of_one_network_of_ipv6_are_counted_as_one(database, tried, another, same):
    for n in range(tries.MOST_BY_ADDRESS):
        assert not tries.too_many(database, f"MD-{n}", tried, NOON)
    assert tries.too_many(database, "MD-900", another, NOON) is same
