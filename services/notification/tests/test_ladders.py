"""Ladders of the state, a series and a letter: who may set them, what they begin with, and what is climbed."""

from datetime import datetime, time, timedelta

import pytest

from cadre.notification.v1 import agency_notice_service_pb2 as agency_pb
from cadre.notification.v1 import ladder_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from notification.messages import ladders, letters
from notification.messages.rules.windows import Hours
from servicekit.calendar import PACIFIC
from servicekit.rpc.client import Refused
from servicekit.testing.offices import state_calendar

CALENDAR = state_calendar()
HOURS = Hours(CALENDAR)
OWN = [
    pb.Rung(of=pb.Rung.WORK, whom=pb.Rung.STAFF, business_days=-5, on=True),
    pb.Rung(of=pb.Rung.WORK, whom=pb.Rung.STAFF, business_days=-2, on=False),
    pb.Rung(of=pb.Rung.CONFIRMATION, whom=pb.Rung.COORDINATOR, business_days=-2, on=True),
]


def ladder(cadre, name):
    return cadre.analyst.GetLadder(pb.GetLadderRequest(name=name))


def update(cadre, name, rungs=OWN, etag="", by=None):
    given = pb.Ladder(name=name, rungs=rungs, etag=etag)
    return (by or cadre.analyst).UpdateLadder(pb.UpdateLadderRequest(ladder=given, request_id=cadre.new_id()))


def reset(cadre, name, etag):
    return cadre.analyst.ResetLadder(pb.ResetLadderRequest(name=name, etag=etag, request_id=cadre.new_id()))


@pytest.fixture
def letter(cadre):
    return cadre.issued(cadre.new_audience(cadre.at(cadre.people(1)[0], "lake")))


def test_a_letter_has_the_ladder_of_its_series_and_that_has_the_states(cadre, letter):
    own = f"{letter.name}/ladder"
    as_cadre_came = ladder(cadre, own)
    assert (as_cadre_came.source, as_cadre_came.etag, len(as_cadre_came.rungs)) == ("", "", 11)

    update(cadre, "state/ladder", OWN[:1])
    assert ladder(cadre, own).source == ladder(cadre, "series/CSSP/ladder").source == "state/ladder"
    update(cadre, "series/CSSP/ladder", OWN[:2])
    assert (ladder(cadre, own).source, len(ladder(cadre, own).rungs)) == ("series/CSSP/ladder", 2)
    assert ladder(cadre, "series/CSSI/ladder").source == "state/ladder"
    update(cadre, own)
    assert (ladder(cadre, own).source, list(ladder(cadre, own).rungs)) == (own, OWN)
    listed = cadre.analyst.ListLadders(pb.ListLaddersRequest()).ladders
    assert [(one.name, one.source) for one in listed] == [
        ("state/ladder", "state/ladder"),
        ("series/CSSP/ladder", "series/CSSP/ladder"),
    ]

    back = reset(cadre, own, ladder(cadre, own).etag)
    assert (back.source, len(back.rungs)) == ("series/CSSP/ladder", 2)
    reset(cadre, "series/CSSP/ladder", "1")
    assert ladder(cadre, own).source == "state/ladder"


def test_who_opened_it_before_somebody_else_changed_it_is_told(cadre):
    first = update(cadre, "state/ladder")
    assert first.etag == "1"
    for call in (lambda: update(cadre, "state/ladder"), lambda: reset(cadre, "state/ladder", "")):
        assert cadre.reason_of(call) == "STALE"
    assert update(cadre, "state/ladder", OWN[:1], etag="1").etag == "2"


def test_the_same_change_sent_twice_is_one(cadre):
    given = pb.UpdateLadderRequest(ladder=pb.Ladder(name="state/ladder", rungs=OWN), request_id=cadre.new_id())
    assert cadre.analyst.UpdateLadder(given) == cadre.analyst.UpdateLadder(given)
    (entry,) = cadre.rows("SELECT before, after FROM audit WHERE resource = 'state/ladder'")
    assert (entry[0]["source"], entry[1]["source"]) == ("", "state")


def test_a_draft_has_a_ladder_and_takes_it_along_when_it_is_deleted(cadre):
    draft = cadre.draft(cadre.new_audience())
    update(cadre, f"{draft.name}/ladder")
    etag = cadre.analyst.GetNotice(notice_pb.GetNoticeRequest(name=draft.name)).etag
    cadre.analyst.DeleteNotice(notice_pb.DeleteNoticeRequest(name=draft.name, etag=etag, request_id=cadre.new_id()))

    assert cadre.reason_of(lambda: ladder(cadre, f"{draft.name}/ladder")) == "NOT_FOUND"
    assert cadre.rows("SELECT count(*) FROM ladder") == [(0,)]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("series/NONE/ladder", "NOT_FOUND"),
        ("notices/8ca3de00-c00d-45ca-9849-ed5443c5f510/ladder", "NOT_FOUND"),
        ("notices/none/ladder", "INVALID_FIELD"),
        ("agencies/lake/ladder", "INVALID_FIELD"),
        ("series/CSSP/steps", "INVALID_FIELD"),
        ("", "INVALID_FIELD"),
    ],
)
def test_of_what_there_is_not_there_is_no_ladder(cadre, name, reason):
    assert cadre.reason_of(lambda: ladder(cadre, name)) == reason
    assert cadre.reason_of(lambda: update(cadre, name)) == reason


def test_a_step_that_breaks_a_rule_is_named(cadre):
    rungs = [*OWN, pb.Rung(of=pb.Rung.WORK, whom=pb.Rung.STATE, business_days=40, on=True)]
    with pytest.raises(Refused) as refused:
        update(cadre, "state/ladder", rungs)
    assert list(refused.value.fields) == ["ladder.rungs[3].business_days"]
    assert (refused.value.metadata["value"], refused.value.metadata["rule"][:17]) == ("40", "must be from 1 to")
    nobody = [*OWN, pb.Rung(of=pb.Rung.WORK, business_days=4)]
    assert cadre.reason_of(lambda: update(cadre, "state/ladder", nobody)) == "INVALID_FIELD"


def test_of_a_withdrawn_letter_nobody_is_reminded_any_more(cadre, letter):
    withdraw = notice_pb.WithdrawNoticeRequest(
        name=letter.name, etag=letter.etag, reason="A mistake.", request_id=cadre.new_id()
    )
    cadre.approver.WithdrawNotice(withdraw)
    assert cadre.reason_of(lambda: update(cadre, f"{letter.name}/ladder")) == "WRONG_STATE"


def test_who_only_approves_looks_and_changes_nothing(cadre):
    assert cadre.approver.GetLadder(pb.GetLadderRequest(name="state/ladder")).rungs
    assert cadre.reason_of(lambda: update(cadre, "state/ladder", by=cadre.approver)) == "PERMISSION_MISSING"


def test_a_preview_counts_the_days_on_the_calendar(cadre):
    asked = pb.PreviewLadderRequest(ladder=pb.Ladder(rungs=OWN), due_date="2027-02-18", agency_due_date="2027-02-04")
    found = cadre.analyst.PreviewLadder(asked).days

    # Presidents' Day lies between; the step that is off is not taken.
    assert [(one.date, one.rung.business_days) for one in found] == [("2027-02-02", -2), ("2027-02-10", -5)]
    for due in ("", "2027-02-30"):
        asked = pb.PreviewLadderRequest(ladder=pb.Ladder(rungs=OWN), due_date=due)
        assert cadre.reason_of(lambda asked=asked: cadre.analyst.PreviewLadder(asked)) == "INVALID_FIELD"


def test_a_change_is_climbed_from_the_next_day_on_and_what_came_before_is_not_said_afterwards(cadre, letter):
    database = cadre.running.runtime.database

    def climbed(day):
        at = datetime.combine(day, time(9), PACIFIC)
        with database.read(at) as db:
            (notice,) = letters.open_letters(db)
            return [
                (step.rung.whom, step.rung.business_days)
                for step in letters.steps(db, notice, HOURS, day, ladders.levels(db))
            ]

    due = letter_due(cadre, letter)
    assert climbed(CALENDAR.add(due, -5)) == []
    assert climbed(CALENDAR.add(due, -3)) == [("staff", -3)]
    update(cadre, f"{letter.name}/ladder")
    assert climbed(CALENDAR.add(due, -5)) == [("staff", -5)]
    assert ("staff", -3) not in climbed(CALENDAR.add(due, -3))

    # Changed on the day of a step: that step is over.
    with database.transaction(actor="services/notification", method="test/ladder") as db:
        db.run("UPDATE ladder SET changed_on = %(day)s", day=CALENDAR.add(due, -5))
    assert climbed(CALENDAR.add(due, -5)) == climbed(CALENDAR.add(due, -5) + timedelta(days=1)) == []


def letter_due(cadre, letter):
    ((due,),) = cadre.rows("SELECT due_date FROM notice WHERE id = %(n)s", n=letter.name.removeprefix("notices/"))
    return due


def test_of_an_urgent_letter_who_has_not_confirmed_hears_it_by_the_hour_at_once_and_whoever_has_does_not(cadre):
    audience = cadre.new_audience(cadre.at(cadre.people(1)[0], "lake"))
    letter = cadre.issued(audience, urgent_reason="The case system is down.")
    database, notice_id = cadre.running.runtime.database, letter.name.removeprefix("notices/")
    issued = datetime(2027, 2, 10, 9, tzinfo=PACIFIC)
    with database.transaction(actor="services/notification", method="test/urgent") as db:
        db.run("UPDATE delivery SET due_date = %(day)s WHERE notice_id = %(n)s", day=issued.date(), n=notice_id)
        (notice,) = letters.open_letters(db)
    notice.published_at = issued

    def climb(hour, minute=0, day=10):
        at = datetime(2027, 2, day, hour, minute, tzinfo=PACIFIC)
        with database.read(at) as db:
            steps = [step for step in letters.steps(db, notice, HOURS, at.date(), ladders.levels(db)) if step.hour]
        for step in steps:
            with database.transaction(actor="services/notification", method="test/urgent", at=at) as db:
                letters.climb(db, notice, step, HOURS)
        return cadre.rows(
            "SELECT t.role, count(*), min(m.goes_at) - %(at)s FROM message AS m JOIN message_target AS t"
            " ON t.message_id = m.id WHERE m.wanted_at = %(at)s GROUP BY t.role ORDER BY t.role",
            at=at,
        )

    minute = timedelta(minutes=1)
    assert climb(14, 59) == []
    assert climb(15) == [("coordinator", len(cadre.agencies), minute)]
    assert climb(15, 1) == []
    ask = agency_pb.ConfirmForAgencyRequest(
        parent="agencies/lake", notice=letter.name, text_sha256=letter.text_sha256, request_id=cadre.new_id()
    )
    cadre.coordinator("lake").ConfirmForAgency(ask)
    others = len(cadre.agencies) - 1
    assert climb(17) == [("coordinator", others, minute), ("director", others, minute)]
    assert climb(18) == []
    assert climb(9, day=11) == [("policy_analyst", 1, minute)]
    assert cadre.rows("SELECT count(*) FROM message WHERE kind = 'letter.unconfirmed' AND urgent") == [(4,)]
