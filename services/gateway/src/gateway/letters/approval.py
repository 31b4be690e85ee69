"""After a letter was sent: its writer takes it back; a second person issues it, returns it, or withdraws it."""

from datetime import date, datetime

from fastapi import APIRouter

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from gateway.letters import changes, composer, letters, of_release, on_its_way, reach
from gateway.letters.letter_form import PAST
from gateway.web.forms import Form, SentForm
from gateway.web.visit import Answer, Sent, Visit, Visitor
from gateway.words import sentences
from servicekit.calendar import PACIFIC, YEARS_OF_DOCUMENTS, pacific_date
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/letters/{letter_id}")


@router.post("/issue")
def issue(visit: Visitor, letter_id: str, form: Sent) -> Answer:
    """Approve and issue, now or on a day and at a time in California; which of them is never guessed."""
    later = form.text("action") == "later"
    if not later and form.text("action") != "now":
        form.errors[""] = "Nothing is issued yet: press the button that says when."
    at = _moment_of_issue(visit, form) if later else None
    form.values.setdefault("freeze_reason", [""])
    letter = visit.letter(letter_id)
    waits = letter.state == notice_pb.Notice.IN_APPROVAL
    if waits and _in_effect(letter, pacific_date(at or visit.now)) and form.text(PAST) != "yes":
        form.errors[PAST] = (
            "It takes effect by the day of issue. Tick that it is meant so, or return the letter to change the date."
        )
    if not form.errors:
        request = notice_pb.PublishNoticeRequest(
            name=f"notices/{letter_id}",
            audience_revision=sentences.as_number(form.text("audience_revision")) or 0,
            etag=form.text("etag"),
            freeze_reason=form.block("freeze_reason"),
            request_id=form.request_id,
        )
        if at is not None:
            request.publish_at.FromDatetime(at)
        try:
            visit.clients.notices.PublishNotice(request)
        except Refused as error:
            form.refuse(error, {"publish_at": "issue_on"})
            if error.reason == "TRAINING_IN_FREEZE":
                form.errors["freeze_reason"] = of_release.in_freeze(error, visit.today)
            letter = _decided(visit, letter_id, form)
    if form.errors:
        return waiting(visit, letter, form)
    if later or not letter.amends:
        return visit.go(f"/letters/{letter_id}", done="scheduled" if later else "issued")
    return visit.go(f"/letters/{letter.amends.removeprefix('notices/')}", done="amended")


@router.post("/return")
def give_back(visit: Visitor, letter_id: str, form: Sent) -> Answer:
    """Return to the author with a reason."""
    form.needs("reason", "Say why, so that the author knows what to change.")
    if not form.errors:
        try:
            visit.clients.notices.ReturnNotice(
                notice_pb.ReturnNoticeRequest(
                    name=f"notices/{letter_id}", reason=form.text("reason"), request_id=form.request_id
                )
            )
        except Refused as error:
            form.refuse(error)
            letter = _decided(visit, letter_id, form)
            return waiting(visit, letter, form)
    if form.errors:
        return waiting(visit, visit.letter(letter_id), form)
    return visit.go("/letters", done="returned")


@router.post("/recall")
def recall(visit: Visitor, letter_id: str, form: Sent) -> Answer:
    """Take back what waits for approval, to write on it."""
    if not form.errors:
        try:
            visit.clients.notices.RecallNotice(
                notice_pb.RecallNoticeRequest(
                    name=f"notices/{letter_id}", etag=form.text("etag"), request_id=form.request_id
                )
            )
        except Refused as error:
            form.refuse(error)
            _decided(visit, letter_id, form)
    if form.errors:
        return waiting(visit, visit.letter(letter_id), form)
    return visit.go(f"/letters/{letter_id}", done="recalled")


@router.get("/withdraw")
def withdraw_page(visit: Visitor, letter_id: str) -> Answer:
    """What withdrawing does, before it is done."""
    return _withdraw(visit, visit.letter(letter_id), Form.of({"reason": ""}))


@router.post("/withdraw")
def withdraw(visit: Visitor, letter_id: str, form: Sent) -> Answer:
    """Withdraw an issued letter, with a reason that everybody who has it sees."""
    form.needs("reason", "Say why. Everybody who has the letter sees it.")
    if not form.errors:
        try:
            visit.clients.notices.WithdrawNotice(
                notice_pb.WithdrawNoticeRequest(
                    name=f"notices/{letter_id}",
                    reason=form.text("reason"),
                    etag=form.text("etag"),
                    request_id=form.request_id,
                )
            )
        except Refused as error:
            form.refuse(error)
    if form.errors:
        return _withdraw(visit, visit.letter(letter_id), form)
    return visit.go(f"/letters/{letter_id}", done="withdrawn")


def blank() -> Form:
    """What an approver decides, before they have."""
    return Form.of({"reason": "", "audience_revision": "", "issue_on": "", "issue_at": "08:00", "freeze_reason": ""})


def waiting(visit: Visit, letter: notice_pb.Notice, form: Form) -> Answer:
    """Show a letter before its issue: what it says, who it is for today, and what can be done with it."""
    for field in ("reason", "issue_on", "issue_at", "freeze_reason", PAST):
        form.values.setdefault(field, [""])
    audience = composer.audience_of(visit, letter.audience)
    stages = on_its_way.of_letter(visit, letter)
    may_decide = (
        letter.state == notice_pb.Notice.IN_APPROVAL
        and visit.rights.state("notices.approve")
        and visit.person not in letter.writers
    )
    asked = may_decide and stages.asks(visit.person)
    may_recall = (
        letter.state == notice_pb.Notice.IN_APPROVAL
        and visit.rights.state("notices.write")
        and visit.person in letter.writers
    )
    return visit.page(
        "letters/waiting_letter.html",
        status=400 if form.errors else 200,
        letter=letter,
        letters=letters,
        ladder=letters.ladder(visit, letter),
        audience=audience,
        reach=reach.reach(visit, audience.expression, letter.receivers) if audience else None,
        course=composer.course_of(visit, letter.course_version),
        passed=_in_effect(letter, visit.today),
        of_release=of_release.of(visit, letter),
        may_approve=asked and stages.is_last,
        may_approve_stage=asked and not stages.is_last,
        may_decide=may_decide,
        stages=stages,
        may_recall=may_recall,
        may_return=letter.state == notice_pb.Notice.SCHEDULED and visit.rights.state("notices.approve"),
        form=form,
        changes=changes.of(visit, letter.name) if letter.amends and letter.state in letters.BEFORE_ISSUE else None,
        names=visit.names([letter.author, letter.approver, *stages.people]),
    )


def _in_effect(letter: notice_pb.Notice, day: date) -> bool:
    """Whether it takes effect on *day*, or took effect before."""
    effective = sentences.as_date(letter.effective_date)
    return effective is not None and effective <= day


def _decided(visit: Visit, letter_id: str, form: SentForm) -> notice_pb.Notice:
    """Return the letter as it is by now; where somebody else has decided, say who and when instead of what failed."""
    letter = visit.letter(letter_id)
    by = visit.names([letter.approver]).get(letter.approver, "another approver")
    if letter.state == notice_pb.Notice.MERGED:
        form.errors = {"": f"Already issued by {by} as a new version of the letter. Your press changed nothing."}
    elif letter.state in letters.ISSUED:
        at = sentences.moment(letter.publish_time, visit.today)
        form.errors = {"": f"Already issued by {by}, {at} Your press changed nothing."}
    elif letter.state == notice_pb.Notice.SCHEDULED:
        at = sentences.moment(letter.publish_at, visit.today)
        form.errors = {"": f"Already approved by {by}; it is issued {at} Your press changed nothing."}
    elif letter.state == notice_pb.Notice.DRAFT:
        form.errors = {"": "It is a draft again already. Your press changed nothing."}
    return letter


def _withdraw(visit: Visit, letter: notice_pb.Notice, form: Form) -> Answer:
    if letter.state != notice_pb.Notice.PUBLISHED and not form.errors:
        return visit.go(f"/letters/{letter.name.removeprefix('notices/')}")
    if letter.state == notice_pb.Notice.WITHDRAWN:
        by = visit.names([letter.withdrawn_by]).get(letter.withdrawn_by, "another approver")
        at = sentences.moment(letter.withdraw_time, visit.today)
        form.errors = {"": f"Already withdrawn by {by}, {at} Your press changed nothing, and your reason is not kept."}
    figures = visit.clients.readiness.GetReadiness(readiness_pb.GetReadinessRequest(notice=letter.name))
    return visit.page(
        "letters/withdraw.html",
        status=400 if form.errors else 200,
        letter=letter,
        letters=letters,
        figures=figures,
        form=form,
    )


def _moment_of_issue(visit: Visit, form: Form) -> datetime | None:
    """Read the day and the time of issue; what is wrong with them is said at the field."""
    day = form.day("issue_on", YEARS_OF_DOCUMENTS, "Give the day on which it is to be issued.")
    at = sentences.as_time(form.text("issue_at"))
    if at is None:
        form.errors["issue_at"] = "Give the time, such as 08:00."
    if day is None or at is None:
        return None
    moment = datetime.combine(day, at, PACIFIC)
    if moment <= visit.now:
        form.errors["issue_on"] = "This moment has passed. Choose a later one, or issue the letter now."
    return moment
