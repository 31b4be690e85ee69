"""What other services want said reaches people by mail, from the write that gave the occasion.

All services and a mail server by a clock that the test puts forward.
"""

import uuid
from datetime import datetime, timedelta

import pytest

from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.notification.v1 import message_service_pb2 as pb
from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import meeting_service_pb2 as meeting_pb
from cadre.partnership.v1 import membership_service_pb2 as membership_pb
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


def test_who_has_a_part_in_a_committee_hears_by_mail_that_it_meets_and_their_alternate_that_they_cannot_come(product):
    access, cast = product.access, product.cast
    manager, chair, alternate = cast.analyst, cast.leads["lake"], cast.leads["alameda"]
    fresh = [str(uuid.uuid4()) for _ in range(20)]
    grant = person_pb.RoleGrant(person=manager, role="training_manager", scope="state")
    access.ask(access.people.GrantRole, person_pb.GrantRoleRequest(grant=grant, request_id=fresh.pop()))
    access = product.reach()
    seats = [body_pb.Seat(id="first", title="The first seat", voting=True)]
    said = body_pb.Body(
        title="Steering Committee",
        code="STSC",
        kind=body_pb.Body.COMMITTEE,
        visibility=body_pb.Body.MEMBERS,
        constituencies=[body_pb.Constituency(id="agencies", title="Agencies", seats=seats)],
    )
    made = access.ask(
        access.bodies.CreateBody,
        body_pb.CreateBodyRequest(body_id="stsc", body=said, request_id=fresh.pop()),
        person=manager,
    )
    part = membership_pb.Membership
    given = (
        (chair, "lake", part.CHAIR, ""),
        (chair, "lake", part.MEMBER, "first"),
        (alternate, "alameda", part.ALTERNATE, "first"),
    )
    for person, agency, is_, seat in given:
        one = part(person=person, organization=agency, part=is_, seat=seat, start_date="2027-02-01")
        access.ask(
            access.memberships.CreateMembership,
            membership_pb.CreateMembershipRequest(parent=made.name, membership=one, request_id=fresh.pop()),
            person=manager,
        )
    meeting = meeting_pb.Meeting(title="Winter meeting", zone="America/Los_Angeles")
    meeting.start_time.FromDatetime(BEGINS + timedelta(days=7))
    meeting.end_time.FromDatetime(BEGINS + timedelta(days=7, hours=2))
    meeting.items.add(title="The new course", kind=meeting_pb.AgendaItem.DISCUSSION, minutes=10)

    def by_chair(method, request):
        return access.ask(method, request, person=chair)

    draft = by_chair(
        access.meetings.CreateMeeting,
        meeting_pb.CreateMeetingRequest(parent=made.name, meeting=meeting, request_id=fresh.pop()),
    )
    by_chair(
        access.meetings.CallMeeting,
        meeting_pb.CallMeetingRequest(name=draft.name, etag=draft.etag, request_id=fresh.pop()),
    )
    by_chair(
        access.meetings.AnswerCall,
        meeting_pb.AnswerCallRequest(name=draft.name, comes=False, request_id=fresh.pop()),
    )

    def caught():
        request = pb.ListCaughtMailRequest(page_size=100)
        mails = product.reach().every(product.reach().messages.ListCaughtMail, request, "mails")
        return {mail.person for mail in mails if mail.subject.startswith(called)}

    def titles(person):
        listed = product.reach().ask(access.messages.ListMessages, pb.ListMessagesRequest(), person=person)
        return {one.title for one in listed.messages if "Steering Committee" in one.title}

    called, asked = "A meeting is called: Winter meeting, Steering Committee", "You are asked to come: Winter meeting"
    # Of two at a time one mail is made.
    wait_until(lambda: caught() == {chair, alternate}, caught)
    assert titles(chair) == {called}
    assert titles(alternate) == {called, f"{asked}, Steering Committee"}
    left = person_pb.EndJobRequest(
        parent="agencies/alameda", person=alternate, end_date="2027-02-02", request_id=fresh.pop()
    )
    access.ask(access.people.EndJob, left)

    def seated():
        listed = membership_pb.ListMembershipsRequest(parent=made.name, day="2027-02-02")
        return {one.person for one in by_chair(access.memberships.ListMemberships, listed).memberships}

    # Whoever runs the committee hears of it in the morning.
    wait_until(lambda: seated() == {chair}, seated)
    assert product.reach().wrong() == {}
