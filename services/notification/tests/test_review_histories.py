"""What a review allows, whatever was done in it before; and its rules by themselves."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import review_service_pb2 as pb
from notification.letters.rules.letter import Letter
from notification.reviews.rules import comments, passages
from notification.reviews.rules.comments import Answer
from servicekit.refusals import InvalidField

from .test_reviews import Review, why

AGENCIES = st.sampled_from(["lake", "yolo"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["say", "say", "send", "take_back"]), AGENCIES),
        st.tuples(st.sampled_from(["close", "open", "answer", "answer", "submit", "recall"]), st.just("")),
    ),
    max_size=25,
)


class World:
    """A letter with its rounds: what is done, and what should come of it."""

    def __init__(self, cadre):
        self.review = Review(cadre)
        self.round, self.is_open, self.draft = 1, True, True
        self.sent = {"lake": False, "yolo": False}
        self.said = {"lake": [], "yolo": []}
        self.unanswered = []

    def step(self, name, agency):
        expected = getattr(self, f"_{name}")(agency)
        if expected is None:
            return
        reason, act = expected
        assert reason == self.review.cadre.reason_of(act), (name, agency)

    def _may_write(self, agency):
        return "REVIEW_CLOSED" if not self.is_open else "COMMENTS_SENT" if self.sent[agency] else ""

    def _say(self, agency):
        who = getattr(self.review, agency)

        def act():
            self.said[agency].append(self.review.say(who))

        return self._may_write(agency), act

    def _take_back(self, agency):
        if not self.said[agency]:
            return None
        comment, reason = self.said[agency][-1], self._may_write(agency)
        if not reason:
            self.said[agency].pop()
        return reason, lambda: self.review.take_back(getattr(self.review, agency), comment)

    def _send(self, agency):
        reason = self._may_write(agency)
        if not reason:
            self.sent[agency] = True
            self.unanswered += self.said[agency]
        return reason, lambda: self.review.send(getattr(self.review, agency))

    def _close(self, _):
        reason = "" if self.is_open else "REVIEW_CLOSED"
        self.is_open = False
        return reason, self.review.close

    def _open(self, _):
        reason = "WRONG_STATE" if not self.draft else "REVIEW_OPEN" if self.is_open else ""
        if not reason:
            self.is_open, self.sent = True, {"lake": False, "yolo": False}
            self.said = {"lake": [], "yolo": []}

        def act():
            self.review.name = self.review.open().name

        return reason, act

    def _answer(self, _):
        if not self.unanswered:
            return None
        reason = "" if self.draft else "WRONG_STATE"
        comment = self.unanswered[-1]
        if not reason:
            self.unanswered.pop()
        return reason, lambda: self.review.answer(comment)

    def _submit(self, _):
        if not self.draft:
            return None
        reason = "REVIEW_OPEN" if self.is_open else "COMMENTS_UNANSWERED" if self.unanswered else ""
        self.draft = bool(reason)
        return reason, self.review.submit

    def _recall(self, _):
        if self.draft:
            return None
        self.draft = True
        analyst, name = self.review.cadre.analyst, self.review.draft.name

        def act():
            etag = analyst.GetNotice(notice_pb.GetNoticeRequest(name=name)).etag
            analyst.RecallNotice(
                notice_pb.RecallNoticeRequest(name=name, etag=etag, request_id=self.review.cadre.new_id())
            )

        return "", act


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_any_history_allows_what_the_rule_says_and_loses_no_comment(cadre, history):
    world = World(cadre)

    for name, agency in history:
        world.step(name, agency)

    found = cadre.analyst.ListReviews(pb.ListReviewsRequest(parent=world.review.draft.name)).reviews
    assert sum(one.unanswered_count for one in found) == len(world.unanswered)
    assert [one.state == pb.Review.OPEN for one in found] == [world.is_open, *[False] * (len(found) - 1)]
    for agency, said in world.said.items():
        assert {one.name for one in world.review.comments(getattr(world.review, agency))} == {one.name for one in said}


TEXTS = st.lists(st.sampled_from(["Close the case.", "- Print it", "Sign it.", "", "Tell the parent."]), max_size=8)
LETTERS = st.builds(Letter, **dict.fromkeys(("change", "body", "staff_action"), TEXTS.map("\n".join)))


@given(LETTERS, LETTERS)
def test_passages_are_the_letter_each_has_an_id_of_its_own_and_what_stayed_is_known(before, after):
    first = passages.passages(before)
    second = passages.passages(after, first)

    assert (
        "\n".join(one.text for one in second).split() == f"{after.change}\n{after.staff_action}\n{after.body}".split()
    )
    assert max(Counter(one.id for one in second).values(), default=1) == 1
    assert passages.passages(before, first) == first
    assert passages.shown(passages.kept(second)) == second
    said = [[(one.section, one.text) for one in each] for each in (first, second)]
    assert (passages.hash_of(first) == passages.hash_of(second)) is (said[0] == said[1])


@pytest.mark.parametrize("answer", ["", *Answer])
@pytest.mark.parametrize("text", ["", "Because."])
@pytest.mark.parametrize("same_as", [False, True])
def test_an_answer_needs_its_reason_or_the_comment_that_says_the_same(answer, text, same_as):
    needs_text = answer in (Answer.IN_PART, Answer.NOT_ACCEPTED, Answer.ANOTHER_TIME)
    good = answer != "" and (bool(text) or not needs_text) and same_as is (answer == Answer.SAME_AS)

    try:
        comments.check_answer(answer, text, same_as=same_as)
    except InvalidField:
        assert not good
    else:
        assert good


def test_a_comment_of_an_agency_that_was_not_asked_finds_no_review(cadre):
    review = Review(cadre)

    assert why(review.say, review.lake, agency="yolo") == "NOT_FOUND"
    assert why(review.say, review.alameda) == "NOT_FOUND"
    assert why(review.send, review.alameda) == "NOT_FOUND"
