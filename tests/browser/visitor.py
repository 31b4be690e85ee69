"""Somebody at a browser: what they see and do is found by role and label, and pages are looked at as axe does."""

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage, Locator, Page, Request, Response, expect

from servicekit.testing.waiting import PATIENCE, wait_until

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
# Opens what is folded, marks one field of each name of each form, and keeps note of what would be sent.
FIELDS = """() => {
  const seen = new Set(), fields = [];
  document.querySelectorAll('details').forEach(one => one.open = true);
  [...document.forms].forEach((form, place) => {
    for (const field of form.elements) {
      const known = `${place} ${field.name}`;
      if (field.tagName !== 'INPUT' || ['hidden', 'file'].includes(field.type) || seen.has(known)) continue;
      seen.add(known);
      field.dataset.entered = fields.push(field) - 1;
    }
  });
  addEventListener('submit', event => {
    event.preventDefault();
    window.taken.push([document.activeElement.name, event.submitter && event.submitter.outerHTML]);
  }, true);
  return fields.length;
}"""
MOST_TABS = 150
PAGE_BYTES = 300_000
# Screens, and what axe looks at there: on a small one tables turn into cards, and all else only moves.
WIDTHS = {1280: "html", 400: ".stacked", 320: None}
NARROW = (400, 320)
HIGHEST_HEADER = 120
# Gives what is wrong by axe within what fits a selector, and how many of its rules found something to look at.
LOOK = """async within => {
  const parts = [...document.querySelectorAll(within)];
  if (!parts.length) return {violations: [], looked: 0};
  const found = await axe.run({include: parts}, {resultTypes: ['violations']});
  return {violations: found.violations, looked: found.passes.length};
}"""
# Gives the cells of a table turned into cards whose content is not beside its label, and broken words of buttons.
TORN = """() => {
  const boxes = (node, from, to) => {
    const range = document.createRange();
    range.setStart(node, from); range.setEnd(node, to);
    return [...range.getClientRects()];
  };
  const texts = within => {
    const walker = document.createTreeWalker(within, NodeFilter.SHOW_TEXT), found = [];
    while (walker.nextNode())
      if (walker.currentNode.data.trim() && !walker.currentNode.parentElement.closest('.usa-sr-only'))
        found.push(walker.currentNode);
    return found;
  };
  const beneath = [...document.querySelectorAll('.stacked td[data-label]:not(.actions)')].filter(cell => {
    if (getComputedStyle(cell.closest('table')).display !== 'block') return false;
    const least = cell.getBoundingClientRect().left + parseFloat(getComputedStyle(cell, '::before').width);
    return texts(cell).some(text => boxes(text, 0, text.length).some(box => box.width && box.left < least));
  }).map(cell => `${cell.dataset.label}: ${cell.innerText}`);
  const broken = [...document.querySelectorAll('td .usa-button')].flatMap(texts).filter(text =>
    [...text.data.matchAll(/\\S+/g)].some(word =>
      new Set(boxes(text, word.index, word.index + word[0].length).map(box => box.top)).size > 1)
  ).map(text => text.data);
  return [...beneath, ...broken];
}"""


class Keys:
    """Somebody's keyboard. A key is pressed only where they can see what it goes to."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def tab_to(self, target: Locator) -> None:
        """Press Tab until *target* has the focus, and look whether that can be seen."""
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if self.has_focus(target):
                assert self.outline() not in ("0px", ""), f"no outline around {target}"
                return
        pytest.fail(f"the Tab key does not reach {target} on {self.page.url}")

    def has_focus(self, target: Locator) -> bool:
        """Whether the next key goes to *target*."""
        return target.and_(self.page.locator(":focus")).count() == 1

    def press_in_account_menu(self, name: str) -> None:
        """Open the menu under one's own name, and press there."""
        self.page.locator("summary", has_text="You are signed in as").click()
        self.press(name)

    def type(self, label: str | re.Pattern[str], text: str) -> None:
        """Go to the field with a label by Tab, and type."""
        self.tab_to(self.page.get_by_label(label, exact=isinstance(label, str)).first)
        self.page.keyboard.type(text)

    def pick(self, label: str | re.Pattern[str], option: str) -> None:
        """Go to the list with a label by Tab, and down to an option by the arrow key."""
        field = self.page.get_by_label(label, exact=isinstance(label, str)).first
        self.tab_to(field)
        titles = [text.strip() for text in field.locator("option").all_inner_texts()]
        for _ in range(titles.index(option)):
            self.page.keyboard.press("ArrowDown")
        expect(field.locator("option:checked")).to_have_text(option)

    def begin_at(self, target: Locator) -> None:
        """See that the keys begin at *target* on this page. (Of several browsers only one window is the active one.)"""
        wait_until(
            lambda: target.evaluate("e => e === document.activeElement"),
            lambda: f"the keys do not begin at {target}",
        )

    def outline(self) -> str:
        """How wide the line around what has the focus is: a radio button's and a box's is around its picture."""
        return self.page.locator(":focus").evaluate(
            "e => ['radio', 'checkbox'].includes(e.type)"
            " ? getComputedStyle(e.nextElementSibling, '::before').outlineWidth : getComputedStyle(e).outlineWidth"
        )

    def press(self, role: str, name: str | re.Pattern[str]) -> None:
        """Go to a button or link by Tab, and press Enter there."""
        self.tab_to(self.page.get_by_role(role, name=name).first)
        self.page.keyboard.press("Enter")

    def choose(self, question: str, wanted: list[str]) -> None:
        """Mark options of a question: one by the arrow keys, several by Tab and the space bar."""
        group = self.page.get_by_role("group", name=question)
        # The page may still be on its way.
        expect(group).to_be_visible()
        radios = group.get_by_role("radio").all()
        if radios:
            # Tab goes to the one that is marked, if any.
            begun = next((n for n, radio in enumerate(radios) if radio.is_checked()), 0)
            self.tab_to(radios[begun])
            places = [text.strip() for text in group.locator("label").all_inner_texts()]
            self.page.keyboard.press("Space")
            for _ in range((places.index(wanted[0]) - begun) % len(places)):
                self.page.keyboard.press("ArrowDown")
            expect(group.get_by_role("radio", name=wanted[0], exact=True)).to_be_checked()
            return
        for box in group.get_by_role("checkbox").all():
            self.tab_to(box)
            if box.evaluate("e => e.labels[0].innerText.trim()") in wanted:
                self.page.keyboard.press("Space")


@dataclass
class Person:
    """Somebody at a browser: what they see and do is found by role and label."""

    page: Page
    url: str
    # What the browser complained of: blocked by policy, not found, failed.
    complaints: list[str] = field(default_factory=list)

    def hear(self, said: ConsoleMessage) -> None:
        """Note what the browser complains of; a form that was refused, with its page of what to mend, is no fault."""
        if said.type == "error" and "400 (Bad Request)" not in said.text:
            self.complaints.append(said.text)

    def miss(self, request: Request) -> None:
        """Note what could not be fetched, but for what was given up because the page was left."""
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"{request.failure}: {request.url}")

    def sign_in(self, title: str | re.Pattern[str]) -> "Person":
        """Sign in as the person of the demonstration whose part is *title*."""
        self.go("/sign-in")
        self.page.get_by_role("button", name=title).click()
        expect(self.page.get_by_text("You are signed in as")).to_be_visible()
        return self

    def go(self, path: str) -> Response:
        """Open a page by its address."""
        response = self.page.goto(self.url + path)
        assert response is not None
        return response

    def press(self, name: str | re.Pattern[str]) -> None:
        """Press a button, or follow a link; where that leads to a page, it is there whole."""
        exact = isinstance(name, str)
        self.page.get_by_role("button", name=name, exact=exact).or_(
            self.page.get_by_role("link", name=name, exact=exact)
        ).first.click()
        self.page.wait_for_load_state("domcontentloaded")

    def press_in_account_menu(self, name: str) -> None:
        """Open the menu under one's own name, and press there."""
        self.page.locator("summary", has_text="You are signed in as").click()
        self.press(name)

    def type(self, label: str | re.Pattern[str], text: str) -> None:
        """Type into the field with a label."""
        self.page.get_by_label(label, exact=isinstance(label, str)).first.fill(text)

    def begins(self, subject: str, **texts: str) -> None:
        """Begin a letter, with all that the first step asks for, and go on to the second."""
        self.go("/letters/new")
        self.type("Subject", subject)
        self.page.get_by_label("Reason for this transmittal").select_option("Started by DCSS")
        self.type("Contact", "DCSS Policy")
        for label, text in texts.items():
            self.type(label, text)
        self.press("Save and go on to Change")

    def says_what_changes(self, effective: date, **texts: str) -> None:
        """Write the second step of a letter, and go on to the third."""
        self.type("What changes, in one sentence", "A form is named otherwise.")
        self.type("Effective date", effective.isoformat())
        for label, text in texts.items():
            self.type(label, text)
        self.press("Save and go on to Who")

    def goes_on_to_review(self) -> None:
        """Leave who a letter is for and what it asks as they are offered."""
        self.press("Save and go on to Ask")
        self.press("Save and go on to Review")
        self.sees("Nothing is missing.")

    def goes_to_step(self, title: str) -> None:
        """Open a step of the letter that is being written."""
        self.page.get_by_role("link", name=re.compile(rf"^\d\. {title}$")).click()
        self.sees_heading(re.compile(r"^\d of [56]: "))

    def sees(self, text: str | re.Pattern[str]) -> None:
        """Wait until *text* is there."""
        expect(self.page.get_by_text(text).first).to_be_visible()

    def sees_heading(self, text: str | re.Pattern[str]) -> None:
        """Wait until a heading says *text*."""
        expect(self.page.get_by_role("heading", name=text).first).to_be_visible()

    def waits_for(self, text: str | re.Pattern[str], *, seconds: float = PATIENCE) -> None:
        """Refresh the page until it shows *text*: figures follow by events."""

        def there() -> bool:
            if self.page.get_by_text(text).count():
                return True
            self.page.reload()
            return False

        wait_until(
            there, lambda: f"{text!r} on {self.page.url}: {self.page.inner_text('main')[:2000]}", seconds=seconds
        )

    @property
    def keys(self) -> Keys:
        """Their keyboard."""
        return Keys(self.page)

    def check_page(self) -> None:
        """Look at the page that is open as axe, a large and a small screen, and a slow line do."""
        for width, looked_at in WIDTHS.items():
            self.page.set_viewport_size({"width": width, "height": 900})
            assert looked_at is None or self.violations(looked_at) == []
            over = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert over <= 0, f"{over} pixels too wide at {width}"
            assert self.page.evaluate(TORN) == [], f"torn apart at {width}"
            header = self.page.locator(".site-header").evaluate("header => header.offsetHeight")
            assert width not in NARROW or header <= HIGHEST_HEADER, f"a header of {header} pixels at {width}"
        assert len(self.page.content().encode()) < PAGE_BYTES
        assert self.page.get_by_role("heading", level=1).count() == 1
        assert self.page.locator(".demo-flag").get_by_text("all staff are synthetic").count() == 1
        assert self.complaints == []

    def sent_by_enter(self) -> list[tuple[str, str | None]]:
        """Press Enter in a field of each name on the page; return those that send a form, with the button it takes.

        Nothing is sent: the page is kept as it is.
        """
        fields = self.page.evaluate(FIELDS)
        sent = []
        for number in range(fields):
            self.page.locator(f"[data-entered='{number}']").evaluate("e => { e.focus(); window.taken = [] }")
            self.page.keyboard.press("Enter")
            sent += self.page.evaluate("window.taken")
        return [(field, button) for field, button in sent]

    def violations(self, within: str = "html") -> list[str]:
        """What axe finds wrong with the page, or with what on it fits a selector."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE + "; 0")
        found = self.page.evaluate(LOOK, within)
        assert found["looked"] or within != "html", "axe looked at nothing"
        return [
            f"{rule['id']}: {rule['help']}: {[node['html'][:200] for node in rule['nodes']]}"
            for rule in found["violations"]
        ]
