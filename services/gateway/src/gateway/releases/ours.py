"""What a release changes for an agency: its items by the job classes that people there have, with how many they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter

from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.notification.v1 import release_service_pb2 as pb
from gateway.releases import phrases, shown
from gateway.web import sheets
from gateway.web.visit import Answer, Visit, Visitor

router = APIRouter(prefix="/releases/{release_id}/agencies/{agency_id}")

COLUMNS = ("Job class", "People", "On leave", "Item", "Title", "Area", "Page", "Before", "After", "What staff need")
EVERYBODY = "Everyone"


@dataclass(frozen=True)
class Concerned:
    """A class of jobs with its people here, and the items that are for it and not for everybody."""

    slug: str
    title: str
    people: int
    on_leave: int
    items: Sequence[pb.ChangeItem]


@dataclass(frozen=True)
class ForUs:
    """A release at an agency: *everybody* has items for all classes, *elsewhere* those for classes of nobody here."""

    staff: int
    everybody: Sequence[pb.ChangeItem]
    classes: Sequence[Concerned]
    elsewhere: Sequence[pb.ChangeItem]

    @property
    def of_their_own(self) -> list[Concerned]:
        """Classes with items of their own."""
        return [one for one in self.classes if one.items]

    @property
    def others(self) -> list[Concerned]:
        """Classes without."""
        return [one for one in self.classes if not one.items]

    @property
    def here(self) -> int:
        """How many items concern somebody here."""
        own = {item.item_id for one in self.classes for item in one.items}
        return len(self.everybody) + len(own)


def divide(
    items: Sequence[pb.ChangeItem], counted: person_pb.ListJobClassCountsResponse, titles: Mapping[str, str]
) -> ForUs:
    """Lay the items beside the classes that people have, in the order of the statewide list of classes."""
    order = {slug: place for place, slug in enumerate(titles)}
    held = sorted(counted.classes, key=lambda one: (order.get(one.job_class, len(order)), one.job_class))
    classes = [
        Concerned(
            one.job_class,
            titles.get(one.job_class, one.job_class),
            one.staff,
            one.on_leave,
            [item for item in items if one.job_class in item.roles],
        )
        for one in held
    ]
    here = {one.job_class for one in held}
    return ForUs(
        counted.staff,
        [item for item in items if not item.roles],
        classes,
        [item for item in items if item.roles and not here.intersection(item.roles)],
    )


@router.get("")
def ours_page(visit: Visitor, release_id: str, agency_id: str) -> Answer:
    """The page, also on paper."""
    release, agency = shown.load(visit, release_id), visit.agency(f"agencies/{agency_id}")
    return visit.page(
        "releases/ours.html",
        release=release,
        agency=agency,
        ours=_of(visit, release_id, agency_id),
        classes=shown.classes(visit),
        phrases=phrases,
    )


@router.get("/items.csv")
def ours_file(visit: Visitor, release_id: str, agency_id: str) -> Answer:
    """The same as a file: a row for each item of each class."""
    release, ours = shown.load(visit, release_id), _of(visit, release_id, agency_id)
    groups = [
        ([EVERYBODY, ours.staff, ""], ours.everybody),
        *(([one.title, one.people, one.on_leave], one.items) for one in ours.of_their_own),
    ]
    lines = [[*who, *_cells(item)] for who, items in groups for item in items]
    mark = "DEMONSTRATION-" if release.demonstration else ""
    name = f"{mark}{release.number.replace(' ', '-')}-for-{agency_id}-{visit.today.isoformat()}.csv"
    return visit.download(sheets.file_of(COLUMNS, lines), name, sheets.MEDIA_TYPE)


def _of(visit: Visit, release_id: str, agency_id: str) -> ForUs:
    counted = visit.clients.people.ListJobClassCounts(
        person_pb.ListJobClassCountsRequest(parent=f"agencies/{agency_id}")
    )
    return divide(shown.items(visit, release_id).items, counted, shown.classes(visit))


def _cells(item: pb.ChangeItem) -> list[str]:
    return [item.item_id, item.title, item.area, item.page, item.before, item.after, phrases.training(item)]
