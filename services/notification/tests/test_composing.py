"""To whom mail can be written: one address that cannot be must not keep everybody else's from going."""

import uuid
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest

from cadre.directory.v1 import contact_service_pb2 as directory
from notification.messages import sending, wire
from notification.messages.composing import Writer, can_be_written_to
from notification.messages.mails import Claimed, Item
from notification.messages.queries import OwnMessage
from notification.messages.rules.examples import ABOUT, FACTS


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


def test_a_mail_says_once_that_it_is_urgent_and_the_page_has_its_sign_for_it():
    at, facts = datetime(2027, 2, 3, 17, tzinfo=UTC), {**FACTS, "urgent": "yes"}
    mail = Claimed(uuid.uuid4(), uuid.uuid4(), urgent=True, tries=1, created_at=at)
    to = directory.PersonContact(given_name="Ana", display_name="Ana Mills", email="ana@lake.example")
    item = Item(mail.id, "letter.issued", ABOUT, facts)
    composed = Writer("cadre@state.example", "http://x").compose(mail, [item], to, at=at)
    row = OwnMessage(mail.id, item.kind, ABOUT, facts, at, "SENT", "", opened=False, urgent=True, scope="", sent_at=at)

    assert str(composed["Subject"]).startswith("Urgent: ")
    assert str(composed["Subject"]).count("Urgent") == 1
    assert wire.message(row).urgent
    assert "Urgent" not in wire.message(row).title


@pytest.mark.parametrize(
    "subject", ["26-04", "26-04 über Unterhalt, 你好", "26-04\r\nBcc: all@state.example", 40 * "26-04 "]
)
def test_names_and_subjects_with_any_letters_arrive_and_add_no_line_to_the_head(subject):
    at, facts = datetime(2027, 2, 3, 17, tzinfo=UTC), {**FACTS, "letter": subject}
    mail = Claimed(uuid.uuid4(), uuid.uuid4(), urgent=False, tries=1, created_at=at)
    name = f"Álvarez, Ana {subject}"
    to = directory.PersonContact(given_name="Ana", display_name=name, email="ana@lake.example")
    writer = Writer("cadre@state.example", "http://x")
    letter = writer.letter(mail, [Item(mail.id, "letter.issued", ABOUT, facts)], to, at=at)
    taken = message_from_bytes(letter.content, policy=default)

    assert " ".join(subject.split())[:40] in str(taken["Subject"])
    assert [(one.display_name, one.addr_spec) for one in taken["To"].addresses] == [(" ".join(name.split()), to.email)]
    assert taken["Bcc"] is None
    assert all(len(line) < 999 and line.isascii() for line in letter.content.split(b"\r\n"))
    assert b"\n" not in letter.content.replace(b"\r\n", b"")
    for kind in ("plain", "html"):
        assert "Hello Ana" in taken.get_body((kind,)).get_content()
