"""The curriculum's contract: unpack, call, pack."""

from typing import Protocol

from cadre.curriculum.v1 import course_service_pb2 as pb
from cadre.curriculum.v1 import media_service_pb2 as media_pb
from curriculum.courses import courses, imports, queries, uploads, wire
from curriculum.courses.courses import COURSES, Gatekeeper
from curriculum.courses.rules import catalogue
from servicekit import names
from servicekit.calendar import pacific_date
from servicekit.data import trail
from servicekit.data.db import Database, Db
from servicekit.files.store import Store
from servicekit.rpc.calls import Call, Servicer
from servicekit.rpc.tokens import WHOLE
from servicekit.rpc.wire import say_saved


class CourseServicer(Servicer):
    """Answers `cadre.curriculum.v1.CourseService`."""

    service = pb.DESCRIPTOR.services_by_name["CourseService"]

    def __init__(self, database: Database, gatekeeper: Gatekeeper) -> None:
        super().__init__(database)
        self._gatekeeper = gatekeeper

    def ListCourses(self, request: pb.ListCoursesRequest, call: Call) -> pb.ListCoursesResponse:
        page = self.page_of(request)
        writes, unreviewed = _writes(call), request.unreviewed
        offers, test_id = wire.offers(request, writes=writes), wire.test_id(request.test)
        with self.read() as db:
            rows = queries.list_courses(
                db,
                page,
                query=request.query,
                # Who decided is known to those who write courses alone.
                offers=offers if writes or not unreviewed else (),
                test_id=test_id,
                unreviewed=unreviewed,
            )
        shown, token = page.cut(rows, lambda row: [row[0].sort_title, row[0].id])
        return pb.ListCoursesResponse(
            courses=[wire.listed(*row, pacific_date(call.now)) for row in shown], next_page_token=token
        )

    def GetCatalogueEntry(self, request: pb.GetCatalogueEntryRequest, call: Call) -> pb.Course:
        course_id = wire.course_id(request.name)
        with self.read() as db:
            row, minutes = queries.get_entry(db, course_id, offers=catalogue.offers(None, writes=_writes(call)))
            return wire.listed(row, minutes, pacific_date(call.now))

    def GetCourse(self, request: pb.GetCourseRequest, _call: Call) -> pb.Course:
        course_id = wire.course_id(request.name)
        with self.read() as db:
            row = queries.get_course(db, course_id)
            answer = wire.course(row)
            say_saved(answer, trail.saved(db, COURSES.name(row.id), COURSES.name(row.id, row.latest_version)))
            return answer

    def CreateCourse(self, request: pb.CreateCourseRequest, call: Call) -> pb.Course:
        course_id = names.slug(request.course_id, field="course_id")
        course = wire.written(request.course)
        with self.write(call, request) as db:
            return db.answer(wire.course(courses.create(db, course_id=course_id, course=course)))

    def UpdateCourse(self, request: pb.UpdateCourseRequest, call: Call) -> pb.Course:
        course_id = wire.course_id(request.course.name, field="course.name")
        course, etag = wire.written(request.course), request.course.etag
        with self.write(call, request) as db:
            row = courses.update(db, course_id=course_id, course=course, etag=etag, gatekeeper=self._gatekeeper)
            return db.answer(wire.course(row))

    def PublishCourse(self, request: pb.PublishCourseRequest, call: Call) -> pb.CourseVersion:
        course_id, decider = wire.course_id(request.name), call.principal.name
        with self.write(call, request) as db:
            found = courses.publish(
                db, course_id=course_id, etag=request.etag, decider=decider, gatekeeper=self._gatekeeper
            )
            return db.answer(wire.newest(*found))

    def GetCourseVersion(self, request: pb.GetCourseVersionRequest, call: Call) -> pb.CourseVersion:
        course_id, version = wire.version_id(request.name)
        with self.read() as db:
            return wire.course_version(*queries.get_version(db, course_id, version), writes=_writes(call))

    def ListCourseVersions(self, request: pb.ListCourseVersionsRequest, call: Call) -> pb.ListCourseVersionsResponse:
        page, course_id = self.page_of(request), wire.course_id(request.parent, field="parent")
        with self.read() as db:
            rows = queries.list_versions(db, page, course_id=course_id)
        shown, token = page.cut(rows, lambda row: [row[0].version])
        answer = [wire.version_outline(*row, writes=_writes(call)) for row in shown]
        return pb.ListCourseVersionsResponse(course_versions=answer, next_page_token=token)

    def BatchGetCourseVersions(
        self, request: pb.BatchGetCourseVersionsRequest, call: Call
    ) -> pb.BatchGetCourseVersionsResponse:
        keys = wire.version_ids(request.names)
        with self.read() as db:
            found = [wire.version_entry(*row, writes=_writes(call)) for row in queries.find_versions(db, keys)]
        return pb.BatchGetCourseVersionsResponse(course_versions=found)

    def ImportCatalogue(self, request: pb.ImportCatalogueRequest, call: Call) -> pb.ImportCatalogueResponse:
        entries = wire.entries(request.courses)
        with self.write(call, request) as db:
            changed = imports.import_catalogue(db, courses=entries)
            return db.answer(pb.ImportCatalogueResponse(courses_changed=changed))


class Files(Protocol):
    """Who has files that stand beside the texts of courses; an area above this one."""

    def sees(self, db: Db, course_id: str, version: int, sha256: str, call: Call) -> bool:
        """Whether a version (0 = the draft) has this file there, and the caller may see it."""


class MediaServicer(Servicer):
    """Answers `cadre.curriculum.v1.MediaService`."""

    service = media_pb.DESCRIPTOR.services_by_name["MediaService"]

    def __init__(self, database: Database, store: Store, files: Files) -> None:
        super().__init__(database)
        self._store, self._files = store, files

    def BeginUpload(self, request: media_pb.BeginUploadRequest, call: Call) -> media_pb.Upload:
        owner, filename, size = call.principal.name, request.filename, request.most_bytes
        with self.write(call, request) as db:
            row = uploads.begin(db, self._store, owner=owner, filename=filename, most_bytes=size)
            return db.answer(wire.upload(row))

    def AddToUpload(self, request: media_pb.AddToUploadRequest, call: Call) -> media_pb.Upload:
        upload, owner = wire.upload_id(request.name), call.principal.name
        offset, content = request.offset, request.content
        with self.write(call, request) as db:
            row = uploads.add(db, self._store, upload=upload, owner=owner, offset=offset, content=content)
            return db.answer(wire.upload(row))

    def GetUpload(self, request: media_pb.GetUploadRequest, call: Call) -> media_pb.Upload:
        upload = wire.upload_id(request.name)
        with self.read() as db:
            return wire.upload(queries.get_upload(db, upload, owner=call.principal.name))

    def FinishUpload(self, request: media_pb.FinishUploadRequest, call: Call) -> pb.Media:
        upload, owner = wire.upload_id(request.name), call.principal.name
        with self.read() as db:
            row = queries.get_upload(db, upload, owner=owner)
        # Before the transaction: half a gigabyte takes a second or more.
        looked = uploads.look(self._store, row)
        with self.write(call, request) as db:
            media = uploads.finish(db, self._store, upload=upload, owner=owner, looked=looked)
            answer = db.answer(wire.media(media))
        self._store.drop(upload)
        return answer

    def GetMedia(self, request: media_pb.GetMediaRequest, call: Call) -> media_pb.MediaPart:
        course_id, version, sha256 = wire.media_id(request.name)
        offset, limit = wire.extent(request)
        with self.read() as db:
            media = queries.get_media(
                db,
                course_id,
                version,
                sha256,
                writes=_writes(call),
                beside=lambda: self._files.sees(db, course_id, version, sha256, call),
            )
        return media_pb.MediaPart(media=wire.media(media), content=self._store.read(sha256, offset, limit))


def _writes(call: Call) -> bool:
    """Whether the caller writes courses, and so sees those that nobody can take yet."""
    return WHOLE in call.principal.rights.get("courses.write", ())
