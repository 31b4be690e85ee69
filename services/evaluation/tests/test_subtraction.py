"""The subtraction attack on what the service really answers, over random people on random days."""

import itertools
import uuid
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cadre.evaluation.v1 import quality_service_pb2 as pb
from evaluation.quality.box import box_of
from evaluation.quality.reactions import send
from evaluation.quality.releases import release
from evaluation.quality.rules import FEWEST, Reaction
from servicekit.calendar import pacific_date
from servicekit.data.anonymous import anonymous_write

from .conftest import new_id

AGENCIES = ("", "lake", "los-angeles", "alameda")
START = datetime(2026, 11, 23, 20, tzinfo=UTC)
PEOPLE = st.lists(
    st.tuples(
        st.integers(0, 11),
        st.sampled_from(AGENCIES),
        st.integers(1, 2),
        st.tuples(*[st.integers(0, 5)] * 5).filter(any),
    ),
    min_size=5,
    max_size=60,
)


def figures(quality, name):
    """All that can be asked of a course: n by filter and question."""
    course = quality.course(name)
    seen = {("state", "", ratings.question): ratings.n for ratings in course.ratings}
    for version in course.versions:
        seen |= {("version", version.version, ratings.question): ratings.n for ratings in version.ratings}
    for agency in filter(None, AGENCIES):
        found = quality.agency(agency).get(name, pb.CourseQuality())
        seen |= {("agency", agency, ratings.question): ratings.n for ratings in found.ratings}
    return seen


def differences(days):
    """What subtraction finds: day from day, part from whole, and what no sum of parts accounts for."""
    for earlier, later in itertools.combinations(days, 2):
        for key, n in later.items():
            yield n - earlier.get(key, 0)
    for seen in days:
        for (kind, _, question), n in seen.items():
            yield n
            whole = seen[("state", "", question)]
            same_kind = [m for (other, _, asked), m in seen.items() if (other, asked) == (kind, question)]
            yield whole - n
            for size in range(1, len(same_kind) + 1):
                for parts in itertools.combinations(same_kind, size):
                    yield whole - sum(parts)


def test_the_attack_would_find_a_small_difference():
    days = [{("state", "", "useful"): 6}, {("state", "", "useful"): 9, ("agency", "lake", "useful"): 7}]
    assert {3, 2} <= set(differences(days))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PEOPLE)
def test_no_two_answers_of_the_service_differ_by_fewer_than_five_people(quality, people):
    name = f"courses/c-{new_id()}"
    for version in (1, 2):
        quality.hear(version, course=name)
    box, days = box_of(quality.keys_dir), []
    for day in range(14):
        now = START + timedelta(days=day)
        for sent_on, agency, version, ratings in people:
            if sent_on == day:
                reaction = Reaction(name.removeprefix("courses/"), version, agency, ratings)
                with anonymous_write(quality.database) as db:
                    send(db, reaction, digest=uuid.uuid4().bytes, day=pacific_date(now), box=box)
        release(quality.database, now, box)
        days.append(figures(quality, name))

    found = set(differences(days))
    assert all(difference == 0 or difference >= FEWEST for difference in found), sorted(found)
    # And it is no empty promise: five answers to one question on the first days are told.
    for question, asked in enumerate(("useful", "realistic", "able", "intend", "supported")):
        early = [one for one in people if one[2] == 1 and one[3][question] and one[0] < 5]
        if len(early) >= FEWEST:
            assert days[-1].get(("version", 1, asked), 0) >= FEWEST
