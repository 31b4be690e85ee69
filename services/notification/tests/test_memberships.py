"""Open notices follow the audience by themselves: joiners, leavers, movers, leave."""

import pytest

from cadre.notification.v1 import notice_service_pb2 as pb
from servicekit.events.consumers import Outcome
from servicekit.testing.offices import state_calendar


@pytest.fixture
def ana(cadre):
    return cadre.new_id()


@pytest.fixture
def audience(cadre, ana):
    return cadre.new_audience(cadre.at(ana, "lake"), cadre.at(cadre.new_id(), "lake"))


def due_date_of(cadre, notice, person):
    return cadre.rows("SELECT due_date FROM recipient WHERE person_id = %(person)s", person=person)[0][0].isoformat()


def test_a_joiner_becomes_a_recipient_with_days_of_their_own(cadre, audience):
    notice, ben, cruz = cadre.issued(audience), cadre.new_id(), cadre.new_id()
    late = state_calendar().add(cadre.effective, 1)

    cadre.members(audience, cadre.at(ben, "yolo"))
    cadre.members(audience, cadre.at(cruz, "yolo"), effective=late)

    assert cadre.state(notice) == {"of": 4, "not_started": 4}
    assert cadre.agency(notice, "yolo") == {"of": 2, "not_started": 2}
    assert due_date_of(cadre, notice, ben) == notice.due_date
    assert due_date_of(cadre, notice, cruz) == state_calendar().add(late, 5).isoformat()
    assert [item.notice.name for item in cadre.inbox(ben)] == [notice.name]


def test_a_leaver_goes_off_the_list_and_keeps_their_history(cadre, audience, ana):
    notice = cadre.issued(audience)
    cadre.confirm(notice, ana)

    cadre.members(audience, cadre.at(ana, "lake", member=False))

    assert cadre.state(notice) == {"of": 1, "not_started": 1}
    assert cadre.agency(notice, "lake") == {"of": 1, "not_started": 1}
    assert list(cadre.inbox(ana)) == []
    assert len(cadre.rows("SELECT FROM acknowledgement")) == 1


def test_who_comes_back_finds_what_they_did_and_counts_again(cadre, audience, ana):
    notice = cadre.issued(audience)
    cadre.confirm(notice, ana)
    cadre.members(audience, cadre.at(ana, "lake", member=False))

    cadre.members(audience, cadre.at(ana, "yolo"))

    assert cadre.state(notice) == {"of": 2, "ready": 1, "not_started": 1, "read": 1, "confirmed": 1}
    assert cadre.agency(notice, "yolo") == {"of": 1, "ready": 1, "read": 1, "confirmed": 1}


def test_a_mover_counts_at_their_new_agency_and_keeps_their_due_date(cadre, audience, ana):
    notice = cadre.issued(audience)
    cadre.read(notice, ana)

    moved = cadre.at(ana, "lake", member=False), cadre.at(ana, "yolo")
    cadre.members(audience, *moved, effective=state_calendar().add(cadre.effective, 10))

    assert cadre.agency(notice, "lake") == {"of": 1, "not_started": 1}
    assert cadre.agency(notice, "yolo") == {"of": 1, "read": 1}
    assert cadre.state(notice) == {"of": 2, "not_started": 1, "read": 1}
    assert due_date_of(cadre, notice, ana) == notice.due_date


def test_leave_and_return_move_the_figures_and_the_due_date(cadre, audience, ana):
    notice = cadre.issued(audience)
    cadre.confirm(notice, ana)

    cadre.members(audience, cadre.at(ana, "lake", on_leave=True))
    # Nothing is expected of this person now, so what they did before does not count either.
    away = {"of": 2, "on_leave": 1, "not_started": 1}
    assert cadre.state(notice) == cadre.agency(notice, "lake") == away
    (item,) = cadre.inbox(ana)
    assert item.on_leave
    assert not item.ready

    back = state_calendar().add(cadre.effective, 2)
    cadre.members(audience, cadre.at(ana, "lake"), effective=back)
    here = {"of": 2, "ready": 1, "not_started": 1, "read": 1, "confirmed": 1}
    assert cadre.state(notice) == cadre.agency(notice, "lake") == here
    assert due_date_of(cadre, notice, ana) == state_calendar().add(back, 5).isoformat()


def test_one_person_at_two_agencies_counts_in_each_and_once_for_the_state(cadre, audience, ana):
    cadre.members(audience, cadre.at(ana, "yolo", "intake"))
    notice = cadre.issued(audience)
    assert cadre.state(notice) == {"of": 2, "not_started": 2}

    cadre.confirm(notice, ana)

    done = {"ready": 1, "read": 1, "confirmed": 1}
    assert cadre.state(notice) == {"of": 2, "not_started": 1, **done}
    assert cadre.agency(notice, "lake") == {"of": 2, "not_started": 1, **done}
    assert cadre.agency(notice, "yolo") == {"of": 1, **done}
    cadre.members(audience, cadre.at(ana, "yolo", member=False))
    assert cadre.state(notice) == {"of": 2, "not_started": 1, **done}
    assert cadre.agency(notice, "yolo") == {}


def test_every_open_notice_of_the_audience_follows_and_no_other(cadre, audience):
    one, two = cadre.issued(audience), cadre.issued(audience, asks=pb.READ)
    other = cadre.issued(cadre.new_audience(cadre.at(cadre.new_id(), "yolo")))
    draft = cadre.draft(audience)

    cadre.members(audience, *(cadre.at(person, "yolo") for person in cadre.people(3)))

    assert cadre.state(one)["of"] == cadre.state(two)["of"] == 5
    assert cadre.state(other)["of"] == 1
    assert cadre.rows("SELECT count(*) FROM recipient WHERE notice_id::text = %(id)s", id=draft.name[8:]) == [(0,)]


def test_an_older_revision_never_overwrites_a_newer_one(cadre, audience, ana):
    notice = cadre.issued(audience)
    leaves, returns = (
        cadre.chunks(audience, cadre.at(ana, "lake", member=False)),
        cadre.chunks(audience, cadre.at(ana, "lake")),
    )

    cadre.deliver(*returns)
    cadre.deliver(*leaves)

    assert cadre.state(notice)["of"] == 2


def test_two_revisions_in_one_batch_count_as_two(cadre, audience, ana):
    notice = cadre.issued(audience)
    back = state_calendar().add(cadre.effective, 2)
    away = cadre.chunks(audience, cadre.at(ana, "lake", on_leave=True))
    returned = cadre.chunks(audience, cadre.at(ana, "lake"), effective=back)

    cadre.deliver(*away, *returned)

    assert cadre.state(notice) == {"of": 2, "not_started": 2}
    assert due_date_of(cadre, notice, ana) == state_calendar().add(back, 5).isoformat()


def test_the_same_event_twice_counts_once(cadre, audience):
    notice = cadre.issued(audience)
    chunks, event_ids = cadre.chunks(audience, cadre.at(cadre.new_id(), "yolo")), [cadre.new_id()]

    assert cadre.try_to_deliver(*chunks, event_ids=event_ids) == [Outcome.HANDLED]
    assert cadre.try_to_deliver(*chunks, event_ids=event_ids) == [Outcome.DUPLICATE]
    cadre.deliver(*chunks)  # told again, as another event

    assert cadre.state(notice) == {"of": 3, "not_started": 3}


def test_an_event_that_cannot_be_read_is_laid_aside(cadre, audience):
    cadre.broken = {"dead_letters.waiting": 1}
    (chunk,) = cadre.chunks(audience)
    chunk.effective_date = "soon"

    assert cadre.try_to_deliver(chunk) == [Outcome.BURIED]
    assert cadre.rows("SELECT count(*) FROM dead_letter WHERE error LIKE 'INVALID_FIELD%%'") == [(1,)]


def test_a_change_sends_as_many_statements_for_a_thousand_people_as_for_one(cadre, audience, statements):
    cadre.issued(audience), cadre.issued(audience)
    counted = []
    for size in (1, 1000):
        chunks = cadre.chunks(audience, *(cadre.at(person, "yolo") for person in cadre.people(size)))
        with statements() as sent:
            cadre.deliver(*chunks)
        counted.append(len(sent))

    # One of them asks which agencies have an earlier day.
    assert counted[0] == counted[1] <= 14
