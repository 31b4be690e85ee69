"""Writes show at once: a page waits a moment for the event that it caused before it leads on.

What one service records, another hears of by an event. The next page asks the other one; if it were shown before the
event arrived, it would say that nothing was done. So the page that wrote looks whether it has arrived, for a third of a
second at most, or for three seconds where somebody pressed a button to see just that; if it has not by then, the next
page says that it is under way.
"""

import time
from collections.abc import Callable, Sequence

from servicekit.rpc.client import Refused

# Pauses between looks, in seconds: short ones first, for most events take a few hundredths. Together 0.3.
_SHORT = (0.01, 0.02, 0.03, 0.05, 0.08, 0.11)
# Of what is done outside of Cadre, together 3.
LONG = (*_SHORT, *(0.15,) * 18)


def settled(arrived: Callable[[], bool], pauses: Sequence[float] = _SHORT) -> bool:
    """Wait until what was caused has *arrived*; False if it has not by then, or if nobody answers."""
    try:
        for seconds in pauses:
            if arrived():
                return True
            time.sleep(seconds)
        return arrived()
    except Refused:
        return False
