"""What comes in with a call: read from its bytes, and refused by the name of its field where nothing could keep it.

Once for all methods, from the contract: text without zero signs and of bounded length, enum values that the contract
has, moments in years that people live in. What a value means is the service's to decide.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.timestamp_pb2 import Timestamp

from servicekit.calendar import YEARS_OF_LIVES
from servicekit.refusals import InvalidField
from servicekit.text import require_storable

# A request's own strings are names, words to look for and reasons; what is written at length stands in its resources.
LONGEST_STRING = 4_000
LONGEST_TEXT = 200_000

_FIRST = int(datetime(YEARS_OF_LIVES[0], 1, 1, tzinfo=UTC).timestamp())
_LAST = int(datetime(YEARS_OF_LIVES[-1] + 1, 1, 1, tzinfo=UTC).timestamp())
_NANOS = range(1_000_000_000)


def reader(descriptor: Descriptor) -> Callable[[bytes], Message]:
    """Return what makes a message of *descriptor* of its bytes, or refuses them with `InvalidField`."""
    parse = message_factory.GetMessageClass(descriptor).FromString
    # Fields of which some values are none, whatever they hold.
    choices = [f for f in _fields(descriptor, set()) if f.enum_type or f.message_type is Timestamp.DESCRIPTOR]

    def read(data: bytes) -> Message:
        try:
            message = parse(data)
        except DecodeError:
            # That includes strings that are not UTF-8, such as half of a pair, and what is nested too deep.
            raise InvalidField("request", "", f"must be a {descriptor.full_name} in UTF-8") from None
        # What holds neither a zero byte nor much of anything needs no look at its strings: nearly every request.
        if choices or len(data) > LONGEST_STRING or b"\0" in data:
            _check(message, "", LONGEST_STRING)
        return message

    return read


def _check(message: Message, path: str, longest: int) -> None:
    for field, value in message.ListFields():
        name = f"{path}{field.name}"
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            for key, one in value.items():
                _check_value(field.message_type.fields_by_name["key"], f"{name}[]", key, longest)
                _check_value(field.message_type.fields_by_name["value"], f"{name}[{key}]", one, longest)
        elif field.is_repeated and field.type == field.TYPE_STRING:
            # A thousand names are usual: only one that is wrong is named.
            for index in [n for n, one in enumerate(value) if "\0" in one or len(one) > longest][:1]:
                _check_value(field, f"{name}[{index}]", value[index], longest)
        elif field.is_repeated:
            if field.type in (field.TYPE_ENUM, field.TYPE_MESSAGE):
                for index, one in enumerate(value):
                    _check_value(field, f"{name}[{index}]", one, longest)
        else:
            _check_value(field, name, value, longest)


def _check_value(field: FieldDescriptor, name: str, value: Any, longest: int) -> None:  # noqa: ANN401 - any of the contract's types
    if field.type == field.TYPE_STRING:
        if len(value) > longest:
            raise InvalidField(name, value, f"must have at most {longest:,} characters")
        require_storable(name, value)
    elif field.enum_type is not None:
        if value not in field.enum_type.values_by_number:
            raise InvalidField(name, value, "must be one that the contract knows")
    elif field.message_type is Timestamp.DESCRIPTOR:
        if not _FIRST <= value.seconds < _LAST or value.nanos not in _NANOS:
            rule = f"must be a moment of the years {YEARS_OF_LIVES[0]} to {YEARS_OF_LIVES[-1]}"
            raise InvalidField(name, f"{value.seconds}.{value.nanos:09}", rule)
    elif field.message_type is not None:
        _check(value, f"{name}.", LONGEST_TEXT)


def _fields(descriptor: Descriptor, seen: set[str]) -> Iterator[FieldDescriptor]:
    """Give every field of *descriptor* and of what it holds."""
    seen.add(descriptor.full_name)
    for field in descriptor.fields:
        yield field
        if field.message_type is not None and field.message_type.full_name not in seen:
            yield from _fields(field.message_type, seen)
