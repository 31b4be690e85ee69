"""A request for each method of enrollment, and what it names."""

from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre.enrollment.v1 import completion_service_pb2 as completion_pb

from .common import HOME, day, fresh


def own_assignment(world, person=None):
    request = assignment_pb.GetAssignmentRequest(name=world.issued)
    return world.call(
        world.access.assignments.GetAssignment, request, person or world.person, {"learning.do": ("self",)}
    ).name


def reinstate(world):
    name = own_assignment(world, world.on_leave)
    waive = assignment_pb.WaiveAssignmentRequest(parent=HOME, name=name, reason="A mistake", request_id=fresh())
    world.call(world.access.assignments.WaiveAssignment, waive, world.lead, {"training.record": (HOME,)})
    return assignment_pb.ReinstateAssignmentRequest(parent=HOME, name=name, reason="It applies", request_id=fresh())


REQUESTS = {
    "AssignmentService": {
        "ListToDo": lambda w: assignment_pb.ListToDoRequest(),
        "ListAssignments": lambda w: assignment_pb.ListAssignmentsRequest(parent=HOME),
        "GetAssignment": lambda w: assignment_pb.GetAssignmentRequest(name=own_assignment(w)),
        "StartAssignment": lambda w: assignment_pb.StartAssignmentRequest(name=own_assignment(w), request_id=fresh()),
        "KeepPlace": lambda w: assignment_pb.KeepPlaceRequest(
            name=own_assignment(w), place=assignment_pb.Place(section=1, block=3), request_id=fresh()
        ),
        "GetPlace": lambda w: assignment_pb.GetPlaceRequest(name=own_assignment(w)),
        "CompleteSection": lambda w: assignment_pb.CompleteSectionRequest(
            name=own_assignment(w), section=1, request_id=fresh()
        ),
        "WaiveAssignment": lambda w: assignment_pb.WaiveAssignmentRequest(
            parent=HOME, name=own_assignment(w, w.waived), reason="Another duty", request_id=fresh()
        ),
        "ReinstateAssignment": reinstate,
    },
    "CompletionService": {
        "PreviewTraining": lambda w: completion_pb.PreviewTrainingRequest(
            parent=HOME, notice=w.issued, units=["none"], people=[w.learner]
        ),
        "ListRecordings": lambda w: completion_pb.ListRecordingsRequest(parent=HOME, notice=w.issued),
        "RetractTraining": lambda w: completion_pb.RetractTrainingRequest(
            parent=HOME, notice=w.issued, people=[w.learner], reason="The wrong letter", request_id=fresh()
        ),
        "RecordTraining": lambda w: completion_pb.RecordTrainingRequest(
            parent=HOME,
            notice=w.issued,
            people=[w.learner],
            kind=completion_pb.Completion.BRIEFING,
            complete_date=day(0),
            minutes=30,
            led_by="The coordinator",
            request_id=fresh(),
        ),
        "ListCompletions": lambda w: completion_pb.ListCompletionsRequest(parent=w.learner),
        "ListCompletionRates": lambda w: completion_pb.ListCompletionRatesRequest(),
    },
}
