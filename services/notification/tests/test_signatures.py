"""Who had confirmed which version by which day: what follows later changes no answer about an earlier day."""

from datetime import UTC, datetime, timedelta

import pytest

from cadre.notification.v1 import agency_notice_service_pb2 as agency_pb
from cadre.notification.v1 import evidence_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from servicekit.calendar import end_of_day, pacific_date
from servicekit.rpc.client import Refused

from .amending import amend


@pytest.fixture
def lake(cadre):
    return cadre.running.stubs(
        caller=f"people/{cadre.new_id()}",
        rights={"evidence.read_agency": ["agencies/lake"], "readiness.read_agency": ["agencies/lake"]},
    )


@pytest.fixture
def state(cadre):
    return cadre.running.stubs(caller=f"people/{cadre.new_id()}", rights=["evidence.read", "readiness.read"])


def today():
    return pacific_date(datetime.now(UTC))


def listed(stub, letter, version=1, day="", agency="lake", **paged):
    request = pb.ListSignaturesRequest(
        parent=f"{letter.name}/versions/{version}", agency=f"agencies/{agency}", date=day, **paged
    )
    return stub.ListSignatures(request)


def people(answer):
    return {one.person.removeprefix("people/") for one in answer.signatures}


def counted(stub, letter, version=1, day=""):
    answer = stub.GetSignatureCounts(pb.GetSignatureCountsRequest(parent=f"{letter.name}/versions/{version}", date=day))
    by_agency = {one.agency.removeprefix("agencies/"): one.people for one in answer.agencies}
    return by_agency, answer.people


def under_letter(cadre, *at, **changes):
    """A letter for some people, each at their agencies."""
    audience = cadre.new_audience(*(cadre.at(person, agency) for person, agency in at))
    return audience, cadre.issued(audience, **changes)


def moved_back(cadre, letter, person, at):
    """Have somebody's confirmation be of another moment: only the database itself can."""
    with cadre.running.connect() as connection:
        connection.execute("ALTER TABLE acknowledgement DISABLE TRIGGER USER")
        connection.execute(
            "UPDATE acknowledgement SET at = %s WHERE notice_id = %s AND person_id = %s",
            (at, letter.name.removeprefix("notices/"), person),
        )
        connection.execute("ALTER TABLE acknowledgement ENABLE TRIGGER USER")
        connection.commit()


def test_an_agency_reads_who_confirmed_a_version_and_the_state_how_many(cadre, lake, state):
    here, both, there, idle = cadre.people(4)
    _, letter = under_letter(cadre, (here, "lake"), (both, "lake"), (both, "yolo"), (there, "yolo"), (idle, "lake"))
    for person in (here, both, there):
        cadre.confirm(letter, person)

    answer = listed(lake, letter)

    assert people(answer) == {here, both}
    assert answer.total_count == 2
    assert {(one.version, one.text_sha256) for one in answer.signatures} == {(1, letter.text_sha256)}
    assert counted(state, letter) == ({"lake": 2, "yolo": 2}, 3)


def test_what_comes_later_changes_no_answer_about_a_version(cadre, lake, state):
    stays, leaves, moves, late = cadre.people(4)
    audience, letter = under_letter(cadre, *((person, "lake") for person in (stays, leaves, moves, late)))
    for person in (stays, leaves, moves):
        cadre.confirm(letter, person)
    before = listed(lake, letter), counted(state, letter)

    amended = amend(cadre, letter, staff_action="Try four times to reach the person.")
    cadre.members(
        audience,
        cadre.at(leaves, "lake", member=False),
        cadre.at(moves, "lake", member=False),
        cadre.at(moves, "yolo"),
    )
    cadre.confirm(amended, stays)
    cadre.confirm(amended, moves)
    cadre.approver.WithdrawNotice(
        notice_pb.WithdrawNoticeRequest(
            name=letter.name, reason="Replaced", etag=_current(cadre, letter).etag, request_id=cadre.new_id()
        )
    )

    assert (listed(lake, letter), counted(state, letter)) == before
    assert people(before[0]) == {stays, leaves, moves}
    assert counted(state, letter, version=2) == ({"lake": 1, "yolo": 1}, 2)


def _current(cadre, letter):
    return cadre.analyst.GetNotice(notice_pb.GetNoticeRequest(name=letter.name))


def test_a_day_in_california_ends_at_its_own_midnight(cadre, lake, state):
    early, late = cadre.people(2)
    _, letter = under_letter(cadre, (early, "lake"), (late, "lake"))
    for person in (early, late):
        cadre.confirm(letter, person)
    tomorrow = today() + timedelta(days=1)
    moved_back(cadre, letter, late, end_of_day(today()))

    assert people(listed(lake, letter)) == {early}
    assert counted(state, letter) == ({"lake": 1}, 1)
    with pytest.raises(Refused) as refused:
        listed(lake, letter, day=tomorrow.isoformat())
    assert refused.value.fields.keys() == {"date"}


def test_nobody_had_confirmed_a_version_before_it_was_issued(cadre, lake, state):
    (person,) = cadre.people(1)
    _, letter = under_letter(cadre, (person, "lake"))
    cadre.confirm(letter, person)
    yesterday = (today() - timedelta(days=1)).isoformat()

    assert listed(lake, letter, day=yesterday).total_count == 0
    assert counted(state, letter, day=yesterday) == ({}, 0)
    with pytest.raises(Refused) as refused:
        listed(lake, letter, version=2)
    assert refused.value.reason == "NOT_FOUND"


def test_a_confirmation_holds_for_later_versions_until_one_changes_something_of_substance(cadre, lake):
    first, second = cadre.people(2)
    _, letter = under_letter(cadre, (first, "lake"), (second, "lake"))
    cadre.confirm(letter, first)
    plainer = amend(cadre, letter, body="# Earning capacity\n\nThis is the whole letter.")
    cadre.confirm(plainer, second)
    amend(cadre, letter, staff_action="Try four times to reach the person.")

    assert people(listed(lake, letter, version=1)) == {first}
    answer = listed(lake, letter, version=2)
    assert {one.person.removeprefix("people/"): one.version for one in answer.signatures} == {first: 1, second: 2}
    assert listed(lake, letter, version=3).total_count == 0


def test_an_agencys_own_confirmation_stands_beside_its_staff(cadre, state):
    (person,) = cadre.people(1)
    _, letter = under_letter(cadre, (person, "lake"))
    cadre.coordinator("yolo").ConfirmForAgency(
        agency_pb.ConfirmForAgencyRequest(
            parent="agencies/yolo", notice=letter.name, text_sha256=letter.text_sha256, request_id=cadre.new_id()
        )
    )

    (yolo,) = state.GetSignatureCounts(pb.GetSignatureCountsRequest(parent=f"{letter.name}/versions/1")).agencies

    assert (yolo.agency, yolo.people, yolo.confirmed_version) == ("agencies/yolo", 0, 1)
    assert pacific_date(yolo.confirm_time.ToDatetime(UTC)) == today()


def test_the_list_goes_on_after_its_last_person(cadre, lake):
    everybody = sorted(cadre.people(7))
    _, letter = under_letter(cadre, *((person, "lake") for person in everybody))
    for person in everybody:
        cadre.confirm(letter, person)

    found, token = [], ""
    while True:
        answer = listed(lake, letter, page_size=3, page_token=token)
        found += [one.person.removeprefix("people/") for one in answer.signatures]
        assert answer.total_count == 7
        token = answer.next_page_token
        if not token:
            break

    assert found == everybody


def test_a_draft_has_no_signatures_that_anybody_finds(cadre, lake):
    draft = cadre.draft(cadre.new_audience(cadre.at(cadre.new_id(), "lake")))

    with pytest.raises(Refused) as refused:
        listed(lake, draft)

    assert refused.value.reason == "NOT_FOUND"
