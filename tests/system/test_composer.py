"""What is typed in a letter is never lost: not to another tab, not to the Back button, not to a refusal."""

import html
import re

import pytest

from cadre.notification.v1 import notice_service_pb2 as pb
from cadre_cli.access import request_id

from .test_approval import Fields, begun, press, send
from .visitor import Visitor, issue

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]

AS_BROWSER = {"accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def visitors(cadre):
    made = []

    def visitor(part):
        made.append(Visitor(cadre, part))
        return made[-1]

    yield visitor
    for one in made:
        one.client.close()


@pytest.fixture
def analyst(visitors):
    return visitors("analyst")


def typed(analyst, address, step="letter"):
    return Fields(analyst.page(f"{address}/{step}").text).values


def said(answer):
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def delete(analyst, address):
    page = address.replace("/edit", "/delete")
    fields = Fields(analyst.page(page).text, "/delete").values
    return analyst.client.post(page, data=fields)


def letter_of(cadre, path):
    name = f"notices/{path.split('/')[2]}"
    return cadre.access.ask(cadre.access.notices.GetNotice, pb.GetNoticeRequest(name=name), person=cadre.cast.analyst)


def test_what_was_typed_in_a_draft_that_was_deleted_is_there_and_begins_a_new_letter(cadre, analyst):
    address, _ = begun(analyst, "Deleted in another tab")
    tab = typed(analyst, address) | {"subject": "Typed at length", "body": "All of it."}
    deleted = delete(analyst, address)
    assert deleted.headers["location"] == "/letters?done=letter-deleted"

    refused = press(analyst, f"{address}/letter", tab, "next")
    again = Fields(refused.text).values
    made = press(analyst, f"{address}/letter", again, "anew")

    assert refused.status_code == 400
    assert "This draft was deleted after you opened it." in said(refused)
    assert (again["subject"], again["body"]) == ("Typed at length", "All of it.")
    assert made.status_code == 303
    new = letter_of(cadre, made.headers["location"])
    assert (new.subject, new.body, new.state) == ("Typed at length", "All of it.", pb.Notice.DRAFT)
    assert new.name.rpartition("/")[2] not in address
    # Who presses twice has one new letter.
    assert press(analyst, f"{address}/letter", again, "anew").headers["location"] == made.headers["location"]


def test_what_was_typed_in_a_letter_that_was_sent_in_another_tab_begins_a_new_one_that_says_the_rest_too(
    cadre, analyst
):
    address, _ = begun(analyst, "Sent in another tab")
    tab = typed(analyst, address, "change") | {"change": "Everything holds otherwise."}
    assert send(analyst, address).status_code == 303

    refused = press(analyst, f"{address}/change", tab, "stay")
    made = press(analyst, f"{address}/change", Fields(refused.text).values, "anew")
    second = press(analyst, f"{address}/review", tab, "submit")

    assert refused.status_code == 400
    assert re.search(r"After you opened this draft, at \d+:\d\d [ap]\.m\. it was sent for approval by ", said(refused))
    new = letter_of(cadre, made.headers["location"])
    assert (new.subject, new.change, new.number) == ("Sent in another tab", "Everything holds otherwise.", "")
    assert "Your press changed nothing." in said(second)


def test_of_ones_own_draft_in_two_tabs_the_second_is_told_that_one_saved_it_oneself_and_when(analyst):
    address, _ = begun(analyst, "In two tabs", effective="2031-03-03")
    first, old = (typed(analyst, address, "change") for _ in range(2))
    press(analyst, f"{address}/change", first, "stay", effective_date="2031-03-04")

    refused = press(analyst, f"{address}/change", old, "stay", change="Typed in the other tab.")

    assert refused.status_code == 400
    assert re.search(
        r"You saved this draft in another tab at \d+:\d\d [ap]\.m\. after you opened it here", said(refused)
    )
    assert "Mar 4, 2031" in said(refused)
    values = Fields(refused.text).values
    assert values["change"] == "Typed in the other tab."
    assert press(analyst, f"{address}/change", values, "stay").status_code == 303


def test_an_empty_form_that_became_a_draft_leads_to_it_and_never_becomes_a_second_one(cadre, analyst):
    opened = analyst.page("/letters/new")
    address = str(opened.url.raw_path, "ascii")
    fields = Fields(opened.text).values | {"subject": "Only one of it", "action": "next"}
    saved = analyst.client.post("/letters/new", data=fields)

    back = analyst.client.get(address)
    twice = analyst.client.post("/letters/new", data=fields)
    later = analyst.client.post("/letters/new", data=fields | {"request_id": request_id("later"), "subject": "Again"})

    draft = saved.headers["location"].rpartition("/")[0]
    assert back.headers["location"] == f"{draft}/letter"
    assert twice.headers["location"] == saved.headers["location"]
    assert later.status_code == 400
    assert "You saved this draft in another tab" in said(later)
    values = Fields(later.text).values
    assert values["subject"] == "Again"
    assert analyst.client.post(f"{draft}/letter", data=values | {"action": "stay"}).status_code == 303
    assert letter_of(cadre, draft).subject == "Again"


def test_a_number_that_is_taken_is_said_at_the_review_with_its_field_and_nothing_else_is_praised(cadre, analyst):
    taken = issue(cadre, "Has its number").number
    address, _ = begun(analyst, "Wants the same number")
    tab = typed(analyst, address)
    assert press(analyst, f"{address}/letter", tab, "stay", number=taken).status_code == 400
    other, _ = begun(analyst, "Has it first")
    for draft in (address, other):
        assert press(analyst, f"{draft}/letter", typed(analyst, draft), "stay", number="16-88").status_code == 303
    assert send(analyst, other).status_code == 303

    refused = send(analyst, address)

    assert refused.status_code == 400
    assert f'href="{address}/letter#number"' in refused.text
    assert "Nothing is missing" not in refused.text
    assert "is taken by another letter" in said(refused)


def test_who_withdraws_what_was_withdrawn_in_another_tab_keeps_the_reason_and_is_told_who_did(cadre, visitors):
    page = f"/letters/{issue(cadre, 'Withdrawn twice').name.rpartition('/')[2]}/withdraw"
    approver = visitors("approver")
    first, second = (Fields(approver.page(page).text, "/withdraw").values for _ in range(2))
    assert approver.client.post(page, data=first | {"reason": "Reversed."}).status_code == 303

    late = approver.client.post(page, data=second | {"reason": "The judgment was reversed on appeal."})

    assert late.status_code == 400
    assert re.search(r"Already withdrawn by [^,]+, .* [ap]\.m\. Your press changed nothing", said(late))
    assert "The judgment was reversed on appeal." in said(late)


def test_who_returns_what_was_returned_in_another_tab_keeps_the_reason(cadre, analyst, visitors):
    address, _ = begun(analyst, "Returned twice")
    send(analyst, address)
    page, approver = address.removesuffix("/edit"), visitors("approver")
    first, second = (Fields(approver.page(page).text, "/return").values for _ in range(2))
    assert approver.client.post(f"{page}/return", data=first | {"reason": "Say who pays."}).status_code == 303

    late = approver.client.post(f"{page}/return", data=second | {"reason": "Say until when, too."})

    assert late.status_code == 400
    assert "It is a draft again already." in said(late)
    assert "Say until when, too." in said(late)


def test_a_refusal_that_has_no_form_any_more_shows_what_was_typed(analyst):
    address, _ = begun(analyst, "A title is typed")
    page = address.replace("/edit", "/files")
    proof = analyst.proof(page)
    delete(analyst, address)

    file = {"file": ("chart.txt", b"Who does what")}
    refused = analyst.client.post(page, data=proof | {"title": "Chart of duties", "kind": "ATTACHMENT"}, files=file)

    assert refused.status_code == 400
    assert "What you typed It is saved nowhere." in said(refused)
    assert "Chart of duties" in said(refused)


def test_a_browser_goes_back_to_a_page_that_answered_a_form_and_nobody_else_does(analyst, visitors):
    address, _ = begun(analyst, "Back again")
    tab = typed(analyst, address) | {"number": "twenty", "subject": "Refused once", "action": "stay"}

    sent = analyst.client.post(f"{address}/letter", data=tab, headers=AS_BROWSER)
    assert sent.status_code == 303
    answered = sent.headers["location"]
    assert answered.startswith(f"{address}/letter?answer=")
    for _ in range(2):
        shown = analyst.client.get(answered)
        assert shown.status_code == 400
        assert shown.headers["cache-control"] == "no-store"
        assert Fields(shown.text).values["subject"] == "Refused once"
    # A page whose address takes forms only is there too; one that nobody knows is not.
    sent = analyst.client.post(f"{address.removesuffix('/edit')}/issue", data=tab | {"action": "x"}, headers=AS_BROWSER)
    assert analyst.client.get(sent.headers["location"]).status_code == 400
    assert analyst.client.get(sent.headers["location"] + "x").status_code == 404
    other = visitors("analyst").client.get(answered)
    assert Fields(other.text).values["subject"] == "Back again"
    analyst.client.post("/sign-out", data={"csrf": tab["csrf"]})
    assert analyst.client.get(answered).headers["location"].startswith("/sign-in?")


def test_letters_like_one_are_found_by_a_subject_that_is_only_typed(analyst, visitors):
    begun(analyst, "Genetic testing at the parents' own request")

    page = analyst.page("/letters/similar?subject=Genetic testing of parents&letter=")

    assert "Genetic testing at the parents' own request" in html.unescape(page.text)
    assert visitors("approver").client.get("/letters/similar?subject=Genetic").status_code == 403
