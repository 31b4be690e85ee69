"""What a body decided is written down anew, and what was written stays."""

from cadre.curriculum.v1 import ballot_service_pb2 as pb
from cadre.curriculum.v1 import decision_service_pb2 as decision_pb

from .committee import reason
from .conftest import new_id

YES, NO, HOLD, ABSTAIN, RECUSED = pb.YES, pb.NO, pb.HOLD, pb.ABSTAIN, pb.RECUSED


def test_a_decision_is_corrected_by_another_one_that_names_it_and_by_that_alone(committee):
    course = committee.course()
    ballot = committee.open(course)
    for seat, choice, text in (("lake", YES, "Well done"), ("kern", YES, ""), ("marin", NO, "Too long")):
        committee.cast(ballot, seat, choice, text=text)
    for seat in ("state-1", "state-2"):
        committee.cast(ballot, seat, YES)
    wrong = committee.close(ballot).decision

    def correct(who, name=wrong):
        request = decision_pb.CorrectDecisionRequest(
            name=name, motion="Take version 1 as it is", reason="It said version 2", request_id=new_id()
        )
        return committee.as_(who).CorrectDecision(request)

    assert reason(correct, "lake") == "NOT_FOUND"
    right = correct("secretary")

    read = committee.as_("lake").GetDecision(decision_pb.GetDecisionRequest(name=wrong))
    assert (read.corrected_by, right.corrects, right.number[-3:]) == (right.name, wrong, "002")
    assert (right.digest, right.counts, right.dissent) == (read.digest, read.counts, ["Too long"])
    assert read.motion == "Take the course as it is"
    assert reason(correct, "secretary") == "DECISION_CORRECTED"
    assert committee.publish(course).decision.name == right.name
    assert committee.audits() == {"ballots.miscounted": 0, "decisions.unfounded": 0}
