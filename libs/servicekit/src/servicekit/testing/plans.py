"""How PostgreSQL answers a statement: what a test of its plan looks at."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


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
