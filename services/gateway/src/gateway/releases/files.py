"""A file of change items: looked at first, row by row, then applied; and the items as such a file."""

import base64
import binascii

from fastapi import APIRouter

from cadre.notification.v1 import release_service_pb2 as pb
from gateway.releases import phrases, shown
from gateway.web import sheets
from gateway.web.forms import Form, SentForm
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/releases/{release_id}")

_MOST_BYTES = 1024 * 1024
_COLUMNS = [name for name, _, _ in phrases.COLUMNS]


@router.get("/file")
def file_page(visit: Visitor, release_id: str) -> Answer:
    """Choose a file."""
    return _choose(visit, release_id, Form())


@router.post("/file")
def check_file(visit: Visitor, release_id: str, form: Sent) -> Answer:
    """Say what the file would change, and every error with its row; nothing is saved."""
    content = form.files.get("file", b"")
    if not content:
        form.errors["file"] = "Choose a CSV file."
    elif len(content) > _MOST_BYTES:
        form.errors["file"] = "The file is larger than 1 MB. A release has at most 500 items."
    if form.errors:
        return _choose(visit, release_id, form)
    return _look(visit, release_id, form, content)


@router.post("/file/apply")
def apply_file(visit: Visitor, release_id: str, form: Sent) -> Answer:
    """Make the items those of the file that was looked at, if the release is still as it was then."""
    content = _carried(form)
    report = _compared(visit, release_id, content)
    if not form.errors and not report.problems:
        try:
            visit.clients.releases.ImportChangeItems(
                pb.ImportChangeItemsRequest(
                    parent=f"releases/{release_id}",
                    content=content,
                    etag=form.text("etag"),
                    request_id=form.request_id,
                )
            )
        except Refused as error:
            form.refuse(error)
        else:
            return visit.go(f"/releases/{release_id}", done="items-brought-in")
    return _look(visit, release_id, form, content)


@router.get("/template.csv")
def template(visit: Visitor, release_id: str) -> Answer:
    """An empty file with every column."""
    shown.load(visit, release_id)
    return visit.download(sheets.file_of(_COLUMNS, []), "change-items-template.csv", sheets.MEDIA_TYPE)


@router.get("/items.csv")
def items_file(visit: Visitor, release_id: str) -> Answer:
    """The items as a file of the same columns: sent back as it is, it changes nothing."""
    release = shown.load(visit, release_id)
    lines = [_line(one) for one in shown.items(visit, release_id).items]
    mark = "DEMONSTRATION-" if release.demonstration else ""
    name = f"{mark}{release.number.replace(' ', '-')}-items-{visit.today.isoformat()}.csv"
    return visit.download(sheets.file_of(_COLUMNS, lines), name, sheets.MEDIA_TYPE)


def _line(one: pb.ChangeItem) -> list[str]:
    return [
        one.item_id,
        one.title,
        one.area,
        one.page,
        one.before,
        one.after,
        one.reason,
        ";".join(one.roles),
        one.workaround,
        one.workaround_end_date,
        phrases.training_in_file(one),
        one.procedures,
        one.known_issues,
        one.source,
    ]


def _compared(visit: Visit, release_id: str, content: bytes) -> pb.ChangeItemsReport:
    """Return what a file would change; a class of jobs that is on no list is an error, too."""
    report = visit.clients.releases.CompareChangeItems(
        pb.CompareChangeItemsRequest(parent=f"releases/{release_id}", content=content)
    )
    known = shown.classes(visit)
    for row in report.rows:
        unknown = next((slug for slug in row.item.roles if slug not in known), "")
        if unknown and row.line:
            rule = "is no short name of a job class: they are listed where the file is chosen"
            report.problems.add(line=row.line, column="roles", value=unknown, rule=rule, item_id=row.item.item_id)
            report.problem_count += 1
    return report


def _look(visit: Visit, release_id: str, form: SentForm, content: bytes) -> Answer:
    release, report = shown.load(visit, release_id), _compared(visit, release_id, content)
    counts = dict.fromkeys(("New", "Changed", "Unchanged", "Taken out"), 0)
    for row in report.rows:
        counts[phrases.outcome(row)] += 1
    return visit.page(
        "releases/file_report.html",
        status=400 if form.errors or report.problems else 200,
        release=release,
        report=report,
        counts=counts,
        content=base64.b64encode(content).decode() if not report.problems else "",
        form=form,
        phrases=phrases,
        may_write=visit.rights.state("notices.write"),
    )


def _carried(form: Form) -> bytes:
    """Return the file that the form carries on, byte for byte; what is none is an empty file, which is refused."""
    try:
        return base64.b64decode(form.text("content"), validate=True)
    except binascii.Error:
        return b""


def _choose(visit: Visit, release_id: str, form: Form) -> Answer:
    return visit.page(
        "releases/file.html",
        status=400 if form.errors else 200,
        release=shown.load(visit, release_id),
        form=form,
        phrases=phrases,
        classes=shown.classes(visit),
        may_write=visit.rights.state("notices.write"),
    )
