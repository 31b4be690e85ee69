"""The materials of a course under way: by kind, and as a table of objectives and ways to give it."""

from dataclasses import dataclass

from fastapi import APIRouter

from cadre.curriculum.v1 import material_service_pb2 as pb
from gateway.materials import shown
from gateway.web import sheets
from gateway.web.forms import Form
from gateway.web.visit import Answer, Visitor
from gateway.works import giving
from gateway.works import shown as works

router = APIRouter(prefix="/works/{work_id}/materials")

_COLUMNS = (
    *("Kind", "Title", "For trainers alone", "Language", "Ways of giving it", "File", "SHA-256", "Bytes", "Pages"),
    *("Minutes", "Whose it is", "Credit", "Lacks"),
)


@dataclass(frozen=True)
class Cell:
    """What teaches an objective in one way of giving the course: materials with their addresses, and sections."""

    mode: str
    materials: list[tuple[str, str]]
    sections: list[str]

    @property
    def empty(self) -> bool:
        """Whether nothing does."""
        return not (self.materials or self.sections)


@dataclass(frozen=True)
class Row:
    """An objective, and what teaches it in each way."""

    objective: str
    cells: list[Cell]


def matrix(found: pb.Coverage, given: giving.Given, base: str) -> list[Row]:
    """Return the table; a material that is not among those that the visitor sees has no address."""
    titles = {one.name: one.title for one in given.materials}
    return [
        Row(
            f"The worker {row.behavior or '…'}",
            [
                Cell(
                    giving.mode(cell.mode),
                    [
                        (titles[name], f"{base}/{name.rpartition('/')[2]}" if base else f"/{name}")
                        for name in cell.materials
                        if name in titles
                    ],
                    list(cell.sections),
                )
                for cell in row.cells
            ],
        )
        for row in found.rows
    ]


@router.get("")
def materials_page(visit: Visitor, work_id: str) -> Answer:
    """The list, the table, and who may train with it."""
    under = shown.under(visit, work_id)
    given, coverage = giving.of_course(visit, under.course), giving.coverage(visit, under.course)
    return visit.page(
        "materials/materials.html",
        under=under,
        work=under.work,
        given=given,
        coverage=coverage,
        ways=[giving.mode(value) for value in coverage.modes],
        rows=matrix(coverage, given, under.base if under.writes else ""),
        vote=works.vote(visit, under.work),
        giving=giving,
        form=Form(),
        base=under.base,
    )


@router.get("/materials.csv")
def materials_file(visit: Visitor, work_id: str) -> Answer:
    """The list as a file."""
    under = shown.under(visit, work_id)
    lines = [
        (
            giving.kind(one),
            one.title,
            "Yes" if one.trainers_only else "No",
            giving.language(one),
            giving.modes(one),
            one.filename,
            one.file.sha256,
            one.file.size_bytes or "",
            one.pages or "",
            one.minutes or "",
            giving.rights(one),
            one.credit,
            "; ".join(giving.lacks(one)),
        )
        for _, those in giving.of_course(visit, under.course).groups
        for one in those
    ]
    return visit.download(sheets.file_of(_COLUMNS, lines), f"{work_id}-materials.csv", sheets.MEDIA_TYPE)


@router.get("/objectives.csv")
def matrix_file(visit: Visitor, work_id: str) -> Answer:
    """The table of objectives and ways as a file; an empty cell says so."""
    under = shown.under(visit, work_id)
    given, found = giving.of_course(visit, under.course), giving.coverage(visit, under.course)
    columns = ("Objective", *(giving.mode(value) for value in found.modes))
    lines = [
        (
            row.objective,
            *("; ".join([*(title for title, _ in cell.materials), *cell.sections]) or "Nothing" for cell in row.cells),
        )
        for row in matrix(found, given, "")
    ]
    return visit.download(sheets.file_of(columns, lines), f"{work_id}-objectives.csv", sheets.MEDIA_TYPE)
