"""Between the contract's messages and forecasts."""

from cadre.notification.v1 import forecast_service_pb2 as pb
from notification.forecasts.queries import Forecast


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
