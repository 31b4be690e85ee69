"""Routes: which stages a letter of a series and a kind goes through. Of several that fit, the most special counts."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from notification.approvals.rules import stages
from notification.approvals.rules.stages import Planned
from notification.letters.rules.letter import KINDS
from notification.series import series
from servicekit.data.db import Db
from servicekit.refusals import InvalidField

_COLUMNS = "series, kind, title, approvers, deputies, business_days"
_ALL = f"SELECT {_COLUMNS} FROM approval_route ORDER BY series, kind, place"  # noqa: S608 - made of constants
_FITTING = f"""
SELECT {_COLUMNS} FROM approval_route
WHERE (series, kind) = (
  SELECT series, kind FROM approval_route
  WHERE series IN (%(series)s, '') AND kind IN (%(kind)s, '') ORDER BY series DESC, kind DESC LIMIT 1
)
ORDER BY place
"""  # noqa: S608 - made of constants
_FORGET = "DELETE FROM approval_route WHERE series = %(series)s AND kind = %(kind)s"
_KEEP = """
INSERT INTO approval_route (series, kind, place, title, approvers, deputies, business_days)
VALUES (%(series)s, %(kind)s, %(place)s, %(title)s, %(approvers)s, %(deputies)s, %(business_days)s)
"""


class Route(NamedTuple):
    """The stages of the letters of a series ('' = any) and of a kind ('' = any)."""

    series: str
    kind: str
    stages: Sequence[Planned]


class _Row(NamedTuple):
    series: str
    kind: str
    title: str
    approvers: list[UUID]
    deputies: list[UUID]
    business_days: int


def every(db: Db) -> list[Route]:
    """Return all routes."""
    rows = db.all(_Row, _ALL)
    return [Route(*key, tuple(map(_planned, of))) for key, of in groupby(rows, key=attrgetter("series", "kind"))]


def fitting(db: Db, *, of_series: str, kind: str) -> list[Planned]:
    """Return the stages of a letter; of none that fits, none: it is approved in one step."""
    return [_planned(row) for row in db.all(_Row, _FITTING, series=of_series, kind=kind)]


def keep(db: Db, route: Route) -> None:
    """Say anew which stages there are; without any, the route is gone. Letters that were sent stay as they are."""
    stages.check_route(route.stages)
    series.check_known(db, [route.series])
    if route.kind and route.kind not in KINDS:
        raise InvalidField("route.kind", route.kind, "must be a kind of letter")
    before = next((one for one in every(db) if one[:2] == route[:2]), Route(route.series, route.kind, ()))
    db.run(_FORGET, series=route.series, kind=route.kind)
    for place, one in enumerate(route.stages):
        db.run(
            _KEEP,
            series=route.series,
            kind=route.kind,
            place=place,
            title=one.title,
            approvers=list(one.approvers),
            deputies=list(one.deputies),
            business_days=one.business_days,
        )
    db.changed(f"routes/{route.series or '-'}/{route.kind or '-'}", before=_facts(before), after=_facts(route))


def _planned(row: _Row) -> Planned:
    return Planned(row.title, tuple(row.approvers), tuple(row.deputies), row.business_days)


def _facts(route: Route) -> dict[str, object]:
    return {
        "stages": [
            [one.title, list(map(str, one.approvers)), list(map(str, one.deputies)), one.business_days]
            for one in route.stages
        ]
    }
