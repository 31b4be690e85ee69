"""How the mail server takes mail: after some runs in a row that ended with trouble it is left alone for a while.

To try again and again would fill its log and ours, and keep a server down that is just coming back. What waits is tried
a few at a time until one run goes well.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from servicekit.data.db import Db

# So many runs in a row may end with trouble; then it is left alone, a little longer each time.
_RUNS = 3
_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 4, 5))
_KNOWN = "SELECT way, a_minute, failures, trouble, closed_until FROM mail_server"
_NOTE = """
INSERT INTO mail_server AS known (id, way, a_minute, failures, trouble, changed_at, closed_until)
VALUES (1, %(way)s, %(a_minute)s, %(failures)s, %(trouble)s, %(at)s, %(closed_until)s)
ON CONFLICT (id) DO UPDATE SET way = excluded.way, a_minute = excluded.a_minute, failures = excluded.failures,
  trouble = excluded.trouble, changed_at = excluded.changed_at, closed_until = excluded.closed_until
WHERE (known.way, known.a_minute, known.failures, known.trouble, known.closed_until)
  IS DISTINCT FROM (excluded.way, excluded.a_minute, excluded.failures, excluded.trouble, excluded.closed_until)
"""


class Circuit(NamedTuple):
    """How mail leaves, how much of it in a minute, and how the runs ended lately."""

    way: str = ""
    a_minute: int = 0
    failures: int = 0
    trouble: str = ""
    closed_until: datetime | None = None

    def closed(self, at: datetime) -> bool:
        """Whether the server is left alone now."""
        return self.closed_until is not None and at < self.closed_until

    def after(self, trouble: str, at: datetime) -> "Circuit":
        """Return how it stands after a run that ended with *trouble*, '' = well."""
        if not trouble:
            return self._replace(failures=0, trouble="", closed_until=None)
        failures = self.failures + 1
        pause = _PAUSES[min(failures - _RUNS, len(_PAUSES) - 1)]
        closed_until = at + pause if failures >= _RUNS else None
        return self._replace(failures=failures, trouble=trouble, closed_until=closed_until)


def known(db: Db) -> Circuit:
    """Return how the server took what it was handed last."""
    return db.maybe(Circuit, _KNOWN) or Circuit()


def note(db: Db, circuit: Circuit) -> None:
    """Let all processes know it."""
    db.run(_NOTE, **circuit._asdict(), at=db.at)
