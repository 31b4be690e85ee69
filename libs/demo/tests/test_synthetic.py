"""The synthetic staff: the same bytes from the same seed, and as awkward as real rosters are."""

import dataclasses
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from cadre_cli import reference
from cadre_cli.datafiles import DataFileError
from cadre_cli.reference import STATE_AGENCY, Reference
from cadre_demo import roster, synthetic
from cadre_demo.names import Name, without_diacritics
from cadre_demo.roster import RosterRow

# The demonstration runs on the real clock; no later day than this is asked of its leaves.
LATE = date(2029, 12, 31)


@pytest.fixture(scope="module")
def data() -> Reference:
    return reference.load()


@pytest.fixture(scope="module")
def rows(data: Reference) -> list[RosterRow]:
    """The committed roster."""
    return roster.read(roster.synthetic_roster_path(), data)


@pytest.fixture(scope="module")
def local(rows: list[RosterRow]) -> list[RosterRow]:
    """The jobs held in local agencies on the day for which the roster is true."""
    return [row for row in rows if row.agency != STATE_AGENCY and row.holds_job_on(synthetic.AS_OF)]


def people(rows: Iterable[RosterRow]) -> set[str]:
    return {row.staff_number for row in rows}


def scripts(text: str) -> set[str]:
    return {unicodedata.name(letter).split()[0] for letter in text if letter.isalpha()}


def test_the_same_seed_gives_the_bytes_that_are_committed() -> None:
    committed = roster.synthetic_roster_path().read_bytes()

    assert roster.text_of(synthetic.generate()).encode() == committed
    assert roster.text_of(synthetic.generate(seed=1)).encode() != committed


def test_some_7500_people_work_in_47_agencies_of_five_or_more(data: Reference, local: list[RosterRow]) -> None:
    staff = {agency: len(people(row for row in local if row.agency == agency)) for agency in {r.agency for r in local}}

    assert len(people(local)) == synthetic.PEOPLE
    assert 7_400 <= sum(staff.values()) <= 7_600
    assert staff.keys() == {agency.lcsa_id for agency in data.local_agencies}
    assert min(staff.values()) >= synthetic.SMALLEST_AGENCY
    assert max(staff, key=lambda agency: staff[agency]) == "los-angeles"


def test_reported_head_counts_stay_as_reported(data: Reference, local: list[RosterRow]) -> None:
    reported = {agency.lcsa_id: agency.staff_reported for agency in data.local_agencies if agency.staff_reported}

    assert reported
    assert {name: len(people(row for row in local if row.agency == name)) for name in reported} == reported


def test_lake_has_12_people_one_of_them_on_leave_and_its_coordinator_is_a_specialist(local: list[RosterRow]) -> None:
    lake = [row for row in local if row.agency == "lake"]

    assert len(people(lake)) == len(lake) == 12
    away = [row for row in lake if row.leave_from is not None]
    assert len(away) == 1
    assert away[0].on_leave_on(synthetic.AS_OF)
    assert away[0].on_leave_on(LATE)
    [coordinator] = [row for row in lake if "coordinator" in row.roles]
    assert coordinator.job_class.startswith("child-support-specialist")
    assert "Child Support Officer I" in {row.local_title for row in lake}


def test_the_state_has_forty_people_with_its_roles(rows: list[RosterRow], data: Reference) -> None:
    state = [row for row in rows if row.agency == STATE_AGENCY]

    assert len(state) == 40
    assert {role for row in state for role in row.roles} == set(roster.STATE_ROLES)
    assert {unit for row in state for unit in row.units} == {unit.slug for unit in data.state_divisions}


def test_every_agency_has_one_director_and_a_coordinator_and_a_supervisor(local: list[RosterRow]) -> None:
    roles: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in local:
        roles[row.agency].update(row.roles)

    assert len(roles) == 47
    assert {counted["director"] for counted in roles.values()} == {1}
    assert all(counted["coordinator"] >= 1 and counted["supervisor"] >= 1 for counted in roles.values())
    assert {role for counted in roles.values() for role in counted} == set(roster.LOCAL_ROLES)


def test_whoever_has_a_role_has_an_address_and_is_not_on_leave(rows: list[RosterRow]) -> None:
    leaders = [row for row in rows if row.roles]

    assert leaders
    assert all(row.email and row.leave_from is None for row in leaders)


def test_more_than_a_hundred_people_have_two_agencies_at_once(local: list[RosterRow]) -> None:
    held = defaultdict(set)
    for row in local:
        held[row.staff_number].add(row.agency)
    agencies = {number: named for number, named in held.items() if len(named) > 1}

    assert len(agencies) >= 100
    assert {len(named) for named in agencies.values()} == {2}


def test_some_jobs_have_no_unit_and_some_have_several(local: list[RosterRow]) -> None:
    units = Counter(min(len(row.units), 2) for row in local)

    assert 0.02 < units[0] / len(local) < 0.04
    assert 0.04 < units[2] / len(local) < 0.08


def test_some_are_on_leave_now_and_years_from_now(local: list[RosterRow]) -> None:
    for day in (synthetic.AS_OF, LATE):
        share = len(people(row for row in local if row.on_leave_on(day))) / len(people(local))
        assert 0.01 < share < 0.02
    assert [row for row in local if row.leave_to and row.leave_to < synthetic.AS_OF]


def test_some_have_no_address_and_the_others_one_that_says_synthetic(rows: list[RosterRow]) -> None:
    without = [row for row in rows if row.email is None]

    assert 0.005 < len(without) / len(rows) < 0.02
    assert all(row.email.endswith(".synthetic.example.org") for row in rows if row.email)


def test_some_left_and_some_came_from_another_agency(rows: list[RosterRow]) -> None:
    ended = [row for row in rows if row.left_on is not None]
    now = people(row for row in rows if row.holds_job_on(synthetic.AS_OF))

    assert len(people(ended) - now) >= 30
    assert len(people(ended) & now) >= 20
    assert all(row.left_on is not None and row.left_on <= synthetic.AS_OF for row in ended)


@pytest.mark.parametrize("script", ["LATIN", "CJK", "ARMENIAN"])
def test_names_are_in_several_scripts(rows: list[RosterRow], script: str) -> None:
    assert [row.name for row in rows if script in scripts(row.name)]


@pytest.mark.parametrize(
    ("kind", "sign"),
    [
        ("diacritics", "ñ"),
        ("Vietnamese letters", "ễ"),
        ("stroke", "ø"),
        ("apostrophe", "O'"),
        ("hyphen", "-"),
        ("particle", "de la "),
        ("Hmong", "Xiong"),
        ("Armenian", "yan"),
        ("Chinese", "Zh"),
        ("Punjabi", "Dhaliwal"),
        ("Tagalog", "Panganiban"),
    ],
)
def test_family_names_are_as_real_rosters_hold_them(rows: list[RosterRow], kind: str, sign: str) -> None:
    assert [row for row in rows if sign in row.family_name], kind


def test_some_have_two_family_names_with_a_space_between(rows: list[RosterRow]) -> None:
    double = [row for row in rows if len(row.family_name.split()) == 2 and row.family_name[0].isupper()]

    assert len(double) > 100


def test_two_people_of_one_agency_have_one_name(local: list[RosterRow]) -> None:
    numbers = defaultdict(set)
    for row in local:
        numbers[row.agency, row.family_name, row.given_name].add(row.staff_number)
    namesakes = {agency for (agency, *_), same in numbers.items() if len(same) > 1}

    assert {"los-angeles", "sacramento", "contra-costa"} <= namesakes


def test_classes_are_those_of_the_level_and_titles_those_of_the_class(rows: list[RosterRow], data: Reference) -> None:
    classes = {job.slug: job for job in data.job_classes}

    assert {classes[row.job_class].level for row in rows if row.agency == STATE_AGENCY} == {"state"}
    assert {classes[row.job_class].level for row in rows if row.agency != STATE_AGENCY} == {"local"}
    local = [row for row in rows if row.agency != STATE_AGENCY]
    assert all(row.local_title in classes[row.job_class].local_titles for row in local)
    assert {job.slug for job in data.job_classes} == {row.job_class for row in rows}


def test_large_agencies_take_larger_shares_of_more_people(data: Reference) -> None:
    few, many = (synthetic.headcounts(people, data.local_agencies) for people in (2_000, 100_000))

    assert (sum(few.values()), sum(many.values())) == (2_000, 100_000)
    assert few["lake"] == many["lake"] == 12
    assert min(few.values()) == synthetic.SMALLEST_AGENCY
    assert many["los-angeles"] > 20 * few["los-angeles"]


def test_a_bench_gets_as_many_people_as_it_asks_for(data: Reference) -> None:
    generated = synthetic.generate(seed=7, people=10_000, reference=data)

    working = people(row for row in generated if row.agency != STATE_AGENCY and row.holds_job_on(synthetic.AS_OF))
    assert len(working) == 10_000


def test_too_few_people_for_all_agencies_are_refused(data: Reference) -> None:
    with pytest.raises(ValueError, match="too few"):
        synthetic.headcounts(100, data.local_agencies)


@pytest.mark.parametrize(
    ("latin", "mailbox"),
    [
        ("Thi Nguyễn", "thi.nguyen"),
        ("Søren O'Dwyer", "soren.odwyer"),
        ("MaríaElena de la Cruz", "mariaelena.delacruz"),
        ("Ana Peña-Ruiz", "ana.pena-ruiz"),
        ("Đức Łukasiewicz", "duc.lukasiewicz"),
    ],
)
def test_an_address_is_made_of_the_plain_letters_of_a_name(latin: str, mailbox: str) -> None:
    assert Name(family="any", given="any", latin=latin).mailbox == mailbox


def test_a_name_loses_its_diacritics_and_nothing_else() -> None:
    assert without_diacritics("Íñiguez-O'Brien Straße") == "Iniguez-O'Brien Strasse"


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"agency": "atlantis"}, "agency"),
        ({"units": ("intake", "kitchen")}, "units"),
        ({"job_class": "juggler"}, "job_class"),
        ({"roles": ("king",)}, "roles"),
        ({"family_name": "Nun\N{COMBINING TILDE}ez"}, "family_name"),
        ({"staff_number": "123"}, "staff_number"),
        ({"left_on": date(1980, 1, 1)}, "left_on"),
        ({"leave_to": date(2030, 1, 1)}, "leave_to"),
        ({"email": "nobody"}, "email"),
    ],
)
def test_a_bad_roster_row_is_refused_by_its_cell(
    tmp_path: Path, data: Reference, rows: list[RosterRow], changes: dict[str, object], column: str
) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(roster.text_of([rows[0], dataclasses.replace(rows[1], **changes)]), encoding="utf-8")  # type: ignore[arg-type]

    with pytest.raises(DataFileError) as refused:
        roster.read(path, data)

    assert (refused.value.row, refused.value.column.split(".")[0]) == (3, column)


@pytest.mark.parametrize(
    ("changes", "column"),
    [({"staff_number": "S-000001"}, "staff_number"), ({"staff_number": "S-999999"}, "email")],
)
def test_one_number_has_one_name_and_one_address_has_one_number(
    tmp_path: Path, data: Reference, rows: list[RosterRow], changes: dict[str, str], column: str
) -> None:
    first, other = rows[0], rows[1]
    assert first.staff_number == "S-000001"
    assert other.email
    path = tmp_path / "roster.csv"
    path.write_text(roster.text_of([first, other, dataclasses.replace(other, **changes)]), encoding="utf-8")  # type: ignore[arg-type]

    with pytest.raises(DataFileError) as refused:
        roster.read(path, data)

    assert (refused.value.row, refused.value.column) == (4, column)


@pytest.mark.parametrize("person", [1, 999_999, 1_000_000, 1_234_567])
def test_of_a_million_people_each_has_an_extension_that_a_roster_takes(person: int) -> None:
    assert re.fullmatch(r"555-0147, ext\. [0-9]{1,6}", synthetic.telephone(47, person))


def test_units_are_led_by_those_who_have_a_role_and_many_in_a_big_agency_share_one(rows: list[RosterRow]) -> None:
    leads = defaultdict(list)
    for row in rows:
        assert not row.leads or {"supervisor", "director"} & set(row.roles)
        for unit in row.leads:
            leads[row.agency, unit].append(row.staff_number)

    assert len(leads["los-angeles", "enforcement"]) > 20
    assert len(leads["lake", "enforcement"]) == 1
    units = {(row.agency, unit) for row in rows if row.agency != STATE_AGENCY for unit in row.units}
    assert set() < units - leads.keys(), "a unit of one person is led by nobody"
    assert leads.keys() <= units
