"""What people hear of works: who has the ball now, and what a body has to ratify. Who sees a work reads the rest."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from curriculum.governance import parts
from curriculum.governance.tables import BodyRulesRow
from curriculum.works.records import name_of
from curriculum.works.tables import WorkRow
from servicekit.data import messages
from servicekit.data.db import Db

# Who hears what a body has to do: the first of these parts that somebody has.
_HEARS = ("SECRETARY", "CHAIR", "DEPUTY")


def given(db: Db, row: WorkRow) -> None:
    """Tell who has the ball from now on."""
    collection, _, which = row.holder.partition("/")
    once = f"{row.id}/{row.revision}"
    if collection == "people":
        messages.want(db, kind="work.given", once=once, about=name_of(row.id), facts=_facts(row), people=[UUID(which)])
    elif people := _officers(db, which):
        facts = _facts(row) | {"body": _code(db, which)}
        messages.want(db, kind="work.waits", once=once, about=name_of(row.id), facts=facts, people=people)


def to_ratify(db: Db, row: WorkRow, body: str, until: date) -> None:
    """Tell a body until when it has to ratify what its chair decided at once."""
    if people := _officers(db, body):
        facts = _facts(row) | {"body": _code(db, body), "until": until.isoformat()}
        once = f"{row.id}/{row.revision}"
        messages.want(db, kind="work.ratify", once=once, about=name_of(row.id), facts=facts, people=people)


def _facts(row: WorkRow) -> dict[str, str]:
    return {"work": row.id}


def _code(db: Db, body: str) -> str:
    ruled = db.get(BodyRulesRow, body)
    return ruled.code if ruled else body


def _officers(db: Db, body: str) -> Collection[UUID]:
    now = parts.present(db, [body])
    for part in _HEARS:
        if found := {one.person for one in now if one.part == part}:
            return found
    return ()
