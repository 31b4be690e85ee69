"""Complaints about other products' rosters and rules that must not be made about this one.

Each test says the complaint and its number among the demands. What the whole product shows of them is in
`tests/system/test_demands.py`.
"""

import csv
import io
import random

import pytest
from sqlalchemy import event

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.directory.v1 import roster_service_pb2 as roster_pb
from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from directory import membership
from directory.audiences import audits
from directory.rules.columns import COLUMNS, REQUIRED

# As people write them, in all the alphabets that California's rosters hold.
NAMES = (
    ("Vang", "Pajzoo"),
    ("Xyooj", "Nplaim"),
    ("Պետրոսյան", "Անի"),
    ("陈", "美玲"),
    ("Nguyễn", "Thị Hồng"),
    ("Núñez", "Zoë"),
    ("O’Brien", "Siobhán"),  # noqa: RUF001 - meant
    ("Kaʻahumanu", "Keʻala"),  # noqa: RUF001 - meant
    ("Łukasz", ""),
)


def staff(directory, agency="lake"):
    found = directory.as_whole("people.read").ListPeople(
        person_pb.ListPeopleRequest(parent=f"agencies/{agency}", page_size=1000)
    )
    return {person.staff_number: person for person in found.people}


def fingerprint(directory):
    """Everything that a roster can change, and what was told."""
    tables = ("person", "job", "leave", "role_grant", "audience", "audience_member", "agency", "county_membership")
    with directory.running.connect() as connection:
        state = {table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3").fetchall() for table in tables}
        return state, connection.execute("SELECT count(*) FROM outbox").fetchone()


def report(roster):
    """What a report says, apart from which import it is of."""
    kept = roster_pb.RosterImport()
    kept.CopyFrom(roster)
    for field in ("name", "state", "dry_run", "create_time", "complete_time"):
        kept.ClearField(field)
    return kept


def test_after_ten_thousand_random_edits_every_audience_holds_whom_its_rule_names(directory):
    """D04, "35 of 3,600 silently skipped by a rule": what is kept up edit by edit is what a recount gives."""
    chance = random.Random(4)
    audiences = [
        directory.audience(*clauses, exclude=exclude)
        for clauses, exclude in (
            ([audience_pb.AudienceClause()], ()),
            (
                [
                    audience_pb.AudienceClause(units=["legal"]),
                    audience_pb.AudienceClause(agencies=["agencies/lake"], units=["intake"]),
                ],
                (),
            ),
            (
                [audience_pb.AudienceClause(job_classes=["attorney"])],
                [audience_pb.AudienceClause(agencies=["agencies/mendocino"])],
            ),
        )
    ]
    for _ in range(4):
        made = directory.import_roster(directory.roster(*(random_edit(chance, n) for n in range(2_500))))
        assert made.state == roster_pb.RosterImport.APPLIED, directory.errors(made)
        assert made.jobs_added + made.jobs_changed + made.jobs_ended > 1_000

        with directory.running.runtime.database.transaction(actor="services/test", method="test") as db:
            assert audits.drift(db) == 0
            assert membership.recompute(db, at=db.at) == 0
    assert all(0 < directory.get_audience(audience).people < 2_500 for audience in audiences[1:])


def random_edit(chance, number):
    """Say of a person where they work, as what, in which units, whether they left and whether they are on leave."""
    agency = chance.choice(("lake", "mendocino", "los-angeles"))
    return {
        "staff_number": f"S-{number:06}",
        "email": "",
        "agency": agency,
        "job_class": chance.choice(("attorney", "supervisor")),
        "units": chance.choice(("", "legal", "intake", "intake;locate")),
        "left_on": chance.choice(("", "", "", "2024-01-01")),
        "leave_from": chance.choice(("", "", "", "2026-01-05")),
    }


def test_signing_in_evaluates_no_rule(directory):
    """D06, "rules are evaluated at login and slow mass logins": a sign-in looks at no audience."""
    person = directory.hire("lake")
    directory.grant(person.name, "coordinator", "agencies/lake")
    for units in (["legal"], ["intake"], []):
        directory.audience(audience_pb.AudienceClause(units=units))
    statements = []
    engine = directory.running.runtime.database.engine
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))

    at_sign_in = directory.as_whole("sign_ins.exchange")
    at_sign_in.GetSignInPerson(sign_in_pb.GetSignInPersonRequest(staff_number=person.staff_number, whole_state=True))
    at_sign_in.ExchangeSignIn(sign_in_pb.ExchangeSignInRequest(person=person.name))
    directory.as_person(person.name, {"self.read": ["self"]}).GetMe(person_pb.GetMeRequest())

    assert len(statements) > 2
    assert [statement for statement in statements if "audience" in statement] == []


def test_ten_thousand_rows_in_one_file_are_taken_and_the_same_file_again_changes_nothing(directory):
    """D07, "admins split files into 400 rows"."""
    directory.audience()
    rows = [
        {
            "staff_number": f"S-{n:06}",
            "family_name": f"Family{n % 2_000}",
            "email": f"p{n}@example.org",
            "agency": ("lake", "mendocino", "los-angeles")[n % 3],
            "units": ("legal", "intake;locate", "")[n % 3],
        }
        for n in range(10_000)
    ]
    file = directory.roster(*rows)

    first = directory.import_roster(file)
    before = fingerprint(directory)
    again = directory.import_roster(file)

    assert (first.state, first.people_added, first.jobs_added) == (roster_pb.RosterImport.APPLIED, 10_000, 10_000)
    assert (again.state, again.unchanged, again.not_in_file) == (roster_pb.RosterImport.APPLIED, 10_000, 0)
    assert fingerprint(directory) == before


def test_reference_data_that_was_listed_and_is_imported_again_changes_nothing(directory):
    """D08, "import of one's own export fails": agencies, units and classes, sent back as they were listed."""
    reader = directory.as_person(directory.hire("lake").name, {"agencies.read": ["self"]})
    listed = reader.ListAgencies(agency_pb.ListAgenciesRequest(page_size=200))
    vocabulary = reader.ListVocabulary(agency_pb.ListVocabularyRequest())
    before = fingerprint(directory)

    answer = directory.as_whole("reference.import").ImportReference(
        agency_pb.ImportReferenceRequest(
            agencies=listed.agencies,
            units=vocabulary.units,
            job_classes=vocabulary.job_classes,
            request_id=directory.request_id(),
        )
    )

    assert len(listed.agencies) > 3
    assert answer.agencies_changed == 0
    assert fingerprint(directory) == before
    assert reader.ListVocabulary(agency_pb.ListVocabularyRequest()) == vocabulary


def test_every_fault_of_a_file_has_its_row_column_value_and_rule(directory):
    """D08, "errors named no row": of each cell at fault, all at once."""
    file = directory.roster(
        {}, {"job_class": "pilot"}, {"hired_on": "1 Feb 2020", "agency": "atlantis"}, {"units": "legal;moon"}
    )

    made = directory.import_roster(file)

    assert (made.state, made.errors) == (roster_pb.RosterImport.REFUSED, 4)
    assert directory.errors(made) == [
        (3, "job_class", "pilot", "is not a job class"),
        (4, "agency", "atlantis", "is not an agency"),
        (4, "hired_on", "1 Feb 2020", "must be a date, YYYY-MM-DD"),
        (5, "units", "moon", "is not a work unit"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(("separator", "end"), [(",", "\n"), (";", "\r\n"), ("\t", "\r\n")])
def test_names_of_every_alphabet_go_in_and_come_out(directory, encoding, separator, end):
    """D09, "a non-Latin file on Windows never finishes": any encoding, separator and line end of an office program."""
    rows = [{"family_name": family, "given_name": given} for family, given in NAMES]
    quoted = directory.roster(*rows, separator=separator, end=end).encode(encoding)

    made = directory.import_roster(quoted)

    assert made.state == roster_pb.RosterImport.APPLIED, directory.errors(made)
    kept = sorted((person.staff_number, person.family_name, person.given_name) for person in staff(directory).values())
    assert [name[1:] for name in kept] == list(NAMES)


def test_a_file_whose_signs_the_encoding_does_not_have_is_a_named_error_and_not_a_wrong_name(directory):
    """D09: what cannot be read says so; a western Windows file is read as it is meant."""
    west = directory.import_roster(directory.roster({"family_name": "Núñez"}).encode("cp1252"))
    broken = directory.import_roster(directory.roster({}).encode("utf-16-le") + b"\xd8")

    assert (west.state, staff(directory)["S-000001"].family_name) == (roster_pb.RosterImport.APPLIED, "Núñez")
    assert directory.errors(broken) == [
        (3, "encoding", "", "is not UTF-16 as its beginning says: save the whole file as CSV UTF-8")
    ]


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"family_name": "Núñez"},
        {"email": "new@example.org"},
        {"telephone": "707-555-0100"},
        {"units": "intake"},
        {"units": ""},
        {"local_title": "Officer II"},
        {"hired_on": "2019-05-01"},
        {"left_on": "2024-01-01"},
        {"leave_from": "2026-01-01", "leave_to": "2026-02-01"},
        {"roles": "supervisor"},
        {"agency": "mendocino"},
        {"staff_number": "S-000009", "email": ""},
        {"staff_number": "S-000002", "email": "person2@lake.example.org", "family_name": "Other"},
        {"job_class": "pilot"},
        {"hired_on": "soon"},
        {"email": "person2@lake.example.org"},
    ],
    ids=lambda row: "-".join(f"{column}={value}" for column, value in row.items()) or "unchanged",
)
def test_a_dry_run_says_of_each_row_what_an_actual_run_does(directory, row):
    """D10, "the dry run gives a wrong reason": row by row, the same figures, errors and people asked about."""
    directory.audience()
    directory.import_roster(directory.roster({}, {}))
    file = directory.roster(
        row, columns=[column for column in COLUMNS if column not in ("roles", "telephone") or column in row]
    )
    before = fingerprint(directory)

    dry = directory.import_roster(file, agency="lake", dry_run=True)
    assert fingerprint(directory) == before, "a dry run changes nothing"
    asked = absent(directory, dry)
    actual = directory.import_roster(file, agency="lake")

    assert report(dry) == report(actual)
    assert directory.errors(dry) == directory.errors(actual)
    assert bool(directory.errors(actual)) == (actual.state == roster_pb.RosterImport.REFUSED)
    assert (dry.state == roster_pb.RosterImport.REFUSED) == (actual.state == roster_pb.RosterImport.REFUSED)
    assert asked == absent(directory, actual)


def absent(directory, roster):
    found = directory.as_whole("roster.import").ListPeopleNotInFile(
        roster_pb.ListPeopleNotInFileRequest(parent=roster.name)
    )
    return [person.name for person in found.people]


def test_a_file_with_the_required_columns_alone_works(directory):
    """D11, "unclear which columns are the minimum": the template's required columns are enough."""
    reader = directory.as_person(directory.hire("mendocino").name, {"agencies.read": ["self"]})
    columns = reader.ListVocabulary(agency_pb.ListVocabularyRequest()).roster_columns
    required = [column.name for column in columns if column.required]

    made = directory.import_roster(directory.roster({}, {}, columns=required))
    header = next(csv.reader(io.StringIO(directory.roster({}, columns=required))))

    assert tuple(header) == REQUIRED
    assert [column.name for column in columns] == list(COLUMNS)
    assert (made.state, made.people_added) == (roster_pb.RosterImport.APPLIED, 2)
    for missing in required:
        short = directory.roster({}, columns=[column for column in required if column != missing])
        assert directory.errors(directory.import_roster(short))[0][:2] == (1, missing)


def test_who_has_no_unit_recorded_is_in_every_preview_list_and_count(directory):
    """Nobody is dropped in silence because data are missing."""
    person = directory.hire("lake", units=[])
    directory.hire("lake", units=["intake"])
    expression = audience_pb.AudienceExpression(include=[audience_pb.AudienceClause(units=["legal"])])

    preview = directory.as_whole("audiences.read").PreviewAudience(
        audience_pb.PreviewAudienceRequest(expression=expression)
    )
    audience = directory.audience(audience_pb.AudienceClause(units=["legal"]))
    coordinator = directory.as_coordinator("lake")

    lake = next(row for row in preview.agencies if row.agency == "agencies/lake")
    assert (preview.people, lake.staff, lake.no_unit_recorded) == (1, 1, 1)
    assert [name for name, _ in directory.changes(audience, 1)] == [person.name]
    assert coordinator.GetStaffCounts(person_pb.GetStaffCountsRequest(parent="agencies/lake")).no_unit_recorded == 1
    listed = coordinator.ListPeople(person_pb.ListPeopleRequest(parent="agencies/lake", unit="none"))
    assert [each.name for each in listed.people] == [person.name]
