"""The copy of audience memberships.

Everything that reads or writes an audience's copy to decide about assignments holds the audience's lock first: a
requirement and the revision it waits for may arrive at the same moment, and one of the two must see the other.
"""

from collections.abc import Iterator, Sequence
from uuid import UUID

from enrollment.requirements.notices import lock
from enrollment.requirements.tables import MEMBERSHIPS
from servicekit.data.db import Db
from servicekit.events.copies import Chunk, collections_of


def take(db: Db, chunks: Sequence[Chunk]) -> Iterator[set[tuple[UUID, UUID]]]:
    """Take over changes of memberships; give the (audience, person) of each wave before the next one is taken over.

    Changes of one audience are applied one revision after another, so that the outcome does not depend on how many
    arrived together.
    """
    lock(db, collections_of(chunks))
    for wave in MEMBERSHIPS.note(db, chunks):
        MEMBERSHIPS.take(db, wave)
        yield {(chunk.collection_id, change.member_id) for chunk in wave for change in chunk.changes}
