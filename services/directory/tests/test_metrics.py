"""What operators see of people and audiences: how many, never who; and that no membership drifts."""

from cadre.directory.v1 import person_service_pb2 as pb
from directory.audiences import audits


def test_people_are_counted_once_by_whether_they_are_at_work_today(directory):
    at_work, away, later = directory.hire(), directory.hire(), directory.hire(start=directory.day(3))
    leave = pb.Leave(start_date=directory.day(-1).isoformat())
    directory.as_whole("people.write").RecordLeave(
        pb.RecordLeaveRequest(person=away.name, leave=leave, request_id=directory.request_id())
    )

    figures = directory.running.figures()

    assert at_work.name != later.name
    assert figures["cadre_people", "at work"] == 1
    assert figures["cadre_people", "on leave"] == 1
    assert figures["cadre_agencies", "state"] == 1


def test_an_agency_where_nobody_could_confirm_is_counted_until_somebody_can(directory):
    before = directory.running.figures()["cadre_unattended_agencies",]
    person = directory.hire("lake")
    directory.grant(person.name, "coordinator", "agencies/lake")

    assert before == 3
    assert directory.running.figures()["cadre_unattended_agencies",] == before - 1


def test_the_people_of_audiences_are_counted(directory):
    directory.hire("lake")
    directory.hire("lake")
    directory.audience()

    figures = directory.running.figures()

    assert figures["cadre_audiences",] == 1
    assert figures["cadre_audience_people",] == 2
    assert "audiences.drift" in [audit.name for audit in audits.AUDITS]
