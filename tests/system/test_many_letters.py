"""Years of letters: pages show the first of them and say how many there are, and cost no more calls than for two."""

import re
import urllib.parse

import httpx
import pytest

from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre_cli.access import request_id
from servicekit.testing.unencrypted import NO_AUTHORITIES
from servicekit.testing.waiting import wait_until

from .visitor import Visitor, issue

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

# Of three letters home says what moved since yesterday: more make no difference.
FIRST, MANY = 3, 27


@pytest.fixture(scope="module")
def specialist(cadre):
    visitor = Visitor(cadre, "learner")
    yield visitor
    visitor.client.close()


@pytest.fixture(scope="module")
def analyst(cadre):
    visitor = Visitor(cadre, "analyst")
    yield visitor
    visitor.client.close()


@pytest.fixture(scope="module")
def coordinator(cadre):
    visitor = Visitor(cadre, "coordinator")
    yield visitor
    visitor.client.close()


def calls(cadre, visitor, path):
    """The calls that the gateway makes for a page that was asked for a moment ago."""

    def figures():
        url = f"http://127.0.0.1:{cadre.supervisor.site.ports['gateway'].metrics}/metrics"
        rows = [row for row in httpx.get(url, verify=NO_AUTHORITIES).text.splitlines() if f'route="{path}"' in row]
        return tuple(
            sum(float(row.rpartition(" ")[2]) for row in rows if row.startswith(f"cadre_page_calls_{what}"))
            for what in ("count", "sum")
        )

    def asked():
        pages_before, calls_before = figures()
        visitor.page(path)
        return wait_until(lambda: now[1] - calls_before if (now := figures())[0] > pages_before else None, "counted")

    # What is kept for seconds may have to be asked for anew at any of them.
    return min(asked() for _ in range(3))


def shown(text):
    """How many letters a page has a button for."""
    return len(re.findall(r">(?:Start|Continue)<", text))


def test_pages_show_the_first_letters_with_their_number_and_lead_to_all(cadre, specialist, coordinator, analyst):
    own, agency = "/home", "/agencies/lake/letters"
    pages = [(specialist, own), (specialist, "/training"), (coordinator, own), (analyst, own), (analyst, "/letters")]
    for number in range(FIRST):
        issue(cadre, f"Many letters: the first {number}", "read_confirm_and_train")
    wait_until(lambda: "22 minutes" in specialist.text("/training"), "the training arrives")
    before = [calls(cadre, *asked) for asked in pages]
    for number in range(MANY):
        issue(cadre, f"Many letters: number {number}", ("read_and_confirm", "read_confirm_and_train")[number % 2])

    assert shown(specialist.page(own).text) == 20
    counted = r"20 of (\d+) things shown, the soonest first\. Show all: My training \((\d+)\)"
    said = re.search(counted, specialist.text(own))
    total = int(said[1])
    assert total == int(said[2]) > MANY
    page, listed = specialist.page("/training").text, 0
    assert f"{total} letters with something to do, by due date; 25 on this page." in specialist.text("/training")
    while True:
        listed += shown(page)
        more = re.search(r'href="(/training\?page=[^"]+)"', page)
        if not more:
            break
        page = specialist.page(more[1]).text
    assert listed == total

    said = coordinator.text(own)
    assert re.search(r"20 of \d+ things shown, the soonest first\. Show all: My training \(\d+\)", said)
    unconfirmed = int(re.search(r"Letters of Lake County \((\d+) to confirm, \d+ with people still to do\)", said)[1])
    assert unconfirmed > MANY
    assert re.search(r"10 of \d+ changes shown\. All letters of Lake", said)
    assert f"{unconfirmed} to confirm" in coordinator.text(agency)
    first, second = coordinator.page(agency).text, re.search(r"page=([^\"]+)", coordinator.page(agency).text)[1]
    numbers = [
        set(re.findall(r'href="/agencies/lake/letters/([0-9a-f-]{36})"', text))
        for text in (first, coordinator.page(f"{agency}?page={urllib.parse.unquote(second)}").text)
    ]
    assert len(numbers[0]) == 25
    assert numbers[1]
    assert not numbers[0] & numbers[1]

    after = [calls(cadre, *asked) for asked in pages]
    # Which letter stands first changes too, and of one in force no forecast is asked: a call for each would be 27 more.
    assert max(now - then for now, then in zip(after, before, strict=True)) < MANY // 5
    assert min(after) > 1


def test_a_letter_that_staff_do_not_see_yet_is_there_by_no_address(cadre, specialist, coordinator):
    letter = issue(cadre, "Not for staff yet", "read_confirm_and_train", staff_release_days=3)
    letter_id, subject = letter.name.removeprefix("notices/"), letter.subject
    name = f"{letter.series} {letter.number}"
    wait_until(cadre.access.quiet, "the assignment is made, and must not show")
    assert subject in coordinator.text(f"/agencies/lake/letters/{letter_id}")

    for path in ("/home", "/training", "/training/letters", "/training/letters?query=staff+yet", "/record"):
        text = specialist.text(path)
        assert subject not in text, path
        assert name not in text, path
    assert name not in specialist.page("/record.csv").text
    ways = ("", "/letter", "/why", "/course", "/course/1", "/test", "/done", "/reaction")
    for way in ways:
        assert specialist.client.get(f"/training/{letter_id}{way}").status_code == 404, way
    csrf = re.search(r'name="csrf" value="([^"]+)"', specialist.page("/home").text)[1]
    proof = {"csrf": csrf, "request_id": request_id(subject, "in vain")}
    for way in ("/confirm", "/course/1", "/test", "/reaction"):
        answer = specialist.client.post(f"/training/{letter_id}{way}", data=proof)
        assert (answer.status_code, subject in answer.text) == (400, False), way
    assert has_training(cadre, specialist.person, letter.name) is None, "enrollment itself says that there is none"

    released = coordinator.proof(f"/agencies/lake/letters/{letter_id}")
    assert coordinator.client.post(f"/agencies/lake/letters/{letter_id}/release", data=released).status_code == 303
    state = wait_until(lambda: has_training(cadre, specialist.person, letter.name), "enrollment hears of the release")
    assert state == assignment_pb.Assignment.State.ASSIGNED, "nothing was begun by those who asked in vain"
    for way in ("", "/letter", "/why", "/course/1"):
        assert specialist.client.get(f"/training/{letter_id}{way}").status_code == 200, way


def test_a_briefing_is_offered_only_for_a_letter_for_which_it_counts(cadre, coordinator):
    pages = {}
    for counts in (True, False):
        letter = issue(cadre, f"Briefing counts: {counts}", "read_confirm_and_train", briefing_counts=counts)
        page = f"/agencies/lake/letters/{letter.name.removeprefix('notices/')}"
        pages[counts] = (coordinator.text(page), coordinator.page(f"{page}/briefing?kind=briefing").text)
    said = "A local briefing does not count for this letter"

    assert "Record a briefing" in pages[True][0]
    assert said not in "".join(pages[True])
    assert 'value="BRIEFING"' in pages[True][1]
    assert "Record a briefing" not in pages[False][0]
    assert said in pages[False][0]
    assert said in pages[False][1]
    assert 'value="BRIEFING"' not in pages[False][1]
    assert said in coordinator.text("/agencies/lake/training")


def has_training(cadre, person, notice):
    request = assignment_pb.ListToDoRequest(notices=[notice])
    found = cadre.access.ask(cadre.access.assignments.ListToDo, request, person=person).assignments
    return found[0].state if found else None
