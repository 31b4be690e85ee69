"""A letter that is out is amended: what that means for those who confirmed it, and for those who come and go."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest

from cadre.directory.v1 import events_pb2 as directory
from cadre.notification.v1 import agency_notice_service_pb2 as agency_pb
from cadre.notification.v1 import attachment_service_pb2 as attachment_pb
from cadre.notification.v1 import events_pb2 as events
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from notification.notices import jobs
from servicekit.calendar import pacific_date
from servicekit.rpc.client import Refused
from servicekit.testing.offices import state_calendar

from .amending import amend, begun, compare, current, drafted, item, signed, version, versions, waiting
from .attaching import attach, fetch, submit

EDITORIAL, MOVED, SUBSTANTIVE = (
    events.NoticeAmended.EDITORIAL,
    events.NoticeAmended.MOVED,
    events.NoticeAmended.SUBSTANTIVE,
)
# What changes a letter in substance, in its days, and in its wording alone.
ANEW = {"staff_action": "Try five times to reach the person."}
LATER = {"effective_date": state_calendar().add(pacific_date(datetime.now(UTC)), 60).isoformat()}
PLAINER = {"after": "It pleads the real income, or earning capacity."}


@pytest.fixture
def people(cadre):
    return cadre.people(3)


@pytest.fixture
def letter(cadre, people):
    """A letter to three people at Lake, which asks them to confirm it."""
    return cadre.issued(cadre.new_audience(*(cadre.at(person, "lake", "legal") for person in people)))


def confirm_for(cadre, letter, agency="lake"):
    request = agency_pb.ConfirmForAgencyRequest(
        parent=f"agencies/{agency}",
        notice=letter.name,
        text_sha256=letter.text_sha256,
        request_id=cadre.new_id(),
    )
    return cadre.coordinator(agency).ConfirmForAgency(request)


def at_agency(cadre, letter, agency="lake"):
    request = agency_pb.GetAgencyNoticeRequest(parent=f"agencies/{agency}", notice=letter.name)
    return cadre.coordinator(agency).GetAgencyNotice(request)


def refusal(call, *arguments, **changes):
    with pytest.raises(Refused) as refused:
        call(*arguments, **changes)
    return refused.value


def test_an_amendment_begins_with_what_the_letter_says_and_its_files(cadre, people):
    audience = cadre.new_audience(cadre.at(people[0], "lake"))
    letter = cadre.publish(submit(cadre, attach(cadre, cadre.draft(audience), b"one, two")))

    draft = begun(cadre, letter)

    assert (draft.state, draft.amends, draft.number) == (notice_pb.Notice.DRAFT, letter.name, letter.number)
    own = {"name", "state", "amends", "author", "approver", "etag", "create_time", "attachments", "due_sentence"}
    issue = {
        "submit_time",
        "publish_time",
        "version",
        "text_sha256",
        "due_date",
        "agency_due_date",
        "audience_revision",
    }
    said = [
        {
            field.name: str(value)
            for field, value in one.ListFields()
            if field.name not in own | issue | {"staff_release_date"}
        }
        for one in (draft, letter)
    ]
    assert said[0] == said[1]
    assert [one.sha256 for one in draft.attachments] == [one.sha256 for one in letter.attachments]
    assert draft.attachments[0].name != letter.attachments[0].name
    assert current(cadre, letter).amendment == draft.name


def test_nobody_but_the_state_sees_an_amendment_before_it_is_out(cadre, letter, people):
    draft = waiting(cadre, letter, **ANEW)

    reader = cadre.learner(people[0])
    for seen in (
        lambda: reader.GetNotice(notice_pb.GetNoticeRequest(name=draft.name)),
        lambda: versions(reader, draft),
        lambda: compare(reader, draft),
        lambda: cadre.coordinator("lake").GetAgencyNotice(
            agency_pb.GetAgencyNoticeRequest(parent="agencies/lake", notice=draft.name)
        ),
    ):
        assert refusal(seen).reason in ("NOT_FOUND", "PERMISSION_DENIED")
    assert reader.GetNotice(notice_pb.GetNoticeRequest(name=letter.name)).amendment == ""
    found = reader.SearchNotices(notice_pb.SearchNoticesRequest(query="five times")).notices
    assert [one.name for one in found] == []
    assert [one.notice.name for one in cadre.inbox(people[0])] == [letter.name]


def test_a_letter_has_one_amendment_at_a_time_that_is_not_out(cadre, letter):
    first = begun(cadre, letter)

    refused = refusal(begun, cadre, letter)

    assert (refused.reason, refused.metadata["amendment"]) == ("AMENDMENT_OPEN", first.name)
    request = notice_pb.DeleteNoticeRequest(name=first.name, etag=first.etag, request_id=cadre.new_id())
    cadre.analyst.DeleteNotice(request)
    assert begun(cadre, letter).amends == letter.name


def test_only_what_is_out_is_amended(cadre, letter):
    draft = cadre.draft(cadre.new_audience(cadre.at(cadre.new_id(), "lake")))
    assert refusal(begun, cadre, draft).reason == "WRONG_STATE"
    assert refusal(begun, cadre, begun(cadre, letter)).reason == "WRONG_STATE"
    withdraw(cadre, letter)
    assert refusal(begun, cadre, letter).reason == "NOTICE_WITHDRAWN"


def withdraw(cadre, letter):
    request = notice_pb.WithdrawNoticeRequest(
        name=letter.name,
        etag=current(cadre, letter).etag,
        reason="It was issued by mistake.",
        request_id=cadre.new_id(),
    )
    return cadre.approver.WithdrawNotice(request)


def test_an_amendment_changes_something_and_says_what(cadre, letter):
    draft = begun(cadre, letter)
    refused = refusal(drafted, cadre, letter, draft=draft, submit=True)
    assert refused.reason == "NOTHING_AMENDED"

    refused = refusal(drafted, cadre, letter, draft=draft, submit=True, what_changed="", **PLAINER)

    assert (refused.reason, refused.metadata["missing"]) == ("INVALID_FIELD", "what_changed")


@pytest.mark.parametrize(
    ("field", "value"), [("series", "CSSI"), ("number", "26-99"), ("staff_release_days", 4)], ids=str
)
def test_what_a_letter_is_called_is_not_amended(cadre, letter, field, value):
    refused = refusal(drafted, cadre, letter, **{field: value})

    assert (refused.reason, list(refused.fields)) == ("INVALID_FIELD", [f"notice.{field}"])


def test_a_letter_that_is_no_amendment_says_nothing_of_changes(cadre):
    audience = cadre.new_audience(cadre.at(cadre.new_id(), "lake"))

    for changes in ({"what_changed": "Nothing."}, {"substantive": ["body"]}):
        assert refusal(cadre.draft, audience, **changes).reason == "INVALID_FIELD"


def test_a_second_person_approves_an_amendment(cadre, letter):
    draft = begun(cadre, letter)
    request = notice_pb.UpdateNoticeRequest(notice=draft, request_id=cadre.new_id(), submit=True)
    request.notice.what_changed, request.notice.after = "A word.", PLAINER["after"]
    written = cadre.colleague.UpdateNotice(request)

    assert refusal(cadre.publish, written, by=cadre.colleague).reason == "SELF_APPROVAL"
    assert cadre.publish(written).state == notice_pb.Notice.MERGED


def test_d29_where_words_alone_change_confirmations_stand_for_the_new_version(cadre, letter, people):
    cadre.confirm(letter, people[0])
    confirm_for(cadre, letter)
    before, figures = signed(cadre, letter), cadre.state(letter)

    amended = amend(cadre, letter, **PLAINER)

    assert (amended.version, amended.after, amended.state) == (2, PLAINER["after"], notice_pb.Notice.PUBLISHED)
    assert amended.text_sha256 != letter.text_sha256
    assert (amended.due_date, amended.agency_due_date) == (letter.due_date, letter.agency_due_date)
    assert (amended.number, amended.author, amended.approver) == (letter.number, letter.author, letter.approver)
    assert amended.publish_time == letter.publish_time
    assert letter.publish_time.ToDatetime() < amended.amend_time.ToDatetime()
    assert signed(cadre, letter) == before
    assert cadre.state(letter) == figures
    mine, agency = item(cadre, letter, people[0]), at_agency(cadre, letter)
    assert (mine.ready, mine.signed_version) == (True, 1)
    assert (agency.readiness.HasField("confirm_time"), agency.confirmed_version) == (True, 1)


def test_where_the_substance_changes_all_is_asked_anew_and_what_was_confirmed_stays_on_record(cadre, letter, people):
    cadre.confirm(letter, people[0])
    cadre.read(letter, people[1])
    confirm_for(cadre, letter)
    before = signed(cadre, letter)

    amended = amend(cadre, letter, **ANEW)

    assert signed(cadre, letter) == before
    assert cadre.state(letter) == {"of": 3, "not_started": 3}
    mine, agency = item(cadre, letter, people[0]), at_agency(cadre, letter)
    assert (mine.ready, mine.HasField("confirm_time"), mine.signed_version) == (False, False, 1)
    assert (agency.readiness.HasField("confirm_time"), agency.confirmed_version) == (False, 1)
    least = state_calendar().add(cadre.today, letter.due_rule.business_days_after_issue)
    assert date.fromisoformat(amended.due_date) >= least
    assert refusal(cadre.confirm, letter, people[0]).reason == "TEXT_CHANGED"
    cadre.confirm(amended, people[0])
    confirm_for(cadre, amended)
    assert item(cadre, letter, people[0]).signed_version == at_agency(cadre, letter).confirmed_version == 2
    assert [row for row in signed(cadre, letter) if row[3] == 1] == before
    assert {row[4] for row in signed(cadre, letter) if row[3] == 2} == {amended.text_sha256}


def test_training_that_was_done_stays_done_when_the_text_is_amended(cadre, people):
    letter = cadre.issued(cadre.new_audience(*(cadre.at(who, "lake") for who in people)), asks=notice_pb.TRAIN)
    cadre.deliver(cadre.completed(letter, people[0]))
    cadre.confirm(letter, people[0])

    amended = amend(cadre, letter, **ANEW)

    assert cadre.state(letter) == {"of": 3, "not_started": 2, "trained": 1}
    cadre.confirm(amended, people[0])
    assert cadre.state(letter) == {"of": 3, "not_started": 2, "trained": 1, "read": 1, "confirmed": 1, "ready": 1}


def test_where_only_days_move_confirmations_stand_and_the_rest_is_due_anew(cadre, letter, people):
    cadre.confirm(letter, people[0])

    amended = amend(cadre, letter, **LATER)

    before = state_calendar().add(date.fromisoformat(LATER["effective_date"]), -3)
    assert amended.due_date == before.isoformat() > letter.due_date
    assert item(cadre, letter, people[1]).due_date == amended.due_date
    assert item(cadre, letter, people[0]).ready
    assert cadre.state(letter) == {"of": 3, "ready": 1, "read": 1, "confirmed": 1, "not_started": 2}


def test_a_day_that_is_moved_nearer_leaves_people_the_days_that_a_new_letter_leaves_them(cadre, letter):
    near = state_calendar().add(cadre.today, 1).isoformat()

    amended = amend(cadre, letter, effective_date=near)

    assert amended.due_date == state_calendar().add(cadre.today, 5).isoformat()


def test_whom_a_letter_is_for_may_be_amended(cadre, letter, people):
    cadre.confirm(letter, people[0])
    newcomer = cadre.new_id()
    other = cadre.new_audience(cadre.at(people[0], "lake"), cadre.at(newcomer, "yolo"))

    amended = amend(cadre, letter, audience=f"audiences/{other}")

    assert cadre.state(amended) == {"of": 2, "not_started": 2}
    assert [one.notice.name for one in cadre.inbox(newcomer)] == [letter.name]
    assert cadre.inbox(people[1]) == []
    cadre.members(other, cadre.at(people[2], "yolo"))
    assert cadre.state(amended) == {"of": 3, "not_started": 3}
    left = letter.audience.removeprefix("audiences/")
    cadre.members(left, cadre.at(cadre.new_id(), "lake"))
    assert cadre.state(amended)["of"] == 3


def test_an_agency_that_had_a_letter_has_each_later_version(cadre, people):
    audience = cadre.new_audience(cadre.at(people[0], "lake"))
    letter = cadre.issued(audience, receivers=["agencies/yolo"])

    amend(cadre, letter, receivers=["agencies/alameda"], **ANEW)

    sql = "SELECT version, agency_id FROM delivery WHERE notice_id = %(id)s ORDER BY version, agency_id"
    assert cadre.rows(sql, id=letter.name.removeprefix("notices/")) == [
        (1, "lake"),
        (1, "yolo"),
        (2, "alameda"),
        (2, "lake"),
        (2, "yolo"),
    ]


def test_what_an_agency_changed_of_its_confirmation_is_said_once_however_many_versions_there_are(cadre, letter):
    confirm_for(cadre, letter)
    change = agency_pb.UpdateConfirmationRequest(
        parent="agencies/lake",
        notice=letter.name,
        lead=f"people/{cadre.new_id()}",
        problem="No room.",
        request_id=cadre.new_id(),
    )
    cadre.coordinator("lake").UpdateConfirmation(change)

    amended = amend(cadre, letter, **PLAINER)

    assert [one.problem for one in amended.confirmation_changes] == ["No room."]
    assert at_agency(cadre, letter).readiness.problem == "No room."


def test_an_agency_that_receives_a_letter_with_an_amendment_has_the_days_of_a_new_one(cadre, people):
    audience = cadre.new_audience(cadre.at(people[0], "lake"))
    letter = cadre.issued(audience, receivers=["agencies/yolo"])
    with cadre.running.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE notice SET agency_due_date = agency_due_date - 30")

    amend(cadre, letter, receivers=["agencies/alameda"], **PLAINER)

    sql = "SELECT due_date FROM delivery WHERE notice_id = %(id)s AND agency_id = 'alameda'"
    ((due,),) = cadre.rows(sql, id=letter.name.removeprefix("notices/"))
    assert due == state_calendar().add(cadre.today, letter.agency_confirms_within)


def test_an_agency_that_comes_later_gets_the_version_that_holds(cadre, letter):
    amended = amend(cadre, letter, **ANEW)

    cadre.deliver(directory.AgencyListed(agency_id="merced", kind="single-county"))

    assert at_agency(cadre, amended, "merced").notice.version == 2


def test_an_author_may_say_that_a_change_of_words_is_one_of_substance(cadre, letter, people):
    cadre.confirm(letter, people[0])

    amend(cadre, letter, substantive=["after"], **PLAINER)

    assert item(cadre, letter, people[0]).ready is False
    assert refusal(drafted, cadre, letter, substantive=["weather"]).reason == "INVALID_FIELD"


def test_a_letter_that_was_withdrawn_is_not_amended_any_more(cadre, letter):
    amendment = waiting(cadre, letter, **ANEW)
    withdraw(cadre, letter)

    assert refusal(cadre.publish, amendment).reason == "NOTICE_WITHDRAWN"
    assert current(cadre, letter).version == 1


def test_an_amendment_that_waits_for_its_time_comes_back_when_the_letter_is_withdrawn(cadre, letter):
    amendment = waiting(cadre, letter, **ANEW)
    request = notice_pb.PublishNoticeRequest(
        name=amendment.name, etag=amendment.etag, audience_revision=1, request_id=cadre.new_id()
    )
    at = datetime.now(UTC) + timedelta(hours=2)
    request.publish_at.FromDatetime(at)
    assert cadre.approver.PublishNotice(request).state == notice_pb.Notice.SCHEDULED
    withdraw(cadre, letter)

    jobs.issue_scheduled(cadre.running.runtime.database, at + timedelta(minutes=1))

    back = current(cadre, amendment)
    assert (back.state, "withdrawn" in back.return_reason) == (notice_pb.Notice.DRAFT, True)


def test_an_amendment_is_issued_at_its_time(cadre, letter):
    amendment = waiting(cadre, letter, **ANEW)
    request = notice_pb.PublishNoticeRequest(
        name=amendment.name, etag=amendment.etag, audience_revision=1, request_id=cadre.new_id()
    )
    at = datetime.now(UTC) + timedelta(hours=2)
    request.publish_at.FromDatetime(at)
    cadre.approver.PublishNotice(request)
    assert current(cadre, letter).version == 1

    jobs.issue_scheduled(cadre.running.runtime.database, at + timedelta(minutes=1))

    assert (current(cadre, letter).version, current(cadre, amendment).state) == (2, notice_pb.Notice.MERGED)


def test_what_was_issued_stays_in_the_database_but_for_its_next_version(cadre, letter):
    amended = amend(cadre, letter, **ANEW)

    for sql in (
        "UPDATE notice SET body = 'Another' WHERE id = %(id)s",
        "UPDATE notice SET body = 'Another', version = version + 1 WHERE id = %(id)s",
        "UPDATE notice SET number = '26-99', version = version + 1 WHERE id = %(id)s",
        "UPDATE notice_version SET canonical = '{}' WHERE notice_id = %(id)s",
        "DELETE FROM notice_version WHERE notice_id = %(id)s",
        "UPDATE notice SET subject = 'X' WHERE amends = %(id)s",
        "DELETE FROM notice WHERE amends = %(id)s",
    ):
        with pytest.raises(Exception, match=r"does not change|is append-only"):
            cadre.rows(sql, id=letter.name.removeprefix("notices/"))
    assert current(cadre, letter).text_sha256 == amended.text_sha256


def test_versions_say_who_made_them_and_what_they_meant(cadre, letter, people):
    first = amend(cadre, letter, **PLAINER)
    second = amend(cadre, letter, what_changed="Now five tries.", **ANEW)

    listed = versions(cadre.learner(people[0]), letter)

    assert [(one.version, one.change, one.what_changed) for one in listed] == [
        (3, SUBSTANTIVE, "Now five tries."),
        (2, EDITORIAL, "The second step is said more plainly."),
        (1, 0, ""),
    ]
    assert [one.text_sha256 for one in listed] == [second.text_sha256, first.text_sha256, letter.text_sha256]
    assert {(one.author, one.approver) for one in listed} == {(letter.author, letter.approver)}
    then = version(cadre.learner(people[0]), letter, 1).notice
    assert (then.staff_action, then.after) == (letter.staff_action, letter.after)
    assert (then.effective_date, then.audience, then.version) == (letter.effective_date, letter.audience, 1)
    assert refusal(version, cadre.learner(people[0]), letter, 4).reason == "NOT_FOUND"


def test_what_changed_is_said_field_by_field_and_word_by_word(cadre, letter, people):
    amend(cadre, letter, **PLAINER, **LATER, contact="Policy Branch, 916-555-0100")

    said = compare(cadre.learner(people[0]), letter, 1)

    assert said.change == MOVED
    assert {one.field: one.change for one in said.fields} == {
        "effective_date": MOVED,
        "after": EDITORIAL,
        "contact": EDITORIAL,
    }
    (day,) = (one for one in said.fields if one.field == "effective_date")
    assert (day.before, day.after) == (letter.effective_date, LATER["effective_date"])
    (text,) = (one for one in said.fields if one.field == "after")
    kept = "".join(one.text for one in text.pieces if one.kind != 3)
    assert kept == PLAINER["after"]
    assert compare(cadre.learner(people[0]), letter, 2, 2).fields == []


def test_a_number_in_a_text_is_substance_and_a_telephone_number_is_not(cadre, letter):
    cases = {
        "body": ("The whole letter, within 30 days.", SUBSTANTIVE),
        "contact_telephone": ("916-555-0199", EDITORIAL),
    }
    draft = begun(cadre, letter)

    for field, (text, change) in cases.items():
        draft = drafted(cadre, letter, draft=draft, **{field: text})
        (found,) = (one for one in compare(cadre.analyst, draft).fields if one.field == field)
        assert (found.change, found.least) == (change, change), field


def test_files_of_a_version_are_kept_with_it_and_read_by_who_reads_the_letter(cadre, people):
    audience = cadre.new_audience(cadre.at(people[0], "lake"))
    letter = cadre.publish(submit(cadre, attach(cadre, cadre.draft(audience), b"one, two", title="The list")))
    draft = begun(cadre, letter)
    request = attachment_pb.RemoveAttachmentRequest(
        name=draft.attachments[0].name, etag=draft.etag, request_id=cadre.new_id()
    )
    draft = attach(cadre, cadre.analyst.RemoveAttachment(request), b"one, two, three", title="The list")

    cadre.publish(drafted(cadre, letter, draft=draft, submit=True))

    reader, amended = cadre.learner(people[0]), current(cadre, letter)
    (now,), (then,) = amended.attachments, version(reader, letter, 1).notice.attachments
    assert [one.name.startswith(letter.name) for one in (now, then)] == [True, True]
    assert (fetch(reader, now).content, fetch(reader, then).content) == (b"one, two, three", b"one, two")
    assert compare(reader, letter, 1).change == SUBSTANTIVE
    assert item(cadre, letter, people[0]).notice.attachments == amended.attachments


def test_a_letter_is_found_by_the_words_that_it_has_now(cadre, letter, people):
    def found(query):
        answer = cadre.learner(people[0]).SearchNotices(notice_pb.SearchNoticesRequest(query=query))
        return [one.name for one in answer.notices]

    assert found("minimum wage") == [letter.name]

    amend(cadre, letter, before="It presumed full-time pay.")

    assert (found("minimum wage"), found("full-time pay")) == ([], [letter.name])


def test_an_amendment_is_told_with_what_the_letter_asks_now(cadre, letter):
    amended = amend(cadre, letter, **LATER)

    sql = "SELECT payload FROM outbox WHERE subject LIKE %(subject)s"
    ((payload,),) = cadre.rows(sql, subject="cadre.notification.notice.amended.v1")
    told = events.NoticeAmended.FromString(payload)
    assert (f"notices/{told.notice_id}", told.version, told.change) == (letter.name, 2, MOVED)
    assert (told.due_date, told.publish_time) == (amended.due_date, letter.publish_time)
    assert told.audience_revision == amended.audience_revision


@pytest.mark.timers
def test_who_confirms_while_a_letter_is_amended_confirmed_one_version_or_the_other(cadre):
    people = cadre.people(30)
    letter = cadre.issued(cadre.new_audience(*(cadre.at(who, "lake") for who in people)))
    amendment = waiting(cadre, letter, **ANEW)

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(cadre.reason_of, cadre.confirm, letter, who) for who in people[:15]]
        issued = pool.submit(cadre.publish, amendment)
        asked += [pool.submit(cadre.reason_of, cadre.confirm, letter, who) for who in people[15:]]
        reasons = [one.result() for one in asked]
        issued.result()

    assert set(reasons) <= {"", "TEXT_CHANGED"}
    assert {row[3] for row in signed(cadre, letter)} <= {1}
    assert len(signed(cadre, letter)) == reasons.count("")
    assert cadre.state(letter) == {"of": 30, "not_started": 30}


def test_of_another_course_what_was_done_of_the_former_one_counts_when_it_comes_back(cadre, people):
    letter = cadre.issued(cadre.new_audience(*(cadre.at(who, "lake") for who in people)), asks=notice_pb.TRAIN)
    former, other = letter.course_version, "courses/earning-capacity/versions/3"
    done = cadre.completed(letter, people[0])
    done.course_id, done.course_version = "earning-capacity", 2
    cadre.deliver(done)

    amend(cadre, letter, course_version=other)

    assert cadre.state(letter) == {"of": 3, "not_started": 3}
    late = cadre.completed(letter, people[1])
    late.course_id, late.course_version = "earning-capacity", 2
    cadre.deliver(late)
    assert "trained" not in cadre.state(letter)
    new = cadre.completed(letter, people[2])
    new.course_id, new.course_version = "earning-capacity", 3
    cadre.deliver(new)
    assert cadre.state(letter)["trained"] == 1
    amend(cadre, letter, course_version=former)
    assert cadre.state(letter)["trained"] == 2
    assert item(cadre, letter, people[2]).HasField("train_time") is False
