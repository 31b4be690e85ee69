"""The agenda as a form: a row for each item with its place, and some empty rows to add to it."""

from cadre.partnership.v1 import meeting_service_pb2 as pb
from gateway.committees import phrases
from gateway.web.forms import Form

_EMPTY_ROWS, MOST = 3, 60
_FIELDS = ("place", "title", "kind", "presenter", "minutes", "out", "decides")
_MOST_TITLE, _MOST_MINUTES, _USUAL = 200, 600, "10"


def opened(meeting: pb.Meeting) -> dict[str, str]:
    """Return the fields of the form as it is opened."""
    values: dict[str, str] = {}
    for number, one in enumerate(_editable(meeting), start=1):
        said = (
            str(number),
            one.title,
            pb.AgendaItem.Kind.Name(one.kind) if one.kind else "DISCUSSION",
            one.presenter,
            str(one.minutes),
            "",
            one.decides,
        )
        values |= {f"{field}-{number}": value for field, value in zip(_FIELDS, said, strict=True)}
        values[f"id-{number}"] = one.id
    return values


def rows(form: Form, meeting: pb.Meeting) -> list[int]:
    """Return the numbers of the rows that the form shows, with some that are empty."""
    used = _used(form)
    filled = max(used, default=len(_editable(meeting)))
    found = list(range(1, min(filled + _EMPTY_ROWS, MOST) + 1))
    for number in found:
        for name, value in (("kind", "DISCUSSION"), ("minutes", _USUAL), ("place", str(number))):
            form.values.setdefault(f"{name}-{number}", [value])
    return found


def read(form: Form, meeting: pb.Meeting) -> list[pb.AgendaItem]:
    """Return the agenda that the form says: by place, without what is taken out; of a called one, what stays first."""
    known = {one.id: one for one in meeting.items}
    placed = []
    for number in _used(form):
        if form.text(f"out-{number}") == "yes" or not form.text(f"title-{number}"):
            continue
        place = form.number(f"place-{number}") if form.text(f"place-{number}") else MOST
        placed.append((place, number, _item(form, number, known)))
    stays = [] if meeting.state == pb.Meeting.DRAFT else list(meeting.items)
    return [*stays, *(item for _, _, item in sorted(placed, key=lambda one: one[:2]))]


def _item(form: Form, number: int, known: dict[str, pb.AgendaItem]) -> pb.AgendaItem:
    title, kind = form.text(f"title-{number}"), form.text(f"kind-{number}")
    minutes = form.number(f"minutes-{number}")
    if len(title) > _MOST_TITLE:
        form.errors[f"title-{number}"] = f"This must have at most {_MOST_TITLE} characters."
    if not 0 < minutes <= _MOST_MINUTES:
        form.errors.setdefault(f"minutes-{number}", f"Give 1 to {_MOST_MINUTES} minutes.")
    if kind not in phrases.ITEMS:
        form.errors[f"kind-{number}"] = "Choose what it is."
        kind = "DISCUSSION"
    before = known.get(form.text(f"id-{number}"), pb.AgendaItem())
    return pb.AgendaItem(
        id=before.id,
        title=title,
        kind=pb.AgendaItem.Kind.Value(kind),
        presenter=form.text(f"presenter-{number}"),
        minutes=minutes,
        decides=form.text(f"decides-{number}") if f"decides-{number}" in form.values else before.decides,
    )


def _editable(meeting: pb.Meeting) -> list[pb.AgendaItem]:
    """What of the agenda can still be changed: nothing once the meeting is called."""
    return list(meeting.items) if meeting.state == pb.Meeting.DRAFT else []


def _used(form: Form) -> list[int]:
    """Return the numbers of the rows in which something is written."""
    numbers = (name.removeprefix("title-") for name in form.values if name.startswith("title-"))
    return sorted(int(one) for one in numbers if one.isdecimal() and int(one) <= MOST and form.text(f"title-{one}"))
