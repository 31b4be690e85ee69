"""The synthetic staff: a deterministic, seeded roster for the 47 local agencies and the state. Nobody in it exists.

``python -m cadre_demo.synthetic`` writes ``data/synthetic/roster.csv`` again; the same seed gives the same bytes.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from cadre_cli import reference as reference_data
from cadre_cli.reference import STATE_AGENCY, Agency, Reference
from cadre_demo import posts, roster
from cadre_demo.names import Name, NameSource, read_groups
from cadre_demo.posts import Post
from cadre_demo.roster import RosterRow

SEED = 2026
# People who hold a job in a local agency at AS_OF; the state's forty come on top.
PEOPLE = 7_460
# The day for which the roster is true. Everything in it that began, began before; nothing depends on today's date.
AS_OF = date(2026, 7, 1)
# The demonstration runs on the real clock, so a leave that shall still last then ends in this year.
LEAVE_ENDS_IN = 2030

SMALLEST_AGENCY = 5
# Real head counts are known for few agencies (agencies.csv); the demonstration's small agency is fixed.
FIXED_STAFF = {"lake": 12}
DEMONSTRATION_AGENCY = "lake"
MAIL_DOMAIN = "synthetic.example.org"
# Digits of an extension; rosters take no more.
_EXTENSION_DIGITS = 6

TWO_JOBS_SHARE = 0.015
NEIGHBOURS = 3
NEIGHBOUR_SHARE = 0.85
ON_LEAVE_SHARE = 0.02
# Nobody is on leave who came more recently than this.
PROBATION = timedelta(days=400)
RETURNED_SHARE = 0.003
NO_MAIL_SHARE = 0.015
LEFT_SHARE = 0.006
MOVED_SHARE = 0.004
NAMESAKES_FROM = 200

MANAGEMENT, SUPERVISOR = "management", "supervisor"

SHARED_CLASSES = frozenset(
    {
        "attorney-1", "attorney-2", "attorney-3", "attorney-4", "child-support-specialist-2",
        "child-support-specialist-3", "account-specialist", "legal-secretary", "outreach-specialist",
    }
)  # fmt: skip

# Agencies whose own words for a class are known from a public page (sources: agencies.csv); the others draw theirs.
KNOWN_TITLE_COLUMNS = {"lake": 1, "mendocino": 0, "glenn": 0}


@dataclass(frozen=True)
class _Person:
    agency: Agency
    name: Name
    post: Post
    title: str
    hired_on: date


def headcounts(people: int, agencies: Sequence[Agency]) -> dict[str, int]:
    """Share *people* out over *agencies* by population; reported and fixed counts stay, and nobody has fewer than five.

    Raises ValueError if *people* are too few for that.
    """
    counts = {agency.lcsa_id: agency.staff_reported for agency in agencies if agency.staff_reported} | FIXED_STAFF
    population = {agency.lcsa_id: agency.pop_2019 or 0 for agency in agencies if agency.lcsa_id not in counts}
    room = people - sum(counts.values())
    if room < SMALLEST_AGENCY * len(population):
        raise ValueError(f"{people} people are too few for {len(agencies)} agencies")
    # Those whose share would be too small get the least; what is left is shared out among the others.
    while tiny := [name for name in population if room * population[name] < SMALLEST_AGENCY * sum(population.values())]:
        for name in tiny:
            counts[name] = SMALLEST_AGENCY
            room -= SMALLEST_AGENCY
            del population[name]
    total = sum(population.values())
    shares = {name: divmod(room * inhabitants, total) for name, inhabitants in population.items()}
    counts |= {name: whole for name, (whole, _) in shares.items()}
    missing = room - sum(whole for whole, _ in shares.values())
    for name in sorted(shares, key=lambda name: (-shares[name][1], name))[:missing]:
        counts[name] += 1
    return {agency.lcsa_id: counts[agency.lcsa_id] for agency in agencies}


def generate(seed: int = SEED, people: int = PEOPLE, reference: Reference | None = None) -> list[RosterRow]:
    """Return the roster of *people* synthetic local staff, and the state's; the same arguments give the same rows.

    People with a second job have two rows; people who left or moved before AS_OF have rows on top of *people*.
    """
    return _Generator(Random(seed), reference or reference_data.load()).roster(people)  # noqa: S311 - wants repeatability


def telephone(agency: int, person: int) -> str:
    """Return the number of the nth person at the mth agency: 555-0100 to 555-0199 belong to nobody."""
    return f"555-01{agency:02}, ext. {person % 10**_EXTENSION_DIGITS}"


def with_leads(rows: Sequence[RosterRow]) -> list[RosterRow]:
    """Return the people of an agency with the units that they lead: each supervisor those in which they work.

    The director leads *management*, and a unit of several in which no supervisor works is led by the first of them. A
    unit of one person has no lead, as in many a small agency.
    """
    led = {row.staff_number: set(row.units) - {MANAGEMENT} for row in rows if SUPERVISOR in row.roles}
    sizes = Counter(unit for row in rows for unit in row.units)
    without = {unit for unit, size in sizes.items() if size > 1} - {MANAGEMENT} - {u for of in led.values() for u in of}
    first = next(iter(led))
    led[first] |= without
    director = next(row.staff_number for row in rows if "director" in row.roles)
    led.setdefault(director, set()).update({MANAGEMENT} & sizes.keys())
    return [replace(row, leads=tuple(sorted(led.get(row.staff_number, ())))) for row in rows]


class _Generator:
    """One run: the order in which it asks *random* is the order of the steps in `roster`."""

    def __init__(self, random: Random, reference: Reference) -> None:
        self._random = random
        self._reference = reference
        self._names = NameSource(read_groups(), random)
        self._titles = {job.slug: job.local_titles for job in reference.job_classes}
        self._agencies = {agency.lcsa_id: agency for agency in reference.agencies}
        self._near = _neighbours(reference)
        self._fixed = {a.lcsa_id for a in reference.local_agencies if a.staff_reported} | FIXED_STAFF.keys()
        # Each agency has its own words for the classes, the same for all its people.
        self._title_column = {
            name: KNOWN_TITLE_COLUMNS.get(name, random.randrange(4)) for name in sorted(self._agencies)
        }
        self._mailboxes: Counter[str] = Counter()
        self._numbers = 0

    def roster(self, people: int) -> list[RosterRow]:
        rows = []
        for name, staff in headcounts(people, self._reference.local_agencies).items():
            rows += self._with_leave(self._agency(self._agencies[name], staff))
        rows += [self._row(self._state_person(title, post)) for title, post in posts.of_state()]
        local = [row for row in rows if row.agency != STATE_AGENCY]
        second = self._second_jobs(local, math.ceil(people * TWO_JOBS_SHARE))
        busy = {row.staff_number for row in second}
        settled = [row for row in local if row.staff_number not in busy]
        earlier = self._earlier_jobs(settled, round(people * MOVED_SHARE))
        left = self._leavers(round(people * LEFT_SHARE))
        order = {agency.lcsa_id: place for place, agency in enumerate(self._reference.agencies)}
        return sorted(
            [*rows, *second, *earlier, *left], key=lambda row: (order[row.agency], row.staff_number, row.hired_on)
        )

    def _agency(self, agency: Agency, staff: int) -> list[RosterRow]:
        people = [self._local_person(agency, post) for post in posts.of_agency(staff, self._random)]
        if staff >= NAMESAKES_FROM:
            people[-1] = replace(people[-1], name=people[staff // 2].name)
        return with_leads([self._row(person) for person in people])

    def _local_person(self, agency: Agency, post: Post) -> _Person:
        return _Person(
            agency=agency,
            name=self._names.draw(agency.region_assumed),
            post=post,
            title=self._title(agency.lcsa_id, post.job_class),
            hired_on=self._hired_on(post.job_class),
        )

    def _state_person(self, title: str, post: Post) -> _Person:
        name = self._names.draw(None)
        return _Person(self._agencies[STATE_AGENCY], name, post, title, self._hired_on(post.job_class))

    def _row(self, person: _Person) -> RosterRow:
        self._numbers += 1
        return RosterRow(
            agency=person.agency.lcsa_id,
            staff_number=f"S-{self._numbers:06}",
            family_name=person.name.family,
            given_name=person.name.given,
            email=self._email(person),
            local_title=person.title,
            job_class=person.post.job_class,
            units=person.post.units,
            hired_on=person.hired_on,
            roles=person.post.roles,
            telephone=self._telephone(person),
        )

    def _email(self, person: _Person) -> str | None:
        # Whoever has a role signs in, so they have an address.
        if not person.post.roles and self._random.random() < NO_MAIL_SHARE:
            return None
        address = f"{person.name.mailbox}@{person.agency.lcsa_id}.{MAIL_DOMAIN}"
        self._mailboxes[address] += 1
        namesakes = self._mailboxes[address]
        return address if namesakes == 1 else address.replace("@", f"{namesakes}@")

    def _telephone(self, person: _Person) -> str | None:
        """Who has a role can be called."""
        if not person.post.roles:
            return None
        return telephone(list(self._agencies).index(person.agency.lcsa_id), self._numbers)

    def _title(self, agency: str, job_class: str) -> str:
        titles = self._titles[job_class]
        return titles[self._title_column[agency] % len(titles)]

    def _hired_on(self, job_class: str) -> date:
        # A trainee is promoted after about a year; the others stay for up to thirty, most of them for fewer than ten.
        if job_class == "child-support-specialist-1":
            return AS_OF - timedelta(days=self._random.randrange(20, 540))
        return AS_OF - PROBATION - timedelta(days=int(10_500 * self._random.random() ** 1.7))

    def _with_leave(self, rows: list[RosterRow]) -> list[RosterRow]:
        able = [place for place, row in enumerate(rows) if not row.roles and row.hired_on <= AS_OF - PROBATION]
        if rows[0].agency == DEMONSTRATION_AGENCY:
            away = {able[-1]: True}
        else:
            chances = {place: self._random.random() for place in able}
            away = {p: c < ON_LEAVE_SHARE for p, c in chances.items() if c < ON_LEAVE_SHARE + RETURNED_SHARE}
        return [self._on_leave(row, lasts=away[place]) if place in away else row for place, row in enumerate(rows)]

    def _on_leave(self, row: RosterRow, *, lasts: bool) -> RosterRow:
        begins = AS_OF - timedelta(days=self._random.randrange(60, 300))
        if lasts:
            ends = date(LEAVE_ENDS_IN, 1, 1) + timedelta(days=self._random.randrange(365))
        else:
            ends = begins + timedelta(days=self._random.randrange(14, 56))
        return replace(row, leave_from=begins, leave_to=ends)

    def _second_jobs(self, rows: Sequence[RosterRow], count: int) -> list[RosterRow]:
        shared = [row for row in rows if row.job_class in SHARED_CLASSES and row.agency != DEMONSTRATION_AGENCY]
        able = [row for row in shared if not row.roles and row.leave_from is None]
        return [self._second_job(row) for row in self._random.sample(able, count)]

    def _second_job(self, row: RosterRow) -> RosterRow:
        agency = self._other_agency(row.agency)
        begins = row.hired_on + timedelta(days=self._random.randrange(1, (AS_OF - row.hired_on).days))
        return replace(
            row,
            agency=agency,
            local_title=self._title(agency, row.job_class),
            units=row.units[:1],
            hired_on=begins,
        )

    def _earlier_jobs(self, rows: Sequence[RosterRow], count: int) -> list[RosterRow]:
        """Give *count* people an ended job in another agency, left on the day on which they came to this one."""
        moved = self._random.sample([row for row in rows if not row.roles and row.agency not in self._fixed], count)
        return [self._earlier_job(row) for row in moved]

    def _earlier_job(self, row: RosterRow) -> RosterRow:
        agency = self._other_agency(row.agency)
        return replace(
            row,
            agency=agency,
            local_title=self._title(agency, row.job_class),
            hired_on=row.hired_on - timedelta(days=self._random.randrange(200, 3000)),
            left_on=row.hired_on,
            leave_from=None,
            leave_to=None,
        )

    def _leavers(self, count: int) -> list[RosterRow]:
        open_agencies = [agency for agency in self._reference.local_agencies if agency.lcsa_id not in self._fixed]
        weights = [agency.pop_2019 or 0 for agency in open_agencies]
        homes = self._random.choices(open_agencies, weights=weights, k=count)
        post = Post("child-support-specialist-2", ("enforcement",))
        rows = [self._row(self._local_person(agency, post)) for agency in homes]
        return [replace(row, left_on=AS_OF - timedelta(days=self._random.randrange(1, 390))) for row in rows]

    def _other_agency(self, home: str) -> str:
        near = [name for name in self._near[home] if name not in self._fixed]
        choice = near[:NEIGHBOURS] if self._random.random() < NEIGHBOUR_SHARE else near
        return self._random.choice(choice)


def _neighbours(reference: Reference) -> dict[str, list[str]]:
    """Return for each local agency the others, the nearest first, by the label points of their largest counties."""
    largest = {}
    for county in sorted(reference.counties, key=lambda county: county.pop_2019):
        largest[county.lcsa_id] = county
    # A degree of longitude is shorter than one of latitude by this factor in the middle of California.
    squeeze = math.cos(math.radians(37))
    places = {name: (county.label_lat, county.label_lon * squeeze) for name, county in largest.items()}
    return {
        name: sorted(places.keys() - {name}, key=lambda other: (math.dist(place, places[other]), other))
        for name, place in places.items()
    }


def write(rows: Iterable[RosterRow]) -> None:
    """Write the committed roster file."""
    roster.synthetic_roster_path().write_text(roster.text_of(rows), encoding="utf-8", newline="")


if __name__ == "__main__":
    write(generate())
