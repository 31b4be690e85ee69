"""Between the contract's messages and a person's letters."""

from collections.abc import Iterable

from cadre.notification.v1 import inbox_service_pb2 as pb
from notification.attachments.attachments import Attachment
from notification.attachments.wire import attachment
from notification.inbox.queries import InboxRow
from notification.inbox.rules import Standing
from notification.inbox.steps import Item
from notification.letters.wire import notice
from servicekit.rpc.wire import day_text, timestamp


def inbox_row(row: InboxRow, attached: Iterable[Attachment] = ()) -> pb.InboxItem:
    """Write a letter of a person's list."""
    standing = Standing(
        row.notice.asks,
        row.read_at,
        row.confirmed_at,
        row.trained_at,
        excused=row.excused,
        on_leave=row.on_leave,
        confirmed_for=row.confirmed_for,
    )
    return inbox_item(Item(row.notice, standing, row.own_due_date), attached)


def inbox_item(item: Item, attached: Iterable[Attachment] = ()) -> pb.InboxItem:
    """Write a letter as it stands for a person."""
    standing = item.standing
    return pb.InboxItem(
        notice=notice(item.notice, map(attachment, attached)),
        ready=standing.ready,
        on_leave=standing.on_leave,
        excused=standing.excused,
        due_date=day_text(item.due_date),
        read_time=timestamp(standing.read_at),
        confirm_time=timestamp(standing.confirmed_at),
        train_time=timestamp(standing.trained_at),
        confirmed_for=standing.confirmed_for,
    )
