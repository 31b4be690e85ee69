"""The areas: each says its own, and what two say of the same is refused."""

import pytest

from gateway.web.area import Area, outcomes_of


def test_the_sentences_of_all_areas_are_one_set():
    one = Area((), reasons={"NUMBER_TAKEN": "{number} is taken."}, done={"issued": "It is issued."})
    outcomes = outcomes_of([one, Area((), done={"confirmed": "It is confirmed."})])

    assert outcomes.reasons["NUMBER_TAKEN"] == "{number} is taken."
    assert (outcomes.done("issued", ""), outcomes.done("confirmed", "")) == ("It is issued.", "It is confirmed.")
    assert outcomes.done("saved", "") == "The draft is saved."


def test_what_was_done_says_for_how_many_it_was_not():
    outcomes = outcomes_of([Area((), done={"reminded": "A reminder goes to {n}; {others} left out."})])

    assert outcomes.done("reminded", "9", others="2") == "A reminder goes to 9 people; 2 are left out."
    assert outcomes.done("reminded", "1", others="1") == "A reminder goes to 1 person; 1 is left out."


@pytest.mark.parametrize("twice", [{"reasons": {"STALE": "Again."}}, {"done": {"issued": "Again."}}])
def test_a_sentence_that_two_areas_have_is_refused_at_the_start(twice):
    with pytest.raises(ValueError, match=r"two areas have (STALE|issued|draft)"):
        outcomes_of([Area((), done={"issued": "It is issued."}), Area((), **twice)])
