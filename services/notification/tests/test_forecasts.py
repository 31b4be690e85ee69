"""A forecast is read off how days ended: of each agency its own, and it says why where there is none."""

from datetime import datetime, time, timedelta
from types import SimpleNamespace

import pytest

from cadre.notification.v1 import agency_notice_service_pb2 as agency_pb
from cadre.notification.v1 import forecast_service_pb2 as pb
from servicekit.calendar import PACIFIC
from servicekit.testing.offices import state_calendar

CALENDAR = state_calendar()
FAST, SLOW = "lake", "yolo"
STAFF = 30


@pytest.fixture
def letter(cadre):
    """A letter that has been out for a long time, of thirty people each at two agencies, and how to tell its days."""
    people = cadre.people(2 * STAFF)
    places = [*((one, FAST) for one in people[:STAFF]), *((one, SLOW) for one in people[STAFF:])]
    notice = cadre.issued(cadre.new_audience(*(cadre.at(*place) for place in places)))
    looked_at = [CALENDAR.add(cadre.today, -back) for back in range(11, 0, -1)]

    def tell(agency, ready, days=looked_at):
        """Write past the service how so many days ended."""
        with cadre.running.connect() as connection:
            connection.execute("SET session_replication_role = replica")
            for day, count in zip(days, ready, strict=True):
                connection.execute(
                    "INSERT INTO readiness_day"
                    " (notice_id, agency_id, day, listed, at_work, ready, not_started, overdue)"
                    " VALUES (%s, %s, %s, %s, %s, %s, 0, 0)",
                    [notice.name[8:], agency, day, STAFF, STAFF, count],
                )

    begun = datetime.combine(looked_at[0], time(9), PACIFIC)
    with cadre.running.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "UPDATE notice SET published_at = %s, staff_release_date = %s, effective_date = %s WHERE id = %s",
            [begun, looked_at[0], CALENDAR.add(cadre.today, 11), notice.name[8:]],
        )
    return SimpleNamespace(notice=notice, tell=tell, looked_at=looked_at, people=people)


def forecast(cadre, notice):
    return cadre.analyst.GetForecast(pb.GetForecastRequest(notice=notice.name))


def of(answer, agency):
    (found,) = (one for one in answer.agencies if one.agency == f"agencies/{agency}")
    return found


def test_an_agency_that_moves_is_expected_further_than_one_that_does_not(cadre, letter):
    letter.tell(FAST, range(0, 22, 2))
    letter.tell(SLOW, [0] * 11)

    answer = forecast(cadre, letter.notice)

    fast, slow = of(answer, FAST), of(answer, SLOW)
    # The figures of today have nobody ready yet: what is expected comes of the pace alone.
    assert (fast.at_work, fast.ready, slow.at_work, slow.ready) == (STAFF, 0, STAFF, 0)
    assert fast.low < fast.expected < fast.high <= STAFF
    assert slow.expected < fast.low
    assert (fast.pace, slow.pace) == (2, 0)
    assert fast.day == str(CALENDAR.add(cadre.today, 11) - timedelta(days=1))
    assert answer.state.expected == pytest.approx(fast.expected + slow.expected, abs=1)
    assert answer.state.low == answer.state.high == 0


def test_an_agency_that_has_not_confirmed_is_to_confirm_and_one_that_has_is_to_remind_those_who_have_not_begun(
    cadre, letter
):
    letter.tell(FAST, [0] * 11)
    letter.tell(SLOW, [0] * 11)
    assert of(forecast(cadre, letter.notice), FAST).act == pb.Forecast.CONFIRM

    cadre.coordinator(FAST).ConfirmForAgency(
        agency_pb.ConfirmForAgencyRequest(
            parent=f"agencies/{FAST}",
            notice=letter.notice.name,
            text_sha256=letter.notice.text_sha256,
            request_id=cadre.new_id(),
        )
    )

    ahead = of(forecast(cadre, letter.notice), FAST)
    assert (ahead.act, ahead.act_people, ahead.act_by) == (pb.Forecast.REMIND, STAFF, ahead.day)


def test_an_agency_sees_its_own_and_the_same_as_the_state_sees(cadre, letter):
    letter.tell(FAST, range(0, 22, 2))
    letter.tell(SLOW, [0] * 11)

    own = cadre.coordinator(FAST).GetAgencyForecast(
        pb.GetAgencyForecastRequest(parent=f"agencies/{FAST}", notice=letter.notice.name)
    )

    assert own == of(forecast(cadre, letter.notice), FAST)


def test_of_several_letters_an_agency_sees_each_as_alone_and_nothing_of_a_draft(cadre, letter):
    letter.tell(FAST, range(0, 22, 2))
    letter.tell(SLOW, [0] * 11)
    audience = cadre.new_audience(cadre.at(letter.people[0], FAST))
    fresh, draft = cadre.issued(audience), cadre.submitted(audience)
    asked = [fresh.name, draft.name, letter.notice.name]
    coordinator, parent = cadre.coordinator(FAST), f"agencies/{FAST}"

    answer = coordinator.ListAgencyForecasts(pb.ListAgencyForecastsRequest(parent=parent, notices=asked))

    assert [one.notice for one in answer.forecasts] == [fresh.name, letter.notice.name]
    for one in answer.forecasts:
        assert one.forecast == coordinator.GetAgencyForecast(
            pb.GetAgencyForecastRequest(parent=parent, notice=one.notice)
        )
    assert answer.forecasts[0].forecast.missing == pb.Forecast.TOO_EARLY


def test_of_an_agency_without_staff_under_it_nothing_is_asked(cadre, letter):
    ask = pb.GetAgencyForecastRequest(parent="agencies/alameda", notice=letter.notice.name)

    assert cadre.coordinator("alameda").GetAgencyForecast(ask) == pb.Forecast(
        agency="agencies/alameda", missing=pb.Forecast.NOTHING_ASKED
    )


@pytest.mark.parametrize(
    ("columns", "missing"),
    [
        ({"effective_date": 0}, pb.Forecast.IN_EFFECT),
        ({"staff_release_date": -2}, pb.Forecast.TOO_EARLY),
    ],
)
def test_where_no_pace_can_be_read_it_says_why(cadre, letter, columns, missing):
    letter.tell(FAST, range(11))
    with cadre.running.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        for column, days in columns.items():
            day = CALENDAR.add(cadre.today, days)
            connection.execute(f"UPDATE notice SET {column} = %s WHERE id = %s", [day, letter.notice.name[8:]])

    answer = forecast(cadre, letter.notice)

    assert {one.missing for one in answer.agencies} == {answer.state.missing} == {missing}
    assert not any(one.day for one in answer.agencies)


def test_days_that_are_not_on_record_say_so_for_that_agency_alone(cadre, letter):
    letter.tell(FAST, range(0, 22, 2))

    answer = forecast(cadre, letter.notice)

    assert of(answer, SLOW).missing == pb.Forecast.DAYS_UNKNOWN
    assert not of(answer, FAST).missing


def test_a_forecast_of_all_agencies_costs_as_many_statements_as_one_of_a_single_one(cadre, letter, statements):
    letter.tell(FAST, range(0, 22, 2))
    letter.tell(SLOW, [0] * 11)

    with statements() as seen:
        forecast(cadre, letter.notice)

    assert len([one for one in seen if "readiness" in one]) == 2
