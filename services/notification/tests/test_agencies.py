"""An agency confirms once, sees its own people and figures, and nobody else's."""

from datetime import timedelta

import pytest

from cadre.directory.v1 import events_pb2 as directory
from cadre.notification.v1 import agency_notice_service_pb2 as pb
from cadre.notification.v1 import events_pb2 as events
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from servicekit.rpc.client import Refused


@pytest.fixture
def staff(cadre):
    return sorted(cadre.people(4))


@pytest.fixture
def audience(cadre, staff):
    ana, ben, cruz, dee = staff
    return cadre.new_audience(
        cadre.at(ana, "lake", "intake", "enforcement"),
        cadre.at(ben, "lake", "intake"),
        cadre.at(cruz, "lake"),
        cadre.at(dee, "yolo", "intake"),
    )


def confirm(cadre, notice, agency, *, by=None, **changes):
    fields = {
        "parent": f"agencies/{agency}",
        "notice": notice.name,
        "text_sha256": notice.text_sha256,
        "request_id": cadre.new_id(),
    }
    return cadre.coordinator(agency, by).ConfirmForAgency(pb.ConfirmForAgencyRequest(**(fields | changes)))


def recipients(cadre, notice, agency, **request):
    request = pb.ListRecipientsRequest(parent=f"agencies/{agency}", notice=notice.name, **request)
    answer = cadre.coordinator(agency).ListRecipients(request)
    return [person.person.removeprefix("people/") for person in answer.recipients]


def test_an_agency_confirms_with_who_leads_and_what_is_in_the_way(cadre, audience):
    notice, coordinator, lead = cadre.issued(audience), cadre.new_id(), cadre.new_id()

    answer = confirm(cadre, notice, "lake", by=coordinator, lead=f"people/{lead}", problem="Two on leave")

    assert answer.readiness.confirmed_by == f"people/{coordinator}"
    assert answer.readiness.lead == f"people/{lead}"
    assert answer.readiness.problem == "Two on leave"
    assert answer.notice.text_sha256 == notice.text_sha256
    readiness = cadre.readiness(notice)
    assert readiness.agencies_confirmed == 1
    assert [row.agency for row in readiness.agencies if row.HasField("confirm_time")] == ["agencies/lake"]
    ((payload,),) = cadre.rows("SELECT payload FROM outbox WHERE subject = 'cadre.notification.notice.acknowledged.v1'")
    told = events.NoticeAcknowledged.FromString(payload)
    assert (told.agency_id, told.person_id, told.version) == ("lake", coordinator, 1)


def test_the_caller_leads_if_nobody_else_is_named(cadre, audience):
    coordinator = cadre.new_id()

    assert confirm(cadre, cadre.issued(audience), "lake", by=coordinator).readiness.lead == f"people/{coordinator}"


def test_an_agency_confirms_once(cadre, audience):
    notice, first, request_id = cadre.issued(audience), cadre.new_id(), cadre.new_id()
    answer = confirm(cadre, notice, "lake", by=first, request_id=request_id)

    with pytest.raises(Refused) as refused:
        confirm(cadre, notice, "lake", problem="Me too")

    assert (refused.value.code, refused.value.reason) == ("ALREADY_EXISTS", "ALREADY_CONFIRMED")
    metadata = refused.value.metadata
    assert metadata.pop("confirm_time")
    assert metadata == {"notice": notice.name, "agency": "agencies/lake", "confirmed_by": f"people/{first}"}
    assert confirm(cadre, notice, "lake", by=first, request_id=request_id) == answer
    confirm(cadre, notice, "yolo")


def test_an_agency_confirms_the_text_that_was_issued(cadre, audience):
    with pytest.raises(Refused) as refused:
        confirm(cadre, cadre.issued(audience), "lake", text_sha256="")

    assert refused.value.reason == "TEXT_CHANGED"


@pytest.mark.parametrize(("changes", "field"), [({"lead": "ana"}, "lead"), ({"problem": "x" * 2001}, "problem")])
def test_a_malformed_confirmation_names_the_field(cadre, audience, changes, field):
    with pytest.raises(Refused) as refused:
        confirm(cadre, cadre.issued(audience), "lake", **changes)

    assert refused.value.reason == "INVALID_FIELD"
    assert list(refused.value.fields) == [field]


def test_an_agency_that_got_no_letter_has_none_to_confirm(cadre, audience):
    notice = cadre.issued(audience)

    with pytest.raises(Refused) as refused:
        confirm(cadre, notice, "dcss")

    assert refused.value.reason == "NOT_FOUND"


def ends(cadre, agency, day):
    """The directory tells on which day an agency ends."""
    listed = directory.AgencyListed(agency_id=agency, kind="single-county", end_date=day.isoformat() if day else "")
    cadre.deliver(listed)


def unconfirmed(cadre, agency):
    answer = cadre.coordinator(agency).ListAgencyNotices(pb.ListAgencyNoticesRequest(parent=f"agencies/{agency}"))
    return answer.unconfirmed_count, len(answer.notices)


def test_an_agency_that_has_ended_gets_no_more_letters_and_is_asked_no_more_for_those_it_has(cadre, audience):
    confirmed, out = cadre.issued(audience), cadre.issued(audience)
    confirm(cadre, confirmed, "yolo")
    before = [
        (cadre.readiness(one).agencies_confirmed, cadre.readiness(one).agencies_asked) for one in (confirmed, out)
    ]

    ends(cadre, "yolo", cadre.today)
    later = cadre.issued(audience)

    assert before == [(1, 4), (0, 4)]
    figures = {name: cadre.readiness(one) for name, one in (("confirmed", confirmed), ("out", out), ("later", later))}
    assert {name: (one.agencies_confirmed, one.agencies_asked) for name, one in figures.items()} == {
        "confirmed": (1, 4),
        "out": (0, 3),
        "later": (0, 3),
    }
    yolo = {name: next(row for row in one.agencies if row.agency == "agencies/yolo") for name, one in figures.items()}
    assert {name: (row.HasField("deliver_time"), row.asked_no_more) for name, row in yolo.items()} == {
        "confirmed": (True, False),
        "out": (True, True),
        "later": (False, False),
    }
    # Whoever still works there is under the letter all the same.
    assert [row.counts.of for row in yolo.values()] == [1, 1, 1]
    assert unconfirmed(cadre, "yolo") == (0, 3)
    assert unconfirmed(cadre, "lake") == (3, 3)


def test_an_agency_is_asked_until_the_day_on_which_it_ends(cadre, audience):
    notice = cadre.issued(audience)
    ends(cadre, "yolo", cadre.today + timedelta(days=1))

    ahead = (unconfirmed(cadre, "yolo"), cadre.readiness(notice).agencies_asked)
    later = cadre.readiness(cadre.issued(audience)).agencies_asked
    ends(cadre, "yolo", None)

    assert ahead == ((1, 1), 4)
    assert later == 4
    assert unconfirmed(cadre, "yolo")[0] == 2


def test_what_an_ended_agency_did_not_confirm_is_not_past_due(cadre, audience):
    notice = cadre.issued(audience)
    with cadre.running.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE delivery SET due_date = due_date - 60")

    def late():
        rows = [row.agency for row in cadre.readiness(notice).agencies if row.confirmation_overdue]
        counted = cadre.running.figures()
        return (
            rows,
            counted["cadre_open_notices_agencies", "overdue"],
            counted["cadre_open_notices_agencies", "waiting"],
        )

    before = late()
    ends(cadre, "yolo", cadre.today - timedelta(days=3))

    assert before == (["agencies/alameda", "agencies/lake", "agencies/los-angeles", "agencies/yolo"], 4, 0)
    assert late() == (["agencies/alameda", "agencies/lake", "agencies/los-angeles"], 3, 0)


@pytest.mark.parametrize("method", ["ListAgencyNotices", "GetAgencyNotice", "ListRecipients", "ConfirmForAgency"])
def test_a_coordinator_reaches_their_own_agency_only(cadre, audience, method):
    notice = cadre.issued(audience)
    call = getattr(cadre.coordinator("lake"), method)
    request_class = getattr(pb, f"{method}Request")
    known = {"notice": notice.name, "text_sha256": notice.text_sha256, "request_id": cadre.new_id()}
    fields = {name: value for name, value in known.items() if name in request_class.DESCRIPTOR.fields_by_name}

    call(request_class(parent="agencies/lake", **fields))
    for other in ("agencies/yolo", "agencies/-", ""):
        with pytest.raises(Refused) as refused:
            call(request_class(parent=other, **fields))
        assert (refused.value.code, refused.value.reason) == ("PERMISSION_DENIED", "PERMISSION_MISSING")


def test_an_agency_sees_its_figures_by_unit(cadre, audience, staff):
    notice = cadre.issued(audience)
    cadre.confirm(notice, staff[0])

    answer = cadre.coordinator("lake").GetAgencyNotice(
        pb.GetAgencyNoticeRequest(parent="agencies/lake", notice=notice.name)
    )

    done = {"ready": 1, "read": 1, "confirmed": 1}
    assert cadre.figures(answer.readiness.counts) == {"of": 3, "not_started": 2, **done}
    assert {unit.unit: cadre.figures(unit.counts) for unit in answer.units} == {
        "": {"of": 1, "not_started": 1},
        "enforcement": {"of": 1, **done},
        "intake": {"of": 2, "not_started": 1, **done},
    }
    assert answer.notice == notice


def test_an_agency_without_anybody_affected_sees_the_letter(cadre, audience):
    notice = cadre.issued(audience)

    answer = cadre.coordinator("alameda").GetAgencyNotice(
        pb.GetAgencyNoticeRequest(parent="agencies/alameda", notice=notice.name)
    )

    assert cadre.figures(answer.readiness.counts) == {}
    assert list(answer.units) == []
    assert answer.notice.subject == notice.subject


def test_agencies_letters_have_the_open_ones_first_then_the_newest(cadre, staff):
    lake = cadre.new_audience(cadre.at(staff[0], "lake"))
    nobody = cadre.new_audience()
    old_open = cadre.issued(nobody, subject="not confirmed")
    people_open = cadre.issued(lake, subject="people not ready")
    closed = cadre.issued(nobody, subject="confirmed, nobody affected")
    confirm(cadre, people_open, "lake")
    confirm(cadre, closed, "lake")

    def listed(size):
        seen, token = [], ""
        while True:
            request = pb.ListAgencyNoticesRequest(parent="agencies/lake", page_size=size, page_token=token)
            page = cadre.coordinator("lake").ListAgencyNotices(request)
            seen += [item.notice.subject for item in page.notices]
            token = page.next_page_token
            if not token:
                return seen

    def counted():
        request = pb.ListAgencyNoticesRequest(parent="agencies/lake", page_size=1)
        page = cadre.coordinator("lake").ListAgencyNotices(request)
        return page.unconfirmed_count, page.to_go_count

    expected = ["people not ready", "not confirmed", "confirmed, nobody affected"]
    assert listed(50) == listed(1) == expected
    assert counted() == (1, 1)
    cadre.confirm(people_open, staff[0])
    assert listed(2) == ["not confirmed", "confirmed, nobody affected", "people not ready"]
    confirm(cadre, old_open, "lake")
    assert listed(2) == ["confirmed, nobody affected", "people not ready", "not confirmed"]
    assert counted() == (0, 0)


def test_an_agencys_letters_can_be_some_only_and_have_no_body(cadre, staff):
    lake = cadre.new_audience(cadre.at(staff[0], "lake"))
    wanted, other = cadre.issued(lake), cadre.issued(lake)

    request = pb.ListAgencyNoticesRequest(parent="agencies/lake", notices=[wanted.name])
    (listed,) = cadre.coordinator("lake").ListAgencyNotices(request).notices

    assert listed.notice.name == wanted.name != other.name
    assert (listed.notice.body, bool(wanted.body)) == ("", True)


def test_an_agencys_letters_can_be_those_with_something_to_do_those_that_come_or_those_withdrawn(cadre, staff):
    lake, nobody = cadre.new_audience(cadre.at(staff[0], "lake")), cadre.new_audience()
    today = cadre.today.isoformat()
    unconfirmed = cadre.issued(nobody, subject="to confirm")
    to_go = cadre.issued(lake, subject="people to go")
    coming = cadre.issued(nobody, subject="to take effect")
    in_force = cadre.issued(nobody, subject="in force", effective_date=today)
    gone = cadre.issued(lake, subject="withdrawn")
    cadre.approver.WithdrawNotice(
        notice_pb.WithdrawNoticeRequest(name=gone.name, etag=gone.etag, reason="By mistake", request_id=cadre.new_id())
    )
    for notice in (to_go, coming, in_force):
        confirm(cadre, notice, "lake")

    def listed(which):
        request = pb.ListAgencyNoticesRequest(parent="agencies/lake", which=which)
        found = cadre.coordinator("lake").ListAgencyNotices(request)
        return sorted(one.notice.subject for one in found.notices), found.unconfirmed_count, found.to_go_count

    assert unconfirmed.name
    assert listed(pb.STILL_TO_DO) == (["people to go", "to confirm"], 1, 1)
    assert listed(pb.COMING) == (["people to go", "to confirm", "to take effect"], 1, 1)
    assert listed(pb.WITHDRAWN_ONLY) == (["withdrawn"], 0, 0)
    assert len(listed(pb.WHICH_UNSPECIFIED)[0]) == 5


def test_a_list_of_letters_says_who_is_left_where_they_are_few_and_in_which_unit_where_they_are_many(
    cadre, audience, staff
):
    ana, ben, cruz, _ = staff
    few, many = cadre.issued(cadre.new_audience(cadre.at(ana, "lake"), cadre.at(ben, "lake"))), cadre.issued(audience)
    cadre.confirm(few, ana)
    cadre.confirm(many, ana)

    def listed(**asked):
        request = pb.ListAgencyNoticesRequest(parent="agencies/lake", **asked)
        found = cadre.coordinator("lake").ListAgencyNotices(request).notices
        return {one.notice.name: one for one in found}

    said = listed(left_for=3, left_most=2)
    assert list(said[few.name].left) == [f"people/{ben}"]
    assert not said[few.name].units
    assert not said[many.name].left
    by_unit = {unit.unit: unit.counts.of - unit.counts.ready for unit in said[many.name].units}
    assert by_unit == {"": 1, "enforcement": 0, "intake": 1}
    said = listed(left_for=3, left_most=3)
    assert list(said[many.name].left) == [f"people/{person}" for person in (ben, cruz)]
    assert not any(one.left or one.units for one in listed().values())


def test_who_is_left_is_said_first_under_what_is_urgent_then_under_what_takes_effect_soonest(cadre, audience):
    today = cadre.today

    def issued(days, **fields):
        return cadre.issued(audience, effective_date=(today + timedelta(days=days)).isoformat(), **fields).name

    # Not in the order in which they were issued, which is that of the list.
    soon, long_in_force, in_force, later = issued(8), issued(-9), issued(-1), issued(30)
    urgent = issued(40, urgent_reason="A court ordered it.")

    def said(most):
        request = pb.ListAgencyNoticesRequest(parent="agencies/lake", left_for=most, left_most=100)
        found = cadre.coordinator("lake").ListAgencyNotices(request).notices
        return {one.notice.name for one in found if one.left}

    wanted = [urgent, soon, later, in_force, long_in_force]
    assert [said(most) for most in range(1, 6)] == [set(wanted[:most]) for most in range(1, 6)]


def test_people_who_have_still_to_go_come_first(cadre, audience, staff):
    ana, ben, cruz, dee = staff
    notice = cadre.issued(audience)
    cadre.confirm(notice, ana)

    assert recipients(cadre, notice, "lake") == [ben, cruz, ana]
    assert recipients(cadre, notice, "lake", only_to_go=True) == [ben, cruz]
    assert recipients(cadre, notice, "lake", unit="intake") == [ben, ana]
    assert recipients(cadre, notice, "lake", unit="none") == [cruz]
    assert recipients(cadre, notice, "yolo") == [dee]
    cadre.members(audience, cadre.at(ben, "lake", "intake", on_leave=True))
    assert recipients(cadre, notice, "lake", only_to_go=True) == [cruz]


def test_a_list_of_people_goes_on_where_it_stopped(cadre):
    people = sorted(cadre.people(25))
    notice = cadre.issued(cadre.new_audience(*(cadre.at(person, "lake") for person in people)))
    for person in people[::5]:
        cadre.confirm(notice, person)

    seen, token = [], ""
    while True:
        request = pb.ListRecipientsRequest(parent="agencies/lake", notice=notice.name, page_size=7, page_token=token)
        page = cadre.coordinator("lake").ListRecipients(request)
        seen += [row.person.removeprefix("people/") for row in page.recipients]
        token = page.next_page_token
        if not token:
            break

    done = people[::5]
    assert seen == [person for person in people if person not in done] + done


def test_a_recipient_is_an_id_with_what_was_done(cadre, audience, staff):
    notice = cadre.issued(audience)
    item = cadre.confirm(notice, staff[0])

    request = pb.ListRecipientsRequest(parent="agencies/lake", notice=notice.name, unit="enforcement")
    (row,) = cadre.coordinator("lake").ListRecipients(request).recipients

    assert row == pb.Recipient(
        person=f"people/{staff[0]}",
        units=["enforcement", "intake"],
        ready=True,
        due_date=notice.due_date,
        read_time=item.read_time,
        confirm_time=item.confirm_time,
    )


def test_the_whole_states_list_has_each_person_once_and_is_for_the_state_only(cadre, audience, staff):
    cadre.members(audience, cadre.at(staff[0], "yolo", "legal"))
    notice = cadre.issued(audience)
    whole = cadre.running.stubs(caller="services/cli", rights=["readiness.read_agency"])

    answer = whole.ListRecipients(pb.ListRecipientsRequest(parent="agencies/-", notice=notice.name))

    assert [row.person.removeprefix("people/") for row in answer.recipients] == staff
    assert list(answer.recipients[0].units) == ["enforcement", "intake", "legal"]


def test_the_whole_states_list_goes_on_by_id_whatever_was_done(cadre, audience, staff):
    notice = cadre.issued(audience)
    cadre.confirm(notice, staff[0])
    whole = cadre.running.stubs(caller="services/cli", rights=["readiness.read_agency"])

    def walked(**asked):
        seen, token = [], ""
        while True:
            request = pb.ListRecipientsRequest(
                parent="agencies/-", notice=notice.name, page_size=1, page_token=token, **asked
            )
            page = whole.ListRecipients(request)
            seen += [row.person.removeprefix("people/") for row in page.recipients]
            token = page.next_page_token
            if not token:
                return seen

    assert walked() == staff
    assert walked(only_to_go=True) == staff[1:]
    assert walked(unit="none") == [staff[2]]


def test_figures_cost_as_many_statements_for_many_as_for_one(cadre, statements):
    counted = []
    for size in (1, 500):
        people = cadre.people(size)
        notice = cadre.issued(
            cadre.new_audience(*(cadre.at(person, cadre.agencies[n % 4], "intake") for n, person in enumerate(people)))
        )
        with statements() as sent:
            cadre.readiness(notice)
            cadre.coordinator("alameda").GetAgencyNotice(
                pb.GetAgencyNoticeRequest(parent="agencies/alameda", notice=notice.name)
            )
            recipients(cadre, notice, "alameda", page_size=1000)
            cadre.coordinator("alameda").ListAgencyNotices(pb.ListAgencyNoticesRequest(parent="agencies/alameda"))
        counted.append(len(sent))

    # One of them is the words of which the agency's confirmation is made.
    assert counted[0] == counted[1] == 10


def test_figures_of_several_letters_are_those_of_each_and_cost_as_many_statements_as_of_one(
    cadre, audience, staff, statements
):
    letters = [cadre.issued(audience), cadre.issued(cadre.new_audience(cadre.at(staff[0], "lake")))]
    draft = cadre.draft(audience)
    cadre.confirm(letters[0], staff[0])
    confirm(cadre, letters[1], "lake")

    def asked(*notices):
        request = readiness_pb.BatchGetReadinessRequest(notices=[notice.name for notice in notices])
        with statements() as sent:
            found = cadre.analyst.BatchGetReadiness(request).readiness
        return {one.notice: one for one in found}, len(sent)

    one, cost_of_one = asked(letters[0])
    both, cost_of_both = asked(*letters, draft)

    assert both == {notice.name: cadre.readiness(notice) for notice in letters}
    assert one == {letters[0].name: both[letters[0].name]}
    assert both[letters[1].name].agencies_confirmed == 1
    assert cost_of_one == cost_of_both
    assert asked()[0] == {}


def test_who_supervises_a_unit_sees_its_people_and_its_figures_and_the_agencys_sums(cadre, audience, staff):
    notice, (ana, _, _, _) = cadre.issued(audience), staff
    scopes = ["agencies/lake/units/enforcement"]
    stub = cadre.running.stubs(caller=f"people/{cadre.new_id()}", rights={"readiness.read_agency": scopes})

    one = stub.GetAgencyNotice(pb.GetAgencyNoticeRequest(parent="agencies/lake", notice=notice.name))
    request = pb.ListAgencyNoticesRequest(parent="agencies/lake", left_for=10, left_most=25)
    listed = next(each for each in stub.ListAgencyNotices(request).notices if each.notice.name == notice.name)
    people = pb.ListRecipientsRequest(parent="agencies/lake", notice=notice.name)

    assert one.readiness.counts.of == 3
    assert [unit.unit for unit in one.units] == ["enforcement"]
    assert list(listed.left) == [f"people/{ana}"]
    assert [each.person for each in stub.ListRecipients(people).recipients] == [f"people/{ana}"]
    people.unit = "intake"
    assert [each.person for each in stub.ListRecipients(people).recipients] == [f"people/{ana}"], "who is in both"
    people.parent = "agencies/yolo"
    with pytest.raises(Refused, match="PERMISSION_MISSING"):
        stub.ListRecipients(people)
