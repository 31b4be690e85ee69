"""Pages of checklists: the agency's own, where its coordinator says how items stand; and the state's table."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from fastapi import APIRouter

from cadre.notification.v1 import checklist_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from gateway.letters import agency_lists, checklists, csv_files, letters
from gateway.letters.checklists import Item, Line
from gateway.web import sheets
from gateway.web.forms import Form, SentForm
from gateway.web.table import Asked, Column, Filter, Part, Table
from gateway.web.visit import Answer, Sent, Visit, Visitor
from gateway.words import sentences
from servicekit.rpc.client import Refused
from servicekit.words import fold

router = APIRouter()

_OURS = "/agencies/{agency_id}/letters/{letter_id}/checklist"
_LONGEST = 500
_OWN_COLUMNS = ("Letter", "As of", "Agency", "Item", "State", "Reason", "Said by", "Said at")
_COLUMNS = ("Letter", "As of", "Agency", "Items", "Done", "Not done", "Blocked", "In the way")
_TABLE = Table(
    rows=("agency", "agencies"),
    columns=(
        Column("Agency", "name"),
        Column("Done", "done", number=True, down=True),
        Column("Not done", "not_done", number=True, down=True),
        Column("Blocked", "blocked", number=True, down=True),
        Column("In the way"),
    ),
    by="name",
    search="Agency",
    size=100,
)
_ONLY: Mapping[str, tuple[str, Callable[[pb.ChecklistSummary], bool]]] = {
    "blocked": ("Something blocked", lambda one: one.blocked > 0),
    "open": ("Not all done", lambda one: one.done < one.of),
    "done": ("All done", lambda one: one.done == one.of),
}


class Row(NamedTuple):
    """An agency of the state's table."""

    name: str
    summary: pb.ChecklistSummary
    blocked: Sequence[str]


_KEYS: Mapping[str, Callable[[Row], Any]] = {
    "name": lambda row: row.name,
    "done": lambda row: row.summary.done,
    "not_done": lambda row: row.summary.not_done,
    "blocked": lambda row: row.summary.blocked,
}


@router.get(_OURS)
def checklist(visit: Visitor, agency_id: str, letter_id: str) -> Answer:
    """The agency's checklist."""
    letter = _letter(visit, agency_id, letter_id)
    return _shown(visit, agency_id, letter, checklists.of_agency(visit, agency_id, letter), Form())


@router.post(_OURS)
def change(visit: Visitor, agency_id: str, letter_id: str, form: Sent) -> Answer:
    """Say how items stand: those that were changed on the page, and no others."""
    letter = _letter(visit, agency_id, letter_id)
    lines = checklists.of_agency(visit, agency_id, letter)
    said = _said(form, lines)
    if not said and not form.errors:
        return visit.go(_here(agency_id, letter_id), done="checklist-same")
    if not form.errors:
        try:
            visit.clients.checklists.UpdateChecklist(
                pb.UpdateChecklistRequest(
                    parent=f"agencies/{agency_id}", notice=letter.name, items=said, request_id=form.request_id
                )
            )
        except Refused as error:
            if error.reason != "STALE":
                raise
            form.refuse(error)
            form.errors.clear()
            lines = checklists.of_agency(visit, agency_id, letter)
            _meanwhile(visit, form, lines, {one.item for one in said})
        else:
            return visit.go(_here(agency_id, letter_id), done="checklist")
    return _shown(visit, agency_id, letter, lines, form)


@router.post(f"{_OURS}/items")
def add(visit: Visitor, agency_id: str, letter_id: str, form: Sent) -> Answer:
    """Add an item of the agency's own."""
    form.needs("title", "Write what has to be done.")
    if not form.errors:
        try:
            visit.clients.checklists.AddChecklistItem(
                pb.AddChecklistItemRequest(
                    parent=f"agencies/{agency_id}",
                    notice=f"notices/{letter_id}",
                    title=form.text("title"),
                    request_id=form.request_id,
                )
            )
        except Refused as error:
            form.refuse(error)
        else:
            return visit.go(_here(agency_id, letter_id), done="checklist-added")
    letter = _letter(visit, agency_id, letter_id)
    return _shown(visit, agency_id, letter, checklists.of_agency(visit, agency_id, letter), form)


@router.post(f"{_OURS}/items/{{item}}/remove")
def remove(visit: Visitor, agency_id: str, letter_id: str, item: str, form: Sent) -> Answer:
    """Take an own item off the list."""
    try:
        visit.clients.checklists.RemoveChecklistItem(
            pb.RemoveChecklistItemRequest(
                parent=f"agencies/{agency_id}",
                notice=f"notices/{letter_id}",
                item=item,
                etag=form.text("etag"),
                request_id=form.request_id,
            )
        )
    except Refused as error:
        form.refuse(error)
        letter = _letter(visit, agency_id, letter_id)
        return _shown(visit, agency_id, letter, checklists.of_agency(visit, agency_id, letter), form)
    return visit.go(_here(agency_id, letter_id), done="checklist-removed")


@router.get(f"{_OURS}.csv")
def own_file(visit: Visitor, agency_id: str, letter_id: str) -> Answer:
    """The agency's checklist as a file."""
    letter = _letter(visit, agency_id, letter_id)
    head = csv_files.head(letter, visit.now)
    agency = visit.agency(f"agencies/{agency_id}").short_title
    content = sheets.file_of(
        _OWN_COLUMNS,
        [
            [*head, agency, line.title, line.state, line.item.reason, line.by, sheets.moment(line.item.update_time)]
            for line in checklists.of_agency(visit, agency_id, letter)
        ],
    )
    return visit.download(content, csv_files.name(letter, f"checklist-{agency_id}", visit.today), sheets.MEDIA_TYPE)


@router.get("/letters/{letter_id}/checklists")
def of_all(visit: Visitor, letter_id: str) -> Answer:
    """How far agencies are with their checklists, A-Z: counts, and what is in the way."""
    letter = visit.letter(letter_id)
    standing = checklists.of_letter(visit, letter)
    asked = _asked(visit, letter_id)
    rows, part = _rows(visit, asked, standing)
    return visit.page(
        "letters/checklists.html", letter=letter, letters=letters, standing=standing, asked=asked, rows=rows, part=part
    )


@router.get("/letters/{letter_id}/checklists.csv")
def file_of_all(visit: Visitor, letter_id: str) -> Answer:
    """The state's table as a file: the same lines as on the page."""
    letter = visit.letter(letter_id)
    rows, _ = _rows(visit, _asked(visit, letter_id), checklists.of_letter(visit, letter))
    head = csv_files.head(letter, visit.now)
    content = sheets.file_of(
        _COLUMNS,
        [
            [*head, row.name, one.of, one.done, one.not_done, one.blocked, "; ".join(row.blocked)]
            for row in rows
            for one in [row.summary]
        ],
    )
    return visit.download(content, csv_files.name(letter, "checklists", visit.today), sheets.MEDIA_TYPE)


def _here(agency_id: str, letter_id: str) -> str:
    return _OURS.format(agency_id=agency_id, letter_id=letter_id)


def _letter(visit: Visit, agency_id: str, letter_id: str) -> notice_pb.Notice:
    return agency_lists.at(visit, agency_id, letter_id).notice


def _said(form: SentForm, lines: Sequence[Line]) -> list[pb.ChecklistItem]:
    """Read what was changed on the page; what was left as it was shown says nothing."""
    said = []
    for line in lines:
        item = line.item.item
        state, reason = form.text(f"state-{item}"), form.text(f"reason-{item}")
        if line.item.counted or state not in checklists.STATES or f"{state}|{reason}" == form.text(f"was-{item}"):
            continue
        if state == "BLOCKED" and not reason:
            form.errors[f"reason-{item}"] = f"{line.title}: say what is in the way."
        elif len(reason) > _LONGEST:
            form.errors[f"reason-{item}"] = f"{line.title}: say it in at most {_LONGEST} characters."
        value = Item.State.Value(state)
        said.append(pb.ChecklistItem(item=item, state=value, reason=reason, etag=form.text(f"etag-{item}")))
    return said


def _meanwhile(visit: Visit, form: SentForm, lines: Sequence[Line], said: set[str]) -> None:
    """Say what somebody else saved meanwhile; what was typed stays, and takes its place if it is saved again."""
    for line in lines:
        item, now = line.item.item, line.item
        if item in said and now.etag == form.text(f"etag-{item}"):
            continue
        if item in said:
            when = sentences.moment(now.update_time, visit.today)
            form.errors[f"state-{item}"] = (
                f"{line.title}: {line.by or 'somebody else'} saved “{line.state}” meanwhile, {when}. Save again to "
                "keep yours."
            )
            form.values |= _shown_as(line, only_seen=True)
        else:
            form.values |= _shown_as(line)


def _shown_as(line: Line, *, only_seen: bool = False) -> dict[str, list[str]]:
    """Return the fields of an item as it stands; *only* what was *seen*, where something else is typed in them."""
    one = line.item
    state = Item.State.Name(one.state)
    seen = {f"was-{one.item}": [f"{state}|{one.reason}"], f"etag-{one.item}": [one.etag]}
    return seen if only_seen else seen | {f"state-{one.item}": [state], f"reason-{one.item}": [one.reason]}


def _shown(visit: Visit, agency_id: str, letter: notice_pb.Notice, lines: Sequence[Line], form: Form) -> Answer:
    for line in lines:
        for name, values in _shown_as(line).items():
            form.values.setdefault(name, values)
    return visit.page(
        "letters/checklist.html",
        status=400 if form.errors else 200,
        letter=letter,
        letters=letters,
        agency=visit.agency(f"agencies/{agency_id}"),
        lines=lines,
        counted=checklists.counted(lines),
        states=list(checklists.STATES.items()),
        may_write=visit.rights.at("notices.confirm_for_agency", f"agencies/{agency_id}"),
        form=form,
    )


def _asked(visit: Visit, letter_id: str) -> Asked:
    only = Filter("only", "Show", [("", "All agencies"), *((key, title) for key, (title, _) in _ONLY.items())])
    page = f"/letters/{letter_id}/checklists"
    return _TABLE.asked(visit.request.query_params, page, [only], file=f"{page}.csv")


def _rows(visit: Visit, asked: Asked, standing: checklists.Standing) -> tuple[list[Row], Part]:
    agencies = visit.agencies()
    _, fits = _ONLY.get(asked.text("only"), ("", lambda _: True))
    wanted = fold(asked.query).split()
    found = [
        Row(agencies[one.agency].short_title, one, standing.blocked.get(one.agency, ()))
        for one in standing.summaries
        if one.agency in agencies and fits(one)
    ]
    kept = [row for row in found if all(word in fold(row.name) for word in wanted)]
    return asked.cut(sorted(kept, key=_KEYS["name"]), _KEYS)
