"""People, their jobs, leave and roles."""

from uuid import UUID

from cadre.directory.v1 import person_service_pb2 as pb
from directory.agencies import wire as agencies_wire
from directory.people import employment, grants, leave, numbered, people, queries, staff, visible, wire
from directory.rules import spells
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.rpc.calls import Call, Servicer

MOST_NAMES = 1_000


class PersonServicer(Servicer):
    """Answers `cadre.directory.v1.PersonService`."""

    service = pb.DESCRIPTOR.services_by_name["PersonService"]

    def GetMe(self, request: pb.GetMeRequest, call: Call) -> pb.Me:  # noqa: ARG002
        caller = wire.person_id(call.principal.name)
        with self.read() as db:
            row = queries.person(db, caller, day=pacific_date(call.now))
            return wire.me(row, queries.grants(db, caller), call.principal.rights)

    def ListPeople(self, request: pb.ListPeopleRequest, call: Call) -> pb.ListPeopleResponse:
        agency_id = agencies_wire.agency_id(request.parent, "parent")
        page, day = self.page_of(request, moving=("people", "with_pages")), pacific_date(call.now)
        order = staff.Order.of(request.order_by)
        wanted = wire.wanted(request, units=call.scope.part(request.parent, "units"))
        with self.read() as db:
            found = staff.staff(db, agency_id, page, wanted, order, pages=request.with_pages, day=day)
        return pb.ListPeopleResponse(
            people=[visible.shown(row, call) for row in found.people],
            next_page_token=page.token(found.next_key) if found.next_key else "",
            total_size=found.total,
            page_tokens=["", *map(page.token, found.page_keys)] if request.with_pages else (),
            skipped=found.skipped,
        )

    def ListStateHolders(self, request: pb.ListStateHoldersRequest, call: Call) -> pb.ListStateHoldersResponse:
        role = wire.state_role(request.role)
        with self.read() as db:
            found = queries.state_holders(db, role, day=pacific_date(call.now))
        return pb.ListStateHoldersResponse(people=[f"people/{person}" for person in found])

    def FindStaffNumbers(self, request: pb.FindStaffNumbersRequest, call: Call) -> pb.FindStaffNumbersResponse:
        agency_id = agencies_wire.agency_id(request.parent, "parent")
        given = wire.numbers(request.numbers)
        units, day = call.scope.part(request.parent, "units"), pacific_date(call.now)
        with self.read() as db:
            return pb.FindStaffNumbersResponse(
                found=map(wire.numbered, numbered.find(db, agency_id, given, units=units, day=day))
            )

    def GetStaffCounts(self, request: pb.GetStaffCountsRequest, call: Call) -> pb.StaffCounts:
        agency_id = agencies_wire.agency_id(request.parent, "parent")
        units, day = call.scope.part(request.parent, "units"), pacific_date(call.now)
        with self.read() as db:
            return pb.StaffCounts(**queries.staff_counts(db, agency_id, units=units, day=day)._asdict())

    def ListJobClassCounts(self, request: pb.ListJobClassCountsRequest, call: Call) -> pb.ListJobClassCountsResponse:
        agency_id = agencies_wire.agency_id(request.parent, "parent")
        units, day = call.scope.part(request.parent, "units"), pacific_date(call.now)
        with self.read() as db:
            classes = queries.class_counts(db, agency_id, units=units, day=day)
            staff = queries.staff_counts(db, agency_id, units=units, day=day).staff
        return pb.ListJobClassCountsResponse(
            classes=[pb.JobClassCount(**one._asdict()) for one in classes], staff=staff
        )

    def BatchGetPeople(self, request: pb.BatchGetPeopleRequest, call: Call) -> pb.BatchGetPeopleResponse:
        ids = wire.person_ids(request.names, "names", most=MOST_NAMES)
        reach = visible.reach(call, "people.read")
        caller, day = wire.person_id_or_none(call.principal.name), pacific_date(call.now)
        with self.read() as db:
            reached = queries.visible(db, ids, caller=caller, reach=reach, outside=visible.from_outside(call), day=day)
            rows = queries.people(db, [UUID(each) for each in reached], day=day)
        return pb.BatchGetPeopleResponse(people=[visible.shown(row, call, whole=reached[row.id]) for row in rows])

    def CreatePerson(self, request: pb.CreatePersonRequest, call: Call) -> pb.Person:
        agency_id = agencies_wire.agency_id(request.parent, "parent")
        job = wire.only_job(request.person, request.parent)
        start = spells.day("person.jobs.start_date", job.start_date)
        counting = employment.counting_guesses(self.database, call.principal.name, day=pacific_date(call.now))
        with counting, self.write(call, request) as db:
            person = employment.hire(
                db, wire.identity(request.person), agency_id=agency_id, post=wire.post(job), start=start, at=call.now
            )
            return self._answer(db, person.id, call)

    def UpdatePerson(self, request: pb.UpdatePersonRequest, call: Call) -> pb.Person:
        person_id = wire.person_id(request.person.name, "person.name")
        with self.write(call, request) as db:
            people.update(
                db,
                person_id=person_id,
                scope=call.scope,
                given=wire.identity(request.person),
                fields=set(request.update_mask.paths),
                etag=request.person.etag,
            )
            return self._answer(db, person_id, call)

    def ConfirmEmail(self, request: pb.ConfirmEmailRequest, call: Call) -> pb.Person:
        person_id = wire.person_id(call.principal.name)
        with self.write(call, request) as db:
            people.confirm_email(db, person_id=person_id, email=request.email)
            return self._answer(db, person_id, call)

    def CreateJob(self, request: pb.CreateJobRequest, call: Call) -> pb.Person:
        agency_id, person_id = agencies_wire.agency_id(request.parent, "parent"), wire.person_id(request.person)
        wire.require_agency(request.job, request.parent)
        start = spells.day("job.start_date", request.job.start_date)
        end = spells.optional_day("job.end_date", request.job.end_date)
        with self.write(call, request) as db:
            employment.add_job(
                db,
                person_id=person_id,
                agency_id=agency_id,
                post=wire.post(request.job),
                start=start,
                end=end,
                at=call.now,
            )
            return self._answer(db, person_id, call)

    def UpdateJob(self, request: pb.UpdateJobRequest, call: Call) -> pb.Person:
        agency_id, person_id = agencies_wire.agency_id(request.parent, "parent"), wire.person_id(request.person)
        wire.require_agency(request.job, request.parent)
        with self.write(call, request) as db:
            employment.change_job(
                db, person_id=person_id, agency_id=agency_id, post=wire.post(request.job), at=call.now
            )
            return self._answer(db, person_id, call)

    def EndJob(self, request: pb.EndJobRequest, call: Call) -> pb.Person:
        agency_id, person_id = agencies_wire.agency_id(request.parent, "parent"), wire.person_id(request.person)
        end = spells.day("end_date", request.end_date)
        with self.write(call, request) as db:
            employment.end_job(db, person_id=person_id, agency_id=agency_id, end=end, at=call.now)
            return self._answer(db, person_id, call)

    def BatchEndJobs(self, request: pb.BatchEndJobsRequest, call: Call) -> pb.BatchEndJobsResponse:
        agency_id = agencies_wire.agency_id(request.parent, "parent")
        ends = wire.job_ends(request.ends, most=MOST_NAMES)
        with self.write(call, request) as db:
            ended = employment.end_jobs(db, agency_id=agency_id, ends=ends, at=call.now)
            return db.answer(pb.BatchEndJobsResponse(ended=ended))

    def RecordLeave(self, request: pb.RecordLeaveRequest, call: Call) -> pb.Person:
        person_id = wire.person_id(request.person)
        start = spells.day("leave.start_date", request.leave.start_date)
        last = spells.optional_day("leave.end_date", request.leave.end_date)
        with self.write(call, request) as db:
            leave.record_leave(db, person_id=person_id, scope=call.scope, start=start, last=last, at=call.now)
            return self._answer(db, person_id, call)

    def EndLeave(self, request: pb.EndLeaveRequest, call: Call) -> pb.Person:
        person_id = wire.person_id(request.person)
        back = spells.day("return_date", request.return_date)
        with self.write(call, request) as db:
            leave.end_leave(db, person_id=person_id, scope=call.scope, back=back, at=call.now)
            return self._answer(db, person_id, call)

    def GrantRole(self, request: pb.GrantRoleRequest, call: Call) -> pb.RoleGrant:
        person_id, scope = wire.person_id(request.grant.person, "grant.person"), wire.scope_id(request.grant.scope)
        with self.write(call, request) as db:
            grant = grants.grant(db, person_id=person_id, role=request.grant.role, scope=scope, at=call.now)
            return db.answer(wire.role_grant(grant))

    def RevokeRole(self, request: pb.RevokeRoleRequest, call: Call) -> pb.RoleGrant:
        grant_id = wire.grant_id(request.name)
        with self.write(call, request) as db:
            return db.answer(wire.role_grant(grants.revoke(db, grant_id=grant_id, reason=request.reason, at=call.now)))

    def _answer(self, db: Db, person_id: UUID, call: Call) -> pb.Person:
        """Answer with the person as they stand after the write."""
        db.flush()
        return db.answer(visible.shown(queries.person(db, person_id, day=pacific_date(call.now)), call))
