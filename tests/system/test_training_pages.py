"""What pages say of somebody's training: how far they are, and what was recorded before."""

import html
import re

import pytest

from cadre.notification.v1 import agency_notice_service_pb2 as pb
from cadre_cli.access import request_id
from servicekit.testing.waiting import wait_until

from .test_approval import Fields
from .visitor import Visitor, issue

pytestmark = pytest.mark.system


@pytest.fixture
def visitor(cadre):
    """Make somebody at a browser, by their part in the demonstration."""
    made = []

    def make(part):
        made.append(Visitor(cadre, part))
        return made[-1]

    yield make
    for one in made:
        one.client.close()


def letter_of(cadre, subject):
    letter = issue(cadre, subject, "read_confirm_and_train").name.removeprefix("notices/")
    wait_until(cadre.access.quiet, "the training is on its way")
    return letter


def somebody(cadre, letter):
    """A person of Lake who is to be trained."""
    access = cadre.access
    ask = pb.FindRecipientsRequest(
        parent="agencies/lake", notice=f"notices/{letter}", standing=pb.FindRecipientsRequest.UNTRAINED
    )
    found = access.ask(access.agency_notices.FindRecipients, ask, person=cadre.cast.leads["lake"]).people
    return next(one for one in found if one not in cadre.cast.personas).removeprefix("people/")


def test_the_test_that_is_opened_by_its_address_before_the_course_leads_back_to_the_course(cadre, visitor):
    letter, specialist = letter_of(cadre, "A test by its address"), visitor("learner")

    said = specialist.text(f"/training/{letter}/test")

    assert re.search(r"2 Confirm 3 Course not done 4 Test not done", said)
    assert "The course comes first: 0 of" in said
    assert "Start the test" not in said
    csrf = re.search(r'name="csrf" value="([^"]+)"', specialist.page("/home").text)[1]
    proof = {"csrf": csrf, "request_id": request_id("a test in vain")}
    answer = specialist.client.post(f"/training/{letter}/test", data=proof)
    assert answer.headers["location"] == f"/training/{letter}/course"


def test_training_that_is_recorded_twice_says_when_it_was_recorded_and_is_not_offered_again(cadre, visitor):
    letter, coordinator = letter_of(cadre, "Recorded twice"), visitor("coordinator")
    page = f"/agencies/lake/letters/{letter}/people/{somebody(cadre, letter)}"
    assert "Trained Not yet" in coordinator.text(page)
    fields = coordinator.proof(page) | {"complete_date": "", "minutes": "30", "led_by": ""}
    fields["complete_date"] = re.search(r'name="complete_date"[^>]* value="([^"]+)"', coordinator.page(page).text)[1]

    first = coordinator.client.post(f"{page}/training", data=fields)
    # When it was recorded is said once it has come that far.
    wait_until(lambda: "Trained Not yet" not in coordinator.text(page), "the page has it")
    again = coordinator.client.post(f"{page}/training", data=fields | {"request_id": request_id("once more")})

    assert "Training recorded for 1 person." in coordinator.text(first.headers["location"])
    said = coordinator.text(again.headers["location"])
    assert re.search(r"Nothing new to record: this was recorded before, \w+ \d+, \d+:\d\d [ap]\.m\.", said)
    said = coordinator.text(page)
    assert "Record training" not in said.partition("How far")[2]
    assert "This does not apply" not in said


def test_to_whom_a_letter_does_not_apply_nothing_but_that_it_applies_is_offered(cadre, visitor):
    letter, coordinator = letter_of(cadre, "Does not apply"), visitor("coordinator")
    page = f"/agencies/lake/letters/{letter}/people/{somebody(cadre, letter)}"
    said = coordinator.text(page)
    assert "It applies after all" not in said
    assert "This does not apply" in said

    answer = coordinator.client.post(f"{page}/does-not-apply", data=coordinator.proof(page) | {"reason": "Other work"})

    assert answer.status_code == 303
    wait_until(lambda: "as your agency noted" in coordinator.text(page), "the page has it")
    said = coordinator.text(page)
    assert "It applies after all" in said
    assert "This does not apply" not in said
    assert "Day of the training" not in said


@pytest.mark.parametrize(("noun", "title"), [("courses", "Two tabs of a course"), ("tests", "Two tabs of a test")])
def test_what_another_tab_saved_is_said_with_its_time_and_what_is_typed_stays(visitor, noun, title):
    manager = visitor("training-manager")
    opened = manager.page(f"/{noun}/new")
    begun = manager.client.post(f"/{noun}/new", data=Fields(opened.text, f"/{noun}/new").values | {"title": title})
    draft = begun.headers["location"].partition("?")[0]
    address = str(opened.url.raw_path, "ascii")
    assert manager.client.get(address).headers["location"] == draft, "who goes back finds what the form became"

    about = {"action": "entry" if noun == "courses" else "about"}
    first, second = (Fields(manager.page(draft).text, draft).values | about for _ in range(2))
    assert manager.client.post(draft, data=first | {"title": f"{title}, the first"}).status_code == 303
    refused = manager.client.post(draft, data=second | {"title": f"{title}, the second"})

    assert refused.status_code == 400
    words = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", refused.text)).split())
    assert re.search(r"You saved this draft in another tab at .* [ap]\.m\. after you opened it here\. What you", words)
    again = Fields(refused.text, draft).values | about
    assert again["title"] == f"{title}, the second"
    assert manager.client.post(draft, data=again).status_code == 303
    assert f"{title}, the second" in manager.text(draft)


def test_reviews_of_a_course_name_it_before_the_first_and_of_no_course_are_no_page(visitor):
    manager = visitor("training-manager")
    opened = manager.page("/courses/new")
    fields = Fields(opened.text, "/courses/new").values | {"title": "Not reviewed until now"}
    course = manager.client.post("/courses/new", data=fields).headers["location"].partition("?")[0].split("/")[2]

    said = manager.text(f"/rounds?course={course}")
    assert "Reviews of Not reviewed until now" in said
    assert "No committee has reviewed it yet." in said
    assert manager.client.get(f"/rounds?course={course}-of-nobody").status_code == 404


def test_a_course_under_way_is_put_on_hold_until_a_day_after_today_and_what_was_typed_stays(visitor):
    manager = visitor("training-manager")
    begin = Fields(manager.page("/works/new").text, "/works/new").values
    begin |= {"work_title": "Waits a while", "source": "AGENCY_REQUEST", "need_text": "Staff ask for it."}
    work = manager.client.post("/works/new", data=begin).headers["location"].partition("?")[0]
    hold = f"{work}/turn/hold"
    typed = Fields(manager.page(hold).text, hold).values | {"hold_until": "2015-01-05", "reason": "It waits for money."}
    typed.pop("enter", None)

    refused = manager.client.post(hold, data=typed)

    assert refused.status_code == 400
    assert "Choose a day after today." in refused.text
    assert "It waits for money." in refused.text
    assert "On hold until" not in manager.text(work)
