"""What happened to letters at agencies, as events of the contract. Nothing else builds one."""

from datetime import date, datetime
from uuid import UUID

from cadre.notification.v1 import events_pb2 as pb
from servicekit.rpc.wire import timestamp


def notice_released(*, notice_id: UUID, version: int, agency_id: str, at: datetime) -> pb.NoticeReleased:
    """Tell that an agency let its staff see a notice before its day."""
    return pb.NoticeReleased(notice_id=str(notice_id), version=version, agency_id=agency_id, release_time=timestamp(at))


def local_date_changed(
    *, notice_id: UUID, agency_id: str, number: int, due_date: date | None, at: datetime
) -> pb.LocalDateChanged:
    """Tell that an agency gave its people an earlier day, or took that back."""
    return pb.LocalDateChanged(
        notice_id=str(notice_id),
        agency_id=agency_id,
        number=number,
        due_date=str(due_date or ""),
        change_time=timestamp(at),
    )


def notice_acknowledged(
    *, notice_id: UUID, version: int, agency_id: str, person_id: UUID, at: datetime
) -> pb.NoticeAcknowledged:
    """Tell that an agency confirmed that it received a notice."""
    return pb.NoticeAcknowledged(
        notice_id=str(notice_id),
        version=version,
        agency_id=agency_id,
        person_id=str(person_id),
        acknowledge_time=timestamp(at),
    )
