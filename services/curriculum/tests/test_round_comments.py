"""Comments of rounds: who writes, answers, looks and rules, and what each has to say."""

import pytest

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import round_service_pb2 as pb
from curriculum.rounds import jobs
from servicekit.rpc.client import Refused

from .committee import reason
from .conftest import new_id
from .reviewing import MUST, PAPERS, POLICY_ERROR, SAME_AS

STATE, WHERE = pb.RoundComment.State, pb.Round


def test_what_is_not_sent_is_its_writers_own_in_lists_counts_and_the_trail(board):
    opened = board.start(board.written(*PAPERS), "lake")
    draft = board.comment(opened, "lake", "receipt", text="A secret thought")

    assert [one.text for one in board.comments(opened, "lake")] == ["A secret thought"]
    for who in ("kern", "chair", ""):
        seen = board.read(opened, who)
        assert (board.comments(opened, who), seen.comment_count, seen.unsent_count) == ([], 0, 0)
        assert [one.comment_count for one in seen.reviewers] == [0]
    assert board.read(opened, "lake").unsent_count == 1
    remove = pb.RemoveRoundCommentRequest(name=draft.name, request_id=new_id())
    assert reason(board.as_("kern").RemoveRoundComment, remove) == "NOT_FOUND"
    with board.curriculum.running.connect() as connection:
        rows = connection.execute("SELECT resource, before, after FROM audit WHERE method LIKE '%AddRoundComment'")
        assert rows.fetchall() == [(opened.name, None, None)]
    board.as_("lake").RemoveRoundComment(pb.RemoveRoundCommentRequest(name=draft.name, request_id=new_id()))
    assert board.comments(opened, "lake") == []
    board.comment(opened, "lake")
    board.finish(opened)
    # Nobody sent anything: there is nothing to answer.
    assert board.read(opened).state == WHERE.SETTLED
    assert board.wrong() == {}


def test_what_is_not_sent_is_said_anew_by_its_writer_alone_with_the_etag_of_what_was_read(board):
    opened = board.start(board.written(*PAPERS), "lake")
    read = board.comment(opened, "lake", "receipt", text="Not clear.")

    def change(said, who="lake", **changes):
        asked = pb.RoundComment()
        asked.CopyFrom(said)
        for name, value in changes.items():
            setattr(asked, name, value)
        return board.as_(who).UpdateRoundComment(pb.UpdateRoundCommentRequest(comment=asked, request_id=new_id()))

    assert reason(change, read, "kern", text="Mine") == "NOT_FOUND"
    changed = change(read, text="Which receipt?", severity=pb.RoundComment.COULD, quote="receipt")
    assert (changed.text, changed.severity, changed.quote, changed.block) == (
        "Which receipt?",
        pb.RoundComment.COULD,
        "receipt",
        read.block,
    )
    assert reason(change, read, text="Of an old page") == "STALE"
    assert reason(change, changed, block=board.block(opened, "30 days")) == "INVALID_FIELD"
    assert reason(change, changed, kind=POLICY_ERROR, basis="") == "INVALID_FIELD"
    board.send(opened, "lake")
    assert reason(change, changed, text="Too late") == "COMMENTS_SENT"
    assert [(one.text, one.etag) for one in board.comments(opened, "lake")] == [("Which receipt?", "")]


def test_d102_a_comment_on_another_text_is_refused_and_what_was_read_stays_what_it_was(board):
    course = board.written(*PAPERS)
    before = board.digest(course)
    opened = board.start(course, "lake")
    board.rewrite(course, "Serve the papers within 20 days.", *PAPERS[1:])

    assert reason(board.start, course, digest=before) == "TEXT_CHANGED"
    comment = pb.RoundComment(kind=1, severity=MUST, text="No.", basis="45 CFR 303.11(b)(5)")
    request = pb.AddRoundCommentRequest(
        parent=opened.name, comment=comment, digest=board.digest(course), request_id=new_id()
    )
    assert reason(board.as_("lake").AddRoundComment, request) == "TEXT_CHANGED"
    assert board.comment(opened, "lake", "30 days", quote="30 days").block == board.block(opened, "30 days")


def test_d105_a_comment_that_must_be_fixed_ends_only_by_its_writer_or_by_a_ruling(board):
    opened = board.start(board.written(*PAPERS), "lake")
    comment = board.comment(opened, "lake", "30 days")
    board.send(opened, "lake")
    assert reason(board.look, comment, "lake") == "ROUND_NOT_ANSWERED"
    board.answered(opened)

    assert board.read(opened).open_must_count == 1
    assert reason(board.answer, comment) == "ROUND_ANSWERED"
    assert reason(board.look, comment, "kern") == "COMMENT_NOT_YOURS"
    assert reason(board.decide, comment, "kern", stands=False) == "PERMISSION_MISSING"
    assert reason(board.decide, comment, "chair", stands=False) == "COMMENT_NOT_TO_RULE"
    # Silence is no yes: past the day it waits for the chair.
    board.clock.forward(days=7)
    assert [one.state for one in board.comments(opened)] == [STATE.TO_RULE]
    jobs.tell_rounds(board.database, board.clock())
    jobs.tell_rounds(board.database, board.clock())
    assert board.told()[-2:] == [("round.answered", ["lake"]), ("round.to_rule", ["chair"])]
    board.decide(comment, "chair", stands=True, why="The rule is clear.")
    ruled = board.read(opened)
    assert (ruled.state, ruled.open_must_count) == (WHERE.ANSWERED, 1)
    assert reason(board.look, comment, "lake") == "COMMENT_SETTLED"
    assert board.wrong() == {}


def test_who_sends_a_thing_for_review_neither_comments_on_it_nor_rules(board):
    board.give("author", "CHAIR")
    opened = board.start(board.written(*PAPERS), "lake")
    assert reason(board.comment, opened, "author") == "OWN_WORK"
    comment = board.comment(opened, "lake", "30 days")
    board.send(opened, "lake")
    board.answered(opened)
    board.look(comment, "lake", "It is not fixed.")

    assert reason(board.decide, comment, "author", stands=False) == "OWN_WORK"
    assert reason(board.start, board.written("One."), "author") == "INVALID_FIELD"
    assert board.told()[-1] == ("round.to_rule", ["chair"])


def test_d107_whatever_a_course_says_can_be_commented_on_pictures_and_answers_too(board):
    check = course_pb.Check(
        question="Who serves papers?",
        options=[course_pb.CheckOption(text="The sheriff", right=True), course_pb.CheckOption(text="The parent")],
        explanation="A party never does.",
    )
    pieces = [course_pb.Piece(number=1, check=check)]
    section = course_pb.Section(title="One", minutes=5, markdown="- First\n- Second", pieces=pieces)
    course = board.curriculum.create(f"course-{new_id()[:8]}", summary="All of it.", sections=[section])
    opened = board.start(course, "lake")
    texts = [one.text for one in opened.blocks]

    assert texts == [
        *("Intake basics", "All of it.", "One", "- First", "- Second"),
        *("Who serves papers?", "[x] The sheriff", "[ ] The parent", "A party never does."),
    ]
    for text in texts:
        board.comment(opened, "lake", text)
    board.comment(opened, "lake")
    board.send(opened, "lake")
    assert len({one.block for one in board.comments(opened)}) == len(texts) + 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": POLICY_ERROR}, "comment.basis"),
        ({"kind": POLICY_ERROR, "basis": "The usual practice"}, "comment.basis"),
        ({"text": " "}, "comment.text"),
        ({"severity": 0}, "comment.severity"),
        ({"block": "nowhere"}, "comment.block"),
        ({"quote": "papers"}, "comment.quote"),
        ({"policy": "x" * 4001}, "comment.policy"),
    ],
)
def test_a_comment_that_says_too_little_or_too_much_is_refused_by_its_field(board, said, field):
    opened = board.start(board.written(*PAPERS), "lake")

    with pytest.raises(Refused) as refused:
        board.comment(opened, "lake", **said)

    assert (refused.value.reason, list(refused.value.fields)) == ("INVALID_FIELD", [field])


def test_the_rule_of_a_policy_error_is_kept_as_typed_and_by_its_key(board):
    opened = board.start(board.written(*PAPERS), "lake")
    comment = board.comment(opened, "lake", kind=POLICY_ERROR, basis="45 C.F.R. § 303.11 (b)(5)")
    assert (comment.basis, comment.basis_key) == ("45 C.F.R. § 303.11 (b)(5)", "us/cfr/45/303/11/b/5")


def test_answers_say_why_and_none_is_the_same_as_itself_by_a_detour(board):
    opened = board.start(board.written(*PAPERS), "lake")
    one, two, three = (board.comment(opened, "lake", text=text) for text in ("One", "Two", "Three"))
    board.send(opened, "lake")

    for answer in (pb.RoundComment.NOT_ACCEPTED, pb.RoundComment.IN_PART, pb.RoundComment.ANOTHER_TIME, SAME_AS):
        assert reason(board.answer, one, answer) == "INVALID_FIELD"
    board.answer(one, SAME_AS, same_as=two.name)
    board.answer(two, SAME_AS, same_as=three.name)
    for same in (one, three):
        assert reason(board.answer, three, SAME_AS, same_as=same.name) == "INVALID_FIELD"
    assert reason(board.send_answers, opened) == "ROUND_OPEN"
    board.finish(opened)
    with pytest.raises(Refused) as refused:
        board.send_answers(opened)
    assert (refused.value.reason, refused.value.metadata["count"]) == ("COMMENTS_UNANSWERED", "1")


def test_the_same_request_again_says_nothing_twice(board):
    opened = board.start(board.written(*PAPERS), "lake")
    comment = pb.RoundComment(kind=3, severity=MUST, text="Once.")
    request = pb.AddRoundCommentRequest(parent=opened.name, comment=comment, digest=opened.digest, request_id=new_id())
    lake = board.as_("lake")
    assert lake.AddRoundComment(request) == lake.AddRoundComment(request)
    assert len(board.comments(opened, "lake")) == 1
