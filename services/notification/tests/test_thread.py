"""The thread: from a draft to people who are ready."""

import uuid

from cadre.directory.v1 import events_pb2 as directory
from cadre.enrollment.v1 import events_pb2 as enrollment
from cadre.notification.v1 import notification_service_pb2 as pb


def test_a_letter_goes_from_its_author_to_people_who_are_ready(cadre):
    ana, ben, cruz = (str(uuid.uuid4()) for _ in range(3))
    audience = cadre.new_audience(*(at(person, agency) for person, agency in ((ana, "lake"), (ben, "lake"), (cruz, "yolo"))))

    notice = cadre.issued(audience, asks=pb.TRAIN)

    assert notice.state == pb.Notice.PUBLISHED
    assert notice.audience_revision == 1
    assert cadre.state(notice) == {"of": 3, "not_started": 3}

    cadre.read(notice, ana)
    cadre.confirm(notice, ana)
    cadre.deliver(cadre.completed(notice, ana))

    assert cadre.state(notice) == {"of": 3, "ready": 1, "not_started": 2, "read": 1, "confirmed": 1, "trained": 1}
    assert cadre.agency(notice, "lake") == {
        "of": 2,
        "ready": 1,
        "not_started": 1,
        "read": 1,
        "confirmed": 1,
        "trained": 1,
    }
    assert cadre.agency(notice, "yolo") == {"of": 1, "not_started": 1}
    assert cadre.agency(notice, "alameda") == {}


def at(person, agency):
    return directory.MemberChange(person_id=person, agency_id=agency, member=True)
