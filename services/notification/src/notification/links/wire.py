"""Between the contract's messages and what supersedes a letter."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from cadre.notification.v1 import notice_service_pb2 as pb
from notification.letters.rows import name_of
from notification.letters.wire import notice_id
from notification.links.links import Successor


def say_superseded(message: pb.Notice, found: Mapping[UUID, Sequence[Successor]]) -> None:
    """Say in a letter what supersedes it."""
    message.superseded_by.extend(
        pb.Successor(
            notice=name_of(one.notice_id),
            series=one.series,
            number=one.number,
            subject=one.subject,
            since=one.since,
            whole=one.whole,
            parts="" if one.whole else one.parts,
            rescinds=one.rescinds,
        )
        for one in found.get(notice_id(message.name), ())
    )
