"""Home: one list by due day out of what each service knows to be open, then the changes that come."""

from datetime import date, datetime
from types import SimpleNamespace

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.evaluation.v1 import test_service_pb2 as test_pb
from cadre.notification.v1 import agency_notice_service_pb2 as agency_notice_pb
from cadre.notification.v1 import approval_service_pb2 as approval_pb
from cadre.notification.v1 import checklist_service_pb2 as checklist_pb
from cadre.notification.v1 import forecast_service_pb2 as forecast_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from gateway.home import ahead, changes, rows
from gateway.home.asking import Asking
from gateway.home.queue import Row, end_of_work_week, joined, queue
from gateway.learning import todo
from gateway.letters import letters, on_its_way, readiness
from gateway.operations import health
from gateway.web.rights import Rights
from gateway.words import sentences
from servicekit.calendar import PACIFIC, Calendar
from servicekit.rpc.client import Refused

MONDAY, WEDNESDAY, FRIDAY, SATURDAY = (date(2026, 11, day) for day in (23, 25, 27, 28))
# Of a whole agency, not of a unit.
WHOLE = {"readiness_read_agency": ["agencies/lake"]}
VISIT = SimpleNamespace(today=WEDNESDAY, calendar=Calendar(frozenset(), None), person="people/me")


def rights(**held):
    return Rights(
        person_pb.Me(
            rights=[person_pb.Right(right=right.replace("_", ".", 1), scopes=scopes) for right, scopes in held.items()]
        )
    )


def row(title, due=None, **changed):
    return Row(kind="Letter", title=title, said=title, facts="", act="Open", to="/", due=due, **changed)


def letter(name="a", **fields):
    said = {"state": notice_pb.Notice.PUBLISHED, "series": "CSSP", "number": "26-04", "subject": "Earning capacity"}
    return notice_pb.Notice(name=f"notices/{name}", **(said | fields))


def at_agency(notice, *, left=(), units=(), to_go=0, **readiness_of):
    counts = readiness_pb.Counts(of=10, at_work=10, ready=10 - to_go)
    return agency_notice_pb.AgencyNotice(
        notice=notice,
        readiness=readiness_pb.AgencyReadiness(counts=counts, **readiness_of),
        left=left,
        units=units,
    )


def moment(day):
    stamp = Timestamp()
    stamp.FromDatetime(datetime.combine(day, datetime.min.time(), PACIFIC))
    return stamp


# ---- the list ----


def test_the_list_has_what_is_urgent_and_what_waits_for_approval_before_the_days_in_their_order():
    days = {
        "later": date(2026, 11, 30),
        "friday": FRIDAY,
        "thursday": date(2026, 11, 26),
        "today": WEDNESDAY,
        "late": MONDAY,
        "later still": date(2027, 1, 4),
    }
    found = [row("draft"), *(row(title, day) for title, day in days.items())]
    found += [row("to approve", to_approve=True), row("outage", WEDNESDAY, urgent=True)]

    made = queue(found, WEDNESDAY, most=20, total=9)

    assert [(title, [one.title for one in shown]) for title, shown in made.groups] == [
        ("Urgent", ["outage"]),
        ("Waits for your approval", ["to approve"]),
        ("Overdue", ["late"]),
        ("Today", ["today"]),
        ("This week", ["thursday", "friday"]),
        ("Later", ["later", "later still"]),
        ("Under way, no due day", ["draft"]),
    ]
    assert (made.shown, made.total, made.count("Overdue"), made.nothing_due) == (9, 9, 1, False)


def test_the_list_shows_the_first_and_counts_the_others():
    made = queue([row(str(n), date(2026, 12, 31 - n)) for n in range(20)], WEDNESDAY, most=3, total=58)

    assert [one.title for _, shown in made.groups for one in shown] == ["19", "18", "17"]
    assert (made.shown, made.total) == (3, 58)


def test_what_is_to_do_about_one_urgent_letter_is_one_row_and_other_letters_stay_as_they_are():
    about = {"urgent": True, "letter": "notices/a"}
    found = [
        row("confirm", MONDAY, **about),
        row("people", MONDAY, **about, beside="12 people still to do"),
        row("confirm", MONDAY, letter="notices/b"),
        row("people", MONDAY, letter="notices/b"),
        row("own", WEDNESDAY, **about, beside="it is for you too"),
        row("confirm", MONDAY, **about, agency="Butte"),
        row("outage to approve", urgent=True),
    ]

    made = joined(found)

    assert [one.title for one in made] == ["confirm", "confirm", "people", "confirm", "outage to approve"]
    assert [one.beside for one in made[0].also] == ["12 people still to do", "it is for you too"]
    assert [len(one.also) for one in made[1:]] == [0, 0, 0, 0]


def test_a_service_that_does_not_answer_is_asked_once_and_what_it_would_say_is_left_out():
    asked = []

    def ask(service, code="UNAVAILABLE"):
        asked.append(service)
        raise Refused(code, "", "", {}, {}, service)

    asking = Asking()

    assert asking.of("notification", lambda: ask("notification"), "nothing") == "nothing"
    assert asking.of("notification", lambda: ask("notification"), "nothing") == "nothing"
    assert asking.of("curriculum", lambda: "courses", "nothing") == "courses"
    assert asking.of("curriculum", lambda: ask("directory"), "nothing") == "nothing"
    assert asked == ["notification", "directory"]
    assert asking.missing == ["Letters", "People and agencies"]
    with pytest.raises(Refused):
        asking.of("curriculum", lambda: ask("curriculum", "PERMISSION_DENIED"), "nothing")


def test_nothing_is_due_where_there_is_nothing_or_only_what_has_no_day():
    assert queue([], WEDNESDAY, most=20, total=0).nothing_due
    assert queue([row("draft")], WEDNESDAY, most=20, total=1).nothing_due
    assert not queue([row("approve", to_approve=True)], WEDNESDAY, most=20, total=1).nothing_due


@pytest.mark.parametrize("today", [MONDAY, WEDNESDAY, FRIDAY])
def test_this_week_ends_on_friday(today):
    assert end_of_work_week(today) == FRIDAY


@pytest.mark.parametrize("today", [SATURDAY, date(2026, 11, 29)])
def test_on_a_weekend_this_week_is_the_one_that_comes(today):
    assert end_of_work_week(today) == date(2026, 12, 4)


# ---- the rows ----


def test_a_letter_that_asks_for_training_is_begun_or_continued():
    items = [
        todo.Item(letter(asks=notice_pb.TRAIN, effective_date="2027-01-04"), "2026-12-29", begun=False, minutes=22),
        todo.Item(letter(asks=notice_pb.CONFIRM, effective_date="2026-11-02"), "2026-10-29", begun=True, minutes=0),
    ]

    training, reading = rows.own(VISIT, items)

    assert (training.kind, training.act, training.due) == ("My training", "Start", date(2026, 12, 29))
    assert training.title == "CSSP 26-04, Earning capacity"
    assert training.facts == "22 minutes · takes effect Jan 4, 2027"
    assert (reading.kind, reading.act) == ("To read", "Continue")
    assert reading.facts == "Took effect Nov 2"


def test_an_agency_is_asked_to_confirm_until_it_did_or_ended_or_the_letter_was_withdrawn():
    due = {"agency_due_date": "2026-11-27", "effective_date": "2027-01-04"}
    found = [
        at_agency(letter("open", **due)),
        at_agency(letter("confirmed", **due), confirm_time=moment(MONDAY)),
        at_agency(letter("ended", **due), asked_no_more=True),
        at_agency(letter("gone", **(due | {"state": notice_pb.Notice.WITHDRAWN}))),
    ]

    (one,) = rows.to_confirm(VISIT, "agencies/lake", "Lake", found)

    assert (one.act, one.to, one.due, one.agency, one.urgent) == (
        "Read and confirm",
        "/agencies/lake/letters/open",
        FRIDAY,
        "Lake",
        False,
    )
    assert one.facts == "The agency confirms by 5 p.m. · takes effect Jan 4, 2027"
    outage = at_agency(letter(urgent_reason="The case system is down."))
    (urgent,) = rows.to_confirm(VISIT, "agencies/lake", "", [outage])
    assert (urgent.urgent, urgent.facts) == (True, "The case system is down · the agency confirms by 5 p.m.")


@pytest.mark.parametrize(
    ("held", "asked", "act", "to"),
    [
        ({}, {"asks": notice_pb.TRAIN, "briefing_counts": True}, "See who", "#our-people"),
        (
            {"training_record": ["agencies/lake"]},
            {"asks": notice_pb.TRAIN, "briefing_counts": True},
            "Record a briefing",
            "/briefing?select=all",
        ),
        (
            {"training_record": ["agencies/lake"]},
            {"asks": notice_pb.TRAIN},
            "Record training",
            "/briefing?kind=elsewhere",
        ),
        ({"training_record": ["agencies/lake"]}, {"asks": notice_pb.CONFIRM}, "See who", "#our-people"),
    ],
)
def test_people_with_something_to_do_are_one_row_with_what_can_be_done_about_it(held, asked, act, to):
    found = [at_agency(letter(**asked, due_date="2026-12-29"), to_go=3), at_agency(letter("all-ready", **asked))]

    (one,) = rows.people_to_go(rights(**WHOLE, **held), "agencies/lake", "", found, {})

    assert one.title == "CSSP 26-04: 3 people still to do"
    assert (one.act, one.to, one.due) == (act, f"/agencies/lake/letters/a{to}", date(2026, 12, 29))


@pytest.mark.parametrize(
    ("count", "said"), [(2, "Ana, Ben"), (4, "Ana, Ben, Cruz, Dee"), (6, "Ana, Ben, Cruz and 3 others")]
)
def test_who_has_something_to_do_is_said_in_one_line(count, said):
    names = {f"people/{n}": name for n, name in enumerate(("Ana", "Ben", "Cruz", "Dee", "Eli", "Fay"))}
    found = [at_agency(letter(), to_go=count, left=list(names)[:count])]

    (one,) = rows.people_to_go(rights(**WHOLE), "agencies/lake", "", found, names)

    assert one.facts == said


def test_a_supervisor_is_told_of_the_people_of_their_units_alone():
    supervises = rights(readiness_read_agency=["agencies/lake/units/intake"])
    many = readiness_pb.Counts(of=1900, at_work=1900, ready=1000)
    in_unit = agency_notice_pb.UnitCounts(unit="intake", counts=readiness_pb.Counts(of=9, at_work=9, ready=6))
    found = [
        at_agency(letter("named"), to_go=5, left=["people/1"]),
        at_agency(letter("others-only"), to_go=5),
        at_agency(letter("by-unit"), units=[in_unit]),
        at_agency(letter("not-asked")),
    ]
    for one in found[2:]:
        one.readiness.counts.CopyFrom(many)

    listed = rows.people_to_go(supervises, "agencies/lake", "", found, {"people/1": "Ana Ruiz"})

    assert [(one.about, one.title, one.facts) for one in listed] == [
        ("/agencies/lake/letters/named#our-people", "CSSP 26-04: 1 person still to do", "Ana Ruiz"),
        ("/agencies/lake/letters/by-unit#our-people", "CSSP 26-04: 3 people still to do", "Earning capacity"),
        ("/agencies/lake/letters/not-asked#our-people", "CSSP 26-04: people still to do", "Earning capacity"),
    ]


def test_an_approver_has_others_letters_to_approve_and_a_writer_their_own_drafts_the_returned_first():
    waiting = [
        letter("others", state=notice_pb.Notice.IN_APPROVAL, author="people/ana"),
        letter("own", state=notice_pb.Notice.IN_APPROVAL, author="people/me"),
        letter("draft", state=notice_pb.Notice.DRAFT, author="people/me", create_time=moment(MONDAY)),
        letter("back", state=notice_pb.Notice.DRAFT, author="people/me", return_reason="Say who pays."),
        letter("not-mine", state=notice_pb.Notice.DRAFT, author="people/ana"),
    ]

    (approval,) = rows.to_approve(VISIT, waiting, {"people/ana": "Ana Ruiz"}, {})
    drafts = rows.own_drafts(VISIT, waiting)

    assert (approval.to, approval.act, approval.to_approve) == ("/letters/others", "Issue or return", True)
    assert approval.facts == "Written by Ana Ruiz"
    assert [(one.about, one.facts) for one in drafts] == [
        ("/letters/back", "Returned: Say who pays."),
        ("/letters/draft", "Begun Nov 23"),
    ]


def test_a_letter_in_stages_waits_for_whoever_stands_for_the_next_one_until_its_day():
    waiting = [letter(name, state=notice_pb.Notice.IN_APPROVAL, author="people/ana") for name in ("mine", "theirs")]

    def way(person):
        stages = (
            approval_pb.Stage(title="Program", approvers=[person], due_date="2026-11-25"),
            approval_pb.Stage(title="Executive", approvers=["people/boss"], due_date="2026-11-30"),
        )
        return on_its_way.OnItsWay(stages, 1)

    stages = {"notices/mine": way("people/me"), "notices/theirs": way("people/ben")}
    (approval,) = rows.to_approve(VISIT, waiting, {"people/ana": "Ana Ruiz"}, stages)

    assert (approval.to, approval.act, str(approval.due)) == ("/letters/mine", "Approve or return", "2026-11-25")
    assert approval.facts == "For Program · written by Ana Ruiz"


def test_a_test_is_under_way_until_it_has_a_version():
    found = [
        test_pb.Test(name="tests/new", title="New", item_count=1),
        test_pb.Test(name="tests/out", latest_version=1),
    ]

    assert [(one.to, one.facts) for one in rows.tests(found)] == [("/tests/new/edit", "Being written · 1 question")]


def test_the_operator_sees_the_worst_and_how_many_there_are():
    need = health.Need(health.State.DOWN, ("nats",), "", "Its process is stopped.", "Start it.", "processes")

    assert rows.health_of(VISIT, []) == []
    (one,) = rows.health_of(VISIT, [need, need])
    assert (one.title, one.due) == ("2 things need you", WEDNESDAY)
    assert one.facts == "Down: nats: Its process is stopped. · and 1 other thing"


# ---- coming changes ----


def test_letters_that_come_stand_first_the_soonest_first_then_those_in_force_with_people_to_do():
    def one(name, day, **more):
        return at_agency(letter(name, effective_date=day), **more)

    found = [
        one("in-force", "2026-11-02", to_go=1),
        one("newly-in-force", "2026-11-25", to_go=1),
        one("done", "2026-11-20"),
        one("later", "2027-02-01"),
        one("soon", "2026-12-01", to_go=2),
        at_agency(letter("gone", effective_date="2027-02-01", state=notice_pb.Notice.WITHDRAWN), to_go=1),
        at_agency(letter("outage", effective_date="2026-11-24", urgent_reason="The case system is down"), to_go=1),
    ]

    names = [one.notice.name for one in changes.of_agency(found, WEDNESDAY)]

    assert names == [f"notices/{name}" for name in ("outage", "soon", "later", "newly-in-force", "in-force")]


def test_the_state_sees_what_waits_too_and_what_in_force_is_not_finished():
    def figures(ready, confirmed):
        state = readiness_pb.Counts(of=10, at_work=10, ready=ready)
        return readiness_pb.Readiness(state=state, agencies_confirmed=confirmed, agencies_asked=47)

    found = [
        letter("waiting", state=notice_pb.Notice.IN_APPROVAL, effective_date="2026-12-09"),
        letter("draft", state=notice_pb.Notice.DRAFT, effective_date="2026-12-09"),
        letter("coming", effective_date="2026-12-01"),
        letter("ready", effective_date="2026-11-01"),
        letter("unconfirmed", effective_date="2026-11-02"),
        letter("to-go", effective_date="2026-11-03"),
    ]
    known = {"coming": (0, 0), "ready": (10, 47), "unconfirmed": (10, 46), "to-go": (9, 47)}

    shown = changes.of_state(found, {f"notices/{name}": figures(*how) for name, how in known.items()}, WEDNESDAY)

    assert [one.letter.name for one in shown] == [
        f"notices/{name}" for name in ("coming", "waiting", "to-go", "unconfirmed")
    ]


def test_who_has_still_something_to_do_is_said_by_name_or_by_unit_those_without_one_last():
    units = [
        agency_notice_pb.UnitCounts(unit=unit, counts=readiness_pb.Counts(of=5, at_work=5, ready=ready))
        for unit, ready in (("", 4), ("intake", 2), ("legal", 5))
    ]
    found = [at_agency(letter("few"), left=["people/1", "people/unseen"]), at_agency(letter("many"), units=units)]

    still = changes.still_to_do(found, {"people/1": "Ana Ruiz"})

    assert still.people == {"notices/few": ["Ana Ruiz"]}
    assert still.units == {"notices/many": [("intake", 3), ("", 1)]}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (3, "CSSP 26-04: 3 more are ready, 8 of 11."),
        (1, "CSSP 26-04: 1 more is ready, 8 of 11."),
        (0, ""),
        (-1, ""),
        (None, ""),
    ],
)
def test_what_moved_is_how_many_more_are_ready_than_as_yesterday_ended(more, said):
    seen, counts = SimpleNamespace(since_yesterday=more), readiness_pb.Counts(of=11, at_work=11, ready=8)

    assert changes.moved(letter(publish_time=moment(MONDAY)), seen, counts, WEDNESDAY) == said
    assert changes.moved(letter(publish_time=moment(MONDAY)), None, counts, WEDNESDAY) == ""


def test_a_letter_of_today_was_issued_since_yesterday():
    issued = letter(publish_time=moment(WEDNESDAY))

    assert changes.moved(issued, None, readiness_pb.Counts(), WEDNESDAY) == "CSSP 26-04 was issued."


# ---- who needs a call ----


def test_an_agency_needs_one_call_however_many_letters_it_is_late_with():
    known = {
        f"agencies/{slug}": readiness.agency_pb.Agency(name=f"agencies/{slug}", short_title=slug.title())
        for slug in ("butte", "lake", "yolo")
    }

    def figures(**agencies):
        return readiness_pb.Readiness(
            agencies=[
                readiness_pb.AgencyReadiness(
                    agency=f"agencies/{slug}",
                    confirmation_overdue=how == "late",
                    problem="No room" if how == "problem" else "",
                    counts=readiness_pb.Counts(at_work=10, overdue=how if isinstance(how, int) else 0),
                )
                for slug, how in agencies.items()
            ]
        )

    said = {
        "notices/one": figures(yolo=2, lake="late", butte=1),
        "notices/two": figures(yolo="problem", butte=5),
        "notices/gone": figures(butte="late"),
    }
    found = [letter("one"), letter("two"), letter("gone", state=notice_pb.Notice.WITHDRAWN)]

    calls = readiness.calls(found, said, known)

    assert [(one.name, needed.agency.short_title, needed.why.name) for one, needed in calls] == [
        ("notices/one", "Lake", "UNCONFIRMED"),
        ("notices/two", "Yolo", "PROBLEM"),
        ("notices/two", "Butte", "BEHIND"),
    ]


# ---- words ----


def test_a_day_in_a_row_is_named_with_its_year_unless_it_is_this_one():
    assert sentences.named_day(FRIDAY, WEDNESDAY) == "Friday, Nov 27"
    assert sentences.named_day(date(2027, 1, 5), WEDNESDAY) == "Tuesday, Jan 5, 2027"


def test_the_days_to_effect_are_counted_until_it_takes_effect():
    assert sentences.business_days_to("2026-11-30", WEDNESDAY, VISIT.calendar) == 3
    assert sentences.business_days_to("2026-11-25", WEDNESDAY, VISIT.calendar) == 0
    assert sentences.business_days_to("2026-11-24", WEDNESDAY, VISIT.calendar) is None
    assert sentences.business_days_to("", WEDNESDAY, VISIT.calendar) is None


def test_a_draft_is_found_by_its_number_or_words_of_its_subject():
    draft = letter(subject="Review of orders")

    assert [query for query in ("26-04", "review ORDERS", "cssp review", "") if letters.fits(draft, query)] == [
        "26-04",
        "review ORDERS",
        "cssp review",
        "",
    ]
    assert not letters.fits(draft, "review genetic")


# ---- coming changes on one page ----


def expecting(**said):
    return forecast_pb.Forecast(at_work=11, **said)


def coming(given, *, blocked=(), **fields):
    return ahead.Line(at_agency(letter(), **fields), given, checklist_pb.ChecklistSummary(), blocked)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (expecting(expected=11, low=9), "Expected: everyone in time"),
        (
            expecting(expected=9, low=7, high=11, days_short=3),
            "Expected: about 9 of 11 (7 to 11); the last one 3 business days late",
        ),
        (expecting(never=True), "Expected: about 0 of 11"),
        (expecting(missing=forecast_pb.Forecast.TOO_EARLY), "Too early for a forecast"),
        (expecting(missing=forecast_pb.Forecast.IN_EFFECT), ""),
    ],
)
def test_of_each_change_it_is_said_how_it_will_end(given, said):
    assert coming(given).expected == said


def test_what_is_not_as_it_should_be_stands_in_one_sentence_over_all_that_comes():
    fine = coming(expecting(expected=11), confirm_time=moment(MONDAY))
    wrong = coming(expecting(expected=9), blocked=["Forms replaced: no printer"])

    assert ahead.standing([fine]) == "1 change: nothing is in the way"
    assert ahead.standing([fine, wrong, wrong]) == (
        "3 changes: 2 to confirm, 2 expected to be short of people, 2 with something blocked"
    )
