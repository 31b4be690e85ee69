"""A process that reads what strangers sent knows nothing of ours, and ends when its time is over."""

import json

from servicekit.apart import Bounds, run

BOUNDS = Bounds(cpu_seconds=5, seconds=60, memory_bytes=2**29, answer_bytes=2**20)


def test_a_process_reads_what_it_is_given_and_answers():
    ended = run("json.tool", b'{"a":[1]}', BOUNDS)

    assert (ended.code, json.loads(ended.answer)) == (0, {"a": [1]})


def test_a_process_that_fails_says_so_by_its_code_alone():
    ended = run("json.tool", b"412", BOUNDS)
    assert (ended.code, ended.answer) == (0, b"412\n")

    ended = run("json.tool", b"a secret", BOUNDS)

    assert (ended.code, ended.answer) == (1, b"")


def test_a_process_knows_nothing_of_the_environment(monkeypatch):
    monkeypatch.setenv("CADRE_DATABASE_URL", "postgresql://secret")

    ended = run("sysconfig", b"", BOUNDS)

    assert ended.code == 0
    assert b"Paths" in ended.answer
    assert b"secret" not in ended.answer


def test_a_process_ends_when_its_time_is_over():
    # It measures for a second at least.
    ended = run("timeit", b"", Bounds(cpu_seconds=5, seconds=0.05, memory_bytes=2**29, answer_bytes=2**20))

    assert ended.code is None
