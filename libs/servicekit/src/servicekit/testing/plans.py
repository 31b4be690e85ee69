"""How PostgreSQL answers a statement: what a test of its plan looks at."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from servicekit.data.db import Database
from servicekit.testing.waiting import wait_until


@dataclass(frozen=True)
class Plan:
    """A node of a plan as `EXPLAIN (ANALYZE, FORMAT JSON)` says it, with those beneath it."""

    node: dict[str, Any]

    def nodes(self) -> Iterator[dict[str, Any]]:
        """Give this node and all beneath it."""
        yield self.node
        for child in self.node.get("Plans", ()):
            yield from Plan(child).nodes()

    def scanned_whole(self) -> set[str]:
        """Return the tables that were read from end to end."""
        return {node["Relation Name"] for node in self.nodes() if node["Node Type"] == "Seq Scan"}

    def indexes(self) -> set[str]:
        """Return the indexes that were used."""
        return {node["Index Name"] for node in self.nodes() if "Index Name" in node}

    def rows_of(self, table: str = "") -> int:
        """Return how many rows were fetched from a table, or from all; those that did not fit included."""
        fetched = 0
        for node in self.nodes():
            if "Relation Name" in node and table in ("", node["Relation Name"]):
                left_out = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
                fetched += round((node["Actual Rows"] + left_out) * node["Actual Loops"])
        return fetched


class Scans(NamedTuple):
    """How often a table was read from end to end, and how often through an index."""

    table: str
    whole: int
    by_key: int


_SCANS = """
SELECT relname::text AS "table", seq_scan AS whole, idx_scan AS by_key
FROM pg_stat_user_tables WHERE relname = ANY(%(tables)s)
"""


def scans(database: Database, tables: Collection[str]) -> dict[str, Scans]:
    """Return how *tables* were read so far, by those whose connection is free and used next."""
    with database.read() as db:
        db.value("SELECT pg_stat_force_next_flush()")
        return {one.table: one for one in db.all(Scans, _SCANS, tables=list(tables))}


def require_by_key(database: Database, before: dict[str, Scans]) -> None:
    """Raise unless each of the tables was read since *before*, and never from end to end."""

    def read() -> bool:
        return all(one.by_key > before[name].by_key for name, one in scans(database, before).items())

    wait_until(read, lambda: f"not read through an index: {before} is now {scans(database, before)}")
    assert {one.table: one.whole for one in scans(database, before).values()} == {
        one.table: one.whole for one in before.values()
    }
