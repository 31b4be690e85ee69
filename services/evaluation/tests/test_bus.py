import uuid

from cadre.evaluation.v1 import evaluation_service_pb2 as pb
from cadre.evaluation.v1.evaluation_service_pb2_grpc import EvaluationServiceStub
from evaluation.app import APP
from servicekit.testing.drain import await_quiet


def test_passing_and_failing_reach_the_stream(launch):
    running = launch(APP, role="all")
    rights = {"tests.write": ["state"], "tests.take": ["self"]}
    stub = running.stub(EvaluationServiceStub, caller=f"people/{uuid.uuid4()}", rights=rights)
    options = [pb.Option(text="a", correct=True), pb.Option(text="b")]
    draft = pb.Test(title="x", items=[pb.Item(text="?", kind=pb.Item.SINGLE, options=options)], pass_mark=1)
    test = stub.CreateTest(pb.CreateTestRequest(test_id="intake", test=draft, request_id="create"))
    version = stub.PublishTest(pb.PublishTestRequest(name=test.name, etag=test.etag, request_id="publish"))
    for chosen in (1, 0):
        start = pb.StartSittingRequest(test_version=version.name, request_id=f"start {chosen}")
        answers = [pb.Answer(options=[chosen])]
        sitting = stub.StartSitting(start)
        stub.SubmitSitting(pb.SubmitSittingRequest(name=sitting.name, answers=answers, request_id=f"submit {chosen}"))

    await_quiet([running.runtime.worker])

    assert running.runtime.worker.outbox().depth == 0
    assert running.runtime.worker.bus().messages == 2
