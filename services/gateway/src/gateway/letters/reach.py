"""Whom a letter reaches today: the agencies that get it, those of them that must act, and their staff who are asked."""

from collections.abc import Collection
from dataclasses import dataclass

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import audience_service_pb2 as audience_pb
from gateway.letters import agency_lists
from gateway.web.visit import Visit

EVERYBODY = audience_pb.AudienceExpression(include=[audience_pb.AudienceClause()])


@dataclass(frozen=True)
class Row:
    """One agency: whether it gets the letter, how many of its staff are asked, and of how many."""

    title: str
    gets: bool
    asked: int
    of: int
    no_unit_recorded: int


@dataclass(frozen=True)
class Reach:
    """All agencies, A to Z; and people, each once."""

    rows: list[Row]
    asked: int
    of: int
    sentence: str

    @property
    def get(self) -> int:
        """How many agencies get it."""
        return sum(row.gets for row in self.rows)

    @property
    def act(self) -> int:
        """At how many of them somebody is asked."""
        return sum(row.gets and row.asked > 0 for row in self.rows)


def reach(visit: Visit, expression: audience_pb.AudienceExpression, receivers: Collection[str]) -> Reach:
    """Count whom *expression* asks; *receivers* get the letter (none = every agency), and whose staff are asked."""
    asked = _preview(visit, expression)
    everybody = asked if expression == EVERYBODY else _preview(visit, EVERYBODY)
    of = {row.agency: row.staff for row in everybody.agencies}
    agencies = visit.agencies()
    rows = [
        Row(
            row.title,
            _goes_to(visit, agencies.get(row.agency)) and (not receivers or row.agency in receivers or row.staff > 0),
            row.staff,
            max(row.staff, of.get(row.agency, 0)),
            row.no_unit_recorded,
        )
        for row in asked.agencies
    ]
    return Reach(rows, asked.people, max(asked.people, everybody.people), asked.sentence)


@dataclass(frozen=True)
class Choosable:
    """How many of some agencies' staff each unit and each class has, and of how many no unit is recorded."""

    units: dict[str, int]
    job_classes: dict[str, int]
    no_unit_recorded: int


def choosable(visit: Visit, everyone_there: audience_pb.AudienceExpression) -> Choosable:
    """Count what can be chosen among *everyone_there*, in one call."""
    request = audience_pb.PreviewAudienceRequest(expression=everyone_there, by_value=True)
    found = visit.clients.audiences.PreviewAudience(request)
    return Choosable(
        {one.value: one.people for one in found.units},
        {one.value: one.people for one in found.job_classes},
        found.no_unit_recorded,
    )


def _goes_to(visit: Visit, agency: agency_pb.Agency | None) -> bool:
    """Whether letters go there today: neither to the state itself nor to an agency that ended."""
    return agency is not None and agency.kind != "state" and agency_lists.goes_on(agency, visit.today)


def _preview(visit: Visit, expression: audience_pb.AudienceExpression) -> audience_pb.PreviewAudienceResponse:
    return visit.clients.audiences.PreviewAudience(audience_pb.PreviewAudienceRequest(expression=expression))
