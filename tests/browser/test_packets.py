"""Demand D30: three letters in a packet, each confirmed in its own words, by the keyboard alone; and for others."""

import re

import pytest
from playwright.sync_api import expect

from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre.notification.v1 import packet_service_pb2 as packet_pb
from cadre_cli.access import request_id

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

WORDS = ("I know the dress code.", "I have read the privacy policy.", "I keep my password to myself.")


@pytest.fixture(scope="module")
def letters_of_packet(cadre, issued):
    return [issued(f"Policy {n} of a packet", statement=words) for n, words in enumerate(WORDS, 1)]


def test_a_learner_confirms_a_packet_of_three_letters_in_their_own_words_by_the_keyboard(
    cadre, person, letters_of_packet
):
    coordinator = person().sign_in("Coordinator, Lake")
    coordinator.go("/packets/lake/new")
    coordinator.keys.type("Name of the packet", "Three policies")
    for place, letter in enumerate(letters_of_packet, 1):
        coordinator.keys.tab_to(coordinator.page.locator(f"#place-{letter}"))
        coordinator.page.keyboard.type(str(place))
    coordinator.keys.press("button", "Make the packet")
    coordinator.sees("The packet is made.")

    learner = person().sign_in("Specialist, Lake")
    learner.go("/training")
    learner.keys.press("link", "Open Three policies")
    learner.sees("A packet of 3 letters: 0 of 3 confirmed.")
    for words in WORDS[:2]:
        learner.keys.tab_to(learner.page.get_by_label(words))
        learner.page.keyboard.press("Space")
    learner.keys.press("button", "Confirm those that are ticked")
    learner.sees("Confirmed. What was not ticked stays to be confirmed.")
    learner.sees("A packet of 3 letters: 2 of 3 confirmed.")
    expect(learner.page.get_by_role("checkbox")).to_have_count(1)

    learner.keys.press("button", "Confirm those that are ticked")
    learner.sees("Tick the letters that you confirm.")

    learner.go(f"/training/{letters_of_packet[0]}")
    learner.page.get_by_text("What you read and confirmed of this letter").click()
    learner.sees(f"“{WORDS[0]}”")
    learner.sees("In a packet of letters")

    coordinator.go(coordinator.page.url.removeprefix(cadre.url).partition("?")[0])
    coordinator.sees(re.compile(r"0 of \d+ confirmed every letter"))
    coordinator.sees("2 of 3")


def test_a_statement_that_changed_meanwhile_is_shown_and_the_other_ticks_stay(cadre, person, letters_of_packet):
    ask, lead = cadre.access.ask, cadre.cast.leads["lake"]
    create = packet_pb.CreatePacketRequest(
        parent="agencies/lake",
        title="Two that change",
        notices=[f"notices/{one}" for one in letters_of_packet[1:]],
        request_id=request_id("packet", "changing"),
    )
    name = ask(cadre.access.packets.CreatePacket, create, person=lead).name.rpartition("/")[2]
    coordinator = person().sign_in("Coordinator, Lake")
    coordinator.go(f"/training/packets/lake/{name}")
    coordinator.page.locator(f"input[name=statement-{letters_of_packet[1]}]").evaluate("e => { e.value = '0' }")
    for label in coordinator.page.locator("label.usa-checkbox__label").all():
        label.click()

    coordinator.press("Confirm those that are ticked")

    coordinator.sees(re.compile("The words to confirm are others now: “I have read the privacy policy.”"))
    assert [box.is_checked() for box in coordinator.page.get_by_role("checkbox").all()] == [False, True]
    coordinator.complaints.clear()


def test_a_confirmation_that_is_recorded_is_seen_by_the_person_who_sees_also_who_looked(cadre, person, issued):
    letter = issued("A letter that was signed on paper", statement="I have signed this on paper.")
    personas = cadre.access.ask(cadre.access.sign_ins.ListPersonas, sign_in_pb.ListPersonasRequest()).personas
    (worker,) = (one.person.removeprefix("people/") for one in personas if one.part == "learner")
    coordinator, learner = person().sign_in("Coordinator, Lake"), person().sign_in("Specialist, Lake")
    coordinator.go(f"/agencies/lake/letters/{letter}/people/{worker}")
    coordinator.sees_heading("Record a confirmation")
    coordinator.page.locator("#recorded_reason").fill("Signed on paper")
    coordinator.press("Record the confirmation")
    coordinator.sees("Recorded, with your name and the reason.")
    coordinator.sees("recorded for them")

    learner.go(f"/training/{letter}")
    learner.sees("that you confirmed this letter")
    learner.press("Confirm it myself")
    learner.sees("Done. You are ready")
    expect(learner.page.get_by_role("button", name="Confirm it myself")).to_have_count(0)
    learner.go("/record/looked-at")
    learner.sees("Looked at: a person under a letter")
