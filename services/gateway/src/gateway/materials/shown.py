"""What the pages of materials show: a course under way with what it is given with."""

from dataclasses import dataclass

from fastapi.exceptions import HTTPException

from cadre.curriculum.v1 import material_service_pb2 as pb
from cadre.curriculum.v1 import work_service_pb2 as work_pb
from gateway.web.rights import only
from gateway.web.visit import Visit
from gateway.works import giving, phrases, shown

NO_COURSE = "This work has no course yet. Choose it under Design."


@dataclass(frozen=True)
class Under:
    """A work whose course is given with materials."""

    work: work_pb.Work

    @property
    def course(self) -> str:
        """`courses/{slug}`."""
        return self.work.course

    @property
    def back(self) -> str:
        """The address of the work."""
        return shown.path(self.work.name)

    @property
    def base(self) -> str:
        """The address of its materials."""
        return f"{self.back}/materials"

    @property
    def writes(self) -> bool:
        """Whether the visitor changes them."""
        return self.work.may_write and not phrases.has_ended(self.work)


def under(visit: Visit, work_id: str) -> Under:
    """Return a work that has a course."""
    work = shown.load(visit, work_id)
    if not work.course:
        raise HTTPException(404, NO_COURSE)
    return Under(work)


def to_change(visit: Visit, work_id: str) -> Under:
    """The same, for who writes it."""
    found = under(visit, work_id)
    only(found.work.may_write)
    return found


def material(visit: Visit, course: str, material_id: str) -> pb.Material:
    """Return one material of a draft or of a version."""
    return visit.clients.materials.GetMaterial(pb.GetMaterialRequest(name=f"{course}/materials/{material_id}"))


def rows(found: pb.Coverage) -> list[tuple[str, str]]:
    """Return the objectives as a form offers them."""
    return [(row.objective, f"The worker {row.behavior or '…'}") for row in found.rows]


def in_versions(visit: Visit, one: pb.Material, course: str, latest: int) -> bool:
    """Whether the newest version has a material: it keeps it, whatever becomes of the draft."""
    if not latest:
        return False
    given = giving.if_theirs(visit, f"{course}/versions/{latest}")
    return any(kept.name.rpartition("/")[2] == one.name.rpartition("/")[2] for kept in given.materials)
