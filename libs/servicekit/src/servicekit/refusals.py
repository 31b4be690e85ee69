"""Why something was refused, in a form that survives the wire.

Rules and use cases raise a `Refusal`; the server turns it into `google.rpc.Status` with `ErrorInfo(reason, domain,
metadata)` and field violations; the gateway turns the reason into a sentence in the words of the field.
Only the standard library is used here, so that `rules/` may import it.
"""

import re
from enum import Enum
from typing import ClassVar

# A status travels in a header of some 8 kB, as base64; a value is shown to be recognized, not to be read.
_MOST_BYTES = 1_500
_MOST_OF_MESSAGE = 500
_MOST_OF_VALUE = 200


def cut(value: object, most: int = _MOST_BYTES) -> str:
    """Return *value* as text that every status can carry: at most *most* bytes, and no halves of pairs."""
    data = str(value).encode("utf-8", "replace")
    return data.decode() if len(data) <= most else f"{data[:most].decode(errors='ignore')}…"


class Kind(Enum):
    """The family of a refusal; each has one gRPC status code."""

    INVALID = "INVALID_ARGUMENT"
    NOT_FOUND = "NOT_FOUND"
    EXISTS = "ALREADY_EXISTS"
    STALE = "ABORTED"
    PRECONDITION = "FAILED_PRECONDITION"
    DENIED = "PERMISSION_DENIED"
    UNKNOWN_CALLER = "UNAUTHENTICATED"
    BUSY = "UNAVAILABLE"
    LATE = "DEADLINE_EXCEEDED"


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error of the program
    """A request that the rules do not allow. The class name gives the reason: `SeatTaken` is `SEAT_TAKEN`.

    *message* is a sentence for developers; whatever varies in it stands in *metadata* too (AIP-193).
    *field* names the request field at fault, if one is.
    """

    kind: ClassVar[Kind] = Kind.PRECONDITION

    def __init__(self, message: str, *, field: str = "", **metadata: object) -> None:
        super().__init__(message)
        self.message = cut(message, _MOST_OF_MESSAGE)
        self.field = cut(field, _MOST_OF_VALUE)
        self.metadata = {key: cut(value) for key, value in metadata.items()}

    @property
    def reason(self) -> str:
        """The class name as UPPER_SNAKE."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type(self).__name__).upper()


class InvalidField(Refusal):
    """A field of the request breaks a rule: names field, value and rule."""

    kind = Kind.INVALID

    def __init__(self, field: str, value: object, rule: str) -> None:
        super().__init__(f"{field} {rule}", field=field, value=cut(value, _MOST_OF_VALUE), rule=rule)


class NotFound(Refusal):
    """There is no such resource, or none that the caller may see: nobody is told which."""

    kind = Kind.NOT_FOUND

    def __init__(self, resource: str) -> None:
        super().__init__(f"There is no {resource}.", resource=resource)


class AlreadyExists(Refusal):
    """The resource is there already."""

    kind = Kind.EXISTS

    def __init__(self, resource: str, *, field: str = "") -> None:
        super().__init__(f"There is a {resource} already.", field=field, resource=resource)


class Stale(Refusal):
    """Somebody changed the resource after the caller read it (its etag differs)."""

    kind = Kind.STALE

    def __init__(self, resource: str) -> None:
        super().__init__(f"{resource} was changed in the meantime.", resource=resource)


class PermissionMissing(Refusal):
    """The caller does not hold the right, or not as far as needed."""

    kind = Kind.DENIED


class NotSignedIn(Refusal):
    """The call carries no token that can be trusted."""

    kind = Kind.UNKNOWN_CALLER


class RequestIdReused(Refusal):
    """The same request id came with another request."""

    kind = Kind.INVALID
