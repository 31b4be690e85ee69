"""Whom a letter reached: every person in one place, whatever happens to them and to the letter."""

import random
import uuid
from datetime import timedelta

import pytest

from cadre.notification.v1 import evidence_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from notification.messages import ledger
from notification.messages.ledger import Wanted
from notification.messages.rules.kinds import LETTER_ASKED

from .amending import amend, current

AGENCIES = ("lake", "yolo", "alameda")


@pytest.fixture
def state(cadre):
    return cadre.running.stubs(caller=f"people/{cadre.new_id()}", rights=["evidence.read"])


@pytest.fixture
def lake(cadre):
    rights = {"evidence.read_agency": ["agencies/lake"]}
    return cadre.running.stubs(caller=f"people/{cadre.new_id()}", rights=rights)


def covered(state, letter):
    answer = state.GetStateCoverage(pb.GetStateCoverageRequest(notice=letter.name))
    return {one.agency.removeprefix("agencies/"): one for one in (answer.state, *answer.agencies)}


def parts(one):
    return {name: getattr(one, name) for name in ("ready", "to_go", "on_leave", "excused", "left")}


def reached(one):
    return {(pb.Reach.How.Name(each.how), each.cause): each.people for each in one.reached}


def balanced(found):
    for one in found.values():
        assert one.expected == sum(parts(one).values()), one
        assert one.expected == sum(reached(one).values()), one
    return True


def test_everybody_a_letter_is_for_stands_in_one_place(cadre, state, lake):
    done, away, leaves, idle, both = cadre.people(5)
    people = [cadre.at(done, "lake"), cadre.at(away, "lake", on_leave=True), cadre.at(leaves, "lake")]
    audience = cadre.new_audience(*people, cadre.at(idle, "yolo"), cadre.at(both, "lake"), cadre.at(both, "yolo"))
    letter = cadre.issued(audience)
    cadre.confirm(letter, done)
    cadre.members(audience, cadre.at(leaves, "lake", member=False))

    found = covered(state, letter)

    assert balanced(found)
    assert parts(found["lake"]) == {"ready": 1, "to_go": 1, "on_leave": 1, "excused": 0, "left": 1}
    assert parts(found[""]) == {"ready": 1, "to_go": 2, "on_leave": 1, "excused": 0, "left": 1}
    assert found[""].expected == 5
    assert lake.GetCoverage(pb.GetCoverageRequest(notice=letter.name, agency="agencies/lake")) == found["lake"]


def test_how_people_heard_is_the_best_that_became_of_their_mail(cadre, state):
    sent, late, bounced, held, _ = people = cadre.people(5)
    audience = cadre.new_audience(*(cadre.at(person, "lake") for person in people))
    letter = cadre.issued(audience)
    database = cadre.running.runtime.database
    with database.transaction(actor="services/notification", method="test/coverage") as db:
        for number, to in enumerate(([sent, late, bounced, held], [sent, late])):
            ledger.want(
                db,
                Wanted(
                    once=f"coverage/{number}",
                    kind=LETTER_ASKED,
                    about=letter.name,
                    facts={},
                    goes_at=db.at + timedelta(days=1),
                    notice_id=uuid.UUID(letter.name.removeprefix("notices/")),
                    people=[uuid.UUID(one) for one in to],
                ),
            )
        become = (
            "UPDATE message_to SET state = %(state)s, cause = %(cause)s, mail_id = %(mail)s WHERE person_id = %(of)s"
        )
        db.run(become, state="BOUNCED", cause="", mail=uuid.uuid4(), of=bounced)
        db.run(become, state="HELD_BACK", cause="NO_ADDRESS", mail=None, of=held)
        first = "AND message_id = (SELECT id FROM message WHERE once = 'coverage/0')"
        db.run(f"{become} {first}", state="SENT", cause="", mail=uuid.uuid4(), of=sent)
        db.run(f"{become} {first}", state="HELD_BACK", cause="DONE", mail=None, of=late)
        db.changed("test")
    # Of these mails there are none.
    cadre.broken = {"messages.unaccounted": 2}

    found = covered(state, letter)

    assert balanced(found)
    assert reached(found["lake"]) == {
        ("SENT", ""): 1,
        ("WANTED", ""): 1,
        ("BOUNCED", ""): 1,
        ("HELD_BACK", "NO_ADDRESS"): 1,
        ("ON_PAGE", ""): 1,
    }


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_the_parts_add_up_to_the_whole(cadre, state, seed):
    chance = random.Random(seed)
    people = cadre.people(12)
    at = {person: {chance.choice(AGENCIES)} for person in people[:9]}
    audience = cadre.new_audience(*(cadre.at(person, place) for person, places in at.items() for place in places))
    letter = cadre.issued(audience)

    def step():
        person, place = chance.choice(people), chance.choice(AGENCIES)
        places = at.setdefault(person, set())
        match chance.choice(("join", "leave", "away", "confirm", "confirm", "amend", "reword")):
            case "join":
                cadre.members(audience, cadre.at(person, place))
                places.add(place)
            case "leave" if place in places:
                cadre.members(audience, cadre.at(person, place, member=False))
                places.remove(place)
            case "away" if places:
                cadre.members(audience, *(cadre.at(person, one, on_leave=chance.random() < 0.5) for one in places))
            case "confirm" if places:
                cadre.confirm(current(cadre, letter), person)
            case "amend":
                amend(cadre, letter, staff_action=f"Try {chance.randrange(100, 900)} times.")
            case "reword":
                amend(cadre, letter, contact=f"policy{chance.randrange(100, 900)}@dcss.example.org")

    for _ in range(25):
        step()
        assert balanced(covered(state, letter))

    cadre.approver.WithdrawNotice(
        notice_pb.WithdrawNoticeRequest(
            name=letter.name, reason="Replaced", etag=current(cadre, letter).etag, request_id=cadre.new_id()
        )
    )
    found = covered(state, letter)
    assert all(one.expected == sum(parts(one).values()) for one in found.values())


def test_a_state_without_the_right_and_an_agency_elsewhere_see_none(cadre, lake):
    audience = cadre.new_audience(cadre.at(cadre.new_id(), "yolo"))
    letter = cadre.issued(audience)

    asked = pb.GetCoverageRequest(notice=letter.name, agency="agencies/yolo")
    assert cadre.reason_of(lake.GetCoverage, asked) == "PERMISSION_MISSING"
    assert (
        cadre.reason_of(lake.GetStateCoverage, pb.GetStateCoverageRequest(notice=letter.name)) == "PERMISSION_MISSING"
    )
