"""Complaints about other products that must not be made about this one: files of people, in front of the whole.

Each test says the complaint and its number among the demands. Beside these: D06 to D11 in
`services/directory/tests/test_demands.py`, D35 in `services/gateway/tests/test_sentences.py`.
"""

import csv
import io
import re
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre_demo import story
from servicekit.calendar import pacific_date
from servicekit.testing.pids import kill_and_wait
from servicekit.testing.waiting import wait_until

from .visitor import Visitor

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]

LAKE, ALAMEDA = "agencies/lake", "agencies/alameda"
# What somebody has in hand for whom a file waits: an audience, one of its people, the list of names that change.
_AN_AUDIENCE = "SELECT pg_advisory_xact_lock(8105110001)"
_A_PERSON = "SELECT FROM person WHERE staff_number = %s FOR UPDATE"
_CHANGED_NAMES = "LOCK TABLE roster_name IN SHARE ROW EXCLUSIVE MODE"
COLUMNS = ("agency", "staff_number", "family_name", "given_name", "local_title", "job_class", "hired_on")


def day(offset=0):
    return (pacific_date(datetime.now(UTC)) + timedelta(days=offset)).isoformat()


def fresh():
    return str(uuid.uuid4())


class Browser(Visitor):
    """Somebody who sends files of people."""

    def send_roster(self, content, action="apply"):
        """Send a roster file of Lake; return the path of its report."""
        page = "/agencies/lake/roster"
        data, file = {"action": action} | self.proof(page), {"file": ("people.csv", content, "text/csv")}
        answer = self.client.post(page, data=data, files=file)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def ended(self, report):
        return wait_until(
            lambda: said if "being worked on" not in (said := self.text(report)) else None,
            "the file should have been worked on",
        )


@pytest.fixture(scope="module")
def coordinator(cadre):
    with visiting(cadre) as browser:
        yield browser


@contextmanager
def visiting(cadre):
    """Sign in Lake's coordinator at a browser of their own."""
    browser = Browser(cadre, "coordinator")
    try:
        yield browser
    finally:
        browser.client.close()


def database_url(cadre, service):
    return cadre.supervisor.site.database_urls[service].replace("+psycopg", "")


@contextmanager
def work_held_up(cadre, statement, *values):
    """Keep files from ending: somebody holds what *statement* takes."""
    with psycopg.connect(database_url(cadre, "directory")) as connection:
        connection.execute(statement, values)
        yield
        connection.rollback()


def roster_of(people, prefix="D", **more):
    rows = [
        ["lake", f"{prefix}-{n:05}", f"Family{n}", "Given", "Officer", "attorney-1", "2020-01-01", *more.values()]
        for n in range(people)
    ]
    written = io.StringIO()
    csv.writer(written).writerows([(*COLUMNS, *more), *rows])
    return written.getvalue().encode()


def counts(said):
    """The figures of a report: title -> number."""
    titles = (
        "Rows",
        "Errors",
        "People added",
        "People changed",
        "Jobs added",
        "Jobs changed",
        "Jobs ended",
        "Unchanged",
    )
    return {title: int(re.search(rf" {title} +([\d,]+)", said)[1].replace(",", "")) for title in titles}


def test_a_big_file_answers_at_once_says_what_it_is_at_and_goes_on_without_the_browser(cadre):
    """D01, "the screen goes blank and the manager cannot tell whether it worked"; D07, one file of thousands."""
    with work_held_up(cadre, _AN_AUDIENCE):
        with visiting(cadre) as browser:
            # People of long ago: they are kept for ever, and are on no list of today.
            report = browser.send_roster(roster_of(7_500, "B", left_on="2020-03-01"))
            said = wait_until(
                lambda: text if "leave: now" in (text := browser.text(report)) else None,
                "the file should have been found sound",
            )
        assert "7,500 rows read, 0 of them applied" in said
        assert "Reading the file: done" in said
        assert "Checking every cell: done" in said
        assert "Applying it: people, jobs and leave: now" in said
        assert "or close the browser: it changes nothing" in said
        with visiting(cadre) as another:
            assert "Being worked on" in another.text("/agencies/lake/roster")

    with visiting(cadre) as another:
        done = another.ended(report)
    assert "Applied" in done
    assert [counts(done)[title] for title in ("Rows", "People added", "Jobs added", "Errors")] == [
        7_500,
        7_500,
        7_500,
        0,
    ]
    with psycopg.connect(database_url(cadre, "directory")) as connection:
        ((kept,),) = connection.execute("SELECT count(*) FROM person WHERE staff_number LIKE 'B-%'").fetchall()
    assert kept == 7_500


@pytest.mark.parametrize("action", ["check", "apply"])
def test_pages_and_edits_are_answered_while_a_file_is_worked_on(cadre, coordinator, action):
    """D02, "adding 8,000 froze the server for everyone": a file that is looked at, and one applied to other people."""
    prefix = action.upper()
    held = (_CHANGED_NAMES,) if action == "check" else (_A_PERSON, f"{prefix}-00007")
    hired(cadre, LAKE, f"{prefix}-00007")
    with work_held_up(cadre, *held):
        report = coordinator.send_roster(roster_of(50, prefix), action=action)

        for path in ("/home", "/agencies/lake/people", "/agencies/lake/people/new", "/training", "/record"):
            coordinator.page(path)
        other = hired(cadre, LAKE)
        assert "being worked on" in coordinator.text(report), "it was under way all the time"
    done = counts(coordinator.ended(report))
    assert (done["Rows"], done["People added"]) == (50, 49)
    assert other in people_at(cadre, LAKE)


def test_a_row_that_became_unsound_while_the_file_was_applied_is_left_out_and_named(cadre):
    """D02 too: somebody takes an address of the file after it was found sound, and before its turn comes."""
    taken = f"{fresh()[:8]}@lake.example.org"
    content = roster_of(1_001, "C", left_on="2020-03-01", email="").rstrip() + taken.encode()
    hired(cadre, LAKE, "C-01000")
    with work_held_up(cadre, _A_PERSON, "C-01000"), visiting(cadre) as browser:
        report = browser.send_roster(content)
        wait_until(lambda: "1,000 of them applied" in browser.text(report), "the first part should have been applied")
        hired(cadre, LAKE, email=taken)
    with visiting(cadre) as browser:
        said = browser.ended(report)
        earlier = browser.text("/agencies/lake/roster")

    assert "Applied, except 1 row" in said
    assert re.search(rf"1002 +Given Family1000, C-01000 +email +{taken} +belongs to somebody else", said)
    assert "Applied, except 1 row" in earlier


@contextmanager
def failing(cadre, table, when):
    """Have the directory fail at each new row of *table* for which *when* holds."""
    with psycopg.connect(database_url(cadre, "directory"), autocommit=True) as connection:
        connection.execute(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN IF {when} THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$"
        )
        connection.execute(f"CREATE TRIGGER fail BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION fail()")
        try:
            yield
        finally:
            connection.execute("DROP FUNCTION fail CASCADE")


def test_an_error_of_ours_is_not_blamed_on_the_file_or_on_people(cadre):
    """The complaint "it told me to mend a file that had nothing wrong"."""
    with visiting(cadre) as browser:
        with failing(cadre, "person", "NEW.staff_number = 'F-00001'"):
            in_part = browser.ended(browser.send_roster(roster_of(2, "F", left_on="2020-03-01")))
        with failing(cadre, "roster_part", "true"):
            refused = browser.ended(browser.send_roster(roster_of(2, "G", left_on="2020-03-01")))
        earlier = browser.text("/agencies/lake/roster")

    assert "Applied, except 2 rows" in in_part
    assert "2 rows could not be worked on: this was an error of Cadre, not of the file" in in_part
    assert "somebody had changed the same people" not in in_part
    assert re.search(r"3 +Given Family1, F-00001 +\(whole row\)", in_part)
    assert "The file could not be worked on; nothing was changed" in refused
    assert "This was an error of Cadre, not of the file. Send the same file again." in refused
    assert "Mend it" not in refused
    assert "An error of Cadre; nothing was changed" in earlier


def test_a_process_that_is_killed_in_the_middle_of_a_file_is_followed_by_one_that_goes_on(cadre):
    hired(cadre, LAKE, "K-01000")
    with work_held_up(cadre, _A_PERSON, "K-01000"), visiting(cadre) as browser:
        report = browser.send_roster(roster_of(2_001, "K", left_on="2020-03-01"))
        wait_until(lambda: "1,000 of them applied" in browser.text(report), "the first part should have been applied")
        kill_and_wait(cadre.supervisor.pids()["directory"])
    cadre.supervisor.wait_ready(90)

    with visiting(cadre) as browser:
        done = counts(browser.ended(report))
    assert (done["Rows"], done["People added"], done["Errors"]) == (2_001, 2_000, 0)
    with psycopg.connect(database_url(cadre, "directory")) as connection:
        query = "SELECT count(*), count(DISTINCT person_id) FROM job JOIN person ON person.id = person_id"
        kept = connection.execute(f"{query} WHERE staff_number LIKE 'K-%'").fetchone()
    assert kept == (2_002, 2_001), "each of them once, and who was hired has a job now besides"


def test_people_exported_and_imported_again_change_nothing(cadre, coordinator):
    """D08, "import of one's own export fails": the agency's people as a file, sent back as it came."""
    exported = coordinator.page("/agencies/lake/people/file").content
    rows = list(csv.DictReader(io.StringIO(exported.decode("utf-8-sig"))))
    before = cadre.access.ask(
        cadre.access.people.ListPeople, person_pb.ListPeopleRequest(parent=LAKE, page_size=1000), person=lead(cadre)
    )

    done = coordinator.ended(coordinator.send_roster(exported))

    after = cadre.access.ask(
        cadre.access.people.ListPeople, person_pb.ListPeopleRequest(parent=LAKE, page_size=1000), person=lead(cadre)
    )
    assert "Applied" in done
    assert {title for title, number in counts(done).items() if number} == {"Rows", "Unchanged"}
    assert counts(done)["Unchanged"] == len(rows) == before.total_size >= 12
    assert after == before


def test_the_template_names_the_required_columns_first_and_a_file_with_them_is_enough(coordinator):
    """D11, "unclear which columns are the minimum"."""
    said = coordinator.text("/agencies/lake/roster")
    header = next(
        csv.reader(io.StringIO(coordinator.page("/agencies/lake/roster/template").content.decode("utf-8-sig")))
    )
    required = [column for column in header if re.search(rf"\b{column} +Required\b", said)]

    assert tuple(required) == COLUMNS == tuple(header[: len(required)])
    assert all(re.search(rf"\b{column} +(Required|Optional)\b", said) for column in header)
    done = coordinator.ended(coordinator.send_roster(roster_of(1), action="check"))
    assert counts(done)["People added"] == 1


def test_who_is_not_in_the_file_is_asked_about_and_only_who_is_ticked_has_left(cadre, coordinator):
    """A name missing from a file is a question, person by person, and never a removal."""
    numbers = [f"Q-{fresh()[:8]}" for _ in range(3)]
    people = [hired(cadre, LAKE, number) for number in numbers]
    known = people_at(cadre, LAKE)
    path = coordinator.send_roster(roster_of(1), action="check")
    said = coordinator.ended(path)
    assert f"{len(known)} people are not in your file: did they leave?" in said
    assert people_at(cadre, LAKE) == known

    left, key = people[1], people[1].removeprefix("people/")
    data = coordinator.proof(path) | {"left": left, f"day-{key}": day()}
    answer = coordinator.client.post(f"{path}/left", data=data)

    assert answer.status_code == 303, answer.text
    assert people_at(cadre, LAKE) == known - {left}
    assert f"{len(known) - 1} people are not in your file" in coordinator.text(path)


def test_to_look_at_a_course_and_its_figures_enrolls_nobody(cadre, letter):
    """D17, "a manager must be enrolled to look at a course and is then listed as not completed"."""
    issued = story.issue_letter(cadre.access, cadre.cast, letter, cadre.course_version).notice
    _, course, _, number = cadre.course_version.split("/")
    wait_until(lambda: assigned(cadre), "the letter's training should be assigned")
    before, manager = assigned(cadre), Visitor(cadre, "training-manager")
    assert before
    assert manager.person.removeprefix("people/") not in {person for _, person in before}

    for path in (
        f"/catalogue/{course}",
        f"/catalogue/{course}/versions/{number}",
        f"/courses/{course}/preview",
        f"/quality/{course}",
        f"/letters/{issued.name.removeprefix('notices/')}",
    ):
        manager.page(path)

    assert "Nothing to do" in manager.text("/training")
    assert assigned(cadre) == before
    manager.client.close()


def assigned(cadre):
    """Who has which training, as enrollment keeps it."""
    with psycopg.connect(database_url(cadre, "enrollment")) as connection:
        rows = connection.execute("SELECT requirement_id::text, person_id::text FROM assignment").fetchall()
    return set(rows)


def lead(cadre):
    return cadre.cast.leads["lake"]


def people_at(cadre, agency):
    request = person_pb.ListPeopleRequest(parent=agency, page_size=1000)
    person = cadre.cast.leads[agency.removeprefix("agencies/")]
    found = cadre.access.ask(cadre.access.people.ListPeople, request, person=person)
    return {each.name for each in found.people}


def job(agency, units=()):
    return person_pb.Job(agency=agency, local_title="Officer", job_class="attorney-1", units=units, start_date=day(-30))


def hired(cadre, agency, number="", email=""):
    number = number or f"H-{fresh()[:8]}"
    person = person_pb.Person(
        staff_number=number, given_name="New", family_name="Person", email=email, jobs=[job(agency)]
    )
    request = person_pb.CreatePersonRequest(parent=agency, person=person, request_id=fresh())
    boss = cadre.cast.leads[agency.removeprefix("agencies/")]
    return cadre.access.ask(cadre.access.people.CreatePerson, request, person=boss).name


def test_training_follows_a_hire_a_leave_a_transfer_and_a_departure_without_anybody_touching_a_rule(cadre, letter):
    """D05, "the rule is applied only after a manual edit": what happened to the person is enough."""
    access, ask = cadre.access, cadre.access.ask
    issued = story.issue_letter(access, cadre.cast, letter, cadre.course_version).notice

    def training(agency, person):
        """The person's training under the letter as their agency sees it; None if it is not on its list."""
        request = assignment_pb.ListAssignmentsRequest(parent=agency, notice=issued.name, page_size=1000)
        boss = cadre.cast.leads[agency.removeprefix("agencies/")]
        found = ask(access.assignments.ListAssignments, request, person=boss).assignments
        return next((each for each in found if each.person == person), None)

    person = hired(cadre, LAKE)
    wait_until(
        lambda: (found := training(LAKE, person)) and found.state == assignment_pb.Assignment.ASSIGNED,
        "who is hired should have the training, although no unit is recorded",
    )

    away = person_pb.RecordLeaveRequest(person=person, leave=person_pb.Leave(start_date=day()), request_id=fresh())
    ask(access.people.RecordLeave, away, person=lead(cadre))
    wait_until(lambda: training(LAKE, person).on_leave, "who is on leave should be shown so")
    back = person_pb.EndLeaveRequest(person=person, return_date=day(), request_id=fresh())
    ask(access.people.EndLeave, back, person=lead(cadre))
    wait_until(lambda: not training(LAKE, person).on_leave, "who is back should be shown so")

    move = person_pb.CreateJobRequest(parent=ALAMEDA, person=person, job=job(ALAMEDA), request_id=fresh())
    ask(access.people.CreateJob, move, person=cadre.cast.leads["alameda"])
    end = person_pb.EndJobRequest(parent=LAKE, person=person, end_date=day(), request_id=fresh())
    ask(access.people.EndJob, end, person=lead(cadre))
    wait_until(
        lambda: training(ALAMEDA, person) and not training(LAKE, person),
        "who moved should be on the list of the new agency alone",
    )

    end = person_pb.EndJobRequest(parent=ALAMEDA, person=person, end_date=day(), request_id=fresh())
    ask(access.people.EndJob, end, person=cadre.cast.leads["alameda"])
    wait_until(lambda: not training(ALAMEDA, person), "who left should be on no list")
