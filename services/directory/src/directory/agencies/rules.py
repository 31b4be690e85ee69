"""Reference data: what agencies, counties, units and classes must look like before they are taken."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from directory.rules import spells
from servicekit.refusals import InvalidField, Kind, Refusal

KINDS = ("single-county", "regional", "state")
_FIPS = re.compile(r"\d{5}")


class CountyHasTwoAgencies(Refusal):
    """A county would belong to two agencies on some day."""

    kind = Kind.INVALID


@dataclass(frozen=True)
class Membership:
    """A county belongs to an agency from *start* (none: since before records) up to, not including, *end*."""

    fips: str
    agency_id: str
    start: date | None
    end: date | None

    @property
    def spell(self) -> spells.Spell:
        """Its days."""
        return spells.Spell(self.start or date.min, self.end)


def check_fips(field: str, value: str) -> None:
    """Refuse what is no county's code."""
    if not _FIPS.fullmatch(value):
        raise InvalidField(field, value, "must be five digits")


def check_title(field: str, value: str) -> None:
    """Refuse an empty title."""
    if not value.strip():
        raise InvalidField(field, value, "must be given")


def check_kind(value: str) -> None:
    """Refuse a kind of agency that there is not."""
    if value not in KINDS:
        raise InvalidField("agencies.kind", value, f"must be one of {', '.join(KINDS)}")


def check_distinct(field: str, values: Sequence[str]) -> None:
    """Refuse a value that is given twice."""
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise InvalidField(field, value, "must be given once")
        seen.add(value)


def check_ends(ends: Mapping[str, str | None], memberships: Iterable[Membership]) -> None:
    """Refuse a county of an agency beyond the end of it (agency → day, None = it goes on)."""
    for membership in memberships:
        end = ends[membership.agency_id]
        if end and (membership.end is None or membership.end.isoformat() > end):
            value = f"{membership.fips} at {membership.agency_id}"
            raise InvalidField("agencies.counties.end_date", value, f"must be {end} or before, when the agency ends")


def check_memberships(memberships: Iterable[Membership]) -> None:
    """Refuse membership that ends before it begins, or two agencies for a county on one day."""
    by_county: defaultdict[str, list[Membership]] = defaultdict(list)
    for membership in memberships:
        if membership.start is not None:
            spells.require_order("agencies.counties.end_date", membership.start, membership.end, same_day=False)
        for other in by_county[membership.fips]:
            if membership.spell.overlaps(other.spell):
                raise CountyHasTwoAgencies(
                    f"County {membership.fips} would belong to {membership.agency_id} and {other.agency_id} on one day."
                    " An agency that ended stays in the data, with the day of its end.",
                    field="agencies.counties",
                    fips=membership.fips,
                    agency=membership.agency_id,
                    other=other.agency_id,
                )
        by_county[membership.fips].append(membership)
