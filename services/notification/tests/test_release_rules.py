"""What holds of change items and their files, whatever they say."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notification.letters.rules.letter import TEXTS
from notification.releases.rules import drafting, files, freezes, items, releases
from notification.releases.rules.files import CHANGED, NEW, REMOVED, UNCHANGED
from notification.releases.rules.freezes import TrainingInFreeze, Window
from notification.releases.rules.items import Item, Training
from notification.releases.rules.releases import STARTS, ReleaseState, Said, State, Step
from servicekit import text
from servicekit.refusals import InvalidField

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=30).map(text.line)
# What begins with an apostrophe before a sign of a formula cannot be told from what was marked by one.
WORDS = WORDS.filter(lambda said: not said.startswith("'"))
BLOCKS = st.lists(WORDS, max_size=3).map(lambda lines: text.block("\n".join(lines)))
DAYS = st.none() | st.dates(date(1975, 1, 1), date(2100, 12, 31))
SLUGS = st.lists(st.from_regex(r"[a-z]{1,6}(-[1-9])?", fullmatch=True), max_size=3)
IN_FILES = {training: said for said, training in items.TRAINING_WORDS.items()}


@st.composite
def item_of(draw):
    workaround = draw(BLOCKS)
    return Item(
        item_id=draw(st.from_regex(r"[A-Z]{2}-[0-9]{1,4}", fullmatch=True)),
        title=draw(WORDS.filter(bool)),
        area=draw(st.sampled_from(items.AREAS)),
        page=draw(WORDS),
        before=draw(BLOCKS),
        after=draw(BLOCKS.filter(bool)),
        reason=draw(BLOCKS),
        roles=sorted(set(draw(SLUGS))),
        workaround=workaround,
        workaround_ends=draw(DAYS) if workaround else None,
        training=draw(st.sampled_from(Training)),
        procedures=draw(BLOCKS),
        known_issues=draw(BLOCKS),
        source=draw(WORDS),
    )


LISTS = st.lists(item_of(), min_size=1, max_size=6, unique_by=lambda one: one.item_id)


def written(given_items):
    """A file as the pages give it: UTF-8 with its mark, what looks like a formula marked as text."""
    lines = io.StringIO(newline="")
    writer = csv.writer(lines)
    writer.writerow(files.COLUMNS)
    for one in given_items:
        cells = [one.item_id, one.title, one.area, one.page, one.before, one.after, one.reason, ";".join(one.roles)]
        cells += [one.workaround, str(one.workaround_ends or ""), IN_FILES[one.training], one.procedures]
        cells += [one.known_issues, one.source]
        writer.writerow([f"'{cell}" if cell.startswith(tuple("=+-@＝＋－＠")) else cell for cell in cells])  # noqa: RUF001
    return b"\xef\xbb\xbf" + lines.getvalue().encode()


@given(LISTS)
def test_items_that_are_written_and_read_again_are_the_same_and_change_nothing(known):
    read = files.read(written(known))

    assert read.problems == []
    assert [row.item for row in read.rows] == known
    changes = files.compare(read.rows, {one.item_id: one for one in known})
    assert {one.outcome for one in changes} == {UNCHANGED}


@given(LISTS, LISTS)
def test_each_item_of_file_and_release_is_accounted_for_once_and_applying_gives_the_file(given_items, known):
    rows = [files.Row(n, one) for n, one in enumerate(given_items, 2)]
    before = {one.item_id: one for one in known}
    changes = files.compare(rows, before)

    named = {one.item_id for one in given_items}
    assert sorted(one.item.item_id for one in changes) == sorted(named | before.keys())
    assert {one.item.item_id for one in changes if one.outcome == REMOVED} == before.keys() - named
    assert {one.item.item_id for one in changes if one.outcome == NEW} == named - before.keys()
    after = dict(before)
    for one in changes:
        if one.outcome in (NEW, CHANGED):
            after[one.item.item_id] = one.item
        if one.outcome == REMOVED:
            del after[one.item.item_id]
    assert after == {one.item_id: one for one in given_items}


@given(LISTS, st.randoms(), DAYS)
def test_the_hash_is_of_items_and_days_and_of_nothing_else(known, random, day):
    days = {"production_on": day}
    shuffled = [*known]
    random.shuffle(shuffled)

    assert items.digest(known, days) == items.digest(shuffled, days)
    assert items.digest(known, days) != items.digest(known[1:], days)
    assert items.digest(known, days) != items.digest(known, {"production_on": date(1974, 1, 1)})


@given(LISTS)
def test_a_drafted_letter_has_room_for_what_it_says_and_names_each_item(chosen):
    said = Said(kind="MAJOR", number="CCSAS 26.3", title="Third", production_on=date(2027, 1, 4))
    drafted = drafting.letter(said, chosen, None)

    assert all(len(getattr(drafted, name)) <= one.most for name, one in TEXTS.items())
    assert all(one.item_id in drafted.references for one in chosen)
    assert drafted.effective_date == date(2027, 1, 4)
    asked = max((Training(one.training) for one in chosen), key=list(Training).index)
    assert drafted.asks == {"NONE": "NOTHING"}.get(asked, asked)


@given(st.binary(max_size=400))
def test_no_file_whatever_is_in_it_is_more_than_refused(content):
    read = files.read(content)

    assert read.rows or read.problems


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("state", State)
def test_a_step_starts_from_its_states_and_is_refused_from_all_others(step, state):
    if state in STARTS[step]:
        releases.check_step(step, "releases/x", state)
    else:
        with pytest.raises(ReleaseState):
            releases.check_step(step, "releases/x", state)


@given(DAYS, DAYS, DAYS)
def test_days_of_a_release_follow_each_other_or_are_refused(test, training, production):
    said = Said("MAJOR", "CCSAS 26.3", "Third", production, test_on=test, training_on=training)
    given_days = [day for day in (test, training, production) if day]
    if production and given_days == sorted(given_days):
        releases.check(said)
    else:
        with pytest.raises(InvalidField):
            releases.check(said)


def test_a_reason_is_asked_for_inside_a_freeze_window_alone():
    window = Window("x", "CCSAS 26.3", date(2026, 12, 28), date(2027, 1, 6))

    assert freezes.check(None, due=date(2026, 12, 30), reason="said all the same") == ""
    with pytest.raises(TrainingInFreeze):
        freezes.check(window, due=date(2026, 12, 30), reason="  ")
    assert freezes.check(window, due=date(2026, 12, 30), reason=" It needs none. ") == "It needs none."
