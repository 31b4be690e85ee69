"""What operators see of connections: how calls went lately, and what waits."""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from servicekit.background.measures import Figure, Measure, Reading
from servicekit.data.db import Db

_LATELY = timedelta(days=1)
STANDINGS = ("on", "failing", "off")
STATES = {"SENT": "sent", "WAITING": "waiting", "GIVEN_UP": "given up"}

CONNECTIONS = Figure("cadre_connections", "Connections by how they stand", ("standing",))
WENT_OFF = Figure("cadre_connections_gone_off", "Connections that were switched off by what they answered in a day")
CALLS = Figure(
    "cadre_webhooks", "Calls to connections that were made or wait since a day, by how they stand", ("state",)
)
OLDEST = Figure("cadre_webhook_oldest_seconds", "For how long a call waits whose first try has not been made")

_CONNECTIONS = """
SELECT count(*) FILTER (WHERE off = '' AND failing_since IS NULL)::int AS "on",
  count(*) FILTER (WHERE off = '' AND failing_since IS NOT NULL)::int AS failing,
  count(*) FILTER (WHERE off <> '')::int AS off,
  count(*) FILTER (WHERE off IN ('GONE', 'FAILING') AND off_at > %(since)s)::int AS gone_off
FROM connection
"""
_CALLS = """
SELECT CASE state WHEN 'CALLING' THEN 'WAITING' ELSE state END AS state, count(*)::int AS calls FROM webhook
WHERE created_at > %(since)s OR state IN ('WAITING', 'CALLING') GROUP BY 1
"""
_OLDEST = """
SELECT coalesce(max(extract(epoch FROM %(at)s - w.created_at)), 0)::float
FROM webhook AS w JOIN connection AS c ON c.id = w.connection_id
WHERE w.state = 'WAITING' AND w.tries = 0 AND c.off = ''
"""


class _Standing(NamedTuple):
    on: int
    failing: int
    off: int
    gone_off: int


class _Calls(NamedTuple):
    state: str
    calls: int


def _read(db: Db) -> Iterable[Reading]:
    since = db.at - _LATELY
    standing = db.one(_Standing, _CONNECTIONS, since=since)
    for one, figure in zip(STANDINGS, standing, strict=False):
        yield CONNECTIONS.of(figure, one)
    yield WENT_OFF.of(standing.gone_off)
    calls = dict(db.all(_Calls, _CALLS, since=since))
    for state, said in STATES.items():
        yield CALLS.of(calls.get(state, 0), said)
    yield OLDEST.of(db.value(_OLDEST, at=db.at))


MEASURES = (Measure("connections", timedelta(seconds=10), (CONNECTIONS, WENT_OFF, CALLS, OLDEST), _read),)
