"""The benchmark measures what it says: on real servers, at a tiny size. Timing decides none of these tests."""

import json
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from statistics import median

import psycopg
import pytest
from rich.console import Console

from cadre_tools.bench import callers, learning, publish, raw, servers, stage
from cadre_tools.bench.command import FULL, QUICK
from cadre_tools.bench.report import Calls, Measured, Publish, Report, Roster
from cadre_tools.bench.servers import NotDurableError
from cadre_tools.bench.stage import Stage, WrongResultError
from cadre_tools.bench.verdicts import show, verdicts

PEOPLE = 400
LETTERS = 2
CALLS = 50

pytestmark = pytest.mark.release


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage.open_stage(PEOPLE, tmp_path_factory.mktemp("bench"), fsync=False) as opened:
        yield opened
        opened.require_clean_books()


@pytest.fixture(scope="module")
def issued(tiny: Stage) -> Publish:
    return publish.measure(tiny, LETTERS)


@pytest.fixture(scope="module")
def completed(tiny: Stage, issued: Publish) -> Calls:
    notice, _ = publish.issue(tiny, 50, tiny.course)
    return learning.completions(tiny, notice, CALLS)


@pytest.fixture(scope="module")
def confirmed(tiny: Stage, issued: Publish) -> Calls:
    notice, _ = publish.issue(tiny, 55, tiny.course)
    return learning.confirmations(tiny, notice, CALLS)


@pytest.fixture(scope="module")
def submitted(tiny: Stage, issued: Publish) -> Calls:
    notice, _ = publish.issue(tiny, 60, tiny.tested_course)
    return learning.sittings(tiny, notice, CALLS)


def count(url: str, query: str) -> int:
    with psycopg.connect(servers.driver_url(url)) as connection:
        row = connection.execute(query).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return int(row[0])


# The stage


def test_the_stage_has_as_many_people_as_asked_for_and_all_get_the_letters(tiny: Stage) -> None:
    assert (tiny.people, tiny.roster.people) == (PEOPLE, PEOPLE)
    assert tiny.roster.rows > PEOPLE  # second jobs and the state's own staff are rows too
    assert tiny.roster.seconds > 0


# Issuing


def test_issuing_is_measured_as_often_as_asked_beside_the_raw_limit(issued: Publish) -> None:
    assert (issued.people, issued.runs) == (PEOPLE, LETTERS)
    assert 0 < issued.min <= issued.seconds <= issued.max
    assert 0 < issued.raw_min <= issued.raw_seconds <= issued.raw_max
    assert issued.ratio == pytest.approx(issued.seconds / issued.raw_seconds)


@pytest.mark.parametrize(("service", "table"), [("notification", "recipient"), ("enrollment", "assignment")])
def test_the_raw_limit_writes_as_many_rows_as_the_product(
    tiny: Stage, issued: Publish, service: str, table: str
) -> None:
    url = tiny.site.database_urls[service]

    assert count(url, f"SELECT count(*) FROM raw_{table}") == PEOPLE * LETTERS
    assert count(url, f"SELECT count(*) FROM (SELECT * FROM raw_{table} EXCEPT SELECT * FROM {table}) AS other") == 0


DESCRIBE = {
    "keys and indexes": "SELECT indexdef FROM pg_indexes WHERE tablename = %s",
    "columns": """
        SELECT format('%%s %%s %%s', attname, format_type(atttypid, atttypmod), attnotnull)
        FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0
    """,
    "checks": "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'",
    "storage": "SELECT unnest(reloptions) FROM pg_class WHERE oid = %s::regclass",
}


@pytest.mark.parametrize("what", DESCRIBE)
@pytest.mark.parametrize(
    ("service", "table", "measured"),
    [
        ("notification", "recipient", "issued"),
        ("enrollment", "assignment", "issued"),
        ("enrollment", "completion", "completed"),
        ("notification", "acknowledgement", "confirmed"),
        ("evaluation", "sitting", "submitted"),
    ],
)
def test_the_twin_of_a_table_has_the_same(
    request: pytest.FixtureRequest, tiny: Stage, service: str, table: str, measured: str, what: str
) -> None:
    request.getfixturevalue(measured)

    real, twin = (described(tiny, service, name, DESCRIBE[what]) for name in (table, raw.twin_of(table)))

    assert real == twin
    assert real or what in {"checks", "storage"}


def described(tiny: Stage, service: str, table: str, query: str) -> list[str]:
    """What the catalogue says of a table, without its own and its indexes' names."""
    with psycopg.connect(servers.driver_url(tiny.site.database_urls[service])) as connection:
        rows = [row[0] for row in connection.execute(query, [table])]  # type: ignore[arg-type]
    return sorted(" ".join(word for word in row.split() if table not in word and "_key" not in word) for row in rows)


def test_the_storage_of_a_twin_is_compared_where_it_is_told(tiny: Stage, issued: Publish) -> None:
    assert described(tiny, "enrollment", "assignment", DESCRIBE["storage"])


def test_twins_have_no_triggers(tiny: Stage, issued: Publish) -> None:
    query = "SELECT count(*) FROM pg_trigger WHERE tgrelid = '{}'::regclass AND NOT tgisinternal"
    url = tiny.site.database_urls["enrollment"]

    assert count(url, query.format("assignment")) > 0
    assert count(url, query.format("raw_assignment")) == 0


# Single calls


@pytest.mark.parametrize("measured", ["completed", "confirmed", "submitted"])
def test_single_calls_are_counted_timed_and_seen_by_the_state(request: pytest.FixtureRequest, measured: str) -> None:
    calls: Calls = request.getfixturevalue(measured)

    assert (calls.count, calls.callers) == (CALLS, callers.CALLERS)
    assert 0 < calls.seconds <= calls.visible_seconds
    assert calls.per_second == pytest.approx(CALLS / calls.seconds)
    assert calls.ratio == pytest.approx(calls.seconds / calls.raw_seconds)
    assert 0 < calls.p50_ms <= calls.p99_ms


def test_each_completion_is_a_row_of_the_product_and_one_of_the_raw_limit(tiny: Stage, completed: Calls) -> None:
    url = tiny.site.database_urls["enrollment"]

    assert count(url, "SELECT count(*) FROM raw_completion") == CALLS
    assert count(url, "SELECT count(*) FROM (SELECT * FROM raw_completion EXCEPT SELECT * FROM completion) AS x") == 0


def test_more_people_than_there_are_cannot_be_measured(tiny: Stage, issued: Publish) -> None:
    notice, _ = publish.issue(tiny, 70, tiny.course)

    with pytest.raises(WrongResultError, match=f"Only {PEOPLE} of {PEOPLE + 1}"):
        learning.completions(tiny, notice, PEOPLE + 1)


def test_a_call_that_fails_fails_the_run() -> None:
    def act(n: int) -> int:
        return 1 // (n - 70)

    with pytest.raises(ZeroDivisionError):
        callers.run(act, range(100))


def test_nothing_to_do_is_no_measurement() -> None:
    with pytest.raises(ValueError, match="nothing to do"):
        callers.run(str, [])


def test_callers_do_all_work_once_each_its_share() -> None:
    timing = callers.run(str, range(100))

    assert sorted(timing.answers, key=int) == [str(n) for n in range(100)]
    assert len(timing.calls) == 100
    assert timing.calls == sorted(timing.calls)


# What makes figures worth something


def test_the_settings_are_those_of_the_servers(tiny: Stage) -> None:
    assert servers.settings_of(tiny.site) == {
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "on",
        "sync_interval": "120s",
    }


def test_what_is_not_durable_is_refused(tiny: Stage) -> None:
    with pytest.raises(NotDurableError, match="fsync"):
        servers.require_durable(servers.settings_of(tiny.site), tiny.site.data_dir)


@pytest.mark.parametrize("setting", servers.DURABLE)
def test_each_setting_alone_is_refused(setting: str) -> None:
    with pytest.raises(NotDurableError, match=setting):
        servers.require_durable({**servers.DURABLE, setting: "off"}, Path.cwd())


def test_full_durability_in_memory_is_refused() -> None:
    with pytest.raises(NotDurableError, match="is memory"):
        servers.require_durable(servers.DURABLE, Path("/dev/shm"))


def test_a_service_with_settings_of_its_own_is_refused(tiny: Stage) -> None:
    url = tiny.site.database_urls["evaluation"]
    with psycopg.connect(servers.driver_url(url), autocommit=True) as connection:
        connection.execute("ALTER ROLE evaluation SET synchronous_commit = off")
        try:
            with pytest.raises(NotDurableError, match="every service the same"):
                servers.settings_of(tiny.site)
        finally:
            connection.execute("ALTER ROLE evaluation RESET synchronous_commit")


def test_wrong_books_are_refused(tiny: Stage, completed: Calls) -> None:
    url = tiny.site.database_urls["notification"]
    with psycopg.connect(servers.driver_url(url), autocommit=True) as connection:
        connection.execute("ALTER TABLE readiness DISABLE TRIGGER USER")
        connection.execute("UPDATE readiness SET trained = trained + 1 WHERE agency_id = ''")
        try:
            with pytest.raises(WrongResultError, match="drift"):
                tiny.require_clean_books()
        finally:
            connection.execute("UPDATE readiness SET trained = trained - 1 WHERE agency_id = ''")
            connection.execute("ALTER TABLE readiness ENABLE TRIGGER USER")


# The report


def publish_row(people: int, seconds: float) -> Publish:
    return Publish.of(people, [seconds] * 3, [seconds / 2] * 3)


CALLS_ROW = Calls(10_000, 32, 14.0, 15.0, 714.0, 40.0, 90.0, 3.0, 14 / 3)


def report(*rows: Publish, completions: Calls | None = None) -> Report:
    measured = [Measured(row, Roster(row.people, row.people, 1.0), None, None) for row in rows]
    measured[-1] = replace(measured[-1], completions=completions)
    return Report.of(measured, servers.DURABLE, {"cores": 2})


def test_the_median_of_the_runs_is_reported() -> None:
    row = Publish.of(1_000, [3.0, 1.0, 2.0], [1.0, 4.0, 0.5])

    assert (row.seconds, row.raw_seconds, row.ratio) == (2.0, 1.0, 2.0)
    assert (row.min, row.max, row.raw_min, row.raw_max) == (1.0, 3.0, 0.5, 4.0)
    assert row.seconds == median([3.0, 1.0, 2.0])


def test_the_linear_factor_compares_the_largest_size_with_the_budgets() -> None:
    assert report(publish_row(10_000, 0.2), publish_row(100_000, 2.4)).linear_factor == pytest.approx(1.2)


def test_without_a_larger_size_there_is_no_linear_factor() -> None:
    assert report(publish_row(1_000, 0.1), publish_row(10_000, 0.2)).linear_factor is None


def test_the_file_holds_all_figures(tiny: Stage, issued: Publish, completed: Calls, submitted: Calls) -> None:
    measured = [Measured(issued, tiny.roster, completed, submitted)]
    machine = servers.machine_of(tiny.site)
    reported = Report.of(measured, servers.settings_of(tiny.site), machine)
    written = json.loads(text := json.dumps(reported.as_json()))

    assert Report.from_json(text) == reported
    assert {
        "publish",
        "linear_factor",
        "completions",
        "confirmations",
        "sittings",
        "roster",
        "settings",
        "machine",
    } <= set(written)
    assert {"pages", "events", "arrivals", "audiences", "readiness", "readiness_factor", "growth"} <= set(written)
    assert {"people", "seconds", "raw_seconds", "ratio", "runs", "min", "max"} <= set(written["publish"][0])
    assert {"count", "callers", "seconds", "visible_seconds", "raw_seconds", "ratio"} <= set(written["completions"])
    assert set(written["completions"]) == set(written["sittings"])
    assert set(written["settings"]) == {"fsync", "synchronous_commit", "full_page_writes", "sync_interval"}
    assert {"cores", "python", "postgres", "nats", "date", "file_system"} <= set(written["machine"])


def test_budgets_are_held_against_the_sizes_that_they_are_for() -> None:
    shown = list(verdicts(report(publish_row(1_000, 9.0), publish_row(10_000, 0.4), completions=CALLS_ROW)))

    assert [verdict.met for verdict in shown] == [None, None, False, True, False, True, None, None, True, None, None]


def test_the_table_says_what_was_missed_and_by_how_much() -> None:
    page = StringIO()
    show(Console(width=160, file=page), report(publish_row(10_000, 0.4), completions=CALLS_ROW))
    text = page.getvalue()

    assert "missed by 0.1 s" in text
    assert "missed by 6 s" in text
    assert "met" in text
    assert "fsync on" in text


def test_the_budgets_size_is_among_those_that_are_measured() -> None:
    for plan in (QUICK, FULL):
        assert [size.completions for size in plan.sizes if size.people == 10_000] == [10_000]
