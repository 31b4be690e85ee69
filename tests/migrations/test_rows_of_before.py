"""Rows that were written under a service's first schema are right under its newest one.

Each service has rows as they would have stood there, a question, and the answer that must be given after all
migrations; and then its audits, which look at everything, must count nothing.
"""

import dataclasses
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime

import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

import curriculum.app
import directory.app
import enrollment.app
import evaluation.app
import gateway.app
import gateway.identity.tables
import notification.app
import partnership.app
from curriculum.courses.rules.courses import Content, Section
from notification.days.jobs import keep_readiness_days
from notification.letters.rules.letter import Letter
from notification.letters.rules.reading import Reader
from notification.notices import searching
from notification.notices.rules import approval
from servicekit.app import ServiceApp
from servicekit.data import migrations, revisions
from servicekit.data.db import Database
from servicekit.paging import Page

FIRST = "0001"
DRAFT, ISSUED, WAITING, AUDIENCE, ANA, BEN, CORA = (uuid.uuid4() for _ in range(7))
REQUIREMENT, IMPORT = uuid.uuid4(), uuid.uuid4()
# Late in the evening in California it is tomorrow in Greenwich.
EVENING = "2026-03-05 22:30-08"
GATEWAY = ServiceApp("gateway", gateway.identity.tables.metadata, gateway.app.MIGRATIONS, lambda *_: [])


@dataclasses.dataclass(frozen=True)
class Service:
    """What stood in a service's tables, by name, and what must be so after the upgrade."""

    app: ServiceApp
    rows: dict[str, list[dict]]
    must_be: Callable[[psycopg.Connection], None]


def notice(id_, state, **fields):
    texts = ("addressees", "references", "supersedes", "contact", "before", "after", "staff_action", "until_then")
    plain = dict.fromkeys((*texts, "body", "course_id", "return_reason", "text_sha256"), "") | {
        "id": id_,
        "state": state,
        "kind": "POLICY",
        "series": "CSSP",
        "reason": "STATE_LAW",
        "asks": "CONFIRM",
        "course_version": 0,
        "business_days_before_effective": 3,
        "business_days_after_issue": 5,
        "agency_confirms_within": 3,
        "demonstration": False,
        "briefing_counts": True,
        "author_id": ANA,
        "writers": [ANA],
        "revision": 1,
        "version": 0,
        "created_at": EVENING,
        "audience_revision": 0,
        "audience_id": AUDIENCE,
    }
    return plain | fields


# What waits for approval, as its author wrote it.
WAITS = {
    "number": "26-06",
    "subject": "Fees end in July",
    "addressees": "ALL IV-D DIRECTORS",
    "reason": "STATE_LAW",
    "contact": "policy@example.org",
    "change": "No fee is charged any more: ni peso más",
    "effective_date": "2026-07-01",
    "asks": "TRAIN",
    "course_id": "fees",
    "course_version": 3,
    "audience_id": AUDIENCE,
    "briefing_counts": True,
    "agency_confirms_within": 7,
}


def calendar_must_be(connection):
    """Due dates were counted by a package until then: the years that ship are there before anybody imports any."""
    years = connection.execute("SELECT min(year), max(year), count(*) FROM calendar_year").fetchone()
    assert years == (2015, 2035, 21)


def letters_must_be(connection):
    """Staff have had what was issued since its day in California; it is found, a draft is not; texts begin empty."""
    calendar_must_be(connection)
    rows = connection.execute(
        "SELECT id, staff_release_days, staff_release_date, contact_telephone || replaces || topic || withdraw_reason, "
        "publish_at, withdrawn_at FROM notice ORDER BY state"
    ).fetchall()
    assert rows == [
        (DRAFT, 0, None, "", None, None),
        (WAITING, 0, None, "", None, None),
        (ISSUED, 0, date(2026, 3, 5), "", None, None),
    ]
    for words in ("xcssp2604", "x2604", "parents", "presume", "4058"):
        found = connection.execute(
            "SELECT notice_id, series, year, day FROM notice_search WHERE words @@ plainto_tsquery('english', %s)",
            [words],
        ).fetchall()
        assert found == [(ISSUED, "CSSP", 2026, date(2026, 3, 5))], words
    pinned = dict(connection.execute("SELECT id, pinned FROM notice").fetchall())
    sent = Letter(**WAITS | {"effective_date": date(2026, 7, 1), "series": "CSSP", "kind": "POLICY"})
    assert pinned == {DRAFT: {}, ISSUED: {}, WAITING: approval.pins(sent, [])}
    (released,) = connection.execute("SELECT staff_released_at, staff_released_by FROM delivery").fetchall()
    assert released == (None, None)
    with pytest.raises(psycopg.IntegrityError, match="an issued notice does not change"):
        connection.execute("UPDATE notice SET subject = 'x' WHERE id = %s", [ISSUED])
    statements_must_be(connection)
    assert connection.execute("SELECT revision, chunks, chunks_seen FROM audience_revision").fetchall() == [(3, 2, [2])]
    assert connection.execute("SELECT since FROM audience_member").fetchall() == [(0,)]
    # The release before goes on for a while, and what it notes counts here as well.
    connection.execute("BEGIN")
    connection.execute("ALTER TABLE audience_chunk DISABLE TRIGGER needs_audit_row")
    connection.execute("ALTER TABLE audience_revision DISABLE TRIGGER needs_audit_row")
    connection.execute("INSERT INTO audience_chunk SELECT audience_id, 3, 1, 2 FROM audience")
    (seen,) = connection.execute("SELECT chunks_seen FROM audience_revision WHERE revision = 3").fetchone()
    assert sorted(seen) == [1, 2]
    connection.execute("ROLLBACK")


def requirements_must_be(connection):
    """A briefing counted for what was asked before; nothing was withdrawn; assignments and completions are untouched."""
    calendar_must_be(connection)
    assert connection.execute("SELECT state, briefing_counts FROM requirement").fetchall() == [("OPEN", True)]
    assert connection.execute("SELECT count(*) FROM withdrawn_notice").fetchall() == [(0,)]
    states = dict(connection.execute("SELECT person_id, state FROM assignment").fetchall())
    assert states == {ANA: "COMPLETED", BEN: "WAIVED"}
    assert connection.execute("SELECT complete_revision FROM audience").fetchall() == [(2,)], "a chunk of 3 is missing"
    assert connection.execute("SELECT units FROM audience_member").fetchall() == [([],), ([],)]
    assert connection.execute("SELECT count(*) FROM retraction").fetchall() == [(0,)], "what was recorded stands"


def people_must_be(connection):
    """Nobody has a telephone yet, files have no question; jobs, leaves and audiences are what they were."""
    calendar_must_be(connection)
    assert connection.execute("SELECT telephone FROM person").fetchall() == [("",), ("",), ("",)]
    assert connection.execute("SELECT count(*) FROM roster_absent").fetchall() == [(0,)]
    # Of two whose numbers look alike the first has the key, nobody is merged, and the version before may go on.
    keys = dict(connection.execute("SELECT id, staff_key FROM person").fetchall())
    assert keys == {ANA: "s-1", BEN: f"s-1 {BEN}", DRAFT: "s-3"}
    found = connection.execute("SELECT sort_key, search_key FROM person WHERE id = %s", [DRAFT]).fetchone()
    assert found == ("walesa lucja", "lucja walesa s 3")
    connection.execute("SET session_replication_role = DEFAULT")
    connection.execute("BEGIN")
    connection.execute("ALTER TABLE person DISABLE TRIGGER needs_audit_row")
    connection.execute(
        "INSERT INTO person (id, staff_number, family_name, given_name, sort_key, search_key, version, created_at) "
        "VALUES (%s, 'S-2', 'Mills', '', '', '', 1, now())",
        [CORA],
    )
    (written,) = connection.execute("SELECT staff_key FROM person WHERE id = %s", [CORA]).fetchone()
    assert written == "s-2"
    connection.execute("ROLLBACK")
    ends = connection.execute("SELECT end_date FROM leave ORDER BY start_date").fetchall()
    assert ends == [(date(2021, 1, 1),), (None,)], "9999-12-31 was how other systems say that there is no end"
    jobs = connection.execute("SELECT start_date, end_date, hire_told FROM job").fetchall()
    assert jobs == [(date(2020, 1, 1), None, True)]
    (recorded,) = connection.execute("SELECT recorded_at AT TIME ZONE 'UTC' FROM job").fetchone()
    assert recorded.date() == date(2020, 1, 1), "the first day stands for when it was recorded"
    assert connection.execute("SELECT count(email_confirmed_at) FROM person").fetchone() == (0,)
    with pytest.raises(psycopg.IntegrityError, match="the expression of an audience does not change"):
        connection.execute("UPDATE audience SET expression = '{}'")
    expression = connection.execute("SELECT expression, revision, people FROM audience").fetchall()
    assert expression == [({"include": [{"agencies": ["lake"]}], "exclude": []}, 2, 1)]
    leads_can_be_recorded(connection)
    connection.execute("SET session_replication_role = replica")
    connection.execute("UPDATE job SET end_date = start_date")
    with pytest.raises(psycopg.errors.CheckViolation):
        connection.execute("UPDATE job SET end_date = start_date - 1")


def leads_can_be_recorded(connection):
    """Nobody leads a unit yet; who is recorded from now on, of the people of before, stays on record."""
    assert connection.execute("SELECT count(*) FROM unit_lead").fetchone() == (0,)
    connection.execute("BEGIN")
    for table in ("unit_lead", "work_unit"):
        connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER needs_audit_row")
    connection.execute("INSERT INTO work_unit (id, title) VALUES ('legal', 'Legal')")
    connection.execute(
        "INSERT INTO unit_lead (id, agency_id, unit_id, person_id, start_date, inside, revision, recorded_at) "
        "VALUES (%s, 'lake', 'legal', %s, '2026-01-01', false, 1, now())",
        [BEN, ANA],
    )
    connection.execute("UPDATE unit_lead SET end_date = '2026-02-01', revision = 2")
    with pytest.raises(psycopg.IntegrityError, match="who led a unit stays on record"):
        connection.execute("DELETE FROM unit_lead")
    connection.execute("ROLLBACK")


def statements_must_be(connection):
    """Who confirmed agreed to what the pages showed then, which is said; the row is otherwise as it was, and stays so."""
    rows = connection.execute(
        "SELECT a.kind, s.text, s.language, a.channel, a.assumed, a.text_sha256, a.at, s.sha256 IS NULL OR"
        " s.sha256 = encode(sha256(convert_to(s.text, 'UTF8')), 'hex')"
        " FROM acknowledgement AS a LEFT JOIN statement AS s ON s.sha256 = a.statement_sha256 ORDER BY a.kind"
    ).fetchall()
    sha, at = rows[0][5:7]
    assert rows == [
        ("AGENCY", "I confirm that our agency received this letter.", "en", "PAGE", True, sha, at, True),
        ("CONFIRM", "I have read this letter and know whom to ask.", "en", "PAGE", True, sha, at, True),
        ("READ", None, None, "PAGE", False, sha, at, True),
    ]
    assert at == datetime.fromisoformat(f"{EVENING}:00")
    assert connection.execute("SELECT DISTINCT statement, agency_statement FROM notice").fetchall() == [
        (rows[1][1], rows[0][1])
    ]
    with pytest.raises(psycopg.IntegrityError, match="append-only"):
        connection.execute("UPDATE acknowledgement SET assumed = false")


def sittings_must_be(connection):
    """What was scored stays, and is what results of tests are counted of."""
    assert connection.execute("SELECT state, right_items FROM sitting").fetchall() == [("PASSED", [True])]
    assert connection.execute("SELECT count(*) FROM test_result").fetchall() == [(0,)]


def sign_ins_must_be(connection):
    """Who was signed in still is; from where is not known."""
    rows = connection.execute("SELECT person, ended_at, way, address, browser FROM sign_in").fetchall()
    assert rows == [("people/1", None, "", "", "")]
    assert connection.execute("SELECT count(*) FROM sign_in_activity").fetchall() == [(1,)]


def courses_must_be(connection):
    """A course is what it was, and found by words as they are cut today."""
    rows = connection.execute("SELECT title, revision, sort_title, search_text FROM course").fetchall()
    assert rows == [("Øre, 654.7", 3, "ore 654 7", " ore 654 654-7 7 o o-neal oneal neal all")]
    decided = """
    SELECT way, subject, digest, decided_at = published_at, decider, motion FROM course_version
    JOIN decision ON decision.id = decision_id
    """
    rows = connection.execute(decided).fetchall()
    assert rows == [("BEFORE_BODIES", "courses/ore", TAUGHT.sha256, True, "", "")]


def members_must_be(connection):
    """Who sat in a body goes on there; it has not met."""
    assert connection.execute("SELECT person_id, carries_over FROM membership").fetchall() == [(BEN, True)]
    assert connection.execute("SELECT count(*) FROM meeting").fetchall() == [(0,)]


ITEMS = '[{"stem": "?", "options": []}]'
TAUGHT = Content("Øre", "", (Section("One", 5, "Text."),), "", demonstration=False)
TAUGHT_SECTIONS = '[{"title": "One", "minutes": 5, "markdown": "Text."}]'
SERVICES = [
    Service(
        notification.app.APP,
        {
            "notice": [
                notice(DRAFT, "DRAFT", number="26-05", subject="A draft", change="Not yet"),
                notice(WAITING, "IN_APPROVAL", submitted_at=EVENING, **WAITS),
                notice(
                    ISSUED,
                    "PUBLISHED",
                    number="26-04",
                    subject="Parents",
                    change="A complaint no longer presumes work",
                    references="Family Code 4058",
                    approver_id=BEN,
                    published_at=EVENING,
                    submitted_at=EVENING,
                    due_date="2026-04-01",
                    agency_due_date="2026-03-10",
                    version=1,
                    text_sha256="{sha}",
                    audience_revision=1,
                ),
            ],
            "notice_version": [
                {
                    "notice_id": ISSUED,
                    "version": 1,
                    "canonical": "text",
                    "text_sha256": "{sha}",
                    "published_at": EVENING,
                }
            ],
            "audience": [{"audience_id": AUDIENCE, "complete_revision": 1}],
            # All of the first revision, and one of two chunks of the third.
            "audience_chunk": [
                {"audience_id": AUDIENCE, "revision": revision, "chunk": chunk, "chunks": 2}
                for revision, chunk in ((1, 1), (1, 2), (3, 2))
            ],
            "audience_member": [
                {
                    "audience_id": AUDIENCE,
                    "person_id": CORA,
                    "agency_id": "lake",
                    "units": [],
                    "member": True,
                    "on_leave": False,
                    "revision": 1,
                }
            ],
            "delivery": [
                {
                    "notice_id": ISSUED,
                    "version": 1,
                    "agency_id": "lake",
                    "delivered_at": EVENING,
                    "due_date": "2026-03-10",
                }
            ],
            "acknowledgement": [
                {
                    "notice_id": ISSUED,
                    "person_id": person,
                    "kind": kind,
                    "agency_id": agency,
                    "version": 1,
                    "text_sha256": "{sha}",
                    "at": EVENING,
                }
                for person, kind, agency in ((CORA, "READ", ""), (CORA, "CONFIRM", ""), (ANA, "AGENCY", "lake"))
            ],
            "recipient": [{"notice_id": ISSUED, "person_id": CORA, "due_date": "2026-04-01"}],
            "readiness": [
                dict.fromkeys(("slot", "ready", "on_leave", "read", "confirmed", "trained", "excused"), 0)
                | {
                    "notice_id": ISSUED,
                    "agency_id": agency,
                    "due_date": "2026-04-01",
                    "listed": 1,
                    "not_started": 1,
                }
                for agency in ("", "lake")
            ],
        },
        letters_must_be,
    ),
    Service(
        enrollment.app.APP,
        {
            "requirement": [
                {
                    "id": REQUIREMENT,
                    "notice_id": ISSUED,
                    "audience_id": AUDIENCE,
                    "audience_revision": 1,
                    "course_id": "earning-capacity",
                    "course_version": 2,
                    "due_date": "2026-04-01",
                    "joiner_business_days": 5,
                    "published_at": EVENING,
                    "state": "OPEN",
                }
            ],
            "assignment": [
                {
                    "requirement_id": REQUIREMENT,
                    "person_id": person,
                    "created_at": EVENING,
                    "due_date": "2026-04-01",
                    "sections_completed": 0,
                    "state": state,
                    "waiver_reason": reason,
                }
                for person, state, reason in ((ANA, "COMPLETED", None), (BEN, "WAIVED", "Works elsewhere"))
            ],
            "completion": [
                {
                    "requirement_id": REQUIREMENT,
                    "person_id": ANA,
                    "kind": "BRIEFING",
                    "minutes": 30,
                    "completed_at": EVENING,
                    "completed_on": "2026-03-05",
                    "led_by": "Dana",
                }
            ],
            "audience_revision": [
                {
                    "audience_id": AUDIENCE,
                    "revision": revision,
                    "effective_date": "2026-03-05",
                    "chunks": 2,
                    "chunks_seen": seen,
                }
                for revision, seen in ((1, [2, 1]), (2, [1, 2]), (3, [2]), (4, [1, 2]))
            ],
            "audience_member": [
                {
                    "audience_id": AUDIENCE,
                    "person_id": person,
                    "agency_id": "lake",
                    "member": True,
                    "on_leave": False,
                    "revision": 1,
                    "since": 1,
                }
                for person in (ANA, BEN)
            ],
        },
        requirements_must_be,
    ),
    Service(
        directory.app.APP,
        {
            "agency": [
                dict.fromkeys(("region", "size_class", "source"), "")
                | {"id": "lake", "title": "Lake", "short_title": "Lake", "sort_key": "lake", "kind": "single-county"}
                | {"population": 68_000}
            ],
            "job_class": [{"id": "attorney", "title": "Attorney", "code": ""}],
            "person": [
                {
                    "id": person,
                    "staff_number": number,
                    "family_name": "Mills",
                    "given_name": "Ana",
                    "sort_key": "mills",
                    "search_key": "mills ana",
                    "version": 1,
                    "created_at": created,
                }
                # The later of two whose numbers look alike comes first here.
                for person, number, created in ((BEN, "s\u20111", "2026-03-07"), (ANA, "S-1", EVENING))
            ]
            + [
                {
                    "id": DRAFT,
                    "staff_number": "S-3",
                    "family_name": "Wa\u0142\u0119sa",
                    "given_name": "\u0141ucja",
                    "sort_key": "wa\u0142esa",
                    "search_key": "wa\u0142esa",
                    "version": 1,
                    "created_at": EVENING,
                }
            ],
            "job": [
                {
                    "id": BEN,
                    "person_id": ANA,
                    "agency_id": "lake",
                    "local_title": "Attorney",
                    "job_class_id": "attorney",
                    "start_date": "2020-01-01",
                    "hire_told": True,
                }
            ],
            "audience": [
                {
                    "id": AUDIENCE,
                    "title": "CSSP 26-04",
                    "expression": '{"include": [{"agencies": ["lake"]}], "exclude": []}',
                    "revision": 2,
                    "people": 1,
                    "version": 3,
                    "created_at": EVENING,
                }
            ],
            "audience_member": [
                {
                    "audience_id": AUDIENCE,
                    "person_id": ANA,
                    "agency_id": "lake",
                    "units": [],
                    "member": True,
                    "on_leave": False,
                    "revision": 1,
                }
            ],
            "leave": [
                {"id": CORA, "person_id": ANA, "start_date": "2021-01-01", "end_date": "2021-01-01"},
                {"id": BEN, "person_id": BEN, "start_date": "2026-01-01", "end_date": "9999-12-31"},
            ],
            "roster_import": [
                dict.fromkeys(
                    (
                        *("chunks", "tries", "rows", "errors", "people_added", "people_changed", "jobs_added"),
                        *("jobs_changed", "jobs_ended", "unchanged", "not_in_file"),
                    ),
                    1,
                )
                | {"id": IMPORT, "agency_id": "lake", "state": "APPLIED", "dry_run": False, "actor": "people/1"}
                | {"created_at": EVENING, "completed_at": EVENING}
            ],
        },
        people_must_be,
    ),
    Service(
        evaluation.app.APP,
        {
            "test": [
                {
                    "id": "earning",
                    "title": "Earning",
                    "items": ITEMS,
                    "pass_mark": 1,
                    "latest_version": 1,
                    "revision": 1,
                    "changed_at": EVENING,
                }
            ],
            "test_version": [
                {
                    "test_id": "earning",
                    "version": 1,
                    "title": "Earning",
                    "items": ITEMS,
                    "pass_mark": 1,
                    "published_at": EVENING,
                }
            ],
            "sitting": [
                {
                    "id": BEN,
                    "person_id": ANA,
                    "test_id": "earning",
                    "test_version": 1,
                    "state": "PASSED",
                    "chosen": "[[0]]",
                    "right_items": "[true]",
                    "started_at": EVENING,
                    "submitted_at": EVENING,
                }
            ],
        },
        sittings_must_be,
    ),
    Service(
        GATEWAY,
        {
            "sign_in": [{"cookie_sha256": b"1", "person": "people/1", "created_at": EVENING}],
            "sign_in_activity": [{"cookie_sha256": b"1", "seen_at": EVENING}],
        },
        sign_ins_must_be,
    ),
    Service(
        curriculum.app.APP,
        {
            "course": [
                dict.fromkeys(
                    (
                        "delivery_mode",
                        "duration",
                        "source_url",
                        "confidence",
                        "year_or_date",
                        "summary",
                        "test_version",
                    ),
                    "",
                )
                | {"id": "ore", "title": "Øre, 654.7", "provider": "O'Neal", "audience": "All", "demonstration": False}
                | {"sections": "[]", "sort_title": "øre 654 7", "search_text": " øre 654 7 o neal all"}
                | {"latest_version": 1, "revision": 3, "changed_at": EVENING}
            ],
            "course_version": [
                {"course_id": "ore", "version": 1, "title": TAUGHT.title, "summary": "", "minutes": TAUGHT.minutes}
                | {"sections": TAUGHT_SECTIONS, "test_version": "", "demonstration": False}
                | {"content_sha256": TAUGHT.sha256, "published_at": EVENING}
            ],
        },
        courses_must_be,
    ),
    Service(
        partnership.app.APP,
        {
            "body": [
                {"id": "stsc", "title": "Steering", "sort_key": "steering", "code": "STSC", "kind": "COMMITTEE"}
                | {"visibility": "EVERYONE", "newcomers_read_all": True, "open_meetings": False, "rules": "{}"}
                | {"revision": 2, "created_at": EVENING}
            ],
            "constituency": [{"body_id": "stsc", "id": "state", "title": "The state"}],
            "seat": [{"body_id": "stsc", "id": "one", "constituency_id": "state", "title": "One", "voting": True}],
            "membership": [
                {"id": ANA, "body_id": "stsc", "person_id": BEN, "organization_id": "dcss", "part": "MEMBER"}
                | {"seat_id": "one", "start_on": "2026-03-01", "end_on": "2026-04-01", "carries_over": True}
                | {"version": 1, "created_at": EVENING}
            ],
        },
        members_must_be,
    ),
]


def write(connection, rows):
    """Put rows where they stood, past the triggers: who wrote them does not matter here."""
    connection.execute("SET session_replication_role = replica")
    (sha,) = connection.execute("SELECT encode(sha256('text'::bytea), 'hex')").fetchone()
    for table, written in rows.items():
        for row in written:
            values = [sha if value == "{sha}" else value for value in row.values()]
            columns = ", ".join(f'"{name}"' for name in row)
            places = ", ".join(["%s"] * len(row))
            connection.execute(f'INSERT INTO "{table}" ({columns}) VALUES ({places})', values)
    connection.execute("SET session_replication_role = DEFAULT")


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.app.name)
def test_rows_of_the_first_schema_are_right_after_every_migration(database_at, service):
    url = database_at(service.app, FIRST)
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        write(connection, service.rows)

    migrations.upgrade(url, service.app.migrations)

    database = Database(url, pool_size=2)
    with database.read() as db:
        assert {audit.name: audit.count(db) for audit in service.app.audits if audit.count(db)} == {}
    database.dispose()
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        service.must_be(connection)


def test_days_of_a_letter_of_before_are_counted_again_since_it_was_issued(database_at):
    (service,) = [one for one in SERVICES if one.app is notification.app.APP]
    url = database_at(service.app, FIRST)
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        write(connection, service.rows)
    migrations.upgrade(url, service.app.migrations)

    database = Database(url, pool_size=2)
    keep_readiness_days(database, datetime(2026, 4, 10, 20, tzinfo=UTC))
    with database.read() as db:
        assert {audit.name: audit.count(db) for audit in service.app.audits if audit.count(db)} == {}
    database.dispose()
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        kept = connection.execute(
            "SELECT notice_id, agency_id, day, listed, at_work, ready, not_started, overdue FROM readiness_day "
            "ORDER BY agency_id, day"
        ).fetchall()
    issued, late = date(2026, 3, 5), date(2026, 4, 2)
    assert kept == [
        (ISSUED, agency, day, 1, 1, 0, 1, overdue)
        for agency in ("", "lake")
        for day, overdue in ((issued, 0), (late, 1))
    ]


BEFORE_BEGUN = "0017"
# What each of lake did under a letter that asks for training, before and after they were counted anew: trained without
# opening it, opened it, nothing, trained and on leave, trained and excused.
DID = {
    "trained": {"trained_at": EVENING},
    "opened": {"read_at": EVENING},
    "nothing": {},
    "away": {"trained_at": EVENING},
    "excused": {"trained_at": EVENING, "excused": True},
}


def test_whoever_was_trained_and_did_not_open_the_letter_has_begun_it_and_days_that_are_kept_stay(database_at):
    people = {who: uuid.uuid4() for who in DID}
    member = {"audience_id": AUDIENCE, "units": [], "member": True, "revision": 1}
    # Whoever was trained works at two agencies.
    places = [*((who, "lake") for who in DID), ("trained", "yolo")]
    figures = dict.fromkeys(("slot", "ready", "read", "confirmed", "excused", "on_leave"), 0) | {
        "notice_id": ISSUED,
        "due_date": "2026-04-01",
    }
    of_lake = {"listed": 4, "on_leave": 1, "not_started": 2, "read": 1, "trained": 1, "excused": 1}
    of_yolo = {"listed": 1, "not_started": 1, "trained": 1}
    rows = {
        "notice": [
            notice(
                ISSUED,
                "PUBLISHED",
                number="26-04",
                subject="Parents",
                change="Other work",
                asks="TRAIN",
                published_at=EVENING,
                due_date="2026-04-01",
                version=1,
                audience_revision=1,
            )
        ],
        "audience": [{"audience_id": AUDIENCE, "complete_revision": 1}],
        "audience_member": [
            member | {"person_id": people[who], "agency_id": agency, "on_leave": who == "away", "since": 1}
            for who, agency in places
        ],
        "recipient": [
            {"notice_id": ISSUED, "person_id": people[who], "due_date": "2026-04-01", "excused": False} | did
            for who, did in DID.items()
        ],
        "readiness": [
            figures | {"agency_id": agency} | counts
            for agency, counts in (("", of_lake), ("lake", of_lake), ("yolo", of_yolo))
        ],
        "readiness_day": [
            dict.fromkeys(("ready", "overdue"), 0)
            | {"notice_id": ISSUED, "agency_id": agency, "day": "2026-03-05", "not_started": started}
            | {"listed": listed, "at_work": at_work}
            for agency, listed, at_work, started in (("", 4, 3, 2), ("lake", 4, 3, 2), ("yolo", 1, 1, 1))
        ],
        "readiness_kept": [
            {"notice_id": ISSUED, "through": "2026-03-05", "at": "2026-03-06 00:00-08", "audience_revision": 1}
        ],
    }
    url = database_at(notification.app.APP, BEFORE_BEGUN)
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        write(connection, rows)
        kept = connection.execute("SELECT * FROM readiness_day ORDER BY agency_id").fetchall()

    migrations.upgrade(url, notification.app.APP.migrations)

    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        started = dict(
            connection.execute("SELECT agency_id, sum(not_started)::int FROM readiness GROUP BY agency_id").fetchall()
        )
        assert started == {"": 1, "lake": 1, "yolo": 0}
        assert connection.execute("SELECT * FROM readiness_day ORDER BY agency_id").fetchall() == kept
    database = Database(url, pool_size=2)
    with database.read() as db:
        counted = {audit.name: audit.count(db) for audit in notification.app.APP.audits}
    database.dispose()
    assert counted["readiness.drift"] == counted["readiness.days_contradicted"] == 0


def test_every_service_with_a_past_is_here_starts_with_the_same_revision_and_ends_with_the_one_that_a_start_asks_for():
    folder = directory.app.APP.migrations.parents[1]

    # What has one revision has no rows of before.
    older = {path.parent.name for path in folder.glob("*/migrations") if len([*path.glob("versions/*.py")]) > 1}
    assert older == {service.app.name for service in SERVICES}
    for service in SERVICES:
        config = Config()
        config.set_main_option("script_location", str(service.app.migrations))
        scripts = ScriptDirectory.from_config(config)
        assert (scripts.get_base(), scripts.get_current_head()) == (FIRST, revisions.newest(service.app.migrations))


# Ours, one whose every function knows ASCII only, and one whose text search knows letters.
LOCALES = {
    "ours": "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'",
    "plain": "LOCALE_PROVIDER libc LOCALE 'C'",
    "lettered": "LOCALE_PROVIDER libc LOCALE 'C.UTF-8'",
}
BEFORE_WORDS = "0004"
READER = Reader(person_id=None, today=date(2026, 6, 1), drafts=False, before_staff=True)
SAID = "See 42 USC 654.7 and form DV\u2011105. The \u201cgrossedup\u201d amount\u2014netted later. D\u2019Angelo v. Ib\u00e1\u00f1ez"
ASKED = (
    "654.7",
    "42 USC 654.7",
    "DV-105",
    "grossedup",
    "netted",
    "D'Angelo",
    "angelo",
    "ibanez",
    "IB\u00c1\u00d1EZ",
    "amounts",
)


def found(database, query):
    page = Page(size=10, after=None, list_digest=0, seal_key=b"")
    with database.read() as db:
        return [row.notice.id for row in searching.find(db, READER, page, query=query, series_name="", year=0)]


@pytest.mark.parametrize("locale", LOCALES)
def test_a_letter_of_an_old_database_is_found_by_what_stands_in_it(database_at, locale):
    url = database_at(notification.app.APP, BEFORE_WORDS, LOCALES[locale])
    published = {"approver_id": BEN, "published_at": EVENING, "submitted_at": EVENING, "version": 1}
    row = notice(ISSUED, "PUBLISHED", number="26-04", subject="Amounts", change=SAID, **published)
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        write(connection, {"notice": [row]})
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "INSERT INTO notice_search (notice_id, series, year, day, words)"
            " SELECT id, series, 2026, '2026-03-05', to_tsvector('simple', change) FROM notice"
        )

    migrations.upgrade(url, notification.app.APP.migrations)
    database = Database(url, pool_size=2)
    searching.keep_anew(database, datetime.now(UTC))

    assert {query: found(database, query) for query in ASKED} == {query: [ISSUED] for query in ASKED}
    assert found(database, "654.8") == []
    database.dispose()
