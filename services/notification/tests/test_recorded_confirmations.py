"""Confirmations that somebody records for others: on paper, by phone, while they are on leave."""

import random
from hashlib import sha256

import pytest

from cadre.notification.v1 import acknowledgement_service_pb2 as pb
from cadre.notification.v1 import agency_notice_service_pb2 as agency_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from servicekit.rpc.client import Refused

from .amending import amend

KIND = pb.Acknowledgement


@pytest.fixture
def people(cadre):
    return cadre.people(3)


@pytest.fixture
def audience(cadre, people):
    return cadre.new_audience(cadre.at(people[0], "lake", "legal"), *(cadre.at(one, "lake") for one in people[1:]))


@pytest.fixture
def letter(cadre, audience):
    return cadre.issued(audience)


def recorder(cadre, scope="agencies/lake", person=None):
    rights = {"training.record": [scope], "readiness.read_agency": ["agencies/lake"]}
    return cadre.running.stubs(caller=f"people/{person or cadre.new_id()}", rights=rights)


def record(cadre, letter, *people, stub=None, **changes):
    fields = {
        "parent": "agencies/lake",
        "notice": letter.name,
        "people": [f"people/{one}" for one in people],
        "text_sha256": letter.text_sha256,
        "reason": "Signed on paper",
        "request_id": cadre.new_id(),
    }
    return (stub or recorder(cadre)).RecordConfirmation(pb.RecordConfirmationRequest(**fields | changes)).recorded


def rows(cadre, person, letter):
    request = pb.ListOwnAcknowledgementsRequest(notices=[letter.name])
    return cadre.learner(person).ListOwnAcknowledgements(request).acknowledgements


def at_agency(cadre, letter):
    return recorder(cadre).GetAgencyNotice(agency_pb.GetAgencyNoticeRequest(parent="agencies/lake", notice=letter.name))


def listed(cadre, letter):
    request = agency_pb.ListRecipientsRequest(parent="agencies/lake", notice=letter.name)
    return {one.person.removeprefix("people/"): one for one in recorder(cadre).ListRecipients(request).recipients}


def refusal(call, *arguments, **changes):
    with pytest.raises(Refused) as refused:
        call(*arguments, **changes)
    return refused.value


def test_who_confirmed_on_paper_counts_as_confirmed_and_is_said_to_be_recorded(cadre, people, letter):
    ana, coordinator = people[0], cadre.new_id()

    assert record(cadre, letter, ana, stub=recorder(cadre, person=coordinator)) == 1

    (one,) = rows(cadre, ana, letter)
    assert (one.kind, one.channel, one.reason) == (KIND.RECORDED, KIND.ON_BEHALF, "Signed on paper")
    assert (one.recorded_by, one.statement) == (f"people/{coordinator}", letter.statement)
    assert cadre.agency(letter, "lake") == {"of": 3, "ready": 1, "read": 1, "confirmed": 1, "not_started": 2}
    assert listed(cadre, letter)[ana].confirmed_for
    assert at_agency(cadre, letter).recorded_count == 1
    (item,) = cadre.inbox(ana)
    assert (item.ready, item.confirmed_for) == (True, True)


def test_the_person_confirms_themselves_later_and_nothing_is_counted_twice(cadre, people, letter):
    ana = people[0]
    record(cadre, letter, ana)
    before = cadre.agency(letter, "lake")

    item = cadre.confirm(letter, ana)
    again = cadre.confirm(letter, ana)

    assert [one.kind for one in rows(cadre, ana, letter)] == [KIND.CONFIRM, KIND.RECORDED]
    assert (item, item.confirmed_for) == (again, False)
    assert cadre.agency(letter, "lake") == before
    assert at_agency(cadre, letter).recorded_count == 0
    assert not listed(cadre, letter)[ana].confirmed_for


def test_who_confirmed_before_is_left_out(cadre, people, letter):
    cadre.confirm(letter, people[0])

    assert record(cadre, letter, *people) == 2
    assert record(cadre, letter, *people) == 0

    assert [one.kind for one in rows(cadre, people[0], letter)] == [KIND.CONFIRM]
    assert at_agency(cadre, letter).recorded_count == 2


def test_who_is_on_leave_is_confirmed_for_and_ready_on_their_return(cadre, people, letter, audience):
    ana = people[0]
    cadre.members(audience, cadre.at(ana, "lake", "legal", on_leave=True))

    record(cadre, letter, ana, reason="On leave until March")
    away = cadre.agency(letter, "lake")
    cadre.members(audience, cadre.at(ana, "lake", "legal"))

    assert (away.get("ready", 0), away["on_leave"]) == (0, 1)
    assert cadre.agency(letter, "lake")["ready"] == 1


def test_an_amendment_of_substance_asks_them_anew(cadre, people, letter):
    ana = people[0]
    record(cadre, letter, ana)

    amended = amend(cadre, letter, staff_action="Do it twice.")

    (item,) = cadre.inbox(ana)
    assert (item.ready, item.confirmed_for) == (False, False)
    assert refusal(record, cadre, letter, ana).reason == "TEXT_CHANGED"
    assert record(cadre, amended, ana) == 1
    assert [(one.kind, one.version) for one in rows(cadre, ana, letter)] == [(KIND.RECORDED, 2), (KIND.RECORDED, 1)]


def test_wording_alone_leaves_them_recorded(cadre, people, letter):
    record(cadre, letter, people[0])

    amend(cadre, letter, after="It pleads the real income, or earning capacity.")

    assert cadre.inbox(people[0])[0].confirmed_for


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_a_reason_is_needed(cadre, people, letter, reason):
    assert list(refusal(record, cadre, letter, people[0], reason=reason).fields) == ["reason"]
    assert rows(cadre, people[0], letter) == []


def test_nobody_records_their_own_confirmation(cadre, people, letter):
    ana = people[0]

    assert refusal(record, cadre, letter, ana, stub=recorder(cadre, person=ana)).reason == "OWN_CONFIRMATION"


def test_only_people_under_the_letter_here_and_of_the_unit_that_one_leads(cadre, people, letter):
    ana, ben, _ = people
    lead = recorder(cadre, "agencies/lake/units/legal")

    assert refusal(record, cadre, letter, cadre.new_id()).reason == "PEOPLE_NOT_OF_AGENCY"
    refused = refusal(record, cadre, letter, ana, ben, stub=lead)
    assert (refused.reason, refused.metadata["people"]) == ("PEOPLE_NOT_OF_AGENCY", f"people/{ben}")
    assert record(cadre, letter, ana, stub=lead) == 1


def test_what_asks_nothing_or_holds_no_more_is_not_recorded(cadre, people, audience, letter):
    info = cadre.issued(audience, asks=notice_pb.READ)
    cadre.approver.WithdrawNotice(
        notice_pb.WithdrawNoticeRequest(
            name=letter.name, reason="A mistake", etag=letter.etag, request_id=cadre.new_id()
        )
    )

    assert refusal(record, cadre, info, people[0]).reason == "NOTHING_TO_RECORD"
    assert refusal(record, cadre, letter, people[0]).reason == "NOTICE_WITHDRAWN"


@pytest.mark.parametrize("seed", range(4))
def test_in_any_order_of_confirming_recording_and_amending_no_row_is_lost_and_figures_are_a_recount(
    cadre, people, letter, seed
):
    dice, now, expected = random.Random(seed), letter, set()
    # Who confirmed the version that holds, by themselves, or had it recorded.
    own, recorded = set(), set()
    for step in range(14):
        person = dice.choice(people)
        match dice.choice(("confirm", "confirm", "record", "record", "word", "substance")):
            case "confirm":
                statement = sha256(now.statement.encode()).hexdigest()
                cadre.confirm(now, person, statement_sha256=statement)
                if person not in own:
                    expected.add((person, "CONFIRM", now.version))
                own.add(person)
                recorded.discard(person)
            case "record":
                new = person not in own | recorded
                assert record(cadre, now, person) == new
                if new:
                    expected.add((person, "RECORDED", now.version))
                    recorded.add(person)
            case "word":
                now = amend(cadre, now, contact=f"policy-{step}@dcss.example.org")
            case "substance":
                now = amend(cadre, now, statement=f"I agree to point {step}.")
                own, recorded = set(), set()
        found = {
            (str(one), kind, version)
            for one, kind, version in cadre.rows("SELECT person_id, kind, version FROM acknowledgement")
        }
        assert found == expected
        assert cadre.agency(now, "lake").get("confirmed", 0) == len(own | recorded)
        assert at_agency(cadre, now).recorded_count == len(recorded)
    assert cadre.audits()["readiness.drift"] == 0
