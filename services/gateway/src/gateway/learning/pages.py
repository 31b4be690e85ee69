"""A person's own side: their list, a letter to read and confirm, why it is on their list, and their record."""

from collections.abc import Sequence
from datetime import date
from urllib.parse import urlencode

from fastapi import APIRouter, Request

from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre.notification.v1 import acknowledgement_service_pb2 as acknowledgement_pb
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import packet_service_pb2 as packet_pb
from gateway.learning import todo, transcripts
from gateway.letters import added, agreed, clarified, finding, letters
from gateway.register import chain
from gateway.web.forms import Form
from gateway.web.visit import Answer, Sent, Visit, Visitor
from gateway.words import sentences
from servicekit.rpc.client import Refused

router = APIRouter()

# Rows of a page of "My training", and of "All letters".
_ROWS, _LETTERS = 25, 50


@router.get("/training")
def my_training(visit: Visitor, page: str = "") -> Answer:
    """Letters and training in one list, by due date; and the hours of this year."""
    this_year = transcripts.this_year(visit)
    packets = visit.clients.packets.ListOwnPackets(packet_pb.ListOwnPacketsRequest(page_size=_ROWS)).packets
    return visit.page(
        "learning/training.html",
        letters=letters,
        todo=todo.of_visitor(visit, size=_ROWS, page=page),
        page=page,
        packets=[one for one in packets if one.open],
        done_this_year=this_year.completions,
        minutes=this_year.minutes,
    )


@router.get("/training/letters")
def all_letters(visit: Visitor, query: str = "", series: str = "", year: str = "", page: str = "") -> Answer:
    """Every letter that this person may read, also withdrawn ones and those from before Cadre; newest first."""
    clients = visit.clients
    form = Form.of({"query": query, "series": series, "year": year})
    asked = form.number("year") if year else 0
    found = notice_pb.SearchNoticesResponse()
    if not form.errors:
        found = finding.found(visit, form, series=series, year=asked, page_size=_LETTERS, page_token=page)
    mine: Sequence[inbox_pb.InboxItem] = ()
    if found.notices:
        asked_for = inbox_pb.ListInboxRequest(page_size=_LETTERS, notices=[letter.name for letter in found.notices])
        mine = clients.inbox.ListInbox(asked_for).items
    return visit.page(
        "learning/all_letters.html",
        status=400 if form.errors else 200,
        letters=letters,
        form=form,
        found=found.notices,
        mine={item.notice.name: item for item in mine},
        series=[("", "All series"), *((name, f"{name}, {one.title}") for name, one in visit.series().items())],
        params=urlencode({"query": query, "series": series, "year": year}),
        next_page=found.next_page_token,
    )


@router.get("/training/{letter_id}")
def letter_to_read(visit: Visitor, request: Request, letter_id: str) -> Answer:
    """A letter as its reader sees it. To open it is to have read it."""
    name = f"notices/{letter_id}"
    item = visit.clients.inbox.GetInboxItem(inbox_pb.GetInboxItemRequest(notice=name))
    # What a browser fetches ahead was read by nobody.
    if (
        not item.read_time.seconds
        and letters.asks_something(item.notice)
        and "prefetch" not in request.headers.get("sec-purpose", "")
    ):
        channel = _channel(request.query_params.get("from", ""))
        read = visit.clients.inbox.ReadNotice(
            inbox_pb.ReadNoticeRequest(notice=name, request_id=Form().request_id, channel=channel)
        )
        # What was done is answered without the letter's files and what was done before.
        read.notice.CopyFrom(item.notice)
        read.signed_version = item.signed_version
        item = read
    return _reader(visit, item, Form())


@router.post("/training/{letter_id}/confirm")
def confirm(visit: Visitor, letter_id: str, form: Sent) -> Answer:
    """Confirm the text that was on the page, and go on to the course where there is one."""
    name = f"notices/{letter_id}"
    try:
        item = visit.clients.inbox.ConfirmNotice(
            inbox_pb.ConfirmNoticeRequest(
                notice=name,
                text_sha256=form.text("text_sha256"),
                statement_sha256=form.text("statement_sha256"),
                channel=_channel(form.text("from")),
                request_id=form.request_id,
            )
        )
    except Refused as error:
        form.refuse(error)
        return _reader(visit, visit.clients.inbox.GetInboxItem(inbox_pb.GetInboxItemRequest(notice=name)), form)
    if item.notice.asks == notice_pb.TRAIN and not item.train_time.seconds and not item.excused:
        return visit.go(f"/training/{letter_id}/course", done="confirmed")
    return visit.go(f"/training/{letter_id}", done="confirmed")


@router.get("/training/{letter_id}/letter")
def whole_letter(visit: Visitor, letter_id: str) -> Answer:
    """The whole letter, to read and to print."""
    letter = visit.clients.notices.GetNotice(notice_pb.GetNoticeRequest(name=f"notices/{letter_id}"))
    return visit.page(
        "learning/whole_letter.html",
        letter=letter,
        letters=letters,
        chain=chain.of(visit, letter),
        clarified=clarified.of(visit, letter),
        added=added.to(visit, letter),
    )


@router.get("/training/{letter_id}/why")
def why(visit: Visitor, letter_id: str) -> Answer:
    """Why this letter is on their list."""
    letter = visit.clients.notices.GetNotice(notice_pb.GetNoticeRequest(name=f"notices/{letter_id}"))
    explained = visit.clients.audiences.ExplainMembership(
        audience_pb.ExplainMembershipRequest(audience=letter.audience, person=visit.person)
    )
    return visit.page("learning/why.html", letter=letter, letters=letters, explained=explained)


def training_of(visit: Visit, letter_id: str) -> assignment_pb.Assignment | None:
    """Return the visitor's training under a letter that they see; None while it is on its way.

    Enrollment does not know when staff see a letter: before that day there is no course for them, by no address.
    """
    visit.letter(letter_id)
    return training_under(visit, letter_id)


def training_under(visit: Visit, letter_id: str) -> assignment_pb.Assignment | None:
    """Return the same for a letter that the visitor is known to see."""
    try:
        return visit.clients.assignments.GetAssignment(assignment_pb.GetAssignmentRequest(name=f"notices/{letter_id}"))
    except Refused as error:
        if error.code == "NOT_FOUND":
            return None
        raise


def _channel(came: str) -> acknowledgement_pb.Acknowledgement.Channel.ValueType:
    """Return by which way somebody came to the page of a letter: links of mails say so."""
    return acknowledgement_pb.Acknowledgement.MAIL_LINK if came == "mail" else acknowledgement_pb.Acknowledgement.PAGE


def _reader(visit: Visit, item: inbox_pb.InboxItem, form: Form) -> Answer:
    letter = item.notice
    training = training_under(visit, letter.name.removeprefix("notices/")) if letter.asks == notice_pb.TRAIN else None
    effective: date | None = sentences.as_date(letter.effective_date)
    rows = agreed.own(visit, letter.name) if item.confirm_time.seconds or item.signed_version else ()
    return visit.page(
        "learning/reader.html",
        status=400 if form.errors else 200,
        letter=letter,
        letters=letters,
        clarified=clarified.of(visit, letter),
        added=added.to(visit, letter),
        item=item,
        training=training,
        steps=steps_of(item, training),
        step=step_of(item, training),
        due=training.due_date if training else item.due_date,
        form=form,
        effective=effective,
        came=visit.request.query_params.get("from", "") or form.text("from"),
        agreed=agreed,
        rows=rows,
        names=visit.names([one.recorded_by for one in rows]),
    )


def course_read(training: assignment_pb.Assignment | None) -> bool:
    """Whether every section of the course is done, or nobody asks for them any more."""
    return training is not None and (
        training.section_count <= training.sections_completed or training.state == assignment_pb.Assignment.COMPLETED
    )


def steps_of(item: inbox_pb.InboxItem, training: assignment_pb.Assignment | None) -> list[tuple[str, bool]]:
    """What a person does under a letter, in order, each with whether it is done."""
    trained = bool(item.train_time.seconds) or (
        training is not None and training.state == assignment_pb.Assignment.COMPLETED
    )
    passed = trained or (training is not None and training.test_passed)
    finished = (True, bool(item.confirm_time.seconds), trained or course_read(training), passed)
    named = letters.steps(item.notice, has_test=training.has_test if training else True)
    return list(zip(named, finished, strict=False))


def step_of(item: inbox_pb.InboxItem, training: assignment_pb.Assignment | None) -> int:
    """The number of the step that comes next, from 1; past the last one when all are done."""
    if item.notice.asks == notice_pb.READ or not item.confirm_time.seconds:
        return 2
    if item.train_time.seconds or (training and training.state == assignment_pb.Assignment.COMPLETED):
        return 5
    return 4 if course_read(training) else 3
