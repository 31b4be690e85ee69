"""What a check says."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What one check found: *mend* is empty if all is well."""

    check: str
    found: str
    mend: str = ""
