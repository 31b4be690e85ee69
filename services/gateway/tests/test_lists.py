"""One list of what is to do, and the state's and agencies' lists, out of what the services answer."""

from datetime import date

import pytest

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre.evaluation.v1 import test_service_pb2 as test_pb
from cadre.notification.v1 import agency_notice_service_pb2 as agency_notice_pb
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from gateway.app import environment
from gateway.learning import todo
from gateway.letters import agency_lists, letters, readiness
from gateway.letters.forecasts import Forecast
from gateway.people import offered
from gateway.tests import taking
from gateway.web.forms import Form

MONDAY = date(2026, 11, 23)


def letter(number, asks=notice_pb.TRAIN, **fields):
    return notice_pb.Notice(name=f"notices/{number}", number=number, asks=asks, **fields)


def test_a_letter_and_its_training_are_one_row():
    inbox = [inbox_pb.InboxItem(notice=letter("a"), due_date="2026-12-29")]
    assigned = [assignment_pb.Assignment(notice="notices/a", minutes=22, due_date="2026-12-30")]

    rows = todo.items(inbox, assigned)

    assert [(row.id, row.minutes, row.due_date, row.begun) for row in rows] == [("a", 22, "2026-12-30", False)]


def test_what_is_done_or_excused_or_asks_nothing_is_not_on_the_list():
    inbox = [
        inbox_pb.InboxItem(notice=letter("done"), ready=True),
        inbox_pb.InboxItem(notice=letter("excused"), excused=True),
        inbox_pb.InboxItem(notice=letter("information", notice_pb.NOTHING)),
        inbox_pb.InboxItem(notice=letter("open", notice_pb.READ)),
    ]

    assert [row.id for row in todo.items(inbox, [])] == ["open"]


def test_a_letter_that_was_opened_is_continued():
    opened = inbox_pb.InboxItem(notice=letter("a"))
    opened.read_time.GetCurrentTime()

    assert [row.begun for row in todo.items([opened], [])] == [True]


def test_rows_stand_under_overdue_due_this_week_and_later():
    days = {"late": "2026-11-22", "today": "2026-11-23", "sunday": "2026-11-29", "monday": "2026-11-30", "never": ""}
    rows = todo.items([inbox_pb.InboxItem(notice=letter(name), due_date=day) for name, day in days.items()], [])

    assert [(title, [row.id for row in found]) for title, found in todo.grouped(rows, MONDAY)] == [
        ("Overdue", ["late"]),
        ("Due this week", ["today", "sunday"]),
        ("Later", ["monday", "never"]),
    ]


def figures(agency, **fields):
    counts = {name: fields.pop(name) for name in ("of", "overdue", "ready") if name in fields}
    return readiness_pb.AgencyReadiness(
        agency=f"agencies/{agency}",
        counts=readiness_pb.Counts(at_work=counts.get("of", 0) - counts.get("on_leave", 0), **counts),
        **fields,
    )


def agencies(*slugs):
    return {
        f"agencies/{slug}": agency_pb.Agency(
            name=f"agencies/{slug}",
            short_title=slug.title(),
            region="north" if slug < "m" else "south",
            size_class="small",
            contacts=[agency_pb.Contact(email=f"{slug}@example.org")],
        )
        for slug in slugs
    }


@pytest.mark.parametrize(
    ("overdue", "at_work", "many"),
    [
        (0, 0, False),
        (0, 10, False),
        (1, 1, True),
        (1, 20, True),
        (1, 21, False),
        (2, 40, True),
        (2, 41, False),
        (4, 80, True),
        (4, 81, False),
        (5, 101, True),
        (1, 1_899, False),
        (4, 1_899, False),
        (5, 1_899, True),
    ],
)
def test_five_staff_past_due_or_five_percent_if_that_is_fewer_need_a_call(overdue, at_work, many):
    assert readiness.many_past_due(overdue, at_work) == many


def test_few_staff_past_due_of_a_large_agency_need_none_unless_it_did_not_confirm_or_reports_a_problem():
    known = agencies("alpine", "butte", "colusa")
    seen = readiness_pb.Readiness(
        agencies=[
            figures("alpine", of=1_899, overdue=1),
            figures("butte", of=1_899, overdue=1, problem="No room"),
            figures("colusa", of=1_899, overdue=1, confirmation_overdue=True),
        ]
    )

    assert [one.agency.short_title for one in readiness.needs_a_call(seen, known)] == ["Colusa", "Butte"]


def test_who_needs_a_call_stands_in_the_order_late_troubled_behind():
    known = agencies("alpine", "butte", "colusa", "del-norte", "fresno", "kern")
    seen = readiness_pb.Readiness(
        agencies=[
            figures("alpine", of=10, overdue=1),
            figures("butte", of=10, overdue=5),
            figures("colusa", of=10, problem="No room for a briefing"),
            figures("fresno", of=10, confirmation_overdue=True, problem="also this", overdue=9),
            figures("kern", of=10, ready=10),
        ]
    )

    needed = readiness.needs_a_call(seen, known)

    assert [one.agency.short_title for one in needed] == ["Fresno", "Colusa", "Butte", "Alpine"]
    assert needed[2].reason == "5 of 10 staff are past due."
    assert readiness.addresses(needed[:2]) == "fresno@example.org; colusa@example.org"


def test_of_those_who_are_late_or_will_be_stands_first_whom_a_call_could_gain_most_people():
    known = agencies("alpine", "butte", "colusa", "fresno")
    seen = readiness_pb.Readiness(
        agencies=[
            figures("alpine", of=10, overdue=5),
            figures("butte", of=100, overdue=6),
            figures("colusa", of=100, ready=60),
            figures("fresno", of=100, ready=60),
        ]
    )
    ahead = [
        Forecast(agency="agencies/colusa", day="2027-01-07", at_work=100, ready=60, expected=70, low=60, high=80),
        # It may go well there: that is no reason for a call.
        Forecast(agency="agencies/fresno", day="2027-01-07", at_work=100, ready=60, expected=70, low=60, high=100),
    ]

    needed = readiness.needs_a_call(seen, known, ahead=ahead)

    assert [(one.agency.short_title, one.gain) for one in needed] == [("Colusa", 30), ("Butte", 6), ("Alpine", 5)]
    assert needed[0].reason == "At their pace about 70 of 100 (60 to 80) are ready in time."


def test_ten_who_need_a_call_stand_open_and_the_others_behind_one_press():
    (agency,) = agencies("alpine").values()
    needed = [readiness.Needed(agency, f"Reason {n}", readiness.Why.PROBLEM) for n in range(12)]
    template = environment().get_template("letters/needs_a_call.html")

    page = template.render(letter=notice_pb.Notice(state=notice_pb.Notice.PUBLISHED), needed=needed, addresses="")

    open_, behind = page.split("<details>")
    assert (open_.count("card__title"), behind.count("card__title")) == (10, 2)
    assert "<summary>2 more</summary>" in behind


def test_every_agency_that_has_not_confirmed_an_urgent_letter_needs_a_call_at_once():
    known = agencies("alpine", "butte", "colusa", "fresno", "kern")
    seen = readiness_pb.Readiness(
        agencies=[
            figures("alpine", problem="No room for a briefing"),
            figures("butte"),
            figures("colusa", asked_no_more=True),
            figures("fresno"),
            figures("kern", confirmation_overdue=True),
        ]
    )
    for one in seen.agencies:
        one.deliver_time.GetCurrentTime()
    for n in (0, 3):
        seen.agencies[n].confirm_time.GetCurrentTime()

    needed = readiness.needs_a_call(seen, known, urgent=True)

    assert [one.agency.short_title for one in needed] == ["Butte", "Kern", "Alpine"]
    assert needed[0].reason == "Has not confirmed yet, and the letter is urgent."
    assert [one.agency.short_title for one in readiness.needs_a_call(seen, known)] == ["Kern", "Alpine"]


def test_urgent_letters_stand_first_whatever_their_day():
    inbox = [
        inbox_pb.InboxItem(notice=letter("late"), due_date="2026-11-22"),
        inbox_pb.InboxItem(notice=letter("urgent", urgent_reason="It is down."), due_date="2026-12-22"),
    ]

    rows = todo.items(inbox, [])

    assert [(title, [row.id for row in found]) for title, found in todo.grouped(rows, MONDAY)] == [
        ("Urgent", ["urgent"]),
        ("Overdue", ["late"]),
    ]


def test_an_urgent_letter_of_after_hours_is_confirmed_in_the_morning():
    said = []
    for issued in ("2026-11-23T20:00:00Z", "2026-11-24T01:30:00Z"):
        one = letter("a", urgent_reason="It is down.")
        one.publish_time.FromJsonString(issued)
        one.agency_due_date = "2026-11-23" if issued.endswith("20:00:00Z") else "2026-11-24"
        said.append(letters.confirmed_by(one, MONDAY))

    assert said == ["Monday, November 23, 5 p.m.", "Tuesday, November 24, in the morning."]


def test_the_table_of_agencies_goes_from_a_to_z_and_can_be_filtered():
    known = agencies("alpine", "butte", "yuba")
    seen = readiness_pb.Readiness(agencies=[figures("yuba"), figures("butte"), figures("alpine")])

    assert [row.agency.short_title for row in readiness.rows(seen, known)] == ["Alpine", "Butte", "Yuba"]
    assert [row.agency.short_title for row in readiness.rows(seen, known, region="south")] == ["Yuba"]
    assert readiness.rows(seen, known, size="large") == []


def test_a_person_whose_name_the_agency_may_not_see_has_no_name():
    lines = agency_lists.lines(
        [
            agency_notice_pb.Recipient(person="people/1", units=["intake"]),
            agency_notice_pb.Recipient(person="people/2"),
        ],
        {"people/1": person_pb.Person(display_name="Ana Álvarez")},
        {"intake": "Intake"},
    )

    assert [(line.name, line.units) for line in lines] == [
        ("Ana Álvarez", "Intake"),
        ("Not at this agency now", "None recorded"),
    ]


def test_a_question_without_an_answer_is_an_error_at_the_question():
    item = test_pb.Item(options=[test_pb.Option(text="a"), test_pb.Option(text="b")])
    form = Form({"q1": ["1"], "q2": ["7", "x"]})

    answers = taking.answers(form, test_pb.TestVersion(items=[item, item]))

    assert [list(answer.options) for answer in answers] == [[1], []]
    assert list(form.errors) == ["q2"]


def test_a_form_offers_the_units_that_fit_the_agency_and_those_that_somebody_has():
    units = [
        agency_pb.WorkUnit(slug="intake", title="Intake"),
        agency_pb.WorkUnit(slug="policy", title="Policy", of_state=True),
    ]
    local, state = agency_pb.Agency(kind="single-county"), agency_pb.Agency(kind="state")

    assert offered.units_at(local, units) == [("intake", "Intake")]
    assert offered.units_at(state, units) == [("policy", "Policy")]
    assert [slug for slug, _ in offered.units_at(local, units, ["policy"])] == ["intake", "policy"]
