"""Addresses of an agency's list: added, taken off, put back, forgotten, and named to who writes to people."""

import uuid
from datetime import timedelta

import pytest

from cadre.directory.v1 import contact_service_pb2 as contact_pb
from cadre.directory.v1 import mailing_list_service_pb2 as pb
from directory.mailing import jobs
from servicekit.rpc.client import Refused

LAKE, MENDOCINO = "agencies/lake", "agencies/mendocino"


@pytest.fixture
def mine(directory):
    return directory.as_coordinator("lake")


def add(stub, pasted, parent=LAKE):
    ask = pb.AddMailingAddressesRequest(parent=parent, pasted=pasted, request_id=uuid.uuid4().hex)
    return stub.AddMailingAddresses(ask)


def keep(stub, name, *, kept):
    return stub.KeepMailingAddress(pb.KeepMailingAddressRequest(name=name, kept=kept, request_id=uuid.uuid4().hex))


def listed(stub, parent=LAKE):
    return stub.ListMailingAddresses(pb.ListMailingAddressesRequest(parent=parent)).addresses


def on_list(stub):
    return [one.address for one in listed(stub) if not one.HasField("remove_time")]


def test_a_pasted_list_is_added_whole_or_not_at_all(mine):
    with pytest.raises(Refused) as refused:
        add(mine, "good@lake.example.org\nno address")
    assert refused.value.reason == "INVALID_FIELD"
    # An address is personal: what is refused names the line.
    assert refused.value.metadata["value"] == "line 2"
    assert on_list(mine) == []

    added = add(mine, "Desk <b@lake.example.org>, a@lake.example.org, A@lake.example.org")

    assert (added.added_count, added.folded_count) == (2, 1)
    assert [(one.address, one.title) for one in listed(mine)] == [
        ("a@lake.example.org", ""),
        ("b@lake.example.org", "Desk"),
    ]
    assert add(mine, "B@lake.example.org").added_count == 0


def test_what_is_read_changes_nothing_and_names_every_fault(mine):
    add(mine, "a@lake.example.org")
    pasted = "a@lake.example.org\nx\nnew@lake.example.org\ny"
    found = mine.PreviewMailingAddresses(pb.PreviewMailingAddressesRequest(parent=LAKE, pasted=pasted))
    assert [(one.line, one.value) for one in found.faults] == [(2, "x"), (4, "y")]
    assert [one.address for one in found.addresses] == ["new@lake.example.org"]
    assert [one.address for one in found.folded] == ["a@lake.example.org"]
    assert on_list(mine) == ["a@lake.example.org"]


def test_one_that_is_taken_off_can_be_put_back_and_is_forgotten_after_a_month(directory, mine):
    add(mine, "a@lake.example.org, b@lake.example.org")
    first = listed(mine)[0].name

    assert keep(mine, first, kept=False).HasField("remove_time")
    assert on_list(mine) == ["b@lake.example.org"]
    assert len(listed(mine)) == 2
    assert not keep(mine, first, kept=True).HasField("remove_time")
    assert on_list(mine) == ["a@lake.example.org", "b@lake.example.org"]

    keep(mine, first, kept=False)
    database, clock = directory.running.runtime.database, directory.running.runtime.clock
    jobs.forget_addresses(database, clock())
    assert len(listed(mine)) == 2
    jobs.forget_addresses(database, clock() + timedelta(days=31))
    assert [one.address for one in listed(mine)] == ["b@lake.example.org"]
    with pytest.raises(Refused) as refused:
        keep(mine, first, kept=True)
    assert refused.value.reason == "NOT_FOUND"


def test_one_that_was_added_anew_is_not_put_back_beside_itself(mine):
    add(mine, "a@lake.example.org")
    first = listed(mine)[0].name
    keep(mine, first, kept=False)
    add(mine, "a@lake.example.org")
    assert len(listed(mine)) == 1
    with pytest.raises(Refused) as refused:
        keep(mine, first, kept=True)
    assert refused.value.reason == "NOT_FOUND"


def test_a_full_list_takes_none_back(mine):
    add(mine, "a@lake.example.org")
    first = listed(mine)[0].name
    keep(mine, first, kept=False)
    add(mine, "\n".join(f"n{n}@lake.example.org" for n in range(50)))
    with pytest.raises(Refused) as refused:
        keep(mine, first, kept=True)
    assert refused.value.reason == "MAILING_LIST_FULL"


def test_only_who_looks_after_the_agencys_people_sees_or_changes_its_list(directory, mine):
    add(mine, "a@lake.example.org")
    other = directory.as_coordinator("mendocino")
    theirs = listed(mine)[0].name
    for ask in (
        lambda: listed(other),
        lambda: add(other, "x@lake.example.org"),
        lambda: keep(other, theirs, kept=False),
    ):
        with pytest.raises(Refused) as refused:
            ask()
        assert refused.value.reason == "PERMISSION_MISSING"
    # Under the name of their own agency it is not there.
    with pytest.raises(Refused) as refused:
        keep(other, theirs.replace(LAKE, MENDOCINO), kept=False)
    assert refused.value.reason == "NOT_FOUND"


def test_who_writes_to_people_is_told_of_what_is_on_the_list_and_no_more_of_what_is_off(directory, mine):
    add(mine, "Front desk <desk@lake.example.org>, bare@lake.example.org")
    writer = directory.as_whole("contacts.read")

    def holders():
        asked = contact_pb.ListHoldersRequest(roles=["mailing_list", "coordinator"], scopes=[LAKE, MENDOCINO])
        return list(writer.ListHolders(asked).holders)

    found = holders()
    assert {(one.role, one.scope) for one in found} == {("mailing_list", LAKE)}
    names = [one.person for one in found]
    contacts = writer.BatchGetContacts(contact_pb.BatchGetContactsRequest(people=names)).contacts
    assert {(one.given_name, one.email, one.list_of) for one in contacts} == {
        ("Front desk", "desk@lake.example.org", LAKE),
        ("Lake County", "bare@lake.example.org", LAKE),
    }
    for one in listed(mine):
        keep(mine, one.name, kept=False)
    assert holders() == []
    assert not writer.BatchGetContacts(contact_pb.BatchGetContactsRequest(people=names)).contacts


def test_the_audit_trail_has_no_address(directory, mine):
    add(mine, "Front desk <desk@lake.example.org>")
    keep(mine, listed(mine)[0].name, kept=False)
    with directory.running.connect() as connection:
        rows = connection.execute("SELECT audit::text FROM audit").fetchall()
    assert any("mailingAddresses" in row for (row,) in rows)
    assert not any("desk@" in row or "Front desk" in row for (row,) in rows)
