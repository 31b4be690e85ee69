"""The contract of sittings: unpack, call, pack."""

from functools import partial

from cadre.evaluation.v1 import sitting_service_pb2 as pb
from evaluation.sittings import queries, taking, wire
from evaluation.sittings.taking import Submission
from evaluation.tests import wire as tests
from evaluation.tests.versions import Versions
from servicekit.data.db import Database
from servicekit.rpc.calls import Call, Servicer


class SittingServicer(Servicer):
    """Answers `cadre.evaluation.v1.SittingService`."""

    service = pb.DESCRIPTOR.services_by_name["SittingService"]

    def __init__(self, database: Database, versions: Versions) -> None:
        super().__init__(database)
        self.versions = versions
        self._submit = self.in_company(
            "SubmitSitting", partial(taking.submit, versions=self.versions), lambda done: wire.sitting(*done)
        )

    def StartSitting(self, request: pb.StartSittingRequest, call: Call) -> pb.Sitting:
        person_id = wire.taker(call.principal)
        test_id, number = tests.version_id(request.test_version, field="test_version")
        with self.write(call, request) as db:
            version = self.versions.get(db, test_id, number)
            sitting = taking.start(db, person_id=person_id, version=version)
            return db.answer(wire.sitting(sitting, version))

    def SubmitSitting(self, request: pb.SubmitSittingRequest, call: Call) -> pb.Sitting:
        person_id, sitting_id = wire.taker(call.principal), wire.sitting_id(request.name)
        return self._submit(call, request, Submission(sitting_id, person_id, tests.answers(request.answers)))

    def GetSitting(self, request: pb.GetSittingRequest, call: Call) -> pb.Sitting:
        person_id, sitting_id = wire.taker(call.principal), wire.sitting_id(request.name)
        with self.read() as db:
            sitting = queries.get_sitting(db, sitting_id, person_id=person_id)
            return wire.sitting(sitting, self.versions.get(db, sitting.test_id, sitting.test_version))

    def ListSittings(self, request: pb.ListSittingsRequest, call: Call) -> pb.ListSittingsResponse:
        person_id, page = wire.taker(call.principal), self.page_of(request)
        version = tests.version_id(request.test_version, field="test_version") if request.test_version else None
        with self.read() as db:
            rows = queries.list_sittings(db, page, person_id=person_id, version=version)
            shown, token = page.cut(rows, lambda row: [row.started_at, row.id])
            versions = self.versions.find(db, {(row.test_id, row.test_version) for row in shown})
        answer = [wire.sitting(row, versions[row.test_id, row.test_version]) for row in shown]
        return pb.ListSittingsResponse(sittings=answer, next_page_token=token)
