"""Issuing: to every agency and every person of the audience, at once, once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from cadre.directory.v1 import events_pb2 as directory
from cadre.notification.v1 import events_pb2 as events
from cadre.notification.v1 import notice_service_pb2 as pb
from servicekit import closed_days
from servicekit.rpc.client import Refused
from servicekit.testing.offices import state_calendar


def test_ten_thousand_people_are_recipients_once_each(cadre):
    people = cadre.people(10_000)
    spread = [cadre.at(person, cadre.agencies[n % 4], on_leave=n % 50 == 0) for n, person in enumerate(people)]
    spread += [cadre.at(person, "dcss") for person in people[1:41]]
    audience = cadre.new_audience(*spread)

    notice = cadre.issued(audience)

    assert cadre.rows("SELECT count(*), count(DISTINCT person_id), min(due_date) FROM recipient") == [
        (10_000, 10_000, cadre.rows("SELECT due_date FROM notice")[0][0])
    ]
    assert cadre.state(notice) == {"of": 10_000, "not_started": 9_800, "on_leave": 200}
    assert [(row.agency, row.counts.of) for row in cadre.readiness(notice).agencies] == [
        ("agencies/alameda", 2500),
        ("agencies/dcss", 40),
        ("agencies/lake", 2500),
        ("agencies/los-angeles", 2500),
        ("agencies/yolo", 2500),
    ]


def test_issuing_sends_as_many_statements_for_one_person_as_for_a_thousand(cadre, statements):
    counted = []
    for size in (1, 1000):
        notice = cadre.submitted(cadre.new_audience(*(cadre.at(person, "lake") for person in cadre.people(size))))
        with statements() as sent:
            cadre.publish(notice)
        counted.append(len(sent))

    # One of them keeps the words of its statements, one asks for its stages of approval, one whether agencies ask more
    # people of its audience under another letter.
    assert counted[0] == counted[1] <= 22


def test_every_local_agency_gets_the_letter_also_without_anybody_affected(cadre):
    notice = cadre.issued(cadre.new_audience(cadre.at(cadre.new_id(), "lake")))

    agencies = cadre.readiness(notice).agencies
    assert [row.agency for row in agencies] == [f"agencies/{agency}" for agency in cadre.agencies]
    assert all(row.HasField("deliver_time") and not row.HasField("confirm_time") for row in agencies)
    assert not any(row.confirmation_overdue for row in agencies)
    assert notice.agency_due_date == state_calendar().add(cadre.today, 3).isoformat()


def test_an_audience_of_nobody_still_goes_to_every_agency(cadre):
    notice = cadre.issued(cadre.new_audience())

    readiness = cadre.readiness(notice)
    assert cadre.figures(readiness.state) == {}
    assert len(readiness.agencies) == len(cadre.agencies)


def test_an_agency_that_is_listed_later_gets_the_letters_that_are_out(cadre):
    notice = cadre.issued(cadre.new_audience())

    cadre.deliver(
        directory.AgencyListed(agency_id="inyo", kind="regional"),
        directory.AgencyListed(agency_id="dcss-policy", kind="state"),
    )

    names = [row.agency for row in cadre.readiness(notice).agencies]
    assert "agencies/inyo" in names
    assert "agencies/dcss-policy" not in names
    cadre.deliver(directory.AgencyListed(agency_id="inyo", kind="regional"))
    assert cadre.rows("SELECT count(*) FROM delivery WHERE agency_id = 'inyo'") == [(1,)]


def test_the_copy_of_the_calendar_begins_with_the_years_that_ship(cadre):
    with cadre.running.runtime.database.read() as db:
        assert closed_days.known(db) == state_calendar()


def changed(year, *closed, revision=1):
    return directory.CalendarChanged(year=year, revision=revision, closed=closed)


def test_a_changed_calendar_holds_for_what_is_issued_from_then_on(cadre):
    # A Monday: 3 business days before it is the Wednesday, since the Friday before is closed or not.
    cadre.deliver(changed(2034))
    fields = {"effective_date": "2034-12-18", "asks": pb.READ}
    out = cadre.issued(cadre.new_audience(), **fields)
    waiting = cadre.submitted(cadre.new_audience(), **fields)
    assert (out.due_date, waiting.due_sentence[:23]) == ("2034-12-13", "due Wednesday, December")

    cadre.deliver(changed(2034, "2034-12-15", revision=2))

    assert cadre.publish(waiting).due_date == "2034-12-12"
    get = pb.GetNoticeRequest(name=out.name)
    assert cadre.analyst.GetNotice(get).due_date == "2034-12-13"
    # What was told before, and comes later, changes nothing; told again, it mends.
    cadre.deliver(changed(2034))
    cadre.deliver(changed(2034, "2034-12-14", "2034-12-15", revision=2))
    assert cadre.issued(cadre.new_audience(), **fields).due_date == "2034-12-11"


def test_nothing_is_issued_whose_days_lie_in_a_year_of_which_the_holidays_are_not_known(cadre):
    waiting = cadre.submitted(cadre.new_audience(), effective_date="2061-03-14")

    assert waiting.due_sentence.endswith("the holidays of 2061 are not on record")
    with pytest.raises(Refused) as refused:
        cadre.publish(waiting)
    assert (refused.value.reason, refused.value.metadata) == ("CALENDAR_YEAR_MISSING", {"year": "2061"})


def test_a_notice_that_asks_nothing_finds_everybody_ready(cadre):
    present, away = cadre.people(2)
    audience = cadre.new_audience(cadre.at(present, "lake"), cadre.at(away, "lake", on_leave=True))

    notice = cadre.issued(audience, asks=pb.NOTHING)

    assert cadre.state(notice) == {"of": 2, "ready": 1, "on_leave": 1}


def test_a_membership_that_has_not_arrived_is_waited_for(cadre):
    audience = cadre.new_audience(cadre.at(cadre.new_id(), "lake"))
    notice = cadre.submitted(audience)

    with pytest.raises(Refused) as refused:
        cadre.publish(notice, revision=2)

    assert (refused.value.code, refused.value.reason) == ("FAILED_PRECONDITION", "AUDIENCE_NOT_READY")
    assert refused.value.metadata == {"audience": f"audiences/{audience}", "revision": "2", "complete_revision": "1"}
    assert cadre.rows("SELECT count(*) FROM recipient") == [(0,)]


def test_a_revision_is_complete_when_every_chunk_of_it_and_of_those_before_is_in(cadre):
    audience = cadre.new_id()
    first = cadre.chunks(audience, *(cadre.at(person, "lake") for person in cadre.people(5)), size=2)
    second = cadre.chunks(audience, cadre.at(cadre.new_id(), "yolo"))
    notice = cadre.submitted(audience)

    def complete():
        with pytest.raises(Refused) as refused:
            cadre.publish(notice, revision=3)
        return refused.value.metadata["complete_revision"]

    assert complete() == "0"
    cadre.deliver(*second)
    cadre.deliver(first[2], first[0])
    assert complete() == "0"
    cadre.deliver(first[0])  # sent again, as another event
    assert complete() == "0"
    cadre.deliver(first[1])
    assert complete() == "2"


def test_a_newer_complete_membership_is_taken_and_recorded(cadre):
    audience = cadre.new_audience(cadre.at(cadre.new_id(), "lake"))
    notice = cadre.submitted(audience)
    cadre.members(audience, cadre.at(cadre.new_id(), "yolo"))

    issued = cadre.publish(notice, revision=1)

    assert issued.audience_revision == 2
    assert cadre.state(issued)["of"] == 2


def test_an_approver_must_say_which_membership_they_saw(cadre):
    with pytest.raises(Refused) as refused:
        cadre.publish(cadre.submitted(cadre.new_audience()), revision=0)

    assert refused.value.reason == "INVALID_FIELD"
    assert "audience_revision" in refused.value.fields


def test_two_approvals_at_once_issue_once(cadre):
    people = cadre.people(200)
    notice = cadre.submitted(cadre.new_audience(*(cadre.at(person, "lake") for person in people)))

    def attempt(_):
        try:
            return cadre.publish(notice).state
        except Refused as refused:
            return refused.reason

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(map(str, pool.map(attempt, range(4))))

    assert answers == [str(pb.Notice.PUBLISHED), "WRONG_STATE", "WRONG_STATE", "WRONG_STATE"]
    assert cadre.rows("SELECT count(*) FROM recipient") == [(200,)]


def test_issuing_is_told_once_with_what_enrollment_needs(cadre):
    audience = cadre.new_audience(cadre.at(cadre.new_id(), "lake"))

    named = {"change": "Family Code 4058 changes; see 45 CFR 302.56(f).", "references": "45 C.F.R. \u00a7 302.56(f)"}
    notice = cadre.issued(audience, asks=pb.TRAIN, credit_months=24, **named)

    ((payload,),) = cadre.rows("SELECT payload FROM outbox WHERE subject = 'cadre.notification.notice.published.v1'")
    assert events.NoticePublished.FromString(payload) == events.NoticePublished(
        notice_id=notice.name.removeprefix("notices/"),
        version=1,
        audience_id=audience,
        audience_revision=1,
        course_id="earning-capacity",
        course_version=2,
        due_date=notice.due_date,
        joiner_business_days=5,
        publish_time=notice.publish_time,
        staff_release_date=notice.staff_release_date,
        credit_months=24,
        touched_rules=["ca/fam/4058", "us/cfr/45/302/56/f"],
    )


def test_a_membership_that_changes_while_a_notice_is_issued_is_never_lost(cadre):
    """Whichever comes first at the audience's row, the other one sees it."""
    for _ in range(10):
        audience = cadre.new_audience(*(cadre.at(person, "lake") for person in cadre.people(300)))
        notice = cadre.submitted(audience)
        joiners = cadre.people(50)
        chunks = cadre.chunks(audience, *(cadre.at(person, "yolo") for person in joiners))

        with ThreadPoolExecutor(2) as pool:
            issuing = pool.submit(cadre.publish, notice, revision=1)
            pool.submit(cadre.deliver, *chunks).result()
            issued = issuing.result()

        assert cadre.state(issued) == {"of": 350, "not_started": 350}
        assert cadre.agency(issued, "yolo")["of"] == 50
