"""What happened to letters, as events of the contract. Nothing else builds one."""

from cadre.notification.v1 import events_pb2 as pb
from notification.letters.rules.cited import rules_named
from notification.letters.rules.letter import TEXTS
from notification.letters.tables import NoticeRow
from notification.versions.rules.changes import Change
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
        credit_months=notice.credit_months,
        touched_rules=rules_named(getattr(notice, name) for name in TEXTS),
    )


def notice_amended(notice: NoticeRow, change: Change) -> pb.NoticeAmended:
    """Tell that *notice*, which is out, has a new version."""
    return pb.NoticeAmended(
        notice_id=str(notice.id),
        version=notice.version,
        change=pb.NoticeAmended.Change.Value(change),
        audience_id=str(notice.audience_id),
        audience_revision=notice.audience_revision,
        course_id=notice.course_id,
        course_version=notice.course_version,
        due_date=str(notice.due_date),
        joiner_business_days=notice.business_days_after_issue,
        publish_time=timestamp(notice.published_at),
        amend_time=timestamp(notice.amended_at),
        briefing_counts=notice.briefing_counts,
        staff_release_date=str(notice.staff_release_date),
        credit_months=notice.credit_months,
        touched_rules=rules_named(getattr(notice, name) for name in TEXTS),
    )


def notice_withdrawn(notice: NoticeRow) -> pb.NoticeWithdrawn:
    """Tell that an issued *notice* no longer holds."""
    return pb.NoticeWithdrawn(
        notice_id=str(notice.id), version=notice.version, withdraw_time=timestamp(notice.withdrawn_at)
    )
