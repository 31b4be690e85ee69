"""The rows beside issuing, calls and pages, at a tiny size: what was measured was done. Timing decides nothing."""

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from smtplib import SMTP

import psycopg
import pytest

from cadre_cli import reference
from cadre_tools.bench import (
    amend,
    arrivals,
    audiences,
    calls,
    events,
    finding,
    mail,
    opening,
    publish,
    raw,
    readiness,
    servers,
    stage,
)
from cadre_tools.bench.command import FULL, QUICK, Plan, Size, measure
from cadre_tools.bench.figures import Arrivals, Audiences, Delays, Events, Finding, Growth, Readiness, Throughput
from cadre_tools.bench.report import AUDIENCES, BUDGET_PEOPLE, KEPT_LETTERS, Publish, Report, Roster
from cadre_tools.bench.servers import NotDurableError
from cadre_tools.bench.stage import Stage, WrongResultError
from cadre_tools.bench.station import open_ground, start
from cadre_tools.bench.verdicts import verdicts

PEOPLE = 400
EVENTS = 1_200
SINGLES = 5
HIRED = 4
KEPT = 24

pytestmark = pytest.mark.release


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage.open_stage(PEOPLE, tmp_path_factory.mktemp("bench"), fsync=False) as opened:
        yield opened
        opened.require_clean_books()


@pytest.fixture(scope="module")
def letter(tiny: Stage) -> str:
    return publish.issue(tiny, 1, tiny.course)[0]


@pytest.fixture(scope="module")
def figures(tiny: Stage, letter: str) -> Readiness:
    return readiness.measure(tiny, letter, 5)


@pytest.fixture(scope="module")
def arrived(tiny: Stage, letter: str, figures: Readiness) -> Arrivals:
    return arrivals.measure(tiny, letter, 1, HIRED)


@pytest.fixture(scope="module")
def kept(tiny: Stage, arrived: Arrivals) -> Audiences:
    return audiences.measure(tiny, KEPT, 3)


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Events:
    return events.measure(tmp_path_factory.mktemp("events"), EVENTS, SINGLES, fsync=False)


def count(url: str, query: str) -> int:
    with psycopg.connect(servers.driver_url(url)) as connection:
        row = connection.execute(query).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return int(row[0])


# Events


@pytest.mark.parametrize("part", ["relay", "consumer"])
def test_as_many_events_are_measured_as_asked_beside_the_bare_client(moved: Events, part: str) -> None:
    through: Throughput = getattr(moved, part)

    assert through.events == EVENTS
    assert through.per_second == pytest.approx(EVENTS / through.seconds)
    assert through.raw_per_second == pytest.approx(EVENTS / through.raw_seconds)
    assert through.ratio == pytest.approx(through.seconds / through.raw_seconds)


def test_single_events_are_timed_each_by_itself(moved: Events) -> None:
    assert moved.idle.count == SINGLES
    assert 0 < moved.idle.p50_ms <= moved.idle.p99_ms <= moved.idle.max_ms


def test_the_settings_of_the_events_servers_are_asked_of_them(moved: Events) -> None:
    assert (moved.settings["fsync"], moved.settings["sync_interval"]) == ("off", "120s")


def test_events_are_not_measured_in_memory() -> None:
    with pytest.raises(NotDurableError, match="is memory"):
        servers.require_durable(servers.DURABLE, Path("/dev/shm"))


def test_with_full_durability_the_servers_say_so(tmp_path: Path) -> None:
    with open_ground(tmp_path) as ground:
        assert servers.settings(ground.database_urls, ground.nats.monitoring_port) == servers.DURABLE


def test_every_event_is_handled_once_and_counted_under_its_key(tmp_path: Path) -> None:
    with open_ground(tmp_path, fsync=False) as ground:
        ground.maker.make(0, 450)
        start(ground.maker)
        start(ground.counter)
        eyes = ground.counter.eyes
        stage.wait_until(lambda: eyes.counted() >= 450, "events are not handled")
        rows = eyes.connection.execute("SELECT key, count FROM tally").fetchall()
        inbox = eyes.connection.execute("SELECT count(*) FROM inbox").fetchall()

    assert len(rows) == 200
    assert sum(number for _, number in rows) == 450
    assert {number for _, number in rows} == {2, 3}
    assert inbox == [(450,)]


def test_an_event_too_many_is_a_wrong_result(tmp_path: Path) -> None:
    with open_ground(tmp_path, fsync=False) as ground:
        ground.maker.make(0, 3)
        start(ground.maker)
        start(ground.counter)
        eyes = ground.counter.eyes
        stage.wait_until(lambda: eyes.counted() == 3, "events are not handled")

        with pytest.raises(WrongResultError, match="3 events were counted of 2"):
            events.require_handled(ground, 2)


# The state's figures, and newcomers


def test_the_figures_are_asked_for_as_often_as_told(figures: Readiness) -> None:
    assert (figures.assignments, figures.delays.count) == (PEOPLE, 5)


def test_every_newcomer_has_an_assignment_and_is_counted(tiny: Stage, letter: str, arrived: Arrivals) -> None:
    assert (arrived.people, arrived.open_letters, arrived.delays.count) == (PEOPLE, 1, HIRED)
    assert tiny.readiness(letter).state.of == PEOPLE + HIRED
    assert count(tiny.site.database_urls["enrollment"], "SELECT count(*) FROM assignment") == PEOPLE + HIRED


def test_figures_that_count_others_are_refused(tiny: Stage, letter: str, arrived: Arrivals) -> None:
    with pytest.raises(WrongResultError, match=f"counts {PEOPLE + HIRED} of {PEOPLE}"):
        readiness.measure(tiny, letter, 1)


# Audiences


def test_all_audiences_are_there_and_their_members_are_the_rows_of_the_raw_limit(tiny: Stage, kept: Audiences) -> None:
    url = tiny.site.database_urls["directory"]

    assert (kept.audiences, kept.saved.count) == (KEPT, 3)
    # Each that was saved for others is another audience; one more is whom the letter is for.
    assert count(url, "SELECT count(*) FROM audience") == KEPT + kept.saved.count + 1
    assert count(url, "SELECT count(*) FROM raw_audience_member") == kept.memberships > PEOPLE
    other = "SELECT count(*) FROM (SELECT * FROM raw_audience_member EXCEPT SELECT * FROM audience_member) AS other"
    assert count(url, other) == 0


def test_the_recompute_was_a_run_of_the_operators_projection(tiny: Stage, kept: Audiences) -> None:
    url = tiny.site.database_urls["directory"]

    assert count(url, "SELECT count(*) FROM audit WHERE method = 'projections/memberships'") == 1
    assert kept.recompute_seconds > 0
    assert kept.ratio == pytest.approx(kept.recompute_seconds / kept.raw_seconds)


def test_the_twin_of_memberships_has_the_keys_of_the_table(tiny: Stage, kept: Audiences) -> None:
    query = "SELECT count(*) FROM pg_index WHERE indrelid = '{}'::regclass"
    url = tiny.site.database_urls["directory"]

    assert count(url, query.format(raw.twin_of("audience_member"))) == count(url, query.format("audience_member")) > 0


def test_five_hundred_expressions_differ_and_are_of_several_kinds() -> None:
    made = audiences.expressions(reference.load(), AUDIENCES)

    assert len({one.SerializeToString(deterministic=True) for one in made}) >= AUDIENCES * 0.9
    fields = {field.name for one in made for clause in one.include for field, _ in clause.ListFields()}
    assert fields == {"agencies", "regions", "job_classes", "units"}
    assert any(one.exclude for one in made)


# Amendments, and letters among many


def test_everybody_is_asked_again_and_as_many_rows_are_changed_bare(tmp_path: Path) -> None:
    with stage.open_stage(PEOPLE, tmp_path, fsync=False) as opened:
        amended = amend.measure(opened, 1, 1)
        url = opened.site.database_urls["notification"]

        assert (amended.people, amended.runs) == (PEOPLE, 1)
        assert amended.ratio == pytest.approx(amended.seconds / amended.raw_seconds)
        assert count(url, "SELECT max(version) FROM notice") == 2
        opened.require_clean_books()


def test_days_and_words_are_asked_for_among_as_many_letters_as_told(tiny: Stage) -> None:
    found = finding.measure(tiny, 400, 8)

    assert (found.letters, found.register.count, found.search.count) == (400, 8, 8)
    url = tiny.site.database_urls["notification"]
    assert count(url, "SELECT count(*) FROM notice WHERE state = 'HISTORIC'") == 400


def test_letters_of_a_measurement_are_of_all_years_and_some_supersede_others() -> None:
    made = finding.synthetic(KEPT_LETTERS)

    assert len({(one.series, one.number) for one in made}) == KEPT_LETTERS
    # The numbers of this year are those of the letters that a measurement issues.
    assert {one.date[:4] for one in made} == {str(year) for year in range(1990, 2026)}
    named = {f"{one.series} {one.number}" for one in made}
    assert {one.supersedes for one in made} - {""} <= named
    assert sum(bool(one.supersedes) for one in made) > KEPT_LETTERS / 20


def test_a_slow_day_misses_its_budget_and_searches_are_held_to_95_of_100() -> None:
    row = Finding(KEPT_LETTERS, Delays.of([0.001, 0.051]), Delays.of([0.001] * 99 + [0.2]))
    met = {verdict.what: verdict.met for verdict in verdicts(Report([], None, None, [], {}, {}, finding=row))}

    assert met["  slowest"] is False
    assert met["  95 of 100"] is True


# The demonstration


@pytest.mark.timeout(300)
def test_the_demonstrations_first_page_is_reached_signed_in(tmp_path: Path) -> None:
    assert opening.measure(tmp_path) > 0


# Growth and the whole


def test_every_mail_of_an_urgent_letter_is_handed_over_once(tmp_path: Path) -> None:
    mailed = mail.measure(tmp_path, PEOPLE, fsync=False)

    assert PEOPLE / 2 < mailed.mails <= PEOPLE + 200
    assert mailed.per_second > 0


@pytest.mark.parametrize(
    "titles", [["New on your list: L"], ["L was issued. Please confirm it.", "New on your list: L"]]
)
def test_a_mail_that_asks_staff_is_counted_though_it_opens_with_what_an_agency_is_told(titles: list[str]) -> None:
    asking, telling = EmailMessage(), EmailMessage()
    asking["Subject"], asking["Message-ID"] = titles[0], "<1@localhost>"
    asking.set_content("\n\n".join(titles))
    telling["Subject"], telling["Message-ID"] = "L was issued.", "<2@localhost>"

    with mail.open_sink() as (sink, port), SMTP("127.0.0.1", port) as client:
        for each in (telling, asking):
            client.send_message(each, "from@localhost", "to@localhost")

        assert (len(sink.times), sink.ids) == (1, {"<1@localhost>"})


def test_other_systems_are_called_once_for_each_letter_while_some_hang(tmp_path: Path) -> None:
    told = calls.measure(tmp_path, PEOPLE, 2, fsync=False)

    assert (told.connections, told.dead, told.delays.count) == (47, calls.DEAD, 2)


def test_the_slope_of_what_is_linear_is_one() -> None:
    growth = Growth.of("publish", [(10_000, 2.0), (1_000, 0.2), (100_000, 20.0)])

    assert growth.people == [1_000, 10_000, 100_000]
    assert growth.seconds_per_thousand == pytest.approx([0.2, 0.2, 0.2])
    assert growth.slope == pytest.approx(1.0)


def test_what_costs_the_same_at_every_size_has_no_slope_and_what_is_quadratic_has_two() -> None:
    assert Growth.of("x", [(10, 3.0), (1_000, 3.0)]).slope == pytest.approx(0.0)
    assert Growth.of("x", [(10, 1.0), (100, 100.0)]).slope == pytest.approx(2.0)
    assert Growth.of("x", [(10, 1.0)]).slope is None


def test_delays_are_summed_up_in_milliseconds() -> None:
    assert Delays.of([0.003, 0.001, 0.002]) == Delays(3, 2.0, 3.0, 3.0, 3.0)


def test_more_events_a_second_than_the_budget_meet_it_and_fewer_miss_it() -> None:
    row = Events(Throughput.of(3_000, 0.9, 0.5), Throughput.of(5_000, 1.1, 0.5), Delays(1, 1, 101, 101), {})
    report = Report.of([], {}, {}, events=row)
    met = {verdict.what: verdict.met for verdict in verdicts(report)}

    assert met["relay, 3,000 events"] is True
    assert met["consumer, batched, 5,000 events"] is False
    assert met["  99 of 100"] is False


def test_the_figures_budget_compares_the_largest_letter_with_ten_thousand() -> None:
    rows = [Readiness(people, Delays(1, ms, ms, ms)) for people, ms in ((1_000, 9.0), (10_000, 3.0), (1_000_000, 6.0))]

    assert Report([], None, None, [], {}, {}, readiness=rows).readiness_factor == pytest.approx(2.0)
    assert Report([], None, None, [], {}, {}, readiness=rows[:2]).readiness_factor is None


@pytest.mark.timeout(300)
def test_a_whole_run_at_a_tiny_size_reports_every_row(tmp_path: Path) -> None:
    plan = Plan((Size(400, 1, 0, 0, 1, 1.0, 1, 6, 1, 400),), events=200, singles=1)
    kept: list[Report] = []
    report = measure(plan, tmp_path, fsync=False, say=lambda _: None, keep=kept.append)

    assert [row.people for row in report.publish] == [400]
    assert [row.assignments for row in report.readiness] == [400]
    assert report.pages
    assert report.arrivals
    assert report.arrivals.open_letters == 4  # one issued for its own sake, two for the pages, the newest
    assert report.audiences
    assert report.audiences.audiences == 6
    assert report.amended
    assert report.amended.people == 401  # the newcomer is among them
    assert report.finding
    assert report.finding.letters == 400
    assert report.events
    assert [bool(one.events) for one in kept] == [False, True]
    assert not list(tmp_path.iterdir())


def test_the_full_run_measures_every_row_at_its_budgets_size() -> None:
    [size] = [size for size in FULL.sizes if size.people == BUDGET_PEOPLE]

    assert (size.audiences, size.arrivals, FULL.events, FULL.singles, FULL.demo) == (AUDIENCES, 50, 20_000, 200, True)
    assert [size.people for size in FULL.sizes] == [1_000, 10_000, 100_000, 1_000_000]
    assert max(size.people for size in QUICK.sizes) == BUDGET_PEOPLE
    assert QUICK.events
    assert QUICK.singles
    assert FULL.mails == BUDGET_PEOPLE
    assert FULL.calls
    assert (size.amendments, size.kept_letters) == (5, KEPT_LETTERS)


def test_a_report_without_runs_has_no_growth() -> None:
    assert [growth.slope for growth in Report.of([], {}, {}).growth] == [None, None]


def test_publish_and_roster_grow_by_their_own_seconds() -> None:
    report = Report(
        [Publish.of(people, [people / 1e5], [1.0]) for people in (1_000, 10_000)],
        None,
        None,
        [Roster(people, people, 1.0) for people in (1_000, 10_000)],
        {},
        {},
    )

    assert [(growth.what, growth.slope) for growth in report.growth] == [
        ("publish", pytest.approx(1.0)),
        ("roster", pytest.approx(0.0)),
    ]
