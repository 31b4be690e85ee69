"""A letter as the state sees it: counts, who needs a call, all agencies; and its approval before that."""

from collections.abc import Iterable

from fastapi import APIRouter

from cadre.directory.v1 import directory_service_pb2 as directory_pb
from cadre.notification.v1 import notification_service_pb2 as pb
from gateway import letters, readiness
from gateway.forms import Form
from gateway.visit import Answer, Sent, Visit, Visitor
from servicekit.client import Refused

router = APIRouter(prefix="/letters")


@router.get("/{letter_id}")
def letter_page(visit: Visitor, letter_id: str, region: str = "", size: str = "") -> Answer:
    """The figures of an issued letter; a draft as it waits."""
    letter = _letter(visit, letter_id)
    if letter.state != pb.Notice.PUBLISHED:
        return _waiting(visit, letter, Form.of({"reason": "", "audience_revision": ""}))
    figures = visit.clients.notification.GetReadiness(pb.GetReadinessRequest(notice=letter.name))
    agencies = _agencies(visit)
    needed = readiness.needs_a_call(figures, agencies)
    return visit.page(
        "state_letter.html",
        letter=letter,
        letters=letters,
        figures=figures,
        needed=needed,
        addresses=readiness.addresses(needed),
        rows=readiness.rows(figures, agencies, region=region, size=size),
        chosen=Form.of({"region": region, "size": size}),
        regions=_options(agency.region for agency in agencies.values()),
        sizes=_options(agency.size_class for agency in agencies.values()),
        names=visit.names([letter.approver]),
    )


@router.get("/{letter_id}/text")
def text_page(visit: Visitor, letter_id: str) -> Answer:
    """The letter itself."""
    letter = _letter(visit, letter_id)
    return visit.page("letter_text.html", letter=letter, letters=letters)


@router.get("/{letter_id}/included")
def included_page(visit: Visitor, letter_id: str) -> Answer:
    """Who was included, in words and by agency: counts, never names."""
    letter = _letter(visit, letter_id)
    audience = visit.clients.directory.GetAudience(directory_pb.GetAudienceRequest(name=letter.audience))
    figures = visit.clients.notification.GetReadiness(pb.GetReadinessRequest(notice=letter.name))
    return visit.page(
        "letter_included.html",
        letter=letter,
        letters=letters,
        audience=audience,
        figures=figures,
        rows=readiness.rows(figures, _agencies(visit)),
    )


@router.get("/{letter_id}/history")
def history_page(visit: Visitor, letter_id: str) -> Answer:
    """What happened with the letter, newest first."""
    letter = _letter(visit, letter_id)
    figures = visit.clients.notification.GetReadiness(pb.GetReadinessRequest(notice=letter.name))
    agencies = _agencies(visit)
    people = [figure.confirmed_by for figure in figures.agencies]
    names = visit.names([letter.author, letter.approver, *people])
    confirmed = [(figure, agencies[figure.agency]) for figure in figures.agencies if figure.confirm_time.seconds]
    confirmed.sort(key=lambda pair: pair[0].confirm_time.ToNanoseconds(), reverse=True)
    return visit.page("letter_history.html", letter=letter, letters=letters, confirmed=confirmed, names=names)


@router.post("/{letter_id}/issue")
def issue(visit: Visitor, letter_id: str, form: Sent) -> Answer:
    """Approve and issue."""
    revision = form.text("audience_revision")
    try:
        visit.clients.notification.PublishNotice(
            pb.PublishNoticeRequest(
                name=f"notices/{letter_id}",
                audience_revision=int(revision) if revision.isdecimal() else 0,
                etag=form.text("etag"),
                request_id=form.request_id,
            )
        )
    except Refused as error:
        form.refuse(error)
        return _waiting(visit, _letter(visit, letter_id), form)
    return visit.go(f"/letters/{letter_id}", done="issued")


@router.post("/{letter_id}/return")
def give_back(visit: Visitor, letter_id: str, form: Sent) -> Answer:
    """Return to the author with a reason."""
    form.needs("reason", "Say why, so that the author knows what to change.")
    if not form.errors:
        try:
            visit.clients.notification.ReturnNotice(
                pb.ReturnNoticeRequest(
                    name=f"notices/{letter_id}", reason=form.text("reason"), request_id=form.request_id
                )
            )
        except Refused as error:
            form.refuse(error)
    if form.errors:
        return _waiting(visit, _letter(visit, letter_id), form)
    return visit.go("/letters", done="returned")


def _letter(visit: Visit, letter_id: str) -> pb.Notice:
    return visit.clients.notification.GetNotice(pb.GetNoticeRequest(name=f"notices/{letter_id}"))


def _agencies(visit: Visit) -> dict[str, directory_pb.Agency]:
    answer = visit.clients.directory.ListAgencies(directory_pb.ListAgenciesRequest(page_size=200))
    return {agency.name: agency for agency in answer.agencies}


def _waiting(visit: Visit, letter: pb.Notice, form: Form) -> Answer:
    """Show a letter before its issue: what it says, who it is for today, and what can be done with it."""
    audience = preview = None
    if letter.audience:
        directory = visit.clients.directory
        audience = directory.GetAudience(directory_pb.GetAudienceRequest(name=letter.audience))
        preview = directory.PreviewAudience(directory_pb.PreviewAudienceRequest(expression=audience.expression))
    may_approve = (
        letter.state == pb.Notice.IN_APPROVAL
        and visit.rights.state("notices.approve")
        and letter.author != visit.person
    )
    return visit.page(
        "waiting_letter.html",
        status=400 if form.errors else 200,
        letter=letter,
        letters=letters,
        audience=audience,
        preview=preview,
        may_approve=may_approve,
        form=form,
        names=visit.names([letter.author]),
    )


def _options(values: Iterable[str]) -> list[tuple[str, str]]:
    """Give each value once, as what a list offers."""
    return [(value, value.replace("-", " ").capitalize()) for value in sorted(set(values)) if value]
