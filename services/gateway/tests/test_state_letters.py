"""The state's letters: what a search finds, and what is taken back. The pages in front of real services."""

import csv
import io
import re
import socket
import threading
import uuid
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
import uvicorn
from prometheus_client import CollectorRegistry

import curriculum.app
import directory.app
import notification.app
from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import series_service_pb2 as series_pb
from gateway.app import create_app
from gateway.identity import sign_ins
from gateway.identity.places import PASSWORD, Place
from gateway.web.every_page import Everything
from gateway.web.visit import COOKIE
from servicekit.settings import Settings
from servicekit.testing.unencrypted import NO_AUTHORITIES

SUBJECT = "Earning capacity replaces presumed income"


def new_id():
    return str(uuid.uuid4())


class State:
    """The pages, the services that they need here, and people of the state: who writes letters, and who approves."""

    def __init__(self, launch, database, keys_dir, peers):
        people, letters = launch(directory.app.APP), launch(notification.app.APP)
        courses = launch(curriculum.app.APP)
        self.whole = people.stubs(rights=["reference.import", "people.write", "roles.grant", "audiences.write"])
        self.letters, self.clients = letters, []
        dcss = agency_pb.Agency(name="agencies/dcss", title="DCSS", short_title="DCSS", kind="state")
        lake = agency_pb.Agency(
            name="agencies/lake", title="Lake", short_title="Lake", kind="single-county", region="Northern"
        )
        reference = agency_pb.ImportReferenceRequest(
            agencies=[dcss, lake],
            units=[agency_pb.WorkUnit(slug="intake", title="Intake")],
            job_classes=[agency_pb.JobClass(slug="analyst", title="Analyst")],
            request_id=new_id(),
        )
        self.whole.ImportReference(reference)
        self.importer = letters.stubs(rights=["reference.import"])
        series = [series_pb.Series(name="series/CSSP", title="Policy letters", kind=notice_pb.Notice.POLICY)]
        self.importer.ImportSeries(series_pb.ImportSeriesRequest(series=series, request_id=new_id()))
        at = {"directory": people, "notification": letters, "curriculum": courses}
        peers = peers | {name: f"127.0.0.1:{service.port}" for name, service in at.items()}
        settings = Settings(service="gateway", database_url=database.url, keys_dir=keys_dir, peers=peers, connections=4)
        self.database, self.listener = database, socket.create_server(("127.0.0.1", 0))
        pages = Everything(create_app(settings), registry=CollectorRegistry())
        self.server = uvicorn.Server(uvicorn.Config(pages, log_config=None, access_log=False))
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.listener]})
        self.thread.start()

    def somebody(self, role):
        """Hire somebody at the state, in a role; their name, and a browser at which they are signed in."""
        job = person_pb.Job(
            agency="agencies/dcss", local_title="X", job_class="analyst", units=["intake"], start_date="2020-01-01"
        )
        person = person_pb.Person(staff_number=new_id()[:12], family_name="Mills", given_name="Jo", jobs=[job])
        asked = person_pb.CreatePersonRequest(parent="agencies/dcss", person=person, request_id=new_id())
        name = self.whole.CreatePerson(asked).name
        grant = person_pb.RoleGrant(person=name, role=role, scope="state")
        self.whole.GrantRole(person_pb.GrantRoleRequest(grant=grant, request_id=new_id()))
        cookie = sign_ins.begin(self.database, name, datetime.now(UTC), place=Place(PASSWORD))
        url = "http://{}:{}".format(*self.listener.getsockname())
        self.clients.append(httpx.Client(verify=NO_AUTHORITIES, base_url=url, timeout=60, cookies={COOKIE: cookie}))
        return name, self.clients[-1]

    def waiting(self, writer):
        """A letter that *writer* sent for approval."""
        clause = audience_pb.AudienceClause(agencies=["agencies/lake"])
        audience = audience_pb.Audience(title="Lake", expression=audience_pb.AudienceExpression(include=[clause]))
        made = self.whole.CreateAudience(audience_pb.CreateAudienceRequest(audience=audience, request_id=new_id()))
        letter = notice_pb.Notice(
            kind=notice_pb.Notice.POLICY,
            series="CSSP",
            number="26-01",
            addressees="ALL IV-D DIRECTORS",
            subject=SUBJECT,
            reason=notice_pb.Notice.STATE_LAW,
            contact="policy@example.org",
            change="A complaint no longer presumes full-time work.",
            staff_action="Try three times.",
            effective_date=(date.today() + timedelta(days=40)).isoformat(),  # noqa: DTZ011 - any day ahead
            audience=made.name,
            asks=notice_pb.CONFIRM,
        )
        stub = self.letters.stubs(caller=writer, rights=["notices.write"])
        return stub.CreateNotice(notice_pb.CreateNoticeRequest(notice=letter, request_id=new_id(), submit=True))

    def close(self):
        for client in self.clients:
            client.close()
        self.server.should_exit = True
        self.thread.join()
        self.listener.close()


@pytest.fixture
def state(launch, database, keys_dir, peers):
    made = State(launch, database, keys_dir, peers)
    yield made
    made.close()


def hidden(page, form):
    """What the form that is sent to a path carries."""
    found = re.search(rf'<form[^>]*action="{form}"[^>]*>(.*?)</form>', page, re.DOTALL)[1]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', found))


def test_a_letter_is_found_by_figures_alone_and_signs_or_too_much_find_nothing(state):
    _, analyst = state.somebody("policy_analyst")
    old = notice_pb.HistoricNotice(series="CSSP", number="26-01", date="Jan 2026", subject=SUBJECT)
    state.importer.ImportNotices(notice_pb.ImportNoticesRequest(notices=[old], request_id=new_id()))

    for path in ("/letters", "/training/letters", "/search"):
        assert SUBJECT in analyst.get(path, params={"query": "2601"}).text, path
        for sign in ("%", "_", "%%%"):
            answer = analyst.get(path, params={"query": sign})
            assert (answer.status_code, SUBJECT in answer.text) == (200, False), (path, sign)
        long = analyst.get(path, params={"query": "x" * 600})
        assert (long.status_code, "Search for 200 characters at most" in long.text) == (400, True), path


def test_who_wrote_a_letter_takes_it_back_and_nobody_else_is_offered_to(state):
    writer, analyst = state.somebody("policy_analyst")
    _, colleague = state.somebody("policy_analyst")
    _, approver = state.somebody("approver")
    letter = state.waiting(writer)
    path = f"/letters/{letter.name.removeprefix('notices/')}"
    for other in (colleague, approver):
        assert "Take it back" not in other.get(path).text

    page = analyst.get(path).text
    assert "Take it back" in page
    answer = analyst.post(f"{path}/recall", data=hidden(page, f"{path}/recall"))

    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?done=recalled")
    after = analyst.get(answer.headers["location"]).text
    assert "The letter is a draft again." in after
    assert "Edit the draft" in after
    assert "Taken back by" in analyst.get(f"{path}/history").text


def test_what_was_returned_meanwhile_is_said_and_nothing_is_taken_back(state):
    writer, analyst = state.somebody("policy_analyst")
    approver, _ = state.somebody("approver")
    letter = state.waiting(writer)
    path = f"/letters/{letter.name.removeprefix('notices/')}"
    form = hidden(analyst.get(path).text, f"{path}/recall")
    back = notice_pb.ReturnNoticeRequest(name=letter.name, reason="Not yet", request_id=new_id())
    state.letters.stubs(caller=approver, rights=["notices.approve"]).ReturnNotice(back)

    answer = analyst.post(f"{path}/recall", data=form)

    assert answer.status_code == 400
    assert "It is a draft again already. Your press changed nothing." in answer.text


def test_the_steps_of_a_letter_are_set_looked_at_and_given_back(state):
    _, analyst = state.somebody("policy_analyst")
    _, approver = state.somebody("approver")
    page, series = "/ladders/state", "/ladders/series/CSSP"

    def reads(at, browser=analyst):
        return " ".join(re.sub(r"<[^>]*>", " ", browser.get(at).text).split())

    def send(at, **changes):
        shown = analyst.get(at).text
        given = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', shown.partition("list-form")[2]))
        given |= dict(re.findall(r'id="((?:work|confirm)-\d+-days)"[^>]*value="(\d*)"', shown))
        for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', shown):
            given[name] = re.search(r'value="(\w+)" selected', options)[1]
        given |= dict.fromkeys(re.findall(r'name="([^"]+-on)" value="yes" checked', shown), "yes")
        given |= dict(re.findall(r'id="((?:agency_)?due)"[^>]*value="([^"]*)"', shown))
        return analyst.post(at, data=given | changes)

    assert "Reminders of all letters : as Cadre comes." in reads("/ladders")
    assert "Now: the steps with which Cadre comes." in reads(page)
    looked = send(page, **{"work-0-days": "5", "action": "look", "due": "2027-02-18"})
    assert looked.status_code == 200
    assert "Wednesday, Feb 10" in looked.text
    assert "Now: the steps with which Cadre comes." in reads(page)
    wrong = send(page, **{"work-0-days": "40", "action": "save"})
    assert wrong.status_code == 400
    assert 'href="#work-0-days"' in wrong.text
    assert "must be from -20 to 30 business days after the due day" in wrong.text

    assert send(series, **{"work-0-days": "5", "action": "save"}).headers["location"] == f"{series}?done=ladder"
    assert "Now: the steps of CSSP letters." in reads(series)
    assert "CSSP Policy letters Of its own" in reads("/ladders")
    assert send(series, action="back").headers["location"] == f"{series}?done=ladder-back"
    assert "CSSP Policy letters As all letters" in reads("/ladders")
    assert analyst.get("/ladders/series/NONE").status_code == 404
    assert "Save the steps" not in reads(page, approver)


OLD = (
    {"series": "CSSP", "number": "12-02", "date": "2012", "subject": "Case closure", "topic": "Closure, intake"},
    {
        "series": "CSSP",
        "number": "19-06",
        "date": "2019-07-31",
        "subject": "Closure anew",
        "topic": "Closure",
        "supersedes": "CSSP 12-02; CSSP 11-01",
        "references": "Clarifies 45 CFR 303.11(b)",
        "source": "https://example.org/letter",
    },
)


def reads(page):
    """The words of a page."""
    return " ".join(re.sub(r"<[^>]*>", " ", page.text).split())


@pytest.fixture
def analyst(state):
    """A browser of an analyst, where two letters of before are."""
    _, browser = state.somebody("policy_analyst")
    given = [notice_pb.HistoricNotice(**one) for one in OLD]
    state.importer.ImportNotices(notice_pb.ImportNoticesRequest(notices=given, request_id=new_id()))
    return browser


def test_what_is_in_force_is_read_of_any_day_and_says_how_a_year_alone_is_read(analyst):
    today = reads(analyst.get("/in-force"))
    assert "1 letter in force on" in today
    assert "CSSP 19-06, Closure anew" in today
    assert "clarifies 45 CFR 303.11(b)" in today
    before = reads(analyst.get("/in-force", params={"on": "2019-07-30"}))
    assert "CSSP 12-02, Case closure" in before
    assert "2012 no day is printed: read as Jan 1, 2012" in before
    assert "Held until Jul 31, 2019 : by CSSP 19-06" in before
    assert "CSSP 19-06, Closure anew" not in before
    assert "No letter was in force on" in reads(analyst.get("/in-force", params={"on": "1990-01-01"}))
    around = reads(analyst.get("/in-force", params={"rule": "45 CFR 303.11"}))
    assert "45 CFR 303.11(b) (a part of it)" in around
    assert "Leave out a filter" in reads(analyst.get("/in-force", params={"rule": "Family Code 4058"}))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"on": "1912-01-01"}, "In force on: This must be"),
        ({"rule": "the law"}, "Law or rule: This must be one law or rule"),
        ({"known_on": "2001-01-01"}, "Letters are kept here since"),
    ],
)
def test_what_cannot_be_asked_of_the_register_is_said_at_its_field(analyst, asked, said):
    page = analyst.get("/in-force", params=asked)

    assert page.status_code == 400
    assert said in reads(page)
    (field,) = asked
    assert f'href="#{field}"' in page.text
    assert "Nothing was looked for." in page.text


def test_the_register_is_a_file_too_with_the_days_that_were_meant(analyst):
    answer = analyst.get("/in-force/letters.csv", params={"on": "2019-07-30"})

    assert "in-force-on-2019-07-30.csv" in answer.headers["content-disposition"]
    (head, line) = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    row = dict(zip(head, line, strict=True))
    assert (row["Letter"], row["Since"], row["Day as printed"]) == ("CSSP 12-02", "2012-01-01", "a year alone")
    assert row["Ends by"] == "CSSP 19-06 since 2019-07-31"


def test_the_letters_of_a_topic_stand_over_the_years_and_a_letter_among_those_before_and_after(analyst):
    topic = analyst.get("/in-force/topic", params={"topic": "Closure"})
    assert 'class="timeline__bar timeline__bar--open"' in topic.text
    assert "CSSP 12-02, Case closure Superseded by CSSP 19-06 (Jul 31, 2019)" in reads(topic)
    assert "No letter is on this topic." in reads(analyst.get("/in-force/topic", params={"topic": "Nothing"}))

    new = re.search(r'href="(/training/[^"]+/letter)">CSSP 19-06', analyst.get("/in-force").text)[1]
    chain = analyst.get(new)
    assert chain.text.count('class="chain__whole"') == 2
    assert "CSSP 11-01, not kept here" in reads(chain)
    assert "supersedes CSSP 12-02 Found in: https://example.org/letter" in reads(chain)
    old = analyst.get(re.search(r'href="(/training/[^"]+/letter)">CSSP 12-02', chain.text)[1])
    assert "Superseded by CSSP 19-06, Closure anew" in reads(old)
    assert "CSSP 12-02, this letter" in reads(old)
