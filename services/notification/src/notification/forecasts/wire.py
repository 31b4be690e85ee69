"""Between the contract's messages and forecasts."""

from uuid import UUID

from cadre.notification.v1 import forecast_service_pb2 as pb
from notification.forecasts.queries import Forecast
from notification.letters.rows import name_of
from notification.letters.wire import notice_ids
from servicekit.refusals import InvalidField

_MOST_LETTERS = 20


def asked(request: pb.ListAgencyForecastsRequest) -> list[UUID]:
    """Read of which letters is asked; each once."""
    if not request.notices:
        raise InvalidField("notices", "", f"must name from 1 to {_MOST_LETTERS} letters")
    return list(dict.fromkeys(notice_ids(request.notices, most=_MOST_LETTERS)))


def of_letter(notice_id: UUID, one: Forecast) -> pb.NoticeForecast:
    """Write the forecast of a letter."""
    return pb.NoticeForecast(notice=name_of(notice_id), forecast=forecast(one))


def forecast(one: Forecast) -> pb.Forecast:
    """Write a forecast, or why there is none; in whole people."""
    answer = pb.Forecast(
        agency=f"agencies/{one.agency_id}" if one.agency_id else "", at_work=one.at_work, ready=one.ready
    )
    if one.left is None or one.day is None:
        answer.missing = pb.Forecast.Missing.Value(one.missing or "NOTHING_ASKED")
        return answer
    answer.day = one.day.isoformat()
    answer.expected = one.at_work - round(one.left.mean)
    if one.agency_id:
        # Where almost surely nobody moves, the mean of few who might lies beside it.
        answer.expected = min(max(answer.expected, one.at_work - one.left.high), one.at_work - one.left.low)
        answer.low, answer.high = one.at_work - one.left.high, one.at_work - one.left.low
    answer.days_short, answer.never = one.days_short or 0, one.days_short is None
    answer.pace = one.pace
    if one.act:
        answer.act = pb.Forecast.Act.Value(one.act)
        answer.act_people, answer.act_by = one.act_people, one.day.isoformat()
    return answer
