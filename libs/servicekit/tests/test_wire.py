"""What every service's wire says in the same way."""

from datetime import UTC, date, datetime

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from servicekit import text
from servicekit.refusals import InvalidField, PermissionMissing
from servicekit.rpc.tokens import Principal
from servicekit.rpc.wire import caller, day_text, is_person, timestamp

PERSON = "0190a9a4-0000-7000-8000-000000000001"


@given(st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_moment_is_the_one_that_protobuf_says(moment):
    said = Timestamp()
    said.FromDatetime(moment)

    assert timestamp(moment) == said


def test_what_is_not_known_is_not_said():
    assert timestamp(None) is None
    assert (day_text(None), day_text(date(2026, 3, 5))) == ("", "2026-03-05")


def test_a_person_calls_or_is_refused():
    person, service = Principal(f"people/{PERSON}", {}), Principal("services/directory", {})

    assert (is_person(person), is_person(service)) == (True, False)
    assert str(caller(person)) == PERSON
    for said, metadata in (({}, {"caller": "services/directory"}), ({"right": "tests.take"}, {"right": "tests.take"})):
        with pytest.raises(PermissionMissing) as refused:
            caller(service, **said)
        assert refused.value.metadata == metadata


def test_a_reason_says_why_without_blanks_around_it():
    assert text.reason("  It is wrong. ", most=12) == "It is wrong."
    for nothing in ("", "   ", "It is wrong!!"):
        with pytest.raises(InvalidField, match="must say why, in at most 12 characters"):
            text.reason(nothing, most=12)
