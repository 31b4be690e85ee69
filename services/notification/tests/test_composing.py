"""To whom mail can be written: one address that cannot be must not keep everybody else's from going."""

import uuid

import pytest

from cadre.directory.v1 import contact_service_pb2 as directory
from notification.messages import sending
from notification.messages.composing import can_be_written_to


@pytest.mark.parametrize("email", ["ana@lake.example", "ana.o'hara+letters@lake.example", "a@b"])
def test_mail_is_addressed_to(email):
    assert can_be_written_to(email)


# Each has something on both sides of a single @, which is all that a roster is asked for.
@pytest.mark.parametrize(
    "email",
    [
        "ana@lake.example,ben@lake.example",
        "(ana@lake.example",
        "ana@lake.example>",
        "a..b@lake.example",
        "ü@lake.example",
    ],
)
def test_what_is_no_address_is_held_back_and_stops_nobody_elses_mail(email):
    contact = directory.PersonContact(person=f"people/{uuid.uuid4()}", given_name="Ana", email=email)
    outcome = sending._unreachable(contact, set())

    assert not can_be_written_to(email)
    assert (outcome.went, outcome.cause) == ("REFUSED", "ADDRESS_FAILS")


def test_who_left_and_who_has_no_address_say_so():
    nowhere = directory.PersonContact(person=f"people/{uuid.uuid4()}", given_name="Ana")

    assert sending._unreachable(None, set()).cause == "LEFT"
    assert sending._unreachable(nowhere, set()).cause == "NO_ADDRESS"
