"""The trainer package of a version: its files in one ZIP with what proves them, written as it is taken."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import material_service_pb2 as pb
from gateway.courses import media
from gateway.web.visit import Answer, Number, Visit, Visitor
from servicekit.files import packets

router = APIRouter()

MEDIA_TYPE = "application/zip"


class Damaged(Exception):  # noqa: N818 - a fault of ours, said by an end that comes too early
    """A file of a package is not what the package says: nothing more of it is given."""


@router.get("/catalogue/{course_id}/versions/{number}/trainer-package.zip")
def trainer_package(visit: Visitor, course_id: str, number: Number) -> Answer:
    """The package, for who may train with it: told before its first byte whether it is theirs."""
    name = f"courses/{course_id}/versions/{number}"
    package = visit.clients.materials.GetTrainerPackage(pb.GetTrainerPackageRequest(course_version=name))
    version = visit.clients.courses.GetCourseVersion(course_pb.GetCourseVersionRequest(name=name))
    filename = f"{course_id}-version-{number}-trainer-package.zip"
    headers = dict(visit.download(b"", filename, MEDIA_TYPE).headers)
    del headers["content-length"]
    pieces = packed(package, about(package, version), lambda file: content(visit, file))
    # Its beginning is made before anything is answered, so that what cannot be read is a page that says so.
    return StreamingResponse(chain([next(pieces)], pieces), headers=headers, media_type=MEDIA_TYPE)


def about(package: pb.TrainerPackage, version: course_pb.CourseVersion) -> dict[str, object]:
    """Return what the manifest says beside the digest of each file: of what it is, and how large they are."""
    return {
        "what": "trainer package",
        "course_version": package.course_version,
        "title": version.title,
        "content_sha256": version.content_sha256,
        "demonstration": version.demonstration,
        "sizes": {one.path: one.size_bytes for one in package.files},
    }


def content(visit: Visit, file: pb.PackageFile) -> Iterable[bytes]:
    """Give a file of a package: from the store piece by piece, or as it is written."""
    if not file.media:
        return [file.text.encode()]
    return media.pieces(visit, file.media, 0, file.size_bytes - 1)


def packed(
    package: pb.TrainerPackage, said: dict[str, object], read: Callable[[pb.PackageFile], Iterable[bytes]]
) -> Iterator[bytes]:
    """Write the ZIP of a package, and give its bytes as they come. Raises `Damaged` where a file is another one."""
    waiting = bytearray()
    packer = packets.Packer(packets.Onward(waiting.extend))
    for file in package.files:
        for _ in packer.adding(file.path, read(file)):
            yield from _taken(waiting)
        if packer.sums[file.path] != file.sha256:
            raise Damaged(file.path)
    packer.seal(said, texts=(), references=(), figures=())
    yield from _taken(waiting)


def _taken(waiting: bytearray) -> Iterator[bytes]:
    """Give what was written since the last time."""
    if waiting:
        content = bytes(waiting)
        waiting.clear()
        yield content
