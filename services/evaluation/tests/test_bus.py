import uuid

from cadre.evaluation.v1 import sitting_service_pb2 as sitting_pb
from cadre.evaluation.v1 import test_service_pb2 as test_pb
from evaluation.app import APP
from servicekit.testing.drain import await_quiet


def test_passing_and_failing_reach_the_stream(launch):
    running = launch(APP, role="all")
    rights = {"tests.write": ["state"], "tests.take": ["self"]}
    stub = running.stubs(caller=f"people/{uuid.uuid4()}", rights=rights)
    options = [test_pb.Option(text="a", correct=True), test_pb.Option(text="b")]
    draft = test_pb.Test(
        title="x", items=[test_pb.Item(text="?", kind=test_pb.Item.SINGLE, options=options)], pass_mark=1
    )
    test = stub.CreateTest(test_pb.CreateTestRequest(test_id="intake", test=draft, request_id="create"))
    version = stub.PublishTest(test_pb.PublishTestRequest(name=test.name, etag=test.etag, request_id="publish"))
    for chosen in (1, 0):
        start = sitting_pb.StartSittingRequest(test_version=version.name, request_id=f"start {chosen}")
        answers = [sitting_pb.Answer(options=[chosen])]
        sitting = stub.StartSitting(start)
        stub.SubmitSitting(
            sitting_pb.SubmitSittingRequest(name=sitting.name, answers=answers, request_id=f"submit {chosen}")
        )

    await_quiet([running.runtime.worker])

    assert running.runtime.worker.outbox().depth == 0
    # With the version itself.
    assert running.runtime.worker.bus().messages == 3
