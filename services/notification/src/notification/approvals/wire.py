"""Between the contract's messages and stages of approval."""

from collections.abc import Sequence
from uuid import UUID

from cadre.notification.v1 import approval_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from notification.approvals.routes import Route
from notification.approvals.rules import stages
from notification.approvals.rules.stages import MOST_PEOPLE, Planned, Stage
from notification.letters.rows import name_of
from notification.letters.wire import enum_name, enum_value, person
from servicekit import names, text
from servicekit.rpc.wire import timestamp


def route_of(message: pb.Route) -> Route:
    """Read a route; a field that is empty stands for all series, or all kinds."""
    kind = enum_name(notice_pb.Notice.Kind, message.kind, "route.kind") if message.kind else ""
    series = names.one("series/{series}", message.series, field="route.series") if message.series else ""
    return Route(series, kind, tuple(_planned(one, f"route.stages[{n}]") for n, one in enumerate(message.stages)))


def route(one: Route) -> pb.Route:
    """Write a route."""
    return pb.Route(
        series=f"series/{one.series}" if one.series else "",
        kind=enum_value(notice_pb.Notice.Kind, one.kind) if one.kind else notice_pb.Notice.KIND_UNSPECIFIED,
        stages=[
            pb.PlannedStage(
                title=stage.title,
                approvers=map(person, stage.approvers),
                deputies=map(person, stage.deputies),
                business_days=stage.business_days,
            )
            for stage in one.stages
        ],
    )


def letter_stages(notice_id: UUID, known: Sequence[Stage]) -> pb.LetterStages:
    """Write the stages of a letter, and which of them is next."""
    place = stages.next_of(known)
    answer = pb.LetterStages(notice=name_of(notice_id), next=0 if place is None else place + 1)
    for one in known:
        answer.stages.append(
            pb.Stage(
                title=one.title,
                approvers=map(person, one.approvers),
                deputies=map(person, one.deputies),
                due_date=one.due_date.isoformat(),
                approve_time=timestamp(one.approved_at),
                approved_by=person(one.approved_by) if one.approved_by else "",
            )
        )
    return answer


def _planned(message: pb.PlannedStage, field: str) -> Planned:
    return Planned(
        text.line(message.title),
        tuple(names.uuids_in("people/{person}", message.approvers, field=f"{field}.approvers", most=MOST_PEOPLE)),
        tuple(names.uuids_in("people/{person}", message.deputies, field=f"{field}.deputies", most=MOST_PEOPLE)),
        message.business_days,
    )
