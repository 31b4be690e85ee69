"""What partnership tells others, as events of the contract. Nothing else builds one."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from google.protobuf.json_format import MessageToDict

from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import events_pb2 as pb
from servicekit.rpc.wire import day_text, timestamp


class Membership(NamedTuple):
    """A membership, whole, with the constituency of its seat and whether that votes."""

    id: UUID
    body_id: str
    person_id: UUID
    organization_id: str
    part: str
    seat_id: str | None
    constituency_id: str
    voting: bool
    start_on: date
    end_on: date | None
    carries_over: bool
    version: int


def membership_started(one: Membership) -> pb.MembershipStarted:
    """Tell a membership, whole."""
    return pb.MembershipStarted(
        membership_id=str(one.id),
        body_id=one.body_id,
        person_id=str(one.person_id),
        organization_id=one.organization_id,
        part=one.part,
        seat_id=one.seat_id or "",
        constituency_id=one.constituency_id,
        voting=one.voting,
        start_date=day_text(one.start_on),
        end_date=day_text(one.end_on),
        carries_over=one.carries_over,
        version=one.version,
    )


def membership_ended(
    *, membership_id: UUID, body_id: str, person_id: UUID, end_on: date, version: int
) -> pb.MembershipEnded:
    """Tell that a membership was given its end."""
    return pb.MembershipEnded(
        membership_id=str(membership_id),
        body_id=body_id,
        person_id=str(person_id),
        end_date=day_text(end_on),
        version=version,
    )


def body_ruled(*, body_id: str, code: str, rules: body_pb.BodyRules, version: int) -> pb.BodyRuled:
    """Tell by which rules a body decides."""
    said = json.dumps(MessageToDict(rules), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return pb.BodyRuled(body_id=body_id, code=code, rules_json=said, version=version)


def meeting_called(meeting_id: UUID, body_id: str, start: datetime, end: datetime, version: int) -> pb.MeetingCalled:
    """Tell that a meeting was called."""
    return pb.MeetingCalled(
        meeting_id=str(meeting_id),
        body_id=body_id,
        start_time=timestamp(start),
        end_time=timestamp(end),
        version=version,
    )


def meeting_moved(meeting_id: UUID, body_id: str, start: datetime, end: datetime, version: int) -> pb.MeetingMoved:
    """Tell that a called meeting takes place at another time."""
    return pb.MeetingMoved(
        meeting_id=str(meeting_id),
        body_id=body_id,
        start_time=timestamp(start),
        end_time=timestamp(end),
        version=version,
    )


def meeting_cancelled(meeting_id: UUID, body_id: str, version: int) -> pb.MeetingCancelled:
    """Tell that a called meeting does not take place."""
    return pb.MeetingCancelled(meeting_id=str(meeting_id), body_id=body_id, version=version)


def meeting_held(meeting_id: UUID, body_id: str, at: datetime, version: int) -> pb.MeetingHeld:
    """Tell that a meeting took place."""
    return pb.MeetingHeld(meeting_id=str(meeting_id), body_id=body_id, hold_time=timestamp(at), version=version)


def presence_recorded(
    *, meeting_id: UUID, body_id: str, item_id: UUID, decides: str, people: Sequence[str], at: datetime, version: int
) -> pb.PresenceRecorded:
    """Tell who was in the room while an item was dealt with."""
    return pb.PresenceRecorded(
        meeting_id=str(meeting_id),
        body_id=body_id,
        item_id=str(item_id),
        decides=decides,
        person_ids=people,
        at_time=timestamp(at),
        version=version,
    )
