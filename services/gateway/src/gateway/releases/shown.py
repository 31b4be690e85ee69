"""What the pages of a release show: the release, its items, and how ready people are by its letters."""

from collections.abc import Mapping

from fastapi.exceptions import HTTPException

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from cadre.notification.v1 import release_service_pb2 as pb
from gateway.web.visit import Visit

_ALL = 500
_OUT = (notice_pb.Notice.PUBLISHED, notice_pb.Notice.WITHDRAWN)


def load(visit: Visit, release_id: str) -> pb.Release:
    """Return a release that the visitor sees."""
    return visit.clients.releases.GetRelease(pb.GetReleaseRequest(name=f"releases/{release_id}"))


def items(visit: Visit, release_id: str, *, area: str = "", role: str = "") -> pb.ListChangeItemsResponse:
    """Return the items of a release, all or those of an area, or that concern a class of jobs."""
    return visit.clients.releases.ListChangeItems(
        pb.ListChangeItemsRequest(
            parent=f"releases/{release_id}", page_size=_ALL, area=area, roles=[role] if role else []
        )
    )


def item(visit: Visit, release_id: str, item_id: str) -> pb.ChangeItem:
    """Return one item."""
    found = next((one for one in items(visit, release_id).items if one.item_id == item_id.upper()), None)
    if found is None:
        raise HTTPException(404)
    return found


def classes(visit: Visit) -> dict[str, str]:
    """Return the titles of job classes by their short names."""
    return {one.slug: one.title for one in visit.vocabulary().job_classes}


def readiness(visit: Visit, release: pb.Release) -> Mapping[str, readiness_pb.Readiness]:
    """Return the figures of the letters of a release that are out, by name; for the state."""
    out = [one.notice for one in release.letters if one.state in _OUT]
    if not out or not visit.rights.state("readiness.read"):
        return {}
    asked = readiness_pb.BatchGetReadinessRequest(notices=out[:100])
    return {one.notice: one for one in visit.clients.readiness.BatchGetReadiness(asked).readiness}


def sees_drafts(visit: Visit) -> bool:
    """Whether the visitor works with releases before they are announced."""
    return any(visit.rights.state(right) for right in ("notices.write", "notices.approve", "readiness.read"))
