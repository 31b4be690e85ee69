"""Plain text is shown as it was typed; what would be signs of Markdown is nothing but text."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.app import HERE, environment
from gateway.web.forms import Form
from gateway.web.plain import to_html
from servicekit.text import block


@pytest.mark.parametrize(
    "typed",
    [
        "5*6*7 = 210 and 2**8",
        "_under_ and __scores__",
        "# 4 of the manual",
        "[see](https://example.org) <b>this</b>",
        "> 30 days & < 60",
        "`code` | a | b |",
        "\tAn indented line, as a word processor pastes it.",
        "    Four blanks before it.",
        "1986 was a year.",
        r"a \* b",
    ],
)
def test_what_was_typed_is_what_is_read(typed):
    shown = to_html(typed)

    assert html.unescape(re.sub("<[^>]+>", "", shown)) == typed
    assert set(re.findall("<([a-z]+)", shown)) == {"p"}


def test_a_blank_line_begins_a_paragraph_and_a_line_end_stays_one():
    assert to_html("42 USC 654\r\n45 CFR 303.6\r\n \r\n\r\nFamily Code 17400") == (
        '<p class="as-typed">42 USC 654<br>45 CFR 303.6</p><p class="as-typed">Family Code 17400</p>'
    )


@pytest.mark.parametrize(
    "sign", ["•\t", "·   ", "o\t", "§ ", "- ", "\u2013 ", "* ", "1.\t", "12) ", "(a) ", "iv. ", "\uf0b7\t"]
)
def test_what_a_word_processor_puts_before_the_items_of_a_list_stays_and_each_is_an_item(sign):
    seen = sign.replace("\uf0b7", "•")
    if not seen.strip(" \t").isascii() or len(seen.strip()) == 1:
        seen = f'<span class="as-typed-list__sign">{seen}</span>'

    assert to_html(f"Bring:\n{sign}the order\n{sign}the file,\nwhole\n\n{sign}a pen\nSign.\n\nThe end.") == (
        '<p class="as-typed">Bring:</p>'
        f'<ul class="as-typed-list"><li>{seen}the order</li><li>{seen}the file,<br>whole</li>'
        f"<li>{seen}a pen<br>Sign.</li></ul>"
        '<p class="as-typed">The end.</p>'
    )


def test_nothing_is_nothing():
    assert to_html("") == to_html(" \n\n\t\n") == ""


@given(st.text(st.characters(codec="utf-8", exclude_characters="\uf0b7\uf0a7\uf0d8\uf0fc"), max_size=200))
def test_no_text_is_lost_and_nothing_active_comes_through(typed):
    shown = to_html(typed)

    assert set(re.findall("<([^/][^ >]*)", shown)) <= {"p", "br", "ul", "li", "span"}
    said = html.unescape(re.sub("<[^>]+>", "", shown))
    assert said == re.sub(r"\n+", "", re.sub(r"\n(?:[ \t]*\n)+", "", block(typed)).lstrip("\n"))


def test_a_field_of_several_lines_keeps_the_indent_of_the_first_one():
    form = Form.of({"body": "\r\n\tDear directors:\r\n\r\n\tFrom today\u00a0on \r\n"})

    assert form.block("body") == "\tDear directors:\n\n\tFrom today on"
    shown = environment().globals["parts"].area(form, "body", "Text")
    assert ">\tDear directors:\n\n\tFrom today on</textarea>" in shown


def test_the_lines_of_a_question_and_of_its_explanation_stay_lines():
    css = (HERE / "static" / "styles" / "20-pieces.css").read_text()

    assert re.search(r"^\.as-typed \{[^}]*white-space: pre-wrap", css, re.MULTILINE)
    for name, shown in (
        ("tests/questions.html", "{{ item.text }}</legend>"),
        ("tests/answers.html", "{{ item.text }}</h3>"),
        ("tests/answers.html", "{{ result.explanation }}</p>"),
        ("tests/version.html", "{{ item.text }}</h2>"),
        ("tests/version.html", "{{ item.explanation }}</p>"),
        ("tests/question.html", "{{ saved.text }}</p>"),
    ):
        lines = [line for line in environment().loader.get_source(environment(), name)[0].splitlines() if shown in line]
        assert lines, shown
        assert all("as-typed" in line for line in lines)
