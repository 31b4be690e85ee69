"""Who keeps the connections of an owner, and who only sees them."""

from collections.abc import Collection

from servicekit.refusals import PermissionMissing


def keeps(owner: str, kept: Collection[str], seen: Collection[str]) -> bool:
    """Whether somebody who keeps the connections of *kept*, and sees those of *seen*, keeps those of *owner*.

    Raises:
        PermissionMissing: they are an agency's, and the caller sees those of the state: agencies' are their own.
    """
    if owner in kept:
        return True
    if owner not in seen:
        raise PermissionMissing("The caller may not do this.", right="connections.read", scope="AGENCY")
    return False
