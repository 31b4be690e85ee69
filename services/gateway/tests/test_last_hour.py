"""The last hour in Operations: each minute in its place, what is not known is a gap, and words beside every line."""

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from cadre.operations.v1 import operations_service_pb2 as pb
from gateway import watch
from gateway.app import environment
from gateway.operations import health, last_hour
from gateway.words import sentences
from servicekit.settings import Settings

NOW = datetime(2026, 11, 23, 18, 0, 30, tzinfo=UTC)
ENVIRONMENT = environment()


def status(*minutes, newest=30, every=60.0, dead_letters=0):
    """A status whose last minute ended *newest* seconds ago; of each one calls, failures, oldest, waiting."""
    made = pb.Status(dead_letters=dead_letters)
    for n, (calls, failures, oldest, waiting) in enumerate(minutes):
        one = made.minutes.add(calls=calls, failures=failures, oldest_seconds=oldest, waiting=waiting)
        one.end_time.FromDatetime(NOW - timedelta(seconds=newest + every * (len(minutes) - 1 - n)))
    return made


def rows(**statuses):
    """The row of all services, that of the pages, then one for each service."""
    whole = health.Node("Cadre", parts=[health.Node(name) for name in ("gateway", *statuses)])
    return last_hour.rows(statuses, pb.Status(service="gateway"), whole, NOW)


def test_minutes_stand_in_their_places_and_the_hour_before_a_start_is_empty():
    *_, row = rows(directory=status((3, 0, None, 0), (4.5, 0.5, 0.2, 7)))

    calls, failures, waiting, oldest = row.lines
    assert calls.values == (*[None] * 58, 3, 4.5)
    assert failures.values[-2:] == (0, 0.5)
    assert oldest.values[-2:] == (None, 0.2)
    assert waiting.values[-2:] == (0, 7)
    assert [line.said for line in row.lines] == ["4.5", "0.5", "7", "0.2"]
    assert [line.late for line in row.lines] == [False, True, False, False]


def test_minutes_that_are_a_little_longer_leave_no_hole():
    *_, row = rows(directory=status(*[(n, 0, None, 0) for n in range(60)], every=60.4))

    assert row.lines[0].values == tuple(range(60))


def test_what_is_older_than_an_hour_is_not_shown_and_a_service_that_fell_silent_has_a_gap_at_the_end():
    *_, row = rows(directory=status((3, 0, None, 0), (4, 0, None, 0), newest=150))
    assert row.lines[0].values == (*[None] * 56, 3, 4, None, None)

    *_, row = rows(directory=status((3, 0, None, 0), newest=4000))
    assert row.lines[0].values == (None,) * 60


def test_all_services_are_the_sum_of_each_and_as_late_as_the_oldest():
    together, *_ = rows(
        directory=status((3, 0, 0.2, 4), dead_letters=1), evaluation=status((1, 0.5, 90, None), dead_letters=2)
    )

    assert [line.said for line in together.lines] == ["4", "0.5", "4", "90"]
    assert [line.late for line in together.lines] == [False, True, False, True]
    assert (together.title, together.dead_letters) == ("All services", 3)


def test_a_service_that_has_just_started_says_so_in_words_and_draws_nothing():
    *_, row = rows(directory=status())

    assert [(line.said, line.spoken) for line in row.lines] == [("Not yet", "")] * 4
    assert [row.title for row in rows()] == ["All services", "Pages of the gateway"]


def test_pages_are_counted_and_those_that_failed(site):
    """By the figures that the process has: every answer is a page, and a failure is one of ours."""
    history = watch.remember(site.registry, lambda: NOW)
    for path in ("/healthz", "/sign-in", "/there/is/no/such/page"):
        site.browser.get(path)

    history.take()

    (minute,) = history.minutes()
    assert minute.calls > 0
    assert (minute.failures, minute.waiting.events, minute.at) == (0, None, NOW)


def test_a_figure_has_a_point_only_where_it_says_something_and_is_not_0_when_it_is_not():
    _, _, row = rows(directory=status((33.04, 0.04, 99.96, 1204)))

    assert [line.said for line in row.lines] == ["33", "under 0.1", "1,204", "100"]


def page(**statuses):
    pages = status((2, 0.1, None, None), (3, 0, None, None))
    pages.service = "gateway"
    tree = health.tree(statuses, gateway=health.Node("gateway"), processes=[])
    visit = SimpleNamespace(
        sign_in=None,
        menu=[],
        today=NOW.date(),
        now=NOW,
        request=SimpleNamespace(url=SimpleNamespace(path="/", query="")),
        gateway=SimpleNamespace(settings=Settings(service="gateway")),
    )
    sums = SimpleNamespace(
        to_send=0, to_handle=0, dead_letters=0, calls=0, failures=0, releases=("1",), schemas_differ=0, not_ready=0
    )
    return ENVIRONMENT.get_template("operations/operations.html").render(
        visit=visit,
        say=sentences,
        demo=False,
        done="",
        tree=tree,
        needs=[],
        statuses=statuses,
        processes=[],
        sums=sums,
        hour=last_hour.rows(statuses, pages, tree, NOW),
    )


def test_the_page_has_the_figure_beside_its_line_and_the_line_in_words():
    drawn = page(directory=status((3, 0, None, 0), (22.5, 0, 0.2, 1204)), curriculum=status())

    assert re.findall(r'class="hour__now">([^<]*)<', drawn) == [
        *("22.5", "0", "1,204", "0.2"),
        *("3", "0"),
        *["Not yet"] * 4,
        *("22.5", "0", "1,204", "0.2"),
    ]
    assert 'aria-label="Calls a second in the last hour: 3 first, at most 22.5, 22.5 now"' in drawn
    assert drawn.count('class="spark"') == 2 * 3 + 2
