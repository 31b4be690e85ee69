"""An agency's people under a letter by how they stand, for lists that others order; and who leads it there later."""

import pytest
from sqlalchemy import event

from cadre.notification.v1 import agency_notice_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from servicekit.rpc.client import Refused
from servicekit.testing.plans import Plan

Standing = pb.FindRecipientsRequest


@pytest.fixture
def staff(cadre):
    return sorted(cadre.people(5))


@pytest.fixture
def audience(cadre, staff):
    ana, ben, cruz, dee, eli = staff
    return cadre.new_audience(
        cadre.at(ana, "lake", "intake"),
        cadre.at(ben, "lake", "intake", "legal"),
        cadre.at(cruz, "lake"),
        cadre.at(dee, "lake", "legal", on_leave=True),
        cadre.at(eli, "yolo", "intake"),
    )


@pytest.fixture
def found(cadre, audience, staff):
    """The letter, and a look at who stands how under it."""
    notice = cadre.issued(audience)
    names = dict(zip((f"people/{one}" for one in staff), "abcde", strict=True))

    def find(standing=Standing.STANDING_UNSPECIFIED, *, agency="lake", caller=None, **asked):
        request = pb.FindRecipientsRequest(parent=f"agencies/{agency}", notice=notice.name, standing=standing, **asked)
        answer = (caller or cadre.coordinator(agency)).FindRecipients(request)
        return "".join(names[one] for one in answer.people)

    find.notice = notice
    return find


def confirm(cadre, notice, *, agency="lake", **fields):
    request = pb.ConfirmForAgencyRequest(
        parent=f"agencies/{agency}",
        notice=notice.name,
        text_sha256=notice.text_sha256,
        request_id=cadre.new_id(),
        **fields,
    )
    return cadre.coordinator(agency).ConfirmForAgency(request)


def change(cadre, notice, *, agency="lake", lead, problem="", request_id=""):
    request = pb.UpdateConfirmationRequest(
        parent=f"agencies/{agency}",
        notice=notice.name,
        lead=f"people/{lead}",
        problem=problem,
        request_id=request_id or cadre.new_id(),
    )
    return cadre.coordinator(agency).UpdateConfirmation(request)


def test_people_are_found_by_how_they_stand(cadre, found, staff):
    cadre.confirm(found.notice, staff[0])
    cadre.read(found.notice, staff[1])

    assert found() == "abcd"
    assert found(Standing.READY) == "a"
    assert found(Standing.UNDER_WAY) == "b"
    assert found(Standing.NOT_STARTED) == "c"
    assert found(Standing.TO_GO) == "bc"
    assert found(Standing.ON_LEAVE) == "d"
    assert found(Standing.EXCUSED) == ""
    assert found(Standing.OVERDUE) == ""
    assert found(agency="yolo") == "e"


def test_whoever_was_trained_and_has_not_opened_the_letter_is_under_way(cadre, staff):
    notice = cadre.issued(cadre.new_audience(*(cadre.at(one, "lake") for one in staff[:2])), asks=notice_pb.TRAIN)
    cadre.deliver(cadre.completed(notice, staff[0]))

    def found(standing):
        request = pb.FindRecipientsRequest(parent="agencies/lake", notice=notice.name, standing=standing)
        return list(cadre.coordinator("lake").FindRecipients(request).people)

    assert found(Standing.UNDER_WAY) == [f"people/{staff[0]}"]
    assert found(Standing.NOT_STARTED) == [f"people/{staff[1]}"]
    counts = cadre.agency(notice, "lake")
    assert counts == {"of": 2, "not_started": 1, "trained": 1}


def test_people_are_found_by_unit_and_among_those_that_are_named(found, staff):
    ana, ben, _, _, eli = (f"people/{one}" for one in staff)

    assert found(unit="intake") == "ab"
    assert found(unit="none") == "c"
    assert found(people=[ben, eli]) == "b", "nobody of another agency"
    assert found(Standing.UNTRAINED, people=[ana, ben]) == "ab"


def test_who_supervises_a_unit_finds_its_people_alone(cadre, found):
    rights = {"readiness.read_agency": ["agencies/lake/units/legal"]}
    supervisor = cadre.running.stubs(caller=f"people/{cadre.new_id()}", rights=rights)

    assert found(caller=supervisor) == "bd"
    assert found(caller=supervisor, unit="intake") == "b"


def test_a_standing_that_there_is_not_is_refused(found):
    with pytest.raises(Refused) as refused:
        found(99)
    assert list(refused.value.fields) == ["standing"]


def test_a_list_can_be_of_some_people_and_goes_on_when_others_are_asked_for(cadre, found, staff):
    people = [f"people/{one}" for one in staff[:3]]

    def listed(people, token=""):
        request = pb.ListRecipientsRequest(
            parent="agencies/lake", notice=found.notice.name, people=people, page_size=1, page_token=token
        )
        return cadre.coordinator("lake").ListRecipients(request)

    first = listed(people)
    second = listed(people[2:], first.next_page_token)

    assert [one.person for one in (*first.recipients, *second.recipients)] == [people[0], people[2]]


def test_finding_people_reads_those_of_the_agency_alone(cadre):
    people = [*(cadre.at(person, "lake") for person in cadre.people(10))]
    others = [*(cadre.at(person, "yolo") for person in cadre.people(6_000))]
    notice = cadre.issued(cadre.new_audience(*people, *others))
    request = pb.FindRecipientsRequest(parent="agencies/lake", notice=notice.name, standing=Standing.TO_GO)
    with cadre.running.connect() as connection:
        connection.execute("ANALYZE recipient, audience_member, notice")
    engine, sent = cadre.running.runtime.database.engine, []

    def note(_connection, _cursor, statement, parameters, *_):
        sent.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    assert len(cadre.coordinator("lake").FindRecipients(request).people) == 10
    event.remove(engine, "before_cursor_execute", note)

    ((statement, given),) = [one for one in sent if "m.agency_id" in one[0]]
    with cadre.running.connect() as connection:
        (answer,) = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", given).fetchone()
    plan = Plan(answer[0]["Plan"])
    assert plan.rows_of("audience_member") == 10
    assert plan.rows_of("recipient") == 10


def test_who_leads_a_letter_and_what_is_in_the_way_can_change_after_the_agency_confirmed(cadre, found):
    first, second = cadre.new_id(), cadre.new_id()
    confirmed = confirm(cadre, found.notice, lead=f"people/{first}", problem="No room").readiness

    changed = change(cadre, found.notice, lead=second).readiness

    assert (changed.lead, changed.problem) == (f"people/{second}", "")
    assert (changed.confirm_time, changed.confirmed_by) == (confirmed.confirm_time, confirmed.confirmed_by)
    (lake,) = [row for row in cadre.readiness(found.notice).agencies if row.agency == "agencies/lake"]
    assert lake.lead == f"people/{second}", "the state reads it too"
    ((before, after),) = cadre.rows(
        "SELECT before, after FROM audit WHERE method = 'AgencyNoticeService/UpdateConfirmation'"
    )
    assert before == {"lead": first, "problem": "No room"}, "what was said before stays on record"
    assert after == {"lead": second, "problem": ""}


def test_the_state_reads_what_changed_after_the_confirmation_and_staff_do_not(cadre, found, staff):
    first, second = cadre.new_id(), cadre.new_id()
    confirm(cadre, found.notice, lead=f"people/{first}", problem="No room")
    change(cadre, found.notice, lead=second, problem="No room")
    change(cadre, found.notice, lead=second)
    confirm(cadre, found.notice, agency="yolo", lead=f"people/{first}")
    request = notice_pb.GetNoticeRequest(name=found.notice.name)

    one, two = cadre.analyst.GetNotice(request).confirmation_changes

    assert one.agency == two.agency == "agencies/lake"
    assert (one.lead_before, one.lead, one.problem_before, one.problem) == (
        f"people/{first}",
        f"people/{second}",
        "No room",
        "No room",
    )
    assert (two.lead_before, two.lead, two.problem_before, two.problem) == (two.lead, two.lead, "No room", "")
    assert one.person.startswith("people/")
    assert one.time.ToNanoseconds() < two.time.ToNanoseconds()
    assert list(cadre.learner(staff[0]).GetNotice(request).confirmation_changes) == []


def test_what_holds_already_is_accepted_and_changes_nothing(cadre, found):
    lead, request_id = cadre.new_id(), cadre.new_id()
    confirm(cadre, found.notice, lead=f"people/{lead}")
    answers = [change(cadre, found.notice, lead=lead, request_id=request_id) for _ in range(2)]

    assert answers[0] == answers[1]


def test_nothing_can_be_changed_before_the_agency_confirmed(cadre, found):
    with pytest.raises(Refused) as refused:
        change(cadre, found.notice, lead=cadre.new_id())
    assert (refused.value.code, refused.value.reason) == ("FAILED_PRECONDITION", "NOT_CONFIRMED")
    with pytest.raises(Refused) as refused:
        change(cadre, found.notice, lead=cadre.new_id(), problem="x" * 2001)
    assert list(refused.value.fields) == ["problem"]
