"""Two numbers or names that look alike are never two people without a word."""

import pytest

from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.directory.v1 import roster_service_pb2 as roster_pb
from servicekit.rpc.client import Refused

REFUSED = roster_pb.RosterImport.REFUSED
OF_A_KEYBOARD = "a staff number has letters, digits and the signs of a keyboard"
ZEROS = "is {} but for zeros at the front: were they lost? Write the whole number"


def rule_of(directory, made):
    ((_, column, _, rule),) = directory.errors(made)
    return column, rule


def row(number, **more):
    return {"staff_number": number, "email": ""} | more


@pytest.mark.parametrize(
    ("known", "given"),
    [
        ("QR-77", "qr-77"),
        ("QR-77", "QR\u201177"),
        ("QR-77", "QR\u201377"),
        ("QR-77", "\u200bQR-77"),
        ("QR-77", "QR-77\ufeff"),
        ("QR 77", "QR\u00a077"),
        ("é-77", "e\u0301-77"),
    ],
)
def test_a_number_that_looks_like_a_known_one_is_that_person(directory, known, given):
    directory.import_roster(directory.roster(row(known)))

    made = directory.import_roster(directory.roster(row(given, units="intake")))

    assert (made.state, made.people_added, made.jobs_changed) == (roster_pb.RosterImport.APPLIED, 0, 1)
    with pytest.raises(Refused) as refused:
        directory.hire("mendocino", staff_number=given)
    assert refused.value.reason == "STAFF_NUMBER_TAKEN"
    assert refused.value.metadata["staff_number"] == known
    assert refused.value.metadata["person"].startswith("people/")


@pytest.mark.parametrize(
    ("number", "rule"),
    [
        (
            "8.1234E+12",
            "must be the whole number: a spreadsheet shortened it; format the column as text and type it again",
        ),
        ("00412.0", "must not end in decimals: is 00412 meant, or were zeros lost too?"),
        ("Q\u0420-5", "must not hold U+0420 CYRILLIC CAPITAL LETTER ER: it only looks like a plain letter or digit"),
        ("\u0391-5", "must not hold U+0391 GREEK CAPITAL LETTER ALPHA: it only looks like a plain letter or digit"),
        ("Q-\uff15", "must not hold U+FF15 FULLWIDTH DIGIT FIVE: it only looks like a plain letter or digit"),
        ("Q\u204315", f"must not hold U+2043 HYPHEN BULLET: {OF_A_KEYBOARD}"),
        ("Q-15\u2800", f"must not hold U+2800 BRAILLE PATTERN BLANK: {OF_A_KEYBOARD}"),
        ("Q-15\u0301", f"must not hold U+0301 COMBINING ACUTE ACCENT: {OF_A_KEYBOARD}"),
        ("Q-\u202e15", "must not hold U+202E RIGHT-TO-LEFT OVERRIDE: it only looks like a plain letter or digit"),
    ],
)
def test_a_number_that_nobody_would_read_out_so_is_refused_with_its_rule(directory, number, rule):
    made = directory.import_roster(directory.roster(row(number)))

    assert (made.state, rule_of(directory, made)) == (REFUSED, ("staff_number", rule))
    with pytest.raises(Refused) as refused:
        directory.hire(staff_number=number)
    assert refused.value.metadata["rule"] == rule


@pytest.mark.parametrize("column", ["family_name", "given_name"])
@pytest.mark.parametrize(
    ("name", "sign"),
    [("Ramo\u0455", "U+0455 CYRILLIC SMALL LETTER DZE"), ("Ra\u2066mos", "U+2066 LEFT-TO-RIGHT ISOLATE")],
)
def test_a_name_with_a_sign_that_only_looks_like_a_letter_is_refused_with_the_sign(directory, column, name, sign):
    made = directory.import_roster(directory.roster({column: name}))

    found, rule = rule_of(directory, made)
    assert found == column
    assert sign in rule
    person = directory.hire(staff_number="T-1")
    changed = person_pb.Person(name=person.name, **{column: name})
    with pytest.raises(Refused) as refused:
        directory.as_whole("people.write").UpdatePerson(
            person_pb.UpdatePersonRequest(
                person=changed, update_mask={"paths": [column]}, request_id=directory.request_id()
            )
        )
    assert sign in refused.value.metadata["rule"]


def test_a_number_that_lacks_zeros_of_a_colleagues_or_a_namesakes_is_a_question(directory):
    directory.import_roster(directory.roster(row("00905", given_name="Ana"), row("00906", agency="mendocino")))

    here = directory.import_roster(directory.roster(row("905", given_name="Bo")), agency="lake")
    namesake = directory.import_roster(directory.roster(row("0906")), agency="lake")
    stranger = directory.import_roster(directory.roster(row("906", given_name="Cy")), agency="lake", dry_run=True)

    assert rule_of(directory, here) == ("staff_number", ZEROS.format("00905"))
    elsewhere = "the number of somebody of this name at another agency"
    assert rule_of(directory, namesake) == ("staff_number", ZEROS.format(elsewhere))
    assert (stranger.state, stranger.people_added) == (roster_pb.RosterImport.CHECKED, 1)
    for number, agency, given in (("905", "lake", "Bo"), ("0906", "lake", "Jo")):
        with pytest.raises(Refused) as refused:
            directory.hire(agency, staff_number=number, given=given)
        assert refused.value.reason == "STAFF_NUMBER_ALIKE"
    assert directory.hire("lake", staff_number="906", given="Cy").staff_number == "906"


def test_two_rows_of_a_file_that_differ_by_zeros_are_a_question(directory):
    made = directory.import_roster(directory.roster(row("00031"), row("31", given_name="Bo")))

    assert directory.errors(made) == [
        (3, "staff_number", "31", "is the number of line 2 but for zeros at the front: were they lost?")
    ]


def test_two_rows_of_a_file_with_one_number_in_two_cases_are_one_person(directory):
    made = directory.import_roster(directory.roster(row("QR-8"), row("qr-8", agency="mendocino")))

    assert (made.people_added, made.jobs_added) == (1, 2)


@pytest.mark.parametrize(
    ("known", "given", "same"),
    [
        ("D'Arcy", "D\u2019Arcy", True),
        ("D\u02bcArcy", "D'Arcy", True),
        ("St. Clair", "St Clair", True),
        ("Ruiz-Peña", "Ruiz Pena", True),
        ("D'Arcy", "Clarke", False),
        ("Ruiz-Peña", "Peña", False),
    ],
)
def test_an_agency_takes_on_somebody_from_elsewhere_by_the_same_name_however_it_is_written(
    directory, known, given, same
):
    directory.hire("mendocino", staff_number="Z-1", family=known)
    stub = directory.as_coordinator("lake")

    made = directory.import_roster(directory.roster(row("Z-1", family_name=given)), agency="lake", stub=stub)
    with pytest.raises(Refused) as taken:
        directory.hire("lake", staff_number="Z-1", family=given)

    assert (made.state == roster_pb.RosterImport.APPLIED) == same
    assert bool(taken.value.metadata["person"]) == same


def test_people_whose_numbers_looked_alike_before_there_was_a_key_stay_two(directory):
    """As the migration leaves them: the second has a key that is nobody's number."""
    one, two = directory.hire(staff_number="M-1", given="Ana"), directory.hire(staff_number="M-2", given="Bo")
    with directory.running.connect() as connection:
        connection.execute("ALTER TABLE person DISABLE TRIGGER USER")
        connection.execute("UPDATE person SET staff_number = 'm-1', staff_key = 'm-1 two' WHERE staff_number = 'M-2'")
        connection.execute("ALTER TABLE person ENABLE TRIGGER USER")

    rows = (row("M-1", given_name="Ana", hired_on="2020-01-01"), row("m-1", given_name="Bo", hired_on="2020-01-01"))
    made = directory.import_roster(directory.roster(*(each | {"local_title": "Chief"} for each in rows)))

    assert (made.people_added, made.people_changed, made.jobs_changed) == (0, 0, 2)
    listed = directory.as_whole("people.read").ListPeople(person_pb.ListPeopleRequest(parent="agencies/lake")).people
    assert {person.name for person in listed} == {one.name, two.name}


def test_who_was_recorded_by_such_a_number_and_name_before_there_was_a_rule_is_in_the_file_as_before(directory):
    directory.hire(staff_number="W-5", given="Ana", family="Ramos")
    with directory.running.connect() as connection:
        connection.execute("ALTER TABLE person DISABLE TRIGGER USER")
        wide = {"number": "\uff37-5", "name": "R\u0430mos"}
        connection.execute("UPDATE person SET staff_number = %(number)s, family_name = %(name)s", wide)
        connection.execute("ALTER TABLE person ENABLE TRIGGER USER")
    as_recorded = row("\uff37-5", family_name="R\u0430mos", given_name="Ana", hired_on="2020-01-01")

    known = directory.import_roster(directory.roster(as_recorded | {"local_title": "Chief"}))
    other = directory.import_roster(directory.roster(as_recorded | {"given_name": "\u0410na"}))
    newcomer = directory.import_roster(directory.roster(row("\uff37-6")))

    assert (known.state, known.people_added, known.people_changed, known.jobs_changed) == (
        roster_pb.RosterImport.APPLIED,
        0,
        0,
        1,
    )
    assert (other.state, rule_of(directory, other)[0]) == (REFUSED, "given_name")
    assert (newcomer.state, rule_of(directory, newcomer)[0]) == (REFUSED, "staff_number")


@pytest.mark.parametrize(
    "telephone",
    [
        *("530-555-0188 Ext. 7", "530-555-0188 EXT 7", "(530) 555-0188 X7", "530.555.0188 #7", "530-555-0188, x. 7"),
        *(
            "+1 530 555 0188 extension 7",
            "530\u2011555\u20110188",
            "530\u2013555\u20130188 ext:7",
            "530/555-0188 ext #7",
        ),
    ],
)
def test_a_telephone_is_taken_in_the_forms_that_people_write(directory, telephone):
    made = directory.import_roster(directory.roster({"telephone": telephone}))

    assert made.state == roster_pb.RosterImport.APPLIED, directory.errors(made)
    assert directory.hire(telephone=telephone).telephone == telephone.replace("\u2011", "-").replace("\u2013", "-")


def test_an_open_end_of_another_system_is_open_and_can_be_ended(directory):
    day = directory.day(-30).isoformat()
    directory.import_roster(directory.roster(row("L-1", leave_from=day, leave_to="9999-12-31", left_on="9999-12-31")))
    lake = directory.as_whole("people.read").ListPeople(person_pb.ListPeopleRequest(parent="agencies/lake")).people
    recorded = directory.hire("mendocino")
    stub = directory.as_whole("people.write")
    stub.RecordLeave(
        person_pb.RecordLeaveRequest(
            person=recorded.name,
            leave=person_pb.Leave(start_date=day, end_date="9999-12-31"),
            request_id=directory.request_id(),
        )
    )

    for person in (lake[0].name, recorded.name):
        back = stub.EndLeave(
            person_pb.EndLeaveRequest(
                person=person, return_date=directory.day().isoformat(), request_id=directory.request_id()
            )
        )
        assert [leave.end_date for leave in back.leaves] == [directory.day(-1).isoformat()]
        assert [job.end_date for job in back.jobs] == [""]


@pytest.mark.parametrize("value", ["0001-01-01", "0027-05-06", "1899-12-31", "2201-01-01", "9999-12-30"])
def test_a_day_of_nobodys_life_is_refused_wherever_it_is_given(directory, value):
    person, stub, ask = directory.hire(), directory.as_whole("people.write"), {"request_id": directory.request_id()}
    calls = (
        lambda: directory.as_whole("people.write").CreateJob(
            person_pb.CreateJobRequest(
                parent="agencies/mendocino",
                person=person.name,
                job=person_pb.Job(local_title="T", job_class="attorney", start_date=value),
                **ask,
            )
        ),
        lambda: stub.EndJob(person_pb.EndJobRequest(parent="agencies/lake", person=person.name, end_date=value, **ask)),
        lambda: stub.RecordLeave(
            person_pb.RecordLeaveRequest(person=person.name, leave=person_pb.Leave(start_date=value), **ask)
        ),
        lambda: stub.EndLeave(person_pb.EndLeaveRequest(person=person.name, return_date=value, **ask)),
    )
    for call in calls:
        with pytest.raises(Refused) as refused:
            call()
        assert refused.value.reason == "INVALID_FIELD"
