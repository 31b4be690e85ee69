"""An agency asks more of its people: the page in front of real services, who hear of each other without a bus."""

import csv
import io

import pytest

import directory.app
import enrollment.app
import notification.app
from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.directory.v1 import events_pb2 as directory_events
from cadre.enrollment.v1 import events_pb2 as enrollment_events
from cadre.notification.v1 import events_pb2 as notification_events
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from servicekit.data.outbox import subject_of

from .test_mistakes import Office, hidden, new_id, tell

APPS = {app.name: app for app in (directory.app.APP, notification.app.APP, enrollment.app.APP)}
TOLD = {
    "notification": [(notification_events.LocalAudienceChanged, ["directory"])],
    "directory": [(directory_events.AudienceMembersChanged, ["notification", "enrollment"])],
    "enrollment": [
        (enrollment_events.AssignmentCreated, ["notification"]),
        (enrollment_events.AssignmentWaived, ["notification"]),
    ],
}


class WideOffice(Office):
    """One whose letter is for an audience of the directory: whoever works in intake."""

    def audience(self):
        clause = audience_pb.AudienceClause(units=["intake"], recorded_units_only=True, agencies=["agencies/lake"])
        asked = audience_pb.Audience(title="Intake", expression=audience_pb.AudienceExpression(include=[clause]))
        writer = self.at["directory"].stubs(rights=["audiences.write"])
        made = writer.CreateAudience(audience_pb.CreateAudienceRequest(audience=asked, request_id=new_id()))
        self.heard = dict.fromkeys(TOLD, 0)
        # Its first membership is told with the letter.
        self.all_told("directory")
        return made.name.removeprefix("audiences/")

    def all_told(self, producer):
        """What a service told since it was looked at last: (subject, payload)."""
        with self.at[producer].connect() as connection:
            rows = connection.execute(
                "SELECT seq, subject, payload FROM outbox WHERE seq > %s ORDER BY seq", [self.heard[producer]]
            ).fetchall()
        self.heard[producer] = max([self.heard[producer], *(seq for seq, _, _ in rows)])
        return [(subject, bytes(payload)) for _, subject, payload in rows]

    def hear(self):
        """Let each hear what the one before told: whom we ask, who that is, what they are to take."""
        for producer in ("notification", "directory", "enrollment"):
            kinds = {subject_of(kind.DESCRIPTOR): (kind, services) for kind, services in TOLD[producer]}
            for subject, payload in self.all_told(producer):
                kind, services = kinds.get(subject, (None, []))
                for service in services:
                    tell(self.at[service], APPS[service], kind.FromString(payload))

    def figures(self):
        asked = readiness_pb.GetReadinessRequest(notice=f"notices/{self.letter}")
        found = self.at["notification"].stubs(rights=["readiness.read"]).GetReadiness(asked)
        return found.state.of, found.state.ready, found.state.excused, [one.counts.of for one in found.agencies]

    def assigned(self):
        """Who is to take the course, by state."""
        with self.at["enrollment"].connect() as connection:
            rows = connection.execute("SELECT person_id, state FROM assignment").fetchall()
        return {f"people/{person}": state for person, state in rows}


@pytest.fixture
def office(launch, database, keys_dir, peers):
    made = WideOffice(launch, database, keys_dir, peers, 2)
    yield made
    made.close()


def test_more_of_our_people_get_a_letter_by_their_unit_and_the_states_numbers_stay(office):
    letter = office.base.removesuffix("/mistake")
    here = f"{letter}/more-of-our-people"
    legal = [office.hire(f"Legal{n}", "legal") for n in range(2)]
    office.hear()
    before = office.figures()
    assert f'href="{here}"' in office.page(letter)
    form = office.page(here)
    assert "Only those whom the state asks have this letter." in form

    sent = {"units": "legal", "reason": "They answer the calls"}
    for data, sentence in (
        ({"reason": "No units"}, "Tick the units whose people get this letter too."),
        ({"units": "legal"}, "Say why, in a few words."),
    ):
        answer = office.client.post(here, data=hidden(form) | {"action": "check"} | data)
        assert (answer.status_code, sentence in answer.text) == (400, True)
    looked = office.client.post(here, data=hidden(form) | sent | {"action": "check"})
    assert "Ask 2 more people?" in looked.text
    assert "Only those whom the state asks have this letter." in office.page(here)
    done = office.client.post(here, data=hidden(looked.text) | sent | {"action": "save"})
    assert (done.status_code, done.headers["location"]) == (303, f"{here}?done=units-asked")

    office.hear()
    assert {one: office.assigned()[one] for one in legal} == dict.fromkeys(legal, "ASSIGNED")
    late = office.hire("Late", "legal")
    office.hear()
    assert office.assigned()[late] == "ASSIGNED"
    assert office.figures() == before
    office.record([legal[0]])
    page = office.page(letter)
    assert "And 3 people whom our agency asks" in page
    assert page.count("<small>asked by our agency</small>") == 3
    rows = list(csv.DictReader(io.StringIO(office.client.get(f"{letter}/people.csv").text.lstrip("\ufeff"))))
    assert sorted(row["Note"] for row in rows) == ["", "", *["Asked by our agency"] * 3]
    assert "Asked by our agency: the state's numbers" in office.page(f"{letter}/{late}")

    # Whom a unit's exemption excuses is excused here as anywhere, and the state hears of none of it.
    apart = f"{letter}/does-not-apply"
    excused = {"units": "legal", "reason": "Not yet"}
    office.client.post(apart, data=hidden(office.page(apart)) | excused | {"action": "save"})
    office.hear()
    assert (office.assigned()[late], office.figures()) == ("WAIVED", before)

    asked = office.page(f"{here}?remove=legal")
    assert "Ask Legal no longer?" in asked
    silent = office.client.post(f"{here}/remove", data=hidden(asked))
    assert (silent.status_code, "Say why, in a few words." in silent.text) == (400, True)
    gone = office.client.post(f"{here}/remove", data=hidden(asked) | {"reason": "No more calls"})
    assert gone.headers["location"] == f"{here}?done=unit-not-asked"
    office.hear()
    assert "whom our agency asks" not in office.page(letter)
    assert office.figures() == before
    assert (office.assigned()[legal[0]], office.assigned()[legal[1]]) == ("COMPLETED", "WITHDRAWN")
