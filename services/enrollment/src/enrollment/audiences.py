"""The copy of audience memberships, and what its changes do to open requirements.

Everything that reads or writes an audience's copy to decide about assignments holds the audience's lock first: a
requirement and the revision it waits for may arrive at the same moment, and one of the two must see the other.
"""

from collections.abc import Sequence

from enrollment import requirements
from enrollment.tables import MEMBERSHIPS
from servicekit.data.db import Db
from servicekit.events.copies import Chunk, collections_of


def follow(db: Db, chunks: Sequence[Chunk]) -> None:
    """Take over changes of memberships and let open requirements follow; open those that waited for them.

    Changes of one audience are applied one revision after another, so that the outcome does not depend on how many
    arrived together.
    """
    audiences = collections_of(chunks)
    requirements.lock(db, audiences)
    for wave in MEMBERSHIPS.note(db, chunks):
        MEMBERSHIPS.take(db, wave)
        changed = {(chunk.collection_id, change.member_id) for chunk in wave for change in chunk.changes}
        requirements.follow_members(db, changed)
    requirements.open_ready(db, audiences)
