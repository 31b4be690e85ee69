"""Earlier days of agencies: who sets one, who is due by it, by whose clock somebody is late, and back again."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cadre.notification.v1 import agency_notice_service_pb2 as agency_pb
from cadre.notification.v1 import events_pb2 as events
from cadre.notification.v1 import local_date_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from notification.local_dates.rules import local_date
from servicekit.calendar import pacific_date
from servicekit.data.outbox import subject_of
from servicekit.refusals import InvalidField
from servicekit.rpc.client import Refused
from servicekit.testing.offices import state_calendar

from .amending import amend
from .conftest import TODAY, change, new_id

CALENDAR = state_calendar()


def coordinator(cadre, agency="lake"):
    name, scopes = f"people/{uuid.uuid4()}", [f"agencies/{agency}"]
    rights = {"readiness.read_agency": scopes, "notices.confirm_for_agency": scopes}
    return SimpleNamespace(name=name, stub=cadre.running.stubs(caller=name, rights=rights), agency=agency)


@pytest.fixture
def people():
    return SimpleNamespace(lake=new_id(), yolo=new_id(), both=new_id())


@pytest.fixture
def letter(cadre, people):
    return cadre.issued(
        cadre.new_audience(
            change(people.lake, "lake"),
            change(people.yolo, "yolo"),
            change(people.both, "lake"),
            change(people.both, "yolo"),
        )
    )


@pytest.fixture
def maria(cadre):
    return coordinator(cadre)


def earlier(letter, days):
    """So many business days before the state's."""
    return CALENDAR.add(pacific_day(letter.due_date), -days).isoformat()


def pacific_day(text):
    return type(TODAY).fromisoformat(text)


def get(who, letter):
    request = pb.GetLocalDateRequest(parent=f"agencies/{who.agency}", notice=letter.name)
    return who.stub.GetLocalDate(request)


def give(who, letter, day, *, etag=None):
    request = pb.SetLocalDateRequest(
        parent=f"agencies/{who.agency}",
        notice=letter.name,
        due_date=day,
        etag=get(who, letter).etag if etag is None else etag,
        request_id=new_id(),
    )
    return who.stub.SetLocalDate(request)


def dues(cadre, letter):
    return {
        str(person): due.isoformat()
        for person, due in cadre.rows(
            "SELECT person_id, due_date FROM recipient WHERE notice_id = %(notice)s", notice=letter.name[8:]
        )
    }


def told(cadre):
    subject = subject_of(events.LocalDateChanged.DESCRIPTOR)
    rows = cadre.rows("SELECT payload FROM outbox WHERE subject = %(subject)s ORDER BY seq", subject=subject)
    heard = [events.LocalDateChanged.FromString(bytes(payload)) for (payload,) in rows]
    return [(one.agency_id, one.number, one.due_date) for one in heard]


def test_an_agency_gives_its_people_an_earlier_day_and_the_states_stays_beside_it(cadre, maria, people, letter):
    day = earlier(letter, 5)
    answer = give(maria, letter, day)

    assert (answer.due_date, answer.state_due_date, answer.setter) == (day, letter.due_date, maria.name)
    assert answer.set_time.seconds
    assert get(maria, letter) == answer
    assert dues(cadre, letter) == {people.lake: day, people.both: day, people.yolo: letter.due_date}
    assert told(cadre) == [("lake", 1, day)]
    (listed,) = cadre.analyst.ListLocalDates(pb.ListLocalDatesRequest(notice=letter.name)).local_dates
    assert listed == answer


def test_who_works_at_two_agencies_has_the_earliest_and_taking_it_back_restores_the_next(cadre, maria, people, letter):
    yolo = coordinator(cadre, "yolo")
    give(maria, letter, earlier(letter, 3))
    give(yolo, letter, earlier(letter, 5))
    assert dues(cadre, letter)[people.both] == earlier(letter, 5)

    give(yolo, letter, "")
    assert dues(cadre, letter)[people.both] == earlier(letter, 3)
    give(maria, letter, "")
    assert set(dues(cadre, letter).values()) == {letter.due_date}
    assert told(cadre)[-2:] == [("yolo", 2, ""), ("lake", 2, "")]


def test_a_day_that_is_not_earlier_or_has_passed_is_refused_by_its_rule(cadre, maria, letter):
    later = (pacific_day(letter.due_date) + timedelta(days=1)).isoformat()
    for day in (letter.due_date, later):
        with pytest.raises(Refused) as refused:
            give(maria, letter, day)
        assert refused.value.fields["due_date"] == f"due_date must lie before the state's day, {letter.due_date}"
    with pytest.raises(Refused) as refused:
        give(maria, letter, (pacific_day(letter.due_date) - timedelta(days=400)).isoformat())
    assert "must not lie before" in refused.value.fields["due_date"]
    assert cadre.reason_of(lambda: give(maria, letter, "soon")) == "INVALID_FIELD"
    assert told(cadre) == []


def test_staff_are_not_due_before_they_see_the_letter(cadre, maria, people):
    letter = cadre.issued(cadre.new_audience(change(people.lake, "lake")), staff_release_days=5)
    before = CALENDAR.add(pacific_day(letter.staff_release_date), -1).isoformat()
    assert cadre.reason_of(lambda: give(maria, letter, before)) == "INVALID_FIELD"
    release = agency_pb.ReleaseToStaffRequest(parent="agencies/lake", notice=letter.name, request_id=new_id())
    maria.stub.ReleaseToStaff(release)
    assert give(maria, letter, before).due_date == before


def test_only_who_confirms_for_the_agency_sets_it_and_others_see_theirs(cadre, maria, letter):
    give(maria, letter, earlier(letter, 2))
    yolo = coordinator(cadre, "yolo")
    assert get(yolo, letter).due_date == ""
    other = pb.GetLocalDateRequest(parent="agencies/lake", notice=letter.name)
    assert cadre.reason_of(yolo.stub.GetLocalDate, other) == "PERMISSION_MISSING"
    lead = cadre.running.stubs(caller=f"people/{new_id()}", rights={"readiness.read_agency": ["agencies/lake"]})
    change_it = pb.SetLocalDateRequest(parent="agencies/lake", notice=letter.name, request_id=new_id())
    assert cadre.reason_of(lead.SetLocalDate, change_it) == "PERMISSION_MISSING"
    assert lead.GetLocalDate(other).due_date == earlier(letter, 2)
    every = pb.ListLocalDatesRequest(notice=letter.name)
    assert cadre.reason_of(maria.stub.ListLocalDates, every) == "PERMISSION_MISSING"


def test_two_who_set_it_at_once_do_not_overwrite_each_other(cadre, people, letter):
    both = [coordinator(cadre), coordinator(cadre)]

    def try_to(number):
        return cadre.reason_of(lambda: give(both[number], letter, earlier(letter, 2 + number), etag=""))

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(try_to, (0, 1)))
    assert sorted(outcomes) == ["", "STALE"]
    assert dues(cadre, letter)[people.lake] == earlier(letter, 2 + outcomes.index(""))
    assert give(both[0], letter, earlier(letter, 2 + outcomes.index(""))).etag == "1"


def test_of_a_withdrawn_letter_and_of_a_draft_no_day_is_set(cadre, maria, letter):
    draft = cadre.draft(letter.audience.removeprefix("audiences/"))
    assert cadre.reason_of(lambda: get(maria, draft)) == "NOT_FOUND"
    assert cadre.reason_of(lambda: give(maria, draft, "", etag="")) == "NOT_FOUND"
    cadre.approver.WithdrawNotice(
        notice_pb.WithdrawNoticeRequest(name=letter.name, etag=letter.etag, reason="Wrong", request_id=new_id())
    )
    assert cadre.reason_of(lambda: give(maria, letter, earlier(letter, 2))) == "NOTICE_WITHDRAWN"


def test_late_is_by_the_agencys_clock_on_its_page_and_by_the_states_on_the_states(cadre, maria, people, letter):
    give(maria, letter, earlier(letter, 5))
    # The day has come and gone.
    passed = pacific_date(cadre.running.runtime.database.clock()) - timedelta(days=1)
    with cadre.running.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "UPDATE recipient SET due_date = %(day)s WHERE person_id = ANY(%(people)s)",
            {"day": passed, "people": [uuid.UUID(people.lake), uuid.UUID(people.both)]},
        )
        connection.execute(
            "UPDATE readiness SET due_date = %(day)s WHERE due_date = %(local)s",
            {"day": passed, "local": earlier(letter, 5)},
        )
        connection.commit()
    request = agency_pb.GetAgencyNoticeRequest(parent="agencies/lake", notice=letter.name)
    assert maria.stub.GetAgencyNotice(request).readiness.counts.overdue == 2
    readiness = cadre.readiness(letter)
    assert readiness.state.overdue == 0
    assert {one.counts.overdue for one in readiness.agencies} == {0}
    assert cadre.audits()["readiness.drift"] == 0


def test_newcomers_and_movers_have_the_day_that_the_rule_gives_them(cadre, maria, people, letter):
    audience, day = letter.audience.removeprefix("audiences/"), earlier(letter, 2)
    give(maria, letter, day)
    soon, late, mover = new_id(), new_id(), people.yolo
    last = pacific_day(letter.due_date)
    cadre.members(audience, change(soon, "lake"))
    cadre.members(audience, change(late, "lake"), effective=last)
    cadre.members(audience, change(mover, "yolo", member=False), change(mover, "lake"))

    found = dues(cadre, letter)
    joiners = CALENDAR.add(last, 10)
    assert found[soon] >= day
    assert found[soon] <= letter.due_date
    assert found[late] > letter.due_date
    assert found[late] <= joiners.isoformat()
    assert found[mover] == day
    cadre.members(audience, change(mover, "lake", member=False), change(mover, "yolo"))
    assert dues(cadre, letter)[mover] == letter.due_date
    assert cadre.audits()["readiness.drift"] == 0


def test_an_amendment_keeps_a_day_that_lies_ahead_and_ends_one_that_is_no_earlier(cadre, maria, people, letter):
    give(maria, letter, earlier(letter, 5))
    amended = amend(cadre, letter, body="# Earning capacity\n\nThe whole letter, said better.")
    assert get(maria, amended).due_date == earlier(letter, 5)
    assert dues(cadre, amended)[people.lake] == earlier(letter, 5)

    later = CALENDAR.add(pacific_day(letter.effective_date), 20).isoformat()
    moved = amend(cadre, amended, effective_date=later)
    assert moved.due_date > letter.due_date
    assert dues(cadre, moved) == {
        people.lake: earlier(letter, 5),
        people.both: earlier(letter, 5),
        people.yolo: moved.due_date,
    }
    give(maria, moved, earlier(moved, 1))
    sooner = amend(cadre, moved, effective_date=letter.effective_date)
    assert get(maria, sooner).due_date == ""
    assert set(dues(cadre, sooner).values()) == {sooner.due_date}
    assert told(cadre)[-1] == ("lake", 3, "")
    assert cadre.audits()["readiness.drift"] == 0


def test_many_people_cost_as_many_statements_as_one(cadre, maria, statements):
    counts = []
    for size in (1, 400):
        letter = cadre.issued(cadre.new_audience(*(change(new_id(), "lake") for _ in range(size))))
        with statements() as ran:
            give(maria, letter, earlier(letter, 3), etag="")
        counts.append(len(ran))
    assert counts[0] == counts[1]


DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["date", "move", "leave", "join", "confirm"]),
        st.sampled_from(["lake", "yolo"]),
        st.integers(0, 4),
    ),
    max_size=12,
)


class History:
    """What became of four people and two agencies under a letter, as the rule has it."""

    def __init__(self, cadre):
        self.cadre = cadre
        self.people = [new_id() for _ in range(4)]
        self.places = {one: {"lake" if n % 2 else "yolo"} for n, one in enumerate(self.people)}
        self.audience = cadre.new_audience(*(change(one, *here) for one, here in self.places.items()))
        self.letter = cadre.issued(self.audience)
        self.leads = {agency: coordinator(cadre, agency) for agency in ("lake", "yolo")}
        self.local, self.came = {}, set()

    def date(self, agency, number):
        self.local[agency] = earlier(self.letter, number) if number else ""
        give(self.leads[agency], self.letter, self.local[agency])

    def move(self, agency, number):
        one = self.people[number % 4]
        self.be_at(one, {agency})

    def join(self, agency, number):
        one = self.people[number % 4]
        self.be_at(one, self.places[one] | {agency})

    def leave(self, _agency, number):
        self.be_at(self.people[number % 4], set())

    def confirm(self, _agency, number):
        one = self.people[number % 4]
        if self.places[one]:
            self.cadre.confirm(self.letter, one)

    def be_at(self, one, there):
        gone = [change(one, place, member=False) for place in self.places[one] - there]
        if not self.places[one] and there:
            self.came.add(one)
        self.cadre.members(self.audience, *(change(one, place) for place in there), *gone)
        self.places[one] = there

    def day(self, one):
        day = min([self.letter.due_date, *(self.local[place] for place in self.places[one] if self.local.get(place))])
        joiners = CALENDAR.add(TODAY, notice_days(self.cadre, self.letter)).isoformat()
        return max(day, joiners) if one in self.came else day


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=DEEDS)
def test_after_any_history_everybody_has_the_day_of_the_rule_and_the_figures_balance(cadre, deeds):
    history = History(cadre)
    for deed, agency, number in deeds:
        getattr(history, deed)(agency, number)

    found = dues(cadre, history.letter)
    there = [one for one, here in history.places.items() if here]
    assert {one: found[one] for one in there} == {one: history.day(one) for one in there}
    assert cadre.audits()["readiness.drift"] == 0


def notice_days(cadre, letter):
    return cadre.rows("SELECT business_days_after_issue FROM notice WHERE id = %(id)s", id=letter.name[8:])[0][0]


@given(day=st.dates(), state=st.dates(), today=st.dates(), seen=st.none() | st.dates())
def test_a_day_is_taken_if_it_is_earlier_than_the_states_and_staff_can_still_be_ready(day, state, today, seen):
    try:
        local_date.check_day(day, state=state, today=today, seen=seen)
    except InvalidField:
        assert day >= state or day < today or (seen is not None and day < seen)
    else:
        assert max(today, seen or today) <= day < state
