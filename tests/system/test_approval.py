"""Four eyes cover whom a letter is for: what the approver saw is what is issued, whatever an older page sends."""

import re
from html.parser import HTMLParser

import pytest

from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.notification.v1 import notice_service_pb2 as pb
from cadre_cli.access import request_id
from servicekit.rpc.client import Refused
from servicekit.testing.waiting import wait_until

from .visitor import Visitor

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]

NAPA = "agencies/napa"


class Fields(HTMLParser):
    """What the form of a step of the composer, or one with another *action*, would send as it stands."""

    def __init__(self, page, action="/edit/"):
        super().__init__()
        self.action = action
        self.values, self.inside, self.area, self.select = {}, False, "", ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        name, value = given.get("name"), given.get("value") or ""
        if tag == "form":
            leads = given.get("action", "")
            self.inside = self.action in leads or leads == "/letters/new"
        elif not self.inside:
            return
        elif tag == "select":
            self.select = name
        elif tag == "option" and ("selected" in given or self.select not in self.values):
            self.values[self.select] = value
        elif tag == "textarea":
            self.area, self.values[name] = name, ""
        elif tag == "input" and name and (given.get("type") not in ("checkbox", "radio") or "checked" in given):
            self.values[name] = value

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.area = ""

    def handle_data(self, data):
        if self.area:
            self.values[self.area] += data


@pytest.fixture
def analyst(cadre):
    visitor = Visitor(cadre, "analyst")
    yield visitor
    visitor.client.close()


@pytest.fixture
def approver(cadre):
    visitor = Visitor(cadre, "approver")
    yield visitor
    visitor.client.close()


def begun(analyst, subject="Whom it is for", contact="Policy desk", effective="2031-03-03", past_meant=""):
    """A draft for everybody; its address, and the form of who it is for as an older tab holds it."""
    steps = {
        "/letters/new": {"subject": subject, "reason": "COURT_ORDER", "contact": contact},
        "change": {"change": "Something else holds.", "effective_date": effective, "past_meant": past_meant},
        "who": {"receivers_scope": "all", "act_scope": "all"},
    }
    page = "/letters/new"
    for step, typed in steps.items():
        assert page.endswith(step)
        fields = Fields(analyst.page(page).text).values | typed | {"action": "next"}
        answer = analyst.client.post(page, data=fields)
        assert answer.status_code == 303, answer.text
        page = answer.headers["location"].partition("?")[0]
    address = page.rpartition("/")[0]
    return address, Fields(analyst.page(f"{address}/who").text).values


def press(analyst, address, tab, action, **changes):
    return analyst.client.post(address, data=tab | {"action": action} | changes)


def send(analyst, address):
    return press(analyst, f"{address}/review", Fields(analyst.page(f"{address}/review").text).values, "submit")


def narrowed(analyst, address, tab):
    """Narrow the letter to one agency in a tab, and save: it shows what would change, and is pressed once more."""
    chosen = {"act_scope": "some", "agencies": NAPA}
    shown = press(analyst, f"{address}/who", tab, "stay", **chosen)
    again = Fields(shown.text).values
    return shown, press(analyst, f"{address}/who", again, "stay", **chosen)


def test_a_save_that_is_refused_changes_nothing_of_a_letter_in_approval_scheduled_or_issued(cadre, analyst):
    access, cast = cadre.access, cadre.cast
    address, tab = begun(analyst)
    sent = send(analyst, address)
    name = f"notices/{address.split('/')[2]}"

    def get():
        return access.ask(access.notices.GetNotice, pb.GetNoticeRequest(name=name), person=cast.approver)

    def people():
        audience = access.ask(
            access.audiences.GetAudience, audience_pb.GetAudienceRequest(name=get().audience), person=cast.analyst
        )
        return audience.sentence, audience.people

    def refused_everywhere(state):
        before = get()
        assert (before.state, people()) == (state, everybody)
        shown, refused = narrowed(analyst, address, tab)
        assert (shown.status_code, refused.status_code) == (200, 400)
        assert "compared" in Fields(shown.text).values
        # Nor by the calls themselves.
        narrow = audience_pb.AudienceExpression(include=[audience_pb.AudienceClause(agencies=[NAPA])])
        changed = audience_pb.Audience(name=before.audience, title="Napa", expression=narrow)
        update = audience_pb.UpdateAudienceRequest(audience=changed, request_id=request_id(name, state))
        with pytest.raises(Refused, match="Whom an audience is for does not change"):
            access.ask(access.audiences.UpdateAudience, update, person=cast.analyst)
        assert (get(), people()) == (before, everybody)

    assert sent.headers["location"].startswith(f"/letters/{address.split('/')[2]}?done=submitted")
    everybody = people()
    assert everybody[0].startswith("Everyone at all ")

    refused_everywhere(pb.Notice.IN_APPROVAL)

    def publish(**when):
        letter = get()
        audience = access.ask(
            access.audiences.GetAudience, audience_pb.GetAudienceRequest(name=letter.audience), person=cast.analyst
        )
        request = pb.PublishNoticeRequest(
            name=name, etag=letter.etag, audience_revision=audience.revision, request_id=request_id(name, str(when))
        )
        for field, seconds in when.items():
            getattr(request, field).FromSeconds(seconds)
        return access.ask(access.notices.PublishNotice, request, person=cast.approver)

    soon = get().submit_time.seconds + 24 * 60 * 60
    publish(publish_at=soon)
    refused_everywhere(pb.Notice.SCHEDULED)

    back = pb.ReturnNoticeRequest(name=name, reason="Now, please.", request_id=request_id(name, "back"))
    returned = access.ask(access.notices.ReturnNotice, back, person=cast.approver)
    again = pb.SubmitNoticeRequest(name=name, etag=returned.etag, request_id=request_id(name, "again"))
    access.ask(access.notices.SubmitNotice, again, person=cast.analyst)
    publish()
    refused_everywhere(pb.Notice.PUBLISHED)


def test_a_day_that_has_passed_is_ticked_and_a_second_tab_says_who_issued_the_letter_and_when(cadre, analyst, approver):
    address, _ = begun(analyst, effective="2026-01-05", past_meant="yes")
    assert send(analyst, address).status_code == 303
    page = address.removesuffix("/edit")
    first, second = (Fields(approver.page(page).text, "/issue").values | {"action": "now"} for _ in range(2))

    unticked = approver.client.post(f"{page}/issue", data=first)
    assert unticked.status_code == 400
    assert "Tick that it is meant so" in unticked.text

    def issued():
        # The list of staff reaches the service that issues letters by an event.
        fields = Fields(approver.page(page).text, "/issue").values | {"action": "now", "past_meant": "yes"}
        return approver.client.post(f"{page}/issue", data=fields).status_code == 303

    wait_until(issued, "the letter is issued")
    late = approver.client.post(f"{page}/issue", data=second | {"past_meant": "yes"})
    assert late.status_code == 400
    assert re.search(r"Already issued by [^,]+, [^.]+ [ap]\.m\. Your press changed nothing\.", late.text)


def test_a_letter_that_lacks_something_is_not_sent_and_says_where_it_belongs(cadre, analyst):
    address, _ = begun(analyst, contact="")

    refused = send(analyst, address)

    assert refused.status_code == 400
    assert f'href="{address}/letter#contact"' in refused.text
    name = f"notices/{address.split('/')[2]}"
    letter = cadre.access.ask(cadre.access.notices.GetNotice, pb.GetNoticeRequest(name=name), person=cadre.cast.analyst)
    assert letter.state == pb.Notice.DRAFT


def test_what_is_refused_of_a_step_is_not_saved_and_stays_in_the_form(analyst):
    address, _ = begun(analyst)
    tab = Fields(analyst.page(f"{address}/letter").text).values

    refused = press(analyst, f"{address}/letter", tab, "stay", number="twenty", subject="Typed anew")

    assert refused.status_code == 400
    assert Fields(refused.text).values["subject"] == "Typed anew"
    assert Fields(analyst.page(f"{address}/letter").text).values["subject"] == "Whom it is for"


def test_a_draft_is_for_whom_its_author_last_saved_it(cadre, analyst):
    address, tab = begun(analyst, subject="For one agency")
    name = f"notices/{address.split('/')[2]}"
    access = cadre.access
    before = access.ask(access.notices.GetNotice, pb.GetNoticeRequest(name=name), person=cadre.cast.analyst)

    _, saved = narrowed(analyst, address, tab)

    letter = access.ask(access.notices.GetNotice, pb.GetNoticeRequest(name=name), person=cadre.cast.analyst)
    audience = access.ask(
        access.audiences.GetAudience, audience_pb.GetAudienceRequest(name=letter.audience), person=cadre.cast.analyst
    )
    assert saved.status_code == 303
    assert list(audience.expression.include[0].agencies) == [NAPA]
    assert letter.audience != before.audience
