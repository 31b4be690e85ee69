"""What a call says: a CloudEvent in its structured form. Names of resources only, no titles and no people."""

import json
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

SOURCE = "urn:cadre:notification"
CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"


class Told(NamedTuple):
    """What happened. *agency_id* is '' where it is not about one; a ping is about no letter."""

    id: UUID
    kind: str
    notice_id: UUID | None
    version: int
    agency_id: str
    at: datetime


def payload(told: Told, *, connection: str) -> str:
    """Return the body of a call: the same text at each try. *connection* is the name of who is told."""
    subject = f"notices/{told.notice_id}" if told.notice_id else connection
    data: dict[str, object] = {"connection": connection}
    if told.notice_id:
        data |= {"notice": subject, "version": told.version}
    if told.agency_id:
        data["agency"] = f"agencies/{told.agency_id}"
    event = {
        "specversion": "1.0",
        "id": str(told.id),
        "source": SOURCE,
        "type": f"cadre.{told.kind}.v1",
        "subject": subject,
        "time": told.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": data,
    }
    return json.dumps(event, separators=(",", ":"))
