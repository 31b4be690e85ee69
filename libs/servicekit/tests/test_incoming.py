"""What no service could keep is refused before any handler sees it, and names its field; through the real server."""

import contextlib
from datetime import UTC, datetime
from typing import ClassVar

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, timestamp_pb2
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from cadre.operations.v1 import operations_service_pb2 as pb
from servicekit.data.db import Database
from servicekit.refusals import InvalidField, NotFound, Refusal
from servicekit.rpc import incoming
from servicekit.rpc.calls import Servicer
from servicekit.rpc.client import Channel, Refused
from servicekit.rpc.server import Server
from servicekit.rpc.tokens import Signer, Verifier
from servicekit.testing.plugin import ISSUER

RIGHTS = {right: frozenset({"state"}) for right in ("operations.read", "operations.write")}
SERVICE = pb.DESCRIPTOR.services_by_name["OperationsService"]


class Keeper(Servicer):
    """Puts what it is given into the database as it comes."""

    service: ClassVar = SERVICE

    def _answer(self, request, call):
        return pb.Status()

    GetStatus = RunAudits = ListAudits = ListDeadLetters = ListJobs = ListProjections = RebuildProjection = _answer
    RunJob = ResumeJob = ListTasks = RetryTask = _answer

    def DiscardDeadLetter(self, request, call):  # noqa: N802
        with self.write(call, request) as db:
            db.run("INSERT INTO thing (value) VALUES (%(value)s)", value=request.reason)
            return db.answer(pb.DeadLetter(name=request.name))

    def ReplayDeadLetter(self, request, call):  # noqa: N802
        raise NotFound(request.name)

    def PauseJob(self, request, call):  # noqa: N802
        with self.write(call, request) as db:
            db.run(request.reason)
            return db.answer(pb.Job())


@pytest.fixture
def channel(kit_database, keys_dir):
    database = Database(kit_database)
    server = Server([Keeper(database)], Verifier(keys_dir), CollectorRegistry())
    server.start()
    signer = Signer(keys_dir, ISSUER)
    channel = Channel(f"127.0.0.1:{server.port}", lambda: signer.mint("people/7", RIGHTS, now=datetime.now(UTC)))
    yield channel
    channel.close()
    server.stop()
    database.dispose()


@pytest.fixture
def send(channel):
    """Send a request, or bytes that are none, and return what it is refused with."""

    def call(method, request):
        data = request if isinstance(request, bytes) else request.SerializeToString()
        ask = channel.unary_unary(
            f"/{SERVICE.full_name}/{method}", request_serializer=None, response_deserializer=pb.DeadLetter.FromString
        )
        with pytest.raises(Refused) as error:
            ask(data)
        return error.value

    return call


def discard(**fields):
    return pb.DiscardDeadLetterRequest(**{"name": "deadLetters/1", "request_id": "r", "reason": "x"} | fields)


NOT_TEXT = {
    "a zero sign": ("reason", discard(reason="a\0b")),
    "a zero sign where the caller's own id stands": ("request_id", discard(request_id="r\0")),
    "a string that goes on for ever": ("name", discard(name="ab" * 30_000)),
    "no message at all": ("request", b"\xff\xff\xff"),
    "a message that breaks off": ("request", discard().SerializeToString()[:-1]),
    "Latin-1 for UTF-8": ("request", b"\x0a\x04caf\xe9"),
    "half of a pair": ("request", b"\x0a\x03\xed\xa0\x80"),
    "a message in a message, ten thousand deep": ("request", b"\xa3\x06" * 10_000 + b"\xa4\x06" * 10_000),
}


@pytest.mark.parametrize("what", NOT_TEXT)
def test_what_no_database_keeps_is_refused_by_the_name_of_its_field(send, what):
    field, request = NOT_TEXT[what]
    said = send("DiscardDeadLetter", request)
    assert (said.code, said.reason, list(said.fields)) == ("INVALID_ARGUMENT", "INVALID_FIELD", [field])


def test_who_is_not_signed_in_is_told_so_before_anything_is_read(channel):
    ask = channel.unary_unary(
        f"/{SERVICE.full_name}/DiscardDeadLetter", request_serializer=None, response_deserializer=None
    )
    with pytest.raises(Refused) as error:
        ask(b"\xff", metadata=(("authorization", "Bearer nothing"),))
    assert error.value.code == "UNAUTHENTICATED"


@pytest.mark.parametrize("sign", ["a", "é", "漢", "😀"])
def test_a_refusal_shows_a_part_of_what_was_sent_and_arrives_however_long_that_was(send, sign):
    said = send("ReplayDeadLetter", pb.ReplayDeadLetterRequest(name=sign * incoming.LONGEST_STRING, request_id="r"))
    assert (said.code, said.reason) == ("NOT_FOUND", "NOT_FOUND")
    assert said.metadata["resource"].startswith(sign * 300)
    assert said.metadata["resource"].endswith("…")

    said = send("ReplayDeadLetter", pb.ReplayDeadLetterRequest(name=sign * (incoming.LONGEST_STRING + 1)))
    assert len(said.metadata["value"]) <= 201


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("INSERT INTO thing (value) VALUES (left(repeat(sha512('a')::text, 9000), 900000))", "OK"),
        ("SELECT to_tsvector('simple', string_agg(sha512(n::text::bytea)::text, ' ')) FROM generate_series(1, 20000) n",
         "INVALID_ARGUMENT"),
        ("SELECT 2147483647::int + length('a')", "INVALID_ARGUMENT"),
        ("SELECT make_date(99999999, 1, 1)", "INVALID_ARGUMENT"),
        ("SELECT 1 / (length('a') - 1)", "INTERNAL"),
    ],
)  # fmt: skip
def test_a_value_that_the_database_cannot_keep_is_no_error_of_ours_and_a_wrong_statement_is(channel, statement, code):
    ask = channel.unary_unary(
        f"/{SERVICE.full_name}/PauseJob",
        request_serializer=pb.PauseJobRequest.SerializeToString,
        response_deserializer=pb.Job.FromString,
    )
    request = pb.PauseJobRequest(name="jobs/a", reason=statement, request_id="r-1")
    if code == "OK":
        ask(request)
        return
    with pytest.raises(Refused) as error:
        ask(request)
    assert error.value.code == code


# ---- every kind of field, on a message made for this test ----------------------------------------------------------


@pytest.fixture(scope="module")
def everything():
    """A message with each kind of field that contracts have, and the reader of it."""
    file = descriptor_pb2.FileDescriptorProto(name="kit_everything.proto", package="kit.everything", syntax="proto3")
    file.dependency.append("google/protobuf/timestamp.proto")
    colours = file.enum_type.add(name="Colour")
    for number, name in enumerate(("NONE", "RED")):
        colours.value.add(name=name, number=number)
    kind = descriptor_pb2.FieldDescriptorProto
    one, many = kind.LABEL_OPTIONAL, kind.LABEL_REPEATED
    part = file.message_type.add(name="Part")
    part.field.add(name="text", number=1, type=kind.TYPE_STRING, label=one)
    part.field.add(name="colours", number=2, type=kind.TYPE_ENUM, type_name=".kit.everything.Colour", label=many)
    part.field.add(name="inner", number=3, type=kind.TYPE_MESSAGE, type_name=".kit.everything.Part", label=one)
    whole = file.message_type.add(name="Whole")
    entry = whole.nested_type.add(name="NotesEntry")
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, type=kind.TYPE_STRING, label=one)
    entry.field.add(name="value", number=2, type=kind.TYPE_STRING, label=one)
    entries = ".kit.everything.Whole.NotesEntry"
    whole.field.add(name="name", number=1, type=kind.TYPE_STRING, label=one)
    whole.field.add(name="names", number=2, type=kind.TYPE_STRING, label=many)
    whole.field.add(name="parts", number=3, type=kind.TYPE_MESSAGE, type_name=".kit.everything.Part", label=many)
    whole.field.add(name="colour", number=4, type=kind.TYPE_ENUM, type_name=".kit.everything.Colour", label=one)
    whole.field.add(name="at", number=5, type=kind.TYPE_MESSAGE, type_name=".google.protobuf.Timestamp", label=one)
    whole.field.add(name="notes", number=6, type=kind.TYPE_MESSAGE, type_name=entries, label=many)
    whole.field.add(name="content", number=7, type=kind.TYPE_BYTES, label=one)
    whole.field.add(name="numbers", number=8, type=kind.TYPE_INT32, label=many)
    pool = descriptor_pool.Default()
    descriptor = pool.AddSerializedFile(file.SerializeToString()).message_types_by_name["Whole"]
    return message_factory.GetMessageClass(descriptor), incoming.reader(descriptor)


WRONG = {
    "names[1]": {"names": ["a", "b\0"]},
    "parts[0].text": {"parts": [{"text": "\0"}]},
    "parts[1].inner.inner.text": {"parts": [{}, {"inner": {"inner": {"text": "x\0"}}}]},
    "parts[0].colours[1]": {"parts": [{"colours": [1, 9]}]},
    "colour": {"colour": -7},
    "at": {"at": timestamp_pb2.Timestamp(seconds=-(10**18))},
    "notes[]": {"notes": {"a\0": "b"}},
    "notes[a]": {"notes": {"a": "b\0"}},
    "parts[0].text ": {"parts": [{"text": "é" * (incoming.LONGEST_TEXT + 1)}]},
}


@pytest.mark.parametrize("path", WRONG)
def test_it_is_found_however_deep_it_stands(everything, path):
    message, read = everything
    with pytest.raises(InvalidField) as refusal:
        read(message(**WRONG[path]).SerializeToString())
    assert refusal.value.field == path.strip()


@pytest.mark.parametrize(
    ("seconds", "nanos", "kept"),
    [
        (0, 0, True),
        (int(datetime(1900, 1, 1, tzinfo=UTC).timestamp()), 0, True),
        (int(datetime(1900, 1, 1, tzinfo=UTC).timestamp()) - 1, 999_999_999, False),
        (int(datetime(2201, 1, 1, tzinfo=UTC).timestamp()) - 1, 999_999_999, True),
        (int(datetime(2201, 1, 1, tzinfo=UTC).timestamp()), 0, False),
        (0, -1, False),
        (0, 2_000_000_000, False),
        (2**63 - 1, 0, False),
    ],
)
def test_a_moment_lies_in_the_years_that_people_live_in(everything, seconds, nanos, kept):
    message, read = everything
    data = message(at=timestamp_pb2.Timestamp(seconds=seconds, nanos=nanos)).SerializeToString()
    if kept:
        assert read(data).at.nanos == nanos
    else:
        with pytest.raises(InvalidField, match="moment of the years 1900 to 2200"):
            read(data)


def test_what_can_be_kept_comes_through_as_it_was_sent(everything):
    message, read = everything
    sent = message(
        name="a" * incoming.LONGEST_STRING,
        parts=[{"text": "漢" * incoming.LONGEST_TEXT, "colours": [0, 1, 0]}],
        notes={"": "ل"},
        colour=1,
        content=b"\0\xff",
        numbers=[0, 2**31 - 1],
    )
    assert read(sent.SerializeToString()) == sent


@given(data=st.binary(max_size=200))
def test_whatever_the_bytes_are_they_are_read_or_refused(everything, data):
    _, read = everything
    with contextlib.suppress(InvalidField):
        read(data)


@given(value=st.text(st.characters(exclude_categories=())), field=st.text())
def test_whatever_a_refusal_says_can_be_sent(value, field):
    refusal = Refusal(value, field=field, value=value * 50)
    for text in (refusal.message, refusal.field, *refusal.metadata.values()):
        assert len(text.encode()) < 1_600
