"""Letters reach people by mail: who hears what, when, how often, and that each message is accounted for.

All services and a real mail server by a clock that the test puts forward.
"""

import re
import uuid
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta

import httpx
import pytest

from cadre.notification.v1 import message_service_pb2 as pb
from cadre.operations.v1 import operations_service_pb2 as operations_pb
from cadre_demo import content, story
from servicekit.calendar import PACIFIC
from servicekit.testing.offices import state_calendar
from servicekit.testing.unencrypted import NO_AUTHORITIES
from servicekit.testing.waiting import wait_until

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

STAFF = 500
# A Tuesday, 10 a.m. in California.
BEGINS = datetime(2027, 2, 2, 10, tzinfo=PACIFIC)


@pytest.fixture
def product(by_clock):
    with by_clock(BEGINS, STAFF) as running:
        yield running


def caught(product, **asked):
    """All mail that would have gone out."""
    request = pb.ListCaughtMailRequest(page_size=1000, **asked)
    return list(product.reach().every(product.reach().messages.ListCaughtMail, request, "mails"))


def rules(product):
    access = product.reach()
    answer = access.ask(access.messages.ListMessageRules, pb.ListMessageRulesRequest())
    return {rule.kind: rule for rule in answer.rules}


def climb(product, job="climb-ladders"):
    """Have the job look at once which rungs are reached; else it does so each minute."""
    access = product.reach()
    run = operations_pb.RunJobRequest(name=f"jobs/{job}", request_id=str(uuid.uuid4()))
    access.ask(access.operations["notification"].RunJob, run)


def accounted(rule):
    """What was wanted of a kind, by what became of it."""
    return rule.waiting, rule.sent + rule.failed + sum(one.count for one in rule.held_back)


def test_a_letter_is_in_the_mail_of_agencies_at_once_of_staff_in_the_morning_and_of_who_is_late_rung_by_rung(product):
    offices, days = state_calendar(), product.days
    letter = story.issue_letter(product.access, product.cast, content.load(), product.course_version).notice
    story.wait_for_mail(product.access, product.cast, letter)
    # Who wrote it hears that it is out, too.
    first = [mail for mail in caught(product) if "confirm" in mail.subject]
    assert {about for mail in first for about in mail.about} == {letter.name}
    assert max(Counter(mail.person for mail in first).values()) == 1
    assert all("Please confirm it by" in mail.text and "Pacific time" in mail.text for mail in first)
    waiting, done = accounted(rules(product)["letter.asked"])
    assert (waiting, done) == (waiting, 0)
    assert waiting > 400

    days.to(offices.add(days.today, 1))
    wait_until(lambda: accounted(rules(product)["letter.asked"]) == (0, waiting), lambda: str(rules(product)))
    of_staff = [mail for mail in caught(product) if "New on your list" in mail.text]
    assert len(of_staff) == rules(product)["letter.asked"].sent
    assert max(Counter(mail.person for mail in of_staff).values()) == 1
    # Nobody has an address that there is not; who has none is accounted for.
    held = {one.cause for one in rules(product)["letter.asked"].held_back}
    assert held <= {"NO_ADDRESS", "ON_LEAVE"}

    due = datetime.strptime(re.search(r"done by \w+, (\w+ \d+, \d+)", of_staff[0].text)[1], "%B %d, %Y")  # noqa: DTZ007
    # A rung is reached as its day begins. It is past eight here: so it is said in the morning after.
    for business_days, kind in ((-3, "letter.due"), (1, "letter.overdue"), (3, "team.overdue")):
        days.to(offices.add(due.date(), business_days))
        climb(product)
        wait_until(lambda kind=kind: sum(accounted(rules(product)[kind])), lambda: str(rules(product)))
        days.to(offices.add(due.date(), business_days + 1))
        wait_until(lambda kind=kind: rules(product)[kind].sent, lambda: str(rules(product)))
    wait_until(lambda: not any(rule.waiting for rule in rules(product).values()), lambda: str(rules(product)))
    late = [mail for mail in caught(product) if "past due at your agency" in mail.subject]
    assert {mail.person for mail in late} & set(product.cast.leads.values())
    assert product.reach().wrong() == {}


def test_in_the_first_morning_of_a_week_each_hears_in_one_mail_what_is_due_soon(product):
    days = product.days
    letter = story.issue_letter(product.access, product.cast, content.load(), product.course_version).notice
    story.wait_for_mail(product.access, product.cast, letter)
    assert rules(product)["week.list"].sent == 0

    offices, due = state_calendar(), date.fromisoformat(letter.due_date)
    before = offices.add(due, -3)
    monday = before - timedelta(days=before.weekday())
    first = monday if offices.is_business_day(monday) else offices.add(monday, 1)
    days.to(first)
    climb(product, "say-week")
    kinds = ("week.list", "week.agency", "week.picture", "week.state")
    wait_until(lambda: all(accounted(rules(product)[kind])[1] for kind in kinds), lambda: str(rules(product)))
    wait_until(lambda: not any(rules(product)[kind].waiting for kind in kinds), lambda: str(rules(product)))
    of_week = [mail for mail in caught(product) if f"weeks/{first}" in mail.about]

    assert max(Counter(mail.person for mail in of_week).values()) == 1
    # What else goes to somebody at that moment may stand first in their mail, and is its subject then.
    assert len([mail for mail in of_week if "Your week: 1 thing is on your list" in mail.text]) > 400
    assert any("people ready, due" in mail.text and "<table" in mail.html for mail in of_week)
    assert product.reach().wrong() == {}


def test_agencies_of_an_urgent_letter_are_reminded_by_the_hour_with_their_directors_and_then_the_state(product):
    days, demo = product.days, content.load()
    urgent = replace(demo, letter=replace(demo.letter, urgent="The case system is down."))
    letter = story.issue_letter(product.access, product.cast, urgent, product.course_version).notice
    story.wait_for_mail(product.access, product.cast, letter)
    assert letter.agency_due_date == str(BEGINS.date())

    def said():
        return {mail.name: mail for mail in caught(product) if "not confirmed" in mail.text}

    def hear(hours, text, enough):
        """Put the clock forward by hours; return who hears a text in new mail, once these are enough."""
        before = said()
        days.ahead += timedelta(hours=hours)
        climb(product)

        def new():
            return {mail.person for name, mail in said().items() if name not in before and text in mail.text}

        wait_until(lambda: enough(new()), lambda: str(rules(product)))
        return new()

    leads, late = set(product.cast.leads.values()), "Urgent: Your agency has not confirmed"
    # It was issued a little after ten; 3 p.m., 5 p.m., and 9 a.m. of the next morning.
    first = hear(5, late, lambda people: people >= leads)
    # The directors, too.
    assert hear(2, late, lambda people: people > first)
    assert hear(16, "agencies have not confirmed", bool)
    wait_until(lambda: not rules(product)["letter.unconfirmed"].waiting, lambda: str(rules(product)))
    assert product.reach().wrong() == {}


def test_opening_every_link_of_every_mail_changes_nothing(product):
    letter = story.issue_letter(product.access, product.cast, content.load(), product.course_version).notice
    story.wait_for_mail(product.access, product.cast, letter)
    wait_until(lambda: rules(product)["letter.issued"].waiting == 0, lambda: str(rules(product)))
    links = {link for mail in caught(product) for link in re.findall(r'href="http://[^/]+(/[^"]*)"', mail.html)}
    before = rules(product)
    with httpx.Client(verify=NO_AUTHORITIES, base_url=product.url) as scanner:
        answers = {link: scanner.get(link).status_code for link in links}

    assert len(links) > 40
    assert set(answers.values()) == {303}
    assert rules(product) == before
