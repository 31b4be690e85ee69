"""What services want said: by those that the table of kinds names, and to roles that there are."""

import ast

from directory.rules import roles
from notification.messages import wanting
from notification.messages.consumers import SUBSCRIPTIONS
from notification.messages.rules.kinds import KINDS
from servicekit.tree import ROOT, services

PRODUCERS = {kind.producer for kind in KINDS.values() if kind.producer}


def nodes(service):
    return [
        node
        for path in (ROOT / "services" / service / "src").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
    ]


def test_who_wants_something_said_has_a_kind_of_message_and_is_heard():
    wants = {
        name
        for name in services()
        for node in nodes(name)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "messages.want"
    }

    assert wants == PRODUCERS == {subscription.producer for subscription in SUBSCRIPTIONS}


def test_each_kind_of_another_service_is_wanted_there():
    said = {name: {node.value for node in nodes(name) if isinstance(node, ast.Constant)} for name in PRODUCERS}

    assert [kind.name for kind in KINDS.values() if kind.producer and kind.name not in said[kind.producer]] == []


def test_a_message_goes_to_roles_that_the_directory_knows():
    assert set(roles.TITLES) == wanting.ROLES
