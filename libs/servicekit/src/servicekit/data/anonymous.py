"""The one write that leaves no trace of its caller: neither audit row nor remembered answer, event, log line or span.

For methods that say `anonymous` in their contract, and for nothing else. A table that such a write may change has no
trigger that asks for an audit row; every other table of the service has one, so that a write which strays there fails
in the database. What stands in the place of `request_id` is a ticket, which is good once and names nobody.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from google.protobuf.descriptor import MethodDescriptor

from cadre.options.v1 import options_pb2
from servicekit.data.db import Database, Db, writing


def is_anonymous(method: MethodDescriptor) -> bool:
    """Whether the contract says that nothing may join what *method* writes to its caller."""
    return bool(method.GetOptions().Extensions[options_pb2.anonymous])


@contextmanager
def anonymous_write(database: Database, at: datetime | None = None) -> Iterator[Db]:
    """Give one transaction that knows neither caller nor request.

    Raises:
        RuntimeError: the write made an event, whose row would keep the moment and its place in the order.
    """
    token = writing.set(True)
    try:
        with (
            database.engine.connect() as connection,
            connection.begin() as begun,
            Db(connection, at or database.clock()) as db,
        ):
            yield db
            db.flush()
            if db.events:
                raise RuntimeError("an anonymous write makes no event")
            begun.commit()
    finally:
        writing.reset(token)
