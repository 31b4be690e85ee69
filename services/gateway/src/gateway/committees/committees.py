"""Committees as everybody sees them, and as who convenes them changes them."""

import re
from collections.abc import Iterable
from datetime import date
from itertools import groupby

from fastapi import APIRouter

from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import meeting_service_pb2 as meeting_pb
from gateway.committees import forms, phrases, shown, to_review, votes
from gateway.web import declared
from gateway.web.forms import Form
from gateway.web.rights import only
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.calendar import YEARS_OF_DOCUMENTS, day_of
from servicekit.refusals import InvalidField
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/committees")

_ROWS, _MOST_MINE, _MEETINGS = 50, 100, 25
_FIELDS = (*forms.COMMITTEE, *forms.RULES)
_NAMES = {**declared.names(_FIELDS), "body_id": "committee_code", "constituencies": "seats"}
_SEAT = re.compile(r"([^:]+):(.+)")


@router.get("")
def committees_page(visit: Visitor, page: str = "") -> Answer:
    """The visitor's committees with what they have to do, then all others from A to Z."""
    own_only = body_pb.ListBodiesRequest(page_size=_MOST_MINE, mine=True)
    mine = [] if page else list(visit.clients.bodies.ListBodies(own_only).bodies)
    listed = visit.clients.bodies.ListBodies(body_pb.ListBodiesRequest(page_size=_ROWS, page_token=page))
    to_vote, to_open = votes.to_do(visit) if mine else ([], [])
    return visit.page(
        "committees/committees.html",
        mine=mine,
        to_do=[one for one in shown.actions(visit) if shown.is_open(one)] if mine else [],
        to_vote=to_vote,
        to_open=to_open,
        votes=votes,
        of={one.name: one for one in mine},
        reviews=[] if page else to_review.if_known(visit),
        others=[one for one in listed.bodies if not one.my_parts],
        next_page=listed.next_page_token,
        page=page,
        phrases=phrases,
        path=shown.path,
        convenes=shown.convenes(visit),
    )


@router.get("/new")
def new_committee(visit: Visitor) -> Answer:
    """Begin a committee."""
    only(shown.convenes(visit))
    empty = body_pb.Body(kind=body_pb.Body.COMMITTEE, visibility=body_pb.Body.EVERYONE)
    return _form(visit, Form.of({**_opened(empty), "seats": ""}), None)


@router.post("/new")
def create_committee(visit: Visitor, form: Sent) -> Answer:
    """Save it with its rules and seats."""
    said = body_pb.Body()
    _read(form, said)
    said.constituencies.extend(_seats(form))
    asked = body_pb.CreateBodyRequest(body_id=_slug(said.code), body=said, request_id=form.request_id)
    if not form.errors:
        try:
            made = visit.clients.bodies.CreateBody(asked)
        except Refused as error:
            form.refuse(error, _NAMES)
        else:
            return visit.go(shown.path(made.name), done="committee-begun")
    return _form(visit, form, None)


@router.get("/{slug}")
def committee_page(visit: Visitor, slug: str, day: str = "", page: str = "") -> Answer:
    """One committee: rules, who sits there on a day, its meetings, what is to be done."""
    committee = shown.load(visit, slug)
    form = Form.of({"day": day or visit.today.isoformat()})
    on = _day(form, visit.today)
    listed = visit.clients.meetings.ListMeetings(
        meeting_pb.ListMeetingsRequest(parent=committee.name, page_size=_MEETINGS, page_token=page)
    )
    # What is to be done is said to those who have a part, and to who runs it.
    inside = bool(committee.my_parts) or shown.convenes(visit)
    to_do = [one for one in shown.actions(visit, committee.name) if shown.is_open(one)] if inside else []
    found = shown.people(visit, committee, on.isoformat(), [one.owner for one in to_do])
    sides = shown.sittings(committee, found, on.isoformat())
    by_year = groupby(listed.meetings, key=lambda one: phrases.begins(one).year)
    return visit.page(
        "committees/committee.html",
        status=400 if form.errors else 200,
        committee=committee,
        form=form,
        on=on,
        people=found,
        sides=sides,
        filled=shown.filled(sides),
        years=[(year, list(meetings)) for year, meetings in by_year],
        next_page=listed.next_page_token,
        inside=inside,
        to_do=to_do,
        voted=votes.newest(visit, committee),
        votes=votes,
        writes=visit.rights.state("courses.write"),
        opens=shown.runs_votes(committee),
        phrases=phrases,
        path=shown.path,
        base=shown.path(committee.name),
        convenes=shown.convenes(visit),
        runs=shown.runs(visit, committee),
    )


@router.get("/{slug}/change")
def change_page(visit: Visitor, slug: str) -> Answer:
    """Change what is said of a committee, and its rules."""
    only(shown.convenes(visit))
    committee = shown.load(visit, slug)
    return _form(visit, Form.of({**_opened(committee), "reason": "", "etag": committee.etag}), committee)


@router.post("/{slug}/change")
def change(visit: Visitor, slug: str, form: Sent) -> Answer:
    """Save it."""
    committee = shown.load(visit, slug)
    said = body_pb.Body()
    said.CopyFrom(committee)
    said.etag = form.text("etag")
    _read(form, said)
    form.needs("reason", "Say why it changes. It stays on record.")
    asked = body_pb.UpdateBodyRequest(body=said, reason=form.block("reason"), request_id=form.request_id)
    if not form.errors:
        try:
            visit.clients.bodies.UpdateBody(asked)
        except Refused as error:
            form.refuse(error, _NAMES)
            form.values["etag"] = [committee.etag]
        else:
            return visit.go(shown.path(committee.name), done="committee-saved")
    return _form(visit, form, committee)


@router.get("/{slug}/seats")
def seats_page(visit: Visitor, slug: str) -> Answer:
    """The seats, with a form to add one."""
    only(shown.convenes(visit))
    empty = {"seat_side": "", "seat_side_title": "", "seat_title": "", "seat_wanted": "", "seat_votes": "yes"}
    return _seats_page(visit, shown.load(visit, slug), Form.of(empty))


@router.post("/{slug}/seats")
def add_seat(visit: Visitor, slug: str, form: Sent) -> Answer:
    """Add a seat."""
    committee = shown.load(visit, slug)
    title, chosen = form.needs("seat_title", "Say what the seat is called."), form.text("seat_side")
    side = chosen or _slug(form.needs("seat_side_title", "Say whose seat it is."))
    taken = {seat.id for one in committee.constituencies for seat in one.seats}
    asked = body_pb.CreateSeatRequest(
        parent=committee.name,
        constituency_id=side,
        constituency_title="" if chosen else form.text("seat_side_title"),
        seat=body_pb.Seat(
            id=_fresh(_slug(title), taken),
            title=title,
            voting=form.text("seat_votes") == "yes",
            wanted=form.text("seat_wanted"),
        ),
        request_id=form.request_id,
    )
    if form.accepted(visit.clients.bodies.CreateSeat, asked):
        return visit.go(f"{shown.path(committee.name)}/seats", done="seat-added")
    return _seats_page(visit, committee, form)


@router.get("/{slug}/seats/{seat_id}/end")
def end_seat_page(visit: Visitor, slug: str, seat_id: str) -> Answer:
    """What ending a seat does."""
    only(shown.convenes(visit))
    return _end_seat(visit, slug, seat_id, Form.of({"end_date": visit.today.isoformat(), "reason": ""}))


@router.post("/{slug}/seats/{seat_id}/end")
def end_seat(visit: Visitor, slug: str, seat_id: str, form: Sent) -> Answer:
    """End a seat: nobody may be seated there from a day on."""
    day = form.day("end_date", YEARS_OF_DOCUMENTS, "Say from which day on there is no such seat.")
    form.needs("reason", "Say why. It stays on record.")
    asked = body_pb.EndSeatRequest(
        parent=shown.name(slug),
        seat_id=seat_id,
        end_date=day.isoformat() if day else "",
        reason=form.block("reason"),
        request_id=form.request_id,
    )
    if form.accepted(visit.clients.bodies.EndSeat, asked):
        return visit.go(f"/committees/{slug}/seats", done="seat-ended")
    return _end_seat(visit, slug, seat_id, form)


def _opened(committee: body_pb.Body) -> dict[str, str | Iterable[str]]:
    return {**declared.shown(_FIELDS, committee), **forms.thresholds_shown(committee.rules)}


def _read(form: Form, said: body_pb.Body) -> None:
    declared.read(_FIELDS, form, said)
    forms.read_thresholds(form, said.rules)
    for one in declared.missing(_FIELDS, said):
        form.errors.setdefault(one.name, "Fill this in.")


def _seats(form: Form) -> list[body_pb.Constituency]:
    """Read the seats of a new committee: a line each, the constituency before its colon."""
    sides: dict[str, body_pb.Constituency] = {}
    taken: set[str] = set()
    for line in filter(None, map(str.strip, form.block("seats").splitlines())):
        found = _SEAT.fullmatch(line)
        if found is None or not found[2].strip():
            form.errors["seats"] = f"Write each line as constituency, colon, seat. This is not: {line[:80]}"
            return []
        side, title = found[1].strip(), found[2].strip()
        seat = body_pb.Seat(id=_fresh(_slug(title), taken), title=title, voting=True)
        taken.add(seat.id)
        sides.setdefault(_slug(side), body_pb.Constituency(id=_slug(side), title=side)).seats.append(seat)
    return list(sides.values())


def _slug(title: str) -> str:
    """Return the short name of a title, for addresses."""
    return re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")[:40].strip("-") or "other"


def _fresh(slug: str, taken: Iterable[str]) -> str:
    """Return a short name that nobody has yet."""
    known, number, found = set(taken), 2, slug
    while found in known:
        found, number = f"{slug}-{number}", number + 1
    return found


def _day(form: Form, today: date) -> date:
    """Return the day that was asked for; today where it is none, which the form then says."""
    try:
        return day_of("day", form.text("day"), YEARS_OF_DOCUMENTS)
    except InvalidField as error:
        form.errors["day"] = f"This {error.metadata['rule']}."
        return today


def _form(visit: Visit, form: Form, committee: body_pb.Body | None) -> Answer:
    return visit.page(
        "committees/form.html",
        status=400 if form.errors else 200,
        form=form,
        committee=committee,
        fields=forms.COMMITTEE,
        rules=forms.RULES,
        needs=forms.NEEDS,
        classes=phrases.CLASSES,
        base=shown.path(committee.name) if committee else "/committees",
        convenes=shown.convenes(visit),
    )


def _seats_page(visit: Visit, committee: body_pb.Body, form: Form) -> Answer:
    found = shown.people(visit, committee)
    return visit.page(
        "committees/seats.html",
        status=400 if form.errors else 200,
        committee=committee,
        form=form,
        people=found,
        sides=shown.sittings(committee, found, visit.today.isoformat()),
        offered=[*shown.titles(committee).items(), ("", "A new one: say below")],
        base=shown.path(committee.name),
    )


def _end_seat(visit: Visit, slug: str, seat_id: str, form: Form) -> Answer:
    committee = shown.load(visit, slug)
    found = shown.people(visit, committee)
    return visit.page(
        "committees/seat_end.html",
        status=400 if form.errors else 200,
        committee=committee,
        form=form,
        seat_id=seat_id,
        seat=found.seats.get(seat_id, ""),
        seated=[found.name(one.person) for one in found.memberships if one.seat == seat_id],
        base=shown.path(committee.name),
        convenes=shown.convenes(visit),
    )
