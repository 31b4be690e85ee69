"""Through a real JetStream: what the directory tells arrives, and what is issued here is told."""

import pytest
from prometheus_client import CollectorRegistry

from cadre.directory.v1 import events_pb2 as directory
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from cadre.notification.v1 import series_service_pb2 as series_pb
from notification.app import APP
from servicekit.data import messages
from servicekit.data.db import Database
from servicekit.data.outbox import emit
from servicekit.events.worker import Worker
from servicekit.settings import Settings
from servicekit.testing.drain import await_quiet
from servicekit.testing.waiting import wait_until


@pytest.fixture
def service(launch):
    return launch(APP, role="all")


@pytest.fixture
def tell(new_database, nats_server, service):
    """Publish as the directory does: through an outbox and a relay."""
    url = new_database(APP)
    database = Database(url, service="directory")
    settings = Settings(service="directory", database_url=url, nats_url=nats_server.url("directory"))
    worker = Worker(settings, database, (), CollectorRegistry())
    worker.start()

    def commit(*events, wanted=()):
        with database.transaction(actor="services/directory", method="Tell") as db:
            for event in events:
                emit(db, event)
            for one in wanted:
                messages.want(db, **one)
        await_quiet([worker, service.runtime.worker])

    yield commit
    worker.stop()
    database.dispose()


def test_members_that_the_directory_tells_of_become_recipients(made, service, tell):
    person, audience = made.new_id(), made.new_id()
    stub = service.stubs(caller=f"people/{made.new_id()}", rights=["notices.write", "readiness.read"])
    approver = service.stubs(caller=f"people/{made.new_id()}", rights=["notices.approve"])
    tell(
        directory.AgencyListed(agency_id="lake", kind="single-county"),
        directory.AudienceMembersChanged(
            audience_id=audience,
            revision=1,
            chunk=1,
            chunks=1,
            effective_date="2026-11-23",
            changes=[directory.MemberChange(person_id=person, agency_id="lake", member=True)],
        ),
    )
    series = [series_pb.Series(name="series/CSSP", title="Policy letters", kind=notice_pb.Notice.POLICY)]
    importer = service.stubs(rights=["reference.import"])
    importer.ImportSeries(series_pb.ImportSeriesRequest(series=series, request_id=made.new_id()))
    draft = stub.CreateNotice(notice_pb.CreateNoticeRequest(notice=made.written(audience), request_id=made.new_id()))
    sent = stub.SubmitNotice(notice_pb.SubmitNoticeRequest(name=draft.name, etag=draft.etag, request_id=made.new_id()))
    issued = approver.PublishNotice(
        notice_pb.PublishNoticeRequest(name=sent.name, etag=sent.etag, audience_revision=1, request_id=made.new_id())
    )

    readiness = stub.GetReadiness(readiness_pb.GetReadinessRequest(notice=issued.name))
    assert [(row.agency, row.counts.of) for row in readiness.agencies] == [("agencies/lake", 1)]
    await_quiet([service.runtime.worker])
    assert service.runtime.worker.outbox().depth == 0
    assert service.runtime.worker.bus().messages == 1


def test_what_the_directory_wants_said_is_in_the_ledger_under_its_name_once(made, service, tell):
    given = {
        "kind": "role.given",
        "once": made.new_id(),
        "about": "agencies/lake",
        "facts": {"role": "training coordinator", "where": "Lake"},
        "people": [made.new_id()],
    }
    tell(wanted=[given])
    tell(wanted=[given, given | {"kind": "role.lent"}, given | {"once": made.new_id()}])

    def said():
        with service.connect() as connection:
            # On a Monday morning there is a week's mail of our own as well.
            asked = "SELECT producer, kind, once FROM message WHERE kind LIKE 'role.%' ORDER BY wanted_at"
            rows = connection.execute(asked).fetchall()
        return rows if len(rows) > 1 else []

    rows = wait_until(said, "both messages")
    assert {row[:2] for row in rows} == {("directory", "role.given")}
    assert len(rows) == 2
    with service.connect() as connection:
        buried = connection.execute("SELECT subject, error FROM dead_letter").fetchall()
    assert [subject for subject, _ in buried] == ["cadre.directory.message.wanted.v1"]
    assert "role.lent" in buried[0][1]
