"""The access sweep: every method of every contract, by the rightful caller and by those who must be refused.

For each method there is one request. The rightful caller succeeds with it first, so that a refusal of the others
cannot have another reason; a method without a request fails the sweep.
"""

import importlib
import itertools
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from google.protobuf import field_mask_pb2

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import media_service_pb2 as media_pb
from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.directory.v1 import calendar_service_pb2 as calendar_pb
from cadre.directory.v1 import contact_service_pb2 as contact_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.directory.v1 import roster_service_pb2 as roster_pb
from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre.directory.v1 import unit_service_pb2 as units
from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre.enrollment.v1 import completion_service_pb2 as completion_pb
from cadre.evaluation.v1 import quality_service_pb2 as quality
from cadre.evaluation.v1 import sitting_service_pb2 as sitting_pb
from cadre.evaluation.v1 import test_service_pb2 as test_pb
from cadre.notification.v1 import agency_notice_service_pb2 as agency_notice_pb
from cadre.notification.v1 import attachment_service_pb2 as attachment_pb
from cadre.notification.v1 import connection_service_pb2 as connection_pb
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import ladder_service_pb2 as ladder_pb
from cadre.notification.v1 import message_service_pb2 as message_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from cadre.notification.v1 import series_service_pb2 as series_pb
from cadre.operations.v1 import operations_service_pb2 as operations
from cadre.options.v1 import options_pb2
from cadre_cli.access import Access
from cadre_demo import story
from servicekit import calendar, paging
from servicekit.rpc.client import Refused
from servicekit.rpc.tokens import Signer
from servicekit.rpc.wire import timestamp
from servicekit.testing.waiting import wait_until

pytestmark = [pytest.mark.system, pytest.mark.timeout(120)]

HOME, ELSEWHERE = "agencies/lake", "agencies/alameda"
PICTURE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(8)
NOBODY = f"people/{uuid.UUID(int=0)}"


def fresh():
    return str(uuid.uuid4())


def day(offset):
    """So many days from today in California."""
    return (calendar.pacific_date(datetime.now(UTC)) + timedelta(days=offset)).isoformat()


# Downwards: what is suggested to other tests on this Cadre follows the highest, and never meets these.
_numbers = itertools.count(8999, -1)


def number():
    """A number of a letter of this year that no other test takes."""
    return f"{day(0)[2:4]}-{next(_numbers)}"


def job(agency=HOME, **fields):
    return person_pb.Job(
        agency=agency,
        local_title="Specialist",
        job_class="child-support-specialist-1",
        start_date=day(-300),
        **fields,
    )


def everyone():
    return audience_pb.AudienceExpression(include=[audience_pb.AudienceClause()])


def sections():
    return [course_pb.Section(title="One", minutes=5, markdown="Text.")]


def items():
    options = [test_pb.Option(text="yes", correct=True), test_pb.Option(text="no")]
    return [test_pb.Item(text="Is it?", kind=test_pb.Item.SINGLE, options=options, explanation="It is.")]


@pytest.fixture(scope="session")
def world(cadre):
    """One of everything that a request can name, at Lake; and a maker of tokens for any caller."""
    access, cast = cadre.access, cadre.cast
    signer = Signer(cadre.supervisor.site.keys_dir, "directory")
    world = SimpleNamespace(access=access, cadre=cadre, cast=cast, lead=cast.leads["lake"])

    def call(stub_method, request, person, rights):
        held = {right: frozenset(scopes) for right, scopes in rights.items()}
        token = signer.mint(person, held, now=datetime.now(UTC))
        return stub_method(request, metadata=(("authorization", f"Bearer {token}"),))

    world.call = call
    world.rightly = lambda method, request, right: call(method, request, cast.analyst, {right: ("state",)})
    issued = story.issue_letter(access, cast, cadre.content, cadre.course_version).notice
    world.issued = issued.name
    world.text_sha256 = issued.text_sha256
    world.audience = issued.audience
    # Arrived for certain; a newer one, which other methods here make, may still be under way.
    world.audience_revision = issued.audience_revision
    recipients = story.choose_learners(access, cast, issued, 300).to_go
    own = [person for person in people_of(world) if person in recipients]
    world.person, world.waived, world.leaver, world.on_leave, world.learner = own[:5]
    world.connections = 0
    world.connection = connection(world)
    world.draft = draft(world, "A draft")
    world.submitted = submitted(world, "A letter to return")
    world.to_publish = submitted(world, "A letter to issue")
    return world


def people_of(world, agency=HOME):
    request = person_pb.ListPeopleRequest(parent=agency, page_size=100)
    return [p.name for p in world.rightly(world.access.people.ListPeople, request, "people.read").people]


def address_of(world):
    """Give the person an address, since some have none."""
    person = person_pb.Person(name=world.person, email=f"{fresh()[:8]}@lake.synthetic.example.org")
    mask = field_mask_pb2.FieldMask(paths=["email"])
    request = person_pb.UpdatePersonRequest(person=person, update_mask=mask, request_id=fresh())
    return world.rightly(world.access.people.UpdatePerson, request, "people.write").email


def draft(world, subject):
    notice = notice_pb.Notice(
        kind=notice_pb.Notice.POLICY,
        series="CSSP",
        number=number(),
        addressees="ALL IV-D DIRECTORS",
        subject=f"{subject} {fresh()}",
        reason=notice_pb.Notice.STATE_LAW,
        contact="DCSS",
        change="Something changes.",
        before="Before.",
        after="After.",
        staff_action="Do it.",
        until_then="Wait.",
        effective_date=day(200),
        audience=world.audience,
        asks=notice_pb.READ,
        due_rule=notice_pb.DueRule(business_days_before_effective=3, business_days_after_issue=5),
        agency_confirms_within=3,
        demonstration=True,
    )
    create = notice_pb.CreateNoticeRequest(notice=notice, request_id=fresh())
    return world.call(world.access.notices.CreateNotice, create, world.cast.analyst, {"notices.write": ("state",)})


def submitted(world, subject):
    written = draft(world, subject)
    submit = notice_pb.SubmitNoticeRequest(name=written.name, etag=written.etag, request_id=fresh())
    return world.call(world.access.notices.SubmitNotice, submit, world.cast.analyst, {"notices.write": ("state",)})


def audience_of(world):
    request = audience_pb.GetAudienceRequest(name=world.audience)
    return world.rightly(world.access.audiences.GetAudience, request, "audiences.read")


def new_roster_import(world):
    request = roster_pb.CreateRosterImportRequest(parent=HOME, dry_run=True, request_id=fresh())
    method = world.access.rosters.CreateRosterImport
    return world.call(method, request, world.lead, {"roster.import": (HOME,)}).name


def run_roster_import(world):
    name = new_roster_import(world)
    append = roster_pb.AppendRosterChunkRequest(name=name, index=0, content=b"staff_number\n", request_id=fresh())
    method = world.access.rosters.AppendRosterChunk
    world.call(method, append, world.lead, {"roster.import": (HOME,)})
    return roster_pb.RunRosterImportRequest(name=name, chunks=1, request_id=fresh())


def checked_roster(world):
    """A sound file of one line."""
    row = f"lake,T-{fresh()[:8]},Person,New,Specialist,child-support-specialist-1,{day(-300)}"
    content = f"agency,staff_number,family_name,given_name,local_title,job_class,hired_on\n{row}\n".encode()
    held = {"roster.import": (HOME,)}
    name = new_roster_import(world)
    append = roster_pb.AppendRosterChunkRequest(name=name, index=0, content=content, request_id=fresh())
    world.call(world.access.rosters.AppendRosterChunk, append, world.lead, held)
    run = roster_pb.RunRosterImportRequest(name=name, chunks=1, request_id=fresh())
    world.call(world.access.rosters.RunRosterImport, run, world.lead, held)

    def checked():
        request = roster_pb.GetRosterImportRequest(name=name)
        found = world.call(world.access.rosters.GetRosterImport, request, world.lead, held)
        return found.state == roster_pb.RosterImport.CHECKED

    wait_until(checked, "the file should have been checked")
    return name


def newcomer(world):
    person = person_pb.Person(staff_number=f"T-{fresh()[:8]}", given_name="New", family_name="Person", jobs=[job()])
    request = person_pb.CreatePersonRequest(parent=HOME, person=person, request_id=fresh())
    return world.call(world.access.people.CreatePerson, request, world.lead, {"people.write": (HOME,)}).name


def end_leave(world):
    leave = person_pb.Leave(start_date=day(-20), end_date=day(300))
    record = person_pb.RecordLeaveRequest(person=world.waived, leave=leave, request_id=fresh())
    world.call(world.access.people.RecordLeave, record, world.lead, {"people.write": (HOME,)})
    return person_pb.EndLeaveRequest(person=world.waived, return_date=day(-5), request_id=fresh())


def new_test(world):
    request = test_pb.CreateTestRequest(
        test_id=f"t-{fresh()}", test=test_pb.Test(title="T", items=items(), pass_mark=1), request_id=fresh()
    )
    return world.rightly(world.access.tests.CreateTest, request, "tests.write")


def new_course(world):
    request = course_pb.CreateCourseRequest(
        course_id=f"c-{fresh()}", course=course_pb.Course(title="C", sections=sections()), request_id=fresh()
    )
    return world.rightly(world.access.courses.CreateCourse, request, "courses.write")


def begin_upload(_world):
    return media_pb.BeginUploadRequest(filename="form.png", most_bytes=len(PICTURE), request_id=fresh())


def by_lead(world, method, request):
    """An upload is its owner's: the caller whom the sweep calls by."""
    return world.call(method, request, world.lead, {"courses.write": ("state",)})


def new_upload(world):
    return by_lead(world, world.access.media.BeginUpload, begin_upload(world)).name


def add_to_upload(world, upload=""):
    return media_pb.AddToUploadRequest(name=upload or new_upload(world), content=PICTURE, request_id=fresh())


def whole_upload(world):
    upload = new_upload(world)
    by_lead(world, world.access.media.AddToUpload, add_to_upload(world, upload))
    return upload


def get_media(world):
    request = media_pb.FinishUploadRequest(name=whole_upload(world), request_id=fresh())
    kept = by_lead(world, world.access.media.FinishUpload, request)
    pictured = course_pb.Piece(number=1, picture=course_pb.Picture(media=kept, alternative="A form"))
    section = course_pb.Section(title="One", minutes=5, pieces=[pictured])
    request = course_pb.CreateCourseRequest(
        course_id=f"c-{fresh()}", course=course_pb.Course(title="C", sections=[section]), request_id=fresh()
    )
    course = world.rightly(world.access.courses.CreateCourse, request, "courses.write")
    publish = course_pb.PublishCourseRequest(name=course.name, etag=course.etag, request_id=fresh())
    version = world.rightly(world.access.courses.PublishCourse, publish, "courses.write")
    return media_pb.GetMediaRequest(name=f"{version.name}/media/{kept.sha256}", limit=100)


def new_lead(world):
    """Somebody new, who leads nothing yet: so a repeat meets nobody."""
    lead = units.UnitLead(unit=f"{HOME}/units/legal", person=newcomer(world), start_date=day(-10))
    return units.CreateUnitLeadRequest(parent=HOME, lead=lead, request_id=fresh())


def end_lead(world):
    lead = world.call(world.access.units.CreateUnitLead, new_lead(world), world.lead, {"people.write": (HOME,)})
    return units.EndUnitLeadRequest(parent=HOME, name=lead.name, end_date=day(-5), request_id=fresh())


def new_grant(world):
    request = person_pb.GrantRoleRequest(
        grant=person_pb.RoleGrant(person=world.lead, role="supervisor", scope=HOME), request_id=fresh()
    )
    return world.rightly(world.access.people.GrantRole, request, "roles.grant").name


def version_of_test(world):
    request = course_pb.GetCourseVersionRequest(name=world.cadre.course_version)
    return world.call(
        world.access.courses.GetCourseVersion, request, world.person, {"catalogue.read": ("self",)}
    ).test_version


def new_sitting(world):
    request = sitting_pb.StartSittingRequest(test_version=version_of_test(world), request_id=fresh())
    return world.call(world.access.sittings.StartSitting, request, world.person, {"tests.take": ("self",)})


def own_assignment(world, person=None):
    request = assignment_pb.GetAssignmentRequest(name=world.issued)
    return world.call(
        world.access.assignments.GetAssignment, request, person or world.person, {"learning.do": ("self",)}
    ).name


def reinstate(world):
    name = own_assignment(world, world.on_leave)
    waive = assignment_pb.WaiveAssignmentRequest(parent=HOME, name=name, reason="A mistake", request_id=fresh())
    world.call(world.access.assignments.WaiveAssignment, waive, world.lead, {"training.record": (HOME,)})
    return assignment_pb.ReinstateAssignmentRequest(parent=HOME, name=name, reason="It applies", request_id=fresh())


def publish_course(world):
    course = new_course(world)
    return course_pb.PublishCourseRequest(name=course.name, etag=course.etag, request_id=fresh())


def publish_test(world):
    test = new_test(world)
    return test_pb.PublishTestRequest(name=test.name, etag=test.etag, request_id=fresh())


def try_test(world):
    test = new_test(world)
    return test_pb.TryTestRequest(name=test.name, etag=test.etag, answers=[sitting_pb.Answer(options=[0])])


def course_of(world):
    return world.cadre.course_version.partition("/versions/")[0]


def submit_sitting(world):
    sitting = new_sitting(world)
    answers = [sitting_pb.Answer() for _ in range(sitting.items)]
    return sitting_pb.SubmitSittingRequest(name=sitting.name, answers=answers, request_id=fresh())


def known_course(world):
    """The course, as soon as evaluation has heard of it."""
    request = quality.GetCourseQualityRequest(name=course_of(world))

    def heard():
        try:
            return world.rightly(world.access.quality.GetCourseQuality, request, "quality.read")
        except Refused:
            return None

    wait_until(heard, "evaluation does not hear of the course")
    return request


def reaction_form(world):
    known_course(world)
    ask, own = world.access, {"learning.do": ("self",), "catalogue.read": ("self",), "tests.take": ("self",)}
    version = course_pb.GetCourseVersionRequest(name=world.cadre.course_version)
    test = world.call(ask.courses.GetCourseVersion, version, world.person, own).test_version
    start = sitting_pb.StartSittingRequest(test_version=test, request_id=fresh())
    sitting = world.call(ask.sittings.StartSitting, start, world.person, own)
    answers = [sitting_pb.Answer() for _ in range(sitting.items)]
    submit = sitting_pb.SubmitSittingRequest(name=sitting.name, answers=answers, request_id=fresh())
    world.call(ask.sittings.SubmitSitting, submit, world.person, own)
    return quality.GetReactionFormRequest(course_version=world.cadre.course_version)


def reaction(world):
    own = {"tests.take": ("self",)}
    form = world.call(world.access.quality.GetReactionForm, reaction_form(world), world.person, own)
    return quality.SendReactionRequest(
        course_version=world.cadre.course_version, ratings=[4] * 5, ticket=form.ticket, agency=HOME
    )


def add_attachment(world):
    waiting = draft(world, "A letter with a file")
    kind = notice_pb.Attachment.ATTACHMENT
    return attachment_pb.AddAttachmentRequest(
        notice=waiting.name, kind=kind, filename="a.txt", content=b"Text", etag=waiting.etag, request_id=fresh()
    )


def attached(world):
    add = add_attachment(world)
    return world.call(world.access.attachments.AddAttachment, add, world.cast.analyst, {"notices.write": ("state",)})


def remove_attachment(world):
    notice = attached(world)
    return attachment_pb.RemoveAttachmentRequest(name=notice.attachments[0].name, etag=notice.etag, request_id=fresh())


def issue(world, written):
    submit = notice_pb.SubmitNoticeRequest(name=written.name, etag=written.etag, request_id=fresh())
    waiting = world.call(world.access.notices.SubmitNotice, submit, world.cast.analyst, {"notices.write": ("state",)})
    publish = notice_pb.PublishNoticeRequest(
        name=waiting.name, audience_revision=world.audience_revision, etag=waiting.etag, request_id=fresh()
    )
    return world.call(world.access.notices.PublishNotice, publish, world.cast.approver, {"notices.approve": ("state",)})


def withdraw_notice(world):
    issued = issue(world, draft(world, "A letter to withdraw"))
    return notice_pb.WithdrawNoticeRequest(name=issued.name, reason="Replaced", etag=issued.etag, request_id=fresh())


def confirmation_to_change(world):
    """A letter of its own that the agency confirmed, with who is to lead it now."""
    issued = issue(world, draft(world, "A letter that somebody else is to lead"))
    confirm = agency_notice_pb.ConfirmForAgencyRequest(
        parent=HOME, notice=issued.name, text_sha256=issued.text_sha256, request_id=fresh()
    )
    world.rightly(world.access.agency_notices.ConfirmForAgency, confirm, "notices.confirm_for_agency")
    return agency_notice_pb.UpdateConfirmationRequest(
        parent=HOME, notice=issued.name, lead=world.lead, request_id=fresh()
    )


def hours_to_change(world):
    """The hours of the agency, as they are."""
    asked = message_pb.GetMailHoursRequest(parent=HOME)
    reach = {"calendar.write_agency": (HOME,)}
    hours = world.call(world.access.messages.GetMailHours, asked, world.cast.analyst, reach)
    return message_pb.UpdateMailHoursRequest(parent=HOME, hours=hours, request_id=fresh())


def ladder(world):
    """Steps for a draft of its own."""
    rungs = [ladder_pb.Rung(of=ladder_pb.Rung.WORK, whom=ladder_pb.Rung.STAFF, business_days=-2, on=True)]
    return ladder_pb.Ladder(name=f"{draft(world, 'A letter with steps').name}/ladder", rungs=rungs)


def submit_notice(world):
    notice = draft(world, "To submit")
    return notice_pb.SubmitNoticeRequest(name=notice.name, etag=notice.etag, request_id=fresh())


def recall_notice(world):
    notice = submitted(world, "To take back")
    return notice_pb.RecallNoticeRequest(name=notice.name, etag=notice.etag, request_id=fresh())


def delete_notice(world):
    notice = draft(world, "To delete")
    return notice_pb.DeleteNoticeRequest(name=notice.name, etag=notice.etag, request_id=fresh())


def dead_letter(_world):
    return f"deadLetters/{uuid.UUID(int=0)}"


def purging(world, *, paused):
    """A job in the state in which the request finds it: the other rows of the sweep steer it too."""
    of_service, name = world.access.operations["notification"], "jobs/purge"
    jobs = {one.name: one for one in of_service.ListJobs(operations.ListJobsRequest()).jobs}
    if bool(jobs[name].pause_reason) != paused:
        call, kind = (
            (of_service.PauseJob, operations.PauseJobRequest)
            if paused
            else (of_service.ResumeJob, operations.ResumeJobRequest)
        )
        call(kind(name=name, reason="a test", request_id=fresh()))
    return name


def connection(w):
    """A connection of Lake, made for a request of its own; nothing is told to it."""
    w.connections += 1
    return w.rightly(w.access.connections.CreateConnection, connecting(w), "connections.manage").connection.name


def connecting(w):
    # What is deleted by no request stays: of each owner there are only so many.
    given = connection_pb.Connection(
        title=f"No. {w.connections}", address="https://hooks.example.com/", kinds=["letter.withdrawn"]
    )
    return connection_pb.CreateConnectionRequest(parent=HOME, connection=given, request_id=fresh())


def call_to_connection(w):
    ask = connection_pb.TestConnectionRequest(name=w.connection, request_id=fresh())
    return w.rightly(w.access.connections.TestConnection, ask, "connections.manage").name


REQUESTS = {
    "AgencyService": {
        "ListAgencies": lambda w: agency_pb.ListAgenciesRequest(),
        "GetAgency": lambda w: agency_pb.GetAgencyRequest(name=HOME),
        "ImportReference": lambda w: agency_pb.ImportReferenceRequest(request_id=fresh()),
        "ListVocabulary": lambda w: agency_pb.ListVocabularyRequest(),
    },
    "CalendarService": {
        "ListCalendars": lambda w: calendar_pb.ListCalendarsRequest(),
        "UpdateCalendar": lambda w: calendar_pb.UpdateCalendarRequest(
            calendar=calendar_pb.Calendar(
                name="calendars/2099", holidays=[calendar_pb.Holiday(date="2099-12-25", title="Christmas Day")]
            ),
            request_id=fresh(),
        ),
        "ImportCalendars": lambda w: calendar_pb.ImportCalendarsRequest(request_id=fresh()),
        "GetAgencyCalendar": lambda w: calendar_pb.GetAgencyCalendarRequest(name=f"{HOME}/calendars/2027"),
        "UpdateAgencyCalendar": lambda w: calendar_pb.UpdateAgencyCalendarRequest(
            parent=HOME, calendar=calendar_pb.AgencyCalendar(name=f"{HOME}/calendars/2027"), request_id=fresh()
        ),
    },
    "ContactService": {
        "ListClosedDays": lambda w: contact_pb.ListClosedDaysRequest(start_date=day(0)),
        "ListHolders": lambda w: contact_pb.ListHoldersRequest(roles=["coordinator"], scopes=[HOME]),
        "BatchGetContacts": lambda w: contact_pb.BatchGetContactsRequest(people=[w.person]),
    },
    "PersonService": {
        "GetMe": lambda w: person_pb.GetMeRequest(),
        "ListPeople": lambda w: person_pb.ListPeopleRequest(parent=HOME),
        "BatchGetPeople": lambda w: person_pb.BatchGetPeopleRequest(names=[w.person]),
        "CreatePerson": lambda w: person_pb.CreatePersonRequest(
            parent=HOME,
            person=person_pb.Person(
                staff_number=f"T-{fresh()[:8]}", given_name="New", family_name="Person", jobs=[job()]
            ),
            request_id=fresh(),
        ),
        "UpdatePerson": lambda w: person_pb.UpdatePersonRequest(
            person=person_pb.Person(name=w.person, email=f"{fresh()[:8]}@lake.synthetic.example.org"),
            update_mask=field_mask_pb2.FieldMask(paths=["email"]),
            request_id=fresh(),
        ),
        "ConfirmEmail": lambda w: person_pb.ConfirmEmailRequest(email=address_of(w), request_id=fresh()),
        "CreateJob": lambda w: person_pb.CreateJobRequest(
            parent=HOME, person=people_of(w, ELSEWHERE)[-1], job=job(), request_id=fresh()
        ),
        "UpdateJob": lambda w: person_pb.UpdateJobRequest(
            parent=HOME, person=w.person, job=job(units=["intake"]), request_id=fresh()
        ),
        "EndJob": lambda w: person_pb.EndJobRequest(
            parent=HOME, person=w.leaver, end_date=day(-10), request_id=fresh()
        ),
        "BatchEndJobs": lambda w: person_pb.BatchEndJobsRequest(
            parent=HOME, ends=[person_pb.JobEnd(person=newcomer(w), end_date=day(-10))], request_id=fresh()
        ),
        "RecordLeave": lambda w: person_pb.RecordLeaveRequest(
            person=w.on_leave, leave=person_pb.Leave(start_date=day(-20), end_date=day(300)), request_id=fresh()
        ),
        "EndLeave": end_leave,
        "GrantRole": lambda w: person_pb.GrantRoleRequest(
            grant=person_pb.RoleGrant(person=people_of(w, ELSEWHERE)[-1], role="supervisor", scope=HOME),
            request_id=fresh(),
        ),
        "RevokeRole": lambda w: person_pb.RevokeRoleRequest(name=new_grant(w), reason="a test", request_id=fresh()),
        "GetStaffCounts": lambda w: person_pb.GetStaffCountsRequest(parent=HOME),
        "FindStaffNumbers": lambda w: person_pb.FindStaffNumbersRequest(parent=HOME, numbers=["1"]),
    },
    "SignInService": {
        "ExchangeSignIn": lambda w: sign_in_pb.ExchangeSignInRequest(person=w.person),
        "GetSignInPerson": lambda w: sign_in_pb.GetSignInPersonRequest(person=w.person, whole_state=True),
        "ListPersonas": lambda w: sign_in_pb.ListPersonasRequest(),
    },
    "RosterService": {
        "CreateRosterImport": lambda w: roster_pb.CreateRosterImportRequest(
            parent=HOME, dry_run=True, request_id=fresh()
        ),
        "AppendRosterChunk": lambda w: roster_pb.AppendRosterChunkRequest(
            name=new_roster_import(w), index=0, content=b"staff_number\n", request_id=fresh()
        ),
        "RunRosterImport": run_roster_import,
        "ApplyRosterImport": lambda w: roster_pb.ApplyRosterImportRequest(name=checked_roster(w), request_id=fresh()),
        "ListRosterImports": lambda w: roster_pb.ListRosterImportsRequest(parent=HOME),
        "ListPeopleNotInFile": lambda w: roster_pb.ListPeopleNotInFileRequest(parent=new_roster_import(w)),
        "ListRosterNameChanges": lambda w: roster_pb.ListRosterNameChangesRequest(parent=new_roster_import(w)),
        "GetRosterImport": lambda w: roster_pb.GetRosterImportRequest(name=new_roster_import(w)),
        "ListRosterImportErrors": lambda w: roster_pb.ListRosterImportErrorsRequest(parent=new_roster_import(w)),
    },
    "AudienceService": {
        "CreateAudience": lambda w: audience_pb.CreateAudienceRequest(
            audience=audience_pb.Audience(title="All", expression=everyone()), request_id=fresh()
        ),
        "UpdateAudience": lambda w: audience_pb.UpdateAudienceRequest(audience=audience_of(w), request_id=fresh()),
        "GetAudience": lambda w: audience_pb.GetAudienceRequest(name=w.audience),
        "PreviewAudience": lambda w: audience_pb.PreviewAudienceRequest(expression=everyone()),
        "CompareAudience": lambda w: audience_pb.CompareAudienceRequest(name=w.audience, expression=everyone()),
        "ExplainMembership": lambda w: audience_pb.ExplainMembershipRequest(audience=w.audience, person=w.person),
    },
    "UnitService": {
        "ListUnits": lambda w: units.ListUnitsRequest(parent=HOME),
        "ListUnitLeads": lambda w: units.ListUnitLeadsRequest(parent=HOME),
        "CreateUnitLead": new_lead,
        "EndUnitLead": end_lead,
    },
    "CourseService": {
        "ListCourses": lambda w: course_pb.ListCoursesRequest(),
        "GetCourse": lambda w: course_pb.GetCourseRequest(name=new_course(w).name),
        "CreateCourse": lambda w: course_pb.CreateCourseRequest(
            course_id=f"c-{fresh()}", course=course_pb.Course(title="C", sections=sections()), request_id=fresh()
        ),
        "UpdateCourse": lambda w: course_pb.UpdateCourseRequest(course=new_course(w), request_id=fresh()),
        "PublishCourse": publish_course,
        "GetCourseVersion": lambda w: course_pb.GetCourseVersionRequest(name=w.cadre.course_version),
        "GetCatalogueEntry": lambda w: course_pb.GetCatalogueEntryRequest(name=course_of(w)),
        "ListCourseVersions": lambda w: course_pb.ListCourseVersionsRequest(parent=course_of(w)),
        "BatchGetCourseVersions": lambda w: course_pb.BatchGetCourseVersionsRequest(names=[w.cadre.course_version]),
        "ImportCatalogue": lambda w: course_pb.ImportCatalogueRequest(request_id=fresh()),
    },
    "MediaService": {
        "BeginUpload": begin_upload,
        "AddToUpload": add_to_upload,
        "GetUpload": lambda w: media_pb.GetUploadRequest(name=new_upload(w)),
        "FinishUpload": lambda w: media_pb.FinishUploadRequest(name=whole_upload(w), request_id=fresh()),
        "GetMedia": get_media,
    },
    "TestService": {
        "CreateTest": lambda w: test_pb.CreateTestRequest(
            test_id=f"t-{fresh()}", test=test_pb.Test(title="T", items=items(), pass_mark=1), request_id=fresh()
        ),
        "UpdateTest": lambda w: test_pb.UpdateTestRequest(test=new_test(w), request_id=fresh()),
        "GetTest": lambda w: test_pb.GetTestRequest(name=new_test(w).name),
        "ListTests": lambda w: test_pb.ListTestsRequest(),
        "ListTestVersions": lambda w: test_pb.ListTestVersionsRequest(
            parent=version_of_test(w).partition("/versions/")[0]
        ),
        "GetAnswerKey": lambda w: test_pb.GetAnswerKeyRequest(name=version_of_test(w)),
        "TryTest": try_test,
        "PublishTest": publish_test,
        "GetTestVersion": lambda w: test_pb.GetTestVersionRequest(name=version_of_test(w)),
    },
    "SittingService": {
        "StartSitting": lambda w: sitting_pb.StartSittingRequest(test_version=version_of_test(w), request_id=fresh()),
        "SubmitSitting": submit_sitting,
        "GetSitting": lambda w: sitting_pb.GetSittingRequest(name=new_sitting(w).name),
        "ListSittings": lambda w: sitting_pb.ListSittingsRequest(test_version=version_of_test(w)),
    },
    "AssignmentService": {
        "ListToDo": lambda w: assignment_pb.ListToDoRequest(),
        "ListAssignments": lambda w: assignment_pb.ListAssignmentsRequest(parent=HOME),
        "GetAssignment": lambda w: assignment_pb.GetAssignmentRequest(name=own_assignment(w)),
        "StartAssignment": lambda w: assignment_pb.StartAssignmentRequest(name=own_assignment(w), request_id=fresh()),
        "KeepPlace": lambda w: assignment_pb.KeepPlaceRequest(
            name=own_assignment(w), place=assignment_pb.Place(section=1, block=3), request_id=fresh()
        ),
        "GetPlace": lambda w: assignment_pb.GetPlaceRequest(name=own_assignment(w)),
        "CompleteSection": lambda w: assignment_pb.CompleteSectionRequest(
            name=own_assignment(w), section=1, request_id=fresh()
        ),
        "WaiveAssignment": lambda w: assignment_pb.WaiveAssignmentRequest(
            parent=HOME, name=own_assignment(w, w.waived), reason="Another duty", request_id=fresh()
        ),
        "ReinstateAssignment": reinstate,
    },
    "CompletionService": {
        "PreviewTraining": lambda w: completion_pb.PreviewTrainingRequest(
            parent=HOME, notice=w.issued, units=["none"], people=[w.learner]
        ),
        "ListRecordings": lambda w: completion_pb.ListRecordingsRequest(parent=HOME, notice=w.issued),
        "RetractTraining": lambda w: completion_pb.RetractTrainingRequest(
            parent=HOME, notice=w.issued, people=[w.learner], reason="The wrong letter", request_id=fresh()
        ),
        "RecordTraining": lambda w: completion_pb.RecordTrainingRequest(
            parent=HOME,
            notice=w.issued,
            people=[w.learner],
            kind=completion_pb.Completion.BRIEFING,
            complete_date=day(0),
            minutes=30,
            led_by="The coordinator",
            request_id=fresh(),
        ),
        "ListCompletions": lambda w: completion_pb.ListCompletionsRequest(parent=w.learner),
        "ListCompletionRates": lambda w: completion_pb.ListCompletionRatesRequest(),
    },
    "QualityService": {
        "GetReactionForm": reaction_form,
        "SendReaction": reaction,
        "ListCourseQuality": lambda w: quality.ListCourseQualityRequest(),
        "GetCourseQuality": known_course,
        "ListAgencyCourseQuality": lambda w: quality.ListAgencyCourseQualityRequest(parent=HOME),
        "ListComments": lambda w: quality.ListCommentsRequest(parent=course_of(w)),
    },
    "NoticeService": {
        "CreateNotice": lambda w: notice_pb.CreateNoticeRequest(
            notice=notice_pb.Notice(subject=f"Another {fresh()}", series="CSSP", number=number()),
            request_id=fresh(),
        ),
        "UpdateNotice": lambda w: notice_pb.UpdateNoticeRequest(notice=draft(w, "To update"), request_id=fresh()),
        "DeleteNotice": delete_notice,
        "SubmitNotice": submit_notice,
        "RecallNotice": recall_notice,
        "ReturnNotice": lambda w: notice_pb.ReturnNoticeRequest(
            name=w.submitted.name, reason="Not clear", request_id=fresh()
        ),
        "PublishNotice": lambda w: notice_pb.PublishNoticeRequest(
            name=w.to_publish.name,
            audience_revision=w.audience_revision,
            etag=w.to_publish.etag,
            request_id=fresh(),
        ),
        "WithdrawNotice": withdraw_notice,
        "ImportNotices": lambda w: notice_pb.ImportNoticesRequest(
            notices=[notice_pb.HistoricNotice(series="CSS", number=number(), subject="An old letter")],
            request_id=fresh(),
        ),
        "ListNotices": lambda w: notice_pb.ListNoticesRequest(),
        "FindSimilarNotices": lambda w: notice_pb.FindSimilarNoticesRequest(subject="letter"),
        "SearchNotices": lambda w: notice_pb.SearchNoticesRequest(query="letter"),
        "GetNotice": lambda w: notice_pb.GetNoticeRequest(name=w.issued),
    },
    "AttachmentService": {
        "AddAttachment": add_attachment,
        "RemoveAttachment": remove_attachment,
        "GetAttachment": lambda w: attachment_pb.GetAttachmentRequest(name=issue(w, attached(w)).attachments[0].name),
    },
    "SeriesService": {
        "SuggestNumber": lambda w: series_pb.SuggestNumberRequest(series="CSSP"),
        "ListSeries": lambda w: series_pb.ListSeriesRequest(),
        "ImportSeries": lambda w: series_pb.ImportSeriesRequest(
            series=[series_pb.Series(name="series/CSSP", title="Policy letters", kind=notice_pb.Notice.POLICY)],
            request_id=fresh(),
        ),
    },
    "ReadinessService": {
        "GetReadiness": lambda w: readiness_pb.GetReadinessRequest(notice=w.issued),
        "BatchGetReadiness": lambda w: readiness_pb.BatchGetReadinessRequest(notices=[w.issued]),
        "ListReadinessDays": lambda w: readiness_pb.ListReadinessDaysRequest(notice=w.issued, agency=HOME),
    },
    "AgencyNoticeService": {
        "ListAgencyNotices": lambda w: agency_notice_pb.ListAgencyNoticesRequest(parent=HOME),
        "GetAgencyNotice": lambda w: agency_notice_pb.GetAgencyNoticeRequest(parent=HOME, notice=w.issued),
        "ListAgencyReadinessDays": lambda w: agency_notice_pb.ListAgencyReadinessDaysRequest(
            parent=HOME, notice=w.issued
        ),
        "ListRecipients": lambda w: agency_notice_pb.ListRecipientsRequest(parent=HOME, notice=w.issued),
        "ConfirmForAgency": lambda w: agency_notice_pb.ConfirmForAgencyRequest(
            parent=HOME, notice=w.issued, text_sha256=w.text_sha256, request_id=fresh()
        ),
        "FindRecipients": lambda w: agency_notice_pb.FindRecipientsRequest(parent=HOME, notice=w.issued),
        "UpdateConfirmation": confirmation_to_change,
        "ReleaseToStaff": lambda w: agency_notice_pb.ReleaseToStaffRequest(
            parent=HOME, notice=w.issued, request_id=fresh()
        ),
    },
    "ConnectionService": {
        "ListConnections": lambda w: connection_pb.ListConnectionsRequest(parent=HOME),
        "GetConnection": lambda w: connection_pb.GetConnectionRequest(name=w.connection),
        "CreateConnection": connecting,
        "UpdateConnection": lambda w: connection_pb.UpdateConnectionRequest(
            connection=connection_pb.Connection(
                name=w.connection, title="New", address="https://hooks.example.com/", kinds=["letter.withdrawn"]
            ),
            request_id=fresh(),
        ),
        "SwitchConnection": lambda w: connection_pb.SwitchConnectionRequest(
            name=w.connection, on=True, request_id=fresh()
        ),
        "RotateSecret": lambda w: connection_pb.RotateSecretRequest(name=w.connection, request_id=fresh()),
        "TestConnection": lambda w: connection_pb.TestConnectionRequest(name=w.connection, request_id=fresh()),
        "DeleteConnection": lambda w: connection_pb.DeleteConnectionRequest(name=connection(w), request_id=fresh()),
        "ListWebhooks": lambda w: connection_pb.ListWebhooksRequest(parent=w.connection),
        "GetWebhook": lambda w: connection_pb.GetWebhookRequest(name=call_to_connection(w)),
        "RepeatWebhooks": lambda w: connection_pb.RepeatWebhooksRequest(
            parent=w.connection, since=timestamp(datetime.now(UTC)), request_id=fresh()
        ),
    },
    "MessageService": {
        "ListMessages": lambda w: message_pb.ListMessagesRequest(),
        "OpenMessages": lambda w: message_pb.OpenMessagesRequest(request_id=fresh()),
        "GetMailChoices": lambda w: message_pb.GetMailChoicesRequest(),
        "ChooseMail": lambda w: message_pb.ChooseMailRequest(kind="letter.asked", wanted=True, request_id=fresh()),
        "ChooseMorning": lambda w: message_pb.ChooseMorningRequest(hour=8, request_id=fresh()),
        "GetMailHours": lambda w: message_pb.GetMailHoursRequest(parent=HOME),
        "UpdateMailHours": hours_to_change,
        "PreviewReminder": lambda w: message_pb.PreviewReminderRequest(parent=HOME, notice=w.issued),
        "SendReminder": lambda w: message_pb.SendReminderRequest(parent=HOME, notice=w.issued, request_id=fresh()),
        "ListReminders": lambda w: message_pb.ListRemindersRequest(parent=HOME, notice=w.issued),
        "ListFailingAddresses": lambda w: message_pb.ListFailingAddressesRequest(parent=HOME),
        "ListMessageRules": lambda w: message_pb.ListMessageRulesRequest(),
        "ListMail": lambda w: message_pb.ListMailRequest(),
        "ListCaughtMail": lambda w: message_pb.ListCaughtMailRequest(),
        "GetCaughtMail": lambda w: message_pb.GetCaughtMailRequest(name=f"caughtMails/{uuid.UUID(int=0)}"),
    },
    "LadderService": {
        "GetLadder": lambda w: ladder_pb.GetLadderRequest(name="state/ladder"),
        "ListLadders": lambda w: ladder_pb.ListLaddersRequest(),
        "PreviewLadder": lambda w: ladder_pb.PreviewLadderRequest(ladder=ladder(w), due_date=day(30)),
        "UpdateLadder": lambda w: ladder_pb.UpdateLadderRequest(ladder=ladder(w), request_id=fresh()),
        "ResetLadder": lambda w: ladder_pb.ResetLadderRequest(name=ladder(w).name, request_id=fresh()),
    },
    "InboxService": {
        "ListInbox": lambda w: inbox_pb.ListInboxRequest(),
        "GetInboxItem": lambda w: inbox_pb.GetInboxItemRequest(notice=w.issued),
        "ReadNotice": lambda w: inbox_pb.ReadNoticeRequest(notice=w.issued, request_id=fresh()),
        "ConfirmNotice": lambda w: inbox_pb.ConfirmNoticeRequest(
            notice=w.issued, text_sha256=w.text_sha256, request_id=fresh()
        ),
    },
    "OperationsService": {
        "GetStatus": lambda w: operations.GetStatusRequest(),
        "RunAudits": lambda w: operations.RunAuditsRequest(),
        "ListAudits": lambda w: operations.ListAuditsRequest(),
        "ListDeadLetters": lambda w: operations.ListDeadLettersRequest(),
        # There is no dead letter: the rightful caller is told so, which is past the check of rights.
        "ReplayDeadLetter": lambda w: operations.ReplayDeadLetterRequest(name=dead_letter(w), request_id=fresh()),
        "DiscardDeadLetter": lambda w: operations.DiscardDeadLetterRequest(
            name=dead_letter(w), reason="a test", request_id=fresh()
        ),
        "ListJobs": lambda w: operations.ListJobsRequest(),
        "RunJob": lambda w: operations.RunJobRequest(name=purging(w, paused=False), request_id=fresh()),
        "PauseJob": lambda w: operations.PauseJobRequest(
            name=purging(w, paused=False), reason="a test", request_id=fresh()
        ),
        "ResumeJob": lambda w: operations.ResumeJobRequest(
            name=purging(w, paused=True), reason="a test", request_id=fresh()
        ),
        "ListTasks": lambda w: operations.ListTasksRequest(),
        # None has failed: the rightful caller is told so, which is past the check of rights.
        "RetryTask": lambda w: operations.RetryTaskRequest(name=f"tasks/{uuid.UUID(int=0)}", request_id=fresh()),
        "ListProjections": lambda w: operations.ListProjectionsRequest(),
        "RebuildProjection": lambda w: operations.RebuildProjectionRequest(
            name="projections/readiness", reason="a test", request_id=fresh()
        ),
    },
}
PROTOS = Path(__file__).parents[2] / "proto"
CONTRACTS = [
    str(path.relative_to(PROTOS).with_suffix("")).replace("/", ".") for path in sorted(PROTOS.rglob("*_service.proto"))
]
METHODS = [
    method
    for contract in CONTRACTS
    for service in importlib.import_module(f"{contract}_pb2").DESCRIPTOR.services_by_name.values()
    for method in service.methods
]
# What anybody who is signed in may ask, about themselves or about what is public in the program.
FOR_EVERYBODY = {
    *("ListAgencies", "GetAgency", "ListVocabulary", "GetMe", "BatchGetPeople", "ListCourses", "GetCourseVersion"),
    *("ListCalendars", "GetAgencyCalendar"),
    *("GetCatalogueEntry", "ListCourseVersions", "BatchGetCourseVersions"),
    *("GetTestVersion", "StartSitting", "ListSittings", "ListToDo", "GetNotice", "GetAttachment", "ListInbox"),
    *("ListSeries", "SearchNotices", "GetMedia"),
    *("ListMessages", "OpenMessages", "GetMailChoices", "ChooseMail", "ChooseMorning"),
    # Asked without a name: those who took the test may answer.
    *("GetReactionForm", "SendReaction"),
}
# Answers with nothing rather than with a refusal: whether the person exists is not told.
EMPTY_ELSEWHERE = {"ListCompletions"}
NOT_FOUND_AT_BEST = {"ReplayDeadLetter", "DiscardDeadLetter", "RetryTask", "GetCaughtMail"}


def stub_method(access: Access, method):
    service = method.containing_service
    owner = service.full_name.split(".")[1]
    stubs = importlib.import_module(f"{service.file.name.removesuffix('.proto').replace('/', '.')}_pb2_grpc")
    # Everybody answers this one.
    channel = access.channels["notification" if owner == "operations" else owner]
    return getattr(channel.stub(getattr(stubs, f"{service.name}Stub")), method.name)


def permission(method):
    return method.GetOptions().Extensions[options_pb2.permission]


def rightful(method, world):
    """The least that must be enough: who may call, and with which reach."""
    reach = {
        options_pb2.STATE: "state",
        options_pb2.AGENCY: HOME,
        options_pb2.UNIT: HOME,
        options_pb2.PERSON: HOME,
        options_pb2.SELF: "self",
    }[permission(method).scope]
    person = (
        world.person
        if reach == "self"
        else world.cast.approver
        if "approve" in permission(method).right
        else world.lead
    )
    if method.name in ("UpdateNotice", "DeleteNotice", "SubmitNotice", "RecallNotice", "CreateNotice"):
        person = world.cast.analyst
    return person, {permission(method).right: (reach,)}


def test_every_method_has_a_request_in_the_sweep():
    asked = {(service, method) for service, methods in REQUESTS.items() for method in methods}
    assert asked == {(method.containing_service.name, method.name) for method in METHODS}
    assert len(METHODS) > 60


@pytest.mark.parametrize("method", METHODS, ids=lambda method: f"{method.containing_service.name}.{method.name}")
def test_only_the_rightful_caller_is_answered(world, method):
    request = REQUESTS[method.containing_service.name][method.name](world)
    ask = stub_method(world.access, method)
    person, rights = rightful(method, world)

    if method.name in NOT_FOUND_AT_BEST:
        with pytest.raises(Refused) as refused:
            world.call(ask, request, person, rights)
        assert refused.value.reason == "NOT_FOUND"
    else:
        world.call(ask, request, person, rights)

    with pytest.raises(Refused) as refused:
        ask(request, metadata=(("authorization", "Bearer none"),))
    assert (refused.value.code, refused.value.reason) == ("UNAUTHENTICATED", "NOT_SIGNED_IN")

    every_other = {permission(other).right: ("state", HOME, "self") for other in METHODS}
    del every_other[permission(method).right]
    with pytest.raises(Refused) as refused:
        world.call(ask, request, person, every_other)
    assert (refused.value.code, refused.value.reason) == ("PERMISSION_DENIED", "PERMISSION_MISSING")
    assert refused.value.metadata["right"] == permission(method).right

    if method.name in FOR_EVERYBODY:
        return
    right = permission(method).right
    if permission(method).scope == options_pb2.UNIT:
        # For one unit of the agency: answered, of that unit alone (each service's tests); not for a unit elsewhere.
        world.call(ask, request, person, {right: (f"{HOME}/units/legal",)})
        with pytest.raises(Refused) as refused:
            world.call(ask, request, person, {right: (f"{ELSEWHERE}/units/legal",)})
        assert refused.value.reason == "PERMISSION_MISSING"
    elif permission(method).scope == options_pb2.AGENCY and permission(method).field:
        with pytest.raises(Refused) as refused:
            world.call(ask, request, person, {right: (f"{HOME}/units/legal",)})
        assert refused.value.reason == "PERMISSION_MISSING"
    foreign = {right: ("self",)} if "self" in rights[right] else {right: (ELSEWHERE,)}
    stranger = NOBODY if "self" in rights[right] else world.cast.leads["alameda"]
    if method.name in EMPTY_ELSEWHERE:
        assert not any(value for _, value in world.call(ask, request, stranger, foreign).ListFields())
        return
    with pytest.raises(Refused) as refused:
        world.call(ask, request, stranger, foreign)
    assert refused.value.code in {"PERMISSION_DENIED", "NOT_FOUND"}


def test_a_coordinator_elsewhere_gets_no_names_of_our_people(world):
    request = person_pb.BatchGetPeopleRequest(names=people_of(world))
    elsewhere = {"self.read": ("self",), "people.read": (ELSEWHERE,)}

    at_home = world.call(
        world.access.people.BatchGetPeople, request, world.lead, {"self.read": ("self",), "people.read": (HOME,)}
    ).people
    foreign = world.call(world.access.people.BatchGetPeople, request, world.cast.leads["alameda"], elsewhere).people

    assert len(at_home) == len(request.names) > 4
    # Coordinators and directors are contacts, whom everybody may call; and somebody may work at both.
    allowed = {contact.person for contact in contacts(world)} | set(people_of(world, ELSEWHERE))
    assert {person.name for person in foreign} <= allowed
    assert len(foreign) < len(at_home)


def contacts(world):
    request = agency_pb.GetAgencyRequest(name=HOME)
    return world.call(world.access.agencies.GetAgency, request, world.lead, {"agencies.read": ("self",)}).contacts


def test_the_whole_state_is_listed_for_nobody_but_those_who_hold_the_right_for_the_state(world):
    request = assignment_pb.ListAssignmentsRequest(parent="agencies/-")
    with pytest.raises(Refused) as refused:
        world.call(world.access.assignments.ListAssignments, request, world.lead, {"assignments.read": (HOME,)})
    assert refused.value.reason == "PERMISSION_MISSING"


PAGED = [method for method in METHODS if "page_token" in method.input_type.fields_by_name]


def test_every_list_refuses_a_page_token_that_it_did_not_give(world):
    """Also one that is right but for its seal: whoever writes tokens would choose what a query compares with."""
    answered = []
    for method in PAGED:
        request = REQUESTS[method.containing_service.name][method.name](world)
        person, rights = rightful(method, world)
        request.page_size = 1
        _, unsealed = paging.page_of(request, b"a key of their own").cut([0, 0], lambda _: ["\x00", {}, None])
        given = world.call(stub_method(world.access, method), request, person, rights).next_page_token
        for token in (unsealed, "x", "\u00e9", unsealed[:-8], f"{given}A" if given else "A", "A" * 4_000):
            request.page_token = token
            try:
                world.call(stub_method(world.access, method), request, person, rights)
                answered.append((method.name, token, "OK"))
            except Refused as refused:
                if (refused.code, [*refused.fields]) != ("INVALID_ARGUMENT", ["page_token"]):
                    answered.append((method.name, token, refused.code))
    assert answered == []
    assert len(PAGED) > 20


def test_no_list_of_another_agency_can_be_had_by_a_token_of_that_page(world):
    """A page token carries no right: with another parent it is refused."""
    first = world.call(
        world.access.people.ListPeople,
        person_pb.ListPeopleRequest(parent=HOME, page_size=1),
        world.lead,
        {"people.read": (HOME,)},
    )
    stolen = person_pb.ListPeopleRequest(parent=ELSEWHERE, page_size=1, page_token=first.next_page_token)
    with pytest.raises(Refused) as refused:
        world.call(world.access.people.ListPeople, stolen, world.cast.leads["alameda"], {"people.read": (ELSEWHERE,)})
    assert refused.value.fields.keys() == {"page_token"}
