"""A designer's month: from a need through its parts to the trace, and to the gate, which says what is missing."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

TITLE = f"Find employers faster {uuid4().hex[:8]}"


def test_a_designer_takes_a_need_to_a_trace_and_sees_what_keeps_it(person):
    designer = person(scripts=True)
    designer.sign_in("Course designer")
    page = designer.page
    begin(designer, page)
    work = page.url.partition("?")[0]
    weigh(page)
    design(designer, page, work)
    trace(page)
    save_beside_somebody(page, work)
    decline(designer, page, work)


def begin(designer, page):
    """A new one begins with its need."""
    designer.go("/works")
    page.get_by_role("link", name="New: what is the need?").click()
    page.get_by_label("What it is called").fill(TITLE)
    page.get_by_label("Where the need comes from").select_option(label="An agency asked for it")
    page.get_by_label("Which letter, which release, who asked").fill("Kern")
    page.get_by_label("What is the need?").fill("Workers wait for the wages of the quarter.")
    page.get_by_role("button", name="Begin it").click()
    expect(page.get_by_role("heading", name=TITLE, level=1)).to_be_visible()
    expect(page.get_by_text(re.compile(r"Step 1 of 5, Diagnose\. With you since"))).to_be_visible()


def weigh(page):
    """A line leads to where it is done, and is done then. The gate says what is missing, and lets nothing through."""
    page.get_by_role("link", name="Importance, gap and effort, which make the priority").click()
    page.get_by_label("Staff whom it is about").fill("120")
    page.get_by_label("Agencies in which they work").fill("6")
    page.get_by_label("How much it matters").select_option("4")
    page.get_by_label("How far staff are from it").select_option("3")
    page.get_by_label("Days of work until it is done").fill("10")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("144, from importance 4 times gap 3 times 120 people, by 10 days")).to_be_visible()
    page.get_by_role("link", name="Go on to the next step…").click()
    expect(page.get_by_text(re.compile(r"lines are missing\."))).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Go on"))).to_have_count(0)


def design(designer, page, work):
    """A course is begun beside it, then chosen."""
    designer.go("/courses/new")
    page.get_by_label("Title").fill(TITLE)
    page.get_by_role("button", name="Begin the course").click()
    page.wait_for_url(re.compile(r"/courses/.+/edit"))
    page.goto(f"{work}/change/design")
    page.get_by_label("The course that comes of it").select_option(label=TITLE)
    page.locator("label", has_text="A job aid").first.click()
    page.get_by_role("button", name="Save").click()
    # A way without its reason is asked for that, and what was chosen stands.
    expect(page.locator("#errors")).to_contain_text("Say why it is given so.")
    page.get_by_label("Why a job aid").fill("It is looked up")
    page.get_by_role("button", name="Save").click()


def trace(page):
    """A task, and an objective for it: what is missing is counted."""
    page.get_by_role("link", name="What it is to teach").click()
    page.get_by_role("link", name="a task of the work").click()
    page.get_by_label("What the task is called").fill("Ask an employer")
    page.get_by_label("What it serves").select_option(label="A duty by law")
    page.get_by_label("Which duty by law").fill("45 C.F.R. § 303.3")
    page.get_by_role("button", name="Save the task").click()
    page.get_by_role("link", name="Add an objective").click()
    page.get_by_label("Given").fill("a case without an employer")
    page.get_by_label("The worker").fill("asks three sources and notes each")
    page.get_by_label("How well").fill("within 5 days")
    page.locator("label", has_text="Ask an employer").click()
    page.get_by_role("button", name="Save the objective").click()
    objective = "Given a case without an employer, the worker asks three sources and notes each, within 5 days"
    expect(page.get_by_role("table").get_by_role("link", name=objective)).to_be_visible()
    expect(page.get_by_role("table")).to_contain_text("A duty by law: 45 CFR 303.3")
    expect(page.get_by_text("1 objective has no question")).to_be_visible()


def save_beside_somebody(page, work):
    """What somebody else saved meanwhile is not lost, and what was typed stays."""
    page.goto(f"{work}/change/materials")
    page.get_by_label("Who signed it off for policy, and when").fill("Policy, in May")
    with page.context.expect_page() as opened:
        page.evaluate("open(location.href)")
    other = opened.value
    other.get_by_label("Which counsel signed it off, and when").fill("Counsel, in June")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_text("Saved.")).to_be_visible()
    other.close()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#errors")).to_contain_text("Somebody changed this after you opened it.")
    expect(page.get_by_label("Who signed it off for policy, and when")).to_have_value("Policy, in May")


def decline(designer, page, work):
    """It is declined only with a reason, by its own button."""
    page.goto(f"{work}/turn/decline")
    page.get_by_label("Reason").fill("Another agency has such a course.")
    page.get_by_role("button", name="Decline it").click()
    expect(page.get_by_text("It is declined, and stays on record.")).to_be_visible()
    designer.go("/works/ended")
    expect(page.get_by_role("link", name=TITLE)).to_be_visible()
