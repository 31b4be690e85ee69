"""Rounds of review from their opening to where nothing is open, through stub, server and database."""

import pytest

from cadre.curriculum.v1 import ballot_service_pb2 as ballot_pb
from cadre.curriculum.v1 import events_pb2
from cadre.curriculum.v1 import round_service_pb2 as pb
from curriculum.rounds import jobs
from servicekit.rpc.client import Refused

from .committee import reason
from .conftest import new_id, noted
from .reviewing import ACCEPTED, COULD, MUST, PAPERS, SAME_AS, SHOULD

STATE, WHERE = pb.RoundComment.State, pb.Round


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
    assert board.told() == [
        ("round.opened", ["lake", "state-1"]),
        ("round.answered", ["kern", "lake"]),
        ("round.to_rule", ["chair"]),
    ]
    (decided,) = [events_pb2.ReviewDecided.FromString(one) for one in board.payloads("review.decided")]
    assert (f"rounds/{decided.round_id}", decided.digest) == (opened.name, opened.digest)
    assert len(board.payloads("review.opened")) == 1
    assert board.wrong() == {}


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
    assert board.wrong() == {}


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
    assert board.told() == [("round.opened", ["kern", "lake", "marin"])]

    board.clock.forward(days=9)
    jobs.tell_rounds(board.database, board.clock())
    jobs.tell_rounds(board.database, board.clock())

    assert board.told()[1:] == [("round.due", ["kern"])]
    board.clock.forward(days=3)
    assert board.read(opened).state == WHERE.SETTLED
    assert reason(board.comment, opened, "kern") == "ROUND_NOT_OPEN"


def test_what_is_wrong_in_a_round_is_found_by_reading_and_counting_it_again(board):
    course = board.written(*PAPERS)
    first = board.start(course, "lake")
    for words in ("30 days", "sheriff"):
        board.comment(first, "lake", words)
    board.send(first, "lake")
    board.answered(first)
    board.start(course)
    assert board.wrong() == {}

    def break_(sql):
        with board.curriculum.running.connect() as connection:
            connection.execute("ALTER TABLE round_comment DISABLE TRIGGER USER")
            connection.execute(sql)
            connection.commit()

    break_("UPDATE round_comment SET place = place + 1 WHERE taken_from IS NOT NULL")
    assert board.wrong() == {"rounds.without_place": 2}
    break_("UPDATE round_comment SET place = place - 1 WHERE taken_from IS NOT NULL")
    break_("DELETE FROM round_comment WHERE taken_from IS NOT NULL")
    # What went on is nowhere now.
    assert board.wrong() == {"rounds.without_place": 2}


def test_a_list_of_rounds_asks_the_database_as_often_however_many_there_are(board):
    def asked(call):
        with noted(board.database) as sent:
            call()
        return len(sent)

    def page():
        return asked(lambda: board.as_("lake").ListRounds(pb.ListRoundsRequest(parent=f"bodies/{board.body}")))

    first = board.start(board.written(*PAPERS), "lake")
    before = page(), asked(lambda: board.comments(first, "lake"))
    for n in range(3):
        board.comment(board.start(board.written(f"Number {n}."), "lake"), "lake")
        board.comment(first, "lake", text=str(n))

    assert (page(), asked(lambda: board.comments(first, "lake"))) == before
    assert 0 < before[0] < 8
