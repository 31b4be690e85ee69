"""Materials: unpack, call, pack."""

from uuid import UUID

from cadre.curriculum.v1 import material_service_pb2 as pb
from curriculum.courses.courses import Gatekeeper
from curriculum.courses.tables import CourseVersionRow
from curriculum.materials import materials, queries, wire
from curriculum.materials.queries import Place, Reader
from curriculum.materials.rules import package
from curriculum.materials.rules.package import Edition
from curriculum.works.office import Office
from servicekit.data.db import Database, Db
from servicekit.rpc.calls import Call, Servicer
from servicekit.rpc.tokens import WHOLE
from servicekit.rpc.wire import caller, is_person

# What those hold who see at an agency that people are trained, and who take courses.
_TRAINS, _TAKES = "training.record", "catalogue.read"


class MaterialServicer(Servicer):
    """Answers `cadre.curriculum.v1.MaterialService`."""

    service = pb.DESCRIPTOR.services_by_name["MaterialService"]

    def __init__(self, database: Database, office: Office, gatekeeper: Gatekeeper) -> None:
        super().__init__(database)
        self._office, self._gatekeeper = office, gatekeeper

    def ListMaterials(self, request: pb.ListMaterialsRequest, call: Call) -> pb.ListMaterialsResponse:
        page, (course, version) = self.page_of(request), wire.place(request.parent, field="parent")
        with self.read() as db:
            at = self._place(db, course, version, call)
            shown, token = page.cut(queries.list_given(db, page, at), lambda one: one.key)
            rule = queries.rule(db, at)
        found = [wire.material(at, one, whole=False) for one in shown]
        return pb.ListMaterialsResponse(materials=found, next_page_token=token, rule=wire.rule(at, *rule))

    def GetMaterial(self, request: pb.GetMaterialRequest, call: Call) -> pb.Material:
        course, version, which = wire.material_id(request.name)
        with self.read() as db:
            return self._material(db, course, version, which, call)

    def CreateMaterial(self, request: pb.CreateMaterialRequest, call: Call) -> pb.Material:
        caller(call.principal)
        course, said = wire.course_id(request.parent, field="parent"), wire.material_in(request.material)
        with self.write(call, request) as db:
            row = materials.create(db, course, said, self._gatekeeper)
            return db.answer(self._material(db, course, 0, row.id, call))

    def UpdateMaterial(self, request: pb.UpdateMaterialRequest, call: Call) -> pb.Material:
        caller(call.principal)
        course, which = wire.draft_material_id(request.material.name, field="material.name")
        said, etag = wire.material_in(request.material), request.material.etag
        with self.write(call, request) as db:
            materials.update(db, course, which, said, self._gatekeeper, etag=etag)
            return db.answer(self._material(db, course, 0, which, call))

    def DeleteMaterial(self, request: pb.DeleteMaterialRequest, call: Call) -> pb.DeleteMaterialResponse:
        caller(call.principal)
        course, which = wire.draft_material_id(request.name)
        with self.write(call, request) as db:
            materials.delete(db, course, which, self._gatekeeper, etag=request.etag)
            return db.answer(pb.DeleteMaterialResponse())

    def UpdateTrainerRule(self, request: pb.UpdateTrainerRuleRequest, call: Call) -> pb.TrainerRule:
        caller(call.principal)
        course, said = wire.course_id(request.rule.course, field="rule.course"), wire.rule_in(request.rule)
        with self.write(call, request) as db:
            row = materials.update_rule(db, course, said, self._gatekeeper, etag=request.rule.etag)
            at = self._place(db, course, 0, call)
            return db.answer(wire.rule(at, said, row.revision))

    def GetCoverage(self, request: pb.GetCoverageRequest, call: Call) -> pb.Coverage:
        course, version = wire.place(request.course, field="course")
        with self.read() as db:
            at = self._place(db, course, version, call, trainers=True)
            return wire.coverage(at, queries.taught(db, at), queries.every(db, at, short=True))

    def GetTrainerPackage(self, request: pb.GetTrainerPackageRequest, call: Call) -> pb.TrainerPackage:
        course, version = wire.version_id(request.course_version, field="course_version")
        with self.read() as db:
            at = self._place(db, course, version, call, trainers=True)
            published = db.get(CourseVersionRow, (course, version))
            given, (rule, _) = queries.every(db, at), queries.rule(db, at)
        edition = Edition(published.title if published else "", version)
        return wire.package(at, rule, given, package.entries(edition, [one.material for one in given], rule))

    def _place(self, db: Db, course: str, version: int, call: Call, *, trainers: bool = False) -> Place:
        return queries.place(db, course, version, reader(call), self._office, trainers=trainers)

    def _material(self, db: Db, course: str, version: int, which: UUID, call: Call) -> pb.Material:
        at = self._place(db, course, version, call)
        return wire.material(at, queries.get(db, at, which), whole=True)


class Files:
    """Stands where files of courses are asked for (`courses.rpc.Files`)."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def sees(self, db: Db, course_id: str, version: int, sha256: str, call: Call) -> bool:
        """Whether a draft or version has this file among its materials, and the caller may see it."""
        return queries.sees_file(db, course_id, version, sha256, reader(call), self._office)


def reader(call: Call) -> Reader:
    """Return who asks; who has a role of the state sees all courses under way."""
    rights = call.principal.rights
    person = caller(call.principal) if is_person(call.principal) else None
    whole = any(WHOLE in scopes for scopes in rights.values())
    return Reader(person, whole=whole, trains=bool(rights.get(_TRAINS)), takes=bool(rights.get(_TAKES)))
