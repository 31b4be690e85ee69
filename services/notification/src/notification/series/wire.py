"""Between the contract's messages and the series of letters."""

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import series_service_pb2 as pb
from notification.letters.wire import enum_name, enum_value
from notification.series.series import Series
from servicekit import names


def series_of(message: pb.Series) -> Series:
    """Read a series."""
    return Series(
        names.one("series/{series}", message.name, field="series.name"),
        message.title.strip(),
        enum_name(notice_pb.Notice.Kind, message.kind, "series.kind"),
        message.source.strip(),
        message.past,
    )


def series(row: Series) -> pb.Series:
    """Write a series."""
    kind = enum_value(notice_pb.Notice.Kind, row.kind)
    return pb.Series(name=f"series/{row.series}", title=row.title, kind=kind, source=row.source, past=row.past)
