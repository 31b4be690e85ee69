"""Names of what others own: agencies, notices, people."""

from collections.abc import Collection
from uuid import UUID

from servicekit import names, paging
from servicekit.refusals import InvalidField

WHOLE_STATE = "-"


def agency_id(parent: str) -> str:
    """Return the id in `agencies/{agency}`; `-`, the whole state, is ''."""
    agency = names.one("agencies/{agency}", parent, field="parent")
    return "" if agency == WHOLE_STATE else agency


def one_agency_id(parent: str) -> str:
    """Return the id in `agencies/{agency}`, which must be one agency."""
    if agency := agency_id(parent):
        return agency
    raise InvalidField("parent", parent, "must name one agency")


def notice_id(name: str, *, field: str) -> UUID:
    """Return the id in `notices/{notice}`."""
    return names.uuid_in("notices/{notice}", name, field=field)


def notice_ids(notices: Collection[str]) -> list[UUID]:
    """Return the ids of the notices to which a list is narrowed; none = it is not."""
    return names.uuids_in("notices/{notice}", notices, field="notices", most=paging.MOST)


def person_id(name: str, *, field: str) -> UUID:
    """Return the id in `people/{person}`."""
    return names.uuid_in("people/{person}", name, field=field)
