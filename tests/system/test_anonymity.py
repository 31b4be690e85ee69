"""Reactions in the whole product: a dump of every database leads from no answer to its giver.

Several people take the course and say what they think at once, one after the other, so that order and time would join
them as well as they ever could. Each leaves a mark of their own. Not looked at: the log that PostgreSQL writes
ahead, and what a disk keeps of rows that are gone.
"""

import base64
import re
import subprocess
import uuid
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import psycopg
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.evaluation.v1 import quality_service_pb2 as quality
from cadre.evaluation.v1 import sitting_service_pb2 as sitting_pb
from cadre_cli.access import request_id
from cadre_cli.processes import PROCESSES
from evaluation.quality.box import box_of
from evaluation.quality.releases import release
from servicekit.data.db import Database
from servicekit.embedded.postgres import runnable_binaries
from servicekit.rpc.client import Refused
from servicekit.testing.waiting import wait_until

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]

PEOPLE = 12
# Where answers are, from the moment they are sent.
OURS = {"sealed_answer", "spent_ticket", "reaction_batch", "comment_batch"}
COPY = re.compile(r"^COPY public\.(\w+) \(([^)]*)\) FROM stdin;\n(.*?)^\\\.$", re.MULTILINE | re.DOTALL)
TIME_OF_DAY = re.compile(r"\d\d:\d\d")


class Dump:
    """Everything that pg_dump writes of every database."""

    def __init__(self, urls):
        self.text = {}
        for service, url in urls.items():
            command = [runnable_binaries() / "pg_dump", "--dbname", url.replace("+psycopg", "")]
            self.text[service] = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        self.rows = {
            (service, table): [line.split("\t") for line in body.splitlines()]
            for service, text in self.text.items()
            for table, _columns, body in COPY.findall(text)
        }

    def ours(self):
        return {
            table: rows for (service, table), rows in self.rows.items() if service == "evaluation" and table in OURS
        }

    def others(self):
        return {key: rows for key, rows in self.rows.items() if key[1] not in OURS}

    def __contains__(self, said):
        return any(said in text for text in self.text.values())


def written(content):
    """The ways in which bytes may stand in a dump."""
    return {content.hex(), base64.b64encode(content).decode(), base64.urlsafe_b64encode(content).decode().rstrip("=")}


@pytest.fixture(scope="module")
def told(cadre):
    """Twelve people take the test and say what they think; dumps from before, while it waits, and after it is told."""
    access, database_urls = cadre.access, cadre.supervisor.site.database_urls
    course = cadre.course_version
    people = [row.name for row in everybody(cadre)][:PEOPLE]
    assert len(people) == PEOPLE
    version = access.ask(
        access.courses.GetCourseVersion, course_pb.GetCourseVersionRequest(name=course), person=people[0]
    )
    wait_until(lambda: heard(access, course, people[0]), "evaluation does not hear of the course")
    before = Dump(database_urls)
    tickets = []
    for number, person in enumerate(people):
        take_test(access, version.test_version, person)
        form = access.ask(
            access.quality.GetReactionForm, quality.GetReactionFormRequest(course_version=course), person=person
        )
        tickets.append(form.ticket)
        access.ask(
            access.quality.SendReaction,
            quality.SendReactionRequest(
                course_version=course,
                ratings=[1 + number % 5, 1 + number // 5, 5, 4, 3],
                comment=mark(number),
                ticket=form.ticket,
                agency="agencies/lake" if number % 2 else "agencies/alameda",
            ),
            person=person,
        )
    waiting, writers = Dump(database_urls), writers_of(database_urls["evaluation"])
    database = Database(database_urls["evaluation"], pool_size=2)
    release(database, datetime.now(UTC) + timedelta(days=1), box_of(cadre.supervisor.site.keys_dir))
    database.dispose()
    return SimpleNamespace(
        people=[uuid.UUID(person.removeprefix("people/")) for person in people],
        tickets=tickets,
        before=before,
        waiting=waiting,
        writers=writers,
        after=Dump(database_urls),
        key=load_pem_private_key((cadre.supervisor.site.keys_dir / "evaluation.pem").read_bytes(), None),
        url=database_urls["evaluation"].replace("+psycopg", ""),
    )


def writers_of(url):
    """The numbers of the transactions that wrote the rows of each table."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        ).fetchall()
        return {
            table: [xmin for (xmin,) in connection.execute(f'SELECT xmin::text FROM "{table}"').fetchall()]
            for (table,) in tables
        }


def everybody(cadre):
    access = cadre.access
    request = person_pb.ListPeopleRequest(parent="agencies/los-angeles", page_size=100)
    return access.ask(access.people.ListPeople, request).people


def heard(access, course, person):
    try:
        access.ask(access.quality.GetReactionForm, quality.GetReactionFormRequest(course_version=course), person=person)
    except Refused as refused:
        return refused.reason == "NOT_TAKEN_YET"
    return True


def take_test(access, test_version, person):
    start = sitting_pb.StartSittingRequest(test_version=test_version, request_id=request_id("anonymity", person))
    sitting = access.ask(access.sittings.StartSitting, start, person=person)
    submit = sitting_pb.SubmitSittingRequest(
        name=sitting.name,
        answers=[sitting_pb.Answer()] * sitting.items,
        request_id=request_id("anonymity", "submit", person),
    )
    access.ask(access.sittings.SubmitSitting, submit, person=person)


def mark(number):
    """Words that nobody else says."""
    return f"The example of the {chr(ord('a') + number) * 7} payroll was not clear."


def test_the_dump_holds_what_people_did_and_what_they_sent(told):
    """Otherwise the tests below would look at nothing."""
    sittings = told.waiting.rows["evaluation", "sitting"]
    assert {str(person) for person in told.people} <= {cell for row in sittings for cell in row}
    assert len(told.waiting.ours()["sealed_answer"]) - len(told.before.ours()["sealed_answer"]) == 6 * PEOPLE
    assert len(told.waiting.ours()["spent_ticket"]) - len(told.before.ours()["spent_ticket"]) == PEOPLE
    assert set(told.waiting.text) == {process.name for process in PROCESSES}
    assert all(mark(number) in told.after for number in range(PEOPLE))


def test_what_waits_says_nothing_to_who_has_the_whole_database(told):
    assert not [number for number in range(PEOPLE) if mark(number) in told.waiting]
    secret = told.key.private_bytes_raw()
    for dump in (told.waiting, told.after):
        assert not [text for text in written(secret) if text in dump]
    sealed = {row[2] for row in told.waiting.ours()["sealed_answer"]}
    assert len(sealed) == len(told.waiting.ours()["sealed_answer"])
    assert len({len(content) for content in sealed}) == 2


def test_no_row_of_an_answer_names_a_person_nor_anything_that_is_theirs(told):
    """Whatever stands beside a person anywhere, in any database, stands in no row of an answer."""
    theirs = {str(person) for person in told.people} | {person.hex for person in told.people}
    for rows in told.waiting.others().values():
        for row in rows:
            if theirs.intersection(row):
                # Of what is common to many, such as the name of the course, nothing follows.
                theirs |= {cell for cell in row if is_an_id(cell) or TIME_OF_DAY.search(cell)}
    assert len(theirs) > 10 * PEOPLE
    for dump in (told.waiting, told.after):
        cells = {cell for rows in dump.ours().values() for row in rows for cell in row}
        assert not cells & theirs
        text = "\n".join(cells)
        assert not [one for one in theirs if one in text]


def test_no_value_of_an_answer_stands_anywhere_else_so_nothing_joins_two_answers_of_one_person(told):
    """Demand D49: no common id across the free-text answers of one person."""
    for dump in (told.waiting, told.after):
        values = [cell for rows in dump.ours().values() for row in rows for cell in row if is_an_id(cell)]
        assert len(values) > PEOPLE
        assert len(set(values)) == len(values)
        elsewhere = {cell for rows in dump.others().values() for row in rows for cell in row}
        assert not elsewhere.intersection(values)


def test_an_answer_shares_its_transaction_with_nothing_that_says_who_wrote(told):
    """What others do at the same moment is written in company; an answer is never among it."""
    ours = {xmin for table in OURS for xmin in told.writers[table]}
    others = {xmin for table, written_by in told.writers.items() if table not in OURS for xmin in written_by}
    assert len(others) > PEOPLE
    assert not ours & others
    # Nor with somebody else's: those who answer at the same moment would be known as such.
    tickets = told.writers["spent_ticket"]
    assert len(set(tickets)) == len(tickets) >= PEOPLE


def test_the_ticket_is_kept_nowhere(told):
    for ticket in told.tickets:
        content = base64.urlsafe_b64decode(ticket + "=" * (-len(ticket) % 4))
        for said in written(content) | written(content[:16]):
            assert said not in told.waiting
            assert said not in told.after


def test_an_answer_has_a_day_and_no_time(told):
    """Demand D51: a date only, so that the moment of something else gives nobody away."""
    for dump in (told.waiting, told.after):
        for rows in dump.ours().values():
            assert not [row for row in rows if any(TIME_OF_DAY.search(cell) for cell in row if len(cell) < 100)]


def test_sending_leaves_no_trace_in_audit_idempotency_or_events(told):
    """Demand D50: a database dump has no join path."""

    def made_by(dump, table):
        return [row for (_, name), rows in dump.rows.items() if name == table for row in rows]

    methods = {cell for row in made_by(told.waiting, "audit") for cell in row}
    assert "SittingService/SubmitSitting" in methods
    assert not [cell for cell in methods if "Reaction" in cell]
    for table in ("idempotency", "outbox", "inbox", "dead_letter"):
        assert not [row for row in made_by(told.after, table) if any("reaction" in cell.lower() for cell in row)]
    told_by_job = [row for row in made_by(told.after, "audit") if "release_reactions" in row]
    assert told_by_job
    assert all("services/evaluation" in row for row in told_by_job)


def test_order_leads_nowhere_after_it_was_told(told):
    """In the dump, which follows the order on the disk, and for whoever sees the number of a row's transaction."""
    (batch,) = [row for row in told.after.ours()["comment_batch"] if mark(0) in row[3]]
    places = [batch[3].index(mark(number)) for number in range(PEOPLE)]
    # One order of half a thousand million is the one in which they were sent.
    assert places != sorted(places)
    ids = [row[0] for row in told.after.ours()["reaction_batch"]]
    fresh = [key for key in ids if key not in {row[0] for row in told.before.ours().get("reaction_batch", [])}]
    assert fresh == sorted(fresh)
    with psycopg.connect(told.url) as connection:
        ours = connection.execute("SELECT xmin::text FROM reaction_batch UNION SELECT xmin::text FROM comment_batch")
        tellers = connection.execute("SELECT xid::text FROM audit WHERE method = 'release_reactions'")
        assert {xmin for (xmin,) in ours} <= {xid for (xid,) in tellers}


def test_what_is_told_is_counts_of_five_and_more(told):
    columns = [[int(cell) for cell in row[6:11]] for row in told.after.ours()["reaction_batch"]]
    assert columns
    assert all(sum(counts) >= 5 for counts in columns)
    assert sum(sum(counts) for counts in columns) >= 5 * PEOPLE


def is_an_id(cell):
    """Long enough to be nobody else's by chance: not a day, a count or the name of a course."""
    return len(cell) >= 30 and (cell.startswith("\\\\x") or re.fullmatch(r"[0-9a-f-]{36}", cell) is not None)
