"""Approval stages: which ones the letters of a series or a kind go through, and who stands for each."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from fastapi import APIRouter
from fastapi.exceptions import HTTPException

from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.notification.v1 import approval_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import series_service_pb2 as series_pb
from gateway.web.forms import Form, SentForm
from gateway.web.visit import Answer, Sent, Visit, Visitor
from gateway.words import glossary
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/approval-stages")

ANY = "any"
_MOST_STAGES = 5
_KINDS = {name.lower(): title for name, title in glossary.KINDS.items()}


class _Line(NamedTuple):
    """A route in the list: for which letters, where it is, and the titles of its stages."""

    title: str
    at: str
    stages: Sequence[str]


@router.get("")
def routes(visit: Visitor) -> Answer:
    """Which routes there are, and where another one is made."""
    found = visit.clients.approvals.ListRoutes(pb.ListRoutesRequest()).routes
    lines = [_Line(_title(*_key(one)), _at(*_key(one)), [stage.title for stage in one.stages]) for one in found]
    return visit.page(
        "letters/routes.html",
        lines=lines,
        form=Form.of({"series": ANY, "kind": ANY}),
        series=[(ANY, "All series"), *((name, f"{name}, {title}") for name, title in _series(visit).items())],
        kinds=[(ANY, "All kinds"), *_KINDS.items()],
    )


@router.get("/new")
def new_route(visit: Visitor, series: str = ANY, kind: str = ANY) -> Answer:
    """Go to the stages of a series and a kind that were chosen."""
    return visit.go(_at(series, kind))


@router.get("/{series}/{kind}")
def route(visit: Visitor, series: str, kind: str) -> Answer:
    """The stages of the letters of a series and a kind."""
    return _shown(visit, series, kind, Form.of(_typed(_found(visit, series, kind))))


@router.post("/{series}/{kind}")
def change_route(visit: Visitor, series: str, kind: str, form: Sent) -> Answer:
    """Say which stages there are; one without a name is left out, and without any there is no route."""
    _require(visit, series, kind)
    places = [n for n in range(_MOST_STAGES) if form.text(f"title-{n}")]
    planned = [
        pb.PlannedStage(
            title=form.text(f"title-{n}"),
            approvers=form.all(f"approvers-{n}"),
            deputies=form.all(f"deputies-{n}"),
            business_days=form.number(f"business_days-{n}"),
        )
        for n in places
    ]
    if not form.errors:
        asked = pb.UpdateRouteRequest(route=_route(series, kind, planned), request_id=form.request_id)
        try:
            visit.clients.approvals.UpdateRoute(asked)
        except Refused as error:
            _refuse(form, error, places)
    if form.errors:
        return _shown(visit, series, kind, form)
    return visit.go("/approval-stages", done="stages-saved" if planned else "stages-gone")


def _shown(visit: Visit, series: str, kind: str, form: Form) -> Answer:
    _require(visit, series, kind)
    found = visit.clients.people.ListStateHolders(person_pb.ListStateHoldersRequest(role="approver")).people
    known = _found(visit, series, kind)
    named = visit.names([*found, *(person for one in known for person in (*one.approvers, *one.deputies))])
    return visit.page(
        "letters/route.html",
        status=400 if form.errors else 200,
        title=_title(series, kind),
        at=_at(series, kind),
        form=form,
        places=range(_MOST_STAGES),
        people=sorted(named.items(), key=lambda one: one[1]),
    )


def _require(visit: Visit, series: str, kind: str) -> None:
    if series not in {ANY, *_series(visit)} or kind not in {ANY, *_KINDS}:
        raise HTTPException(404)


def _series(visit: Visit) -> Mapping[str, str]:
    """Return the series in which letters are issued, with their titles."""
    found = visit.clients.series.ListSeries(series_pb.ListSeriesRequest()).series
    return {one.name.removeprefix("series/"): one.title for one in found if not one.past}


def _found(visit: Visit, series: str, kind: str) -> Sequence[pb.PlannedStage]:
    """Return the stages that letters of just this series and kind have now."""
    found = visit.clients.approvals.ListRoutes(pb.ListRoutesRequest()).routes
    return next((one.stages for one in found if _key(one) == (series, kind)), ())


def _key(one: pb.Route) -> tuple[str, str]:
    kind = notice_pb.Notice.Kind.Name(one.kind).lower() if one.kind else ANY
    return one.series.removeprefix("series/") or ANY, kind


def _route(series: str, kind: str, planned: Sequence[pb.PlannedStage]) -> pb.Route:
    return pb.Route(
        series="" if series == ANY else f"series/{series}",
        kind=notice_pb.Notice.KIND_UNSPECIFIED if kind == ANY else notice_pb.Notice.Kind.Value(kind.upper()),
        stages=planned,
    )


def _at(series: str, kind: str) -> str:
    return f"/approval-stages/{series}/{kind}"


def _title(series: str, kind: str) -> str:
    """Say for which letters a route is: `CSSP letters, policy`."""
    return f"{'All' if series == ANY else series} letters{'' if kind == ANY else f', {_KINDS[kind].lower()}'}"


def _typed(planned: Sequence[pb.PlannedStage]) -> dict[str, str | list[str]]:
    typed: dict[str, str | list[str]] = {}
    for n in range(_MOST_STAGES):
        one = planned[n] if n < len(planned) else pb.PlannedStage(business_days=2)
        typed[f"title-{n}"], typed[f"business_days-{n}"] = one.title, str(one.business_days)
        typed[f"approvers-{n}"], typed[f"deputies-{n}"] = list(one.approvers), list(one.deputies)
    return typed


def _refuse(form: SentForm, error: Refused, places: Sequence[int]) -> None:
    """Show a refusal at the stage that it names, whose place in the form is another one where a name was left out."""
    for path in error.fields:
        stage, _, name = path.removeprefix("route.stages[").partition("].")
        if stage.isdigit() and int(stage) < len(places):
            form.values.setdefault(f"{name}-{places[int(stage)]}", [])
            form.refuse(error, {name: f"{name}-{places[int(stage)]}"})
            return
    form.refuse(error)
