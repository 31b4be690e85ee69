"""A call is known, allowed, in time and answered in the contract's terms; seen through a real server and stub."""

import contextlib
import json
import shutil
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import grpc
import psycopg
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool
from grpc_health.v1 import health_pb2, health_pb2_grpc
from prometheus_client import CollectorRegistry
from sqlalchemy import make_url

from cadre.operations.v1 import operations_service_pb2 as pb
from cadre.operations.v1 import operations_service_pb2_grpc as pb_grpc
from cadre.options.v1 import options_pb2
from servicekit.data.db import Database, writing
from servicekit.embedded.process import free_port
from servicekit.refusals import NotFound
from servicekit.rpc import keys
from servicekit.rpc.calls import Servicer, authorizer
from servicekit.rpc.client import Channel, Refused
from servicekit.rpc.server import Server
from servicekit.rpc.tokens import Principal, Signer, Verifier
from servicekit.testing.name_server import NameServer
from servicekit.testing.plugin import ISSUER

READ = {"operations.read": frozenset({"state"})}
WRITE = {"operations.write": frozenset({"state"})}


class Things(Servicer):
    """Answers the operations contract over one list, to show what the kit does around a handler."""

    service: ClassVar = pb.DESCRIPTOR.services_by_name["OperationsService"]

    def GetStatus(self, request, call):  # noqa: N802
        return pb.Status(service=f"{call.principal.name} {call.method} {call.scope.whole}")

    def RunAudits(self, request, call):  # noqa: N802
        raise ZeroDivisionError("a secret detail")

    def ListDeadLetters(self, request, call):  # noqa: N802
        raise NotFound("deadLetters/9")

    def ListAudits(self, request, call):  # noqa: N802
        with self.read() as db:
            db.run("SELECT pg_sleep(3600)")

    def _not_called(self, request, call):
        raise AssertionError("not called")

    ReplayDeadLetter = ListJobs = RunJob = PauseJob = ResumeJob = ListProjections = RebuildProjection = _not_called
    ListTasks = RetryTask = _not_called

    def DiscardDeadLetter(self, request, call):  # noqa: N802
        with self.write(call, request) as db:
            db.run("INSERT INTO thing (value) VALUES (%(value)s)", value=request.reason)
            return db.answer(pb.DeadLetter(name=request.name, reason=str(db.at)))


@pytest.fixture
def registry():
    return CollectorRegistry()


@pytest.fixture
def port(kit_database, keys_dir, registry):
    database = Database(kit_database, statement_seconds=2)
    server = Server([Things(database)], Verifier(keys_dir), registry)
    server.start()
    yield server.port
    server.stop()
    database.dispose()


@pytest.fixture
def cut_off(kit_database, postgres_server):
    """Forbid new connections to the database and end those there are."""

    def cut():
        name = make_url(kit_database).database
        with psycopg.connect(postgres_server.url("postgres").replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])

    return cut


@pytest.fixture
def signer(keys_dir):
    return Signer(keys_dir, ISSUER)


@pytest.fixture
def stub_with(port, signer):
    channels = []

    def make(rights=None, token=None):
        channel = Channel(
            f"127.0.0.1:{port}",
            lambda: signer.mint("people/7", rights or {}, now=datetime.now(UTC)) if token is None else token,
        )
        channels.append(channel)
        return channel.stub(pb_grpc.OperationsServiceStub)

    yield make
    for channel in channels:
        channel.close()


def test_a_handler_knows_who_calls_and_how_far_the_right_reaches(stub_with):
    answer = stub_with(READ).GetStatus(pb.GetStatusRequest())
    assert answer.service == "people/7 OperationsService/GetStatus True"


def test_a_caller_without_the_right_is_refused_by_name_of_the_right(stub_with):
    with pytest.raises(Refused) as refused:
        stub_with(WRITE).GetStatus(pb.GetStatusRequest())
    assert (refused.value.code, refused.value.reason) == ("PERMISSION_DENIED", "PERMISSION_MISSING")
    assert refused.value.metadata == {"right": "operations.read", "scope": "STATE"}


def test_a_right_that_does_not_reach_the_whole_is_not_enough(stub_with):
    with pytest.raises(Refused) as refused:
        stub_with({"operations.read": frozenset({"parts/a", "self"})}).GetStatus(pb.GetStatusRequest())
    assert refused.value.reason == "PERMISSION_MISSING"


@pytest.mark.parametrize("kind", ["missing", "garbage", "forged", "expired", "of an unknown key"])
def test_a_call_without_a_token_that_can_be_trusted_is_refused(stub_with, signer, tmp_path, kind):
    keys.ensure_keys(tmp_path, ISSUER, {"stranger": ["operations.read"]})
    now = datetime.now(UTC)
    token = {
        "missing": "",
        "garbage": "a.b.c",
        "forged": Signer(tmp_path, ISSUER).mint("people/7", READ, now=now),
        "expired": signer.mint("people/7", READ, now=now - timedelta(hours=1)),
        "of an unknown key": Signer(tmp_path, "stranger").mint("people/7", READ, now=now),
    }[kind]
    with pytest.raises(Refused) as refused:
        stub_with(token=token).GetStatus(pb.GetStatusRequest())
    assert (refused.value.code, refused.value.reason) == ("UNAUTHENTICATED", "NOT_SIGNED_IN")


def test_a_key_that_speaks_for_itself_cannot_claim_rights_or_another_name(keys_dir, stub_with):
    token = Signer(keys_dir, "gateway").mint("people/7", READ, now=datetime.now(UTC))
    with pytest.raises(Refused) as refused:
        stub_with(token=token).GetStatus(pb.GetStatusRequest())
    assert refused.value.reason == "PERMISSION_MISSING"
    principal = Verifier(keys_dir).principal(token, datetime.now(UTC))
    assert principal == Principal("services/gateway", {"sign_ins.exchange": frozenset({"state"})})


def test_a_token_lives_five_minutes_at_most_and_is_refused_afterwards_though_it_was_seen_before(keys_dir, signer):
    now = datetime.now(UTC)
    verifier = Verifier(keys_dir)
    token = signer.mint("people/7", READ, now=now, lifetime=timedelta(days=1))
    assert verifier.principal(token, now).name == "people/7"
    with pytest.raises(Exception, match="expired"):
        verifier.principal(token, now + timedelta(minutes=5))


def test_private_keys_are_for_their_owner_alone_and_survive_a_second_start(keys_dir, tmp_path):
    # Not in the folder that all tests share: each would know from then on whom this one knows, and nobody else.
    folder = shutil.copytree(keys_dir, tmp_path / "keys")
    before = (folder / f"{ISSUER}.pem").read_bytes()
    keys.ensure_keys(folder, ISSUER, {"gateway": ["sign_ins.exchange"], "cli": []})
    assert (folder / f"{ISSUER}.pem").read_bytes() == before
    assert (folder / f"{ISSUER}.pem").stat().st_mode & 0o777 == 0o600
    assert set(json.loads((folder / keys.PUBLIC_FILE).read_text())) == {ISSUER, "gateway", "cli"}


def test_a_refusal_arrives_with_its_reason_and_metadata(stub_with):
    with pytest.raises(Refused) as refused:
        stub_with(READ).ListDeadLetters(pb.ListDeadLettersRequest())
    assert (refused.value.code, refused.value.reason) == ("NOT_FOUND", "NOT_FOUND")
    assert refused.value.metadata == {"resource": "deadLetters/9"}


def test_a_bug_is_internal_and_tells_the_caller_no_detail(stub_with):
    with pytest.raises(Refused) as refused:
        stub_with(READ).RunAudits(pb.RunAuditsRequest())
    assert (refused.value.code, refused.value.reason) == ("INTERNAL", "")
    assert "secret" not in refused.value.message


def test_a_database_that_does_not_answer_is_told_apart_from_a_bug_so_that_the_caller_may_try_again(stub_with, cut_off):
    cut_off()
    with pytest.raises(Refused) as refused:
        stub_with(WRITE).DiscardDeadLetter(pb.DiscardDeadLetterRequest(name="x", reason="y", request_id="r-1"))
    assert (refused.value.code, refused.value.reason) == ("UNAVAILABLE", "DATABASE_UNAVAILABLE")


def test_a_call_that_gets_no_connection_because_all_are_in_use_may_be_sent_again(kit_database, keys_dir, signer):
    busy = Database(kit_database, pool_size=1)
    busy.engine.pool._timeout = 0.05
    server = Server([Things(busy)], Verifier(keys_dir), CollectorRegistry())
    server.start()
    channel = Channel(f"127.0.0.1:{server.port}", lambda: signer.mint("people/7", WRITE, now=datetime.now(UTC)))
    discard = pb.DiscardDeadLetterRequest(name="x", reason="y", request_id=str(uuid.uuid4()))
    held = [busy.engine.connect() for _ in range(busy.pool().most)]

    with pytest.raises(Refused) as refused:
        channel.stub(pb_grpc.OperationsServiceStub).DiscardDeadLetter(discard)
    for connection in held:
        connection.close()

    assert (refused.value.code, refused.value.reason) == ("UNAVAILABLE", "DATABASE_UNAVAILABLE")
    assert channel.stub(pb_grpc.OperationsServiceStub).DiscardDeadLetter(discard).name == "x"
    channel.close()
    server.stop()
    busy.dispose()


def test_a_call_that_its_server_broke_off_may_be_sent_again_and_a_refused_one_may_not(
    kit_database, keys_dir, signer, stub_with
):
    began, go_on = threading.Event(), threading.Event()

    class Slow(Things):
        def ListJobs(self, request, call):  # noqa: N802
            began.set()
            go_on.wait(60)
            return pb.ListJobsResponse()

    database = Database(kit_database)
    server = Server([Slow(database)], Verifier(keys_dir), CollectorRegistry())
    server.start()
    token = signer.mint("people/7", READ, now=datetime.now(UTC))
    with (
        # Broken off, it is sent again for as long as it has time.
        contextlib.closing(Channel(f"127.0.0.1:{server.port}", lambda: token, deadline_seconds=3)) as channel,
        ThreadPoolExecutor(2) as threads,
    ):
        asked = threads.submit(channel.stub(pb_grpc.OperationsServiceStub).ListJobs, pb.ListJobsRequest())
        assert began.wait(60)
        stopping = threads.submit(server.stop, 0)
        broken_off = asked.exception(60)
        go_on.set()
        stopping.result(60)
    database.dispose()
    # UNAVAILABLE, or time runs out on who takes its place, as it happens.
    assert isinstance(broken_off, Refused)
    assert broken_off.passing

    with pytest.raises(Refused) as refused:
        stub_with(READ).ListDeadLetters(pb.ListDeadLettersRequest())
    assert not refused.value.passing


def test_d59_a_statement_that_takes_too_long_is_ended_and_the_next_call_is_answered(stub_with):
    with pytest.raises(Refused) as refused:
        stub_with(READ).ListAudits(pb.ListAuditsRequest(), timeout=60)
    assert (refused.value.code, refused.value.reason) == ("DEADLINE_EXCEEDED", "DEADLINE_PASSED")
    assert "took too long" in refused.value.message

    assert stub_with(READ).GetStatus(pb.GetStatusRequest()).service


def test_a_call_that_a_stopping_server_dropped_before_it_was_begun_is_sent_again():
    attempts = []

    def drops_the_first(_, context):
        attempts.append(dict(context.invocation_metadata())["authorization"])
        if len(attempts) == 1:
            context.abort(grpc.StatusCode.CANCELLED, "CANCELLED")
        return pb.ListJobsResponse(jobs=[pb.Job(name="answered")])

    handler = grpc.unary_unary_rpc_method_handler(drops_the_first, None, pb.ListJobsResponse.SerializeToString)
    server = grpc.server(ThreadPoolExecutor(1))
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler("cadre.operations.v1.OperationsService", {"ListJobs": handler}),)
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with contextlib.closing(Channel(f"127.0.0.1:{port}", lambda: "whoever")) as channel:
        answer = channel.stub(pb_grpc.OperationsServiceStub).ListJobs(pb.ListJobsRequest())
    server.stop(None).wait()
    assert ([job.name for job in answer.jobs], attempts) == (["answered"], ["Bearer whoever"] * 2)


def test_a_write_without_request_id_is_refused_and_names_the_field(stub_with):
    with pytest.raises(Refused) as refused:
        stub_with(WRITE).DiscardDeadLetter(pb.DiscardDeadLetterRequest(name="x", reason="y"))
    assert (refused.value.code, refused.value.reason) == ("INVALID_ARGUMENT", "INVALID_FIELD")
    assert list(refused.value.fields) == ["request_id"]


def test_the_same_write_again_is_answered_as_before(stub_with):
    request = pb.DiscardDeadLetterRequest(name="x", reason="y", request_id="r-9")
    first = stub_with(WRITE).DiscardDeadLetter(request)
    assert stub_with(WRITE).DiscardDeadLetter(request) == first


def test_a_call_whose_time_is_up_is_not_worked_on(stub_with):
    with pytest.raises(Refused) as refused:
        stub_with(READ).GetStatus(pb.GetStatusRequest(), timeout=0.001)
    assert refused.value.code == "DEADLINE_EXCEEDED"


def test_no_call_leaves_while_a_transaction_is_open(stub_with):
    stub = stub_with(READ)
    token = writing.set(True)
    try:
        with pytest.raises(RuntimeError, match="while a transaction is open"):
            stub.GetStatus(pb.GetStatusRequest())
    finally:
        writing.reset(token)


def test_calls_are_counted_by_method_and_code(stub_with, registry):
    stub_with(READ).GetStatus(pb.GetStatusRequest())
    with pytest.raises(Refused):
        stub_with(WRITE).GetStatus(pb.GetStatusRequest())

    def counted(code):
        labels = {"method": "OperationsService/GetStatus", "code": code}
        return registry.get_sample_value("cadre_rpc_handled_total", labels)

    assert (counted("OK"), counted("PERMISSION_DENIED")) == (1, 1)


def test_a_contract_method_that_nobody_answers_stops_the_start(kit_database, keys_dir):
    class Forgetful(Servicer):
        service: ClassVar = Things.service

    with pytest.raises(AttributeError, match="GetStatus"):
        Server([Forgetful(Database(kit_database))], Verifier(keys_dir), CollectorRegistry())


# ---- permission and scope, for each level of the contract -------------------------------------------------------


def method_with(level, field=""):
    """A method whose contract says *level* and *field*, made for this test."""
    pool = descriptor_pool.Default()
    name = f"kit_test_{level}_{field.replace('.', '_')}"
    file = descriptor_pb2.FileDescriptorProto(name=f"{name}.proto", package=name, syntax="proto3")
    file.dependency.append("cadre/options/v1/options.proto")
    file.dependency.append("cadre/operations/v1/operations_service.proto")
    method = file.service.add(name="S").method.add(
        name="M",
        input_type=".cadre.operations.v1.DiscardDeadLetterRequest",
        output_type=".cadre.operations.v1.DeadLetter",
    )
    permission = options_pb2.Permission(right="things.do", scope=level, field=field)
    method.options.Extensions[options_pb2.permission].CopyFrom(permission)
    return pool.AddSerializedFile(file.SerializeToString()).services_by_name["S"].methods_by_name["M"]


LEVELS = [
    # level, field, what the right reaches, value of the field, allowed
    (options_pb2.STATE, "", {"state"}, "", True),
    (options_pb2.STATE, "", {"parts/a"}, "", False),
    (options_pb2.AGENCY, "name", {"parts/a"}, "parts/a", True),
    (options_pb2.AGENCY, "name", {"parts/a"}, "parts/b", False),
    (options_pb2.AGENCY, "name", {"parts/a"}, "parts/-", False),
    (options_pb2.AGENCY, "name", {"parts/a"}, "", False),
    (options_pb2.AGENCY, "name", {"state"}, "parts/b", True),
    (options_pb2.AGENCY, "name", {"self"}, "parts/a", False),
    (options_pb2.PERSON, "name", {"self"}, "people/7", True),
    (options_pb2.PERSON, "name", {"self"}, "people/8", False),
    (options_pb2.PERSON, "name", {"parts/a"}, "people/8", True),
    (options_pb2.SELF, "", {"self"}, "", True),
    (options_pb2.SELF, "name", {"self"}, "people/7", True),
    (options_pb2.SELF, "name", {"self"}, "people/8", False),
    (options_pb2.SELF, "", {"parts/a"}, "", False),
]


@pytest.fixture(scope="module")
def methods():
    assert LEVELS, "there is something to check"
    return {key: authorizer(method_with(*key)) for key in {(level, field) for level, field, *_ in LEVELS}}


@pytest.mark.parametrize(("level", "field", "reach", "value", "allowed"), LEVELS)
def test_a_right_reaches_as_far_as_its_scope_says(methods, level, field, reach, value, allowed):
    principal = Principal("people/7", {"things.do": frozenset(reach)})
    request = pb.DiscardDeadLetterRequest(name=value)
    if allowed:
        assert methods[level, field](principal, request).person == ("people/7" if "self" in reach else "")
    else:
        with pytest.raises(Exception, match="may not do this") as refused:
            methods[level, field](principal, request)
        assert refused.value.reason == "PERMISSION_MISSING"


def test_a_permission_that_names_a_field_the_request_lacks_is_a_mistake_in_the_contract():
    with pytest.raises(TypeError, match="which the request does not have"):
        authorizer(method_with(options_pb2.AGENCY, "parent"))


def test_a_method_without_a_permission_is_a_mistake_in_the_contract():
    with pytest.raises(TypeError, match="no permission"):
        authorizer(method_with(options_pb2.SCOPE_UNSPECIFIED))


def test_the_server_says_it_is_healthy_and_lists_its_contracts(port):
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=5)
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_a_process_writes_at_the_moment_that_its_clock_says(kit_database, keys_dir, registry, signer):
    now = datetime.now(UTC)
    later = now + timedelta(minutes=2)
    database = Database(kit_database, clock=lambda: later)
    server = Server([Things(database)], Verifier(keys_dir), registry, clock=lambda: later)
    server.start()
    channel = Channel(f"127.0.0.1:{server.port}", lambda: signer.mint("people/7", WRITE, now=now))
    request = pb.DiscardDeadLetterRequest(name="deadLetters/1", reason="old", request_id=str(uuid.uuid4()))

    try:
        answer = channel.stub(pb_grpc.OperationsServiceStub).DiscardDeadLetter(request)
    finally:
        channel.close()
        server.stop()
        database.dispose()

    assert answer.reason == str(later)


def test_a_service_made_anew_at_another_address_is_found_while_its_callers_wait(kit_database, keys_dir, signer):
    database, port = Database(kit_database), free_port()

    def server(host):
        made = Server([Things(database)], Verifier(keys_dir), CollectorRegistry(), host=host, port=port)
        made.start()
        return made

    with NameServer() as names:
        names.addresses["things"] = "127.0.0.2"
        first = server("127.0.0.2")
        token = signer.mint("services/test", READ, now=datetime.now(UTC))
        with contextlib.closing(Channel(f"dns://{names.at}/things:{port}", lambda: token)) as channel:
            things = channel.stub(pb_grpc.OperationsServiceStub)
            things.GetStatus(pb.GetStatusRequest())
            first.stop()
            names.addresses["things"] = "127.0.0.3"
            second = server("127.0.0.3")
            things.GetStatus(pb.GetStatusRequest())
        second.stop()
    database.dispose()
