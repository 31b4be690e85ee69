"""After any edits, what is stored is what a recount gives, and both are what the rules say."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from directory import membership
from directory.audiences import additions, audiences, audits, queries
from directory.audiences import rules as expressions
from directory.people import employment, grants, leave, people
from directory.rules.spells import JobOverlaps, LeaveOverlaps, NoCurrentJob
from servicekit.calendar import pacific_date
from servicekit.refusals import Refusal
from servicekit.rpc.calls import Scope
from servicekit.testing.looking import dicts

EVERYWHERE = Scope(whole=True, resources=frozenset(), person="")
AGENCIES = ("lake", "los-angeles", "mendocino", "dcss")
CLASSES = ("attorney", "supervisor")
UNITS = ("legal", "intake", "locate")
PEOPLE = 5

some = lambda values: st.lists(st.sampled_from(values), max_size=2).map(lambda each: tuple(sorted(set(each))))  # noqa: E731
clause = st.builds(
    expressions.Clause,
    agencies=some(AGENCIES),
    regions=some(["Northern", "Southern"]),
    job_classes=some(CLASSES),
    units=some(UNITS),
    roles=some(["supervisor", "approver"]),
)
expression = st.builds(
    expressions.Expression,
    st.lists(st.builds(replace, clause, recorded_units_only=st.booleans()), min_size=1, max_size=2).map(tuple),
    st.lists(clause.filter(lambda each: each != expressions.Clause()), max_size=2).map(tuple),
)
person = st.integers(0, PEOPLE - 1)
agency = st.sampled_from(AGENCIES)
days = st.integers(-5, 5)
edit = st.one_of(
    st.tuples(st.just("job"), person, agency, days, some(UNITS)),
    st.tuples(st.just("change"), person, agency, st.sampled_from(CLASSES), some(UNITS)),
    st.tuples(st.just("end"), person, agency, days),
    st.tuples(st.just("leave"), person, days, st.integers(0, 4)),
    st.tuples(st.just("role"), person, st.sampled_from([("supervisor", "lake"), ("approver", "state")])),
    st.tuples(st.just("audience"), expression),
    st.tuples(st.just("addition"), st.integers(0, 7), agency, some(UNITS), st.integers(1, 3)),
)


@pytest.fixture
def database(directory):
    return directory.running.runtime.database


def apply(database, step, ids):
    kind, *given = step
    with database.transaction(actor="services/test", method="test") as db:
        at, today = db.at, pacific_date(db.at)
        if kind == "audience":
            audiences.create(db, title="Some", expression=given[0], at=at)
        elif kind == "addition":
            nth, where, units, revision = given
            known = sorted(db.values("SELECT id FROM audience"))
            additions.take(db, [additions.Addition(known[nth], where, units, revision)])
        elif kind == "job":
            who, where, start, units = given
            post = employment.Post("X", "attorney", units)
            start_date = today + timedelta(days=start)
            employment.add_job(db, person_id=ids[who], agency_id=where, post=post, start=start_date, end=None, at=at)
        elif kind == "change":
            who, where, job_class, units = given
            post = employment.Post("X", job_class, units)
            employment.change_job(db, person_id=ids[who], agency_id=where, post=post, at=at)
        elif kind == "end":
            who, where, day = given
            employment.end_job(db, person_id=ids[who], agency_id=where, end=today + timedelta(days=day), at=at)
        elif kind == "leave":
            who, start, length = given
            first = today + timedelta(days=start)
            last = first + timedelta(days=length)
            leave.record_leave(db, person_id=ids[who], scope=EVERYWHERE, start=first, last=last, at=at)
        else:
            who, (role, scope) = given
            grants.grant(db, person_id=ids[who], role=role, scope=scope, at=at)


def expected(database, ids):
    """Members by the rules alone, post by post."""
    with database.read() as db:
        today = pacific_date(datetime.now(UTC))
        posts = [post for each in ids for post in queries.posts(db, each, day=today)]
        kept = {row["id"]: audiences.from_stored(row["expression"]) for row in dicts(db, "SELECT * FROM audience")}
        added = {each: additions.of(db, each) for each in kept}
    return {
        (audience, UUID(post.person), post.agency, post.units, local)
        for audience, wanted in kept.items()
        for post in posts
        if (local := expressions.local(wanted, post, added[audience])) or expressions.member(wanted, post)
    }


def stored(database):
    with database.read() as db:
        rows = dicts(db, "SELECT audience_id, person_id, agency_id, units, local FROM audience_member WHERE member")
    return {(row["audience_id"], row["person_id"], row["agency_id"], tuple(row["units"]), row["local"]) for row in rows}


@settings(
    max_examples=10,
    # Making a failure smaller takes hundreds of runs against the database: longer than anybody waits for a test.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(expression, min_size=8, max_size=12), st.lists(edit, min_size=6, max_size=15))
def test_what_is_kept_up_step_by_step_is_what_a_recount_and_the_rules_give(database, wanted, edits):
    ids = []
    with database.transaction(actor="services/test", method="test") as db:
        for number in range(PEOPLE):
            identity = people.Identity(f"S-{datetime.now(UTC).timestamp()}-{number}", "Mills", "Jo", "")
            post = employment.Post("X", "attorney", ["legal"] if number % 2 else [])
            hired = employment.hire(
                db, identity, agency_id=AGENCIES[number % 3], post=post, start=date(2020, 1, 1), at=db.at
            )
            ids.append(hired.id)
    for each in wanted:
        apply(database, ("audience", each), ids)
    for step in edits:
        try:
            apply(database, step, ids)
        except (JobOverlaps, LeaveOverlaps, NoCurrentJob, Refusal):
            continue

    with database.read() as db:
        everybody = db.values("SELECT id FROM person")
        assert [audit.count(db) for audit in audits.AUDITS] == [0, 0]
    assert stored(database) == expected(database, everybody)
    with database.transaction(actor="services/test", method="test") as db:
        assert membership.recompute(db, at=db.at) == 0


def test_a_job_at_the_state_that_has_not_begun_takes_no_role_for_the_state_away(database):
    """Found by the test above: the statement took a job ahead of its day for one that was over."""
    with database.transaction(actor="services/test", method="test") as db:
        identity = people.Identity("S-lent", "Mills", "Jo", "")
        post = employment.Post("X", "attorney", [])
        lent = employment.hire(db, identity, agency_id="mendocino", post=post, start=date(2020, 1, 1), at=db.at).id
    by_role = expressions.Expression((expressions.Clause(roles=("approver",)),), ())
    for step in (("audience", by_role), ("job", 0, "dcss", 5, ()), ("role", 0, ("approver", "state"))):
        apply(database, step, [lent])

    assert [row[1:] for row in stored(database)] == [(lent, "mendocino", (), False)]
    assert stored(database) == expected(database, [lent])
