"""Between the contract's messages and versions of letters."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from cadre.notification.v1 import events_pb2 as events
from cadre.notification.v1 import version_service_pb2 as pb
from notification.attachments.attachments import Attachment
from notification.attachments.wire import attachment
from notification.letters import wire as letters
from notification.letters.rules import parts
from notification.letters.rules.letter import Letter
from notification.letters.tables import Notice
from notification.versions.queries import Version
from notification.versions.rules.changes import Change, FieldChange, most, said
from servicekit import names
from servicekit.rpc.wire import timestamp


def version_in(name: str) -> tuple[UUID, int]:
    """Read `notices/{notice}/versions/{version}`."""
    notice, number = names.version_in("notices/{notice}/versions/{version}", name, field="name")
    return names.as_uuid(notice, field="name"), number


def version(row: Version) -> pb.NoticeVersion:
    """Write a version, without its text."""
    return pb.NoticeVersion(
        name=f"notices/{row.notice_id}/versions/{row.version}",
        version=row.version,
        change=change(row.change),
        what_changed=row.what_changed,
        text_sha256=row.text_sha256,
        publish_time=timestamp(row.published_at),
        author=letters.person(row.author_id),
        approver=letters.person(row.approver_id),
    )


def with_text(row: Version, notice: Notice, files: Iterable[Attachment]) -> pb.NoticeVersion:
    """Write a version of *notice* as it said then."""
    answer = version(row)
    answer.notice.CopyFrom(letters.notice(_as_it_was(row, notice), map(attachment, files)))
    return answer


def comparison(found: Sequence[FieldChange]) -> pb.Comparison:
    """Write what differs."""
    return pb.Comparison(
        change=change(most(found) or ""),
        fields=[
            pb.FieldChange(
                field=one.field,
                change=change(one.change),
                least=change(one.least),
                pieces=[pb.Piece(kind=pb.Piece.Kind.Value(piece.kind), text=piece.text) for piece in one.pieces],
                before=one.before,
                after=one.after,
            )
            for one in found
        ],
    )


def change(value: Change | str) -> Any:  # noqa: ANN401 - generated enums share no class
    """Write what a change means for confirmations."""
    return letters.enum_value(events.NoticeAmended.Change, value)


def _as_it_was(row: Version, notice: Notice) -> Notice:
    text = said(row.canonical)
    values = {name: text[name] for name in Letter.__dataclass_fields__}
    values["effective_date"] = date.fromisoformat(text["effective_date"]) if text["effective_date"] else None
    values["section_dates"] = parts.of_said(text["section_dates"])
    values["audience_id"] = UUID(text["audience_id"]) if text["audience_id"] else None
    values["receivers"] = [one.removeprefix("agencies/") for one in text["receivers"].split()]
    return notice.model_copy(update={**values, "version": row.version, "text_sha256": row.text_sha256})
