"""Taking a test: where one begins, and what the answers on a form are."""

from cadre.evaluation.v1 import sitting_service_pb2 as sitting_pb
from cadre.evaluation.v1 import test_service_pb2 as test_pb
from gateway.web.forms import Form
from gateway.web.visit import Visit
from gateway.words.sentences import as_number


def start(visit: Visit, letter_id: str, test_version: str, request_id: str) -> str:
    """Open the test for the visitor, or find the one they have open; return its page."""
    sitting = visit.clients.sittings.StartSitting(
        sitting_pb.StartSittingRequest(test_version=test_version, request_id=request_id)
    )
    return f"/training/{letter_id}/test/{sitting.name.removeprefix('sittings/')}"


def answers(form: Form, version: test_pb.TestVersion) -> list[sitting_pb.Answer]:
    """Read the chosen options, one answer for each question; a question without one is an error at it."""
    given = []
    for number, item in enumerate(version.items, start=1):
        ticked = (as_number(value) for value in form.all(f"q{number}"))
        chosen = [place for place in ticked if place is not None and place < len(item.options)]
        if not chosen:
            form.errors[f"q{number}"] = f"Question {number}: choose an answer."
        given.append(sitting_pb.Answer(options=chosen))
    return given


def look_again(sitting: sitting_pb.Sitting) -> list[int]:
    """The sections to look at again after a test that was not passed, in order."""
    return sorted({result.section for result in sitting.results if not result.right and result.section})
