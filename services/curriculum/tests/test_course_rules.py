import itertools
import json
from dataclasses import asdict, replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum.courses.rules.courses import (
    Course,
    CourseIncomplete,
    Section,
    check,
    check_complete,
    content_of,
    missing,
    reference_of,
)
from curriculum.courses.rules.pieces import Check
from servicekit import text
from servicekit.refusals import InvalidField

WHOLE = Course("Intake", sections=(Section("One", 5, "text"), Section("Two", 7, "text")))

sections = st.builds(Section, st.text(max_size=5), st.integers(0, 480), st.text(max_size=5))
courses = st.builds(Course, st.text(max_size=5), sections=st.lists(sections, max_size=4).map(tuple))


@pytest.mark.parametrize(
    ("draft", "lacks"),
    [
        (replace(WHOLE, sections=()), ["a section"]),
        (replace(WHOLE, sections=(Section("One", 5, " \n"),)), ["section 1: text"]),
        (replace(WHOLE, sections=(Section("One", 0, "text"),)), ["section 1: minutes"]),
        (
            replace(WHOLE, sections=(*WHOLE.sections, Section("", 0, ""))),
            [
                "section 3: title",
                "section 3: text",
                "section 3: minutes",
            ],
        ),
        (WHOLE, []),
    ],
)
def test_what_a_draft_lacks_is_named_part_by_part(draft, lacks):
    assert missing(draft) == lacks


@given(courses)
def test_a_draft_can_be_published_exactly_when_nothing_is_missing(course):
    complete = all(text.line(part.title) and text.line(part.markdown) and part.minutes for part in course.sections)

    if course.sections and complete:
        check_complete("intake", course)
    else:
        with pytest.raises(CourseIncomplete) as refused:
            check_complete("intake", course)
        assert refused.value.metadata == {"course": "courses/intake", "missing": "; ".join(missing(course))}


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (replace(WHOLE, title=" "), "course.title"),
        (replace(WHOLE, provider="x" * 1_001), "course.provider"),
        (replace(WHOLE, summary="\0"), "course.summary"),
        (replace(WHOLE, sections=WHOLE.sections * 51), "course.sections"),
        (replace(WHOLE, sections=(Section("One", -1, ""),)), "course.sections[0].minutes"),
        (replace(WHOLE, sections=(*WHOLE.sections, Section("3", 481, ""))), "course.sections[2].minutes"),
        (replace(WHOLE, sections=(Section("\0", 1, ""),)), "course.sections[0].title"),
        (replace(WHOLE, sections=(Section("1", 1, "x" * 200_001),)), "course.sections[0].markdown"),
        (replace(WHOLE, test_version="tests/intake"), "course.test_version"),
        (replace(WHOLE, test_version="tests/intake/versions/0"), "course.test_version"),
        (replace(WHOLE, test_version="tests/In take/versions/1"), "course.test_version"),
    ],
)
def test_what_no_draft_may_hold_is_refused_by_field(draft, field):
    check(WHOLE)
    with pytest.raises(InvalidField) as refused:
        check(draft)

    assert refused.value.field == field
    assert refused.value.metadata["rule"].startswith("must")


def test_the_digest_is_that_of_the_canonical_json():
    content = content_of(WHOLE)

    told = asdict(content)
    # The same of materials.
    assert told.pop("materials_sha256") == ""
    for section in told["sections"]:
        # Courses of before there were any have none, and keep their digests.
        assert section.pop("pieces") == ()
    canonical = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert content.sha256 == sha256(canonical.encode()).hexdigest()
    assert content.sha256 == "e51cf253f56a3724177dac5ab02a5c65ed518ff2ca2bbb08b3c87cb4b5a93a51"
    assert content.minutes == 12


def test_pieces_belong_to_the_digest():
    whole = content_of(WHOLE)
    one, other = (
        replace(whole, sections=(replace(whole.sections[0], pieces=(Check(1, said, (), ""),)),)) for said in "ab"
    )
    assert len({whole.sha256, one.sha256, other.sha256}) == 3


@given(courses, courses)
def test_two_contents_have_one_digest_exactly_when_they_are_the_same(one, other):
    first, second = content_of(one), content_of(other)

    assert (first.sha256 == second.sha256) == (first == second)


def test_each_part_of_the_content_counts_in_the_digest():
    variants = [
        WHOLE,
        replace(WHOLE, title="Other"),
        replace(WHOLE, summary="Other"),
        replace(WHOLE, demonstration=True),
        replace(WHOLE, test_version="tests/intake/versions/1"),
        replace(WHOLE, sections=WHOLE.sections[::-1]),
        replace(WHOLE, sections=WHOLE.sections[:1]),
    ]

    found = [content_of(one).sha256 for one in variants] + [content_of(WHOLE, materials).sha256 for materials in "ab"]
    for one, other in itertools.combinations(found, 2):
        assert one != other


def test_what_is_only_in_the_catalogue_is_not_content():
    assert content_of(replace(WHOLE, provider="Other", audience="All")).sha256 == content_of(WHOLE).sha256


def test_a_test_version_names_test_and_number():
    assert reference_of("tests/intake-basics/versions/12") == ("intake-basics", 12)
    assert reference_of("") == ("", 0)
