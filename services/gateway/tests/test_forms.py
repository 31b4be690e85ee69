"""Forms: Enter presses the first button, which never does what cannot be undone; days are read in one range."""

import re
from datetime import date
from pathlib import Path

import pytest

import gateway
from gateway.app import environment
from gateway.web.forms import Form
from servicekit.calendar import YEARS_OF_DOCUMENTS, YEARS_OF_LIVES

ROOT = Path(gateway.__file__).parent
TEMPLATES = {f"{path.parents[1].name}/{path.name}": path for path in sorted(ROOT.glob("*/templates/*.html"))}
_INCLUDED = re.compile(r'\{% include "([\w./]+)" %\}')
_FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
_BUTTON = re.compile(r"<button\b[^>]*>|\{\{ parts\.enter\(\) \}\}")
# What Enter sends a form from: inputs of any kind that is shown, and the macros that write them.
_FIELD = re.compile(r'parts\.(?:field|secret|radios|boxes)\(|<input\b(?![^>]*type="(?:hidden|file)")')


def forms():
    """Every form of every template, with the templates that it includes."""
    for name, path in TEMPLATES.items():
        whole = _INCLUDED.sub(lambda found: TEMPLATES[found[1]].read_text(), path.read_text())
        for form in _FORM.findall(whole):
            yield name, form


def test_no_form_with_a_field_has_a_first_button_that_does_what_cannot_be_undone():
    with_fields = [(name, _BUTTON.search(form)) for name, form in forms() if _FIELD.search(form)]

    assert [name for name, first in with_fields if first is None or "data-for-good" in first[0]] == []
    assert len(with_fields) > 30


def test_the_buttons_that_do_what_cannot_be_undone_are_marked():
    marked = {name for name, form in forms() if "data-for-good" in form}

    assert {
        "letters/waiting_letter.html",
        "letters/withdraw.html",
        "letters/briefing_check.html",
        "learning/test.html",
        "sign_in/access.html",
    } <= marked
    assert len(marked) > 15


def test_every_form_that_enter_does_not_send_has_a_button_that_does():
    held = [(name, form) for name, form in forms() if "parts.enter()" in form]

    assert [name for name, form in held if "data-for-good" not in form] == []
    assert len(held) > 5


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Give a day."),
        ("0028-03-01", "This must have a year of four digits: 2028."),
        ("9999-12-31", "This must be a date from 1975 to 2100."),
        ("soon", "This must be a date, YYYY-MM-DD."),
    ],
)
def test_a_day_that_cannot_be_meant_is_an_error_at_its_field(typed, said):
    form = Form.of({"day": typed})

    assert form.day("day", YEARS_OF_DOCUMENTS, "Give a day.") is None
    assert form.errors == {"day": said}


def test_a_day_is_read():
    assert Form.of({"day": "2028-03-01"}).day("day", YEARS_OF_DOCUMENTS, "Give a day.") == date(2028, 3, 1)


def test_every_field_of_a_day_tells_the_browser_its_first_and_its_last_one():
    parts = environment().globals["parts"]

    assert 'min="1900-01-01" max="2200-12-31"' in parts.field(Form(), "start_date", "Day", type="date")
    letters = parts.field(Form(), "issue_on", "Day", type="date", years=YEARS_OF_DOCUMENTS)
    assert 'min="1975-01-01" max="2100-12-31"' in letters
    assert "min=" not in parts.field(Form(), "subject", "Subject")
    by_hand = [name for name, path in TEMPLATES.items() if re.search(r'<input[^>]*type="date">', path.read_text())]
    assert by_hand == []
    assert YEARS_OF_LIVES[0] < YEARS_OF_DOCUMENTS[0]
