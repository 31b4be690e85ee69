"""What services want said to people: bounded, without what a person could be reached by, and under their own name."""

import uuid
from datetime import UTC, datetime

import pytest
from google.protobuf import json_format

from cadre.messages.v1 import messages_pb2 as pb
from servicekit.data import messages
from servicekit.data.db import Database
from servicekit.data.messages import Target
from servicekit.data.outbox import subject_of
from servicekit.refusals import InvalidField

NOW = datetime(2027, 2, 2, 18, tzinfo=UTC)
ANA, BEN = uuid.UUID(int=1), uuid.UUID(int=2)
SAID = {"kind": "thing.made", "once": "things/1", "about": "things/1", "facts": {"title": "A thing"}, "people": [ANA]}


@pytest.fixture
def database(kit_database):
    database = Database(kit_database, service="kit")
    yield database
    database.dispose()


def want(database, **said):
    with database.transaction(actor="people/1", method="Kit/Write", at=NOW) as db:
        messages.want(db, **(SAID | said))


def told(database):
    with database.read() as db:
        subjects = db.values("SELECT subject FROM outbox ORDER BY seq")
        payloads = db.values("SELECT payload FROM outbox ORDER BY seq")
    return list(zip(subjects, map(pb.MessageWanted.FromString, payloads), strict=True))


def test_what_is_wanted_is_told_under_the_name_of_who_wants_it_when_its_write_commits(database):
    fresh = datetime(2027, 2, 5, tzinfo=UTC)
    want(database, people={BEN, ANA}, targets=[Target("looker", "state", {"number": "3"})], fresh_until=fresh)

    [(subject, message)] = told(database)
    assert subject == "cadre.kit.message.wanted.v1"
    assert json_format.MessageToDict(message) == {
        "once": "things/1",
        "kind": "thing.made",
        "about": "things/1",
        "facts": {"title": "A thing"},
        "personIds": [str(ANA), str(BEN)],
        "targets": [{"role": "looker", "scope": "state", "facts": {"number": "3"}}],
        "freshUntilTime": "2027-02-05T00:00:00Z",
    }


def test_what_is_wanted_by_a_write_that_fails_is_told_to_nobody(database):
    with pytest.raises(ValueError, match="stops"), database.transaction(actor="people/1", method="Kit/Write") as db:
        messages.want(db, **SAID)
        raise ValueError("stops")

    assert told(database) == []


@pytest.mark.parametrize(
    "fact",
    [
        "write to ana@lake.example",
        "call (916) 555-0100",
        "916-555-0100",
        "+1 916 555 0100",
        "9165550100",
        "at 916.555.0100 until noon",
    ],
)
def test_a_fact_by_which_a_person_could_be_reached_is_refused_and_not_repeated(database, fact):
    for said in ({"facts": {"title": fact}}, {"targets": [Target("looker", "state", {"title": fact})]}):
        with pytest.raises(InvalidField, match="no address and no telephone number") as refused:
            want(database, **said)
        assert fact not in str(refused.value.metadata)
    assert told(database) == []


@pytest.mark.parametrize(
    "fact",
    [
        "2027-02-05",
        "3869e04a-0f95-4270-9449-7d475750ba38",
        "ab123456-1234-4270-9449-123456789012",
        "12345678-1234-4270-9449-123456789012",
        "1,234,567 of 12,345,678",
        "CSSL 26-014: What changes @ noon on 2027-03-15",
        "",
    ],
)
def test_ids_days_numbers_and_titles_may_be_said(database, fact):
    want(database, facts={"title": fact})

    assert told(database)[0][1].facts["title"] == fact


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "made"}, "kind"),
        ({"kind": "Thing made"}, "kind"),
        ({"once": ""}, "once"),
        ({"about": "x" * 201}, "about"),
        ({"people": []}, "person_ids"),
        ({"people": [uuid.uuid4() for _ in range(1_001)]}, "person_ids"),
        ({"targets": [Target("looker", f"things/{n}") for n in range(1_001)]}, "targets"),
        ({"targets": [Target("", "state")]}, "role"),
        ({"facts": {f"a{'b' * n}": "" for n in range(21)}}, "facts"),
        ({"facts": {"The title": "x"}}, "facts"),
        ({"facts": {"title": "x" * 301}}, "facts.title"),
    ],
)
def test_what_is_longer_than_a_message_may_be_is_refused_by_name(database, said, field):
    with pytest.raises(InvalidField) as refused:
        want(database, **said)

    assert refused.value.field == field


def test_an_event_that_any_service_may_tell_has_no_subject_without_its_name(kit_database):
    with pytest.raises(TypeError, match="which one is not said"):
        subject_of(pb.MessageWanted.DESCRIPTOR)
    nameless = Database(kit_database)
    with pytest.raises(TypeError, match="which one is not said"):
        want(nameless)
    nameless.dispose()
