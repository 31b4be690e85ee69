"""Resource names (AIP-122): `shelves/a/books/b` and the ids in them."""

import re
import uuid
from collections.abc import Collection
from functools import cache

from servicekit.refusals import InvalidField

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_SLUG = 100
# Versions are numbered from 1, and a column holds as much.
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"(\{\w+\})", template)
    return re.compile("".join(f"(?P<{p[1:-1]}>[^/]+)" if p.startswith("{") else re.escape(p) for p in parts))


def parse(template: str, name: str, *, field: str = "name") -> dict[str, str]:
    """Return the ids in *name*, which must have the form of *template*, such as `shelves/{shelf}/books/{book}`."""
    match = _pattern(template).fullmatch(name)
    if match is None:
        raise InvalidField(field, name, f"must have the form {template}")
    return match.groupdict()


def one(template: str, name: str, *, field: str = "name") -> str:
    """Return the only id in *name*."""
    (value,) = parse(template, name, field=field).values()
    return value


def slug(value: str, *, field: str) -> str:
    """Return *value* if it can be an id that people read."""
    if len(value) > _LONGEST_SLUG or not _SLUG.fullmatch(value):
        raise InvalidField(field, value, f"must be lower-case words joined by hyphens, at most {_LONGEST_SLUG} letters")
    return value


def slug_in(template: str, name: str, *, field: str = "name") -> str:
    """Return the only id in *name*, which must be a slug."""
    return slug(one(template, name, field=field), field=field)


def version_in(template: str, name: str, *, field: str = "name") -> tuple[str, int]:
    """Return the slug and the number in *name*: *template* is such as `books/{book}/versions/{version}`."""
    which, number = parse(template, name, field=field).values()
    if not _NUMBER.fullmatch(number):
        raise InvalidField(field, name, "must end with the number of a version")
    return slug(which, field=field), int(number)


def uuid_in(template: str, name: str, *, field: str = "name") -> uuid.UUID:
    """Return the only id in *name*, which must be a UUID."""
    return as_uuid(one(template, name, field=field), field=field)


def uuids_in(template: str, names: Collection[str], *, field: str, most: int) -> list[uuid.UUID]:
    """Return the ids in *names*, of which there may be at most *most*."""
    if len(names) > most:
        raise InvalidField(field, str(len(names)), f"may name at most {most}")
    return [uuid_in(template, name, field=field) for name in names]


def as_uuid(value: str, *, field: str) -> uuid.UUID:
    """Return *value* as a UUID."""
    try:
        return uuid.UUID(value)
    except ValueError:
        raise InvalidField(field, value, "must hold a UUID") from None
