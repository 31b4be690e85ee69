"""Messages as people see them, what they choose, and reminders: by the contract, on real letters."""

import uuid
from datetime import UTC, date, datetime, time, timedelta

import pytest

from cadre.notification.v1 import message_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from notification.letters import telling
from notification.messages import letters, mails
from notification.messages.rules.ladder import STAFF_LADDER, Step
from notification.messages.rules.windows import Hours
from servicekit.calendar import PACIFIC
from servicekit.rpc.client import Refused
from servicekit.testing.offices import state_calendar

HOURS = Hours(state_calendar(), always=True)
RULES = pb.ListMessageRulesRequest()
SELF = {"self.read": ["self"], "self.write": ["self"]}


@pytest.fixture
def people(cadre):
    return cadre.people(3)


@pytest.fixture
def letter(cadre, people):
    """A letter to three at Lake, of which everybody was told."""
    audience = cadre.new_audience(*(cadre.at(person, "lake", "legal") for person in people))
    issued = cadre.issued(audience)
    tell(cadre)
    return issued


def tell(cadre):
    """Do what was deferred, as the process that leads does."""
    database = cadre.running.runtime.database
    for (key,) in cadre.rows("SELECT key FROM task WHERE kind = 'tell-of-letter'"):
        notice_id, joined = telling.told_of(key)
        with database.transaction(actor="services/notification", method="test/tell") as db:
            letters.tell(db, notice_id, HOURS, joined=joined)
            db.run("DELETE FROM task WHERE key = %(key)s", key=key)


def own(cadre, person):
    return cadre.running.stubs(caller=f"people/{person}", rights=SELF)


def coordinator(cadre):
    return cadre.running.stubs(caller=f"people/{uuid.uuid4()}", rights={"reminders.send": ["agencies/lake"]})


def arrive(cadre, at=None):
    """Let all that waits for a later hour be of an hour ago."""
    with cadre.running.runtime.database.transaction(actor="services/notification", method="test/arrive") as db:
        db.run("UPDATE message_to SET goes_at = %(at)s", at=at or datetime.now(UTC) - timedelta(hours=1))


def messages(cadre, person, **asked):
    return own(cadre, person).ListMessages(pb.ListMessagesRequest(**asked))


def test_who_is_asked_hears_it_once_and_agencies_are_told_by_role(cadre, letter, people):
    arrive(cadre)
    for person in people:
        (one,) = messages(cadre, person).messages
        assert (one.kind, one.link) == ("letter.asked", f"/training/{letter.name.removeprefix('notices/')}")
    targets = cadre.rows(
        "SELECT role, scope, facts ->> 'staff' FROM message_target WHERE role = 'coordinator' ORDER BY scope"
    )
    assert targets == [
        ("coordinator", f"agencies/{slug}", "3" if slug == "lake" else "0") for slug in sorted(cadre.agencies)
    ]


def test_lists_of_agencies_are_told_of_a_letter_when_all_staff_may_see_it(cadre, letter):
    query = (
        "SELECT m.goes_at, array_agg(t.scope ORDER BY t.scope) FROM message AS m JOIN message_target AS t"
        f" ON t.message_id = m.id WHERE m.kind = 'letter.listed' AND m.about = '{letter.name}'"
        " AND t.role = 'mailing_list' GROUP BY m.goes_at"
    )
    ((goes_at, scopes),) = cadre.rows(query)

    assert scopes == [f"agencies/{slug}" for slug in sorted(cadre.agencies)]
    released = date.fromisoformat(letter.staff_release_date)
    assert goes_at >= datetime.combine(released, time(0), PACIFIC)


def test_issuing_a_letter_leaves_one_task_for_what_is_said_however_many_it_is_for(cadre):
    def left(count):
        audience = cadre.new_audience(*(cadre.at(person, "lake", "legal") for person in cadre.people(count)))
        issued = cadre.issued(audience)
        assert cadre.rows("SELECT count(*) FROM message") == [(0,)]
        assert cadre.rows("SELECT count(*) FROM message_to") == [(0,)]
        tasks = cadre.rows("SELECT key FROM task WHERE kind = 'tell-of-letter'")
        return sum(issued.name.removeprefix("notices/") in key for (key,) in tasks)

    assert left(1) == left(40) == 1


def test_an_agency_without_a_list_is_nobody_who_was_not_told(cadre, letter):
    database = cadre.running.runtime.database
    with database.transaction(actor="services/notification", method="test/resolve") as db:
        db.run("UPDATE message SET goes_at = %(at)s", at=db.at - timedelta(minutes=1))
        asked = mails.unresolved(db, most=1000)
        mails.resolve(db, asked, {})
    rules = {one.kind: one for one in cadre.running.stubs(rights=["operations.read"]).ListMessageRules(RULES).rules}
    agencies = len(cadre.agencies)
    assert [(one.cause, one.count) for one in rules["letter.issued"].held_back] == [("NOBODY", agencies)]
    assert not rules["letter.listed"].held_back
    assert rules["letter.listed"].waiting == 0


def test_what_goes_later_is_not_on_the_page_before(cadre, letter, people):
    assert messages(cadre, people[0]).messages == []
    assert messages(cadre, people[0]).unopened_count == 0


def test_messages_are_seen_by_saying_so_and_only_ones_own(cadre, letter, people):
    arrive(cadre)
    ana, ben = people[:2]
    (one,) = messages(cadre, ana).messages
    assert (one.opened, messages(cadre, ana).unopened_count) == (False, 1)

    ask = pb.OpenMessagesRequest(names=[one.name], request_id=cadre.new_id())
    assert own(cadre, ana).OpenMessages(ask).unopened_count == 0

    assert messages(cadre, ana).messages[0].opened
    assert messages(cadre, ben).unopened_count == 1


def test_a_page_of_messages_goes_on_where_the_one_before_ended(cadre, people):
    audience = cadre.new_audience(cadre.at(people[0], "lake"))
    for _ in range(5):
        cadre.issued(audience)
        tell(cadre)
    arrive(cadre)
    seen, token = [], ""
    for _ in range(3):
        answer = messages(cadre, people[0], page_size=2, page_token=token)
        seen += [one.name for one in answer.messages]
        token = answer.next_page_token

    assert token == ""
    assert len(set(seen)) == len(seen) == 5


def test_a_joiner_hears_of_it_and_whoever_was_there_does_not_hear_again(cadre, letter, people):
    (late,) = cadre.people(1)
    cadre.members(letter.audience.removeprefix("audiences/"), cadre.at(late, "lake", "legal"))
    tell(cadre)
    arrive(cadre)

    assert len(messages(cadre, late).messages) == 1
    assert [len(messages(cadre, person).messages) for person in people] == [1, 1, 1]


def test_of_a_letter_that_was_issued_before_there_were_messages_nobody_is_told_afterwards(cadre, people):
    audience = cadre.new_audience(cadre.at(people[0], "lake"))
    cadre.issued(audience)
    with cadre.running.runtime.database.transaction(actor="services/notification", method="test/before") as db:
        db.run("DELETE FROM task")
    cadre.members(audience, cadre.at(people[1], "lake"))
    tell(cadre)

    assert cadre.rows("SELECT count(*) FROM message") == [(0,)]


@pytest.mark.parametrize("act", ["confirm", "leave", "withdraw", "go on leave"])
def test_who_need_not_hear_it_any_more_gets_no_mail(cadre, letter, people, act):
    ana = people[0]
    cause = {"confirm": "DONE", "leave": "LEFT", "withdraw": "DONE", "go on leave": "ON_LEAVE"}[act]
    if act == "confirm":
        cadre.confirm(letter, ana)
    elif act == "withdraw":
        cadre.approver.WithdrawNotice(
            notice_pb.WithdrawNoticeRequest(
                name=letter.name, etag=letter.etag, reason="A mistake.", request_id=cadre.new_id()
            )
        )
    else:
        change = cadre.at(ana, "lake", member=act != "leave", on_leave=act != "leave")
        cadre.members(letter.audience.removeprefix("audiences/"), change)
    arrive(cadre)
    with cadre.running.runtime.database.transaction(actor="services/notification", method="test/send") as db:
        mails.put_together(db, mails.due_people(db), HOURS)

    assert cadre.rows("SELECT state, cause FROM message_to WHERE person_id = %(p)s", p=ana) == [("HELD_BACK", cause)]


@pytest.mark.parametrize(("done", "state"), [(False, "HELD_BACK LATE_TOO"), (True, "MAILED ")])
def test_who_leads_a_unit_and_is_late_themselves_does_not_hear_of_the_others(cadre, letter, people, done, state):
    lead, notice_id = people[0], uuid.UUID(letter.name.removeprefix("notices/"))
    if done:
        cadre.confirm(letter, lead)
    ((due,),) = cadre.rows("SELECT due_date FROM notice WHERE id = %(n)s", n=notice_id)
    at = datetime.combine(HOURS.calendar.add(due, 2), time(9), PACIFIC)
    step = Step(STAFF_LADDER[3], due, HOURS.calendar.add(due, 2), HOURS.calendar.add(due, 4))
    with cadre.running.runtime.database.transaction(actor="services/notification", method="test/late", at=at) as db:
        (notice,) = letters.open_letters(db)
        letters.climb(db, notice, step, HOURS)
    # The morning after, which may be a Monday's.
    at = datetime.combine(HOURS.calendar.add(due, 3), time(9), PACIFIC)
    with cadre.running.runtime.database.transaction(actor="services/notification", method="test/late", at=at) as db:
        asked = [one for one in mails.unresolved(db, most=100) if one.role == "supervisor"]
        mails.resolve(db, asked, {("supervisor", "agencies/lake/units/legal"): [uuid.UUID(lead)]})
        mails.put_together(db, [uuid.UUID(lead)], HOURS)

    rows = cadre.rows("SELECT t.state || ' ' || t.cause FROM message_to AS t WHERE scope <> ''")
    assert rows == [(state,)]


def test_who_chooses_is_offered_what_concerns_them(cadre, people):
    def offered(stub):
        return {choice.kind for choice in stub.GetMailChoices(pb.GetMailChoicesRequest()).choices}

    at_lake = ["agencies/lake"]
    rights = {"self.read": ["self"], "reminders.send": at_lake, "notices.confirm_for_agency": at_lake}
    mine = offered(own(cadre, people[0]))
    of_lake = offered(cadre.running.stubs(caller=f"people/{people[1]}", rights=rights))
    assert {"letter.asked", "week.list", "role.given"} <= mine
    assert mine.isdisjoint({"letter.issued", "team.overdue", "week.agency", "week.state", "letter.waiting"})
    assert {"letter.issued", "letter.unconfirmed", "week.agency", "week.picture"} <= of_lake - mine
    assert "week.state" not in of_lake


def test_mail_that_is_not_mandatory_can_be_refused_and_taken_back(cadre, people):
    mine = own(cadre, people[0])

    def choose(kind, wanted):
        answer = mine.ChooseMail(pb.ChooseMailRequest(kind=kind, wanted=wanted, request_id=cadre.new_id()))
        return {choice.kind: choice.wanted for choice in answer.choices}

    assert all(choice.wanted for choice in mine.GetMailChoices(pb.GetMailChoicesRequest()).choices)
    assert choose("letter.asked", wanted=False)["letter.asked"] is False
    assert choose("letter.asked", wanted=True)["letter.asked"] is True
    with pytest.raises(Refused) as refused:
        choose("letter.due", wanted=False)
    assert refused.value.reason == "MAIL_MANDATORY"
    with pytest.raises(Refused) as refused:
        choose("letter.unheard", wanted=False)
    assert refused.value.reason == "INVALID_FIELD"


def remind(cadre, letter, **asked):
    ask = pb.SendReminderRequest(parent="agencies/lake", notice=letter.name, request_id=cadre.new_id(), **asked)
    return coordinator(cadre).SendReminder(ask)


def test_a_reminder_reaches_those_who_have_still_something_to_do_once_a_day(cadre, letter, people):
    ana, ben, cem = people
    cadre.confirm(letter, ana)
    cadre.members(letter.audience.removeprefix("audiences/"), cadre.at(cem, "lake", "legal", on_leave=True))
    preview = coordinator(cadre).PreviewReminder(pb.PreviewReminderRequest(parent="agencies/lake", notice=letter.name))
    assert preview.people == [f"people/{ben}"]
    assert [(one.person, one.cause) for one in preview.left_out] == [(f"people/{cem}", "ON_LEAVE")]

    made = remind(cadre, letter)
    assert (made.people, made.left_out, made.done_since) == (1, 1, 0)
    with pytest.raises(Refused) as refused:
        remind(cadre, letter)
    assert refused.value.reason == "NOBODY_TO_REMIND"

    cadre.confirm(letter, ben)
    listed = coordinator(cadre).ListReminders(pb.ListRemindersRequest(parent="agencies/lake", notice=letter.name))
    assert [(one.people, one.done_since) for one in listed.reminders] == [(1, 1)]


def test_a_reminder_can_be_of_some_and_never_of_people_elsewhere(cadre, letter, people):
    made = remind(cadre, letter, people=[f"people/{people[0]}", f"people/{uuid.uuid4()}"])
    assert made.people == 1
    ask = pb.PreviewReminderRequest(parent="agencies/yolo", notice=letter.name)
    elsewhere = cadre.running.stubs(caller=f"people/{uuid.uuid4()}", rights={"reminders.send": ["agencies/yolo"]})
    assert elsewhere.PreviewReminder(ask).people == []


def test_who_is_not_ticked_counts_as_left_out_and_can_be_reminded_later(cadre, letter, people):
    ana, ben, cem = (f"people/{person}" for person in people)
    made = remind(cadre, letter, people=[ana], unticked=[ben, cem, f"people/{uuid.uuid4()}"])
    assert (made.people, made.left_out, made.unticked) == (1, 2, 2)
    assert remind(cadre, letter, people=[ben], unticked=[cem]).people == 1


def test_the_same_reminder_asked_for_twice_is_one(cadre, letter):
    ask = pb.SendReminderRequest(parent="agencies/lake", notice=letter.name, request_id=cadre.new_id())
    who = coordinator(cadre)
    assert who.SendReminder(ask) == who.SendReminder(ask)
    assert cadre.rows("SELECT count(*) FROM message WHERE kind = 'letter.reminded'") == [(1,)]


def test_the_rules_say_what_waits_and_why_something_was_held_back(cadre, letter, people):
    cadre.confirm(letter, people[0])
    arrive(cadre)
    with cadre.running.runtime.database.transaction(actor="services/notification", method="test/send") as db:
        mails.put_together(db, mails.due_people(db), HOURS)
    operator = cadre.running.stubs(rights=["operations.read"])
    rules = {one.kind: one for one in operator.ListMessageRules(pb.ListMessageRulesRequest()).rules}
    asked = rules["letter.asked"]

    assert (asked.waiting, asked.sent) == (2, 0)
    assert [(one.cause, one.count) for one in asked.held_back] == [("DONE", 1)]
    mail = operator.ListMail(pb.ListMailRequest(about=letter.name)).mails
    assert {(one.state, *one.kinds, *one.about) for one in mail} == {(pb.WAITING, "letter.asked", letter.name)}
    assert operator.ListMail(pb.ListMailRequest(about="notices/another")).mails == []


def test_whose_address_does_not_work_is_known_to_their_agency_with_why_in_plain_words(cadre, letter, people):
    ana, ben = people[0], cadre.new_id()
    with cadre.running.runtime.database.transaction(actor="services/notification", method="test/fail") as db:
        for person in (ana, ben):
            db.run(
                "INSERT INTO failing_address VALUES (%(person)s, 'ab12', '550 5.1.1 (address) unknown', %(at)s)",
                person=person,
                at=db.at,
            )

    def at(agency):
        stub = cadre.running.stubs(caller=f"people/{uuid.uuid4()}", rights={"people.write": [f"agencies/{agency}"]})
        return stub.ListFailingAddresses(pb.ListFailingAddressesRequest(parent=f"agencies/{agency}")).addresses

    (one,) = at("lake")
    assert (one.person, one.address_sha256) == (f"people/{ana}", "ab12")
    assert one.why == "The mail server there knows no such mailbox."
    assert at("yolo") == []


def test_mail_is_found_by_the_number_of_a_letter_in_any_form(cadre, letter, people):
    arrive(cadre)
    with cadre.running.runtime.database.transaction(actor="services/notification", method="test/send") as db:
        mails.put_together(db, mails.due_people(db), HOURS)
    operator, bare = cadre.running.stubs(rights=["operations.read"]), letter.number.replace("-", "")

    for asked in (f"CSSP {letter.number}", f"cssp{bare}", letter.number, bare):
        found = operator.ListMail(pb.ListMailRequest(letter=asked)).mails
        assert len(found) == len(people), asked
        assert {tuple(one.letters) for one in found} == {(f"CSSP {letter.number}",)}
    for asked in ("CSSP 99-99", f"PI {letter.number}", "a letter"):
        assert operator.ListMail(pb.ListMailRequest(letter=asked)).mails == [], asked
