"""Contract ↔ domain: connections and calls."""

from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import UUID

from cadre.notification.v1 import connection_service_pb2 as pb
from notification.connections import queries
from notification.connections.connections import Given
from notification.connections.rules.payload import payload
from notification.connections.rules.which import Which
from servicekit import names
from servicekit.refusals import InvalidField
from servicekit.rpc.wire import timestamp

_STATE = "state"
_AGENCY = "agencies/{agency}"
_STATES = {
    "WAITING": pb.Webhook.WAITING,
    "CALLING": pb.Webhook.WAITING,
    "SENT": pb.Webhook.SENT,
    "GIVEN_UP": pb.Webhook.GIVEN_UP,
}


def owner(name: str, *, field: str = "parent") -> str:
    """Return the agency of an owner, '' for the state."""
    return "" if name == _STATE else names.slug_in(_AGENCY, name, field=field)


def which(name: str, *, field: str = "name") -> Which:
    """Return the connection of a name."""
    of, found, rest = name.partition("/connections/")
    if not found:
        raise InvalidField(field, name, "must have the form {owner}/connections/{connection}")
    return Which(owner(of, field=field), names.as_uuid(rest, field=field))


def call_of(name: str, *, field: str = "name") -> tuple[Which, UUID]:
    """Return the connection and the id of a call's name."""
    of, found, rest = name.partition("/webhooks/")
    if not found:
        raise InvalidField(field, name, "must have the form {owner}/connections/{connection}/webhooks/{webhook}")
    return which(of, field=field), names.as_uuid(rest, field=field)


def given(message: pb.Connection) -> Given:
    """Return what an owner says of a connection."""
    return Given(message.title, message.address, message.kinds)


def since(request: pb.RepeatWebhooksRequest) -> datetime | None:
    """Return the moment since which calls are made again; None if none is said."""
    if not request.HasField("since"):
        return None
    try:
        return request.since.ToDatetime(UTC)
    except (ValueError, OverflowError):
        raise InvalidField("since", request.since.seconds, "must be a moment") from None


def connection(row: queries.Connection, *, whole: bool = True) -> pb.Connection:
    """Return a connection, *whole* for who keeps it; others are not told what comes after the host of its address."""
    return pb.Connection(
        name=Which(row.agency_id, row.id).name,
        title=row.title,
        address=row.address if whole else f"https://{urlsplit(row.address).hostname or ''}",
        kinds=row.kinds,
        create_time=timestamp(row.created_at),
        creator=f"people/{row.created_by}",
        off=row.off,
        off_time=timestamp(row.off_at),
        failing_since=timestamp(row.failing_since),
        earlier_secret_until=timestamp(row.earlier_until),
        last_sent_time=timestamp(row.last_sent_at),
        waiting=row.waiting,
        given_up=row.given_up,
    )


def webhook(row: queries.Call, *, whole: bool = True) -> pb.Webhook:
    """Return a call, with what it tells; *whole*, with what was answered too, for who keeps the connection."""
    of = Which(row.owner, row.connection_id).name
    waits = _STATES[row.state] == pb.Webhook.WAITING
    return pb.Webhook(
        name=f"{of}/webhooks/{row.id}",
        kind=row.kind,
        state=_STATES[row.state],
        create_time=timestamp(row.created_at),
        tries=row.tries,
        last_try_time=timestamp(row.tried_at),
        next_try_time=timestamp(row.next_try) if waits else None,
        reason=row.reason,
        status=row.status,
        milliseconds=row.milliseconds,
        answer=row.answer if whole else "",
        payload=payload(row.told, connection=of),
    )
