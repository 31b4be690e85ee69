"""Whom agencies ask too, as events of the contract. Nothing else builds one."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from cadre.notification.v1 import events_pb2 as pb
from servicekit.rpc.wire import timestamp


def local_audience_changed(
    *, audience_id: UUID, agency_id: str, units: Sequence[str], revision: int, at: datetime
) -> pb.LocalAudienceChanged:
    """Tell all the units that an agency asks beside an audience, by now."""
    return pb.LocalAudienceChanged(
        audience_id=str(audience_id),
        agency_id=agency_id,
        units=sorted(units),
        revision=revision,
        change_time=timestamp(at),
    )
