"""Who waits for whom.

Whoever changes people takes the shared lock first and then the rows of these people, whoever changes audiences the
exclusive one. So an audience is never computed from people who are just being changed, nor people matched against an
old expression; and who changes other people waits for nobody until rows of the audiences that both touch are written.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg.errors import LockNotAvailable
from sqlalchemy.exc import OperationalError

from servicekit.data.db import Db
from servicekit.refusals import Kind, Refusal

_LOCK = 8_105_110_001


class PeopleBeingChanged(Refusal):
    """A big change of people or audiences, such as a roster, takes longer than we wait: try again soon."""

    kind = Kind.BUSY


def share(db: Db) -> None:
    """Keep audiences as they are until the transaction ends. Taken first by whoever changes a person."""
    _lock(db, "SELECT pg_advisory_xact_lock_shared(%(key)s)")


def hold(db: Db) -> None:
    """Keep people and audiences to oneself until the transaction ends. Taken first by whoever changes audiences."""
    _lock(db, "SELECT pg_advisory_xact_lock(%(key)s)")


@contextmanager
def waiting() -> Iterator[None]:
    """Say of a wait for people or audiences that somebody else is changing, once it was too long, what it is."""
    try:
        yield
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            raise PeopleBeingChanged("The same people or audiences are being changed; try again soon.") from error
        raise


def _lock(db: Db, query: str) -> None:
    with waiting():
        db.run(query, key=_LOCK)
