"""Writing a letter as a browser does it: the Back button, what is pasted, lists by a button, letters like it."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

ANALYST = "State analyst"
PASTED = Path(__file__).parent / "pasted"
PASTE = """([id, html, picture]) => {
  const given = new DataTransfer();
  if (html) given.setData("text/html", html);
  if (html) given.setData("text/plain", "what the browser itself would paste");
  if (picture) given.items.add(new File([new Uint8Array(8)], "chart.png", {type: "image/png"}));
  const field = document.getElementById(id);
  field.focus();
  const event = new ClipboardEvent("paste", {clipboardData: given, bubbles: true, cancelable: true});
  return field.dispatchEvent(event);
}"""
FROM_WORD = """To all directors:

From July 1, the “earning capacity” rule — Family Code §4058 — applies. It\u2019s not 2*3*4.

What staff do:

• Read the form
• Ask for:
  • the order
  • the file
• Sign

Then, in order:

1. Open the case
2. Enter the date\tand the county

County\tDay
Lake\tJuly 1
Napa\tJuly 2

See the manual (https://example.org/manual)."""
FROM_OUTLOOK = """Hello Dana,

please say in the letter:
line two of the same paragraph

3. Third
4. Fourth
  a. With a part

Thank you"""


def test_back_from_the_second_step_of_a_new_letter_leads_to_the_draft_and_back_to_a_refused_form_finds_it(person):
    analyst = person().sign_in(ANALYST)
    page = analyst.page
    analyst.go("/letters/new")
    analyst.type("Subject", "Gone back to")
    analyst.type("Number (optional)", "twenty")
    analyst.press("Save and go on to Change")
    analyst.sees_heading("Not yet: please look at this")
    page.get_by_label("Number (optional)", exact=True).fill("")
    analyst.press("Save and go on to Change")
    analyst.sees_heading("2 of 5: What changes?")

    page.go_back()
    analyst.sees_heading("Not yet: please look at this")
    expect(page.get_by_label("Number (optional)", exact=True)).to_have_value("twenty")
    page.go_back()
    analyst.sees_heading("1 of 5: What is the letter?")
    expect(page.get_by_label("Subject", exact=True)).to_have_value("Gone back to")
    assert re.search(r"/letters/[0-9a-f-]{36}/edit/letter$", page.url)

    # What answered a form before the sign-out is not there after it.
    page.go_forward()
    analyst.press_in_account_menu("Not you? Sign out")
    page.go_back()
    analyst.sees("Please sign in.")
    assert page.get_by_text("twenty").count() == 0


@pytest.mark.parametrize(("file", "expected"), [("word.html", FROM_WORD), ("outlook.html", FROM_OUTLOOK)])
def test_what_is_pasted_from_a_word_processor_or_a_mail_comes_as_plain_text_with_its_lists(person, file, expected):
    analyst = person(scripts=True).sign_in(ANALYST)
    analyst.go("/letters/new")
    field = analyst.page.get_by_label("Text of the letter (optional)")
    tools = analyst.page.locator("[data-tools=body]")

    analyst.page.evaluate(PASTE, ["body", (PASTED / file).read_text(encoding="utf-8"), False])

    expect(field).to_have_value(expected)
    picture, table = (tools.get_by_text(said) for said in ("A picture was not pasted", "A table was pasted as lines"))
    expect(picture).to_be_visible(visible=file == "word.html")
    expect(table).to_be_visible(visible=file == "word.html")
    field.press("Control+z")
    expect(field).to_have_value("")


def test_a_picture_alone_is_said_lists_are_made_by_a_button_and_letters_like_it_are_shown_while_typing(person):
    analyst = person(scripts=True).sign_in(ANALYST)
    analyst.begins("Parentage testing in interstate cases")
    analyst.go("/letters/new")
    page = analyst.page
    page.get_by_label("Subject", exact=True).press_sequentially("Parentage testing")
    expect(page.get_by_role("region", name="Letters like this one")).to_contain_text("interstate cases")

    assert page.evaluate(PASTE, ["body", "", True]) is False
    tools = page.locator("[data-tools=body]")
    expect(tools.get_by_role("status")).to_have_text(re.compile("A picture was not pasted: attach it as a file."))
    field = page.get_by_label("Text of the letter (optional)")
    field.fill("Bring:\nthe order\nthe file")
    field.evaluate("field => field.setSelectionRange(7, field.value.length)")
    tools.get_by_role("button", name="Numbered list").click()
    expect(field).to_have_value("Bring:\n1. the order\n2. the file")
    tools.get_by_role("button", name="• List").click()
    expect(field).to_have_value("Bring:\n• the order\n• the file")
    tools.get_by_role("button", name="• List").click()
    expect(field).to_have_value("Bring:\nthe order\nthe file")
    assert analyst.violations() == []
    assert analyst.complaints == []
