"""Writes in company do what writes one by one do: the same rows, the same answers, whoever waits, whatever fails.

Run as a script it is a process that adds up in company and is killed in the middle.
"""

import contextlib
import math
import os
import signal
import subprocess
import sys
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple

import psycopg
import pytest
import sqlalchemy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cadre.directory.v1 import events_pb2
from cadre.operations.v1 import operations_service_pb2 as pb
from servicekit import trace
from servicekit.data.company import MOST_TOGETHER, Asked, Company
from servicekit.data.db import Database, Replayed
from servicekit.refusals import InvalidField, NotFound, Refusal, RequestIdReused
from servicekit.testing.plans import require_by_key, scans
from servicekit.testing.waiting import wait_until

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
COUNTERS = range(4)
# Of an amount: refused, and an error of the service.
REFUSED, WRONG = 0, 13


class Counter(NamedTuple):
    id: int
    n: int


@dataclass(frozen=True)
class Addition:
    """Somebody adds to a counter."""

    counter: int
    amount: int

    @property
    def key(self):
        return self.counter


def add_up(db, group):
    """Add what each wants to their counter; each is told the sum."""
    rows = db.all(
        Counter,
        "SELECT id, n FROM counter WHERE id = ANY(%(ids)s) ORDER BY id FOR UPDATE" + group.waits,
        ids=[one.what.counter for one in group],
    )
    known = {row.id: row.n for row in rows}
    for one in group:
        with group.deciding(one):
            if one.what.amount == REFUSED:
                raise InvalidField("amount", one.what.amount, "must add something")
            if one.what.counter not in known and group.alone:
                raise NotFound(f"counters/{one.what.counter}")
            if one.what.counter not in known:
                continue
            if one.what.amount == WRONG:
                raise ZeroDivisionError
            one.result = known[one.what.counter] + one.what.amount
            one.changed(f"counters/{one.what.counter}", after={"added": one.what.amount})
            one.emit(events_pb2.PersonLeft(person_ids=[one.actor, str(one.what.amount)]))
    done = group.record(db)
    if not done:
        return
    db.run(
        "UPDATE counter SET n = given.n FROM unnest(%(ids)s::int[], %(sums)s::int[]) AS given (id, n)"
        " WHERE counter.id = given.id",
        ids=[one.what.counter for one in done],
        sums=[one.result for one in done],
    )


def answer_of(total):
    return pb.DeadLetter(name=str(total))


def ask(counter, amount, *, request_id=None, actor="people/1"):
    request = pb.DiscardDeadLetterRequest(name=str(counter), reason=str(amount))
    number = request_id or str(uuid.uuid4())
    return Asked(Addition(counter, amount), actor=actor, at=NOW, request_id=number, request=request)


def company_at(database, act=add_up):
    return Company(database, "Kit/Add", act, answer_of)


def outcome(company, asked):
    """What a caller gets: a sum, an answer that was given before, or a refusal."""
    try:
        return int(company.write(asked).name)
    except Replayed as replayed:
        return int(pb.DeadLetter.FromString(replayed.answer).name)
    except (Refusal, ZeroDivisionError) as error:
        return type(error).__name__


def written(url):
    """All that there is after it, but for ids and the order of those who came together."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:

        def rows(sql):
            return sorted(connection.execute(sql).fetchall())

        return {
            "counters": rows("SELECT id, n FROM counter"),
            "audit": rows("SELECT actor, method, resource, reason, before::text, after::text, at FROM audit"),
            "answered": rows("SELECT caller, method, request_id, request_sha256, at FROM idempotency"),
            "events": rows("SELECT subject, payload, headers::text, at FROM outbox"),
        }


@pytest.fixture
def counting(kit_app, new_database):
    """The URL of a new database with some counters."""

    def made():
        url = new_database(kit_app)
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("CREATE TABLE counter (id int PRIMARY KEY, n int NOT NULL)")
            connection.execute("INSERT INTO counter SELECT n, 0 FROM generate_series(0, 3) AS n")
            connection.execute(
                "CREATE TRIGGER needs_audit_row AFTER INSERT OR UPDATE OR DELETE ON counter"
                " FOR EACH STATEMENT EXECUTE FUNCTION needs_audit_row()"
            )
        return url

    return made


@pytest.fixture
def url(counting):
    return counting()


@pytest.fixture
def database(url):
    database = Database(url)
    yield database
    database.dispose()


def test_a_request_that_was_answered_under_the_methods_former_name_is_known_again(url, database):
    before = Company(database, "Things/Add", add_up, answer_of)
    now = Company(database, "Kit/Add", add_up, answer_of, formerly="Things/Add")
    number = str(uuid.uuid4())

    assert outcome(before, ask(1, 5, request_id=number)) == outcome(now, ask(1, 5, request_id=number)) == 5
    assert written(url)["counters"][1] == (1, 5)


def more_counters(url, first, last):
    """Make counters by no write of ours."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("INSERT INTO counter SELECT n, 0 FROM generate_series(%s::int, %s::int) AS n", [first, last])


@contextlib.contextmanager
def held(company, threads):
    """Keep the first caller at work until so many others wait; they are the next group.

    Gives what starts a caller; a future is what they get.
    """
    begun, go_on = threading.Event(), threading.Event()
    act = company._act

    def slowly(db, group):
        begun.set()
        assert go_on.wait(60)
        act(db, group)

    company._act = slowly
    with ThreadPoolExecutor(threads) as pool:

        def start(asked):
            future = pool.submit(outcome, company, asked)
            assert begun.wait(60)
            return future

        started = []
        yield lambda asked: started.append(start(asked)) or started[-1]
        wait_until(lambda: len(company._waiting) == len(started) - 1, "not all of them wait")
        go_on.set()


# Where a process may be killed: before each statement of a group, and around its commit.
LINES = ("begin", "lock", "record", "save", "before the commit", "after the commit")
REQUESTS = st.lists(
    st.tuples(
        st.sampled_from([*COUNTERS, 99]), st.sampled_from([REFUSED, 1, 2, 5, WRONG]), st.sampled_from("abcdefghij")
    ),
    min_size=2,
    max_size=12,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(REQUESTS)
def test_in_company_everybody_gets_and_leaves_what_they_would_one_by_one(counting, requests):
    # The same person, amount and counter under one id is the same request; anything else is another.
    requests = [(counter, amount, f"{counter} {amount} {n}") for counter, amount, n in requests]
    alone, together = counting(), counting()
    with contextlib.closing(Disposed(alone)) as one, contextlib.closing(Disposed(together)) as many:
        single, company = company_at(one.database), company_at(many.database)
        expected = [outcome(single, ask(c, a, request_id=n)) for c, a, n in requests]

        with held(company, len(requests)) as start:
            futures = [start(ask(c, a, request_id=n)) for c, a, n in requests]
        got = [future.result(60) for future in futures]

    assert written(together) == written(alone)
    # Sums depend on who came first; refusals and their reasons do not.
    assert [str(x) if isinstance(x, str) else "sum" for x in got] == [
        str(x) if isinstance(x, str) else "sum" for x in expected
    ]
    # Each sum is the one before, in whatever order they came, with one request's amount on top.
    for counter in COUNTERS:
        made = {
            n: (amount, x)
            for (c, amount, n), x in zip(requests, got, strict=True)
            if c == counter and isinstance(x, int)
        }
        sums = sorted(x for _, x in made.values())
        assert sorted(b - a for a, b in pairwise([0, *sums])) == sorted(amount for amount, _ in made.values())


class Disposed:
    """A database that can be closed."""

    def __init__(self, url):
        self.database = Database(url)

    def close(self):
        self.database.dispose()


def test_who_waits_while_others_are_written_shares_one_transaction(database, url):
    company = company_at(database)
    company.observe = (sizes := []).append
    with held(company, 4) as start:
        futures = [start(ask(counter, 1)) for counter in COUNTERS]
    assert [future.result(60) for future in futures] == [1, 1, 1, 1]
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        groups = connection.execute("SELECT count(*) FROM audit GROUP BY xid ORDER BY 1").fetchall()
    assert groups == [(1,), (3,)]
    assert sizes == [1, 3]


def came_a_moment_ago(company, people, *, patience, ended):
    """As if a group of so many had just been done."""
    company._expected, company._patience, company._ended = people, patience, ended


def test_after_a_group_of_many_the_next_one_gathers_until_as_many_are_there(database, url):
    more_counters(url, 100, 110)
    company = company_at(database)
    company.observe = (sizes := []).append
    came_a_moment_ago(company, 9, patience=60, ended=math.inf)
    with ThreadPoolExecutor(9) as pool:
        futures = [pool.submit(outcome, company, ask(100 + n, 1)) for n in range(9)]
        assert [future.result(60) for future in futures] == [1] * 9
    assert sizes == [9]


def test_who_comes_when_the_others_do_not_is_not_kept_for_long(database):
    company = company_at(database)
    came_a_moment_ago(company, 9, patience=0.02, ended=math.inf)
    assert outcome(company, ask(0, 1)) == 1


@pytest.mark.parametrize(("people", "ended"), [(9, -math.inf), (7, math.inf)], ids=["long ago", "few"])
def test_who_comes_long_after_the_others_or_after_few_waits_for_nobody(database, people, ended):
    company = company_at(database)
    came_a_moment_ago(company, people, patience=threading.TIMEOUT_MAX, ended=ended)
    assert outcome(company, ask(0, 1)) == 1


def test_those_who_want_the_same_row_come_one_after_another(database):
    company = company_at(database)
    with held(company, 5) as start:
        futures = [start(ask(0, 1)) for _ in range(5)]
    assert sorted(future.result(60) for future in futures) == [1, 2, 3, 4, 5]


def test_more_than_a_group_holds_are_done_in_several(database, url):
    more_counters(url, 100, 300)
    company = company_at(database)
    with held(company, MOST_TOGETHER + 20) as start:
        futures = [start(ask(100 + n, 1)) for n in range(MOST_TOGETHER + 20)]
    assert {future.result(60) for future in futures} == {1}


def test_who_is_refused_leaves_nothing_and_harms_nobody(database, url):
    company = company_at(database)
    with held(company, 3) as start:
        futures = [start(ask(0, 1)), start(ask(1, REFUSED)), start(ask(2, 1))]
    assert [future.result(60) for future in futures] == [1, "InvalidField", 1]
    left = written(url)
    assert len(left["audit"]) == len(left["answered"]) == len(left["events"]) == 2


def test_a_refusal_after_a_result_leaves_nothing_of_it(database, url):
    def hasty(db, group):
        for one in group:
            with group.deciding(one):
                one.result = 1
                one.emit(events_pb2.PersonLeft(person_ids=["x"]))
                raise InvalidField("amount", one.what.amount, "comes too late")
        group.record(db)

    assert outcome(company_at(database, hasty), ask(0, 1)) == "InvalidField"
    left = written(url)
    assert left["audit"] == left["answered"] == left["events"] == []


def test_one_event_tells_of_several_and_names_the_traces_of_all(database, url):
    def told_at_once(db, group):
        for one in group:
            with group.deciding(one):
                if one.what.amount == REFUSED:
                    raise InvalidField("amount", one.what.amount, "must add something")
                one.result = 1
        done = [one for one in group if one.decided]
        if done:
            group.emit(events_pb2.PersonLeft(person_ids=[one.actor for one in done]), done)
        group.record(db)

    def asked(counter, amount=1):
        with trace.work("page"):
            return trace.current.get(), ask(counter, amount, actor=f"people/{counter}")

    company = company_at(database, told_at_once)
    (_, first), (second_trace, second), (_, refused), (fourth_trace, fourth) = map(asked, COUNTERS, (1, 1, REFUSED, 1))
    with held(company, 4) as start:
        futures = [start(one) for one in (first, second, refused, fourth)]
    assert [future.result(60) for future in futures] == [1, 1, "InvalidField", 1]
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        rows = connection.execute("SELECT payload, headers FROM outbox ORDER BY seq").fetchall()
    assert [list(events_pb2.PersonLeft.FromString(payload).person_ids) for payload, _ in rows] == [
        ["people/0"],
        ["people/1", "people/3"],
    ]
    assert rows[1][1] == {trace.HEADER: second_trace, trace.ALSO: fourth_trace}


def test_what_fails_for_who_was_by_themselves_is_tried_once(database):
    tries = []

    def wrong(db, group):
        tries.append(group.alone)
        raise ZeroDivisionError

    assert outcome(company_at(database, wrong), ask(0, 1)) == "ZeroDivisionError"
    assert tries == [False]


def test_an_error_of_one_is_that_ones_alone(database, url):
    company = company_at(database)
    with held(company, 4) as start:
        futures = [start(ask(0, 1)), start(ask(1, WRONG)), start(ask(2, 1)), start(ask(3, 1))]
    assert [future.result(60) for future in futures] == [1, "ZeroDivisionError", 1, 1]
    assert len(written(url)["audit"]) == 3


def test_who_wants_a_row_that_somebody_else_has_locked_holds_up_nobody(database, url):
    company = company_at(database)
    with ThreadPoolExecutor(2) as pool, psycopg.connect(url.replace("+psycopg", "")) as other:
        other.execute("SELECT FROM counter WHERE id = 0 FOR UPDATE")
        waits = pool.submit(outcome, company, ask(0, 1))
        assert [outcome(company, ask(counter, 1)) for counter in (1, 2, 3, 1)] == [1, 1, 1, 2]
        assert not waits.done()
        other.rollback()
        assert waits.result(60) == 1


def test_the_same_request_sent_twice_at_once_is_done_once(database, url):
    company = company_at(database)
    with held(company, 4) as start:
        futures = [start(ask(1, 1)), *(start(ask(0, 5, request_id="twice")) for _ in range(3))]
    assert [future.result(60) for future in futures] == [1, 5, 5, 5]
    assert len(written(url)["audit"]) == 2


def test_the_same_request_in_two_processes_is_done_once(database, url):
    with contextlib.closing(Disposed(url)) as other, ThreadPoolExecutor(2) as pool:
        companies = [company_at(database), company_at(other.database)]
        for n in range(20):
            futures = [pool.submit(outcome, one, ask(0, 1, request_id=f"twice {n}")) for one in companies]
            assert [future.result(60) for future in futures] == [n + 1, n + 1]


def test_another_request_under_a_known_id_is_refused(database):
    company = company_at(database)
    assert outcome(company, ask(0, 1, request_id="known")) == 1
    with pytest.raises(RequestIdReused):
        company.write(ask(0, 2, request_id="known"))
    assert outcome(company, ask(0, 1, request_id="known", actor="people/2")) == 2


def test_what_is_decided_but_not_recorded_is_an_error_and_leaves_nothing(database, url):
    def forgetful(db, group):
        for one in group:
            one.result = 1

    with pytest.raises(RuntimeError, match="did not record"):
        company_at(database, forgetful).write(ask(0, 1))
    assert written(url)["audit"] == []


def test_known_requests_are_found_by_their_key_also_where_nobody_made_statistics(database, url):
    company = company_at(database)
    tables = ("counter", "idempotency")
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        for table in tables:
            connection.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = false)")
        # So often that the server keeps the plan, and made it while there was nothing to find.
        for n in range(12):
            outcome(company, ask(0, 1, request_id=f"first {n}"))
        more_counters(url, 100, 20_000)
        connection.execute(
            "INSERT INTO idempotency SELECT 'people/9', 'Kit/Add', n::text, '', '', now()"
            " FROM generate_series(1, 20000) AS n"
        )
    before = scans(database, tables)

    for n in range(20):
        outcome(company, ask(100 + n, 1))

    require_by_key(database, before)


@pytest.mark.parametrize("line", range(len(LINES)), ids=LINES)
def test_killed_at_any_line_nothing_is_half_done_and_everybody_may_ask_again(line, url):
    requests = [(counter, counter + 1, f"request {counter}") for counter in COUNTERS]
    run = [sys.executable, __file__, url, str(line), *(f"{c},{a},{n}" for c, a, n in requests)]

    killed = subprocess.run(run, capture_output=True, text=True, timeout=100, check=False)

    assert killed.returncode == -signal.SIGKILL, killed.stderr
    left = written(url)
    # The first caller was alone; of the others there is all or nothing.
    done = 4 if LINES[line] == "after the commit" else 1
    assert [len(left[what]) for what in ("audit", "answered", "events")] == [done] * 3
    assert sum(n > 0 for _, n in left["counters"]) == done
    with contextlib.closing(Disposed(url)) as again:
        company = company_at(again.database)
        assert [outcome(company, ask(c, a, request_id=n)) for c, a, n in requests] == [1, 2, 3, 4]
    assert len(written(url)["audit"]) == 4
    assert written(url)["counters"] == [(0, 1), (1, 2), (2, 3), (3, 4)]


def killed_at(url, line, requests):
    """Have all ask at once, and end this process where the second group is at its *line*-th statement."""
    database = Database(url)
    company = company_at(database)
    groups, statements = [], []
    act = company._act

    def counted(db, group):
        groups.append(group)
        act(db, group)

    company._act = counted

    def end(*_):
        os.kill(os.getpid(), signal.SIGKILL)

    @sqlalchemy.event.listens_for(database.engine, "before_cursor_execute")
    def look(*_):
        if groups and not company._waiting:
            statements.append(1)
            if len(statements) > line:
                end()

    @sqlalchemy.event.listens_for(database.engine, "commit")
    def commits(*_):
        if len(groups) == 2 and LINES[line] == "before the commit":
            end()

    database.on_commit(lambda: end() if len(groups) == 2 else None)
    with held(company, len(requests)) as start:
        for counter, amount, number in requests:
            start(ask(int(counter), int(amount), request_id=number))


if __name__ == "__main__":
    killed_at(sys.argv[1], int(sys.argv[2]), [given.split(",") for given in sys.argv[3:]])
