"""Events leave a service through its outbox, in the transaction that made them true.

`emit` takes the session of a write, so an event cannot be sent outside one; the relay is the only publisher.
"""

from collections.abc import Iterable
from datetime import timedelta
from functools import cache

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from cadre.options.v1 import options_pb2
from servicekit import trace
from servicekit.data.db import Db, PendingEvent

# NATS takes 1 MiB, headers included.
MOST_BYTES = 1_000_000
# Stands in a subject for the service that tells it, where any may.
_ANY = "*"
# After that the job `purge` deletes what is published.
OUTBOX_KEPT = timedelta(days=7)


@cache
def subject_of(descriptor: Descriptor, producer: str = "") -> str:
    """Return the subject that the contract gives to a message; a message without one is no event.

    In that of an event that any service may tell, the *producer* has its name.
    """
    subject: str = descriptor.GetOptions().Extensions[options_pb2.subject]
    if not subject:
        raise TypeError(f"{descriptor.full_name} has no subject in the contract")
    if _ANY not in subject:
        return subject
    if not producer:
        raise TypeError(f"{descriptor.full_name} may be told by any service: which one is not said")
    return subject.replace(_ANY, producer)


def emit(db: Db, message: Message) -> None:
    """Leave *message* in the outbox when the transaction of *db* commits.

    Raises:
        ValueError: it is larger than NATS takes; published never, it would hold up every event after it.
    """
    db.events.append(pending(message, trace.current.get(), producer=db.service))


def pending(message: Message, traced: str, also: Iterable[str] = (), *, producer: str = "") -> PendingEvent:
    """Return *message* as it will lie in the outbox, under the traceparent *traced* ('' = none). Raises as `emit`.

    *also* are those of others who caused it.
    """
    payload = message.SerializeToString()
    if len(payload) > MOST_BYTES:
        raise ValueError(f"{message.DESCRIPTOR.full_name} has {len(payload)} bytes, more than {MOST_BYTES}: cut it up")
    headers = {trace.HEADER: traced} if traced else {}
    if others := ",".join(dict.fromkeys(other for other in also if other and other != traced)):
        headers[trace.ALSO] = others
    return PendingEvent(subject_of(message.DESCRIPTOR, producer), payload, headers)
