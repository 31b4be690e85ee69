"""What other services want said reaches people by mail, from the write that gave the occasion.

All services and a mail server by a clock that the test puts forward.
"""

import uuid
from datetime import datetime

import pytest

from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.notification.v1 import message_service_pb2 as pb
from servicekit.calendar import PACIFIC
from servicekit.testing.waiting import wait_until

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

# A Tuesday, 10 a.m. in California.
BEGINS = datetime(2027, 2, 2, 10, tzinfo=PACIFIC)


@pytest.fixture
def product(by_clock):
    with by_clock(BEGINS, 500) as running:
        yield running


def test_who_is_given_a_role_and_has_it_taken_back_hears_both_by_mail_and_nobody_hears_what_they_came_with(product):
    access = product.access
    listed = person_pb.ListPeopleRequest(parent="agencies/dcss", page_size=100)
    person = next(one for one in access.ask(access.people.ListPeople, listed).people if one.email)

    def caught():
        request = pb.ListCaughtMailRequest(page_size=100)
        return sorted(
            (mail.subject, mail.person) for mail in access.every(access.messages.ListCaughtMail, request, "mails")
        )

    grant = person_pb.RoleGrant(person=person.name, role="evaluator", scope="state")
    given = access.ask(access.people.GrantRole, person_pb.GrantRoleRequest(grant=grant, request_id=str(uuid.uuid4())))
    first = [("You were given a role: evaluator, the state", person.name)]
    wait_until(lambda: caught() == first, caught)
    access.ask(
        access.people.RevokeRole,
        person_pb.RevokeRoleRequest(name=given.name, reason="A test.", request_id=str(uuid.uuid4())),
    )

    both = sorted([*first, ("A role was taken from you: evaluator, the state", person.name)])
    wait_until(lambda: caught() == both, caught)
    assert product.reach().wrong() == {}
