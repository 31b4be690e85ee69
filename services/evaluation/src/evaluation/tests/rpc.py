"""The contract of tests: unpack, call, pack."""

from cadre.evaluation.v1 import sitting_service_pb2 as sitting_pb
from cadre.evaluation.v1 import test_service_pb2 as pb
from evaluation.tests import drafts, queries, wire
from evaluation.tests.drafts import TESTS
from evaluation.tests.versions import Versions
from servicekit import names
from servicekit.data import trail
from servicekit.data.db import Database
from servicekit.rpc.calls import Call, Servicer
from servicekit.rpc.wire import say_saved


class TestServicer(Servicer):
    """Answers `cadre.evaluation.v1.TestService`."""

    service = pb.DESCRIPTOR.services_by_name["TestService"]

    def __init__(self, database: Database, versions: Versions) -> None:
        super().__init__(database)
        self.versions = versions

    def CreateTest(self, request: pb.CreateTestRequest, call: Call) -> pb.Test:
        test_id = names.slug(request.test_id, field="test_id")
        test = wire.written(request.test)
        with self.write(call, request) as db:
            return db.answer(wire.test(drafts.create(db, test_id=test_id, test=test)))

    def UpdateTest(self, request: pb.UpdateTestRequest, call: Call) -> pb.Test:
        test_id = wire.test_id(request.test.name, field="test.name")
        test, etag = wire.written(request.test), request.test.etag
        with self.write(call, request) as db:
            return db.answer(wire.test(drafts.update(db, test_id=test_id, test=test, etag=etag)))

    def GetTest(self, request: pb.GetTestRequest, _call: Call) -> pb.Test:
        test_id = wire.test_id(request.name, field="name")
        with self.read() as db:
            row = queries.get_test(db, test_id)
            answer = wire.test(row)
            say_saved(answer, trail.saved(db, TESTS.name(row.id), TESTS.name(row.id, row.latest_version)))
            return answer

    def ListTests(self, request: pb.ListTestsRequest, _call: Call) -> pb.ListTestsResponse:
        page = self.page_of(request)
        with self.read() as db:
            rows = queries.list_tests(db, page, query=request.query, only_published=request.only_published)
        shown, token = page.cut(rows, lambda row: [row.sort_title, row.id])
        return pb.ListTestsResponse(tests=[wire.test_entry(row) for row in shown], next_page_token=token)

    def ListTestVersions(self, request: pb.ListTestVersionsRequest, _call: Call) -> pb.ListTestVersionsResponse:
        page, test_id = self.page_of(request), wire.test_id(request.parent, field="parent")
        with self.read() as db:
            rows = queries.list_versions(db, page, test_id=test_id)
        shown, token = page.cut(rows, lambda row: [row.version])
        answer = [wire.version_entry(row) for row in shown]
        return pb.ListTestVersionsResponse(test_versions=answer, next_page_token=token)

    def GetAnswerKey(self, request: pb.GetAnswerKeyRequest, _call: Call) -> pb.TestVersion:
        test_id, number = wire.version_id(request.name)
        with self.read() as db:
            return wire.answer_key(self.versions.get(db, test_id, number))

    def TryTest(self, request: pb.TryTestRequest, _call: Call) -> sitting_pb.Sitting:
        test_id, answers = wire.test_id(request.name, field="name"), wire.answers(request.answers)
        with self.read() as db:
            test, scored = drafts.try_out(db, test_id=test_id, etag=request.etag, answers=answers)
        return wire.tried(test, answers, scored)

    def PublishTest(self, request: pb.PublishTestRequest, call: Call) -> pb.TestVersion:
        test_id = wire.test_id(request.name, field="name")
        with self.write(call, request) as db:
            return db.answer(wire.test_version(drafts.publish(db, test_id=test_id, etag=request.etag)))

    def GetTestVersion(self, request: pb.GetTestVersionRequest, _call: Call) -> pb.TestVersion:
        test_id, number = wire.version_id(request.name)
        with self.read() as db:
            return wire.test_version(self.versions.get(db, test_id, number))
