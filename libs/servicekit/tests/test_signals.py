"""A signal is heard whenever it comes."""

import subprocess
import sys

WAITS_WHILE_ANOTHER_THREAD_GETS_THE_SIGNAL = """
import signal, threading
from servicekit import signals

told = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: told.set())

def take_it():
    # As one that comes just before the wait begins: the kernel has delivered it, and nothing wakes the main thread.
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

threading.Timer(0.3, take_it).start()
signals.wait(told)
"""


def test_a_signal_that_does_not_wake_the_main_thread_is_heard_all_the_same() -> None:
    command = [sys.executable, "-c", WAITS_WHILE_ANOTHER_THREAD_GETS_THE_SIGNAL]
    assert subprocess.run(command, timeout=60, check=False).returncode == 0
