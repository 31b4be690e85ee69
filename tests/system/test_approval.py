"""Four eyes cover whom a letter is for: what the approver saw is what is issued, whatever an older page sends."""

from html.parser import HTMLParser

import pytest

from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.notification.v1 import notice_service_pb2 as pb
from cadre_cli.access import request_id
from servicekit.rpc.client import Refused

from .visitor import Visitor

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]

NAPA = "agencies/napa"


class Fields(HTMLParser):
    """What the form of the composer would send as it stands."""

    def __init__(self, page):
        super().__init__()
        self.values, self.inside, self.area, self.select = {}, False, "", ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        name, value = given.get("name"), given.get("value") or ""
        if tag == "form":
            self.inside = given.get("class") == "composer"
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


def begun(analyst, **changes):
    """A draft for everybody; its address, and its form as an older tab holds it."""
    fields = Fields(analyst.page("/letters/new").text).values | {
        "subject": "Whom it is for",
        "reason": "COURT_ORDER",
        "contact": "Policy desk",
        "change": "Something else holds.",
        "effective_date": "2031-03-03",
        "agencies_scope": "all",
        "action": "save",
    }
    answer = analyst.client.post("/letters/new", data=fields | changes)
    assert answer.status_code == 303, answer.text
    address = answer.headers["location"].partition("?")[0]
    return address, Fields(analyst.page(address).text).values


def press(analyst, address, tab, action, **changes):
    return analyst.client.post(address, data=tab | {"action": action} | changes)


def narrowed(analyst, address, tab):
    """Narrow the letter to one agency in a tab, and save: it shows what would change, and is pressed once more."""
    chosen = {"agencies_scope": "some", "agencies": NAPA}
    shown = press(analyst, address, tab, "save", **chosen)
    again = Fields(shown.text).values
    return shown, press(analyst, address, again, "save", **chosen)


def test_a_save_that_is_refused_changes_nothing_of_a_letter_in_approval_scheduled_or_issued(cadre, analyst):
    access, cast = cadre.access, cadre.cast
    address, tab = begun(analyst)
    sent = press(analyst, address, tab, "submit")
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


def test_a_letter_that_lacks_something_is_not_saved_by_sending_it_and_keeps_what_was_typed(analyst):
    address, tab = begun(analyst)

    refused = press(analyst, address, tab, "submit", contact="", subject="Typed anew", agencies_scope="all")

    assert refused.status_code == 400
    assert Fields(refused.text).values["subject"] == "Typed anew"
    assert Fields(analyst.page(address).text).values["subject"] == "Whom it is for"


def test_a_draft_is_for_whom_its_author_last_saved_it(cadre, analyst):
    address, tab = begun(analyst, subject="For one agency")

    _, saved = narrowed(analyst, address, tab)

    name = f"notices/{address.split('/')[2]}"
    access = cadre.access
    letter = access.ask(access.notices.GetNotice, pb.GetNoticeRequest(name=name), person=cadre.cast.analyst)
    audience = access.ask(
        access.audiences.GetAudience, audience_pb.GetAudienceRequest(name=letter.audience), person=cadre.cast.analyst
    )
    assert saved.status_code == 303
    assert list(audience.expression.include[0].agencies) == [NAPA]
    assert letter.audience != tab["audience"]
