"""What happened here, as events of the contract. Nothing else builds one."""

from datetime import datetime
from uuid import UUID

from cadre.notification.v1 import events_pb2 as pb
from notification.tables import NoticeRow
from servicekit.rpc.wire import timestamp


def notice_published(notice: NoticeRow) -> pb.NoticePublished:
    """Tell that *notice* was issued."""
    return pb.NoticePublished(
        notice_id=str(notice.id),
        version=notice.version,
        audience_id=str(notice.audience_id),
        audience_revision=notice.audience_revision,
        course_id=notice.course_id,
        course_version=notice.course_version,
        due_date=str(notice.due_date),
        joiner_business_days=notice.business_days_after_issue,
        publish_time=timestamp(notice.published_at),
        briefing_counts=notice.briefing_counts,
        staff_release_date=str(notice.staff_release_date),
    )


def notice_released(*, notice_id: UUID, version: int, agency_id: str, at: datetime) -> pb.NoticeReleased:
    """Tell that an agency let its staff see a notice before its day."""
    return pb.NoticeReleased(notice_id=str(notice_id), version=version, agency_id=agency_id, release_time=timestamp(at))


def notice_withdrawn(notice: NoticeRow) -> pb.NoticeWithdrawn:
    """Tell that an issued *notice* no longer holds."""
    return pb.NoticeWithdrawn(
        notice_id=str(notice.id), version=notice.version, withdraw_time=timestamp(notice.withdrawn_at)
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
