"""What can be chosen at a step of writing a letter."""

from collections.abc import Collection, Iterable
from datetime import date

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.directory.v1 import agency_service_pb2 as agency_pb
from gateway.letters import agency_lists
from gateway.letters.letter_form import ASK, LETTER, WHO, Step
from gateway.web.forms import Form
from gateway.web.visit import Visit


def choices(
    visit: Visit, step: Step, form: Form, course: course_pb.CourseVersion | None
) -> dict[str, list[tuple[str, str]]]:
    """Return what can be chosen at a step, by field."""
    clients = visit.clients
    if step is LETTER:
        known, here = visit.series().items(), form.text("series")
        return {"series": [(name, f"{name}, {one.title}") for name, one in known if not one.past or name == here]}
    if step is WHO:
        vocabulary = clients.agencies.ListVocabulary(agency_pb.ListVocabularyRequest())
        agencies = visit.agencies().values()
        return {
            "receivers": offered_agencies(agencies, form.all("receivers"), visit.today),
            "agencies": offered_agencies(agencies, form.all("agencies"), visit.today),
            "units": [(unit.slug, unit.title) for unit in vocabulary.units],
            "job_classes": [(job_class.slug, job_class.title) for job_class in vocabulary.job_classes],
        }
    if step is ASK:
        offered = clients.courses.ListCourses(course_pb.ListCoursesRequest(page_size=200, only_published=True))
        return {"course_version": [("", "No course"), *offered_courses(offered.courses, course)]}
    return {}


def offered_agencies(
    agencies: Iterable[agency_pb.Agency], chosen: Collection[str], today: date
) -> list[tuple[str, str]]:
    """Return the local agencies of today; of those that ended the ones that the draft names, said to have ended."""
    local = [agency for agency in agencies if agency.kind != "state"]
    offered = {agency.name: agency.short_title for agency in local if agency_lists.goes_on(agency, today)}
    ended = {agency.name: f"{agency.short_title} (ended)" for agency in local if agency.name in chosen}
    return list({**ended, **offered}.items())


def offered_courses(
    offered: Iterable[course_pb.Course], chosen: course_pb.CourseVersion | None
) -> list[tuple[str, str]]:
    """Return the newest version of each course; first the one that the draft names, if a newer one is out by now."""
    courses = [(f"{course.name}/versions/{course.latest_version}", course.title) for course in offered]
    if chosen is not None and chosen.version < chosen.latest_version:
        said = f"{chosen.title}, version {chosen.version} (version {chosen.latest_version} is out)"
        courses.insert(0, (chosen.name, said))
    return courses
