"""What every service counts of its database, and how busy its connections are."""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from servicekit.background.measures import Figure, Measure, Reading
from servicekit.data.db import Database, Db

SIZE = Figure("cadre_database_size_bytes", "Size of the service's database on disk")
CONNECTIONS = Figure("cadre_database_connections", "Connections to the service's database by state", ("state",))
TRANSACTIONS = Figure("cadre_database_transactions_total", "Transactions by how they ended", ("outcome",))
DEADLOCKS = Figure("cadre_database_deadlocks_total", "Deadlocks that PostgreSQL broke")
BLOCKS = Figure("cadre_database_blocks_total", "Blocks read, by where they were found", ("source",))
LONGEST = Figure("cadre_database_longest_transaction_seconds", "Age of the oldest transaction that is open")
ROWS = Figure("cadre_database_rows", "Rows of a table, as PostgreSQL estimates them", ("table",))
DEAD_ROWS = Figure("cadre_database_dead_rows", "Rows of a table that VACUUM has still to clear", ("table",))

_OPEN_STATES = ("active", "idle", "idle in transaction")
_DATABASE = """
SELECT pg_database_size(current_database())::float AS size, xact_commit, xact_rollback, deadlocks, blks_hit, blks_read
FROM pg_stat_database WHERE datname = current_database()
"""
_ACTIVITY = """
SELECT coalesce(state, '') AS state, count(*) AS connections,
  coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0)::float AS longest
FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
GROUP BY 1
"""
_TABLES = "SELECT relname, n_live_tup, n_dead_tup FROM pg_stat_user_tables WHERE schemaname = current_schema()"


class _Database(NamedTuple):
    size: float
    xact_commit: int
    xact_rollback: int
    deadlocks: int
    blks_hit: int
    blks_read: int


class _Activity(NamedTuple):
    state: str
    connections: int
    longest: float


class _Table(NamedTuple):
    relname: str
    n_live_tup: int
    n_dead_tup: int


def _read_database(db: Db) -> Iterable[Reading]:
    database = db.one(_Database, _DATABASE)
    yield SIZE.of(database.size)
    yield TRANSACTIONS.of(database.xact_commit, "committed")
    yield TRANSACTIONS.of(database.xact_rollback, "rolled back")
    yield DEADLOCKS.of(database.deadlocks)
    yield BLOCKS.of(database.blks_hit, "memory")
    yield BLOCKS.of(database.blks_read, "disk")
    activity = db.all(_Activity, _ACTIVITY)
    connections = {one.state: one.connections for one in activity}
    for state in _OPEN_STATES:
        yield CONNECTIONS.of(connections.get(state, 0), state)
    yield LONGEST.of(max((one.longest for one in activity), default=0.0))
    for table in db.all(_Table, _TABLES):
        yield ROWS.of(table.n_live_tup, table.relname)
        yield DEAD_ROWS.of(table.n_dead_tup, table.relname)


DATABASE = Measure(
    "database",
    timedelta(seconds=30),
    (SIZE, CONNECTIONS, TRANSACTIONS, DEADLOCKS, BLOCKS, LONGEST, ROWS, DEAD_ROWS),
    _read_database,
)


class PoolCollector(Collector):
    """Shows how busy a process's connections are at the moment of the scrape, which costs no query."""

    def __init__(self, database: Database, registry: CollectorRegistry) -> None:
        self._database = database
        registry.register(self)

    def collect(self) -> Iterable[Metric]:
        """Give what the pool holds now."""
        pool = self._database.pool()
        connections = GaugeMetricFamily(
            "cadre_database_pool_connections", "Connections of this process by state", labels=["state"]
        )
        connections.add_metric(["in use"], pool.in_use)
        connections.add_metric(["idle"], pool.idle)
        yield connections
        yield GaugeMetricFamily(
            "cadre_database_pool_limit_connections", "Connections that this process may have", value=pool.most
        )
        yield GaugeMetricFamily(
            "cadre_database_pool_waiting_callers", "Callers that wait for a connection now", value=pool.waiting
        )
        yield CounterMetricFamily(
            "cadre_database_pool_timeouts_total", "Callers that gave up waiting for a connection", value=pool.timeouts
        )
