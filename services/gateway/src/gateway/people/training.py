"""What one person has still to learn and has learned, as their agency sees it: never a score."""

from dataclasses import dataclass

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.enrollment.v1 import assignment_service_pb2 as pb
from cadre.notification.v1 import agency_notice_service_pb2 as notice_pb
from gateway.web.visit import Visit
from gateway.words import sentences
from servicekit.calendar import PACIFIC

# More than anybody was ever asked; the record of training has all, page by page.
_MOST = 200
_OPEN = (pb.Assignment.ASSIGNED, pb.Assignment.IN_PROGRESS)


@dataclass(frozen=True)
class Line:
    """A training under a letter. *done_on* is the day, `YYYY-MM-DD`, on which it was completed."""

    letter: str
    notice: str
    course: str
    due_date: str
    how_far: str
    done_on: str


@dataclass(frozen=True)
class Training:
    """What is still to do, due first; what is done, newest first; and what does not apply."""

    to_do: list[Line]
    done: list[Line]
    excused: list[Line]


def of_person(visit: Visit, parent: str, person: str) -> Training:
    """Return the training of one of the agency's people: three calls, however much it is."""
    assignments = visit.clients.assignments.ListAssignments(
        pb.ListAssignmentsRequest(parent=parent, person=person, page_size=_MOST)
    ).assignments
    if not assignments:
        return Training([], [], [])
    notices = sorted({one.notice for one in assignments})
    listed = visit.clients.agency_notices.ListAgencyNotices(
        notice_pb.ListAgencyNoticesRequest(parent=parent, notices=notices, page_size=len(notices))
    ).notices
    letters = {one.notice.name: sentences.letter(one.notice) for one in listed}
    versions = sorted({one.course_version for one in assignments})
    found = visit.clients.courses.BatchGetCourseVersions(course_pb.BatchGetCourseVersionsRequest(names=versions))
    titles = {version.name: version.title for version in found.course_versions}

    def lines(*states: "pb.Assignment.State.ValueType") -> list[Line]:
        return [
            Line(
                letter=letters.get(one.notice, ""),
                notice=one.notice,
                course=titles.get(one.course_version, "Training"),
                due_date=one.due_date,
                how_far=_how_far(one),
                done_on=_done_on(one),
            )
            for one in assignments
            if one.state in states
        ]

    done = sorted(lines(pb.Assignment.COMPLETED), key=lambda line: line.done_on, reverse=True)
    return Training(lines(*_OPEN), done, lines(pb.Assignment.WAIVED))


def _how_far(one: pb.Assignment) -> str:
    """Say how far somebody is with a course: passed or not yet."""
    if one.state == pb.Assignment.ASSIGNED and not one.sections_completed:
        return "Test passed, course not started" if one.has_test and one.test_passed else "Not started"
    if one.section_count and one.sections_completed >= one.section_count:
        return "Only the test is left" if one.has_test and not one.test_passed else "Under way"
    return f"{one.sections_completed} of {one.section_count} sections" if one.section_count else "Under way"


def _done_on(one: pb.Assignment) -> str:
    if not one.complete_time.seconds:
        return ""
    return one.complete_time.ToDatetime(tzinfo=PACIFIC).date().isoformat()
