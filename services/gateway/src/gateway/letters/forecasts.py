"""How many will be ready when a letter takes effect, if it goes on like this; and what would help, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.notification.v1 import forecast_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from gateway.web.visit import Visit
from gateway.words import sentences

Forecast = pb.Forecast

_MISSING = {
    Forecast.NOTHING_ASKED: "Nothing is asked of staff, so nothing is expected.",
    Forecast.IN_EFFECT: "The letter has taken effect: what counts now is who is past due.",
    Forecast.TOO_EARLY: "It is too early to say: a pace can be read once four business days have ended.",
    Forecast.DAYS_UNKNOWN: "How some of the last days ended is not on record, or when offices are closed is not.",
}


# So many business days late is as good as not at all.
_FAR = 60
_TWO_DIGITS = 10


@dataclass(frozen=True)
class Row:
    """An agency's line of the table."""

    agency: agency_pb.Agency
    ahead: Forecast


def of_state(visit: Visit, letter: notice_pb.Notice) -> pb.StateForecast:
    """Ask how the state and each agency will stand; of a letter that took effect there is nothing to ask."""
    if not _ahead(visit, letter):
        return pb.StateForecast(state=Forecast(missing=Forecast.IN_EFFECT))
    return visit.clients.forecasts.GetForecast(pb.GetForecastRequest(notice=letter.name))


def of_agency(visit: Visit, letter: notice_pb.Notice, agency: str) -> Forecast:
    """Ask how *agency* will stand, as `of_state`."""
    if not _ahead(visit, letter):
        return Forecast(missing=Forecast.IN_EFFECT)
    return visit.clients.forecasts.GetAgencyForecast(pb.GetAgencyForecastRequest(parent=agency, notice=letter.name))


def _ahead(visit: Visit, letter: notice_pb.Notice) -> bool:
    return letter.state == notice_pb.Notice.PUBLISHED and letter.effective_date > visit.today.isoformat()


def rows(ahead: pb.StateForecast, agencies: Mapping[str, agency_pb.Agency]) -> list[Row]:
    """Return the lines of the table, A-Z: never ranked."""
    found = [Row(agencies[one.agency], one) for one in ahead.agencies if one.agency in agencies]
    return sorted(found, key=lambda row: row.agency.short_title)


def missing(ahead: Forecast) -> str:
    """Say why there is no forecast; empty if there is one."""
    return _MISSING.get(ahead.missing, "")


def expected(ahead: Forecast) -> str:
    """Say how many are expected, and how sure that is: `about 9 of 11 (7 to 11)`."""
    if ahead.expected >= ahead.at_work and ahead.low >= ahead.at_work:
        return f"all {ahead.at_work:,}" if ahead.at_work > 1 else "the one person"
    between = f" ({ahead.low:,} to {ahead.high:,})" if ahead.low < ahead.high else ""
    return f"about {ahead.expected:,} of {ahead.at_work:,}{between}"


def short(ahead: Forecast) -> str:
    """Say when the last one is ready: `in time`, or how long after the letter takes effect."""
    if ahead.never:
        return "not within a year"
    if not ahead.days_short:
        return "in time"
    if ahead.days_short > _FAR:
        return f"more than {_FAR} business days late"
    return f"{ahead.days_short} business day{'' if ahead.days_short == 1 else 's'} late"


def pace(ahead: Forecast) -> str:
    """Say how many became ready on a business day lately: `1.4 a day`."""
    whole = ahead.pace >= _TWO_DIGITS or ahead.pace == round(ahead.pace)
    return f"{ahead.pace:,.0f} a day" if whole else f"{ahead.pace:.1f} a day"


def help_by(ahead: Forecast, today: date) -> str:
    """Say what closes the gap soonest; empty where there is none."""
    one = ahead.act_people == 1
    people = f"{ahead.act_people:,} {'person' if one else 'people'}"
    by = sentences.short_day(ahead.act_by, today) if ahead.act_by else ""
    return {
        Forecast.CONFIRM: "Confirm the letter, so that it is begun",
        Forecast.REMIND: f"Remind the {people} who {'has' if one else 'have'} not started",
        Forecast.BRIEF: f"Brief the {people} left, by {by}",
        Forecast.CALL: f"Speak with the {people} left, by {by}",
    }.get(ahead.act, "")


def gain(ahead: Forecast) -> int:
    """Return how many people a call could gain at most: those who are expected not to be ready."""
    return 0 if ahead.missing else ahead.at_work - ahead.expected


def surely_short(ahead: Forecast) -> bool:
    """Whether people will be missing even if it goes well: the upper end of the interval leaves some."""
    return not ahead.missing and ahead.high < ahead.at_work
