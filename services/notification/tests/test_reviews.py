"""Drafts reviewed by agencies: who reads, comments, sends and answers, and that a letter waits for it."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace

import pytest

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import review_service_pb2 as pb
from notification.messages import mails
from notification.messages.rules.said import said
from notification.messages.rules.windows import Hours
from notification.reviews import steps, telling
from servicekit.background import tasks
from servicekit.rpc.client import Refused
from servicekit.testing.offices import state_calendar

HOURS = Hours(state_calendar(), always=True)
BODY = "First passage.\n\nWorkers close the case within 30 days.\n\n- Print the form\n- Sign the form"


class Review:
    """A draft under review by Lake and Yolo, with those who take part in it."""

    def __init__(self, cadre, **changes):
        self.cadre = cadre
        self.draft = cadre.draft(cadre.new_audience(cadre.at(cadre.new_id(), "lake")), **({"body": BODY} | changes))
        self.lake, self.yolo, self.alameda = (self.coordinator(agency) for agency in ("lake", "yolo", "alameda"))
        self.name = self.open().name

    def coordinator(self, agency):
        held = {"notices.confirm_for_agency": [f"agencies/{agency}"], "notices.read": ["self"], "self.read": ["self"]}
        return self.person(held, agency)

    def person(self, held=None, agency=""):
        name = f"people/{uuid.uuid4()}"
        rights = held or {"notices.read": ["self"], "learning.do": ["self"], "self.read": ["self"]}
        return SimpleNamespace(name=name, agency=agency, stub=self.cadre.running.stubs(caller=name, rights=rights))

    def open(self, *agencies, days=7, by=None):
        return (by or self.cadre.analyst).OpenReview(
            pb.OpenReviewRequest(
                parent=self.draft.name,
                agencies=[f"agencies/{agency}" for agency in agencies or ("lake", "yolo")],
                due_date=(self.cadre.today + timedelta(days=days)).isoformat(),
                request_id=self.cadre.new_id(),
            )
        )

    def close(self, reason="All have answered."):
        return self.cadre.analyst.CloseReview(
            pb.CloseReviewRequest(name=self.name, reason=reason, request_id=self.cadre.new_id())
        )

    def seen(self, who):
        return who.stub.GetReview(pb.GetReviewRequest(name=self.name))

    def comments(self, who=None, **request):
        stub = who.stub if who else self.cadre.analyst
        return stub.ListReviewComments(pb.ListReviewCommentsRequest(parent=self.name, **request)).comments

    def block(self, text):
        state = self.cadre.analyst.GetReview(pb.GetReviewRequest(name=self.name))
        return next(one.id for one in state.blocks if one.text == text)

    def say(self, who, about="Workers close the case within 30 days.", agency="", **changes):
        fields = {
            "agency": f"agencies/{agency or who.agency}",
            "block": self.block(about) if about else "",
            "head": pb.ReviewComment.RESOURCES,
            "kind": pb.ReviewComment.CLARITY,
            "severity": pb.ReviewComment.SHOULD,
            "text": "Thirty days are too few.",
        } | changes
        return who.stub.AddReviewComment(
            pb.AddReviewCommentRequest(
                parent=self.name, comment=pb.ReviewComment(**fields), request_id=self.cadre.new_id()
            )
        )

    def take_back(self, who, comment):
        return who.stub.RemoveReviewComment(
            pb.RemoveReviewCommentRequest(name=comment.name, request_id=self.cadre.new_id())
        )

    def send(self, who, agency=""):
        return who.stub.SendReviewComments(
            pb.SendReviewCommentsRequest(
                name=self.name, agency=f"agencies/{agency or who.agency}", request_id=self.cadre.new_id()
            )
        )

    def name_readers(self, who, *people, agency=""):
        return who.stub.NameReviewers(
            pb.NameReviewersRequest(
                name=self.name,
                agency=f"agencies/{agency or who.agency}",
                people=[one.name for one in people],
                request_id=self.cadre.new_id(),
            )
        )

    def answer(self, comment, answer=pb.ReviewComment.ACCEPTED, text="", same_as=""):
        return self.cadre.analyst.AnswerComment(
            pb.AnswerCommentRequest(
                name=comment.name, answer=answer, text=text, same_as=same_as, request_id=self.cadre.new_id()
            )
        )

    def submit(self):
        now = self.cadre.analyst.GetNotice(notice_pb.GetNoticeRequest(name=self.draft.name))
        return self.cadre.analyst.SubmitNotice(
            notice_pb.SubmitNoticeRequest(name=now.name, etag=now.etag, request_id=self.cadre.new_id())
        )

    def rewrite(self, **changes):
        now = self.cadre.analyst.GetNotice(notice_pb.GetNoticeRequest(name=self.draft.name))
        for field, value in changes.items():
            setattr(now, field, value)
        return self.cadre.analyst.UpdateNotice(
            notice_pb.UpdateNoticeRequest(notice=now, request_id=self.cadre.new_id())
        )

    def go(self, **holders):
        """Say what was deferred and put together what goes; *holders* coordinate agencies."""
        database = self.cadre.running.runtime.database
        with database.transaction(actor="services/notification", method="test/reviews") as db:
            while task := tasks.claim(db, telling.TASK):
                steps.tell(db, task.key, HOURS)
                tasks.done(db, task.id)
            db.run("UPDATE message SET goes_at = %(at)s WHERE goes_at > %(at)s", at=db.at)
            db.run("UPDATE message_to SET goes_at = %(at)s WHERE goes_at > %(at)s", at=db.at)
            found = {
                ("coordinator", f"agencies/{agency}"): [uuid.UUID(who.name.removeprefix("people/"))]
                for agency, who in holders.items()
            }
            mails.resolve(db, mails.unresolved(db, most=10), found)
            mails.put_together(db, mails.due_people(db), HOURS)


@pytest.fixture
def review(cadre):
    return Review(cadre)


def refused(call, *arguments, **changes):
    with pytest.raises(Refused) as caught:
        call(*arguments, **changes)
    return caught.value


def why(call, *arguments, **changes):
    return refused(call, *arguments, **changes).reason


def test_agencies_see_the_text_that_was_sent_in_passages_and_the_draft_nowhere_else(review):
    seen = review.seen(review.lake)

    assert [one.text for one in seen.blocks if one.section == "body"] == [
        "First passage.",
        "Workers close the case within 30 days.",
        "- Print the form",
        "- Sign the form",
    ]
    assert len({one.id for one in seen.blocks}) == len(seen.blocks)
    assert [one.agency for one in seen.agencies] == ["agencies/lake"]
    assert seen.title.endswith("Earning capacity replaces presumed income")
    assert (seen.comment_count, seen.unanswered_count) == (0, 0)
    review.rewrite(body="Something else.")
    assert review.seen(review.lake).blocks == seen.blocks


def test_whom_an_agency_names_reads_and_comments_for_it_until_they_are_left_out(review):
    worker = review.person(agency="lake")
    assert why(review.seen, worker) == "NOT_FOUND"

    review.name_readers(review.lake, worker)
    assert review.seen(worker).blocks
    assert review.say(worker).author == worker.name
    assert [one.agency for one in review.comments(review.lake)] == ["agencies/lake"]

    review.name_readers(review.lake)
    assert why(review.seen, worker) == "NOT_FOUND"
    assert why(review.say, worker) == "NOT_FOUND"
    # What they said stays with their agency.
    assert len(review.comments(review.lake)) == 1


def test_an_agency_sees_its_own_comments_and_the_state_those_that_were_sent(review):
    review.say(review.lake)
    review.say(review.yolo, about="", text="A table would help.")

    assert [one.agency for one in review.comments(review.lake)] == ["agencies/lake"]
    assert review.comments() == []
    review.send(review.lake)
    assert [one.agency for one in review.comments()] == ["agencies/lake"]
    progress = review.cadre.analyst.ListReviews(pb.ListReviewsRequest(parent=review.draft.name)).reviews[0]
    lake, yolo = progress.agencies
    assert (lake.comment_count, lake.HasField("send_time")) == (1, True)
    assert (yolo.comment_count, yolo.begun, yolo.HasField("send_time")) == (0, True, False)
    assert (progress.comment_count, progress.unanswered_count) == (1, 1)


def test_a_comment_is_taken_back_by_its_writer_or_its_coordinator_until_they_are_sent(review):
    worker, other = review.person(agency="lake"), review.person(agency="lake")
    review.name_readers(review.lake, worker, other)
    first, second, third = (review.say(worker) for _ in range(3))

    assert why(review.take_back, other, first) == "PERMISSION_MISSING"
    assert why(review.take_back, review.yolo, first) == "NOT_FOUND"
    review.take_back(worker, first)
    review.take_back(review.lake, second)
    review.send(review.lake)
    assert why(review.take_back, worker, third) == "COMMENTS_SENT"
    assert why(review.say, worker) == "COMMENTS_SENT"
    assert why(review.send, review.lake) == "COMMENTS_SENT"
    assert [one.name for one in review.comments()] == [third.name]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": " \n"}, "comment.text"),
        ({"text": "x" * 4_001}, "comment.text"),
        ({"head": 0}, "comment.head"),
        ({"kind": pb.ReviewComment.POLICY_ERROR}, "comment.basis"),
        ({"block": "body-nothing"}, "comment.block"),
        ({"quote": "no such words"}, "comment.quote"),
    ],
)
def test_a_comment_that_says_too_little_is_refused_where_it_does(review, changes, field):
    refusal = refused(review.say, review.lake, **changes)

    assert (refusal.reason, list(refusal.fields)) == ("INVALID_FIELD", [field])


def test_a_letter_goes_on_when_its_review_is_over_and_each_comment_has_an_answer(review):
    comments = [review.say(review.lake), review.say(review.yolo), review.say(review.lake, about="")]
    assert why(review.submit) == "REVIEW_OPEN"
    review.send(review.lake)
    review.close("Yolo has nothing to say.")

    # What was not sent waits for no answer; it stays with its agency.
    refusal = refused(review.submit)
    assert (refusal.reason, refusal.metadata["count"]) == ("COMMENTS_UNANSWERED", "2")
    assert why(review.answer, comments[1]) == "NOT_FOUND"
    assert len(review.comments(review.yolo)) == 1
    review.answer(comments[0])
    assert refused(review.submit).metadata["count"] == "1"
    review.answer(comments[2], pb.ReviewComment.IN_PART, "A list, and no table.")
    assert review.submit().state == notice_pb.Notice.IN_APPROVAL
    assert why(review.answer, comments[2]) == "WRONG_STATE"
    lake = {one.block: (one.answer, one.answer_text) for one in review.comments(review.lake)}
    assert lake[""] == (pb.ReviewComment.IN_PART, "A list, and no table.")


@pytest.mark.parametrize(
    "answer", [pb.ReviewComment.NOT_ACCEPTED, pb.ReviewComment.IN_PART, pb.ReviewComment.SAME_AS, 0]
)
def test_an_answer_says_why_or_which_comment_says_the_same(review, answer):
    comment = review.say(review.lake)
    review.send(review.lake)

    assert why(review.answer, comment, answer) == "INVALID_FIELD"


def test_a_comment_is_the_same_as_another_one_that_was_sent_of_this_letter(review):
    one, other, unsent = review.say(review.lake), review.say(review.lake), review.say(review.yolo)
    review.send(review.lake)
    same = pb.ReviewComment.SAME_AS

    for wrong in (one, unsent):
        assert why(review.answer, one, same, "", wrong.name.rpartition("/")[2]) == "INVALID_FIELD"
    answered = review.answer(one, same, "", other.name.rpartition("/")[2])
    assert answered.same_as == other.name.rpartition("/")[2]


def test_one_round_is_open_at_a_time_of_a_draft_for_agencies_and_a_day_that_there_are(review):
    assert why(review.open) == "REVIEW_OPEN"
    review.close()
    assert why(review.open, days=0) == "INVALID_FIELD"
    assert why(review.open, "dcss") == "INVALID_FIELD"
    assert why(review.open, "nowhere") == "INVALID_FIELD"
    assert review.open().name.endswith("/reviews/2")
    review.name = f"{review.draft.name}/reviews/2"
    review.close()
    review.submit()
    assert why(review.open) == "WRONG_STATE"
    assert why(review.close) == "REVIEW_CLOSED"
    assert why(review.say, review.lake) == "REVIEW_CLOSED"


def test_of_two_who_send_a_draft_at_the_same_moment_one_does(cadre):
    review = Review(cadre)
    review.close()

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(lambda _: cadre.reason_of(review.open), range(2)))

    assert sorted(said) == ["", "REVIEW_OPEN"]


def test_in_the_next_round_passages_keep_their_ids_and_comments_say_what_became_of_their_words(review):
    stays = review.say(review.lake, about="- Sign the form")
    changes = review.say(review.lake)
    words = review.say(review.lake, quote="close the case")
    goes = review.say(review.lake, about="First passage.")
    review.send(review.lake)
    review.close()
    before = {one.text: one.id for one in review.seen(review.lake).blocks}
    review.rewrite(body="- Print the form\n- Sign the form\n\nWorkers close the case within 15 days.")
    second = review.open()

    after = {one.text: one.id for one in second.blocks}
    assert after["- Sign the form"] == before["- Sign the form"]
    assert after["Workers close the case within 15 days."] == before["Workers close the case within 30 days."]
    places = {one.name: (one.place, one.now) for one in review.comments()}
    assert places == {
        stays.name: (pb.ReviewComment.CARRIED, ""),
        changes.name: (pb.ReviewComment.CHANGED, "Workers close the case within 15 days."),
        words.name: (pb.ReviewComment.CARRIED, ""),
        goes.name: (pb.ReviewComment.GONE, ""),
    }
    # What agencies see says nothing of the text that they do not see.
    assert {(one.place, one.now) for one in review.comments(review.lake)} == {(0, "")}


def test_a_draft_that_is_deleted_takes_its_review_with_it(review):
    review.say(review.lake)
    now = review.cadre.analyst.GetNotice(notice_pb.GetNoticeRequest(name=review.draft.name))
    review.cadre.analyst.DeleteNotice(
        notice_pb.DeleteNoticeRequest(name=now.name, etag=now.etag, request_id=review.cadre.new_id())
    )

    assert why(review.seen, review.lake) == "NOT_FOUND"
    assert review.cadre.rows("SELECT FROM review_comment") == []
    review.go(lake=review.lake)
    assert review.cadre.rows("SELECT FROM message") == []


def test_comments_are_listed_page_by_page_by_passage(review):
    for about in ("- Sign the form", "", "First passage.", "- Sign the form"):
        review.say(review.lake, about=about)

    found, token = [], ""
    while True:
        page = review.lake.stub.ListReviewComments(
            pb.ListReviewCommentsRequest(parent=review.name, page_size=1, page_token=token)
        )
        found += [one.block for one in page.comments]
        if not (token := page.next_page_token):
            break
    assert found == ["", *(review.block(text) for text in ("First passage.", *["- Sign the form"] * 2))]


def test_who_is_asked_has_a_list_of_what_waits_first(cadre):
    later, soon = Review(cadre), Review(cadre)
    soon.lake = later.lake
    soon.close()
    soon.name = soon.open(days=2).name
    own = later.lake.stub.ListOwnReviews(pb.ListOwnReviewsRequest())

    assert [one.name for one in own.reviews][:2] == [soon.name, later.name]
    assert own.waiting_count == 2
    later.send(later.lake)
    own = later.lake.stub.ListOwnReviews(pb.ListOwnReviewsRequest(page_size=1))
    assert ([one.name for one in own.reviews], own.waiting_count) == ([soon.name], 1)
    assert later.alameda.stub.ListOwnReviews(pb.ListOwnReviewsRequest()) == pb.ListOwnReviewsResponse()


def heard(cadre, who):
    rows = cadre.rows(
        "SELECT kind, about, message.facts FROM message_to JOIN message ON id = message_id"
        " WHERE person_id = %(p)s AND state = 'MAILED' ORDER BY wanted_at, kind",
        p=who.name.removeprefix("people/"),
    )
    return [(kind, said(kind, about, facts)) for kind, about, facts in rows]


def test_those_who_are_asked_hear_of_it_once_and_nothing_says_of_which_letter(cadre, review):
    worker = review.person(agency="lake")
    review.name_readers(review.lake, worker)
    review.go(lake=review.lake, yolo=review.yolo)

    for who in (review.lake, worker):
        assert [kind for kind, _ in heard(cadre, who)] == ["review.asked", "review.due"]
        assert {one.link for _, one in heard(cadre, who)} == {f"/reviews/{review.draft.name[8:]}/1/lake"}
    assert "arning" not in str(cadre.rows("SELECT * FROM message")) + str(
        cadre.rows("SELECT facts FROM message_target")
    )


def test_who_has_sent_is_not_told_that_it_is_due_and_hears_when_all_is_answered(cadre, review):
    comment = review.say(review.lake)
    review.send(review.lake)
    review.go(lake=review.lake, yolo=review.yolo)
    assert heard(cadre, review.lake) == []

    review.close()
    review.go()
    assert heard(cadre, review.lake) == []
    review.answer(comment)
    review.go()
    review.answer(comment, pb.ReviewComment.ANOTHER_TIME, "Next year.")
    review.go()
    assert [kind for kind, _ in heard(cadre, review.lake)] == ["review.answered"]
    assert [kind for kind, _ in heard(cadre, review.yolo)] == ["review.asked", "review.due"]
