"""A page waits a moment for the event that it caused, and no longer."""

from gateway.web.settle import settled
from servicekit.rpc.client import Refused


def looks(*answers):
    """A look that gives *answers* one after the other, the last one from then on; and how often it looked."""
    seen = []

    def look():
        seen.append(answers[min(len(seen), len(answers) - 1)])
        if isinstance(seen[-1], Exception):
            raise seen[-1]
        return bool(seen[-1])

    return look, seen


def test_what_is_there_is_not_waited_for():
    look, seen = looks("there")

    assert settled(look) is True
    assert len(seen) == 1


def test_what_arrives_after_a_moment_has_arrived():
    look, seen = looks("", "", "there")

    assert settled(look) is True
    assert len(seen) == 3


def test_what_does_not_arrive_is_under_way():
    look, seen = looks("")

    assert settled(look) is False
    assert 3 < len(seen) < 10


def test_a_service_that_does_not_answer_keeps_nobody_waiting():
    look, seen = looks("", Refused("UNAVAILABLE", "", "", {}, {}))

    assert settled(look) is False
    assert len(seen) == 2
