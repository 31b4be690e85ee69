"""An agency asks more of its people: they are under the letter as all others are, and no figure of the state moves."""

from datetime import UTC, datetime

import pytest

from cadre.notification.v1 import agency_notice_service_pb2 as agency_pb
from cadre.notification.v1 import events_pb2 as events
from cadre.notification.v1 import evidence_service_pb2 as evidence_pb
from cadre.notification.v1 import local_audience_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from notification.local_audience.projections import PROJECTIONS
from servicekit.background import schedule
from servicekit.background.jobs import Progress
from servicekit.data.outbox import subject_of
from servicekit.rpc.client import Refused

from .amending import amend
from .conftest import change, new_id


@pytest.fixture
def maria(cadre):
    return cadre.coordinator("lake")


def asked(letter, **fields):
    return {"parent": "agencies/lake", "notice": letter.name} | fields


def add(who, letter, *units, request_id="", **fields):
    words = {"units": units, "reason": "They answer the same calls", "request_id": request_id or new_id()}
    return who.AddUnits(pb.AddUnitsRequest(**asked(letter, **words) | fields))


def remove(who, letter, unit):
    return who.RemoveUnit(pb.RemoveUnitRequest(**asked(letter, unit=unit, reason="No more", request_id=new_id())))


def own(who, letter):
    return who.GetLocalAudience(pb.GetLocalAudienceRequest(**asked(letter)))


def told(cadre):
    """What was told of whom agencies ask too: (audience, agency, units, revision)."""
    subject = subject_of(events.LocalAudienceChanged.DESCRIPTOR)
    rows = cadre.rows("SELECT payload FROM outbox WHERE subject = %(subject)s ORDER BY seq", subject=subject)
    heard = [events.LocalAudienceChanged.FromString(bytes(payload)) for (payload,) in rows]
    return [(one.audience_id, one.agency_id, list(one.units), one.revision) for one in heard]


def figures_of(cadre, letter):
    return cadre.state(letter), cadre.agency(letter, "lake")


def listed(cadre, letter):
    rows = cadre.coordinator("lake").ListRecipients(agency_pb.ListRecipientsRequest(**asked(letter))).recipients
    return {one.person.removeprefix("people/"): one.local for one in rows}


def test_people_of_an_added_unit_are_under_the_letter_and_the_states_figures_stay(cadre, maria):
    theirs, too, both = new_id(), new_id(), new_id()
    audience = cadre.new_audience(change(theirs, "lake", "legal"), change(both, "yolo", "legal"))
    letter = cadre.issued(audience)
    before = figures_of(cadre, letter)
    key = new_id()
    answer = add(maria, letter, "intake", request_id=key)
    assert add(maria, letter, "intake", request_id=key) == answer
    assert [(one.unit, one.reason, one.people) for one in answer.units] == [("intake", "They answer the same calls", 0)]
    assert told(cadre) == [(audience, "lake", ["intake"], 1)]

    cadre.members(audience, change(too, "lake", "intake", local=True), change(both, "lake", "intake", local=True))
    assert figures_of(cadre, letter) == before
    (item,) = cadre.inbox(too)
    assert item.notice.name == letter.name
    cadre.confirm(letter, too)
    assert figures_of(cadre, letter) == before
    found = own(maria, letter)
    assert (found.people, found.ready, found.on_leave, found.overdue) == (2, 1, 0, 0)
    assert [one.people for one in found.units] == [2]
    assert listed(cadre, letter) == {theirs: False, too: True, both: True}
    units = maria.GetAgencyNotice(agency_pb.GetAgencyNoticeRequest(**asked(letter))).units
    assert {one.unit: one.counts.of for one in units} == {"legal": 1, "intake": 0}

    # Whom the state asks as well counts for it, at once and with what they did; who goes takes nothing along.
    cadre.members(audience, change(too, "lake", "intake", "legal"))
    assert cadre.state(letter)["ready"] == 1
    cadre.members(audience, change(too, "lake", "intake", local=True))
    assert figures_of(cadre, letter) == before
    remove(maria, letter, "intake")
    cadre.members(audience, *(change(one, "lake", "intake", member=False, local=True) for one in (too, both)))
    assert cadre.inbox(too) == []
    assert (own(maria, letter).people, figures_of(cadre, letter)) == (0, before)
    kept = "SELECT count(*) FROM acknowledgement WHERE person_id = %(person)s AND kind = 'CONFIRM'"
    assert cadre.rows(kept, person=too) == [(1,)]
    assert told(cadre)[-1] == (audience, "lake", [], 2)
    signed = evidence_pb.GetSignatureCountsRequest(parent=f"{letter.name}/versions/1")
    state = cadre.running.stubs(rights=["evidence.read"])
    assert state.GetSignatureCounts(signed).people == 0
    covered = state.GetStateCoverage(evidence_pb.GetStateCoverageRequest(notice=letter.name)).state
    assert (covered.expected, covered.left) == (2, 0)


def test_an_amendment_for_others_takes_added_units_along(cadre, maria):
    audience, others = (cadre.new_audience(change(new_id(), "lake", "legal")) for _ in range(2))
    letter = cadre.issued(audience)
    add(maria, letter, "intake", "locate")
    too = new_id()
    cadre.members(audience, change(too, "lake", "intake", local=True))
    cadre.confirm(letter, too)

    amended = amend(cadre, letter, audience=f"audiences/{others}", body="# Other people")
    assert told(cadre)[1:] == [(audience, "lake", [], 2), (others, "lake", ["intake", "locate"], 1)]
    assert cadre.inbox(too) == []
    cadre.members(others, change(too, "lake", "intake", local=True))
    assert [one.notice.name for one in cadre.inbox(too)] == [amended.name]
    assert own(maria, letter).people == 1


def test_what_agencies_ask_too_is_told_again_whole(cadre, maria):
    audience = cadre.new_audience(change(new_id(), "lake", "legal"))
    letter = cadre.issued(audience)
    add(maria, letter, "intake")
    (projection,) = PROJECTIONS
    database = cadre.running.runtime.database
    with database.transaction(actor="people/1", method="test") as db:
        schedule.load(db, projection.entry, None)
    projection.rebuild(database, datetime.now(UTC), Progress(database, projection.entry))
    assert told(cadre) == [(audience, "lake", ["intake"], 1), (audience, "lake", ["intake"], 2)]


def test_what_cannot_be_widened_is_refused_by_name(cadre, maria):
    audience = cadre.new_audience(change(new_id(), "lake", "legal"))
    letter = cadre.issued(audience)
    add(maria, letter, "intake")
    for call, reason in (
        (lambda: add(maria, letter, "intake", "locate"), "UNITS_ADDED"),
        (lambda: add(maria, letter, "locate", reason=" "), "INVALID_FIELD"),
        (lambda: add(maria, letter), "INVALID_FIELD"),
        (lambda: add(maria, letter, "Not a unit"), "INVALID_FIELD"),
        (lambda: remove(maria, letter, "locate"), "NOT_FOUND"),
        (lambda: add(maria, letter, "locate", notice=f"notices/{new_id()}"), "NOT_FOUND"),
        (lambda: add(maria, letter, "locate", parent="agencies/yolo"), "PERMISSION_MISSING"),
    ):
        assert cadre.reason_of(call) == reason
    nothing = cadre.issued(cadre.new_audience(change(new_id(), "lake")), asks=notice_pb.NOTHING)
    assert cadre.reason_of(lambda: add(maria, nothing, "intake")) == "ASKS_NOTHING"
    # Another letter to the same people: whoever is added under one must not have the other.
    assert cadre.reason_of(lambda: cadre.issued(audience)) == "AUDIENCE_WIDENED"
    shared = cadre.new_audience(change(new_id(), "lake"))
    one, _ = cadre.issued(shared), cadre.issued(shared)
    assert cadre.reason_of(lambda: add(maria, one, "intake")) == "AUDIENCE_SHARED"

    withdraw = notice_pb.WithdrawNoticeRequest(
        name=letter.name,
        etag=cadre.analyst.GetNotice(notice_pb.GetNoticeRequest(name=letter.name)).etag,
        reason="Withdrawn",
        request_id=new_id(),
    )
    cadre.approver.WithdrawNotice(withdraw)
    assert cadre.reason_of(lambda: remove(maria, letter, "intake")) == "NOTICE_WITHDRAWN"
    with pytest.raises(Refused):
        add(maria, letter, "locate")
