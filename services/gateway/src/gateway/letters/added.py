"""What agencies added to a letter for their own staff, as it stands below the letter wherever that is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import supplement_service_pb2 as pb
from gateway.web.visit import Visit

# More than there are agencies.
_MOST = 200


@dataclass(frozen=True)
class Added:
    """What holds and the visitor may read, by agency, with the names of those who wrote it."""

    every: Sequence[pb.Supplement] = ()
    agencies: Mapping[str, agency_pb.Agency] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def of(self, agency: str) -> pb.Supplement | None:
        """What one agency added."""
        return next((one for one in self.every if one.agency == agency), None)


def to(visit: Visit, letter: notice_pb.Notice) -> Added:
    """Ask what was added to a letter that the visitor sees."""
    every = visit.clients.supplements.ListSupplements(
        pb.ListSupplementsRequest(parent=letter.name, page_size=_MOST)
    ).supplements
    if not every:
        return Added()
    return Added(every, visit.agencies(), visit.names([one.writer for one in every]))
