"""The one table: what an address asks of it, where its links lead, and which part of a list it shows."""

from dataclasses import dataclass

import pytest

from gateway.app import environment
from gateway.web.choosing import Choice, packed
from gateway.web.forms import Form
from gateway.web.table import Column, Filter, Part, Table
from gateway.words import sentences

NAME, DAY, NOTE = Column("Name", "name"), Column("Since", "day", down=True), Column("Note")
PEOPLE = Table(("person", "people"), (NAME, DAY, NOTE), "name", search="Name", size=3, keeps=("do",))
UNITS = Filter("unit", "Unit", (("all", "All units"), ("legal", "Legal")))


def asked(**params):
    return PEOPLE.asked(params, "/people", [UNITS], file="/people.csv")


@dataclass(frozen=True)
class Row:
    name: str
    day: int


ROWS = [Row(name, day) for name, day in zip("abcdefgh", (3, 1, 2, 3, 1, 2, 3, 1), strict=True)]
KEYS = {"name": lambda row: row.name, "day": lambda row: row.day}


def cut(**params):
    shown, part = asked(**params).cut(ROWS, KEYS)
    return "".join(row.name for row in shown), part


def test_a_list_stands_as_it_is_until_somebody_sorts_it():
    shown, part = cut()

    assert (shown, part.said, asked().said) == ("abc", "1 to 3 of 8", "A to Z")
    assert (asked().sorted_by(NAME), asked().sorted_by(DAY), asked().sorted_by(NOTE)) == ("ascending", "", "")


def test_a_head_sorts_by_its_column_and_once_more_from_its_other_end():
    assert asked().sorting(DAY) == "/people?sort=-day"
    assert asked(sort="-day").sorting(DAY) == "/people?sort=day"
    assert asked(sort="-day").sorting(NAME) == "/people", "as it stands anyway"
    assert asked().sorting(NAME) == "/people?sort=-name"
    assert asked(sort="-day").sorted_by(DAY) == "descending"
    assert asked(sort="-day").order_by == "day desc"
    assert cut(sort="-day")[0] == "adg", "who is alike stays A to Z"


def test_an_order_that_there_is_not_is_none():
    assert asked(sort="-note").order_by == "name"
    assert asked(sort="password").order_by == "name"


def test_another_question_begins_at_the_first_page_and_keeps_the_rest():
    here = asked(query="mills & co", unit="legal", sort="-day", page="2", do="left")

    assert here.link(query="") == "/people?do=left&unit=legal&sort=-day"
    assert here.link(page="3") == "/people?do=left&query=mills+%26+co&page=3&unit=legal&sort=-day"
    assert here.kept == [("do", "left"), ("sort", "-day")]
    assert here.as_file == "/people.csv?do=left&query=mills+%26+co&unit=legal&sort=-day"


def test_a_link_narrows_the_list_by_one_thing_alone():
    assert asked(query="mills", unit="legal", sort="-day").alone("unit", "legal") == "/people?unit=legal&sort=-day"


def test_what_a_filter_does_not_know_narrows_nothing():
    assert asked(unit="nowhere").narrowed is False
    assert asked(unit="all").narrowed is False, "the first option leaves nothing out"
    assert asked(unit="legal").narrowed is True
    assert asked(query="mills").narrowed is True


@pytest.mark.parametrize(("page", "names"), [("1", "abc"), ("3", "gh"), ("9", "gh"), ("0", "abc"), ("x", "abc")])
def test_a_page_that_there_is_not_is_the_nearest_one(page, names):
    assert cut(page=page)[0] == names


def test_the_pages_lead_to_each_other():
    _, part = cut(page="2")

    assert (part.before, part.after) == ("/people", "/people?page=3")
    assert part.numbers == [(1, "/people"), (2, "/people?page=2"), (3, "/people?page=3")]


def test_of_many_pages_the_first_the_last_and_those_beside_are_linked():
    tokens = ["", *(f"t{n}" for n in range(2, 40))]
    part = Part.of_tokens(asked(), tokens, skipped=3 * 9, shown=3, total=115)

    assert [number for number, _ in part.numbers] == [1, 0, 8, 9, 10, 11, 12, 0, 39]
    assert (part.before, part.after) == ("/people?page=t9", "/people?page=t11")
    assert part.said == "28 to 30 of 115"


def test_a_list_of_nobody_has_one_page():
    shown, part = asked().cut([], KEYS)

    assert (shown, part.total, part.numbers, part.before, part.after) == ([], 0, [(1, "/people")], "", "")


def test_what_is_drawn_of_a_table_works_without_script_and_says_its_order():
    tables = environment().globals["tables"]
    here, part = asked(sort="-day", query='"<b>'), cut(page="2")[1]

    heads, tools, pages = tables.heads(here), tables.tools(here), tables.pages(part)

    assert '<th scope="col" aria-sort="descending"><a href="/people?query=%22%3Cb%3E&amp;sort=day">Since' in heads
    assert heads.count("aria-sort") == 1
    assert 'value="&#34;&lt;b&gt;"' in tools
    assert '<input type="hidden" name="sort" value="-day">' in tools
    assert '<a href="/people?page=2" aria-current="page">' in pages
    assert tables.pages(Part(0, 2, 2, 1, ["/people"])).strip() == ""
    assert sentences.count(1, "person", "people") == "1 person"


def test_where_people_are_chosen_whatever_leads_to_another_part_of_the_list_takes_the_ticks_along():
    tables = environment().globals["tables"]
    here, part = asked(query="mills", do="left"), cut(page="2")[1]

    heads, tools, pages = tables.heads(here, boxes=True), tables.tools(here, posts=True), tables.pages(part, posts=True)
    bar = tables.chosen(here, ["people/7", "people/8"], 1918)

    assert '<button class="as-link" type="submit" formaction="/people?do=left&amp;query=mills&amp;sort=-day">' in heads
    assert '<button class="as-link" type="submit" formaction="/people?page=3">' in pages
    assert "<form" not in tools
    assert 'type="submit" name="action" value="show">Show</button>' in tools
    assert "<a " not in heads + tools + pages
    assert "<strong>2 chosen on other pages</strong>, beside those ticked here." in bar
    assert '<input type="hidden" name="others" value="7 8">' in bar
    assert "Choose all 1,918</button>" in bar
    assert here.whole == "/people?do=left", "for what somebody looks stays"


def test_who_is_chosen_is_who_is_ticked_and_who_was_on_other_pages_each_once():
    choice = Choice.of(Form({"others": ["7 8"], "people": ["people/2", "people/8"]}))

    assert choice.people == ("people/7", "people/8", "people/2")
    assert (choice.has("people/2"), choice.has("people/3")) == (True, False)
    assert choice.beside(["people/2", "people/3"]) == ["people/7", "people/8"]
    assert Choice.of(Form({"others": [packed(choice.people)]})) == choice
    assert Choice.of(Form()).people == ()
