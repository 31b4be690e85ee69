"""Rounds of review through stub, server and database."""

import uuid

import pytest
from sqlalchemy import event

from cadre.curriculum.v1 import ballot_service_pb2 as ballot_pb
from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import events_pb2
from cadre.curriculum.v1 import round_service_pb2 as pb
from cadre.messages.v1 import messages_pb2 as messages
from cadre.operations.v1 import operations_service_pb2 as operations
from cadre.operations.v1.operations_service_pb2_grpc import OperationsServiceStub
from curriculum.app import APP
from curriculum.rounds import jobs
from servicekit.rpc.client import Refused

from .committee import Clock
from .conftest import Curriculum, new_id
from .reviewing import ACCEPTED, COULD, MUST, POLICY_ERROR, SAME_AS, SHOULD, Reviewing

STATE, WHERE = pb.RoundComment.State, pb.Round
PAPERS = ("Serve the papers within 30 days.", "Ask the sheriff if nobody opens.", "Keep the receipt.")


@pytest.fixture
def board(launch):
    clock = Clock()
    running = launch(APP, clock=clock)
    rights = ["courses.write", "catalogue.read", "bodies.read"]
    curriculum = Curriculum(running, running.stubs(caller=f"people/{uuid.uuid4()}", rights=rights), None, None)
    return Reviewing(curriculum, clock)


def reason(call, *args, **said):
    with pytest.raises(Refused) as refused:
        call(*args, **said)
    return refused.value.reason


def wrong(board):
    operator = board.curriculum.running.stub(OperationsServiceStub, rights=["operations.read"])
    found = operator.RunAudits(operations.RunAuditsRequest()).audits
    counted = {audit.name: audit.count for audit in found if audit.name.startswith("rounds")}
    assert len(counted) == 2
    return {name: count for name, count in counted.items() if count}


def payloads(board, kind):
    with board.curriculum.running.connect() as connection:
        sql = "SELECT payload FROM outbox WHERE subject LIKE %s ORDER BY seq"
        return [payload for (payload,) in connection.execute(sql, [f"%{kind}%"]).fetchall()]


def told(board):
    found = [messages.MessageWanted.FromString(payload) for payload in payloads(board, "message.wanted")]
    names = {str(person): who for who, person in board.people.items()}
    return [(one.kind, sorted(names[person] for person in one.person_ids)) for one in found]


def test_a_round_goes_from_its_opening_to_where_nothing_is_open_and_everybody_concerned_hears_of_it(board):
    course = board.written(*PAPERS)
    opened = board.start(course, "lake", "state-1")
    assert [(one.section, one.text) for one in opened.blocks] == [
        ("", "Intake basics"),
        ("Serving papers", "Serving papers"),
        *[("Serving papers", text) for text in PAPERS],
    ]
    assert board.to_do("lake") == board.to_do("kern") == [opened.name]
    board.comment(opened, "lake", "30 days", quote="30 days", severity=MUST)
    board.comment(opened, "kern", severity=COULD)
    board.send(opened, "lake", "kern", "state-1")
    assert board.to_do("lake") == []
    assert board.finish(opened).state == WHERE.CLOSED

    by_kern, by_lake = board.comments(opened)
    assert (by_lake.quote, by_lake.seat, by_kern.block) == ("30 days", "lake", "")
    assert reason(board.send_answers, opened) == "COMMENTS_UNANSWERED"
    board.answer(by_lake)
    board.answer(by_kern, SAME_AS, same_as=by_lake.name)
    # Until they are sent, answers are for who writes them.
    assert [one.answer for one in board.comments(opened, "lake")] == [0, 0]
    assert board.send_answers(opened).state == WHERE.ANSWERED
    assert [one.answer for one in board.comments(opened, "lake")] == [SAME_AS, ACCEPTED]
    assert board.to_do("lake") == [opened.name]

    assert board.look(by_lake, "lake").state == STATE.SATISFIED
    assert board.look(by_kern, "kern", "It says something else.").state == STATE.TO_RULE
    assert board.to_do("chair") == [opened.name]
    assert board.decide(by_kern, "chair", stands=False).state == STATE.RULED
    settled = board.read(opened, "lake")
    assert (settled.state, settled.open_must_count, settled.comment_count) == (WHERE.SETTLED, 0, 2)
    assert told(board) == [
        ("round.opened", ["lake", "state-1"]),
        ("round.answered", ["kern", "lake"]),
        ("round.to_rule", ["chair"]),
    ]
    (decided,) = [events_pb2.ReviewDecided.FromString(one) for one in payloads(board, "review.decided")]
    assert (f"rounds/{decided.round_id}", decided.digest) == (opened.name, opened.digest)
    assert len(payloads(board, "review.opened")) == 1
    assert wrong(board) == {}


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
    assert wrong(board) == {}


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
    assert told(board)[-2:] == [("round.answered", ["lake"]), ("round.to_rule", ["chair"])]
    board.decide(comment, "chair", stands=True, why="The rule is clear.")
    ruled = board.read(opened)
    assert (ruled.state, ruled.open_must_count) == (WHERE.ANSWERED, 1)
    assert reason(board.look, comment, "lake") == "COMMENT_SETTLED"
    assert wrong(board) == {}


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
    assert told(board)[-1] == ("round.to_rule", ["chair"])


def test_the_next_round_takes_over_what_is_open_with_both_wordings_and_people_place_what_is_lost(board):
    course = board.written(*PAPERS)
    first = board.start(course, "lake")
    stays, changes, goes, ends = (
        board.comment(first, "lake", words, severity=SHOULD) for words in ("sheriff", "30 days", "receipt", "sheriff")
    )
    board.comment(first, "lake", text="Of the whole")
    board.send(first, "lake")
    assert reason(board.start, course) == "ROUND_RUNS"
    board.answered(first)
    board.look(ends, "lake")
    board.rewrite(course, PAPERS[1], "Serve the papers within 20 days.")

    second = board.start(course, "kern")

    taken = {one.taken_from: one for one in board.comments(second)}
    assert {name: one.place for name, one in taken.items() if name in {stays.name, changes.name, goes.name}} == {
        stays.name: pb.RoundComment.CARRIED,
        changes.name: pb.RoundComment.CHANGED,
        goes.name: pb.RoundComment.GONE,
    }
    assert ends.name not in taken
    assert (second.number, second.comment_count, second.unanswered_count) == (2, 4, 4)
    assert (second.carried_count, second.changed_count, second.gone_count) == (2, 1, 1)
    assert taken[changes.name].words_then == PAPERS[0]
    assert taken[goes.name].block == ""
    assert board.read(first).state == WHERE.SETTLED
    assert [one.taken_by for one in board.comments(first) if one.name == stays.name] == [taken[stays.name].name]
    assert reason(board.look, stays, "lake") == "COMMENT_SETTLED"
    gone, sheriff = taken[goes.name], board.block(second, "sheriff")
    assert reason(board.place, gone, "kern", sheriff) == "COMMENT_NOT_YOURS"
    assert reason(board.place, gone, "lake", "nowhere") == "INVALID_FIELD"
    assert reason(board.place, taken[stays.name], "lake", sheriff) == "INVALID_FIELD"
    placed = board.place(gone, "lake", sheriff)
    assert (placed.block, placed.place, placed.placer) == (sheriff, pb.RoundComment.GONE, board.person("lake"))

    # What was placed goes on from there; what nobody placed stays lost, whatever the text says.
    board.answered(second)
    board.rewrite(course, *PAPERS)
    third = board.start(course)
    ways = {one.taken_from: one.place for one in board.comments(third)}
    assert ways[placed.name] == pb.RoundComment.CARRIED
    assert ways[taken[changes.name].name] == pb.RoundComment.CHANGED
    assert wrong(board) == {}


def test_d109_no_ballot_opens_while_a_round_is_open_or_something_must_be_fixed(board):
    course = board.written(*PAPERS)
    opened = board.start(course, "lake")
    comment = board.comment(opened, "lake", "30 days")
    board.send(opened, "lake")

    def lines():
        ballot = board.prepare(course)
        with pytest.raises(Refused) as refused:
            board.as_("secretary").OpenBallot(ballot_pb.OpenBallotRequest(name=ballot.name, request_id=new_id()))
        assert refused.value.reason == "SUBJECT_OPEN"
        return refused.value.metadata["lines"]

    which = f"round 1 of {board.body}"
    assert lines() == f"{which}: comments until {opened.due_date}"
    board.finish(opened)
    assert lines() == f"{which}: answers not sent, 1 of 1 comments without one"
    board.answered(opened)
    assert lines() == f"{which}: must be fixed, passage 3"
    board.look(comment, "lake")
    assert board.open(course).state == ballot_pb.Ballot.OPEN


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


def test_a_round_is_read_by_who_has_a_part_or_was_asked_and_is_nowhere_for_others(board):
    opened = board.start(board.written(*PAPERS), "expert")
    board.give("observer", "OBSERVER")

    assert board.read(opened, "expert").may_comment
    assert not board.read(opened, "observer").may_comment
    assert reason(board.comment, opened, "observer") == "PERMISSION_MISSING"
    listing = pb.ListRoundsRequest(parent=f"bodies/{board.body}")
    assert [one.name for one in board.as_("observer").ListRounds(listing).rounds] == [opened.name]
    assert reason(board.read, opened, "stranger") == "NOT_FOUND"
    assert reason(board.comment, opened, "stranger") == "NOT_FOUND"
    assert reason(board.as_("stranger").ListRounds, listing) == "NOT_FOUND"
    assert list(board.as_("stranger").ListRounds(pb.ListRoundsRequest()).rounds) == []
    board.comment(opened, "lake")
    board.take("lake")
    assert not board.read(opened, "lake").may_comment
    assert board.to_do("expert") == [opened.name]
    assert board.to_do("observer") == []


def test_reviewers_are_proposed_by_whose_turn_it_is_without_those_who_declined_this_thing(board):
    course, other = board.written(*PAPERS), board.written("Another one.")

    def proposed(about, count=10):
        request = pb.ProposeReviewersRequest(body=f"bodies/{board.body}", subject=about.name, count=count)
        names = {board.person(who): who for who in board.people}
        return [names[one.person] for one in board.author.ProposeReviewers(request).proposals]

    assert set(proposed(course)) == {"chair", "secretary", "lake", "kern", "marin", "state-1", "state-2"}
    opened = board.start(course, "lake", "kern")
    why = pb.DeclineReviewRequest(name=opened.name, reason="I wrote it.", request_id=new_id())
    reviewers = board.as_("kern").DeclineReview(why).reviewers
    assert sorted(one.decline_reason for one in reviewers) == ["", "I wrote it."]
    assert board.to_do("kern") == []
    assert "kern" not in proposed(course)
    assert proposed(other)[-1] == "lake"
    board.clock.forward(minutes=1)
    board.start(other, "marin")
    assert proposed(other)[-2:] == ["lake", "marin"]
    board.take("marin")
    assert "marin" not in proposed(other)


def test_who_was_asked_and_said_nothing_is_reminded_two_business_days_before_and_once(board):
    opened = board.start(board.written(*PAPERS), "lake", "kern", "marin", days=10)
    board.send(opened, "lake")
    declining = pb.DeclineReviewRequest(name=opened.name, reason="On leave.", request_id=new_id())
    board.as_("marin").DeclineReview(declining)
    jobs.tell_rounds(board.database, board.clock())
    assert told(board) == [("round.opened", ["kern", "lake", "marin"])]

    board.clock.forward(days=9)
    jobs.tell_rounds(board.database, board.clock())
    jobs.tell_rounds(board.database, board.clock())

    assert told(board)[1:] == [("round.due", ["kern"])]
    board.clock.forward(days=3)
    assert board.read(opened).state == WHERE.SETTLED
    assert reason(board.comment, opened, "kern") == "ROUND_NOT_OPEN"


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


def test_what_is_wrong_in_a_round_is_found_by_reading_and_counting_it_again(board):
    course = board.written(*PAPERS)
    first = board.start(course, "lake")
    for words in ("30 days", "sheriff"):
        board.comment(first, "lake", words)
    board.send(first, "lake")
    board.answered(first)
    board.start(course)
    assert wrong(board) == {}

    def break_(sql):
        with board.curriculum.running.connect() as connection:
            connection.execute("ALTER TABLE round_comment DISABLE TRIGGER USER")
            connection.execute(sql)
            connection.commit()

    break_("UPDATE round_comment SET place = place + 1 WHERE taken_from IS NOT NULL")
    assert wrong(board) == {"rounds.without_place": 2}
    break_("UPDATE round_comment SET place = place - 1 WHERE taken_from IS NOT NULL")
    break_("DELETE FROM round_comment WHERE taken_from IS NOT NULL")
    # What went on is nowhere now.
    assert wrong(board) == {"rounds.without_place": 2}


def test_a_list_of_rounds_asks_the_database_as_often_however_many_there_are(board):
    engine, sent = board.database.engine, []

    def note(_connection, _cursor, statement, *_):
        sent.append(statement)

    def asked(call):
        sent.clear()
        call()
        return len(sent)

    def page():
        return asked(lambda: board.as_("lake").ListRounds(pb.ListRoundsRequest(parent=f"bodies/{board.body}")))

    first = board.start(board.written(*PAPERS), "lake")
    event.listen(engine, "before_cursor_execute", note)
    before = page(), asked(lambda: board.comments(first, "lake"))
    for n in range(3):
        board.comment(board.start(board.written(f"Number {n}."), "lake"), "lake")
        board.comment(first, "lake", text=str(n))

    assert (page(), asked(lambda: board.comments(first, "lake"))) == before
    assert 0 < before[0] < 8
