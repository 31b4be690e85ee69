"""Spans: one trace from whoever asks to whoever hears of it, and nothing of it where nobody collects them."""

import re

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from cadre.operations.v1 import operations_service_pb2 as pb
from cadre.operations.v1 import operations_service_pb2_grpc as pb_grpc
from servicekit import trace
from servicekit.data import outbox
from servicekit.testing.drain import await_quiet
from servicekit.watch import spans as exported


@pytest.fixture
def spans():
    """What this process records, by name."""
    exporter = InMemorySpanExporter()
    stop = exported.collect("kit", exporter)
    yield lambda: {span.name: span for span in exporter.get_finished_spans()}
    stop()


def test_a_call_belongs_to_the_trace_of_the_work_that_makes_it(launch, kit_app, spans):
    operations = launch(kit_app).stub(pb_grpc.OperationsServiceStub, rights=["operations.read"])

    with trace.work("page", trace.Kind.SERVER):
        operations.ListJobs(pb.ListJobsRequest())

    seen = spans()
    page, called = seen["page"], seen["/cadre.operations.v1.OperationsService/ListJobs"]
    answered = seen["OperationsService/ListJobs"]
    assert page.parent is None
    assert called.parent.span_id == page.context.span_id
    assert answered.parent.span_id == called.context.span_id
    assert {span.context.trace_id for span in (page, called, answered)} == {page.context.trace_id}
    assert answered.attributes["rpc.code"] == "OK"


def test_an_event_is_heard_in_the_trace_of_what_made_it_and_related_to_the_others_of_its_batch(maker, hear, spans):
    hearer = hear()
    with trace.work("page"):
        maker.make(1)
    await_quiet([maker.worker, hearer.worker])

    seen = spans()
    heard = seen["hearer-maker cadre.maker.thing.made.v1"]
    assert heard.parent.span_id == seen["page"].context.span_id
    assert heard.context.trace_id == seen["page"].context.trace_id
    assert heard.attributes["events"] == 1


def test_an_event_that_several_caused_is_related_to_the_traces_of_all(maker, hear, contract, spans):
    hearer = hear()
    caused = []
    for _ in range(3):
        with trace.work("page"):
            caused.append(trace.current.get())
    with maker.database.transaction(actor="people/1", method="Make", resource="things/1") as db:
        db.events.append(outbox.pending(contract["ThingMade"](key="a", number=1), caused[0], caused))
    await_quiet([maker.worker, hearer.worker])

    heard = spans()["hearer-maker cadre.maker.thing.made.v1"]
    assert f"{heard.context.trace_id:032x}" == caused[0][3:35]
    assert [f"{link.context.trace_id:032x}" for link in heard.links] == [one[3:35] for one in caused[1:]]


def test_without_a_collector_the_id_is_passed_on_all_the_same():
    given = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    with trace.work("page", parent=given) as work:
        work.note("key", "value")
        assert trace.current.get() == given
        with trace.work("inside", parent=None):
            assert trace.trace_id() == "a" * 32
    with trace.work("page", parent="no traceparent"):
        assert re.fullmatch("[0-9a-f]{32}", trace.trace_id())
    assert trace.current.get() == ""
