"""A request for each method of enrollment, and what it names."""

from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre.enrollment.v1 import completion_service_pb2 as completion_pb
from cadre.enrollment.v1 import exemption_service_pb2 as exemption_pb

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


def unit_of(world, *, exempt=None):
    """A unit of the agency in which none of those works whom other requests name; *exempt* or not, if that is said."""
    named = {world.person, world.waived, world.leaver, world.on_leave, world.learner}
    listed = person_pb.ListPeopleRequest(parent=HOME, page_size=1_000)
    people = world.call(world.access.people.ListPeople, listed, world.lead, {"people.read": (HOME,)}).people
    places = {one.name: {unit for job in one.jobs if job.agency == HOME for unit in job.units} for one in people}
    taken = {unit for name in named for unit in places[name]}
    under = world.call(
        world.access.assignments.ListAssignments,
        assignment_pb.ListAssignmentsRequest(parent=HOME, notice=world.issued, page_size=1_000),
        world.lead,
        {"assignments.read": (HOME,)},
    ).assignments
    unit = min(unit for one in under for unit in places[one.person] - taken)
    at, right = {"parent": HOME, "notice": world.issued}, {"notices.confirm_for_agency": (HOME,)}
    access = world.access.exemptions
    listed = exemption_pb.ListExemptionsRequest(**at)
    there = unit in {one.unit for one in world.call(access.ListExemptions, listed, world.lead, right).exemptions}
    if exempt is True and not there:
        request = exemption_pb.ExemptUnitsRequest(units=[unit], reason="None here", request_id=fresh(), **at)
        world.call(access.ExemptUnits, request, world.lead, right)
    if exempt is False and there:
        request = exemption_pb.EndExemptionRequest(unit=unit, reason="Some here", request_id=fresh(), **at)
        world.call(access.EndExemption, request, world.lead, right)
    return unit


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
    "ExemptionService": {
        "ListExemptions": lambda w: exemption_pb.ListExemptionsRequest(parent=HOME, notice=w.issued),
        "PreviewExemption": lambda w: exemption_pb.PreviewExemptionRequest(
            parent=HOME, notice=w.issued, units=[unit_of(w)]
        ),
        "ExemptUnits": lambda w: exemption_pb.ExemptUnitsRequest(
            parent=HOME, notice=w.issued, units=[unit_of(w, exempt=False)], reason="No such cases", request_id=fresh()
        ),
        "EndExemption": lambda w: exemption_pb.EndExemptionRequest(
            parent=HOME, notice=w.issued, unit=unit_of(w, exempt=True), reason="Cases came", request_id=fresh()
        ),
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
