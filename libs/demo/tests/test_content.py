"""What the demonstration is told with holds together, says what it is, and is refused by its place when it is bad."""

import shutil
from pathlib import Path

import pytest

from cadre_cli.datafiles import DataFileError, data_root
from cadre_demo import content


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the data folder that a test may spoil."""
    return Path(shutil.copytree(data_root(), tmp_path / "data"))


def test_the_demonstration_has_a_letter_a_course_of_25_minutes_and_five_questions() -> None:
    told = content.load()

    assert told.letter.ask.course == told.course.slug
    assert told.letter.effective.business_days_after_issue == 28
    assert (len(told.texts), told.course.minutes) == (4, 25)
    assert (len(told.test.question), told.test.pass_mark) == (5, 4)
    assert {question.kind for question in told.test.question} == {"single", "multiple"}


def test_beside_the_letter_stand_one_of_each_other_kind() -> None:
    others = content.load().others

    assert [(letter.kind, letter.fate) for letter in others] == [
        ("program", "withdrawn"),
        ("information", "issued"),
        ("outage", "issued"),
        ("policy", "awaiting_approval"),
        ("policy", "under_review"),
        ("information", "issued"),
    ]
    assert [len(letter.amendment) for letter in others] == [0, 0, 0, 0, 0, 2]
    [outage] = [letter for letter in others if letter.kind == "outage"]
    assert outage.effective.business_days_after_issue == 0


def test_everything_of_the_demonstration_says_that_it_is_not_issued_by_dcss() -> None:
    # The picture is drawn from its text (SVG), which says so.
    files = sorted(file for file in (data_root() / "demo").rglob("*.*") if file.suffix != ".png")

    assert len(files) >= 18
    assert all("DEMONSTRATION, not issued by DCSS" in file.read_text(encoding="utf-8") for file in files)


@pytest.mark.parametrize(
    ("file", "old", "new", "rule"),
    [
        ("letter.toml", 'reason = "state_law"', 'reason = "whim"', "state_law"),
        ("letter.toml", "until_then", "untill_then", "missing|required|[Uu]nexpected"),
        ("letter.toml", 'course = "earning-capacity"', 'course = "another"', "must be earning-capacity"),
        ("2-information.toml", "[ask]\n", '[ask]\ncourse = "earning-capacity"\n', "must be left out"),
        ("1-withdrawn.toml", 'fate = "withdrawn"', 'fate = "issued"', "belongs to a withdrawn letter"),
        ("5-under-review.toml", 'fate = "under_review"', 'fate = "issued"', "belongs to a letter under review"),
        ("6-amended.toml", 'fate = "issued"', 'fate = "awaiting_approval"', "belongs to a letter that is out"),
        ("6-amended.toml", "issue = 55", "issue = 15", "must be more than 15"),
        ("course.toml", "4-four-dates.md", "4-five-dates.md", "does not exist"),
        ("test.toml", "pass_mark = 4", "pass_mark = 6", "there are 5 questions"),
        ("test.toml", "look_again = 4", "look_again = 5", "the course has 4 sections"),
        ("test.toml", "correct = true", "correct = false", "one right choice"),
    ],
)
def test_a_bad_demonstration_file_is_refused(copied: Path, file: str, old: str, new: str, rule: str) -> None:
    [path] = (copied / "demo").rglob(file)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")

    with pytest.raises(DataFileError, match=rule) as refused:
        content.load(copied)

    assert refused.value.file.name == file
