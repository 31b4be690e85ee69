"""Between the contract's messages and checklists."""

from collections.abc import Mapping
from uuid import UUID

from cadre.notification.v1 import checklist_service_pb2 as pb
from notification.checklists import checklists
from notification.checklists.checklists import Said
from notification.checklists.queries import AtAgency, Item, Summary
from notification.checklists.rules import checklist as rules
from notification.checklists.rules.checklist import State
from notification.letters.rows import name_of
from notification.letters.wire import notice_ids, person
from servicekit import names
from servicekit.refusals import InvalidField
from servicekit.rpc.wire import timestamp

_MOST_LETTERS = 100


def agency_id(name: str) -> str:
    """Read `agencies/{agency}`."""
    return names.one("agencies/{agency}", name, field="parent")


def said(request: pb.UpdateChecklistRequest) -> list[Said]:
    """Read what is said of items; of each once."""
    if not 0 < len(request.items) <= rules.MOST_AT_ONCE:
        raise InvalidField("items", len(request.items), f"must be from 1 to {rules.MOST_AT_ONCE}")
    if len({one.item for one in request.items}) < len(request.items):
        raise InvalidField("items", len(request.items), "must name each item once")
    return [Said(one.item, _state(one.state), one.reason, one.etag) for one in request.items]


def asked(request: pb.ListChecklistSummariesRequest | pb.ListAgencyChecklistsRequest) -> list[UUID]:
    """Read of which letters is asked."""
    if not request.notices:
        raise InvalidField("notices", "", f"must name from 1 to {_MOST_LETTERS} letters")
    return notice_ids(request.notices, most=_MOST_LETTERS)


def checklist(here: AtAgency, known: Mapping[str, Item]) -> pb.Checklist:
    """Write a list: the items that every agency has, then its own."""
    own = [_item(one.item, one) for one in known.values() if one.title]
    counted = pb.ChecklistItem(item=rules.COUNTED, counted=True, state=_value(rules.counted(here.to_go)))
    common = [*(_item(one, known.get(one)) for one in rules.SAID), counted]
    return pb.Checklist(notice=name_of(here.notice_id), agency=f"agencies/{here.agency_id}", items=[*common, *own])


def summary(row: Summary) -> pb.ChecklistSummary:
    """Write how far an agency is."""
    return pb.ChecklistSummary(
        notice=name_of(row.notice_id),
        agency=f"agencies/{row.agency_id}",
        of=row.tally.of,
        done=row.tally.done,
        not_done=row.tally.not_done,
        blocked=row.tally.blocked,
        blocked_items=[pb.BlockedItem(item=one.item, title=one.title, reason=one.reason) for one in row.blocked],
    )


def _item(name: str, row: Item | None) -> pb.ChecklistItem:
    if row is None:
        return pb.ChecklistItem(item=name, state=pb.ChecklistItem.NOT_DONE)
    return pb.ChecklistItem(
        item=name,
        title=row.title,
        state=_value(row.state),
        reason=row.reason,
        version=row.version,
        updater=person(row.updated_by),
        update_time=timestamp(row.updated_at),
        etag=checklists.etag_of(row),
    )


def _value(state: str) -> "pb.ChecklistItem.State.ValueType":
    return pb.ChecklistItem.State.Value(state)


def _state(value: "pb.ChecklistItem.State.ValueType") -> State:
    if value == pb.ChecklistItem.STATE_UNSPECIFIED or value not in pb.ChecklistItem.State.values():
        raise InvalidField("state", value, f"must be one of {', '.join(State)}")
    return State(pb.ChecklistItem.State.Name(value))
