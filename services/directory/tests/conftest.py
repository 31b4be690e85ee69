"""A directory that runs, and the ways in which tests speak to it."""

import csv
import io
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from google.protobuf.message import Message

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.directory.v1 import events_pb2
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.directory.v1 import roster_service_pb2 as roster_pb
from directory.app import APP
from directory.rules.columns import COLUMNS
from servicekit.calendar import pacific_date
from servicekit.data.outbox import subject_of
from servicekit.testing.plugin import Running
from servicekit.testing.waiting import wait_until

AGENCIES = (
    ("lake", "Lake County", "single-county", "Northern"),
    ("los-angeles", "Los Angeles County", "single-county", "Southern"),
    ("mendocino", "Mendocino County", "single-county", "Northern"),
    ("dcss", "Department of Child Support Services", "state", ""),
)
UNITS = ("intake", "legal", "locate", "dcss-policy")
CLASSES = ("attorney", "child-support-specialist-1", "supervisor", "analyst")


def request_id() -> str:
    return uuid.uuid4().hex


@dataclass
class Directory:
    """A running directory with callers of all kinds."""

    running: Running

    def as_whole(self, *rights: str) -> SimpleNamespace:
        """A service that holds *rights* for the whole state."""
        return self.running.stubs(rights=rights)

    def as_person(self, person: str, rights: Mapping[str, Sequence[str]]) -> SimpleNamespace:
        return self.running.stubs(caller=person, rights=rights)

    def as_coordinator(self, *agencies: str, person: str = "") -> SimpleNamespace:
        """The coordinator of *agencies*, by the rights that the role gives."""
        scopes = [f"agencies/{agency}" for agency in agencies]
        rights: dict[str, Sequence[str]] = dict.fromkeys(("people.read", "people.write", "roster.import"), scopes)
        rights["self.read"] = ["self", *scopes]
        return self.as_person(person or f"people/{uuid.uuid4()}", rights)

    def hire(
        self,
        agency: str = "lake",
        *,
        family: str = "Mills",
        given: str = "Jo",
        staff_number: str = "",
        email: str = "",
        telephone: str = "",
        units: Iterable[str] = ("legal",),
        job_class: str = "attorney",
        start: date | None = None,
    ) -> person_pb.Person:
        number = staff_number or uuid.uuid4().hex[:12]
        start = start or date(2020, 1, 1)
        job = person_pb.Job(
            agency=f"agencies/{agency}",
            local_title="Local title",
            job_class=job_class,
            units=units,
            start_date=start.isoformat(),
        )
        person = person_pb.Person(
            staff_number=number, family_name=family, given_name=given, email=email, telephone=telephone, jobs=[job]
        )
        ask = person_pb.CreatePersonRequest(parent=f"agencies/{agency}", person=person, request_id=request_id())
        return self.as_whole("people.write").CreatePerson(ask)

    def audience(
        self, *include: audience_pb.AudienceClause, exclude: Iterable[audience_pb.AudienceClause] = ()
    ) -> audience_pb.Audience:
        expression = audience_pb.AudienceExpression(include=include or [audience_pb.AudienceClause()], exclude=exclude)
        ask = audience_pb.CreateAudienceRequest(
            audience=audience_pb.Audience(title="Some people", expression=expression), request_id=request_id()
        )
        return self.as_whole("audiences.write").CreateAudience(ask)

    def confirm(self, person: person_pb.Person) -> person_pb.Person:
        """What the owner of an address says under *My sign-ins*."""
        ask = person_pb.ConfirmEmailRequest(email=person.email, request_id=request_id())
        return self.as_person(person.name, {"self.write": ["self"]}).ConfirmEmail(ask)

    def grant(self, person: str, role: str, scope: str) -> person_pb.RoleGrant:
        ask = person_pb.GrantRoleRequest(
            grant=person_pb.RoleGrant(person=person, role=role, scope=scope), request_id=request_id()
        )
        return self.as_whole("roles.grant").GrantRole(ask)

    def import_roster(
        self,
        content: bytes | str,
        *,
        agency: str = "-",
        dry_run: bool = False,
        stub: SimpleNamespace | None = None,
        piece: int = 1 << 20,
    ) -> roster_pb.RosterImport:
        """Send a file, run it and wait for its end."""
        data = content.encode() if isinstance(content, str) else content
        stub = stub or self.as_whole("roster.import")
        ask = roster_pb.CreateRosterImportRequest(parent=f"agencies/{agency}", dry_run=dry_run, request_id=request_id())
        name = stub.CreateRosterImport(ask).name
        pieces = [data[start : start + piece] for start in range(0, len(data), piece)]
        for index, part in enumerate(pieces):
            stub.AppendRosterChunk(
                roster_pb.AppendRosterChunkRequest(name=name, index=index, content=part, request_id=request_id())
            )
        stub.RunRosterImport(roster_pb.RunRosterImportRequest(name=name, chunks=len(pieces), request_id=request_id()))
        return wait_until(
            lambda: (
                found
                if (found := stub.GetRosterImport(roster_pb.GetRosterImportRequest(name=name))).state
                not in (roster_pb.RosterImport.RUNNING, roster_pb.RosterImport.RECEIVING)
                else None
            ),
            "the import should have ended",
        )

    def staff(self, agency: str = "lake") -> dict[str, person_pb.Person]:
        """Who works at an agency, by staff number."""
        ask = person_pb.ListPeopleRequest(parent=f"agencies/{agency}", page_size=1000)
        return {person.staff_number: person for person in self.as_whole("people.read").ListPeople(ask).people}

    def errors(self, roster: roster_pb.RosterImport) -> list[tuple[int, str, str, str]]:
        stub = self.as_whole("roster.import")
        found = stub.ListRosterImportErrors(roster_pb.ListRosterImportErrorsRequest(parent=roster.name, page_size=1000))
        return [(each.row, each.column, each.value, each.rule) for each in found.errors]

    def events(self, message_class: type[Message]) -> list[Message]:
        """What stands in the outbox of a kind, in order."""
        query = "SELECT payload FROM outbox WHERE subject = %s ORDER BY seq"
        with self.running.connect() as connection:
            rows = connection.execute(query, [subject_of(message_class.DESCRIPTOR, "directory")]).fetchall()
        return [message_class.FromString(row[0]) for row in rows]

    def changes(
        self, audience: audience_pb.Audience | str, revision: int
    ) -> dict[tuple[str, str], events_pb2.MemberChange]:
        """What was told of a revision of an audience, by person and agency."""
        name = audience if isinstance(audience, str) else audience.name
        told = [
            each
            for each in self.events(events_pb2.AudienceMembersChanged)
            if f"audiences/{each.audience_id}" == name and each.revision == revision
        ]
        assert told, f"nothing was told of revision {revision}"
        assert sorted(each.chunk for each in told) == list(range(1, told[0].chunks + 1))
        return {(f"people/{change.person_id}", change.agency_id): change for each in told for change in each.changes}

    def get_audience(self, audience: audience_pb.Audience) -> audience_pb.Audience:
        return self.as_whole("audiences.read").GetAudience(audience_pb.GetAudienceRequest(name=audience.name))

    @staticmethod
    def roster(
        *rows: Mapping[str, str], columns: Sequence[str] = COLUMNS, separator: str = ",", end: str = "\n"
    ) -> str:
        """A roster file; a row says what differs from a plain one."""
        buffer = io.StringIO()
        writer = csv.DictWriter(
            buffer, fieldnames=columns, extrasaction="ignore", delimiter=separator, lineterminator=end
        )
        writer.writeheader()
        for number, row in enumerate(rows, 1):
            plain = {
                "agency": "lake",
                "staff_number": f"S-{number:06}",
                "family_name": "Mills",
                "given_name": "Jo",
                "email": f"person{number}@lake.example.org",
                "local_title": "Officer",
                "job_class": "attorney",
                "units": "legal",
                "hired_on": "2020-01-01",
            }
            writer.writerow(plain | dict(row))
        return buffer.getvalue()

    @staticmethod
    def day(days: int = 0) -> date:
        """A day from today, as the directory counts days."""
        return pacific_date(datetime.now(UTC)) + timedelta(days=days)

    @staticmethod
    def request_id() -> str:
        return request_id()


def reference() -> agency_pb.ImportReferenceRequest:
    return agency_pb.ImportReferenceRequest(
        agencies=[
            agency_pb.Agency(
                name=f"agencies/{slug}", title=f"{title} Department", short_title=title, kind=kind, region=region
            )
            for slug, title, kind, region in AGENCIES
        ],
        units=[agency_pb.WorkUnit(slug=slug, title=slug.title()) for slug in UNITS],
        job_classes=[agency_pb.JobClass(slug=slug, title=slug.title()) for slug in CLASSES],
        request_id=request_id(),
    )


@pytest.fixture
def empty(launch: Callable[..., Running]) -> Directory:
    """A directory without any data, in a demonstration."""
    return Directory(launch(APP, demo=True, tasks=True))


@pytest.fixture
def directory(empty: Directory) -> Directory:
    """A directory with three local agencies, the state's, some units and classes, and nobody."""
    empty.as_whole("reference.import").ImportReference(reference())
    return empty


@pytest.fixture
def another(launch: Callable[..., Running]) -> Directory:
    """A second directory like the first one, of which it knows nothing."""
    other = Directory(launch(APP, demo=True, tasks=True))
    other.as_whole("reference.import").ImportReference(reference())
    return other
