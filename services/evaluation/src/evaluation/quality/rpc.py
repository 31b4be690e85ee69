"""The contract of quality: unpack, call, pack."""

from pathlib import Path

from cadre.evaluation.v1 import quality_service_pb2 as pb
from evaluation.quality import queries, reactions, wire
from evaluation.quality.box import box_of, tickets_of
from evaluation.quality.rules import CURRENT
from evaluation.sittings import wire as sittings
from servicekit.calendar import pacific_date
from servicekit.data.anonymous import anonymous_write
from servicekit.data.db import Database
from servicekit.rpc.calls import Call, Servicer


class QualityServicer(Servicer):
    """Answers `cadre.evaluation.v1.QualityService`."""

    service = pb.DESCRIPTOR.services_by_name["QualityService"]

    def __init__(self, database: Database, keys_dir: Path) -> None:
        super().__init__(database)
        self.box = box_of(keys_dir)
        self.tickets = tickets_of(keys_dir)

    def GetReactionForm(self, request: pb.GetReactionFormRequest, call: Call) -> pb.ReactionForm:
        person_id = sittings.taker(call.principal)
        course_id, version = wire.course_version(request.course_version)
        ticket = self.tickets.give(call.principal.name, request.course_version)
        with self.read() as db:
            reactions.check_may_react(db, person_id=person_id, course_id=course_id, course_version=version)
            sent = reactions.is_spent(db, self.tickets.digest(ticket, request.course_version))
        return wire.form(CURRENT, ticket, sent=sent)

    def SendReaction(self, request: pb.SendReactionRequest, call: Call) -> pb.SendReactionResponse:
        # Nothing about the caller goes beyond this line: only the day is taken from the call.
        reaction, day = wire.reaction(request), pacific_date(call.now)
        digest = self.tickets.digest(request.ticket, request.course_version)
        with anonymous_write(self.database, call.now) as db:
            reactions.send(db, reaction, digest=digest, day=day, box=self.box)
        return pb.SendReactionResponse()

    def ListCourseQuality(self, request: pb.ListCourseQualityRequest, _call: Call) -> pb.ListCourseQualityResponse:
        page = self.page_of(request)
        with self.read() as db:
            rows = queries.list_courses(db, page)
        shown, token = page.cut(rows, lambda row: [row.course_id])
        return pb.ListCourseQualityResponse(courses=map(wire.quality, shown), next_page_token=token)

    def GetCourseQuality(self, request: pb.GetCourseQualityRequest, _call: Call) -> pb.CourseQuality:
        course_id = wire.course_id(request.name, field="name")
        with self.read() as db:
            return wire.quality(queries.get_course(db, course_id))

    def ListAgencyCourseQuality(
        self, request: pb.ListAgencyCourseQualityRequest, _call: Call
    ) -> pb.ListAgencyCourseQualityResponse:
        page, agency_id = self.page_of(request), wire.agency_id(request.parent, field="parent")
        with self.read() as db:
            rows = queries.list_agency_courses(db, page, agency_id=agency_id)
        shown, token = page.cut(rows, lambda row: [row.course_id])
        return pb.ListAgencyCourseQualityResponse(courses=map(wire.quality, shown), next_page_token=token)

    def ListComments(self, request: pb.ListCommentsRequest, _call: Call) -> pb.ListCommentsResponse:
        page, course_id = self.page_of(request), wire.course_id(request.parent, field="parent")
        with self.read() as db:
            rows = queries.list_comments(db, page, course_id=course_id)
        shown, token = page.cut(rows, lambda row: [row.released_on, row.id])
        return pb.ListCommentsResponse(batches=map(wire.comments, shown), next_page_token=token)
