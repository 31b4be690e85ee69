"""Every page, in its states: nothing that axe finds, on a large and on a small screen, light, and printable."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from playwright.sync_api import expect

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.directory.v1 import roster_service_pb2 as roster_pb
from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre.evaluation.v1 import sitting_service_pb2 as sitting_pb
from cadre.evaluation.v1 import test_service_pb2 as test_pb
from cadre.notification.v1 import checklist_service_pb2 as checklist_pb
from cadre.notification.v1 import connection_service_pb2 as connection_pb
from cadre.notification.v1 import evidence_service_pb2 as evidence_pb
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import message_service_pb2 as message_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import packet_service_pb2 as packet_pb
from cadre.notification.v1 import question_service_pb2 as question_pb
from cadre.notification.v1 import release_service_pb2 as release_pb
from cadre.notification.v1 import review_service_pb2 as review_pb
from cadre.notification.v1 import supplement_service_pb2 as supplement_pb
from cadre_cli.access import request_id
from cadre_demo import letters as walk
from cadre_demo.content import Amendment
from gateway.areas import ROUTERS
from gateway.identity import invitations
from gateway.identity.codes import Box
from servicekit import calendar
from servicekit.data.db import Database
from servicekit.testing.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

ANALYST, APPROVER, OPERATOR = "State analyst", "Approver", "Operator"
MANAGER = "Training manager"
COORDINATOR, SPECIALIST, BIG_COORDINATOR = "Coordinator, Lake", "Specialist, Lake", "Coordinator, Los Angeles"
EVIDENCE = "/letters/{letter_id}/evidence"
LETTER = "/agencies/{agency_id}/letters/{letter_id}"
LAKE, BIG = "/agencies/lake/letters/{letter}", "/agencies/los-angeles/letters/{letter}"
PIECES = "/courses/{course_id}/sections/{number}/pieces"
VERSION = "/catalogue/{course_id}/versions/{number}"
RECORD = "/agencies/{agency_id}/people/{person_id}/record"
CONNECTION = "/connections/{owner}/{connection_id}"
ROUND, REVIEW = "/letters/{letter_id}/review/{number}", "/reviews/{letter_id}/{number}/{agency_id}"
RELEASE, CHANGE_ITEM = "/releases/{release_id}", "/releases/{release_id}/items/{item_id}"
# Route of the gateway -> who looks, at which address. A route may stand several times, once for each of its states.
SWEEP = [
    ("/sign-in", "", "/sign-in"),
    ("/sign-in/invitation/{token}", "", "/sign-in/invitation/{invitation}"),
    ("/my-sign-ins", SPECIALIST, "/my-sign-ins"),
    ("/calendars-and-feeds", SPECIALIST, "/calendars-and-feeds"),
    ("/calendars-and-feeds", COORDINATOR, "/calendars-and-feeds"),
    ("/agencies/{agency_id}/people/{person_id}/sign-in", COORDINATOR, "/agencies/lake/people/{invited}/sign-in"),
    ("/operations/sign-ins", OPERATOR, "/operations/sign-ins"),
    ("/operations/sign-ins/{person_id}", OPERATOR, "/operations/sign-ins/{invited}"),
    ("/home", ANALYST, "/home"),
    ("/home", COORDINATOR, "/home"),
    ("/home", BIG_COORDINATOR, "/home"),
    ("/home", SPECIALIST, "/home"),
    ("/home", OPERATOR, "/home"),
    ("/home", APPROVER, "/home"),
    ("/home", MANAGER, "/home"),
    ("/agencies/{agency_id}/coming", COORDINATOR, "/agencies/lake/coming"),
    ("/agencies/{agency_id}/coming", BIG_COORDINATOR, "/agencies/los-angeles/coming"),
    ("/search", COORDINATOR, "/search?query=a"),
    ("/search", ANALYST, "/search?query=26"),
    ("/search", SPECIALIST, "/search"),
    ("/kept", ANALYST, "/kept"),
    ("/letters", APPROVER, "/letters"),
    ("/letters", APPROVER, "/letters?query=26"),
    ("/letters/new", ANALYST, "/letters/new"),
    ("/letters/similar", ANALYST, "/letters/similar?subject=draft"),
    ("/letters/{letter_id}", ANALYST, "/letters/{letter}"),
    ("/letters/{letter_id}", ANALYST, "/letters/{letter}?region=none"),
    ("/letters/{letter_id}", ANALYST, "/letters/{draft}"),
    ("/letters/{letter_id}", APPROVER, "/letters/{waiting}"),
    ("/letters/{letter_id}", APPROVER, "/letters/{scheduled}"),
    ("/letters/{letter_id}", APPROVER, "/letters/{withdrawn}"),
    ("/letters/{letter_id}/withdraw", APPROVER, "/letters/{letter}/withdraw"),
    ("/letters/{letter_id}/history", APPROVER, "/letters/{withdrawn}/history"),
    ("/letters/{letter_id}/history", APPROVER, "/letters/{scheduled}/history"),
    ("/letters/{letter_id}/edit", ANALYST, "/letters/{draft}/edit"),
    ("/letters/{letter_id}/edit/{step}", ANALYST, "/letters/{draft}/edit/letter"),
    ("/letters/{letter_id}/edit/{step}", ANALYST, "/letters/{draft}/edit/change"),
    ("/letters/{letter_id}/edit/{step}", ANALYST, "/letters/{draft}/edit/who"),
    ("/letters/{letter_id}/edit/{step}", ANALYST, "/letters/{draft}/edit/ask"),
    ("/letters/{letter_id}/edit/{step}", ANALYST, "/letters/{draft}/edit/review"),
    ("/letters/{letter_id}/delete", ANALYST, "/letters/{draft}/delete"),
    ("/letters/{letter_id}/edit", ANALYST, "/letters/{returned}/edit"),
    ("/letters/{letter_id}/files", ANALYST, "/letters/{draft}/files"),
    ("/letters/{letter_id}/preview", ANALYST, "/letters/{draft}/preview"),
    ("/letters/{letter_id}/edit/{step}", ANALYST, "/letters/{amendment}/edit/letter"),
    ("/letters/{letter_id}/edit/{step}", ANALYST, "/letters/{amendment}/edit/amendment"),
    ("/letters/{letter_id}/edit/{step}", ANALYST, "/letters/{amendment}/edit/review"),
    ("/letters/{letter_id}", APPROVER, "/letters/{amended}"),
    ("/letters/{letter_id}/history", ANALYST, "/letters/{amended}/history"),
    ("/training/{letter_id}/versions", SPECIALIST, "/training/{amended}/versions"),
    ("/training/{letter_id}/versions", ANALYST, "/training/{letter}/versions"),
    ("/training/{letter_id}/versions/{number}", SPECIALIST, "/training/{amended}/versions/1"),
    ("/training/{letter_id}/changes", SPECIALIST, "/training/{amended}/changes?since=1"),
    ("/training/{letter_id}/changes", COORDINATOR, "/training/{amended}/changes?since=2"),
    ("/letters/{letter_id}/review", ANALYST, "/letters/{draft}/review"),
    ("/letters/{letter_id}/review", ANALYST, "/letters/{reviewed}/review"),
    (ROUND, ANALYST, "/letters/{reviewed}/review/1"),
    (ROUND + "/table", APPROVER, "/letters/{reviewed}/review/1/table"),
    (ROUND + "/comments/{comment_id}", ANALYST, "/letters/{reviewed}/review/1/comments/{comment}"),
    ("/reviews", COORDINATOR, "/reviews"),
    ("/reviews", SPECIALIST, "/reviews"),
    (REVIEW, COORDINATOR, "/reviews/{reviewed}/1/lake"),
    (REVIEW, BIG_COORDINATOR, "/reviews/{reviewed}/1/los-angeles"),
    (REVIEW + "/comment", BIG_COORDINATOR, "/reviews/{reviewed}/1/los-angeles/comment?passage=2"),
    (REVIEW + "/readers", BIG_COORDINATOR, "/reviews/{reviewed}/1/los-angeles/readers"),
    ("/agencies/{agency_id}/mail-hours", COORDINATOR, "/agencies/lake/mail-hours"),
    ("/ladders", ANALYST, "/ladders"),
    ("/ladders/state", ANALYST, "/ladders/state"),
    ("/ladders/series/{series}", ANALYST, "/ladders/series/CSSP"),
    ("/letters/{letter_id}/ladder", ANALYST, "/letters/{letter}/ladder"),
    ("/letters/{letter_id}/ladder", APPROVER, "/letters/{letter}/ladder"),
    ("/approval-stages", APPROVER, "/approval-stages"),
    ("/approval-stages/new", APPROVER, "/approval-stages/new?series=CSSP&kind=policy"),
    ("/approval-stages/{series}/{kind}", APPROVER, "/approval-stages/CSSP/policy"),
    ("/letters/{letter_id}/forecast", ANALYST, "/letters/{letter}/forecast"),
    ("/letters/{letter_id}/map", ANALYST, "/letters/{letter}/map"),
    ("/letters/{letter_id}/map", ANALYST, "/letters/{letter}/map?show=confirmed"),
    ("/letters/{letter_id}/print", ANALYST, "/letters/{letter}/print"),
    ("/letters/{letter_id}/text", ANALYST, "/letters/{letter}/text"),
    ("/letters/{letter_id}/included", ANALYST, "/letters/{letter}/included"),
    ("/letters/{letter_id}/history", ANALYST, "/letters/{letter}/history"),
    ("/questions", ANALYST, "/questions"),
    ("/record/looked-at", SPECIALIST, "/record/looked-at"),
    ("/agencies/{agency_id}/looked-at", COORDINATOR, "/agencies/lake/looked-at"),
    ("/agencies/{agency_id}/looked-at", BIG_COORDINATOR, "/agencies/los-angeles/looked-at"),
    ("/looked-at", MANAGER, "/looked-at"),
    ("/looked-at", OPERATOR, "/looked-at"),
    ("/packets/{owner}", COORDINATOR, "/packets/lake"),
    ("/packets/{owner}", ANALYST, "/packets/state"),
    ("/packets/{owner}", BIG_COORDINATOR, "/packets/los-angeles"),
    ("/packets/{owner}/new", COORDINATOR, "/packets/lake/new"),
    ("/packets/{owner}/new", ANALYST, "/packets/state/new"),
    ("/packets/{owner}/{of}/{packet_id}", COORDINATOR, "/packets/lake/lake/{packet}"),
    ("/packets/{owner}/{of}/{packet_id}", ANALYST, "/packets/state/state/{state_packet}"),
    ("/packets/{owner}/{of}/{packet_id}", BIG_COORDINATOR, "/packets/los-angeles/state/{state_packet}"),
    ("/packets/{owner}/{of}/{packet_id}/close", COORDINATOR, "/packets/lake/lake/{packet}/close"),
    ("/training/packets/{owner}/{packet_id}", SPECIALIST, "/training/packets/lake/{packet}"),
    ("/training/packets/{owner}/{packet_id}", SPECIALIST, "/training/packets/state/{state_packet}"),
    ("/letters/{letter_id}/questions", ANALYST, "/letters/{letter}/questions"),
    ("/letters/{letter_id}/questions", COORDINATOR, "/letters/{letter}/questions"),
    ("/letters/{letter_id}/questions", SPECIALIST, "/letters/{withdrawn}/questions"),
    ("/letters/{letter_id}/questions/{question_id}", ANALYST, "/letters/{letter}/questions/{question}"),
    ("/letters/{letter_id}/questions/{question_id}", COORDINATOR, "/letters/{letter}/questions/{question}"),
    ("/letters/{letter_id}/clarify", ANALYST, "/letters/{letter}/clarify?question={question}"),
    ("/letters/{letter_id}/checklists", ANALYST, "/letters/{letter}/checklists"),
    ("/letters/{letter_id}/checklists", ANALYST, "/letters/{letter}/checklists?only=done"),
    (LETTER + "/does-not-apply", COORDINATOR, LAKE + "/does-not-apply"),
    (LETTER + "/does-not-apply", COORDINATOR, "/agencies/lake/letters/{withdrawn}/does-not-apply"),
    (LETTER + "/does-not-apply", BIG_COORDINATOR, "/agencies/los-angeles/letters/{letter}/does-not-apply"),
    (LETTER + "/our-date", COORDINATOR, LAKE + "/our-date"),
    (LETTER + "/our-date", COORDINATOR, "/agencies/lake/letters/{withdrawn}/our-date"),
    (LETTER + "/addition", COORDINATOR, LAKE + "/addition"),
    (LETTER + "/addition", COORDINATOR, "/agencies/lake/letters/{withdrawn}/addition"),
    (LETTER + "/addition", BIG_COORDINATOR, "/agencies/los-angeles/letters/{letter}/addition"),
    (LETTER + "/checklist", COORDINATOR, LAKE + "/checklist"),
    (LETTER + "/checklist", COORDINATOR, "/agencies/lake/letters/{withdrawn}/checklist"),
    (LETTER + "/checklist", BIG_COORDINATOR, "/agencies/los-angeles/letters/{letter}/checklist"),
    ("/letters/{letter_id}/evidence", ANALYST, "/letters/{letter}/evidence"),
    ("/letters/{letter_id}/evidence", ANALYST, "/letters/{amended}/evidence?version=2"),
    (LETTER + "/evidence", COORDINATOR, LAKE + "/evidence"),
    (LETTER + "/evidence", BIG_COORDINATOR, BIG + "/evidence"),
    (
        "/letters/{letter_id}/evidence/packets/{packet_id}",
        ANALYST,
        "/letters/{letter}/evidence/packets/{state_evidence}",
    ),
    (LETTER + "/evidence/packets/{packet_id}", COORDINATOR, LAKE + "/evidence/packets/{lake_evidence}"),
    ("/agencies/{agency_id}/letters", COORDINATOR, "/agencies/lake/letters"),
    ("/agencies/{agency_id}/letters", COORDINATOR, "/agencies/lake/letters?show=withdrawn"),
    (LETTER, COORDINATOR, LAKE),
    (LETTER, COORDINATOR, "/agencies/lake/letters/{withdrawn}"),
    (LETTER, BIG_COORDINATOR, BIG),
    (LETTER, BIG_COORDINATOR, BIG + "?unit=all"),
    (
        LETTER + "/briefing",
        BIG_COORDINATOR,
        BIG + "/briefing",
    ),
    (LETTER + "/briefing/file", COORDINATOR, LAKE + "/briefing/file"),
    (LETTER, BIG_COORDINATOR, BIG + "?unit=none&standing=not-started"),
    (LETTER + "/briefing", COORDINATOR, LAKE + "/briefing?kind=elsewhere"),
    (LETTER + "/mistake", COORDINATOR, LAKE + "/mistake"),
    (
        LETTER + "/sign-in-sheet",
        BIG_COORDINATOR,
        BIG + "/sign-in-sheet",
    ),
    (
        LETTER + "/people/{person_id}",
        COORDINATOR,
        LAKE + "/people/{worker}",
    ),
    ("/training", SPECIALIST, "/training"),
    ("/training/letters", SPECIALIST, "/training/letters"),
    ("/record", SPECIALIST, "/record"),
    ("/record", BIG_COORDINATOR, "/record?year=0"),
    ("/record/print", BIG_COORDINATOR, "/record/print"),
    (RECORD, COORDINATOR, "/agencies/lake/people/{worker}/record"),
    (RECORD + "/print", COORDINATOR, "/agencies/lake/people/{worker}/record/print"),
    ("/training/letters", SPECIALIST, "/training/letters?query=nothing-has-this-word"),
    ("/in-force", SPECIALIST, "/in-force?on=2027-12-31"),
    ("/in-force", SPECIALIST, "/in-force?rule=Family+Code+4058"),
    ("/in-force/topic", SPECIALIST, "/in-force/topic?topic=Systems"),
    ("/training/{letter_id}", COORDINATOR, "/training/{letter}"),
    ("/training/{letter_id}", COORDINATOR, "/training/{withdrawn}"),
    ("/training/{letter_id}", BIG_COORDINATOR, "/training/{letter}"),
    ("/training/{letter_id}/letter", SPECIALIST, "/training/{letter}/letter"),
    ("/training/{letter_id}/why", SPECIALIST, "/training/{letter}/why"),
    ("/training/{letter_id}/course", BIG_COORDINATOR, "/training/{letter}/course"),
    ("/training/{letter_id}/course/{number}", BIG_COORDINATOR, "/training/{letter}/course/2"),
    ("/training/{letter_id}/course/{number}", BIG_COORDINATOR, "/training/{letter}/course/4"),
    ("/training/{letter_id}/test", BIG_COORDINATOR, "/training/{letter}/test"),
    ("/training/{letter_id}/test/{sitting_id}", BIG_COORDINATOR, "/training/{letter}/test/{failed}"),
    ("/training/{letter_id}/test/{sitting_id}", BIG_COORDINATOR, "/training/{letter}/test/{passed}"),
    ("/training/{letter_id}/test/{sitting_id}", BIG_COORDINATOR, "/training/{letter}/test/{open}"),
    ("/training/{letter_id}/done", BIG_COORDINATOR, "/training/{letter}/done"),
    ("/training/{letter_id}/reaction", BIG_COORDINATOR, "/training/{letter}/reaction"),
    ("/quality", MANAGER, "/quality"),
    ("/quality/{course_id}", MANAGER, "/quality/{course}"),
    ("/agencies/{agency_id}/quality", COORDINATOR, "/agencies/lake/quality"),
    ("/agencies/{agency_id}/people", BIG_COORDINATOR, "/agencies/los-angeles/people"),
    ("/agencies/{agency_id}/people", BIG_COORDINATOR, "/agencies/los-angeles/people?unit=all&sort=-start_date"),
    ("/agencies/{agency_id}/people/numbers", COORDINATOR, "/agencies/lake/people/numbers"),
    ("/agencies/{agency_id}/people", COORDINATOR, "/agencies/lake/people?query=nobody-has-this-name"),
    ("/agencies/{agency_id}/people", COORDINATOR, "/agencies/lake/people?do=left"),
    ("/agencies/{agency_id}/people", COORDINATOR, "/agencies/lake/people?only=left"),
    ("/agencies/{agency_id}/people/new", COORDINATOR, "/agencies/lake/people/new"),
    ("/agencies/{agency_id}/addresses", COORDINATOR, "/agencies/lake/addresses"),
    ("/agencies/{agency_id}/mailing-list", COORDINATOR, "/agencies/lake/mailing-list"),
    ("/agencies/{agency_id}/training", COORDINATOR, "/agencies/lake/training"),
    ("/agencies/{agency_id}/people/{person_id}", COORDINATOR, "/agencies/lake/people/{worker}"),
    ("/calendar", MANAGER, "/calendar?year=2027"),
    ("/calendar", MANAGER, "/calendar?year=2036"),
    ("/calendar", SPECIALIST, "/calendar?year=2028"),
    ("/calendar/{day}", MANAGER, "/calendar/2027-11-11"),
    ("/agencies/{agency_id}/calendar", COORDINATOR, "/agencies/lake/calendar?year=2027"),
    ("/agencies/{agency_id}/units", COORDINATOR, "/agencies/lake/units"),
    ("/agencies/{agency_id}/units", COORDINATOR, "/agencies/lake/units?day=1990-01-01"),
    ("/agencies/{agency_id}/units", BIG_COORDINATOR, "/agencies/los-angeles/units"),
    ("/agencies/{agency_id}/units/{unit_id}", BIG_COORDINATOR, "/agencies/los-angeles/units/enforcement"),
    ("/agencies/{agency_id}/units/{unit_id}", COORDINATOR, "/agencies/lake/units/enforcement"),
    ("/agencies/{agency_id}/units/{unit_id}", COORDINATOR, "/agencies/lake/units/intake"),
    ("/agencies/{agency_id}/units/{unit_id}/lead", COORDINATOR, "/agencies/lake/units/enforcement/lead"),
    (
        "/agencies/{agency_id}/units/{unit_id}/lead",
        BIG_COORDINATOR,
        "/agencies/los-angeles/units/outreach/lead?query=a",
    ),
    ("/agencies/{agency_id}/roster", COORDINATOR, "/agencies/lake/roster"),
    ("/agencies/{agency_id}/roster/{import_id}", COORDINATOR, "/agencies/lake/roster/{imported}"),
    ("/agencies/{agency_id}/roster/{import_id}", COORDINATOR, "/agencies/lake/roster/{checked}"),
    ("/catalogue", SPECIALIST, "/catalogue"),
    ("/catalogue", MANAGER, "/catalogue?query=nothing-is-called-so"),
    ("/catalogue", SPECIALIST, "/catalogue?offer=elsewhere"),
    ("/catalogue", SPECIALIST, "/catalogue?offer=archived"),
    ("/catalogue/{course_id}", SPECIALIST, "/catalogue/{course}"),
    ("/catalogue/{course_id}", SPECIALIST, "/catalogue/{elsewhere}"),
    ("/catalogue/{course_id}", MANAGER, "/catalogue/{begun}"),
    ("/catalogue/{course_id}/versions/{number}", SPECIALIST, "/catalogue/{course}/versions/1"),
    ("/courses/new", MANAGER, "/courses/new"),
    ("/courses/{course_id}/edit", MANAGER, "/courses/{course}/edit"),
    ("/courses/{course_id}/edit", MANAGER, "/courses/{begun}/edit"),
    ("/courses/{course_id}/sections/{number}", MANAGER, "/courses/{course}/sections/1"),
    ("/courses/{course_id}/sections/{number}", MANAGER, "/courses/{begun}/sections/1"),
    (PIECES + "/new/{kind}", MANAGER, "/courses/{course}/sections/1/pieces/new/picture"),
    (PIECES + "/new/{kind}", MANAGER, "/courses/{course}/sections/1/pieces/new/recording"),
    (PIECES + "/new/{kind}", MANAGER, "/courses/{course}/sections/1/pieces/new/download"),
    (PIECES + "/{piece_number}", MANAGER, "/courses/{course}/sections/2/pieces/1"),
    (PIECES + "/{piece_number}", MANAGER, "/courses/{course}/sections/4/pieces/1"),
    ("/courses/{course_id}/preview", MANAGER, "/courses/{course}/preview?section=4"),
    ("/courses/{course_id}/preview", MANAGER, "/courses/{begun}/preview"),
    ("/courses/{course_id}/issue", MANAGER, "/courses/{course}/issue"),
    ("/courses/{course_id}/issue", MANAGER, "/courses/{begun}/issue"),
    ("/tests", MANAGER, "/tests"),
    ("/tests", MANAGER, "/tests?query=nothing-is-called-so"),
    ("/tests/new", MANAGER, "/tests/new"),
    ("/tests/{test_id}/edit", MANAGER, "/tests/{test}/edit"),
    ("/tests/{test_id}/edit", MANAGER, "/tests/{begun}/edit"),
    ("/tests/{test_id}/questions/{number}", MANAGER, "/tests/{test}/questions/2"),
    ("/tests/{test_id}/questions/{number}", MANAGER, "/tests/{begun}/questions/1"),
    ("/tests/{test_id}/try", MANAGER, "/tests/{test}/try"),
    ("/tests/{test_id}/try", MANAGER, "/tests/{begun}/try"),
    ("/tests/{test_id}/issue", MANAGER, "/tests/{test}/issue"),
    ("/tests/{test_id}/issue", MANAGER, "/tests/{begun}/issue"),
    ("/tests/{test_id}/versions/{number}", MANAGER, "/tests/{test}/versions/1"),
    ("/operations", OPERATOR, "/operations"),
    ("/operations/dead-letters", OPERATOR, "/operations/dead-letters?settled=show"),
    ("/operations/jobs", OPERATOR, "/operations/jobs"),
    ("/operations/rebuilds", OPERATOR, "/operations/rebuilds"),
    ("/operations/audits", OPERATOR, "/operations/audits"),
    ("/operations/mail", OPERATOR, "/operations/mail"),
    ("/operations/mail", OPERATOR, "/operations/mail?state=failed"),
    ("/operations/mail/caught", OPERATOR, "/operations/mail/caught"),
    ("/operations/mail/caught/{mail_id}", OPERATOR, "/operations/mail/caught/{mail}"),
    ("/connections/{owner}", OPERATOR, "/connections/state"),
    ("/connections/{owner}", COORDINATOR, "/connections/lake"),
    ("/connections/{owner}", ANALYST, "/connections/state"),
    ("/connections/{owner}/guide", COORDINATOR, "/connections/lake/guide"),
    ("/connections/{owner}/new", COORDINATOR, "/connections/lake/new"),
    (CONNECTION, COORDINATOR, "/connections/lake/{connection}"),
    (CONNECTION + "/change", COORDINATOR, "/connections/lake/{connection}/change"),
    (CONNECTION + "/delete", COORDINATOR, "/connections/lake/{connection}/delete"),
    (CONNECTION + "/{call_id}", COORDINATOR, "/connections/lake/{connection}/{call}"),
    ("/messages", COORDINATOR, "/messages"),
    ("/messages", OPERATOR, "/messages"),
    ("/messages/choices", SPECIALIST, "/messages/choices"),
    (LETTER + "/remind", COORDINATOR, LAKE + "/remind"),
    (LETTER + "/remind", BIG_COORDINATOR, BIG + "/remind"),
    (LETTER + "/remind", COORDINATOR, "/agencies/lake/letters/{withdrawn}/remind"),
    ("/releases", ANALYST, "/releases"),
    ("/releases", SPECIALIST, "/releases"),
    ("/releases/new", ANALYST, "/releases/new"),
    (RELEASE, ANALYST, "/releases/{release}"),
    (RELEASE, ANALYST, "/releases/{release}?area=Financial"),
    (RELEASE, APPROVER, "/releases/{decided}"),
    (RELEASE, COORDINATOR, "/releases/{decided}"),
    (RELEASE + "/edit", ANALYST, "/releases/{release}/edit"),
    (RELEASE + "/agencies/{agency_id}", COORDINATOR, "/releases/{decided}/agencies/lake"),
    (RELEASE + "/agencies/{agency_id}", BIG_COORDINATOR, "/releases/{decided}/agencies/los-angeles"),
    (RELEASE + "/print", COORDINATOR, "/releases/{decided}/print"),
    (RELEASE + "/items/new", ANALYST, "/releases/{release}/items/new"),
    (CHANGE_ITEM, ANALYST, "/releases/{release}/items/CR-1"),
    (CHANGE_ITEM, SPECIALIST, "/releases/{decided}/items/CR-1"),
    (CHANGE_ITEM + "/edit", ANALYST, "/releases/{release}/items/CR-1/edit"),
    (RELEASE + "/file", ANALYST, "/releases/{release}/file"),
    (RELEASE + "/announce", ANALYST, "/releases/{release}/announce"),
    (RELEASE + "/decide", APPROVER, "/releases/{decided}/decide"),
    (RELEASE + "/decide", ANALYST, "/releases/{release}/decide"),
    (RELEASE + "/live", ANALYST, "/releases/{decided}/live"),
    (RELEASE + "/cancel", APPROVER, "/releases/{release}/cancel"),
]

# Routes that answer with a file: other tests fetch them.
DOWNLOADS = {
    *("/agencies/{agency_id}/people/file", "/agencies/{agency_id}/people/list.csv"),
    "/agencies/{agency_id}/roster/template",
    "/agencies/{agency_id}/coming.csv",
    *(
        "/letters/{letter_id}/agencies.csv",
        LETTER + "/people.csv",
        *(f"{at}/evidence/coverage.csv" for at in ("/letters/{letter_id}", LETTER)),
        *(f"{at}/evidence/signatures.csv" for at in ("/letters/{letter_id}", LETTER)),
        "/packets/{owner}/{of}/{packet_id}/people.csv",
        *("/agencies/{agency_id}/looked-at.csv", "/looked-at.csv"),
        *(LETTER + "/checklist.csv", "/letters/{letter_id}/checklists.csv", "/letters/{letter_id}/forecast.csv"),
        *(f"{at}/evidence/packets/{{packet_id}}/packet.zip" for at in ("/letters/{letter_id}", LETTER)),
        ROUND + "/comments.csv",
        "/files/{letter_id}/{file_id}",
    ),
    # On the way to a provider and back.
    *("/sign-in/with/{slug}", "/sign-in/with/{slug}/back", "/sign-out/at/{slug}"),
    *(f"{at}/media/{{sha256}}" for at in (VERSION, "/courses/{course_id}")),
    *(f"{at}/captions/{{section}}/{{piece}}" for at in (VERSION, "/courses/{course_id}")),
    "/courses/uploads/{upload_id}",
    *(RELEASE + "/items.csv", RELEASE + "/template.csv", RELEASE + "/agencies/{agency_id}/items.csv"),
    *("/in-force/letters.csv", "/record.csv", RECORD + ".csv", "/quality/courses.csv"),
    *("/feeds/{token}/letters.atom", "/feeds/{token}/dates.ics"),
    # A mail as it looks, under a policy of its own.
    "/operations/mail/caught/{mail_id}/html",
}


def chosen(question, *, right):
    """Options that are right, or not; one of them where one may be chosen."""
    options = [n for n, choice in enumerate(question.choices) if choice.correct is right]
    return options if question.kind == "multiple" else options[:1]


def begun(access, manager):
    """A course and a test of which only the titles are written, and a course that a source describes."""
    ask = access.ask
    course = course_pb.CreateCourseRequest(
        course_id="only-begun",
        course=course_pb.Course(title="Only begun"),
        request_id=request_id("sweep", "course"),
    )
    ask(access.courses.CreateCourse, course, person=manager)
    test = test_pb.CreateTestRequest(
        test_id="only-begun", test=test_pb.Test(title="Only begun"), request_id=request_id("sweep", "test")
    )
    ask(access.tests.CreateTest, test, person=manager)
    source = "https://public.example.org/paternity-establishment-computer-based-training-course"
    described = course_pb.Course(
        name="courses/described", title="Described elsewhere", provider="Somebody else", source_url=source
    )
    brought = course_pb.ImportCatalogueRequest(courses=[described], request_id=request_id("sweep", "catalogue"))
    ask(access.courses.ImportCatalogue, brought)
    return {"begun": "only-begun", "elsewhere": "described"}


def invited(cadre, person, actor):
    """Somebody with an invitation that is open."""
    database = Database(cadre.databases["gateway"].replace("postgresql://", "postgresql+psycopg://"), pool_size=1)
    token = invitations.issue(
        database, Box(cadre.keys_dir), person=person, staff_number="LK-1", actor=actor, at=datetime.now(UTC)
    )
    database.dispose()
    return {"invitation": token, "invited": person.removeprefix("people/")}


@pytest.fixture(scope="module")
def things(cadre, letter, letters, issued):
    """What the addresses name: a letter in each state; a test not passed, passed and open; a roster file."""
    access, notice = cadre.access, f"notices/{letter}"
    ask = access.ask
    out = ask(access.notices.GetNotice, notice_pb.GetNoticeRequest(name=notice), person=cadre.cast.analyst)
    made = dict(letters) | {"amended": issued("A letter that is amended")}
    model = notice_pb.Notice(name=f"notices/{made['amended']}")
    for amendment in (Amendment("A word.", after="The same, in other words."), Amendment("Days.", after="In 5 days.")):
        model = walk.amend(access, cadre.cast, model, amendment)
    made["amendment"] = walk.begin_amendment(access, cadre.cast, model).name.removeprefix("notices/")
    personas = ask(access.sign_ins.ListPersonas, sign_in_pb.ListPersonasRequest()).personas
    by_part = {persona.part: persona.person for persona in personas}
    person, worker = by_part["large-coordinator"], by_part["learner"]
    confirm = inbox_pb.ConfirmNoticeRequest(notice=notice, text_sha256=out.text_sha256, request_id=request_id("sweep"))
    ask(access.inbox.ConfirmNotice, confirm, person=person)
    own = ask(access.assignments.GetAssignment, assignment_pb.GetAssignmentRequest(name=notice), person=person)
    course = ask(
        access.courses.GetCourseVersion,
        course_pb.GetCourseVersionRequest(name=own.course_version),
        person=person,
    )
    for state, right in (("failed", False), ("passed", True), ("open", None)):
        again = request_id("sweep", state)
        start = sitting_pb.StartSittingRequest(test_version=course.test_version, request_id=again)
        sitting = ask(access.sittings.StartSitting, start, person=person)
        if right is not None:
            answers = [
                sitting_pb.Answer(options=chosen(question, right=right)) for question in cadre.content.test.question
            ]
            send = sitting_pb.SubmitSittingRequest(name=sitting.name, answers=answers, request_id=again)
            ask(access.sittings.SubmitSitting, send, person=person)
        made[state] = sitting.name.removeprefix("sittings/")
    made |= invited(cadre, worker, by_part["coordinator"])
    made |= begun(access, by_part["training-manager"])
    lead = cadre.cast.leads["lake"]
    create = roster_pb.CreateRosterImportRequest(
        parent="agencies/lake", dry_run=True, request_id=request_id("sweep", "roster")
    )
    roster = ask(access.rosters.CreateRosterImport, create, person=lead)
    made["checked"] = checked_roster(access, lead)
    made["mail"] = caught_mail(access)
    made |= connected(access, by_part["coordinator"])
    made |= reviewed(access, cadre.cast, by_part)
    listed(access, notice, by_part["coordinator"])
    made |= {"release": released(access, cadre.cast), "decided": released(access, cadre.cast, decided=True)}
    made |= proven(cadre, notice, by_part["coordinator"])
    made["question"] = asked(cadre, notice, by_part["coordinator"])
    made |= packed(access, by_part, [notice, f"notices/{made['amended']}"])
    yield made | {
        "course": own.course_version.split("/")[1],
        "test": course.test_version.split("/")[1],
        "letter": letter,
        "worker": worker.removeprefix("people/"),
        "imported": roster.name.removeprefix("rosterImports/"),
    }
    # What it left on lists is off them.
    over = review_pb.CloseReviewRequest(
        name=f"notices/{made['reviewed']}/reviews/1", reason="Looked at", request_id=request_id("sweep", "over")
    )
    ask(access.reviews.CloseReview, over, person=cadre.cast.analyst)


def listed(access, notice, coordinator):
    """A checklist with an item that is done, one blocked, one of the agency's own; and what it adds to the letter."""
    item = checklist_pb.ChecklistItem
    own = checklist_pb.AddChecklistItemRequest(
        parent="agencies/lake", notice=notice, title="Tell the clerks", request_id=request_id("sweep", "own-item")
    )
    items = access.ask(access.checklists.AddChecklistItem, own, person=coordinator).items
    etags = {one.item: one.etag for one in items}
    said = [
        item(item="forms-replaced", state=item.DONE, etag=etags["forms-replaced"]),
        item(item="roles-set", state=item.BLOCKED, reason="No role yet", etag=etags["roles-set"]),
    ]
    change = checklist_pb.UpdateChecklistRequest(
        parent="agencies/lake", notice=notice, items=said, request_id=request_id("sweep", "checklist")
    )
    access.ask(access.checklists.UpdateChecklist, change, person=coordinator)
    write = supplement_pb.WriteSupplementRequest(
        parent="agencies/lake",
        notice=notice,
        text="Ask your lead before you file.\n\n- on Mondays\n- on Tuesdays",
        request_id=request_id("sweep", "supplement"),
    )
    access.ask(access.supplements.WriteSupplement, write, person=coordinator)


def asked(cadre, notice, coordinator):
    """A question that waits, and one that was answered, with a clarification and the one whose place it took."""
    ask, questions, analyst = cadre.access.ask, cadre.access.questions, cadre.cast.analyst
    names = [
        ask(
            questions.AskQuestion,
            question_pb.AskQuestionRequest(
                parent=notice, section=section, text=text, request_id=request_id("sweep", "ask", text)
            ),
            person=coordinator,
        ).name
        for section, text in (("", "Who tells the court?"), ("staff_action", "Does this hold for closed cases?"))
    ]
    answered = question_pb.AnswerQuestionRequest(
        name=names[1], text="Only for those of this year.", request_id=request_id("sweep", "answer")
    )
    ask(questions.AnswerQuestion, answered, person=analyst)
    before = ""
    for text in ("It holds for closed cases.", "It holds for cases that were closed this year."):
        clarify = question_pb.CreateClarificationRequest(
            parent=notice,
            section="staff_action",
            text=text,
            question=names[1],
            supersedes=before,
            request_id=request_id("sweep", "clarify", text),
        )
        before = ask(questions.CreateClarification, clarify, person=analyst).name
    return names[1].rpartition("/")[2]


def packed(access, by_part, notices):
    """A packet of Lake, of which one letter is confirmed, and one of the state."""
    made = {}
    for name, parent, person in (
        ("packet", "agencies/lake", by_part["coordinator"]),
        ("state_packet", "state", by_part["analyst"]),
    ):
        create = packet_pb.CreatePacketRequest(
            parent=parent, title="Letters to confirm", notices=notices, request_id=request_id("sweep", name)
        )
        made[name] = access.ask(access.packets.CreatePacket, create, person=person).name.rpartition("/")[2]
    return made


def proven(cadre, notice, coordinator):
    """Packets of evidence: one of the state, one of an agency."""
    found = {}
    for key, agency, person in (("state", "", cadre.cast.analyst), ("lake", "agencies/lake", coordinator)):
        create = evidence_pb.CreateEvidencePacketRequest(
            parent=notice, agency=agency, request_id=request_id("sweep", "packet", key)
        )
        packet = cadre.access.ask(cadre.access.evidence.CreateEvidencePacket, create, person=person)
        found[f"{key}_evidence"] = packet.name.rpartition("/")[2]
    return found


def connected(access, coordinator):
    """A connection of which nothing is told, with a test that nobody answers."""
    given = connection_pb.Connection(
        title="Our intranet", address="https://hooks.example.com/cadre", kinds=["letter.withdrawn"]
    )
    create = connection_pb.CreateConnectionRequest(
        parent="agencies/lake", connection=given, request_id=request_id("sweep", "connection")
    )
    name = access.ask(access.connections.CreateConnection, create, person=coordinator).connection.name
    test = connection_pb.TestConnectionRequest(name=name, request_id=request_id("sweep", "call"))
    call = access.ask(access.connections.TestConnection, test, person=coordinator).name
    off = connection_pb.SwitchConnectionRequest(name=name, on=False, request_id=request_id("sweep", "off"))
    access.ask(access.connections.SwitchConnection, off, person=coordinator)
    return {"connection": name.rpartition("/")[2], "call": call.rpartition("/")[2]}


def reviewed(access, cast, by_part):
    """A draft under review: one agency sent a comment, another one writes."""
    letter = notice_pb.Notice(
        series="CSSP",
        subject="A draft that agencies review",
        change="A complaint no longer presumes full-time work.",
        body="Try three times to reach the person.\n\n- Write down each try\n- Look at the order",
        demonstration=True,
    )
    create = notice_pb.CreateNoticeRequest(notice=letter, request_id=request_id("sweep", "reviewed"))
    draft = access.ask(access.notices.CreateNotice, create, person=cast.analyst).name
    due = calendar.pacific_date(datetime.now(UTC)) + timedelta(days=7)
    send = review_pb.OpenReviewRequest(
        parent=draft,
        agencies=["agencies/lake", "agencies/los-angeles"],
        due_date=due.isoformat(),
        request_id=request_id("sweep", "review"),
    )
    review = access.ask(access.reviews.OpenReview, send, person=cast.analyst)
    for part, agency in (("coordinator", "agencies/lake"), ("large-coordinator", "agencies/los-angeles")):
        said = review_pb.ReviewComment(
            agency=agency,
            block=review.blocks[2].id,
            quote="three times",
            head=review_pb.ReviewComment.RESOURCES,
            kind=review_pb.ReviewComment.CLARITY,
            severity=review_pb.ReviewComment.SHOULD,
            text="Please say within which time.",
            wording="Try three times within 10 business days.",
        )
        add = review_pb.AddReviewCommentRequest(
            parent=review.name, comment=said, request_id=request_id("sweep", "comment", agency)
        )
        comment = access.ask(access.reviews.AddReviewComment, add, person=by_part[part]).name
        if part == "coordinator":
            sent = comment
            ask = review_pb.SendReviewCommentsRequest(
                name=review.name, agency=agency, request_id=request_id("sweep", "comments")
            )
            access.ask(access.reviews.SendReviewComments, ask, person=by_part[part])
    return {"reviewed": draft.removeprefix("notices/"), "comment": sent.rpartition("/")[2]}


def released(access, cast, *, decided=False):
    """A release with two items and a draft about one of them; announced, and of no-go and go, if *decided*."""
    ask, releases = access.ask, access.releases

    def again(step):
        return request_id("sweep", "release", decided, step)

    days = [calendar.pacific_date(datetime.now(UTC)) + timedelta(days=n) for n in (-20, 30, 200, 198, 205)]
    named = ("test_date", "training_date", "production_date", "freeze_from_date", "freeze_to_date")
    said = release_pb.Release(
        kind=release_pb.Release.MAJOR,
        number="CCSAS 99.2" if decided else "CCSAS 99.1",
        title="A release that is swept",
        summary="What comes.",
        demonstration=True,
        **dict(zip(named, map(str, days), strict=True)),
    )
    create = release_pb.CreateReleaseRequest(release=said, request_id=again("plan"))
    made = ask(releases.CreateRelease, create, person=cast.analyst)
    content = (
        b"item,title,area,before,after,roles,training,workaround,workaround_ends\n"
        b"CR-1,Names print,Legal forms and documents,Lost,Printed,account-specialist,train,By hand,2090-01-02\n"
        b"CR-2,A batch is earlier,Financial,6 a.m.,4 a.m.,,read,,\n"
    )
    items = release_pb.ImportChangeItemsRequest(
        parent=made.name, content=content, etag=made.etag, request_id=again("items")
    )
    etag = ask(releases.ImportChangeItems, items, person=cast.analyst).etag
    draft = notice_pb.BeginReleaseLetterRequest(items=[f"{made.name}/items/CR-2"], request_id=again("letter"))
    ask(access.notices.BeginReleaseLetter, draft, person=cast.analyst)
    if decided:
        announce = release_pb.AnnounceReleaseRequest(name=made.name, etag=etag, request_id=again("announce"))
        etag = ask(releases.AnnounceRelease, announce, person=cast.analyst).etag
        for go in (False, True):
            decide = release_pb.DecideReleaseRequest(
                name=made.name, go=go, reason="As agencies say.", etag=etag, request_id=again(f"decide-{go}")
            )
            etag = ask(releases.DecideRelease, decide, person=cast.approver).etag
    return made.name.removeprefix("releases/")


def caught_mail(access):
    """A mail that would have gone out."""

    def caught():
        request = message_pb.ListCaughtMailRequest(page_size=1)
        return access.ask(access.messages.ListCaughtMail, request).mails

    return wait_until(caught, "mail of the letters should go within a minute", seconds=120)[0].name.split("/")[1]


def checked_roster(access, lead):
    """A file that was checked, and that names nobody at Lake but somebody new: the others are asked about."""
    ask = access.ask
    create = roster_pb.CreateRosterImportRequest(
        parent="agencies/lake", dry_run=True, request_id=request_id("sweep", "checked")
    )
    name = ask(access.rosters.CreateRosterImport, create, person=lead).name
    content = (
        b"agency,staff_number,family_name,given_name,local_title,job_class,hired_on\n"
        b"lake,T-000001,New,Nora,Officer,attorney-1,2026-10-01\n"
    )
    append = roster_pb.AppendRosterChunkRequest(
        name=name, index=0, content=content, request_id=request_id("sweep", "chunk")
    )
    ask(access.rosters.AppendRosterChunk, append, person=lead)
    run = roster_pb.RunRosterImportRequest(name=name, chunks=1, request_id=request_id("sweep", "run"))
    ask(access.rosters.RunRosterImport, run, person=lead)

    def checked():
        found = ask(access.rosters.GetRosterImport, roster_pb.GetRosterImportRequest(name=name), person=lead)
        return found.state == roster_pb.RosterImport.CHECKED

    wait_until(checked, "the file should have been checked")
    return name.removeprefix("rosterImports/")


def test_the_sweep_knows_every_page():
    routes = {route.path for router in ROUTERS for route in router.routes if "GET" in route.methods}

    assert routes - {"/"} - DOWNLOADS == {route for route, _, _ in SWEEP}


@pytest.mark.parametrize(("who", "path"), [(who, path) for _, who, path in SWEEP])
def test_a_page_has_no_fault_that_axe_finds_and_fits_every_screen(signed_in, things, who, path):
    visitor = signed_in(who)

    assert visitor.go(path.format(**things)).status == 200
    visitor.check_page()


def test_enter_in_a_field_of_any_page_does_nothing_that_cannot_be_undone(signed_in, things):
    pressed, harmful = 0, []
    for _, who, path in SWEEP:
        visitor = signed_in(who)
        visitor.go(path.format(**things))
        for field, button in visitor.sent_by_enter():
            pressed += 1
            if button is None or "data-for-good" in button:
                harmful.append(f"{path}: {field}: {button}")

    assert harmful == []
    assert pressed > 60


@pytest.mark.parametrize(
    ("who", "path", "button"),
    [
        (COORDINATOR, "/calendars-and-feeds", "Make the address"),
        (COORDINATOR, "/agencies/lake/people/new", "Add the person"),
        (COORDINATOR, "/agencies/lake/people/numbers", "Look them up"),
        (COORDINATOR, LAKE + "/briefing?select=none", "Check who was there"),
        (COORDINATOR, LAKE + "/briefing/file", "Read the file"),
        (BIG_COORDINATOR, "/training/{letter}/test/{open}", "Send my answers"),
        (APPROVER, "/letters/{waiting}", "Return with a reason"),
        (APPROVER, "/letters/{letter}/withdraw", "Withdraw the letter"),
        (ANALYST, "/letters/{draft}/files", "Add the file"),
        (MANAGER, "/calendar?year=2027", "Add the holiday"),
        (COORDINATOR, "/agencies/lake/calendar?year=2027", "Add the day"),
        (COORDINATOR, "/agencies/lake/roster", "Check the file"),
        (MANAGER, "/courses/new", "Begin the course"),
        (MANAGER, "/tests/new", "Begin the test"),
        (MANAGER, "/tests/{test}/try", "Show the result"),
    ],
)
def test_a_refused_form_has_no_fault_that_axe_finds(signed_in, things, who, path, button):
    visitor = signed_in(who)
    visitor.go(path.format(**things))
    visitor.press(button)

    visitor.sees_heading("Not yet: please look at")
    visitor.check_page()


def test_an_address_that_was_just_made_fits_every_screen(signed_in):
    visitor = signed_in(COORDINATOR)
    visitor.go("/calendars-and-feeds")
    visitor.page.get_by_label("Name").fill("Outlook at work")
    visitor.press("Make the address")

    visitor.sees_heading("The address, shown only now")
    visitor.check_page()


@pytest.mark.parametrize(
    ("who", "path"),
    [
        (BIG_COORDINATOR, BIG + "/sign-in-sheet"),
        (BIG_COORDINATOR, BIG),
        (BIG_COORDINATOR, "/training/{letter}/letter"),
        (ANALYST, "/letters/{letter}"),
        (ANALYST, "/letters/{letter}/map"),
        (ANALYST, "/letters/{letter}/print"),
    ],
)
def test_what_is_printed_says_demonstration_and_has_no_menus(signed_in, things, who, path):
    """Demand D67: what is printed is in the axe run too."""
    visitor = signed_in(who)
    visitor.go(path.format(**things))
    visitor.page.emulate_media(media="print")

    visitor.sees("DEMONSTRATION, not issued by DCSS")
    expect(visitor.page.get_by_role("navigation")).to_have_count(0)
    assert visitor.violations() == []
    visitor.page.emulate_media(media="screen")


@pytest.fixture(scope="module")
def unconfirmed(cadre, issued):
    """A letter that no agency confirmed: who did is named on its page, which is a call."""
    return issued("As many calls", notice_pb.TRAIN, course_version=cadre.course_version)


@pytest.mark.parametrize(
    ("route", "path"),
    [
        ("/agencies/{agency_id}/people", "/people?unit=all"),
        (LETTER, "/letters/{letter}?unit=all"),
        (LETTER + "/sign-in-sheet", "/letters/{letter}/sign-in-sheet"),
    ],
)
def test_a_page_makes_as_many_calls_for_a_hundred_people_as_for_twelve(signed_in, cadre, unconfirmed, route, path):
    def figures():
        """How often the page was answered so far, and the calls made for it."""
        rows = [row for row in httpx.get(cadre.gateway_metrics).text.splitlines() if f'route="{route}"' in row]
        return tuple(
            sum(float(row.rpartition(" ")[2]) for row in rows if row.startswith(f"cadre_page_calls_{what}"))
            for what in ("count", "sum")
        )

    def calls(who, agency):
        visitor, made = signed_in(who), []
        # What is asked once for a sign-in is asked the first time. What is kept for seconds may have to be asked again
        # on any of them, but not on each.
        for _ in range(4):
            pages_before, calls_before = figures()
            assert visitor.go(f"/agencies/{agency}{path}".format(letter=unconfirmed)).status == 200
            # A page is counted just after it was answered.
            wait_until(lambda: figures()[0] > pages_before, "the page is counted")  # noqa: B023 - of this turn
            made.append(figures()[1] - calls_before)
        return min(made)

    assert calls(COORDINATOR, "lake") == calls(BIG_COORDINATOR, "los-angeles") > 1
