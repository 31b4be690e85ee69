"""How a person signs in: their sign-ins and their invitation, for their agency's coordinator and for operators."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.exceptions import HTTPException

from cadre.directory.v1 import sign_in_service_pb2 as pb
from gateway.identity import invitations, open_sign_ins
from gateway.web import ours
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor

router = APIRouter()

_AGENCY = "/agencies/{agency_id}/people/{person_id}/sign-in"
_OUTSIDE = "/organizations/{organization_id}/people/{person_id}/sign-in"
_OPERATOR = "/operations/sign-ins"
_NO_REASON = "Write why: who looks back will want to know."


@dataclass(frozen=True)
class Desk:
    """Who looks after whose sign-in: the address of the page, and what the visitor may do on it."""

    base: str
    person: pb.SignInPerson
    # `agencies/{slug}` of a coordinator; empty = an operator, or who looks after organizations.
    agency: str
    may_change: bool
    # `organizations/{slug}` of somebody from outside.
    organization: str = ""

    @property
    def why_no_invitation(self) -> str:
        """Say why the visitor may not invite this person; empty if they may.

        An invitation is a way to become the person: nobody invites whoever has more rights than they look after.
        """
        if self.kept_elsewhere:
            return self.kept_elsewhere
        if not self.person.may_sign_in:
            return "This person has no job today and no role, so there is nothing to sign in for."
        if self.agency and not {*self.person.agencies, *self.person.role_scopes} <= {self.agency}:
            return "This person also has a job or a role elsewhere. An operator of Cadre issues the invitation."
        return ""

    @property
    def kept_elsewhere(self) -> str:
        """Say that another agency looks after the person's sign-ins; empty if this one does, or an operator asks."""
        if self.organization and (self.person.kept_by or self.person.role_scopes):
            return "This person is, or was, on our staff: their agency, or an operator, looks after their sign-ins."
        if not self.agency or self.agency in self.person.kept_by:
            return ""
        return (
            "Another agency knew this person first, or they hold a role of the state's: their sign-ins are looked after"
            " there, and by the operators of Cadre."
        )

    @property
    def may_end(self) -> bool:
        """Whether the visitor may end the person's sign-ins."""
        return self.may_change and not self.kept_elsewhere


@router.get(_AGENCY)
def at_agency(visit: Visitor, agency_id: str, person_id: str) -> Answer:
    """Show how somebody of the agency signs in."""
    return _show(visit, _of_agency(visit, agency_id, person_id), Form())


@router.post(_AGENCY + "/end")
def end_at_agency(visit: Visitor, agency_id: str, person_id: str, form: Sent) -> Answer:
    """End every sign-in of somebody of the agency, with a reason."""
    return _end(visit, _of_agency(visit, agency_id, person_id), form)


@router.post(_AGENCY + "/invite")
def invite_at_agency(visit: Visitor, agency_id: str, person_id: str, _: Sent) -> Answer:
    """Invite somebody of the agency."""
    return _invite(visit, _of_agency(visit, agency_id, person_id))


@router.post(_AGENCY + "/revoke")
def revoke_at_agency(visit: Visitor, agency_id: str, person_id: str, _: Sent) -> Answer:
    """Take an invitation back."""
    return _revoke(visit, _of_agency(visit, agency_id, person_id))


@router.get(_OUTSIDE)
def from_outside(visit: Visitor, organization_id: str, person_id: str) -> Answer:
    """Show how somebody from outside signs in."""
    return _show(visit, _of_outside(visit, organization_id, person_id), Form())


@router.post(_OUTSIDE + "/end")
def end_from_outside(visit: Visitor, organization_id: str, person_id: str, form: Sent) -> Answer:
    """End every sign-in of somebody from outside, with a reason."""
    return _end(visit, _of_outside(visit, organization_id, person_id), form)


@router.post(_OUTSIDE + "/invite")
def invite_from_outside(visit: Visitor, organization_id: str, person_id: str, _: Sent) -> Answer:
    """Invite somebody from outside."""
    return _invite(visit, _of_outside(visit, organization_id, person_id))


@router.post(_OUTSIDE + "/revoke")
def revoke_from_outside(visit: Visitor, organization_id: str, person_id: str, _: Sent) -> Answer:
    """Take an invitation back."""
    return _revoke(visit, _of_outside(visit, organization_id, person_id))


@router.get(_OPERATOR)
def find(visit: Visitor, staff_number: str = "") -> Answer:
    """Find somebody by the staff number; show how they sign in."""
    _operator(visit)
    form = Form.of({"staff_number": staff_number})
    person = None
    if staff_number.strip():
        person = ours.person(visit, staff_number=staff_number.strip())
        if person is None:
            form.errors["staff_number"] = "Nobody has this staff number."
    if person is None:
        return visit.page("sign_in/operations.html", status=400 if form.errors else 200, form=form)
    return visit.go(f"{_OPERATOR}/{person.person.removeprefix('people/')}")


@router.get(_OPERATOR + "/{person_id}")
def for_operator(visit: Visitor, person_id: str) -> Answer:
    """Show how somebody signs in."""
    return _show(visit, _of_operator(visit, person_id), Form())


@router.post(_OPERATOR + "/{person_id}/end")
def end_by_operator(visit: Visitor, person_id: str, form: Sent) -> Answer:
    """End every sign-in of somebody, with a reason."""
    return _end(visit, _of_operator(visit, person_id), form)


@router.post(_OPERATOR + "/{person_id}/invite")
def invite_by_operator(visit: Visitor, person_id: str, _: Sent) -> Answer:
    """Invite somebody, of whatever agency."""
    return _invite(visit, _of_operator(visit, person_id))


@router.post(_OPERATOR + "/{person_id}/revoke")
def revoke_by_operator(visit: Visitor, person_id: str, _: Sent) -> Answer:
    """Take an invitation back."""
    return _revoke(visit, _of_operator(visit, person_id))


def _of_agency(visit: Visit, agency_id: str, person_id: str) -> Desk:
    agency, name = f"agencies/{agency_id}", f"people/{person_id}"
    known = visit.people([name]).get(name) if visit.rights.at("people.write", agency) else None
    if known is None or not any(job.agency == agency for job in known.jobs):
        raise HTTPException(404)
    person = ours.person(visit, name=name)
    if person is None:
        raise HTTPException(404)
    return Desk(f"/{agency}/{name}/sign-in", person, agency, may_change=agency in person.kept_by)


def _of_outside(visit: Visit, organization_id: str, person_id: str) -> Desk:
    organization, name = f"organizations/{organization_id}", f"people/{person_id}"
    writes = visit.rights.state("organizations.write")
    person = ours.person(visit, name=name) if writes else None
    if person is None or organization not in person.organizations:
        raise HTTPException(404)
    kept = bool(person.kept_by or person.role_scopes)
    return Desk(f"/{organization}/{name}/sign-in", person, "", may_change=not kept, organization=organization)


def _of_operator(visit: Visit, person_id: str) -> Desk:
    _operator(visit)
    person = ours.person(visit, name=f"people/{person_id}")
    if person is None:
        raise HTTPException(404)
    return Desk(f"{_OPERATOR}/{person_id}", person, "", visit.rights.state("operations.write"))


def _operator(visit: Visit) -> None:
    if not visit.rights.state("operations.read"):
        raise HTTPException(404)


def _show(visit: Visit, desk: Desk, form: Form, link: str = "") -> Answer:
    form.values.setdefault("reason", [""])
    database, person = visit.gateway.database, desk.person.person
    return visit.page(
        "sign_in/access.html",
        status=400 if form.errors else 200,
        form=form,
        desk=desk,
        person=desk.person,
        agency_id=desk.agency.removeprefix("agencies/"),
        seen=[] if desk.kept_elsewhere else open_sign_ins.of(database, person, visit.now),
        standing=invitations.standing(database, person, visit.now),
        ways=visit.ways,
        link=link,
    )


def _end(visit: Visit, desk: Desk, form: Form) -> Answer:
    if not desk.may_end:
        raise HTTPException(404)
    reason = form.needs("reason", _NO_REASON)
    if form.errors:
        return _show(visit, desk, form)
    ended = open_sign_ins.end_all(
        visit.gateway.database, desk.person.person, actor=visit.person, reason=reason, at=visit.now
    )
    visit.forget(ended)
    return visit.go(desk.base, done="all-sign-ins-ended")


def _invite(visit: Visit, desk: Desk) -> Answer:
    """Make the link, and show it in the answer: the only time, so no page follows it."""
    if not desk.may_change or desk.why_no_invitation:
        raise HTTPException(404)
    token = invitations.issue(
        visit.gateway.database,
        visit.gateway.box,
        person=desk.person.person,
        staff_number=desk.person.staff_number,
        actor=visit.person,
        at=visit.now,
        vouching=desk.agency,
    )
    return _show(visit, desk, Form(), f"{visit.ours}/sign-in/invitation/{token}")


def _revoke(visit: Visit, desk: Desk) -> Answer:
    if not desk.may_change:
        raise HTTPException(404)
    invitations.revoke(visit.gateway.database, desk.person.person, actor=visit.person, at=visit.now)
    return visit.go(desk.base, done="invitation-revoked")
