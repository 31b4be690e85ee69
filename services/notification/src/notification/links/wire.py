"""Between the contract's messages and what supersedes a letter."""

from collections.abc import Iterable

from cadre.notification.v1 import notice_service_pb2 as pb
from notification.letters.rows import name_of
from notification.links.links import Successor


def superseded_by(found: Iterable[Successor]) -> list[pb.Successor]:
    """Write what supersedes a letter."""
    return [
        pb.Successor(
            notice=name_of(one.notice_id),
            series=one.series,
            number=one.number,
            subject=one.subject,
            since=one.since,
            whole=one.whole,
            parts="" if one.whole else one.parts,
        )
        for one in found
    ]
