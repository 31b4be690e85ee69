"""The thread: from a draft to people who are ready."""

from cadre.notification.v1 import notice_service_pb2 as pb


def test_a_letter_goes_from_its_author_to_people_who_are_ready(cadre):
    ana, ben, cruz = cadre.people(3)
    audience = cadre.new_audience(cadre.at(ana, "lake"), cadre.at(ben, "lake"), cadre.at(cruz, "yolo"))

    notice = cadre.issued(audience, asks=pb.TRAIN)

    assert notice.state == pb.Notice.PUBLISHED
    assert notice.audience_revision == 1
    assert cadre.state(notice) == {"of": 3, "not_started": 3}

    cadre.read(notice, ana)
    cadre.confirm(notice, ana)
    cadre.deliver(cadre.completed(notice, ana))

    done = {"ready": 1, "read": 1, "confirmed": 1, "trained": 1}
    assert cadre.state(notice) == {"of": 3, "not_started": 2, **done}
    assert cadre.agency(notice, "lake") == {"of": 2, "not_started": 1, **done}
    assert cadre.agency(notice, "yolo") == {"of": 1, "not_started": 1}
    assert cadre.agency(notice, "alameda") == {}
