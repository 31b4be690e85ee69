"""Between the contract's messages and releases, their items, and what was decided."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from cadre.notification.v1 import release_service_pb2 as pb
from cadre.notification.v1.notice_service_pb2 import Asks, Notice
from notification.letters.rows import name_of as letter_name
from notification.letters.rules.reading import Reader
from notification.letters.wire import enum_name, enum_value, person
from notification.releases import queries
from notification.releases.items import Report
from notification.releases.queries import Decision, Letter, Release, item_name, name_of
from notification.releases.rules import items as item_rules
from notification.releases.rules.freezes import Window
from notification.releases.rules.items import Item, Training
from notification.releases.rules.releases import Said
from servicekit import names, text
from servicekit.calendar import YEARS_OF_DOCUMENTS, day_of
from servicekit.refusals import InvalidField
from servicekit.rpc.wire import day_text, timestamp

_ITEM = "releases/{release}/items/{item}"
# Field of the contract -> of a release, for its days.
_DAYS = {
    "test_date": "test_on",
    "training_date": "training_on",
    "production_date": "production_on",
    "freeze_from_date": "freeze_from",
    "freeze_to_date": "freeze_to",
}
_MOST_PROBLEMS, _MOST_CHOSEN = 200, 500


def release_id(name: str, field: str = "name") -> UUID:
    """Read `releases/{release}`."""
    return names.uuid_in("releases/{release}", name, field=field)


def item_of(name: str, field: str = "name") -> tuple[UUID, str]:
    """Read release and item in the name of an item."""
    release, item = names.parse(_ITEM, name, field=field).values()
    return names.as_uuid(release, field=field), item_rules.item_id(item)


def chosen(named: Collection[str], field: str = "items") -> tuple[UUID, list[str]]:
    """Read the items of one release that are named, each once."""
    found = [item_of(name, field) for name in named]
    releases = {release for release, _ in found}
    if len(releases) != 1 or len(found) > _MOST_CHOSEN:
        raise InvalidField(field, len(found), f"must be at least one item of one release, at most {_MOST_CHOSEN}")
    return releases.pop(), sorted({item for _, item in found})


def said(given: pb.Release) -> Said:
    """Read what a release says; what is only set by the service is ignored."""
    days = {kept: _day(getattr(given, field), f"release.{field}") for field, kept in _DAYS.items()}
    return Said(
        kind=enum_name(pb.Release.Kind, given.kind, "release.kind"),
        number=text.line(given.number),
        title=text.line(given.title),
        summary=text.block(given.summary),
        contact=text.line(given.contact),
        production_hours=text.line(given.production_hours),
        demonstration=given.demonstration,
        source=text.line(given.source),
        **days,
    )


def item(given: pb.ChangeItem, item_id: str) -> Item:
    """Read an item."""
    return Item(
        item_id=item_id,
        title=text.line(given.title),
        area=item_rules.area(given.area),
        page=text.line(given.page),
        before=text.block(given.before),
        after=text.block(given.after),
        reason=text.block(given.reason),
        roles=item_rules.checked_roles(given.roles),
        workaround=text.block(given.workaround),
        workaround_ends=_day(given.workaround_end_date, "item.workaround_end_date"),
        training=enum_name(pb.ChangeItem.Training, given.training, "item.training") or Training.NONE,
        procedures=text.block(given.procedures),
        known_issues=text.block(given.known_issues),
        source=text.line(given.source),
    )


def release(row: Release, reader: Reader, sha256: str = "") -> pb.Release:
    """Write a release, without its letters and decisions."""
    said_of = queries.said_of(row)
    return pb.Release(
        name=name_of(row.id),
        state=pb.Release.State.Value(row.state),
        kind=enum_value(pb.Release.Kind, said_of.kind),
        number=said_of.number,
        title=said_of.title,
        summary=said_of.summary,
        contact=said_of.contact,
        production_hours=said_of.production_hours,
        demonstration=said_of.demonstration,
        source=said_of.source,
        etag=str(row.revision),
        announce_time=timestamp(row.announced_at),
        live_time=timestamp(row.live_at),
        cancel_time=timestamp(row.cancelled_at),
        cancel_reason=row.cancel_reason,
        item_count=row.items,
        items_sha256=sha256,
        items_change_time=timestamp(row.items_changed_at),
        writers=[person(one) for one in row.writers] if reader.drafts else [],
        test_date=day_text(said_of.test_on),
        training_date=day_text(said_of.training_on),
        production_date=day_text(said_of.production_on),
        freeze_from_date=day_text(said_of.freeze_from),
        freeze_to_date=day_text(said_of.freeze_to),
    )


def letter(row: Letter) -> pb.ReleaseLetter:
    """Write a letter of a release."""
    return pb.ReleaseLetter(
        notice=letter_name(row.id),
        series=row.series,
        number=row.number,
        subject=row.subject,
        state=Notice.State.Value(row.state),
        asks=enum_value(Asks, row.asks),
        effective_date=day_text(row.effective_date),
        due_date=day_text(row.due_date),
        items=row.items,
        urgent=row.urgent,
    )


def decision(row: Decision, sha256: str, reader: Reader) -> pb.ReleaseDecision:
    """Write what was decided; how far each agency was only for the state."""
    if not reader.drafts:
        reason = row.reason if row.go else ""
        return pb.ReleaseDecision(
            go=row.go,
            reason=reason,
            decide_time=timestamp(row.decided_at),
            items_sha256=row.items_sha256,
            item_count=row.item_count,
            holds=row.items_sha256 == sha256,
        )
    answer = standing(row.readiness)
    answer.go, answer.reason, answer.decider = row.go, row.reason, person(row.decided_by)
    answer.decide_time.FromDatetime(row.decided_at)
    answer.items_sha256, answer.item_count = row.items_sha256, row.item_count
    answer.holds = row.items_sha256 == sha256
    return answer


def standing(rows: Iterable[Mapping[str, Any]]) -> pb.ReleaseDecision:
    """Write how far agencies are, as a decision keeps it."""
    answer, ready, blocked = pb.ReleaseDecision(), dict[str, bool](), set[str]()
    for one in rows:
        agency = one["agency_id"]
        is_ready = one["confirmed"] and one["ready"] >= one["at_work"] and one["done"] >= one["of"]
        ready[agency] = ready.get(agency, True) and is_ready
        blocked |= {agency} if one["blocked"] else set()
        answer.readiness.add(
            agency=f"agencies/{agency}",
            notice=letter_name(one["notice_id"]),
            letter=f"{one['series']} {one['number']}".strip(),
            confirmed=one["confirmed"],
            at_work=one["at_work"],
            ready=one["ready"],
            problem=one["problem"],
            checklist_done=one["done"],
            checklist_of=one["of"],
            blocked=one["blocked"],
            is_ready=is_ready,
        )
    answer.agencies, answer.agencies_ready, answer.agencies_blocked = len(ready), sum(ready.values()), len(blocked)
    return answer


def change_item(release_id: UUID, one: Item, letters: Iterable[Letter] = ()) -> pb.ChangeItem:
    """Write an item, with those of *letters* that are about it."""
    return pb.ChangeItem(
        name=item_name(release_id, one.item_id),
        item_id=one.item_id,
        title=one.title,
        area=one.area,
        page=one.page,
        before=one.before,
        after=one.after,
        reason=one.reason,
        roles=one.roles,
        workaround=one.workaround,
        workaround_end_date=day_text(one.workaround_ends),
        training=pb.ChangeItem.Training.Value(one.training),
        procedures=one.procedures,
        known_issues=one.known_issues,
        source=one.source,
        letters=[letter_name(letter.id) for letter in letters if one.item_id in letter.items],
    )


def report(release_id: UUID, found: Report, etag: str = "", *, applied: bool = False) -> pb.ChangeItemsReport:
    """Write what a file would change, or changed."""
    return pb.ChangeItemsReport(
        rows=[
            pb.ChangeItemsReport.Row(
                line=one.line,
                outcome=pb.ChangeItemsReport.Outcome.Value(one.outcome),
                item=change_item(release_id, one.item),
                columns=one.columns,
            )
            for one in found.changes
        ],
        problems=[
            pb.ChangeItemsReport.Problem(
                line=one.line, column=one.column, value=one.value, rule=one.rule, item_id=one.item_id
            )
            for one in found.problems[:_MOST_PROBLEMS]
        ],
        problem_count=len(found.problems),
        encoding=found.encoding,
        etag=etag,
        applied=applied,
    )


def window(one: Window) -> pb.FreezeWindow:
    """Write a freeze window."""
    return pb.FreezeWindow(
        release=f"releases/{one.release}",
        number=one.number,
        from_date=day_text(one.first),
        to_date=day_text(one.last),
    )


def _day(value: str, field: str) -> date | None:
    return day_of(field, value, YEARS_OF_DOCUMENTS) if value else None
