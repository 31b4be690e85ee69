"""A big roster file is applied in parts: whoever edits meanwhile waits only for the one in hand."""

from contextlib import contextmanager

from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.directory.v1 import roster_service_pb2 as roster_pb
from directory.app import APP
from directory.rosters import parts
from servicekit.testing.waiting import wait_until

MANY = parts.MOST_PEOPLE
APPLIED = roster_pb.RosterImport.APPLIED
# What rows are, but for ids and moments that each run makes for itself.
_STATE = (
    "SELECT staff_number, family_name, email, version FROM person ORDER BY 1",
    """SELECT staff_number, agency_id, local_title, job_class_id, units, start_date, end_date, hire_told, leaving_told
       FROM job JOIN person ON person.id = person_id ORDER BY 1, 2, 6""",
    "SELECT title, revision, people FROM audience ORDER BY 1",
    """SELECT staff_number, agency_id, units, member, on_leave, revision
       FROM audience_member JOIN person ON person.id = person_id ORDER BY 1, 2""",
    "SELECT subject, count(*), sum(length(payload)) FROM outbox GROUP BY 1 ORDER BY 1",
    "SELECT state, rows, errors, people_added, jobs_added, unchanged, left_out, tries FROM roster_import ORDER BY 1",
    "SELECT count(*) FROM roster_part",
    "SELECT count(*) FROM roster_chunk",
    "SELECT count(*) FROM task",
)


def number(n):
    return f"S-{n:06}"


def people(directory, count=2 * MANY + 1, **changed):
    """A file of so many people; what is *changed* of some says their number, without its letter."""
    rows = [{"email": "", "staff_number": number(n)} for n in range(count)]
    for n, cells in changed.items():
        rows[int(n.removeprefix("n"))] |= cells
    return directory.roster(*rows)


def send(directory, content):
    """Send a file to be applied, and do not wait for it."""
    stub, ask = directory.as_whole("roster.import"), {"request_id": directory.request_id()}
    made = stub.CreateRosterImport(roster_pb.CreateRosterImportRequest(parent="agencies/-", **ask))
    stub.AppendRosterChunk(roster_pb.AppendRosterChunkRequest(name=made.name, index=0, content=content.encode(), **ask))
    return stub.RunRosterImport(roster_pb.RunRosterImportRequest(name=made.name, chunks=1, **ask)).name


def look(directory, name):
    return directory.as_whole("roster.import").GetRosterImport(roster_pb.GetRosterImportRequest(name=name))


def ended(directory, name):
    """Wait for the end of an import; what is to be tried again later is tried at once."""

    def over():
        with directory.running.connect() as connection:
            connection.execute("UPDATE task SET next_try = now() WHERE next_try > now()")
        return found if (found := look(directory, name)).state > roster_pb.RosterImport.RUNNING else None

    return wait_until(over, "the import should have ended")


@contextmanager
def between_parts(directory, content, held):
    """Send a file, whose part with the person of number *held* waits for somebody who changes them, meanwhile."""
    with directory.running.connect() as connection, connection.transaction():
        connection.execute("SELECT FROM person WHERE staff_number = %s FOR UPDATE", [held])
        name = send(directory, content)
        wait_until(lambda: look(directory, name).rows_done >= MANY, "the parts before should have been applied")
        yield name


def update(directory, person, title):
    ask = {"request_id": directory.request_id(), "person": person.name}
    job = person_pb.Job(local_title=title, job_class="attorney", units=["intake"])
    return directory.as_whole("people.write").UpdateJob(
        person_pb.UpdateJobRequest(parent="agencies/lake", job=job, **ask)
    )


def person_of(directory, staff_number):
    ask = person_pb.ListPeopleRequest(parent="agencies/lake", query=staff_number)
    (person,) = directory.as_whole("people.read").ListPeople(ask).people
    return person


def left_out(directory, made):
    """Whom each row that was left out is about, in their order."""
    ask = roster_pb.ListRosterImportErrorsRequest(parent=made.name, page_size=50)
    return [error.person for error in directory.as_whole("roster.import").ListRosterImportErrors(ask).errors]


def state(directory):
    with directory.running.connect() as connection:
        return [connection.execute(query).fetchall() for query in _STATE]


def test_people_of_the_file_and_audiences_are_changed_while_it_is_applied(directory):
    directory.hire(staff_number=number(MANY))
    directory.hire(staff_number=number(2 * MANY))
    with between_parts(directory, people(directory), held=number(MANY)) as name:
        waiting = look(directory, name)
        audience = directory.audience()
        for n in (0, 2 * MANY):
            update(directory, person_of(directory, number(n)), "Chief")
        assert look(directory, name).rows_done == MANY, "it still waited for its second part"
    result = ended(directory, name)

    assert (waiting.state, waiting.step) == (roster_pb.RosterImport.RUNNING, roster_pb.RosterImport.APPLYING)
    assert (waiting.rows, waiting.rows_done) == (2 * MANY + 1, MANY)
    assert (result.state, result.rows_left_out, result.people_added) == (APPLIED, 0, 2 * MANY - 1)
    assert directory.get_audience(audience).people == 2 * MANY + 1
    titles = [person_of(directory, number(n)).jobs[0].local_title for n in (0, 2 * MANY)]
    assert titles == ["Chief", "Officer"], (
        "what was said last holds: by hand of the first part, by the file of the last"
    )


def test_a_process_that_ends_between_two_parts_changes_nothing_of_what_comes_out(directory, another, launch):
    for each in (directory, another):
        each.hire(staff_number=number(MANY))
        each.audience()
    assert another.import_roster(people(another)).state == APPLIED

    with between_parts(directory, people(directory), held=number(MANY)) as name:
        directory.running.runtime.stop()
    launch(APP, database_url=directory.running.runtime.settings.database_url, tasks=True)

    def over():
        query = "SELECT state FROM roster_import WHERE id = %s"
        with directory.running.connect() as connection:
            return connection.execute(query, [name.removeprefix("rosterImports/")]).fetchone() == ("APPLIED",)

    wait_until(over, "the next process should have gone on")
    assert state(directory) == state(another)


def test_rows_that_became_unsound_before_their_turn_are_left_out_and_named(directory):
    directory.hire(staff_number=number(MANY))
    directory.hire(staff_number=number(2 * MANY), email="mine@lake.example.org")
    # They exchange addresses with the next one, who is left out with them.
    content = people(
        directory,
        2 * MANY + 3,
        **{
            f"n{2 * MANY}": {"email": "taken@lake.example.org"},
            f"n{2 * MANY + 1}": {"email": "mine@lake.example.org"},
            f"n{2 * MANY + 2}": {
                "staff_number": number(2 * MANY + 1),
                "agency": "mendocino",
                "email": "mine@lake.example.org",
            },
        },
    )
    with between_parts(directory, content, held=number(MANY)) as name:
        directory.hire(family="Vang", email="taken@lake.example.org")
    result = ended(directory, name)

    assert (result.state, result.errors, result.rows_left_out) == (APPLIED, 3, 3)
    assert directory.errors(result) == [
        (2 * MANY + 2, "email", "taken@lake.example.org", "belongs to somebody else"),
        (2 * MANY + 3, "email", "mine@lake.example.org", "belongs to somebody else"),
        (2 * MANY + 4, "staff_number", number(2 * MANY + 1), f"is left out with line {2 * MANY + 3}"),
    ]
    assert (result.rows, result.people_added) == (2 * MANY + 3, 2 * MANY - 1)
    assert person_of(directory, number(2 * MANY)).email == "mine@lake.example.org", "who is left out stays as they are"


def test_two_people_far_apart_in_a_file_exchange_their_addresses(directory):
    first, last = number(0), number(MANY + 1)
    directory.hire(staff_number=first, email="a@lake.example.org")
    directory.hire(staff_number=last, email="b@lake.example.org")
    moved = {"n0": {"email": "b@lake.example.org"}, f"n{MANY + 1}": {"email": "a@lake.example.org"}}
    content = people(directory, MANY + 2, **moved)

    made = directory.import_roster(content)
    again = directory.import_roster(content)

    assert (made.state, made.rows_left_out, made.people_changed) == (APPLIED, 0, 2)
    assert [person_of(directory, each).email for each in (first, last)] == ["b@lake.example.org", "a@lake.example.org"]
    assert (again.unchanged, again.people_changed, again.jobs_changed) == (MANY + 2, 0, 0)


def test_a_part_that_cannot_be_applied_is_left_out_after_three_tries_and_the_others_are(directory):
    directory.hire(staff_number=number(MANY))
    with (
        between_parts(directory, people(directory), held=number(MANY)) as name,
        directory.running.connect() as breaking,
    ):
        breaking.execute(
            "CREATE FUNCTION break() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF NEW.staff_number = '{number(MANY + 7)}' THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$"
        )
        breaking.execute("CREATE TRIGGER break BEFORE INSERT ON person FOR EACH ROW EXECUTE FUNCTION break()")
    result = ended(directory, name)

    assert (result.state, result.rows_left_out, result.errors) == (APPLIED, MANY, MANY)
    assert result.rows_failed == MANY
    assert result.people_added == MANY + 1
    assert all(number(n) in person for n, person in enumerate(left_out(directory, result), MANY))
    assert directory.errors(result)[0] == (
        MANY + 2, "", "", "could not be worked on: an error of the service, which was logged"
    )  # fmt: skip
