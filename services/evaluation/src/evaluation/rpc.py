"""Evaluation's contract: unpack, call, pack."""

from functools import partial

from cadre.evaluation.v1 import sitting_service_pb2 as sitting_pb
from cadre.evaluation.v1 import test_service_pb2 as test_pb
from evaluation.sittings import queries as sittings
from evaluation.sittings import taking
from evaluation.sittings import wire as taken
from evaluation.sittings.taking import Submission
from evaluation.tests import drafts, queries, wire
from evaluation.tests.versions import Versions
from servicekit import names
from servicekit.data.db import Database
from servicekit.rpc.calls import Call, Servicer


class TestServicer(Servicer):
    """Answers `cadre.evaluation.v1.TestService`."""

    service = test_pb.DESCRIPTOR.services_by_name["TestService"]

    def __init__(self, database: Database, versions: Versions) -> None:
        super().__init__(database)
        self.versions = versions

    def CreateTest(self, request: test_pb.CreateTestRequest, call: Call) -> test_pb.Test:
        test_id = names.slug(request.test_id, field="test_id")
        test = wire.written(request.test)
        with self.write(call, request) as db:
            return db.answer(wire.test(drafts.create(db, test_id=test_id, test=test)))

    def UpdateTest(self, request: test_pb.UpdateTestRequest, call: Call) -> test_pb.Test:
        test_id = wire.test_id(request.test.name, field="test.name")
        test, etag = wire.written(request.test), request.test.etag
        with self.write(call, request) as db:
            return db.answer(wire.test(drafts.update(db, test_id=test_id, test=test, etag=etag)))

    def GetTest(self, request: test_pb.GetTestRequest, _call: Call) -> test_pb.Test:
        test_id = wire.test_id(request.name, field="name")
        with self.read() as db:
            return wire.test(queries.get_test(db, test_id))

    def ListTests(self, request: test_pb.ListTestsRequest, _call: Call) -> test_pb.ListTestsResponse:
        page = self.page_of(request)
        with self.read() as db:
            rows = queries.list_tests(db, page, query=request.query, only_published=request.only_published)
        shown, token = page.cut(rows, lambda row: [row.sort_title, row.id])
        return test_pb.ListTestsResponse(tests=[wire.test_entry(row) for row in shown], next_page_token=token)

    def ListTestVersions(
        self, request: test_pb.ListTestVersionsRequest, _call: Call
    ) -> test_pb.ListTestVersionsResponse:
        page, test_id = self.page_of(request), wire.test_id(request.parent, field="parent")
        with self.read() as db:
            rows = queries.list_versions(db, page, test_id=test_id)
        shown, token = page.cut(rows, lambda row: [row.version])
        answer = [wire.version_entry(row) for row in shown]
        return test_pb.ListTestVersionsResponse(test_versions=answer, next_page_token=token)

    def GetAnswerKey(self, request: test_pb.GetAnswerKeyRequest, _call: Call) -> test_pb.TestVersion:
        test_id, number = wire.version_id(request.name)
        with self.read() as db:
            return wire.answer_key(self.versions.get(db, test_id, number))

    def TryTest(self, request: test_pb.TryTestRequest, _call: Call) -> sitting_pb.Sitting:
        test_id, answers = wire.test_id(request.name, field="name"), wire.answers(request.answers)
        with self.read() as db:
            test, scored = drafts.try_out(db, test_id=test_id, etag=request.etag, answers=answers)
        return wire.tried(test, answers, scored)

    def PublishTest(self, request: test_pb.PublishTestRequest, call: Call) -> test_pb.TestVersion:
        test_id = wire.test_id(request.name, field="name")
        with self.write(call, request) as db:
            return db.answer(wire.test_version(drafts.publish(db, test_id=test_id, etag=request.etag)))

    def GetTestVersion(self, request: test_pb.GetTestVersionRequest, _call: Call) -> test_pb.TestVersion:
        test_id, number = wire.version_id(request.name)
        with self.read() as db:
            return wire.test_version(self.versions.get(db, test_id, number))


class SittingServicer(Servicer):
    """Answers `cadre.evaluation.v1.SittingService`."""

    service = sitting_pb.DESCRIPTOR.services_by_name["SittingService"]

    def __init__(self, database: Database, versions: Versions) -> None:
        super().__init__(database)
        self.versions = versions
        self._submit = self.in_company(
            "SubmitSitting", partial(taking.submit, versions=self.versions), lambda done: taken.sitting(*done)
        )

    def StartSitting(self, request: sitting_pb.StartSittingRequest, call: Call) -> sitting_pb.Sitting:
        person_id = taken.taker(call.principal)
        test_id, number = wire.version_id(request.test_version, field="test_version")
        with self.write(call, request) as db:
            version = self.versions.get(db, test_id, number)
            sitting = taking.start(db, person_id=person_id, version=version)
            return db.answer(taken.sitting(sitting, version))

    def SubmitSitting(self, request: sitting_pb.SubmitSittingRequest, call: Call) -> sitting_pb.Sitting:
        person_id, sitting_id = taken.taker(call.principal), taken.sitting_id(request.name)
        return self._submit(call, request, Submission(sitting_id, person_id, wire.answers(request.answers)))

    def GetSitting(self, request: sitting_pb.GetSittingRequest, call: Call) -> sitting_pb.Sitting:
        person_id, sitting_id = taken.taker(call.principal), taken.sitting_id(request.name)
        with self.read() as db:
            sitting = sittings.get_sitting(db, sitting_id, person_id=person_id)
            return taken.sitting(sitting, self.versions.get(db, sitting.test_id, sitting.test_version))

    def ListSittings(self, request: sitting_pb.ListSittingsRequest, call: Call) -> sitting_pb.ListSittingsResponse:
        person_id, page = taken.taker(call.principal), self.page_of(request)
        version = wire.version_id(request.test_version, field="test_version") if request.test_version else None
        with self.read() as db:
            rows = sittings.list_sittings(db, page, person_id=person_id, version=version)
            shown, token = page.cut(rows, lambda row: [row.started_at, row.id])
            versions = self.versions.find(db, {(row.test_id, row.test_version) for row in shown})
        answer = [taken.sitting(row, versions[row.test_id, row.test_version]) for row in shown]
        return sitting_pb.ListSittingsResponse(sittings=answer, next_page_token=token)
