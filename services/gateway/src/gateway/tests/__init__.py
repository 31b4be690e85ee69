"""The writing of tests, and what their forms share with taking one."""

from cadre.evaluation.v1 import sitting_service_pb2 as sitting_pb
from cadre.evaluation.v1 import test_service_pb2 as test_pb
from gateway.tests import editor
from gateway.web.area import Area
from gateway.web.navigation import Item, Top, of_state

_REASONS = {
    "TEST_UNSOUND": "The test cannot be given like this: question {item} {rule}.",
    "TEST_UNCHANGED": "The draft is what the newest version holds.",
}
_DONE = {
    "test-begun": "The test is begun. Add its questions, try it, then issue its first version.",
    "test-issued": "The new version is issued. Choose it in the draft of the course that it ends.",
    "question-removed": "The question is removed from the draft.",
}

AREA = Area(
    routers=(editor.router,),
    navigation=(Item(Top.TRAINING, "Tests", "/tests", offered=of_state("tests.write")),),
    reasons=_REASONS,
    done=_DONE,
    adjectives={
        "passed": lambda sitting: sitting.state == sitting_pb.Sitting.PASSED,
        "with_several_answers": lambda question: question.kind == test_pb.Item.MULTIPLE,
    },
)
