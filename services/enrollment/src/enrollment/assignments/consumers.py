"""What assignments hear of the others: each event is mapped to its own terms here, and handled by a use case."""

from datetime import UTC
from typing import Any

from cadre.directory.v1 import events_pb2 as directory
from cadre.evaluation.v1 import events_pb2 as evaluation
from cadre.notification.v1 import events_pb2 as notification
from enrollment.assignments import completing, lists
from enrollment.requirements.local_dates import LocalDate
from enrollment.requirements.notices import Requirement, Version
from servicekit.calendar import YEARS_OF_LIVES, day_of
from servicekit.data.db import Db
from servicekit.events.consumers import Delivered, Subscription
from servicekit.events.copies import Change, Chunk
from servicekit.names import as_uuid


def notices_published(db: Db, heard: list[Delivered[notification.NoticePublished]]) -> None:
    """Notices were issued: those with a course ask something."""
    lists.ask(db, [_version(event.message) for event in heard if event.message.course_id])


def notices_amended(db: Db, heard: list[Delivered[notification.NoticeAmended]]) -> None:
    """Notices that are out ask something else by now, or of others, or until another day, or nothing."""
    lists.ask(db, [_version(event.message) for event in heard])


def notices_withdrawn(db: Db, heard: list[Delivered[notification.NoticeWithdrawn]]) -> None:
    """Notices no longer hold: what they asked is closed."""
    lists.withdraw(
        db,
        {
            as_uuid(event.message.notice_id, field="notice_id"): event.message.withdraw_time.ToDatetime(UTC)
            for event in heard
        },
    )


def local_dates_changed(db: Db, heard: list[Delivered[notification.LocalDateChanged]]) -> None:
    """Agencies gave their people earlier days, or took them back."""
    lists.date_locally(db, [_local_date(event.message) for event in heard])


def members_changed(db: Db, heard: list[Delivered[directory.AudienceMembersChanged]]) -> None:
    """Memberships changed."""
    lists.follow(db, [_chunk(event.message) for event in heard])


def tests_passed(db: Db, heard: list[Delivered[evaluation.TestPassed]]) -> None:
    """People passed tests."""
    completing.pass_tests(db, [_passed(event.message) for event in heard])


SUBSCRIPTIONS: list[Subscription[Any]] = [
    Subscription(notification.NoticePublished, notices_published),
    Subscription(notification.NoticeAmended, notices_amended),
    Subscription(notification.NoticeWithdrawn, notices_withdrawn),
    Subscription(notification.LocalDateChanged, local_dates_changed),
    Subscription(directory.AudienceMembersChanged, members_changed),
    Subscription(evaluation.TestPassed, tests_passed),
]


def _version(message: notification.NoticePublished | notification.NoticeAmended) -> Version:
    return Version(
        notice_id=as_uuid(message.notice_id, field="notice_id"),
        version=message.version,
        asks=_requirement(message) if message.course_id else None,
    )


def _requirement(message: notification.NoticePublished | notification.NoticeAmended) -> Requirement:
    return Requirement(
        notice_id=as_uuid(message.notice_id, field="notice_id"),
        audience_id=as_uuid(message.audience_id, field="audience_id"),
        audience_revision=message.audience_revision,
        course_id=message.course_id,
        course_version=message.course_version,
        due_date=day_of("due_date", message.due_date, YEARS_OF_LIVES),
        joiner_business_days=message.joiner_business_days,
        published_at=message.publish_time.ToDatetime(UTC),
        briefing_counts=message.briefing_counts,
        credit_months=message.credit_months,
        staff_release_date=(
            day_of("staff_release_date", message.staff_release_date, YEARS_OF_LIVES)
            if message.staff_release_date
            else None
        ),
    )


def _local_date(message: notification.LocalDateChanged) -> LocalDate:
    return LocalDate(
        notice_id=as_uuid(message.notice_id, field="notice_id"),
        agency_id=message.agency_id,
        number=message.number,
        day=day_of("due_date", message.due_date, YEARS_OF_LIVES) if message.due_date else None,
    )


def _chunk(message: directory.AudienceMembersChanged) -> Chunk:
    return Chunk(
        collection_id=as_uuid(message.audience_id, field="audience_id"),
        revision=message.revision,
        number=message.chunk,
        chunks=message.chunks,
        effective_date=day_of("effective_date", message.effective_date, YEARS_OF_LIVES),
        changes=[
            Change(
                as_uuid(one.person_id, field="changes"),
                one.agency_id,
                tuple(one.units),
                one.member,
                one.on_leave,
                one.local,
            )
            for one in message.changes
        ],
        whole=message.whole,
    )


def _passed(message: evaluation.TestPassed) -> completing.Passed:
    return completing.Passed(
        person_id=as_uuid(message.person_id, field="person_id"),
        test_id=message.test_id,
        test_version=message.test_version,
        passed_at=message.submit_time.ToDatetime(UTC),
    )
