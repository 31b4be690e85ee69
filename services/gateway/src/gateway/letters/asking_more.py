"""More of our people: units that an agency asks under a letter too; first what it means in numbers, then it is done."""

from dataclasses import dataclass

from fastapi import APIRouter

from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.notification.v1 import agency_notice_service_pb2 as notice_pb
from cadre.notification.v1 import local_audience_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2
from gateway.letters import agency_lists, letters
from gateway.web.forms import Form, SentForm
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/agencies/{agency_id}/letters/{letter_id}/more-of-our-people")


@dataclass(frozen=True)
class _Choice:
    """A unit with people whom nobody asks yet."""

    slug: str
    title: str
    people: int


@dataclass(frozen=True)
class More:
    """Whom the agency asks too, and how many of all its people under the letter are *still* to go."""

    own: pb.LocalAudience
    still: int


@router.get("")
def units(visit: Visitor, agency_id: str, letter_id: str, remove: str = "") -> Answer:
    """The units that we ask too, and the form for others; with *remove*, what it means to ask one no longer."""
    return _shown(visit, agency_id, letter_id, Form.of({"remove": remove}))


@router.post("")
def ask(visit: Visitor, agency_id: str, letter_id: str, form: Sent) -> Answer:
    """Show what it means in numbers; ask them once that was seen; or go back to what was typed."""
    action = form.text("action")
    if action == "change" or "enter" in form.values:
        return _shown(visit, agency_id, letter_id, form)
    if not form.all("units"):
        form.errors["units"] = "Tick the units whose people get this letter too."
    form.needs("reason", "Say why, in a few words.")
    if form.errors:
        return _shown(visit, agency_id, letter_id, form)
    if action != "save":
        return _check(visit, agency_id, letter_id, form)
    try:
        visit.clients.local_audiences.AddUnits(
            pb.AddUnitsRequest(
                parent=f"agencies/{agency_id}",
                notice=f"notices/{letter_id}",
                units=form.all("units"),
                reason=form.text("reason"),
                request_id=form.request_id,
            )
        )
    except Refused as error:
        form.refuse(error)
        return _shown(visit, agency_id, letter_id, form)
    return visit.go(_here(agency_id, letter_id), done="units-asked")


@router.post("/remove")
def ask_no_more(visit: Visitor, agency_id: str, letter_id: str, form: Sent) -> Answer:
    """Ask a unit no longer: the letter leaves its people's lists, and what they did stays on record."""
    form.needs("reason", "Say why, in a few words.")
    if not form.errors:
        try:
            visit.clients.local_audiences.RemoveUnit(
                pb.RemoveUnitRequest(
                    parent=f"agencies/{agency_id}",
                    notice=f"notices/{letter_id}",
                    unit=form.text("remove"),
                    reason=form.text("reason"),
                    request_id=form.request_id,
                )
            )
        except Refused as error:
            form.refuse(error)
    if form.errors:
        return _shown(visit, agency_id, letter_id, form)
    return visit.go(_here(agency_id, letter_id), done="unit-not-asked")


def of_agency(visit: Visit, mine: notice_pb.AgencyNotice) -> pb.LocalAudience:
    """Return whom the agency asks too; nobody where the letter is not there itself, or the visitor leads a unit."""
    if not visit.rights.at_whole("readiness.read_agency", mine.readiness.agency):
        return pb.LocalAudience()
    request = pb.GetLocalAudienceRequest(parent=mine.readiness.agency, notice=mine.notice.name)
    try:
        return visit.clients.local_audiences.GetLocalAudience(request)
    except Refused as error:
        if error.reason != "NOT_FOUND":
            raise
        return pb.LocalAudience()


def shown(visit: Visit, mine: notice_pb.AgencyNotice) -> More:
    """Return what the letter's page says of them."""
    own = of_agency(visit, mine)
    return More(own, agency_lists.to_go(mine.readiness.counts) + own.people - own.ready - own.on_leave)


def _here(agency_id: str, letter_id: str) -> str:
    return f"/agencies/{agency_id}/letters/{letter_id}/more-of-our-people"


def _preview(visit: Visit, mine: notice_pb.AgencyNotice, units: list[str]) -> audience_pb.PreviewAdditionResponse:
    """Count whom the letter does not ask, by unit; nobody where it asks nothing, or holds no more."""
    if not _asks(mine):
        return audience_pb.PreviewAdditionResponse()
    return visit.clients.audiences.PreviewAddition(
        audience_pb.PreviewAdditionRequest(parent=mine.readiness.agency, audience=mine.notice.audience, units=units)
    )


def _asks(mine: notice_pb.AgencyNotice) -> bool:
    asks, state = mine.notice.asks, mine.notice.state
    return state == notice_service_pb2.Notice.PUBLISHED and asks not in (
        notice_service_pb2.ASKS_UNSPECIFIED,
        notice_service_pb2.NOTHING,
    )


def _shown(visit: Visit, agency_id: str, letter_id: str, form: Form) -> Answer:
    mine, known = agency_lists.at(visit, agency_id, letter_id), visit.units()
    own = of_agency(visit, mine)
    added = {one.unit for one in own.units}
    others = sorted(
        (
            _Choice(one.value, known.get(one.value, one.value), one.people)
            for one in _preview(visit, mine, []).units
            if one.value not in added
        ),
        key=lambda choice: choice.title.casefold(),
    )
    form.values.setdefault("reason", [""])
    return visit.page(
        "letters/asking_more.html",
        status=400 if form.errors else 200,
        letter=mine.notice,
        letters=letters,
        agency=visit.agency(f"agencies/{agency_id}"),
        units=known,
        own=own,
        removed=next((one for one in own.units if one.unit == form.text("remove")), None),
        choices=[(one.slug, one.title) for one in others],
        counted={one.slug: one.people for one in others},
        names=visit.names([one.adder for one in own.units]),
        may_write=visit.rights.at("notices.confirm_for_agency", f"agencies/{agency_id}"),
        form=form,
    )


def _check(visit: Visit, agency_id: str, letter_id: str, form: SentForm) -> Answer:
    """Show how many get the letter by that, and until when."""
    mine = agency_lists.at(visit, agency_id, letter_id)
    try:
        found = _preview(visit, mine, form.all("units"))
    except Refused as error:
        form.refuse(error)
        return _shown(visit, agency_id, letter_id, form)
    return visit.page(
        "letters/asking_more_check.html",
        letter=mine.notice,
        letters=letters,
        agency=visit.agency(f"agencies/{agency_id}"),
        units=visit.units(),
        found=found,
        waits=agency_lists.waits_for_release(mine, visit.today),
        release=mine.readiness.staff_release_date,
        form=form,
    )
