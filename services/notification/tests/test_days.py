"""How ready people were is kept as each day ends; of days that were missed what is known, and nothing is guessed."""

import random
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace

import pytest

from cadre.enrollment.v1 import events_pb2 as enrollment
from cadre.notification.v1 import agency_notice_service_pb2 as agency_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as pb
from notification.days import keeping
from notification.days.jobs import keep_readiness_days
from notification.days.rules import ending
from notification.inbox.rules import Standing
from servicekit.calendar import PACIFIC

DAY = timedelta(days=1)


def moment(day, *at):
    return datetime.combine(day, time(*at), PACIFIC)


def run(cadre, day, *at):
    """Let the job run at a time of a day in California."""
    keep_readiness_days(cadre.running.runtime.database, moment(day, *at).astimezone(UTC))


def days(cadre, notice, agency="", **page):
    """What is on record before today, by day: its figures, or None where they are not known."""
    request = pb.ListReadinessDaysRequest(notice=notice.name, agency=agency and f"agencies/{agency}", **page)
    return cadre.analyst.ListReadinessDays(request)


def stored(cadre, notice, agency=""):
    rows = cadre.rows(
        "SELECT day, listed, at_work, ready, not_started, overdue FROM readiness_day "
        "WHERE notice_id = %(notice)s AND agency_id = %(agency)s ORDER BY day",
        notice=notice.name.removeprefix("notices/"),
        agency=agency,
    )
    return {day: None if figures[0] is None else figures for day, *figures in rows}


def on(kept, day):
    """The figures of a day: those of the last one on record before it."""
    return kept[max(known for known in kept if known <= day)]


@pytest.fixture
def backdated(cadre):
    """Let a letter, and what was done under it, have been so many days ago: written past the service."""

    def move(notice, **columns):
        with cadre.running.connect() as connection:
            connection.execute("SET session_replication_role = replica")
            for column, value in columns.items():
                connection.execute(f"UPDATE notice SET {column} = %s WHERE id = %s", [value, notice.name[8:]])

    return move


@pytest.fixture
def lake(cadre):
    """A letter under which two people of lake are, and one of yolo."""
    ana, ben, cora = cadre.people(3)
    audience = cadre.new_audience(cadre.at(ana, "lake"), cadre.at(ben, "lake"), cadre.at(cora, "yolo"))
    return SimpleNamespace(notice=cadre.issued(audience), audience=audience, ana=ana, ben=ben, cora=cora)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-03-07T23:54:59-08:00", None),
        ("2026-03-07T23:55:00-08:00", date(2026, 3, 7)),
        ("2026-03-08T07:59:59+00:00", date(2026, 3, 7)),
        ("2026-03-08T00:00:00-08:00", None),
        ("2026-03-08T23:56:00-07:00", date(2026, 3, 8)),
    ],
)
def test_a_day_ends_by_the_clock_of_california(at, day):
    assert ending(datetime.fromisoformat(at)) == day


def test_as_a_day_ends_its_figures_are_kept_and_a_day_on_which_nothing_moved_takes_no_row(cadre, lake):
    cadre.confirm(lake.notice, lake.ana)
    cadre.read(lake.notice, lake.ben)
    run(cadre, cadre.today, 12)
    assert stored(cadre, lake.notice) == {}, "the day goes on"

    run(cadre, cadre.today, 23, 57)
    run(cadre, cadre.today, 23, 58)
    run(cadre, cadre.today + DAY, 0, 1)
    run(cadre, cadre.today + DAY, 23, 58)

    assert stored(cadre, lake.notice) == {cadre.today: [3, 3, 1, 1, 0]}
    assert stored(cadre, lake.notice, "lake") == {cadre.today: [2, 2, 1, 0, 0]}
    assert stored(cadre, lake.notice, "yolo") == {cadre.today: [1, 1, 0, 1, 0]}


def test_the_list_ends_with_today_as_it_stands_and_goes_on_after_a_key(cadre, lake, backdated):
    first = cadre.today - 10 * DAY
    backdated(lake.notice, published_at=moment(first, 9))
    run(cadre, cadre.today - 6 * DAY, 23, 57)
    cadre.confirm(lake.notice, lake.ana)
    with cadre.running.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE recipient SET confirmed_at = %s, read_at = %s", [moment(first + 2 * DAY, 9)] * 2)
        connection.execute("DELETE FROM readiness_kept")
        connection.execute("DELETE FROM readiness_day")
    run(cadre, cadre.today, 0, 1)

    whole = days(cadre, lake.notice, "lake")
    one = days(cadre, lake.notice, "lake", page_size=1)
    two = days(cadre, lake.notice, "lake", page_size=1, page_token=one.next_page_token)

    assert [day.day for day in whole.days] == [str(first), str(first + 2 * DAY), str(cadre.today)]
    assert [(day.ready, day.not_started) for day in whole.days] == [(0, 2), (2, 0), (1, 1)]
    assert whole.next_page_token == two.next_page_token == ""
    assert [*one.days, *two.days] == [*whole.days]
    own = cadre.coordinator("lake").ListAgencyReadinessDays(
        agency_pb.ListAgencyReadinessDaysRequest(parent="agencies/lake", notice=lake.notice.name)
    )
    assert own == whole
    # What was written past the service is no recount.
    cadre.broken = cadre.broken | {name: found for name, found in cadre.audits().items() if found}


def test_the_state_sees_every_agency_that_has_the_letter_and_an_agency_sees_itself_alone(cadre, lake):
    ask = agency_pb.ListAgencyReadinessDaysRequest(parent="agencies/lake", notice=lake.notice.name)
    of_nobody = pb.ListReadinessDaysRequest(notice=lake.notice.name, agency="agencies/nowhere")

    assert [day.of for day in days(cadre, lake.notice).days] == [3]
    assert [day.of for day in days(cadre, lake.notice, "yolo").days] == [1]
    assert cadre.reason_of(cadre.analyst.ListReadinessDays, of_nobody) == "NOT_FOUND"
    assert cadre.reason_of(cadre.coordinator("yolo").ListAgencyReadinessDays, ask) == "PERMISSION_MISSING"
    assert cadre.reason_of(cadre.coordinator("yolo").ListReadinessDays, of_nobody) == "PERMISSION_MISSING"


def test_days_that_were_missed_are_counted_from_what_people_did_and_late_begins_on_its_day(cadre, lake):
    cadre.confirm(lake.notice, lake.ana)
    due = date.fromisoformat(lake.notice.due_date)

    run(cadre, due + 3 * DAY, 8)

    assert stored(cadre, lake.notice, "lake") == {cadre.today: [2, 2, 1, 1, 0], due + DAY: [2, 2, 1, 1, 1]}
    assert stored(cadre, lake.notice) == {cadre.today: [3, 3, 1, 2, 0], due + DAY: [3, 3, 1, 2, 2]}


def test_a_missed_day_of_an_agency_where_people_changed_since_is_not_known_and_the_next_ones_are(cadre, lake):
    run(cadre, cadre.today, 23, 57)
    dan = cadre.new_id()
    cadre.members(lake.audience, cadre.at(dan, "lake"), effective=cadre.today + 3 * DAY)

    run(cadre, cadre.today + 5 * DAY, 8)

    kept = stored(cadre, lake.notice, "lake")
    assert kept == {cadre.today: [2, 2, 0, 2, 0], cadre.today + DAY: None, cadre.today + 3 * DAY: [3, 3, 0, 3, 0]}
    assert stored(cadre, lake.notice, "yolo") == {cadre.today: [1, 1, 0, 1, 0]}
    assert stored(cadre, lake.notice)[cadre.today + DAY] is None
    assert on(stored(cadre, lake.notice), cadre.today + 4 * DAY) == [4, 4, 0, 4, 0]


def test_a_day_that_is_not_known_is_said_to_be_so(cadre, lake, backdated):
    backdated(lake.notice, published_at=moment(cadre.today - 3 * DAY, 9))
    cadre.members(lake.audience, cadre.at(cadre.new_id(), "lake"))
    run(cadre, cadre.today, 12)

    (unknown, now) = days(cadre, lake.notice, "lake").days
    assert (unknown.day, unknown.unknown, unknown.of) == (str(cadre.today - 3 * DAY), True, 0)
    assert (now.day, now.unknown, now.of) == (str(cadre.today), False, 3)
    cadre.broken = {name: found for name, found in cadre.audits().items() if found}


def test_a_missed_day_before_somebody_was_excused_is_not_known(cadre, lake):
    waived = enrollment.AssignmentWaived(notice_id=lake.notice.name[8:], person_ids=[lake.ben])
    cadre.deliver(waived)

    run(cadre, cadre.today + DAY, 8)
    assert stored(cadre, lake.notice, "lake") == {cadre.today: [1, 1, 0, 1, 0]}, "excused on that day"

    with cadre.running.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        for sql in ("DELETE FROM readiness_kept", "DELETE FROM readiness_day"):
            connection.execute(sql)
        connection.execute("UPDATE recipient SET excuse_changed_at = NULL")
    run(cadre, cadre.today + DAY, 8)

    assert stored(cadre, lake.notice, "lake") == {cadre.today: None}, "nobody knows when"
    assert stored(cadre, lake.notice, "yolo") == {cadre.today: [1, 1, 0, 1, 0]}


def test_a_kept_day_before_training_was_taken_back_stays_and_is_not_called_wrong(cadre, lake, backdated):
    trained, before = cadre.issued(lake.audience, asks=notice_pb.TRAIN), cadre.today - DAY
    backdated(trained, published_at=moment(before, 9))
    cadre.deliver(cadre.completed(trained, lake.ana, at=moment(before, 10)))
    run(cadre, before, 23, 57)

    take_back(cadre, trained, lake.ana)

    assert stored(cadre, trained, "lake") == {before: [2, 2, 0, 1, 0]}
    assert cadre.audits()["readiness.days_contradicted"] == 0
    run(cadre, cadre.today, 23, 57)
    assert stored(cadre, trained, "lake") == {before: [2, 2, 0, 1, 0], cadre.today: [2, 2, 0, 2, 0]}


def test_a_missed_day_before_training_was_taken_back_is_not_known(cadre, lake, backdated):
    trained, before = cadre.issued(lake.audience, asks=notice_pb.TRAIN), cadre.today - DAY
    backdated(trained, published_at=moment(before, 9))
    cadre.deliver(cadre.completed(trained, lake.ana, at=moment(before, 10)))
    take_back(cadre, trained, lake.ana)

    run(cadre, cadre.today + DAY, 8)

    assert stored(cadre, trained, "lake")[before] is None
    assert stored(cadre, trained, "lake")[cadre.today] == [2, 2, 0, 2, 0]


def take_back(cadre, notice, *people):
    told = {"requirement_id": notice.name[8:], "notice_id": notice.name[8:], "person_ids": people}
    cadre.deliver(enrollment.CompletionRetracted(**told))


def test_the_last_day_of_a_withdrawn_letter_is_kept_as_it_stands_and_no_day_after_it(cadre, lake):
    cadre.confirm(lake.notice, lake.ana)
    current = cadre.analyst.GetNotice(notice_pb.GetNoticeRequest(name=lake.notice.name))
    cadre.approver.WithdrawNotice(
        notice_pb.WithdrawNoticeRequest(
            name=current.name, etag=current.etag, reason="Replaced", request_id=cadre.new_id()
        )
    )

    run(cadre, cadre.today, 12)
    run(cadre, cadre.today + 9 * DAY, 23, 57)

    assert stored(cadre, lake.notice) == {cadre.today: [3, 3, 1, 2, 0]}
    assert [(day.day, day.ready) for day in days(cadre, lake.notice).days] == [(str(cadre.today), 1)]


def test_a_letter_that_cannot_be_counted_again_holds_up_no_other_and_its_missed_days_are_not_passed_over(cadre, lake):
    other = cadre.issued(lake.audience)
    with cadre.running.connect() as connection:
        connection.execute(
            "CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$;"
            "CREATE TRIGGER fails BEFORE INSERT ON readiness_day FOR EACH ROW"
            f" WHEN (NEW.notice_id = '{lake.notice.name[8:]}') EXECUTE FUNCTION fails()"
        )
    with pytest.raises(ExceptionGroup):
        run(cadre, cadre.today + 2 * DAY, 23, 57)
    assert stored(cadre, lake.notice) == {}
    assert stored(cadre, other) == {cadre.today: [3, 3, 0, 3, 0]}

    with cadre.running.connect() as connection:
        connection.execute("DROP TRIGGER fails ON readiness_day")
    run(cadre, cadre.today + 2 * DAY, 23, 58)

    assert stored(cadre, lake.notice) == stored(cadre, other)


def test_days_that_another_process_kept_meanwhile_are_not_counted_again(cadre, lake):
    database = cadre.running.runtime.database
    with database.read() as db:
        (seen,) = keeping.missed(db, cadre.today)
    run(cadre, cadre.today + 3 * DAY, 8)
    kept = cadre.rows("SELECT * FROM readiness_kept")

    with database.transaction(actor="services/notification", method="jobs/keep-readiness-days") as db:
        keeping.recount(db, seen)

    assert cadre.rows("SELECT * FROM readiness_kept") == kept


ASKS = (notice_pb.NOTHING, notice_pb.READ, notice_pb.CONFIRM, notice_pb.TRAIN)


@pytest.mark.parametrize("asks", ASKS, ids=notice_pb.Asks.Name)
def test_days_that_are_counted_again_are_what_the_rules_say_of_each_person(cadre, backdated, asks):
    """Forty people who did things on any of thirty days, some of them on leave, at two agencies and in both."""
    chance = random.Random(f"{cadre.today} {asks}")
    people = [
        SimpleNamespace(
            id=cadre.new_id(),
            agencies=chance.choice((["lake"], ["yolo"], ["lake", "yolo"])),
            leave=chance.random() < 0.1,
        )
        for _ in range(40)
    ]
    notice = cadre.issued(
        cadre.new_audience(*(cadre.at(one.id, place, on_leave=one.leave) for one in people for place in one.agencies)),
        asks=asks,
    )
    first = cadre.today - 30 * DAY
    backdated(notice, published_at=moment(first, 9), due_date=cadre.today - 9 * DAY)

    def some_day():
        day = first + chance.randrange(45) * DAY
        return moment(day, chance.randrange(9, 24)) if day < cadre.today else None

    with cadre.running.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        for one in people:
            one.read, one.trained = some_day(), some_day()
            one.confirmed = one.read and (one.read + chance.randrange(3) * DAY if chance.random() < 0.7 else None)
            one.due = cadre.today - chance.randrange(1, 12) * DAY
            connection.execute(
                "UPDATE recipient SET read_at = %s, confirmed_at = %s, trained_at = %s, due_date = %s "
                "WHERE person_id = %s",
                [one.read, one.confirmed, one.trained, one.due, one.id],
            )
    run(cadre, cadre.today, 0, 0)

    for agency in ("", "lake", "yolo"):
        kept = stored(cadre, notice, agency)
        for day in (first + n * DAY for n in range(30)):
            by = moment(day + DAY, 0)
            expected = [0] * 5
            for one in people:
                if agency and agency not in one.agencies:
                    continue
                done = [at if at and at < by else None for at in (one.read, one.confirmed, one.trained)]
                counts = Standing(notice_pb.Asks.Name(asks), *done, excused=False, on_leave=one.leave).counts()
                at_work = counts.listed - counts.on_leave
                # The state waits until its own day; an agency may have asked sooner.
                due = one.due if agency else max(one.due, cadre.today - 9 * DAY)
                late = at_work - counts.ready if due < day else 0
                own = (counts.listed, at_work, counts.ready, counts.not_started, late)
                expected = [sum(pair) for pair in zip(expected, own, strict=True)]
            assert on(kept, day) == expected, (agency, day)
        assert all(before != after for before, after in zip(list(kept.values()), list(kept.values())[1:], strict=False))
    assert cadre.audits()["readiness.days_contradicted"] == 0
    cadre.broken = {name: found for name, found in cadre.audits().items() if found}


def test_a_kept_day_that_a_recount_contradicts_is_found(cadre, lake):
    cadre.confirm(lake.notice, lake.ana)
    run(cadre, cadre.today + DAY, 8)
    assert cadre.audits()["readiness.days_contradicted"] == 0

    with cadre.running.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE readiness_day SET ready = ready + 2 WHERE agency_id = 'yolo'")

    assert cadre.audits()["readiness.days_contradicted"] == 2
    cadre.broken = {"readiness.days_contradicted": 2}
    # Where people changed since, there is nothing to compare any more.
    cadre.members(lake.audience, cadre.at(lake.cora, "yolo", member=False))
    assert cadre.audits()["readiness.days_contradicted"] == 0
    cadre.broken = {}
