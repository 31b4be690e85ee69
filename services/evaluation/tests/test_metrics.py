"""What operators see of tests: how they ended, never whose they were."""

from datetime import datetime, time, timedelta
from types import SimpleNamespace

from evaluation.app import APP
from servicekit.calendar import PACIFIC, pacific_date
from servicekit.clock import utc

from .conftest import Quality


def test_how_long_an_answer_waits_to_be_told_is_counted_by_the_clock_of_the_service(launch, keys_dir):
    day = pacific_date(utc()) + timedelta(days=10)
    days = [day]
    running = launch(APP, clock=lambda: datetime.combine(days[-1], time(12), PACIFIC))
    quality = Quality(SimpleNamespace(running=running), keys_dir)
    quality.hear()
    quality.send()
    assert running.figures()["cadre_reaction_oldest_waiting_days",] == 0

    days.append(day + timedelta(days=3))

    assert running.figures()["cadre_reaction_oldest_waiting_days",] == 3


def test_sittings_are_counted_by_test_and_by_how_they_ended(evaluation, published):
    assert evaluation.running.figures()["cadre_sittings", "others", "passed"] == 0
    evaluation.take(published, [], [], [])
    evaluation.start(published, by=evaluation.colleague)

    figures = evaluation.running.figures()

    test = published.name.split("/")[1]
    assert {key[2]: value for key, value in figures.items() if key[:2] == ("cadre_sittings", test)} == {
        "open": 1,
        "passed": 0,
        "failed": 1,
    }
