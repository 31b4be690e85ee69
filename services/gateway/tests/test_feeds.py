"""Addresses of feeds: made once, read as their owner of today, counted, revoked; and no answer tells which was one.

The pages in front of the two services that they need here, both real.
"""

import html
import re
import socket
import threading
import uuid
from datetime import UTC, datetime, timedelta

import httpx
import psycopg
import pytest
import uvicorn
from prometheus_client import CollectorRegistry

import directory.app
import notification.app
import partnership.app
from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from gateway.app import create_app
from gateway.identity import feeds, open_sign_ins, sign_ins
from gateway.identity.feeds import DATES, LETTERS, TooMany, TooOften, Wanted
from gateway.identity.places import PASSWORD, Place
from gateway.web.every_page import Everything
from gateway.web.visit import COOKIE
from servicekit.refusals import RequestIdReused
from servicekit.settings import Settings
from servicekit.testing.unencrypted import NO_AUTHORITIES

ANA, BEN = "people/7f0c1f4e-0000-4000-8000-000000000001", "people/7f0c1f4e-0000-4000-8000-000000000002"
NOON = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
MINE = Wanted(DATES, "", "", "Outlook at work")
PAGE = "/calendars-and-feeds"


def new_id():
    return str(uuid.uuid4())


def after(**time):
    return NOON + timedelta(**time)


# ---- what is kept ----


@pytest.fixture
def make(database, keys_dir):
    """Make an address: `make()`, or of somebody else, of something else, by a request that came before."""

    def made(wanted=MINE, person=ANA, request_id="", at=NOON):
        return feeds.make(database, keys_dir, wanted, person=person, request_id=request_id or new_id(), at=at)

    return made


def test_an_address_leads_to_what_was_wanted_until_it_is_revoked(database, make):
    token = make(Wanted(LETTERS, "agencies/lake", "", "Reader"))

    feed = feeds.use(database, token, after(minutes=1))

    assert (feed.person, feed.kind, feed.agency, feed.created_at) == (ANA, LETTERS, "agencies/lake", NOON)
    feeds.revoke(database, BEN, feed.id, after(minutes=2))
    assert feeds.use(database, token, after(minutes=2)) == feed
    for _ in range(2):
        feeds.revoke(database, ANA, feed.id, after(minutes=3))
        assert feeds.use(database, token, after(minutes=3)) is None


def test_a_form_that_is_sent_twice_makes_one_address_and_shows_it_twice(database, make):
    again = new_id()

    assert make(request_id=again) == make(request_id=again)
    assert len(feeds.of(database, ANA, NOON)) == 1
    assert make(request_id=again, person=BEN) != make(request_id=again)
    with pytest.raises(RequestIdReused):
        make(Wanted(DATES, "agencies/lake", "", "Outlook at work"), request_id=again)


def test_neither_the_address_nor_the_key_it_follows_from_stands_in_the_database(make, rows):
    token = make()

    tables = [
        name for (name,) in rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    ]
    held = " ".join(str(rows(f'SELECT t::text FROM "{name}" AS t')) for name in tables)
    assert "Outlook at work" in held
    assert token not in held
    assert len(token) == 43


def test_its_owner_sees_how_often_each_was_read_and_what_was_revoked_lately(database, make):
    first, second = make(), make(Wanted(LETTERS, "", "fees", "Reader"), at=after(minutes=1))
    make(person=BEN)
    for minutes in (2, 3):
        feeds.use(database, first, after(minutes=minutes))
    gone = feeds.use(database, second, after(minutes=4)).id
    feeds.revoke(database, ANA, gone, after(minutes=5))

    seen = feeds.of(database, ANA, after(minutes=6))

    assert [(one.title, one.uses, one.used_at, one.holds) for one in seen] == [
        ("Outlook at work", 2, after(minutes=3), True),
        ("Reader", 1, after(minutes=4), False),
    ]
    assert [one.title for one in feeds.of(database, ANA, after(days=31))] == ["Outlook at work"]


def test_making_and_revoking_stand_in_the_audit_trail_and_reading_does_not(database, make, rows):
    token = make()
    feed = feeds.use(database, token, NOON)
    feeds.revoke(database, ANA, feed.id, after(minutes=1))

    assert rows("SELECT actor, method, after ->> 'feed' FROM audit ORDER BY at") == [
        (ANA, "MakeFeed", str(feed.id)),
        (ANA, "RevokeFeed", None),
    ]
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="needs an audit row"):
        rows("UPDATE feed SET ended_at = NULL RETURNING 1")


def test_an_address_is_read_sixty_times_in_a_quarter_of_an_hour_and_then_has_to_wait(database, make):
    token, other = make(), make()
    for _ in range(feeds.MOST_READ):
        assert feeds.use(database, token, after(minutes=1))

    with pytest.raises(TooOften) as refused:
        feeds.use(database, token, after(minutes=6))
    assert 0 < refused.value.seconds <= 15 * 60
    assert feeds.use(database, other, after(minutes=6))
    assert feeds.use(database, token, after(minutes=6, seconds=refused.value.seconds))


def test_somebody_has_twenty_addresses_at_most(database, make):
    tokens = [make() for _ in range(feeds.MOST_HELD)]

    with pytest.raises(TooMany):
        make()
    assert make(person=BEN)
    feeds.revoke(database, ANA, feeds.use(database, tokens[0], NOON).id, NOON)
    assert make()


def test_who_ends_every_sign_in_of_somebody_ends_their_addresses_too(database, make):
    token, bens = make(), make(person=BEN)

    open_sign_ins.end_all(database, ANA, actor=BEN, reason="The phone was stolen", at=after(minutes=1))

    assert feeds.use(database, token, after(minutes=1)) is None
    assert feeds.use(database, bens, after(minutes=1))


# ---- as programs and people meet it ----


class Office:
    """The pages and the services whose dates and letters they show, with a coordinator and a specialist of Lake."""

    def __init__(self, launch, database, keys_dir, peers):
        people, letters, committees = (launch(one.APP) for one in (directory.app, notification.app, partnership.app))
        self.directory, self.notification = people, letters
        self.whole = people.stubs(rights=["reference.import", "people.write", "roles.grant"])
        self.whole.ImportReference(
            agency_pb.ImportReferenceRequest(
                agencies=[
                    agency_pb.Agency(
                        name=f"agencies/{slug}", title=slug, short_title=slug, kind="single-county", region="Northern"
                    )
                    for slug in ("lake", "butte")
                ],
                units=[agency_pb.WorkUnit(slug="intake", title="Intake")],
                job_classes=[agency_pb.JobClass(slug="analyst", title="Analyst")],
                request_id=new_id(),
            )
        )
        self.coordinator, self.specialist = self.hire(), self.hire()
        grant = person_pb.RoleGrant(person=self.coordinator.name, role="coordinator", scope="agencies/lake")
        self.grant = self.whole.GrantRole(person_pb.GrantRoleRequest(grant=grant, request_id=new_id()))
        at = {"directory": people, "notification": letters, "partnership": committees}
        peers = peers | {name: f"127.0.0.1:{one.port}" for name, one in at.items()}
        settings = Settings(service="gateway", database_url=database.url, keys_dir=keys_dir, peers=peers, connections=4)
        self.database, self.registry = database, CollectorRegistry()
        self.listener = socket.create_server(("127.0.0.1", 0))
        pages = Everything(create_app(settings), registry=self.registry)
        self.server = uvicorn.Server(uvicorn.Config(pages, log_config=None, access_log=False))
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.listener]})
        self.thread.start()
        self.url = "http://{}:{}".format(*self.listener.getsockname())
        self.program = httpx.Client(verify=NO_AUTHORITIES, base_url=self.url, timeout=60)
        self.opened = [self.program]

    def hire(self):
        job = person_pb.Job(
            agency="agencies/lake", local_title="X", job_class="analyst", units=["intake"], start_date="2020-01-01"
        )
        person = person_pb.Person(staff_number=uuid.uuid4().hex[:12], family_name="Mills", given_name="Jo", jobs=[job])
        asked = person_pb.CreatePersonRequest(parent="agencies/lake", person=person, request_id=new_id())
        return self.whole.CreatePerson(asked)

    def browser(self, person):
        cookie = sign_ins.begin(self.database, person.name, datetime.now(UTC), place=Place(PASSWORD))
        self.opened.append(httpx.Client(verify=NO_AUTHORITIES, base_url=self.url, timeout=60, cookies={COOKIE: cookie}))
        return self.opened[-1]

    def make(self, person, **typed):
        """Have somebody make an address on the page; return its path."""
        return re.search(r"/feeds/[^<]+", self.send(person, **typed).text)[0]

    def send(self, person, browser=None, **typed):
        browser = browser or self.browser(person)
        return browser.post(PAGE, data=proof(browser) | {"title": "Reader"} | typed)

    def close(self):
        for client in self.opened:
            client.close()
        self.server.should_exit = True
        self.thread.join()
        self.listener.close()


def proof(browser):
    found = browser.get(PAGE).text
    return {name: re.search(rf'name="{name}" value="([^"]+)"', found)[1] for name in ("csrf", "request_id")}


def text_of(answer):
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


@pytest.fixture
def office(launch, database, keys_dir, peers):
    made = Office(launch, database, keys_dir, peers)
    yield made
    made.close()


def test_a_person_makes_an_address_that_is_shown_once_and_a_program_reads_by_it(office):
    browser = office.browser(office.specialist)
    form = proof(browser) | {"what": "DATES", "title": "Outlook at work"}
    made = browser.post(PAGE, data=form)
    path = re.search(r"/feeds/[^<]+", made.text)[0]

    assert f"{office.url}{path}" in made.text
    assert made.headers["cache-control"] == "no-store"
    assert "Subscribe from web" in made.text
    # The browser sent it twice.
    assert path in browser.post(PAGE, data=form).text
    assert path not in browser.get(PAGE).text
    read = office.program.get(path)
    assert (read.status_code, read.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert read.text.startswith("BEGIN:VCALENDAR\r\n")
    seen = text_of(browser.get(PAGE))
    assert re.search(r"Outlook at work My dates .* 1 Revoke Outlook at work", seen)
    feed = re.search(r'name="feed" value="([^"]+)"', browser.get(PAGE).text)[1]
    for _ in range(2):
        gone = browser.post(f"{PAGE}/revoke", data=proof(browser) | {"feed": feed})
        assert gone.headers["location"] == f"{PAGE}?done=feed-revoked"
        assert office.program.get(path).status_code == 404
    assert "Outlook at work My dates" in text_of(browser.get(PAGE))


def test_what_may_be_read_is_offered_and_nothing_else_is_made(office):
    coordinator, specialist = office.browser(office.coordinator), office.browser(office.specialist)

    assert "Letters that Lake received" in coordinator.get(PAGE).text
    assert "Lake" not in re.search(r"<select.*?</select>", specialist.get(PAGE).text, re.DOTALL)[0]
    for what in ("LETTERS agencies/lake", "LETTERS agencies/butte", "", "DATES agencies/-"):
        assert office.send(office.specialist, what=what).status_code == 400, what
    refused = office.send(office.specialist, what="LETTERS", topic="x" * 300, title="")
    assert refused.status_code == 400
    assert "Give it a name" in refused.text
    assert office.send(office.specialist, what="LETTERS", topic="x" * 300).status_code == 400
    assert office.send(office.specialist, what="DATES", title="x" * 101).status_code == 400


@pytest.mark.parametrize(
    ("what", "file", "title"),
    [
        ("DATES", "dates.ics", "My dates"),
        ("LETTERS", "letters.atom", "Letters: income withholding"),
        ("DATES agencies/lake", "dates.ics", "Dates, Lake"),
        ("LETTERS agencies/lake", "letters.atom", "Letters, Lake"),
    ],
)
def test_each_kind_of_address_reads_what_it_is_for_and_is_asked_for_again_by_its_tag(office, what, file, title):
    path = office.make(office.coordinator, what=what, topic="income withholding")

    assert path.endswith(f"/{file}")
    read = office.program.get(path)
    assert read.status_code == 200
    assert title in read.text.replace("\\,", ",")
    assert read.headers["cache-control"] == "private, no-cache"
    assert read.headers["referrer-policy"] == "no-referrer"
    assert read.headers["last-modified"].endswith(" GMT")
    for tag in (read.headers["etag"], f'"other", W/{read.headers["etag"]}'):
        again = office.program.get(path, headers={"if-none-match": tag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", read.headers["etag"])
    assert office.program.get(path, headers={"if-none-match": '"other"'}).content == read.content
    assert office.program.head(path).headers["etag"] == read.headers["etag"]
    other = {"dates.ics": "letters.atom", "letters.atom": "dates.ics"}[file]
    assert office.program.get(path.replace(file, other)).status_code == 404
    # The token and one list, with the meetings beside one's own dates, and nothing that is kept for a sign-in.
    calls, most = office.registry.get_sample_value, "4.0" if what == "DATES" else "2.0"
    route = {"method": "GET", "route": f"/feeds/{{token}}/{file}"}
    assert calls("cadre_page_calls_bucket", route | {"le": most}) == calls("cadre_page_calls_count", route)


def test_a_leaver_and_who_lost_the_right_and_who_revoked_get_the_page_that_a_guess_gets(office):
    leaver, agencys = (office.make(one, what="DATES") for one in (office.specialist, office.coordinator))
    of_lake = office.make(office.coordinator, what="LETTERS agencies/lake")
    guess = office.program.get("/feeds/nobody-made-this/dates.ics")
    assert [office.program.get(path).status_code for path in (leaver, agencys, of_lake)] == [200, 200, 200]

    ended = {"parent": "agencies/lake", "person": office.specialist.name, "end_date": "2026-01-31"}
    office.whole.EndJob(person_pb.EndJobRequest(**ended, request_id=new_id()))
    revoked = {"name": office.grant.name, "reason": "Another one does it now"}
    office.whole.RevokeRole(person_pb.RevokeRoleRequest(**revoked, request_id=new_id()))

    def alike(answer):
        said = {name: value for name, value in answer.headers.items() if name not in ("date", "x-request-id")}
        return answer.status_code, answer.text, said

    for path in (leaver, of_lake, agencys.replace("dates.ics", "letters.atom"), leaver[:-12] + "x/dates.ics"):
        assert alike(office.program.get(path)) == alike(guess), path
    # What is their own is theirs still.
    assert office.program.get(agencys).status_code == 200


def test_who_reads_too_often_is_told_when_to_come_back(office):
    path = office.make(office.specialist, what="LETTERS")
    answers = [office.program.get(path) for _ in range(feeds.MOST_READ + 1)]

    assert {answer.status_code for answer in answers[:-1]} == {200}
    assert answers[-1].status_code == 429
    assert 0 < int(answers[-1].headers["retry-after"]) <= 15 * 60


def test_an_address_stands_in_no_log_no_metric_and_no_way_to_the_sign_in(office, capsys):
    path = office.make(office.specialist, what="DATES")
    token = path.split("/")[2]
    for asked in (path, f"/feeds/{token}/other", f"/feeds/{token}/letters.atom", f"{path}?x=1"):
        answer = office.program.get(asked)
        assert "location" not in answer.headers
        assert token not in answer.text
    office.program.post(path)

    logged = capsys.readouterr().out
    assert "/feeds/{token}/dates.ics" in logged
    assert token not in logged
    labels = [str(sample.labels) for metric in office.registry.collect() for sample in metric.samples]
    assert any("/feeds/{token}/dates.ics" in one for one in labels)
    assert not any(token in one for one in labels)


def test_reading_changes_nothing_anywhere_but_the_count(office, database):
    paths = [
        office.make(office.coordinator, what=what)
        for what in ("DATES", "LETTERS", "DATES agencies/lake", "LETTERS agencies/lake")
    ]

    def contents():
        found = {}
        for url in (
            database.url,
            *(one.runtime.settings.database_url for one in (office.directory, office.notification)),
        ):
            with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
                for (table,) in connection.execute("SELECT relname FROM pg_stat_user_tables").fetchall():
                    rows = connection.execute(f'SELECT t::text FROM "{table}" AS t').fetchall()
                    found[url, table] = sorted(row for (row,) in rows)
        return found

    before = contents()
    for path in paths:
        assert office.program.get(path).status_code == 200
    now = contents()

    assert {table for (url, table), rows in now.items() if before[url, table] != rows} == {"feed_use"}
    assert sum("feed" in table for _, table in now) == 2
