"""A page that answered a form is there for the browser that sent it, while its sign-in holds, and for nobody else."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.exceptions import InvalidTag

from gateway.identity import answers, sign_ins
from gateway.identity.places import Place

ANA = "people/7f0c1f4e-0000-4000-8000-000000000001"
NOON = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
PAGE = answers.Page(400, "<p>Ñ: not yet</p>")


@pytest.fixture
def signed_in(database):
    def begin(previous=""):
        cookie = sign_ins.begin(database, ANA, NOON, place=Place("demonstration"), previous=previous)
        return sign_ins.use(database, cookie, NOON), cookie

    return begin


def kept(rows):
    return rows("SELECT count(*) FROM form_answer")[0][0]


def test_a_page_is_kept_for_its_sign_in_alone_and_the_table_tells_nobody_what_it_says(database, signed_in, rows):
    mine, cookie = signed_in()
    other, other_cookie = signed_in()

    answer = answers.keep_page(database, mine, cookie, PAGE, NOON)

    assert answers.page(database, mine, cookie, answer) == PAGE
    assert answers.page(database, other, other_cookie, answer) is None
    assert answers.page(database, mine, cookie, uuid.uuid4()) is None
    with pytest.raises(InvalidTag):
        answers.page(database, mine, other_cookie, answer)
    assert b"not yet" not in rows("SELECT sealed FROM form_answer")[0][0]


def test_who_signs_out_leaves_no_page_behind(database, signed_in, rows):
    mine, cookie = signed_in()
    answers.keep_page(database, mine, cookie, PAGE, NOON)

    sign_ins.end(database, cookie, NOON)

    assert kept(rows) == 0


def test_a_sign_in_keeps_its_last_thirty_and_what_is_older_than_any_sign_in_goes_with_the_next(
    database, signed_in, rows
):
    mine, cookie = signed_in()
    made = [answers.keep_page(database, mine, cookie, PAGE, NOON + timedelta(minutes=n)) for n in range(32)]

    assert kept(rows) == 30
    assert answers.page(database, mine, cookie, made[1]) is None
    assert answers.page(database, mine, cookie, made[2]) == PAGE

    other, other_cookie = signed_in()
    answers.keep_page(database, other, other_cookie, PAGE, NOON + timedelta(hours=13))
    assert kept(rows) == 1


def test_an_empty_form_becomes_one_thing_and_no_other(database, signed_in):
    mine, _ = signed_in()
    form = uuid.uuid4()

    assert answers.path(database, mine, form) == ""
    for path in ("notices/1", "notices/2"):
        answers.keep_path(database, mine, form, path, NOON)
    assert answers.path(database, mine, form) == "notices/1"
