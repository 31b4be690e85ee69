"""What enrollment tells moves the figures, in whatever order it comes."""

from datetime import UTC, datetime, timedelta

import pytest

from cadre.enrollment.v1 import events_pb2 as enrollment
from cadre.notification.v1 import notice_service_pb2 as pb
from servicekit.events.consumers import Outcome


@pytest.fixture
def ana(cadre):
    return cadre.new_id()


@pytest.fixture
def audience(cadre, ana):
    return cadre.new_audience(cadre.at(ana, "lake"), cadre.at(cadre.new_id(), "lake"))


@pytest.fixture
def notice(cadre, audience):
    return cadre.issued(audience, asks=pb.TRAIN)


def told(message_type, notice, *people):
    return message_type(requirement_id=notice.name[8:], notice_id=notice.name[8:], person_ids=people)


def test_training_alone_is_not_enough_where_a_confirmation_is_asked(cadre, notice, ana):
    cadre.deliver(cadre.completed(notice, ana))
    assert cadre.state(notice) == {"of": 2, "not_started": 1, "trained": 1}, "they have begun"

    cadre.confirm(notice, ana)

    assert cadre.state(notice) == {"of": 2, "not_started": 1, "ready": 1, "read": 1, "confirmed": 1, "trained": 1}


def test_the_first_completion_stays(cadre, notice, ana):
    first = datetime.now(UTC) - timedelta(hours=2)
    cadre.deliver(cadre.completed(notice, ana, at=first))
    cadre.deliver(cadre.completed(notice, ana))

    (item,) = cadre.inbox(ana)
    assert item.train_time.ToDatetime(UTC) == first
    assert cadre.state(notice)["trained"] == 1


def test_training_that_was_recorded_by_mistake_moves_the_figures_back_and_may_be_completed_again(cadre, notice, ana):
    cadre.confirm(notice, ana)
    before = cadre.state(notice)
    cadre.deliver(cadre.completed(notice, ana))
    assert cadre.state(notice)["ready"] == 1

    cadre.deliver(told(enrollment.CompletionRetracted, notice, ana))
    assert cadre.state(notice) == cadre.agency(notice, "lake") == before
    (item,) = cadre.inbox(ana)
    assert not item.HasField("train_time")

    again = datetime.now(UTC) + timedelta(hours=1)
    cadre.deliver(cadre.completed(notice, ana, at=again))
    (item,) = cadre.inbox(ana)
    assert item.train_time.ToDatetime(UTC) == again
    assert cadre.state(notice)["ready"] == 1


def test_who_only_seemed_trained_has_not_started(cadre, notice, ana):
    cadre.deliver(cadre.completed(notice, ana))
    cadre.deliver(told(enrollment.CompletionRetracted, notice, ana))
    cadre.deliver(told(enrollment.CompletionRetracted, notice, ana))

    assert cadre.state(notice) == {"of": 2, "not_started": 2}


def test_who_is_excused_leaves_the_denominator_and_comes_back_with_a_new_assignment(cadre, notice, ana):
    cadre.confirm(notice, ana)

    cadre.deliver(told(enrollment.AssignmentWaived, notice, ana))
    assert cadre.state(notice) == cadre.agency(notice, "lake") == {"of": 1, "not_started": 1, "excused": 1}
    (item,) = cadre.inbox(ana)
    assert item.excused
    assert list(cadre.inbox(ana, only_open=True)) == []

    cadre.deliver(told(enrollment.AssignmentCreated, notice, ana))
    assert cadre.state(notice) == {"of": 2, "not_started": 1, "read": 1, "confirmed": 1}


def test_a_completion_that_comes_before_the_membership_is_not_lost(cadre, audience, notice):
    joiner = cadre.new_id()

    cadre.deliver(cadre.completed(notice, joiner))
    assert cadre.state(notice) == {"of": 2, "not_started": 2}
    assert list(cadre.inbox(joiner)) == []

    cadre.members(audience, cadre.at(joiner, "yolo"))
    cadre.confirm(notice, joiner)
    assert cadre.agency(notice, "yolo") == {"of": 1, "ready": 1, "read": 1, "confirmed": 1, "trained": 1}


def test_an_excuse_that_comes_before_the_membership_is_not_lost(cadre, audience, notice):
    joiner = cadre.new_id()

    cadre.deliver(told(enrollment.AssignmentWaived, notice, joiner))
    cadre.members(audience, cadre.at(joiner, "yolo"))

    assert cadre.agency(notice, "yolo") == {"excused": 1}


def test_an_assignment_of_a_letter_that_is_not_ours_is_laid_aside(cadre, notice):
    cadre.broken = {"dead_letters.waiting": 1}
    stranger = cadre.completed(notice, cadre.new_id())
    stranger.notice_id = cadre.new_id()

    assert cadre.try_to_deliver(stranger) == [Outcome.BURIED]


def test_one_event_that_is_refused_does_not_hold_up_the_others(cadre, notice, ana):
    cadre.broken = {"dead_letters.waiting": 1}
    stranger = cadre.completed(notice, cadre.new_id())
    stranger.notice_id = cadre.new_id()

    outcomes = cadre.try_to_deliver(stranger, cadre.completed(notice, ana))

    assert outcomes == [Outcome.BURIED, Outcome.HANDLED]
    assert cadre.state(notice)["trained"] == 1


def test_a_thousand_completions_take_as_many_statements_as_one(cadre, statements):
    people = cadre.people(1001)
    audience = cadre.new_audience(*(cadre.at(person, "lake") for person in people))
    notice = cadre.issued(audience, asks=pb.TRAIN)
    counted = []
    for some in (people[:1], people[1:]):
        with statements() as sent:
            cadre.deliver(cadre.completed(notice, *some))
        counted.append(len(sent))

    assert counted[0] == counted[1] <= 10
    assert cadre.state(notice)["trained"] == 1001


def test_first_assignments_of_everybody_cost_one_look(cadre, notice, ana, statements):
    with statements() as sent:
        cadre.deliver(told(enrollment.AssignmentCreated, notice, ana, *cadre.people(500)))

    assert len(sent) == 4  # the kit's two, the inbox, the look
    assert cadre.state(notice) == {"of": 2, "not_started": 2}
