"""What every contract must say of itself, read from the descriptors."""

import importlib
import json
import re
from pathlib import Path

from google.protobuf import descriptor_pb2, json_format, message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from cadre.options.v1 import options_pb2
from cadre_cli.processes import DEMO_PRINCIPALS, PRINCIPALS
from directory.rules import roles
from servicekit.data.anonymous import is_anonymous
from servicekit.rpc.calls import authorizer
from servicekit.tree import back_ends

ROOT = Path(__file__).parents[2]
PROTOS = sorted(path.relative_to(ROOT / "proto") for path in (ROOT / "proto").rglob("*.proto"))
FILES = [importlib.import_module(f"{str(path.with_suffix('')).replace('/', '.')}_pb2").DESCRIPTOR for path in PROTOS]
METHODS = [method for file in FILES for service in file.services_by_name.values() for method in service.methods]
MESSAGES = [message for file in FILES for message in file.message_types_by_name.values()]
EVENTS = [message for message in MESSAGES if message.GetOptions().Extensions[options_pb2.subject]]
READS = ("Search", "Find", "Get", "List", "BatchGet", "Preview", "Compare", "Explain", "Suggest", "Try", "RunAudits")
READS += ("ExchangeSignIn", "Propose")
WRITES = [method for method in METHODS if not method.name.startswith(READS)]
LISTS = [
    method
    for method in METHODS
    if method.name.startswith("List") and method.output_type.fields_by_name.get("next_page_token")
]
GOLDENS = json.loads((Path(__file__).parent / "goldens.json").read_text())


def test_there_is_something_to_check():
    assert len(FILES) >= 12
    assert len(METHODS) > 60
    assert len(EVENTS) >= 10
    assert len(WRITES) > 25
    assert len(LISTS) >= 10


def test_every_method_of_the_release_before_is_answered_under_its_name():
    released = descriptor_pb2.FileDescriptorSet.FromString((ROOT / "proto" / "baseline.binpb").read_bytes())
    then = {
        f"{file.package}.{service.name}/{method.name}"
        for file in released.file
        for service in file.service
        for method in service.method
    }
    now = {
        f"{method.containing_service.file.package}.{service}/{method.name}"
        for method in METHODS
        for service in (
            method.containing_service.name,
            method.containing_service.GetOptions().Extensions[options_pb2.formerly],
        )
    }
    assert then
    assert then - now == set()


def test_every_method_says_who_may_call_it_and_its_scope_field_exists():
    for method in METHODS:
        assert callable(authorizer(method))


def test_somebody_holds_the_right_that_a_method_asks_for():
    roles_and_principals = (
        roles.EVERYONE,
        *roles.AGENCY_ROLES.values(),
        *roles.STATE_ROLES.values(),
        *PRINCIPALS.values(),
        *DEMO_PRINCIPALS.values(),
    )
    held = {right for rights in roles_and_principals for right in rights}
    asked = {method.full_name: method.GetOptions().Extensions[options_pb2.permission].right for method in METHODS}
    assert {name: right for name, right in asked.items() if right not in held} == {}


def test_every_write_can_be_repeated_safely():
    """By a request id, which is remembered with the caller; where the caller must not be, by a ticket good once."""
    kept = {"request_id", "ticket"}
    known = {method: set(method.input_type.fields_by_name) & kept for method in WRITES}
    assert [
        method.full_name
        for method, fields in known.items()
        if fields != ({"ticket"} if is_anonymous(method) else {"request_id"})
    ] == []


def test_only_a_reaction_is_written_without_an_audit_row():
    assert [method.full_name for method in METHODS if is_anonymous(method)] == [
        "cadre.evaluation.v1.QualityService.SendReaction"
    ]


def test_every_list_is_paged():
    paging = {"page_size", "page_token"}
    assert [method.full_name for method in LISTS if not paging <= set(method.input_type.fields_by_name)] == []


def test_nothing_is_streamed():
    assert [method.full_name for method in METHODS if method.client_streaming or method.server_streaming] == []


def test_a_subject_has_its_service_a_noun_a_past_participle_and_a_version():
    wrong = []
    for event in EVENTS:
        subject = event.GetOptions().Extensions[options_pb2.subject]
        package = event.full_name.split(".")[1]
        # What stands in no service's package may be told by any: who it is has its name there.
        service = package if package in back_ends() else r"\*"
        # A past participle says which fact it is; a `status` or `changed` field would hide it.
        shape = rf"cadre\.{service}\.[a-z_]+\.[a-z_]*(ed|left|withdrawn|held)\.v[1-9]"
        if not re.fullmatch(shape, subject):
            wrong.append(f"{event.full_name}: {subject}")
    assert wrong == []


def test_no_two_events_share_a_subject():
    subjects = [event.GetOptions().Extensions[options_pb2.subject] for event in EVENTS]
    assert len(set(subjects)) == len(subjects)


def fields_below(message: Descriptor, seen: set[str]) -> list[FieldDescriptor]:
    if message.full_name in seen:
        return []
    seen.add(message.full_name)
    found = list(message.fields)
    for field in message.fields:
        if field.message_type:
            found += fields_below(field.message_type, seen)
    return found


def test_an_event_carries_no_personal_data():
    personal = []
    for event in EVENTS:
        fields = fields_below(event, set())
        assert fields, event.full_name
        personal += [field.full_name for field in fields if field.GetOptions().Extensions[options_pb2.personal]]
        personal += [field.full_name for field in fields if re.search(r"email|given|family|display|score", field.name)]
    assert personal == []


def test_personal_data_is_marked_where_there_is_some():
    marked = {
        field.full_name
        for message in MESSAGES
        for field in message.fields
        if field.GetOptions().Extensions[options_pb2.personal]
    }
    assert "cadre.directory.v1.Person.family_name" in marked


def test_an_event_written_by_an_earlier_release_is_still_read():
    read = {}
    for event in EVENTS:
        message = message_factory.GetMessageClass(event).FromString(bytes.fromhex(GOLDENS[event.full_name]["bytes"]))
        read[event.full_name] = json_format.MessageToDict(message)
    assert read == {name: golden["means"] for name, golden in GOLDENS.items()}


def test_there_is_no_golden_without_an_event():
    assert set(GOLDENS) == {event.full_name for event in EVENTS}
