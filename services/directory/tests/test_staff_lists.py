"""Lists of an agency's staff: their orders and pages, who is still to begin, and whom pasted numbers name."""

import pytest
from sqlalchemy import event

from cadre.directory.v1 import person_service_pb2 as pb
from servicekit.rpc.client import Refused
from servicekit.testing.plans import Plan


def listed(directory, **wanted):
    return directory.as_coordinator("lake").ListPeople(pb.ListPeopleRequest(parent="agencies/lake", **wanted))


def names(answer):
    return [person.family_name for person in answer.people]


def find(directory, *numbers, agency="lake", units=()):
    stub = directory.as_coordinator(agency)
    if units:
        scopes = [f"agencies/{agency}/units/{unit}" for unit in units]
        stub = directory.as_person("people/00000000-0000-0000-0000-000000000001", {"people.read": scopes})
    answer = stub.FindStaffNumbers(pb.FindStaffNumbersRequest(parent=f"agencies/{agency}", numbers=numbers))
    return [(one.index, one.staff_number, one.alike) for one in answer.found]


def test_a_list_stands_by_name_until_another_order_is_asked_for(directory):
    directory.hire(family="Álvarez", staff_number="30", start=directory.day(-30))
    directory.hire(family="Zúñiga", staff_number="10", start=directory.day(-10))
    directory.hire(family="Mills", staff_number="20", start=directory.day(-10))

    assert names(listed(directory)) == ["Álvarez", "Mills", "Zúñiga"]
    assert names(listed(directory, order_by="name desc")) == ["Zúñiga", "Mills", "Álvarez"]
    assert names(listed(directory, order_by="staff_number")) == ["Zúñiga", "Mills", "Álvarez"]
    assert names(listed(directory, order_by="start_date desc")) == ["Mills", "Zúñiga", "Álvarez"], "alike: by name"
    with pytest.raises(Refused) as caught:
        listed(directory, order_by="email")
    assert list(caught.value.fields) == ["order_by"]


@pytest.mark.parametrize("order", ["name", "name desc", "staff_number desc", "start_date", "start_date desc"])
def test_the_pages_of_every_order_hold_everybody_once(directory, order):
    for n in range(7):
        directory.hire(family=f"Mills {n % 3}", staff_number=f"{n % 5}{n}", start=directory.day(-n % 4 - 50))
    whole = names(listed(directory, order_by=order))

    first = listed(directory, order_by=order, page_size=3, with_pages=True)
    others = [
        listed(directory, order_by=order, page_size=3, with_pages=True, page_token=token)
        for token in first.page_tokens[1:]
    ]

    assert [name for page in (first, *others) for name in names(page)] == whole
    assert [page.skipped for page in (first, *others)] == [0, 3, 6]
    assert [page.total_size for page in (first, *others)] == [7, 7, 7]
    assert first.page_tokens[0] == ""
    assert [page.next_page_token for page in (first, *others)] == [*first.page_tokens[1:], ""]


def test_a_page_begins_after_the_same_person_when_somebody_is_hired_before_them(directory):
    for family in ("Baker", "Cole", "Diaz"):
        directory.hire(family=family)
    first = listed(directory, page_size=2, with_pages=True)

    directory.hire(family="Abbot")
    second = listed(directory, page_size=2, with_pages=True, page_token=first.next_page_token)

    assert (names(second), second.skipped, second.total_size) == (["Diaz"], 3, 4)


def test_a_page_goes_on_although_fewer_people_are_asked_for(directory):
    people = [directory.hire(family=family).name for family in ("Baker", "Cole", "Diaz")]
    first = listed(directory, page_size=1, people=people)

    second = listed(directory, page_size=1, people=people[2:], page_token=first.next_page_token)

    assert (names(first), names(second)) == (["Baker"], ["Diaz"])


def test_nobody_who_is_asked_for_by_name_is_shown_of_another_agency(directory):
    here, elsewhere = directory.hire("lake"), directory.hire("mendocino")

    assert [person.name for person in listed(directory, people=[here.name, elsewhere.name]).people] == [here.name]


def test_who_is_hired_for_a_later_day_is_found_and_is_no_staff_yet(directory):
    directory.hire(family="Now")
    later = directory.hire(family="Later", start=directory.day(3))

    assert names(listed(directory)) == ["Now"]
    assert names(listed(directory, only_upcoming=True)) == ["Later"]
    assert names(listed(directory, with_upcoming=True)) == ["Later", "Now"]
    assert names(listed(directory, with_upcoming=True, query="later")) == ["Later"]
    assert find(directory, later.staff_number) == [(0, later.staff_number, False)]


def test_who_works_here_and_has_a_further_job_to_come_is_listed_once(directory):
    person = directory.hire()
    coordinator = directory.as_coordinator("lake")
    coordinator.EndJob(
        pb.EndJobRequest(
            parent="agencies/lake",
            person=person.name,
            end_date=directory.day(5).isoformat(),
            request_id=directory.request_id(),
        )
    )
    job = pb.Job(local_title="Officer", job_class="attorney", start_date=directory.day(9).isoformat())
    coordinator.CreateJob(
        pb.CreateJobRequest(parent="agencies/lake", person=person.name, job=job, request_id=directory.request_id())
    )

    assert [one.name for one in listed(directory, with_upcoming=True).people] == [person.name]
    assert listed(directory, only_upcoming=True).total_size == 0


def test_pasted_numbers_name_people_however_they_are_written(directory):
    directory.hire(staff_number="0044-17")
    directory.hire(staff_number="AB 9")

    assert find(directory, "0044\u201117", " ab\u00a09 ", "\uff10\uff10\uff14\uff14-17", "nobody") == [
        (0, "0044-17", False),
        (1, "AB 9", False),
        (2, "0044-17", False),
    ]


def test_a_number_that_looks_like_somebodys_says_whose(directory):
    directory.hire(staff_number="4409934")
    directory.hire(staff_number="0012345")

    assert find(directory, "44O9934", "44\u043e9934", "12345", "12345.0", "4409934", "4499999") == [
        (0, "4409934", True),
        (1, "4409934", True),
        (2, "0012345", True),
        (3, "0012345", True),
        (4, "4409934", False),
    ]


@pytest.mark.parametrize("written", ["S001428", "s 001428", "1428", "001428", "S-001428.0", "S.001428"])
def test_a_number_without_its_letters_or_hyphens_says_whose_it_may_be(directory, written):
    directory.hire(staff_number="S-001428")
    directory.hire(staff_number="S-014280")

    assert find(directory, written) == [(0, "S-001428", True)]


def test_numbers_of_other_agencies_and_units_name_nobody(directory):
    mine = directory.hire("lake", staff_number="101", units=["intake"])
    directory.hire("lake", staff_number="102", units=["legal"])
    directory.hire("mendocino", staff_number="103")

    assert find(directory, "101", "102", "103") == [(0, "101", False), (1, "102", False)]
    assert find(directory, "101", "102", units=["intake"]) == [(0, mine.staff_number, False)]


def test_more_numbers_than_people_work_anywhere_are_refused(directory):
    with pytest.raises(Refused) as caught:
        find(directory, *["1"] * 10_001)
    assert caught.value.reason == "INVALID_FIELD"
    with pytest.raises(Refused):
        find(directory, "1" * 201)


_MANY = """
INSERT INTO person (id, staff_number, staff_key, family_name, given_name, sort_key, search_key, version, created_at)
SELECT gen_random_uuid(), n, n, 'Mills ' || n, 'Jo', 'mills ' || n, 'jo mills ' || n, 1, now()
FROM generate_series(1, %(people)s) AS n
"""
_JOBS = """
INSERT INTO job (id, person_id, agency_id, local_title, job_class_id, units, start_date, hire_told, recorded_at)
SELECT gen_random_uuid(), id, CASE WHEN staff_number::int <= %(here)s THEN 'lake' ELSE 'mendocino' END, 'Officer',
  'attorney', '{legal}', date '2020-01-01', true, now()
FROM person
"""


def test_a_page_among_many_people_reads_those_of_its_agency_alone(directory):
    with directory.running.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(_MANY, {"people": 20_000})
        connection.execute(_JOBS, {"here": 300})
        connection.execute("ANALYZE person, job")
    engine, sent = directory.running.runtime.database.engine, []

    def note(_connection, _cursor, statement, parameters, *_):
        sent.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    first = listed(directory, with_pages=True, page_size=50)
    found = find(directory, "1", "2x")
    event.remove(engine, "before_cursor_execute", note)

    assert (first.total_size, len(first.page_tokens), len(found)) == (300, 6, 1)
    for mark in ("row_number()", "WITH given"):
        ((statement, given),) = [one for one in sent if mark in one[0]]
        with directory.running.connect() as connection:
            (answer,) = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", given).fetchone()
        plan = Plan(answer[0]["Plan"])
        assert plan.scanned_whole() == set()
        assert plan.rows_of("person") == 300
