"""What other services tell, in this service's terms."""

from datetime import UTC, datetime

from cadre.directory.v1 import events_pb2 as directory
from cadre.enrollment.v1 import events_pb2 as enrollment
from notification.assignments import Key
from notification.deliveries import Agency
from servicekit import names
from servicekit.calendar import YEARS_OF_LIVES, day_of
from servicekit.events.copies import Change, Chunk


def chunk(message: directory.AudienceMembersChanged) -> Chunk:
    """Read a chunk of a change of membership."""
    return Chunk(
        collection_id=names.as_uuid(message.audience_id, field="audience_id"),
        revision=message.revision,
        number=message.chunk,
        chunks=message.chunks,
        effective_date=day_of("effective_date", message.effective_date, YEARS_OF_LIVES),
        changes=[
            Change(
                names.as_uuid(change.person_id, field="person_id"),
                change.agency_id,
                tuple(change.units),
                change.member,
                change.on_leave,
            )
            for change in message.changes
        ],
        whole=message.whole,
    )


def agency(message: directory.AgencyListed) -> Agency:
    """Read an agency; older messages say of none that it ends."""
    end = day_of("end_date", message.end_date, YEARS_OF_LIVES) if message.end_date else None
    return Agency(message.agency_id, message.kind, end)


def completions(message: enrollment.AssignmentCompleted) -> dict[Key, datetime]:
    """Read who completed what was assigned, and when."""
    notice = names.as_uuid(message.notice_id, field="notice_id")
    return {
        Key(notice, names.as_uuid(done.person_id, field="person_id")): done.complete_time.ToDatetime(UTC)
        for done in message.completions
    }


def assigned(message: enrollment.AssignmentCreated | enrollment.AssignmentWaived) -> list[Key]:
    """Read whose assignments an event is about."""
    notice = names.as_uuid(message.notice_id, field="notice_id")
    return [Key(notice, names.as_uuid(person, field="person_id")) for person in message.person_ids]
