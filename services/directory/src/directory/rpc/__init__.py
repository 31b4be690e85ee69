"""What the directory answers: one class for each noun, put together in `DirectoryServicer`."""

from directory.rpc.agencies import AgencyRpcs
from directory.rpc.audiences import AudienceRpcs
from directory.rpc.calendars import CalendarRpcs
from directory.rpc.people import PeopleRpcs
from directory.rpc.rosters import RosterRpcs
from directory.rpc.sign_in import SignInRpcs


class DirectoryServicer(AgencyRpcs, CalendarRpcs, PeopleRpcs, SignInRpcs, RosterRpcs, AudienceRpcs):
    """Answers `DirectoryService`."""
