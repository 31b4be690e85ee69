"""The state's calendar and where agencies differ from it."""

from cadre.directory.v1 import calendar_service_pb2 as pb
from directory.calendars import calendars, wire
from servicekit.rpc.calls import Call, Servicer


class CalendarServicer(Servicer):
    """Answers `cadre.directory.v1.CalendarService`."""

    service = pb.DESCRIPTOR.services_by_name["CalendarService"]

    def ListCalendars(self, request: pb.ListCalendarsRequest, call: Call) -> pb.ListCalendarsResponse:  # noqa: ARG002
        page = self.page_of(request)
        with self.read() as db:
            rows = calendars.listed(db, page)
        shown, token = page.cut(rows, lambda row: [row.year])
        return pb.ListCalendarsResponse(calendars=map(wire.listed, shown), next_page_token=token)

    def UpdateCalendar(self, request: pb.UpdateCalendarRequest, call: Call) -> pb.Calendar:
        year, holidays = wire.year(request.calendar.name), wire.holidays(request.calendar)
        with self.write(call, request) as db:
            kept, revision = calendars.replace(db, year=year, holidays=holidays, etag=request.calendar.etag)
            return db.answer(wire.calendar(year, kept, revision))

    def ImportCalendars(self, request: pb.ImportCalendarsRequest, call: Call) -> pb.ImportCalendarsResponse:
        given = wire.calendars(request.calendars)
        with self.write(call, request) as db:
            return db.answer(pb.ImportCalendarsResponse(calendars_added=calendars.take_in(db, given)))

    def GetAgencyCalendar(self, request: pb.GetAgencyCalendarRequest, call: Call) -> pb.AgencyCalendar:  # noqa: ARG002
        agency_id, year = wire.of_agency(request.name, "name")
        with self.read() as db:
            days, revision = calendars.of_agency(db, agency_id, year)
        return wire.agency_calendar(agency_id, year, days, revision)

    def UpdateAgencyCalendar(self, request: pb.UpdateAgencyCalendarRequest, call: Call) -> pb.AgencyCalendar:
        agency_id, year = wire.of_agency(request.calendar.name, "calendar.name", request.parent)
        days, etag = wire.agency_days(request.calendar), request.calendar.etag
        with self.write(call, request) as db:
            revision = calendars.replace_of_agency(db, agency_id=agency_id, year=year, days=days, etag=etag)
            return db.answer(wire.agency_calendar(agency_id, year, days, revision))
