"""One material as it is read and printed: of the draft, for who writes or decides on it; of a version."""

from fastapi import APIRouter
from fastapi.exceptions import HTTPException
from fastapi.responses import Response

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import material_service_pb2 as pb
from gateway.courses.media import POLICY
from gateway.materials import shown
from gateway.web.visit import Answer, Number, Visit, Visitor
from gateway.works import giving

router = APIRouter()

_DRAFT = "/courses/{course_id}/materials/{material_id}"
_VERSION = "/catalogue/{course_id}/versions/{number}/materials/{material_id}"


@router.get(_DRAFT)
def of_draft(visit: Visitor, course_id: str, material_id: str) -> Answer:
    """A material of the draft."""
    return _page(visit, shown.material(visit, f"courses/{course_id}", material_id), course_id, 0)


@router.get(_VERSION)
def of_version(visit: Visitor, course_id: str, number: Number, material_id: str) -> Answer:
    """A material of a version, as it stays for ever."""
    course = f"courses/{course_id}/versions/{number}"
    return _page(visit, shown.material(visit, course, material_id), course_id, number)


@router.get(_DRAFT + "/captions")
def captions_of_draft(visit: Visitor, course_id: str, material_id: str) -> Answer:
    """The captions of a film of the draft."""
    return _captions(shown.material(visit, f"courses/{course_id}", material_id))


@router.get(_VERSION + "/captions")
def captions_of_version(visit: Visitor, course_id: str, number: Number, material_id: str) -> Answer:
    """The captions of a film of a version."""
    return _captions(shown.material(visit, f"courses/{course_id}/versions/{number}", material_id))


def _captions(one: pb.Material) -> Answer:
    if not one.captions:
        raise HTTPException(404)
    headers = {"content-security-policy": POLICY, "cache-control": "private, no-cache"}
    return Response(one.captions, media_type="text/vtt", headers=headers)


def _entry(visit: Visit, name: str) -> course_pb.Course:
    """Return what the catalogue says of a course; nothing to a member of a committee from outside, who has none."""
    if not visit.rights.holds("catalogue.read"):
        return course_pb.Course(name=name)
    return visit.clients.courses.GetCatalogueEntry(course_pb.GetCatalogueEntryRequest(name=name))


def _page(visit: Visit, one: pb.Material, course_id: str, number: int) -> Answer:
    entry = _entry(visit, f"courses/{course_id}")
    back = f"/catalogue/{course_id}/versions/{number}" if number else ""
    return visit.page(
        "materials/material.html", one=one, course=entry, number=number, giving=giving, back=back, at=giving.page(one)
    )
