"""Letters reach people by mail: who hears what, when, how often, and that each message is accounted for.

All services and a real mail server by a clock that the test puts forward.
"""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from cadre.notification.v1 import message_service_pb2 as pb
from cadre_demo import content, story
from servicekit.calendar import PACIFIC
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
    return list(product.access.every(product.access.messages.ListCaughtMail, request, "mails"))


def rules(product):
    answer = product.access.ask(product.access.messages.ListMessageRules, pb.ListMessageRulesRequest())
    return {rule.kind: rule for rule in answer.rules}


def test_a_letter_that_is_issued_is_in_the_mail_of_each_agencys_coordinators_within_minutes(product):
    access, cast = product.access, product.cast
    letter = story.issue_letter(access, cast, content.load(), product.course_version).notice
    story.wait_for_mail(access, cast, letter)
    mails = caught(product)
    print(story.mail(access, cast, letter))
    print(rules(product))
    assert max(Counter(mail.person for mail in mails).values()) == 1
    assert {about for mail in mails for about in mail.about} == {letter.name}
