"""The trail of disclosures: every route says whether it shows names of others, and what is shown is recorded."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import psycopg
import pytest
from starlette.datastructures import QueryParams

from cadre.directory.v1 import person_service_pb2 as person_pb
from gateway.areas import DISCLOSED, ROUTERS
from gateway.identity import disclosures
from gateway.identity.disclosures import Disclosure
from gateway.web import clients, disclosed
from gateway.web.disclosed import exports, views
from gateway.web.rights import Rights

NOON = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
# Routes that show nobody's record: the visitor's own, letters, courses, figures, and names of those who act for the
# program (who wrote, approved, leads or answers). A new route stands here, or its area declares it (`Area.discloses`).
SHOW_NOBODY = {
    "/approval-stages",
    "/approval-stages/new",
    "/approval-stages/{series}/{kind}",
    "/",
    "/agencies/{agency_id}/calendar",
    "/agencies/{agency_id}/coming.csv",
    "/agencies/{agency_id}/letters",
    "/agencies/{agency_id}/letters/{letter_id}/addition",
    "/agencies/{agency_id}/letters/{letter_id}/checklist",
    "/agencies/{agency_id}/letters/{letter_id}/checklist.csv",
    "/agencies/{agency_id}/letters/{letter_id}/does-not-apply",
    "/agencies/{agency_id}/letters/{letter_id}/more-of-our-people",
    "/agencies/{agency_id}/letters/{letter_id}/our-date",
    "/agencies/{agency_id}/letters/{letter_id}/evidence/coverage.csv",
    "/agencies/{agency_id}/letters/{letter_id}/evidence/packets/{packet_id}",
    "/letters/{letter_id}/evidence/coverage.csv",
    "/letters/{letter_id}/evidence/packets/{packet_id}",
    "/letters/{letter_id}/evidence/packets/{packet_id}/packet.zip",
    "/agencies/{agency_id}/mail-hours",
    "/agencies/{agency_id}/people/new",
    "/agencies/{agency_id}/quality",
    "/agencies/{agency_id}/roster",
    "/agencies/{agency_id}/roster/template",
    "/calendar",
    "/calendar/{day}",
    "/calendars-and-feeds",
    "/catalogue",
    "/catalogue/{course_id}",
    "/catalogue/{course_id}/versions/{number}",
    "/catalogue/{course_id}/versions/{number}/changes",
    "/catalogue/{course_id}/versions/{number}/captions/{section}/{piece}",
    "/catalogue/{course_id}/versions/{number}/media/{sha256}",
    "/catalogue/{course_id}/versions/{number}/materials/{material_id}",
    "/catalogue/{course_id}/versions/{number}/materials/{material_id}/captions",
    "/catalogue/{course_id}/versions/{number}/trainer-package.zip",
    "/committees",
    "/committees/new",
    "/committees/{slug}/decisions",
    "/committees/{slug}/decisions.csv",
    "/ballots",
    "/ballots/ballots.csv",
    "/committees/{slug}/votes",
    "/committees/{slug}/change",
    "/committees/{slug}/meetings/new",
    "/committees/{slug}/meetings/{meeting_id}/agenda",
    "/committees/{slug}/meetings/{meeting_id}/call",
    "/committees/{slug}/meetings/{meeting_id}/cancel",
    "/committees/{slug}/meetings/{meeting_id}/change",
    "/committees/{slug}/meetings/{meeting_id}/held",
    "/committees/{slug}/meetings/{meeting_id}/items/{item_id}",
    "/committees/{slug}/meetings/{meeting_id}/items/{item_id}/notes",
    "/committees/{slug}/meetings/{meeting_id}/meeting.ics",
    "/committees/{slug}/meetings/{meeting_id}/notes",
    "/committees/{slug}/meetings/{meeting_id}/papers/new",
    "/committees/{slug}/meetings/{meeting_id}/papers/{paper_id}",
    "/committees/{slug}/meetings/{meeting_id}/papers/{paper_id}/edition",
    "/committees/{slug}/meetings/{meeting_id}/papers/{paper_id}/paper.pdf",
    "/connections/{owner}",
    "/connections/{owner}/guide",
    "/connections/{owner}/new",
    "/connections/{owner}/{connection_id}",
    "/connections/{owner}/{connection_id}/change",
    "/connections/{owner}/{connection_id}/delete",
    "/connections/{owner}/{connection_id}/{call_id}",
    "/courses/new",
    "/courses/uploads/{upload_id}",
    "/courses/{course_id}/captions/{section}/{piece}",
    "/courses/{course_id}/edit",
    "/courses/{course_id}/issue",
    "/courses/{course_id}/materials/{material_id}",
    "/courses/{course_id}/materials/{material_id}/captions",
    "/courses/{course_id}/media/{sha256}",
    "/courses/{course_id}/preview",
    "/courses/{course_id}/sections/{number}",
    "/courses/{course_id}/sections/{number}/pieces/new/{kind}",
    "/courses/{course_id}/sections/{number}/pieces/{piece_number}",
    "/decisions/{decision_id}",
    "/decisions/{decision_id}/correct",
    "/decisions/{decision_id}/print",
    "/feeds/{token}/dates.ics",
    "/feeds/{token}/letters.atom",
    "/files/{letter_id}/{file_id}",
    "/in-force",
    "/in-force/letters.csv",
    "/in-force/topic",
    "/kept",
    "/ladders",
    "/ladders/series/{series}",
    "/ladders/state",
    "/letters",
    "/letters/new",
    "/letters/similar",
    "/letters/{letter_id}",
    "/letters/{letter_id}/agencies.csv",
    "/letters/{letter_id}/checklists",
    "/letters/{letter_id}/checklists.csv",
    "/letters/{letter_id}/clarify",
    "/letters/{letter_id}/delete",
    "/letters/{letter_id}/edit",
    "/letters/{letter_id}/edit/{step}",
    "/letters/{letter_id}/evidence",
    "/letters/{letter_id}/evidence/signatures.csv",
    "/letters/{letter_id}/files",
    "/letters/{letter_id}/forecast",
    "/letters/{letter_id}/forecast.csv",
    "/letters/{letter_id}/history",
    "/letters/{letter_id}/included",
    "/letters/{letter_id}/ladder",
    "/letters/{letter_id}/map",
    "/letters/{letter_id}/preview",
    "/letters/{letter_id}/print",
    "/letters/{letter_id}/review",
    "/letters/{letter_id}/review/{number}",
    "/letters/{letter_id}/review/{number}/comments.csv",
    "/letters/{letter_id}/review/{number}/comments/{comment_id}",
    "/letters/{letter_id}/review/{number}/table",
    "/letters/{letter_id}/text",
    "/letters/{letter_id}/withdraw",
    "/looked-at",
    "/looked-at.csv",
    "/messages",
    "/messages/choices",
    "/my-sign-ins",
    "/operations",
    "/operations/audits",
    "/operations/dead-letters",
    "/operations/jobs",
    "/operations/mail",
    "/operations/mail/caught",
    "/operations/mail/caught/{mail_id}",
    "/operations/mail/caught/{mail_id}/html",
    "/operations/rebuilds",
    "/packets/{owner}",
    "/packets/{owner}/new",
    "/packets/{owner}/{of}/{packet_id}/close",
    "/quality",
    "/quality/courses.csv",
    "/quality/{course_id}",
    "/organizations",
    "/organizations/list.csv",
    "/record",
    "/record.csv",
    "/record/looked-at",
    "/record/print",
    "/releases",
    "/releases/new",
    "/releases/{release_id}",
    "/releases/{release_id}/agencies/{agency_id}",
    "/releases/{release_id}/agencies/{agency_id}/items.csv",
    "/releases/{release_id}/announce",
    "/releases/{release_id}/cancel",
    "/releases/{release_id}/decide",
    "/releases/{release_id}/edit",
    "/releases/{release_id}/file",
    "/releases/{release_id}/items.csv",
    "/releases/{release_id}/items/new",
    "/releases/{release_id}/items/{item_id}",
    "/releases/{release_id}/items/{item_id}/edit",
    "/releases/{release_id}/live",
    "/releases/{release_id}/print",
    "/releases/{release_id}/template.csv",
    "/reviews",
    "/reviews/{letter_id}/{number}/{agency_id}",
    "/reviews/{letter_id}/{number}/{agency_id}/comment",
    "/rounds",
    "/rounds/{round_id}/answers/send",
    "/rounds/{round_id}/close",
    "/rounds/{round_id}/comment",
    "/rounds/{round_id}/decline",
    "/sign-in",
    "/sign-in/invitation/{token}",
    "/sign-in/with/{slug}",
    "/sign-in/with/{slug}/back",
    "/sign-out/at/{slug}",
    "/tests",
    "/tests/new",
    "/tests/{test_id}/edit",
    "/tests/{test_id}/issue",
    "/tests/{test_id}/questions/{number}",
    "/tests/{test_id}/try",
    "/tests/{test_id}/versions/{number}",
    "/training",
    "/training/letters",
    "/training/packets/{owner}/{packet_id}",
    "/training/{letter_id}",
    "/training/{letter_id}/changes",
    "/training/{letter_id}/course",
    "/training/{letter_id}/course/{number}",
    "/training/{letter_id}/done",
    "/training/{letter_id}/letter",
    "/training/{letter_id}/reaction",
    "/training/{letter_id}/test",
    "/training/{letter_id}/test/{sitting_id}",
    "/training/{letter_id}/versions",
    "/training/{letter_id}/versions/{number}",
    "/training/{letter_id}/why",
    "/works/ended",
    "/works/new",
    "/works/{work_id}/change/{part}",
    "/works/{work_id}/gate",
    "/works/{work_id}/materials",
    "/works/{work_id}/materials/materials.csv",
    "/works/{work_id}/materials/new",
    "/works/{work_id}/materials/objectives.csv",
    "/works/{work_id}/materials/trainer-rule",
    "/works/{work_id}/materials/{material_id}",
    "/works/{work_id}/materials/{material_id}/modules/{number}",
    "/works/{work_id}/materials/{material_id}/remove",
    "/works/{work_id}/materials/{material_id}/source",
    "/works/{work_id}/turn/{turn}",
    "/works/{work_id}/trace",
    "/works/{work_id}/trace/objectives/{objective_id}",
    "/works/{work_id}/trace/tasks/{task_id}",
    "/works/{work_id}/trace/trace.csv",
}
LETTER = "/agencies/{agency_id}/letters/{letter_id}"


def routes():
    return {route.path for router in ROUTERS for route in router.routes if "GET" in route.methods}


def test_every_route_says_whether_it_shows_names_of_others():
    declared = set(DISCLOSED)

    assert declared <= routes()
    assert declared & SHOW_NOBODY == set()
    assert routes() - declared == SHOW_NOBODY, "a new route declares what it discloses, or that it is nobody's record"


def test_what_is_of_a_person_of_an_agency_is_declared_wherever_it_is():
    of_people = {path for path in routes() if "/people" in path or "{person_id}" in path}
    forms = {"/agencies/{agency_id}/people/new"}

    assert of_people
    assert of_people - forms <= set(DISCLOSED)
    assert {path for path in DISCLOSED if path.endswith((".csv", "/file", ".zip"))} == {
        path for path, one in DISCLOSED.items() if one.way == disclosures.EXPORT or path == LETTER + "/briefing/file"
    }


def test_every_purpose_and_way_has_words():
    from gateway.disclosures import phrases  # noqa: PLC0415 - of this test alone

    assert {one.purpose for one in DISCLOSED.values()} <= set(phrases.PURPOSES)
    assert {one.way for one in DISCLOSED.values()} == set(phrases.WAYS)


def test_filters_and_times_are_said_in_words():
    from gateway.disclosures import phrases  # noqa: PLC0415 - of this test alone

    assert phrases.narrowed("unit=legal query=…") == "unit: legal, a search"
    assert phrases.narrowed("") == ""
    assert [phrases.kept(days) for days in (1096, 366, 731, 800)] == ["3 years", "366 days", "2 years", "800 days"]


def visit(database, route, *, actor="people/1", rights=(), grants=(), query="", seen=(), **path):
    """A visit of a page that was told of some people."""
    clients.count_calls()
    clients.seen_people().update(seen)
    me = person_pb.Me(
        person=person_pb.Person(name=actor),
        rights=[person_pb.Right(right=right, scopes=scopes) for right, scopes in rights],
        grants=[person_pb.RoleGrant(role=role, scope=scope) for role, scope in grants],
    )
    scope = {"route": SimpleNamespace(path=route), "path_params": path}
    request = SimpleNamespace(scope=scope, query_params=QueryParams(query))
    gateway = SimpleNamespace(
        settings=SimpleNamespace(disclosure_days=1096),
        database=database,
        disclosed={"/list": views("list"), "/file": exports("list"), "/person": views("a person")},
    )
    return SimpleNamespace(request=request, gateway=gateway, me=me, now=NOON, person=actor, rights=Rights(me))


@pytest.fixture
def trail(rows):
    def read():
        return rows(
            "SELECT actor, role, what, way, person, agency, people, filters, purpose FROM disclosure ORDER BY id"
        )

    return read


def test_a_list_is_recorded_with_its_agency_how_many_and_by_what_it_was_narrowed(database, trail):
    looking = visit(
        database,
        "/file",
        agency_id="lake",
        grants=[("supervisor", "agencies/yolo"), ("coordinator", "agencies/lake")],
        seen=["people/1", "people/2", "people/3"],
        query="unit=legal&query=Ana+Ruiz&page=abc&sort=name",
    )

    disclosed.record(looking)

    assert trail() == [
        ("people/1", "coordinator", "list", "EXPORT", "", "agencies/lake", 2, "unit=legal query=…", "TRAINING")
    ]


def test_a_page_of_no_agency_is_recorded_for_those_who_may_see_people(database, trail):
    looks = [("people.read", ["agencies/lake"])]
    disclosed.record(visit(database, "/list", seen=["people/2"], rights=looks))
    disclosed.record(visit(database, "/list", seen=["people/2"], rights=[("learning.do", ["self"])]))

    assert [row[5:7] for row in trail()] == [("agencies/lake", 1)]


def test_a_persons_page_is_recorded_as_theirs_and_ones_own_is_not(database, trail):
    disclosed.record(visit(database, "/person", agency_id="lake", person_id="2", seen=["people/2"]))
    disclosed.record(visit(database, "/person", agency_id="lake", person_id="1", seen=["people/1"]))

    assert [row[4:7] for row in trail()] == [("people/2", "agencies/lake", 1)]


@pytest.mark.parametrize(
    ("route", "status", "seen"),
    [
        ("/elsewhere", 200, ["people/2"]),
        ("/list", 404, ["people/2"]),
        ("/list", 403, ["people/2"]),
        ("/list", 200, []),
        ("/list", 200, ["people/1"]),
    ],
)
def test_what_shows_nobody_else_is_not_recorded(database, trail, route, status, seen):
    disclosed.record(visit(database, route, agency_id="lake", seen=seen), status)

    assert trail() == []


def test_a_page_that_cannot_be_recorded_is_not_shown(database):
    database.dispose()
    with psycopg.connect(database.url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("ALTER TABLE disclosure RENAME TO gone")

    with pytest.raises(Exception, match="disclosure"):
        disclosed.record(visit(database, "/list", agency_id="lake", seen=["people/2"]))


def test_the_trail_is_never_changed_and_is_forgotten_after_its_time_alone(database, rows):
    one = Disclosure("people/1", "", "list", "VIEW", "", "agencies/lake", 2, "", "TRAINING")
    now = datetime.now(UTC)
    for days in (400, 300, 0):
        disclosures.record(database, one, now - timedelta(days=days), days=1096)

    for sql in ("UPDATE disclosure SET people = 0", "DELETE FROM disclosure"):
        with pytest.raises(psycopg.IntegrityError, match="append-only"):
            rows(f"{sql} WHERE at > now() - interval '350 days' RETURNING id")
    disclosures.record(database, one, now, days=366)

    assert rows("SELECT count(*) FROM disclosure") == [(3,)]


def test_the_trail_is_read_by_person_by_agency_and_in_counts(database):
    one = Disclosure("people/1", "coordinator", "a person", "VIEW", "people/2", "agencies/lake", 1, "", "TRAINING")
    others = [
        one._replace(way="EXPORT", person="", people=12),
        one._replace(agency="agencies/yolo", role="supervisor"),
        one._replace(person=f"people/{uuid4()}"),
    ]
    for row in (one, *others):
        disclosures.record(database, row, NOON, days=1096)

    mine = disclosures.of_person(database, "people/2", NOON, before=0, limit=10)
    assert [row.agency for row in mine] == ["agencies/yolo", "agencies/lake"]
    assert disclosures.of_person(database, "people/2", NOON, before=mine[0].id, limit=10) == mine[1:]
    assert len(disclosures.of_agency(database, "agencies/lake", NOON, before=0, limit=10)) == 3
    assert disclosures.lists_of(database, ["agencies/lake"], NOON, NOON)[0][2:] == ("EXPORT", 1, 12)
    assert [tuple(row) for row in disclosures.counts(database, NOON, NOON)] == [
        ("agencies/lake", "coordinator", "EXPORT", 1, 12),
        ("agencies/lake", "coordinator", "VIEW", 2, 2),
        ("agencies/yolo", "supervisor", "VIEW", 1, 1),
    ]


def test_people_whom_the_directory_told_of_are_noted_whichever_way_they_were_asked_for():
    answers = {
        "ListPeople": person_pb.ListPeopleResponse(people=[person_pb.Person(name="people/2")]),
        "GetPerson": person_pb.Person(name="people/3"),
        "GetMe": person_pb.Me(person=person_pb.Person(name="people/1")),
    }
    stub = SimpleNamespace(**{name: lambda _, answer=answer: answer for name, answer in answers.items()})
    clients.count_calls()

    for name in answers:
        getattr(clients._Noting(stub), name)(None)

    assert clients.seen_people() == {"people/2", "people/3"}
