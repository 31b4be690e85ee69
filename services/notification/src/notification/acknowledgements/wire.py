"""Between the contract's messages and what is on record of who read and confirmed letters."""

from cadre.notification.v1 import acknowledgement_service_pb2 as pb
from notification.acknowledgements.queries import Acknowledgement
from notification.letters.wire import person
from servicekit.rpc.wire import timestamp


def acknowledgement(row: Acknowledgement) -> pb.Acknowledgement:
    """Write who read or confirmed what."""
    return pb.Acknowledgement(
        notice=f"notices/{row.notice_id}",
        series=row.series,
        number=row.number,
        subject=row.subject,
        person=person(row.person_id),
        kind=pb.Acknowledgement.Kind.Value(row.kind),
        agency=f"agencies/{row.agency_id}" if row.agency_id else "",
        version=row.version,
        text_sha256=row.text_sha256,
        statement=row.statement,
        statement_sha256=row.statement_sha256,
        language=row.language,
        statement_assumed=row.assumed,
        time=timestamp(row.at),
        channel=pb.Acknowledgement.Channel.Value(row.channel),
        recorded_by=person(row.recorded_by),
        reason=row.reason,
    )
