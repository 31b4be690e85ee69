"""Who has which part in a committee: given, ended, and as a file."""

from fastapi import APIRouter
from fastapi.exceptions import HTTPException

from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import membership_service_pb2 as pb
from gateway.committees import phrases, shown
from gateway.committees.shown import People
from gateway.web import ours, sheets
from gateway.web.forms import Form, SentForm
from gateway.web.rights import only
from gateway.web.visit import Answer, Sent, Visit, Visitor
from servicekit.calendar import YEARS_OF_DOCUMENTS
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/committees/{slug}")

_SEATED = ("MEMBER", "ALTERNATE")
_COLUMNS = ("Committee", "Part", "Constituency", "Seat", "Votes", "Name", "Staff number", "Agency", "Since", "Until")


@router.get("/parts/new")
def give_page(visit: Visitor, slug: str, seat: str = "", part: str = "MEMBER") -> Answer:
    """Choose somebody and their part."""
    committee = shown.load(visit, slug)
    only(shown.runs(visit, committee))
    begun = {"staff_number": "", "known": "", "part": part, "seat": seat, "start_date": visit.today.isoformat()}
    return _choose(visit, committee, Form.of({**begun, "end_date": "", "carries_over": ""}))


@router.post("/parts/new")
def give(visit: Visitor, slug: str, form: Sent) -> Answer:
    """Say first who becomes what; give the part once that is meant."""
    committee = shown.load(visit, slug)
    only(shown.runs(visit, committee))
    person = _person(visit, form)
    membership = _membership(form, person)
    if form.errors or person is None:
        return _choose(visit, committee, form)
    if form.text("sure") == "yes" and membership.organization:
        asked = pb.CreateMembershipRequest(parent=committee.name, membership=membership, request_id=form.request_id)
        try:
            visit.clients.memberships.CreateMembership(asked)
        except Refused as error:
            form.refuse(error)
            return _choose(visit, committee, form)
        return visit.go(shown.path(committee.name), done="part-given")
    found = shown.people(visit, committee, membership.start_date, [person.person])
    return visit.page(
        "committees/part_check.html",
        committee=committee,
        form=form,
        person=person,
        name=found.names.get(person.person, ""),
        membership=membership,
        seat=found.seats.get(membership.seat, ""),
        offered=[
            (one.partition("/")[2], found.agencies.get(one) or found.outside.get(person.person, one))
            for one in places(person)
        ],
        seated=[one for one in found.memberships if membership.seat and one.seat == membership.seat],
        people=found,
        phrases=phrases,
        base=shown.path(committee.name),
    )


@router.get("/parts/{part_id}/end")
def end_page(visit: Visitor, slug: str, part_id: str) -> Answer:
    """End a part: from which day on, and why."""
    return _end(visit, slug, part_id, Form.of({"end_date": visit.today.isoformat(), "reason": ""}))


@router.post("/parts/{part_id}/end")
def end(visit: Visitor, slug: str, part_id: str, form: Sent) -> Answer:
    """Say first what ends; end it once that is meant."""
    day = form.day("end_date", YEARS_OF_DOCUMENTS, "Say from which day on the part is over.")
    form.needs("reason", "Say why. It stays on record.")
    if form.errors or form.text("sure") != "yes" or day is None:
        return _end(visit, slug, part_id, form)
    asked = pb.EndMembershipRequest(
        name=f"{shown.name(slug)}/memberships/{part_id}",
        end_date=day.isoformat(),
        reason=form.block("reason"),
        etag=form.text("etag"),
        request_id=form.request_id,
    )
    if form.accepted(visit.clients.memberships.EndMembership, asked):
        return visit.go(f"/committees/{slug}", done="part-ended")
    return _end(visit, slug, part_id, form)


@router.get("/members.csv")
def members_file(visit: Visitor, slug: str, day: str = "") -> Answer:
    """Who has which part on a day, as a file; for who runs the committee."""
    committee = shown.load(visit, slug)
    only(shown.runs(visit, committee))
    found = shown.people(visit, committee, day)
    sides = {seat.id: (side.title, seat) for side in committee.constituencies for seat in side.seats}
    numbers = {one: person.staff_number for one, person in visit.people([m.person for m in found.memberships]).items()}
    lines = []
    for one in found.memberships:
        side, seat = sides.get(one.seat, ("", body_pb.Seat()))
        votes = "" if not seat.id else "Yes" if seat.voting else "No"
        lines.append(
            [
                committee.title,
                phrases.part(one),
                side,
                seat.title,
                votes,
                found.name(one.person),
                numbers.get(one.person, ""),
                found.place(one),
                one.start_date,
                one.end_date,
            ]
        )
    name = f"{committee.code}-members-{day or visit.today.isoformat()}.csv"
    return visit.download(sheets.file_of(_COLUMNS, lines), name, sheets.MEDIA_TYPE)


def _person(visit: Visit, form: SentForm) -> sign_in_pb.SignInPerson | None:
    """Return whom the form names: one of those who can be chosen, or by staff number.

    Who says who sits in a committee need not see the people of an agency: whom a number names is asked as the pages
    themselves, and the name is shown only where the visitor sees it.
    """
    number, known = form.text("staff_number"), form.text("known")
    if not number and not known:
        form.errors["staff_number"] = "Type a staff number, or choose somebody below."
        return None
    form.values.setdefault("known", [""])
    found = ours.person(visit, staff_number=number) if number else ours.person(visit, name=known)
    if found is None:
        form.errors["staff_number"] = "Nobody has this staff number. Check it with their training coordinator."
        return None
    if not places(found):
        form.errors["staff_number"] = "They do not work at any agency today, and speak for no organization."
        return None
    return found


def places(person: sign_in_pb.SignInPerson) -> list[str]:
    """Return for whom somebody can sit in a committee: where they work, and for whom outside they speak."""
    return [*person.agencies, *person.organizations]


def _membership(form: Form, person: sign_in_pb.SignInPerson | None) -> pb.Membership:
    said = form.text("part")
    if said not in phrases.PARTS:
        form.errors["part"] = "Choose a part."
        said = "MEMBER"
    start = form.day("start_date", YEARS_OF_DOCUMENTS, "Say from which day on.")
    until = form.day("end_date", YEARS_OF_DOCUMENTS, "") if form.text("end_date") else None
    agencies = [one.partition("/")[2] for one in places(person)] if person else []
    chosen = form.text("organization")
    return pb.Membership(
        person=person.person if person else "",
        organization=chosen if chosen in agencies else agencies[0] if len(agencies) == 1 else "",
        part=pb.Membership.Part.Value(said),
        seat=form.text("seat") if said in _SEATED else "",
        start_date=start.isoformat() if start else "",
        end_date=until.isoformat() if until else "",
        carries_over=form.text("carries_over") == "yes",
    )


def _choose(visit: Visit, committee: body_pb.Body, form: Form) -> Answer:
    found = shown.people(visit, committee)
    seats = [
        (one.seat.id, f"{side.title}: {one.seat.title}, {_held(one, found)}")
        for side in shown.sittings(committee, found, visit.today.isoformat())
        for one in side.seats
    ]
    return visit.page(
        "committees/part_new.html",
        status=400 if form.errors else 200,
        committee=committee,
        form=form,
        seats=[("", "No seat"), *seats],
        parts_offered=list(phrases.PARTS.items()),
        known=[("", "Somebody else, by staff number"), *_contacts(visit)],
        base=shown.path(committee.name),
    )


def _held(sitting: shown.Sitting, found: People) -> str:
    return f"held by {found.name(sitting.holder.person)}" if sitting.holder else "vacant"


def _contacts(visit: Visit) -> list[tuple[str, str]]:
    """Return those whom all our staff may ask: coordinators and directors of agencies, by agency."""
    if visit.rights.from_outside:
        return []
    return [
        (contact.person, f"{agency.short_title}: {contact.display_name}")
        for agency in sorted(visit.agencies().values(), key=lambda one: one.short_title)
        for contact in {one.person: one for one in agency.contacts}.values()
    ]


def _end(visit: Visit, slug: str, part_id: str, form: Form) -> Answer:
    committee = shown.load(visit, slug)
    found = shown.people(visit, committee)
    name = f"{committee.name}/memberships/{part_id}"
    membership = next((one for one in found.memberships if one.name == name), None)
    if membership is None:
        raise HTTPException(404)
    only(shown.runs(visit, committee) or membership.person == visit.person)
    typed = bool(form.text("reason")) and not form.errors
    return visit.page(
        "committees/part_end.html",
        status=400 if form.errors else 200,
        committee=committee,
        form=form,
        membership=membership,
        seat=found.seats.get(membership.seat, ""),
        people=found,
        check=typed,
        phrases=phrases,
        base=shown.path(committee.name),
    )
