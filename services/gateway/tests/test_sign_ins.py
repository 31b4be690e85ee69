"""Sign-ins hold, idle away, end for good; and what was typed too late waits for its owner alone."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from gateway.identity import open_sign_ins, sign_ins
from gateway.identity.places import Place
from servicekit.testing.schema import schema_differences

ANA, BEN = "people/7f0c1f4e-0000-4000-8000-000000000001", "people/7f0c1f4e-0000-4000-8000-000000000002"
HERE = Place("demonstration", "198.51.100.7", "Firefox on Windows")
NOON = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)


def after(**time):
    return NOON + timedelta(**time)


def test_migrations_make_the_schema_that_the_tables_say(postgres_server, schema):
    assert schema_differences(postgres_server, schema) == set()


def test_a_sign_in_holds_while_it_is_used_and_idles_away_after_fifteen_minutes(database):
    cookie = sign_ins.begin(database, ANA, NOON, place=HERE)

    assert sign_ins.use(database, cookie, after(minutes=14)).person == ANA
    assert sign_ins.use(database, cookie, after(minutes=28)).person == ANA
    assert sign_ins.use(database, cookie, after(minutes=43, seconds=1)) is None
    assert sign_ins.use(database, "another cookie", NOON) is None


def test_a_sign_in_ends_after_twelve_hours_however_busy(database):
    cookie = sign_ins.begin(database, ANA, NOON, place=HERE)

    for quarter in range(72):
        assert sign_ins.use(database, cookie, after(minutes=10 * quarter)), quarter
    assert sign_ins.use(database, cookie, after(hours=12)) is None
    assert sign_ins.keep(database, cookie, "/x", [("a", "b")], after(hours=12))


def test_a_person_sees_their_own_sign_ins_and_ends_one_or_all_others(database, rows):
    here, there, elsewhere = (sign_ins.begin(database, ANA, after(minutes=n), place=HERE) for n in range(3))
    bens = sign_ins.begin(database, BEN, NOON, place=HERE)

    seen = open_sign_ins.of(database, ANA, after(minutes=5))
    assert [(one.browser, one.address, one.since, one.holds) for one in seen] == [
        ("Firefox on Windows", "198.51.100.7", after(minutes=n), True) for n in (2, 1, 0)
    ]
    assert open_sign_ins.end_one(database, ANA, sign_ins.digest(bens).hex(), after(minutes=5)) == []
    open_sign_ins.end_one(database, ANA, sign_ins.digest(there).hex(), after(minutes=5))
    assert sign_ins.use(database, there, after(minutes=5)) is None
    open_sign_ins.end_others(database, ANA, sign_ins.digest(here), after(minutes=6))
    assert sign_ins.use(database, elsewhere, after(minutes=6)) is None
    assert sign_ins.use(database, here, after(minutes=6))
    assert sign_ins.use(database, bens, after(minutes=6))
    assert [one.holds for one in open_sign_ins.of(database, ANA, after(minutes=6))] == [True, False, False]
    assert rows("SELECT count(*) FROM audit WHERE method IN ('EndSignIn', 'EndOtherSignIns')") == [(3,)]


def test_who_left_is_signed_out_everywhere_with_a_reason_in_the_audit_trail(database, rows):
    cookies = [sign_ins.begin(database, ANA, NOON, place=HERE) for _ in range(2)]

    ended = open_sign_ins.end_all(database, ANA, actor=BEN, reason="The laptop was stolen", at=after(minutes=1))

    assert sorted(ended) == sorted(sign_ins.digest(cookie) for cookie in cookies)
    assert [sign_ins.use(database, cookie, after(minutes=1)) for cookie in cookies] == [None, None]
    assert rows("SELECT actor, resource, reason, after FROM audit WHERE method = 'EndSignIns'") == [
        (BEN, ANA, "The laptop was stolen", {"ended": 2})
    ]


def test_who_signed_out_is_signed_out_and_may_do_so_twice(database):
    cookie = sign_ins.begin(database, ANA, NOON, place=HERE)

    sign_ins.end(database, cookie, after(minutes=1))
    sign_ins.end(database, cookie, after(minutes=2))

    assert sign_ins.use(database, cookie, after(minutes=2)) is None


def test_the_cookie_itself_is_nowhere_in_the_database(database, rows):
    cookie = sign_ins.begin(database, ANA, NOON, place=HERE)

    held = rows(
        "SELECT sign_in.*::text, sign_in_activity.*::text FROM sign_in JOIN sign_in_activity USING (cookie_sha256)"
    )

    assert len(held) == 1
    assert cookie not in str(held)


def test_signing_in_and_out_stands_in_the_audit_trail_and_being_seen_does_not(database, rows):
    cookie = sign_ins.begin(database, ANA, NOON, place=HERE)
    sign_ins.use(database, cookie, after(minutes=5))
    sign_ins.end(database, cookie, after(minutes=6))

    assert rows("SELECT actor, method FROM audit ORDER BY at") == [(ANA, "SignIn"), (ANA, "SignOut")]


def test_a_sign_in_without_an_audit_row_is_refused_by_the_database(database, rows):
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="needs an audit row"):
        rows("INSERT INTO sign_in (cookie_sha256, person, created_at) VALUES ('x', 'people/x', now()) RETURNING 1")


def idle_form(database, person=ANA):
    cookie = sign_ins.begin(database, person, NOON, place=HERE)
    fields = [("subject", "Half a letter"), ("units", "intake"), ("units", "locate")]
    assert sign_ins.keep(database, cookie, "/letters/new", fields, after(minutes=16))
    return cookie, fields


def test_a_form_that_came_too_late_is_there_after_the_next_sign_in(database):
    old, fields = idle_form(database)

    new = sign_ins.begin(database, ANA, after(minutes=17), previous=old, place=HERE)
    sign_in = sign_ins.use(database, new, after(minutes=18))

    assert sign_in.keeps
    assert sign_ins.kept(database, sign_in) == sign_ins.Kept("/letters/new", tuple(fields))
    sign_ins.forget(database, sign_in, "/elsewhere")
    assert sign_ins.kept(database, sign_in) is not None
    sign_ins.forget(database, sign_in, "/letters/new")
    assert sign_ins.kept(database, sign_in) is None


def test_a_form_that_came_too_late_is_not_shown_to_the_next_person_at_the_computer(database, rows):
    old, _ = idle_form(database)

    sign_in = sign_ins.use(
        database, sign_ins.begin(database, BEN, after(minutes=17), previous=old, place=HERE), after(minutes=17)
    )

    assert not sign_in.keeps
    assert sign_ins.kept(database, sign_in) is None
    assert rows("SELECT count(*) FROM sign_in_activity WHERE kept_path <> ''") == [(0,)]


def csrf(database, cookie, at):
    return sign_ins.use(database, cookie, at).csrf


def test_a_form_that_is_open_in_another_tab_is_good_after_the_same_person_signed_in_again(database):
    first = sign_ins.begin(database, ANA, NOON, place=HERE)
    opened = csrf(database, first, NOON)
    second = sign_ins.begin(database, ANA, after(minutes=20), previous=first, place=HERE)
    sign_ins.end(database, second, after(minutes=21))
    third = sign_ins.begin(database, ANA, after(minutes=22), previous=second, place=HERE)

    assert opened == csrf(database, third, after(minutes=22))
    assert sign_ins.csrf_before(database, second) == opened


def test_a_form_of_one_person_is_not_good_for_the_next_at_the_same_browser(database):
    first = sign_ins.begin(database, ANA, NOON, place=HERE)
    opened = csrf(database, first, NOON)
    second = sign_ins.begin(database, BEN, after(minutes=1), previous=first, place=HERE)
    third = sign_ins.begin(database, ANA, after(minutes=2), previous=second, place=HERE)
    elsewhere = sign_ins.begin(database, ANA, after(minutes=2), place=HERE)

    known = {csrf(database, cookie, after(minutes=3)) for cookie in (third, elsewhere)}
    known.add(sign_ins.csrf_before(database, second))
    assert len(known) == 3
    assert opened not in known


def test_a_form_that_was_opened_last_week_is_not_good(database):
    first = sign_ins.begin(database, ANA, NOON, place=HERE)
    later = after(days=3)
    second = sign_ins.begin(database, ANA, later, previous=first, place=HERE)
    assert csrf(database, second, later) == sign_ins.csrf_of(second)


def test_a_form_that_came_after_its_writer_signed_out_is_kept_for_them_alone(database):
    old = sign_ins.begin(database, ANA, NOON, place=HERE)
    sign_ins.end(database, old, after(minutes=5))
    assert sign_ins.keep(database, old, "/letters/new", [("subject", "Half")], after(minutes=6))
    assert sign_ins.use(database, old, after(minutes=6)) is None

    new = sign_ins.begin(database, ANA, after(minutes=7), previous=old, place=HERE)
    found = sign_ins.kept(database, sign_ins.use(database, new, after(minutes=7)))

    assert found == sign_ins.Kept("/letters/new", (("subject", "Half"),))


def test_nothing_is_kept_of_a_sign_in_that_holds_or_ended_long_ago_or_never_was(database):
    cookie = sign_ins.begin(database, ANA, NOON, place=HERE)

    assert not sign_ins.keep(database, cookie, "/x", [("a", "b")], after(minutes=14))
    assert not sign_ins.keep(database, "no such cookie", "/x", [("a", "b")], after(minutes=16))
    sign_ins.end(database, cookie, after(minutes=14))
    assert not sign_ins.keep(database, cookie, "/x", [("a", "b")], after(hours=13))


def test_a_form_larger_than_anybody_types_is_not_kept(database):
    cookie = sign_ins.begin(database, ANA, NOON, place=HERE)

    assert not sign_ins.keep(database, cookie, "/x", [("a", "b" * 64_001)], after(minutes=16))
