"""Letters as agencies see them, and how far all of them are: unpack, call, pack."""

from datetime import date
from itertools import groupby
from operator import attrgetter

from cadre.notification.v1 import agency_notice_service_pb2 as pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from notification.agencies import queries, wire
from notification.agencies.records import Figures
from notification.attachments import attachments
from notification.days.queries import days
from notification.deliveries import deliveries
from notification.letters import wire as letters
from notification.letters.queries import issued
from notification.letters.tables import Notice
from notification.links import links
from notification.links.wire import say_superseded
from notification.versions import queries as versions
from servicekit import names
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.rpc.calls import Call, Servicer
from servicekit.rpc.wire import caller

_MOST_SHOWN = 1_000


def _days(
    db: Db, page: Page, notice: Notice, agency_id: str, now: Figures, today: date
) -> readiness_pb.ListReadinessDaysResponse:
    """Give a page of the days of a letter; the last one ends with how it stands now, or did when it was withdrawn."""
    last = pacific_date(notice.withdrawn_at) if notice.withdrawn_at else today
    shown, token = page.cut(days(db, notice.id, agency_id, page, before=last), lambda row: [row.day])
    answer = readiness_pb.ListReadinessDaysResponse(days=map(wire.readiness_day, shown), next_page_token=token)
    if not token:
        answer.days.append(wire.day_as_it_stands(last, now))
    return answer


class AgencyNoticeServicer(Servicer):
    """Answers `cadre.notification.v1.AgencyNoticeService`."""

    service = pb.DESCRIPTOR.services_by_name["AgencyNoticeService"]

    def ListAgencyNotices(self, request: pb.ListAgencyNoticesRequest, call: Call) -> pb.ListAgencyNoticesResponse:
        page, today, agency_id = self.page_of(request), pacific_date(call.now), wire.agency_id(request.parent)
        with self.read() as db:
            rows = queries.agency_notices(
                db, agency_id, page, today, letters.notice_ids(request.notices), wire.which(request)
            )
            shown, token = page.cut(rows, lambda row: [row.closed, row.newest, row.item_id])
            few, many = wire.left_asked(request, shown, today)
            only = call.scope.part(request.parent, "units")
            left = queries.left(db, few, agency_id, only)
            units = {row.item_id: queries.units(db, row.notice, agency_id, today, only) for row in many}
        return pb.ListAgencyNoticesResponse(
            notices=[
                wire.agency_notice(row, units.get(row.item_id, ()), left=left.get(row.item_id, ())) for row in shown
            ],
            next_page_token=token,
            unconfirmed_count=rows[0].unconfirmed_count if rows else 0,
            to_go_count=rows[0].to_go_count if rows else 0,
        )

    def GetAgencyNotice(self, request: pb.GetAgencyNoticeRequest, call: Call) -> pb.AgencyNotice:
        agency_id, today = wire.agency_id(request.parent), pacific_date(call.now)
        with self.read() as db:
            row = queries.agency_notice(db, agency_id, letters.notice_id(request.notice, "notice"), today)
            units = queries.units(db, row.notice, agency_id, today, call.scope.part(request.parent, "units"))
            answer = wire.agency_notice(row, units, attachments.of_notice(db, row.notice))
            reader = letters.reader(call.principal, today)
            say_superseded(answer.notice, links.successors(db, [row.item_id], reader))
            answer.recorded_count = max((row.recorded for row in units), default=0)
            answer.confirmed_version = versions.confirmed_for(db, row.item_id, agency_id)
            return answer

    def ListAgencyReadinessDays(
        self, request: pb.ListAgencyReadinessDaysRequest, call: Call
    ) -> readiness_pb.ListReadinessDaysResponse:
        page, today, agency_id = self.page_of(request), pacific_date(call.now), wire.agency_id(request.parent)
        with self.read() as db:
            row = queries.agency_notice(db, agency_id, letters.notice_id(request.notice, "notice"), today)
            return _days(db, page, row.notice, agency_id, row.figures, today)

    def ListRecipients(self, request: pb.ListRecipientsRequest, call: Call) -> pb.ListRecipientsResponse:
        page, agency_id = self.page_of(request, moving=("people",)), wire.agency_id(request.parent)
        people = names.uuids_in("people/{person}", request.people, field="people", most=_MOST_SHOWN)
        with self.read() as db:
            notice = issued(db, letters.notice_id(request.notice, "notice"))
            rows = queries.recipients(
                db,
                notice,
                queries.STATE if agency_id == "-" else agency_id,
                only_to_go=request.only_to_go,
                unit=request.unit,
                page=page,
                people=people,
                only=call.scope.part(request.parent, "units"),
            )
        shown, token = page.cut(rows, lambda row: [row.done, row.due_date, row.person_id])
        return pb.ListRecipientsResponse(recipients=[wire.recipient(row) for row in shown], next_page_token=token)

    def FindRecipients(self, request: pb.FindRecipientsRequest, call: Call) -> pb.FindRecipientsResponse:
        agency_id, wanted = wire.agency_id(request.parent), wire.wanted(request)
        only = call.scope.part(request.parent, "units")
        with self.read() as db:
            notice = issued(db, letters.notice_id(request.notice, "notice"))
            found = queries.names_of(db, notice, agency_id, wanted, today=pacific_date(call.now), only=only)
        return pb.FindRecipientsResponse(people=[f"people/{one}" for one in found])

    def ConfirmForAgency(self, request: pb.ConfirmForAgencyRequest, call: Call) -> pb.AgencyNotice:
        agency_id, notice_id = wire.agency_id(request.parent), letters.notice_id(request.notice, "notice")
        person_id, today = caller(call.principal), pacific_date(call.now)
        lead = wire.person_id(request.lead, "lead") if request.lead else person_id
        with self.write(call, request) as db:
            deliveries.confirm(
                db,
                notice_id=notice_id,
                agency_id=agency_id,
                person_id=person_id,
                lead=lead,
                problem=request.problem.strip(),
                seen=wire.seen(request),
                at=call.now,
            )
            row = queries.agency_notice(db, agency_id, notice_id, today)
            units = queries.units(db, row.notice, agency_id, today)
            return db.answer(wire.agency_notice(row, units, attachments.of_notice(db, row.notice)))

    def UpdateConfirmation(self, request: pb.UpdateConfirmationRequest, call: Call) -> pb.AgencyNotice:
        agency_id, notice_id = wire.agency_id(request.parent), letters.notice_id(request.notice, "notice")
        lead, problem, today = wire.person_id(request.lead, "lead"), request.problem.strip(), pacific_date(call.now)
        with self.write(call, request) as db:
            deliveries.change_confirmation(db, notice_id=notice_id, agency_id=agency_id, lead=lead, problem=problem)
            row = queries.agency_notice(db, agency_id, notice_id, today)
            units = queries.units(db, row.notice, agency_id, today)
            return db.answer(wire.agency_notice(row, units, attachments.of_notice(db, row.notice)))

    def ReleaseToStaff(self, request: pb.ReleaseToStaffRequest, call: Call) -> pb.AgencyNotice:
        agency_id, notice_id = wire.agency_id(request.parent), letters.notice_id(request.notice, "notice")
        person_id, today = caller(call.principal), pacific_date(call.now)
        with self.write(call, request) as db:
            deliveries.release_to_staff(db, notice_id=notice_id, agency_id=agency_id, person_id=person_id, at=call.now)
            row = queries.agency_notice(db, agency_id, notice_id, today)
            units = queries.units(db, row.notice, agency_id, today)
            return db.answer(wire.agency_notice(row, units, attachments.of_notice(db, row.notice)))


class ReadinessServicer(Servicer):
    """Answers `cadre.notification.v1.ReadinessService`."""

    service = readiness_pb.DESCRIPTOR.services_by_name["ReadinessService"]

    def GetReadiness(self, request: readiness_pb.GetReadinessRequest, call: Call) -> readiness_pb.Readiness:
        with self.read() as db:
            notice = issued(db, letters.notice_id(request.notice, "notice"))
            rows = queries.readiness(db, [notice.id], pacific_date(call.now))
        return wire.readiness(notice.id, rows)

    def BatchGetReadiness(
        self, request: readiness_pb.BatchGetReadinessRequest, call: Call
    ) -> readiness_pb.BatchGetReadinessResponse:
        asked = letters.notice_ids(request.notices, most=wire.FIGURES_AT_ONCE)
        with self.read() as db:
            rows = queries.readiness(db, asked, pacific_date(call.now))
        each = groupby(rows, key=attrgetter("notice_id"))
        return readiness_pb.BatchGetReadinessResponse(
            readiness=[wire.readiness(notice_id, of_it) for notice_id, of_it in each]
        )

    def ListReadinessDays(
        self, request: readiness_pb.ListReadinessDaysRequest, call: Call
    ) -> readiness_pb.ListReadinessDaysResponse:
        page, today = self.page_of(request), pacific_date(call.now)
        agency_id = names.one("agencies/{agency}", request.agency, field="agency") if request.agency else queries.STATE
        with self.read() as db:
            notice = issued(db, letters.notice_id(request.notice, "notice"))
            return _days(db, page, notice, agency_id, queries.figures(db, notice, agency_id, today), today)
