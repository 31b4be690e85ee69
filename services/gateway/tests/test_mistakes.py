"""Training that was recorded by mistake is taken back: the pages in front of real services, without a bus."""

import html
import re
import socket
import threading
import uuid
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import uvicorn
from prometheus_client import CollectorRegistry

import curriculum.app
import directory.app
import enrollment.app
import notification.app
from cadre.curriculum.v1 import events_pb2 as curriculum_events
from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import events_pb2 as directory_events
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.enrollment.v1 import completion_service_pb2 as completion_pb
from cadre.notification.v1 import events_pb2 as notification_events
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import series_service_pb2 as series_pb
from gateway.app import create_app
from gateway.identity import sign_ins
from gateway.identity.places import PASSWORD, Place
from gateway.web.every_page import Everything
from gateway.web.visit import COOKIE
from servicekit.calendar import pacific_date
from servicekit.events.bus import EVENT_ID
from servicekit.settings import Settings
from servicekit.testing.unencrypted import NO_AUTHORITIES

COURSE = ("income-withholding", 1)


def new_id():
    return str(uuid.uuid4())


def tell(running, app, message):
    """Let a service hear an event, as the kit would hand it over."""
    (subscription,) = [one for one in app.subscriptions if isinstance(message, one.message_type)]
    headers = {"ce-time": datetime.now(UTC).isoformat(), EVENT_ID: new_id()}
    event = subscription.read(message.SerializeToString(), headers)
    with running.runtime.database.transaction(actor=f"services/{app.name}", method="test") as db:
        subscription.handler(db, [event])


class Office:
    """A letter with a course, a coordinator of Lake, and as many of its staff as are asked for."""

    def __init__(self, launch, database, keys_dir, peers, staff):
        apps = {
            app.name: app for app in (directory.app.APP, notification.app.APP, enrollment.app.APP, curriculum.app.APP)
        }
        at = self.at = {name: launch(app) for name, app in apps.items()}
        self.whole = at["directory"].stubs(rights=["reference.import", "people.write", "roles.grant"])
        reference = agency_pb.ImportReferenceRequest(
            agencies=[agency_pb.Agency(name="agencies/lake", title="Lake", short_title="Lake", kind="single-county")],
            units=[agency_pb.WorkUnit(slug=one, title=one.title()) for one in ("intake", "legal")],
            job_classes=[agency_pb.JobClass(slug="analyst", title="Analyst")],
            request_id=new_id(),
        )
        self.whole.ImportReference(reference)
        self.people = [self.hire(f"Nr{n:03}") for n in range(staff)]
        coordinator = self.hire("Coordinator")
        grant = person_pb.RoleGrant(person=coordinator, role="coordinator", scope="agencies/lake")
        self.whole.GrantRole(person_pb.GrantRoleRequest(grant=grant, request_id=new_id()))
        self.letter = self.issue(at, apps)
        self.base = f"/agencies/lake/letters/{self.letter}/mistake"
        recorder = {"training.record": ["agencies/lake"]}
        self.completions = at["enrollment"].stubs(caller=coordinator, rights=recorder)
        self.record(self.people)
        peers = peers | {name: f"127.0.0.1:{service.port}" for name, service in at.items()}
        settings = Settings(service="gateway", database_url=database.url, keys_dir=keys_dir, peers=peers, connections=4)
        self.listener = socket.create_server(("127.0.0.1", 0))
        pages = Everything(create_app(settings), registry=CollectorRegistry())
        self.server = uvicorn.Server(uvicorn.Config(pages, log_config=None, access_log=False))
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.listener]})
        self.thread.start()
        cookie = sign_ins.begin(database, coordinator, datetime.now(UTC), place=Place(PASSWORD))
        url = "http://{}:{}".format(*self.listener.getsockname())
        self.client = httpx.Client(verify=NO_AUTHORITIES, base_url=url, timeout=60, cookies={COOKIE: cookie})

    def hire(self, given, unit="intake"):
        job = person_pb.Job(
            agency="agencies/lake", local_title="X", job_class="analyst", units=[unit], start_date="2020-01-01"
        )
        person = person_pb.Person(staff_number=f"S-{given}", family_name="Mills", given_name=given, jobs=[job])
        asked = person_pb.CreatePersonRequest(parent="agencies/lake", person=person, request_id=new_id())
        return self.whole.CreatePerson(asked).name

    def audience(self):
        """Whom the letter is for: ids alone, of whom the directory knows nothing."""
        return new_id()

    def issue(self, at, apps):
        audience, today = self.audience(), pacific_date(datetime.now(UTC))
        ids = [name.removeprefix("people/") for name in self.people]
        changed = directory_events.AudienceMembersChanged(
            audience_id=audience,
            revision=1,
            chunk=1,
            chunks=1,
            effective_date=today.isoformat(),
            changes=[
                directory_events.MemberChange(person_id=one, agency_id="lake", units=["intake"], member=True)
                for one in ids
            ],
        )
        letters = at["notification"]
        tell(letters, apps["notification"], directory_events.AgencyListed(agency_id="lake", kind="single-county"))
        for name in ("notification", "enrollment"):
            tell(at[name], apps[name], changed)
        series = [series_pb.Series(name="series/CSSP", title="Policy letters", kind=notice_pb.Notice.POLICY)]
        importer = letters.stubs(rights=["reference.import"])
        importer.ImportSeries(series_pb.ImportSeriesRequest(series=series, request_id=new_id()))
        letter = notice_pb.Notice(
            kind=notice_pb.Notice.POLICY,
            series="CSSP",
            number="26-01",
            addressees="ALL IV-D DIRECTORS",
            subject="Income withholding",
            reason=notice_pb.Notice.STATE_LAW,
            contact="policy@example.org",
            change="Orders go out in two days.",
            staff_action="Take the course.",
            effective_date=(today + timedelta(days=40)).isoformat(),
            audience=f"audiences/{audience}",
            asks=notice_pb.TRAIN,
            course_version="courses/{}/versions/{}".format(*COURSE),
            briefing_counts=True,
        )
        writer = letters.stubs(caller=f"people/{new_id()}", rights=["notices.write"])
        sent = writer.CreateNotice(notice_pb.CreateNoticeRequest(notice=letter, request_id=new_id(), submit=True))
        approver = letters.stubs(caller=f"people/{new_id()}", rights=["notices.approve"])
        publish = notice_pb.PublishNoticeRequest(
            name=sent.name, etag=sent.etag, audience_revision=1, request_id=new_id()
        )
        notice_id = approver.PublishNotice(publish).name.removeprefix("notices/")
        published = notification_events.NoticePublished(
            notice_id=notice_id,
            version=1,
            audience_id=audience,
            audience_revision=1,
            course_id=COURSE[0],
            course_version=COURSE[1],
            due_date=(today + timedelta(days=30)).isoformat(),
            joiner_business_days=5,
            briefing_counts=True,
        )
        published.publish_time.GetCurrentTime()
        known = curriculum_events.CourseVersionPublished(
            course_id=COURSE[0], version=COURSE[1], section_count=2, minutes=20
        )
        tell(at["enrollment"], apps["enrollment"], known)
        tell(at["enrollment"], apps["enrollment"], published)
        return notice_id

    def record(self, people):
        request = completion_pb.RecordTrainingRequest(
            parent="agencies/lake",
            notice=f"notices/{self.letter}",
            people=people,
            kind=completion_pb.Completion.BRIEFING,
            complete_date=pacific_date(datetime.now(UTC)).isoformat(),
            minutes=30,
            led_by="Dana",
            request_id=new_id(),
        )
        return self.completions.RecordTraining(request)

    def page(self, path):
        answer = self.client.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return answer.text

    def recorded(self):
        request = completion_pb.ListRecordingsRequest(parent="agencies/lake", notice=f"notices/{self.letter}")
        return [len(one.people) for one in self.completions.ListRecordings(request).recordings]

    def close(self):
        self.client.close()
        self.server.should_exit = True
        self.thread.join()
        self.listener.close()


@pytest.fixture
def office_of(launch, database, keys_dir, peers):
    made = []

    def make(staff):
        made.append(Office(launch, database, keys_dir, peers, staff))
        return made[-1]

    yield make
    for one in made:
        one.close()


def hidden(page):
    """What the form of the page carries; the one in its head has nothing hidden."""
    return {
        name: html.unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)
    }


def of_recording(office):
    return re.search(rf'href="({office.base}\?of=\d+)"', office.page(office.base))[1]


def test_of_three_who_were_recorded_one_is_taken_back_with_the_reason(office_of):
    office = office_of(3)
    listed = office.page(office.base)
    assert "Briefing on" in listed
    assert "led by Dana" in listed
    form = office.page(of_recording(office))
    assert form.count("Nr00") == 3

    nobody = office.client.post(office.base, data=hidden(form) | {"action": "check"})
    assert (nobody.status_code, "Say for whom it was recorded by mistake." in nobody.text) == (400, True)
    checked = office.client.post(office.base, data=hidden(form) | {"action": "check", "people": office.people[:1]})
    assert "Take this training back for 1 person?" in checked.text
    assert office.recorded() == [3]
    silent = office.client.post(office.base, data=hidden(checked.text) | {"action": "take-back", "reason": " "})
    assert (silent.status_code, "Say what was wrong." in silent.text) == (400, True)
    sent = hidden(silent.text) | {"action": "take-back", "reason": "Was not there"}
    done = office.client.post(office.base, data=sent)

    # Nobody told the figures of the briefing here, so they have it that this person is not trained.
    letter = office.base.removesuffix("/mistake")
    assert (done.status_code, done.headers["location"]) == (303, f"{letter}?done=training-taken-back&n=1")
    assert office.recorded() == [2]
    record = office.page(f"/agencies/lake/{office.people[0]}/record")
    assert re.search(r"Local briefing, led by Dana\. Taken back .*, by .*Coordinator.*: Was not there", record)


def test_of_a_person_their_own_recording_is_shown_with_them_ticked(office_of):
    office = office_of(2)

    page = office.page(f"{office.base}?person={office.people[1].removeprefix('people/')}")

    assert re.search(rf'value="{office.people[1]}" checked', page)
    assert not re.search(rf'value="{office.people[0]}" checked', page)


def test_of_many_numbers_are_pasted_and_everyone_can_be_meant(office_of):
    office = office_of(51)
    form = office.page(of_recording(office))
    assert "Nr00" not in form

    some = office.client.post(office.base, data=hidden(form) | {"action": "check", "numbers": "S-Nr001\nS-Nr002\nS-X"})
    assert "Take this training back for 2 people?" in some.text
    everyone = office.client.post(office.base, data=hidden(form) | {"action": "check", "everyone": "yes"})
    assert "Take this training back for 51 people?" in everyone.text
    sent = hidden(everyone.text) | {"action": "take-back", "reason": "The wrong letter"}
    assert office.client.post(office.base, data=sent).status_code == 303

    assert office.recorded() == []
    assert "No briefing and no training done elsewhere is recorded here" in office.page(office.base)
