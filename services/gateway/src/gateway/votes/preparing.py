"""A vote is prepared by who writes what is voted on, or who runs the committee: on what, and until when.

Whoever runs a committee does not read its drafts for that: they see what members see, the title of what is before the
committee, and what is missing. They open the vote.
"""

from dataclasses import dataclass, replace
from datetime import datetime, time

from fastapi import APIRouter

from cadre.curriculum.v1 import ballot_service_pb2 as pb
from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import decision_service_pb2 as decision_pb
from cadre.curriculum.v1 import round_service_pb2 as round_pb
from cadre.curriculum.v1 import work_service_pb2 as work_pb
from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import meeting_service_pb2 as meeting_pb
from gateway.committees import phrases as committee_phrases
from gateway.committees import shown
from gateway.committees.shown import People
from gateway.rounds import phrases as round_phrases
from gateway.rounds import shown as rounds
from gateway.votes import phrases
from gateway.web.forms import Form, SentForm
from gateway.web.rights import only
from gateway.web.visit import Answer, Sent, Visit, Visitor
from gateway.words import sentences
from gateway.works import gates, voting
from gateway.works import phrases as work_phrases
from gateway.works import shown as works
from servicekit.calendar import PACIFIC, YEARS_OF_DOCUMENTS
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/ballots")

_MOST = 100
_FIELDS = ("motion", "decision_class", "vote_meeting", "vote_day", "vote_hour")
_NAMES = {"close_time": "vote_day", "meeting": "vote_meeting", "digest": "", "body": ""}
_COMING = (meeting_pb.Meeting.DRAFT, meeting_pb.Meeting.CALLED)
_CLOSES = "17:00"
_APPROVE = "Approve the course “{title}”"


@dataclass(frozen=True)
class Draft:
    """What a vote is prepared on, as it is now: a course, or a course under way at the gate of its step.

    *asked_for*: by which words of the address it is found again. *address*: where it is read. *missing*: what keeps the
    vote from being opened, in words. *back*: where it was asked from, if not at the committee. *least*: what it weighs
    at least; empty where the service alone knows. *there*: the vote that there is already on exactly this.
    *wrote*: what who wrote it has to do with it.
    """

    subject: str
    title: str
    digest: str
    motion: str
    decision_class: str
    written_by: str
    asked_for: str
    address: str
    size: str
    missing: list[str]
    back: str = ""
    least: str = ""
    there: pb.Ballot | None = None
    wrote: str = "who saved it last"

    @property
    def classes(self) -> list[tuple[str, str]]:
        """How much it can weigh: no less than what is voted on does."""
        offered = list(phrases.CLASSES)
        return [
            (one, phrases.CLASSES[one]) for one in offered[: (offered.index(self.least) + 1) if self.least else None]
        ]


@router.get("/new")
def new_vote(visit: Visitor, committee: str = "", course: str = "", work: str = "", review: str = "") -> Answer:
    """Choose the committee and what is voted on first; then say the rest."""
    if not committee:
        only(_writes(visit))
        return _choose(visit, committee, course)
    body = _run(visit, committee)
    if not (course or work or review):
        return _choose(visit, committee, course) if _writes(visit) else _before(visit, body)
    draft = _draft(visit, body, course, work, review)
    form = Form.of(
        {
            "motion": draft.motion,
            "decision_class": draft.decision_class,
            "vote_meeting": "",
            "vote_day": "",
            "vote_hour": _CLOSES,
            "authors": [draft.written_by],
            "digest": draft.digest,
        }
    )
    return _form(visit, body, draft, form)


@router.post("/new")
def prepare(
    visit: Visitor, form: Sent, committee: str = "", course: str = "", work: str = "", review: str = ""
) -> Answer:
    """Prepare it: who runs the committee sees it, and opens it."""
    body = _run(visit, committee)
    draft = _draft(visit, body, course, work, review)
    asked = pb.CreateBallotRequest(
        ballot=pb.Ballot(
            body=body.name,
            motion=form.needs("motion", "Say what is decided, in one sentence."),
            subject=draft.subject,
            digest=form.text("digest"),
            meeting=form.text("vote_meeting"),
            authors=form.all("authors"),
        ),
        request_id=form.request_id,
    )
    said = form.text("decision_class")
    if said in dict(draft.classes):
        asked.ballot.decision_class = decision_pb.DecisionClass.Value(said)
    else:
        form.errors["decision_class"] = "Choose how much it weighs: no less than what is voted on."
    _read_close(form, asked.ballot)
    if not form.errors:
        try:
            made = visit.clients.ballots.CreateBallot(asked)
        except Refused as error:
            form.refuse(error, _NAMES)
            # What was read is not there any more: what is shown now is.
            form.values["digest"] = [draft.digest]
        else:
            return visit.go(f"/{made.name}", done="vote-prepared")
    return _form(visit, body, draft, form)


def _read_close(form: SentForm, ballot: pb.Ballot) -> None:
    """Take over until when members vote; in a meeting they do until it is counted there."""
    if ballot.meeting:
        return
    day = form.day("vote_day", YEARS_OF_DOCUMENTS, "Say until which day they can vote.")
    hour: time | None = sentences.as_time(form.text("vote_hour"))
    if hour is None:
        form.errors["vote_hour"] = "Give a time, such as 17:00."
    elif day is not None:
        ballot.close_time.FromDatetime(datetime.combine(day, hour, PACIFIC))


def _writes(visit: Visit) -> bool:
    return visit.rights.state("courses.write")


def _run(visit: Visit, committee: str) -> body_pb.Body:
    """Return a committee to who prepares its votes."""
    body = shown.load(visit, committee)
    only(_writes(visit) or shown.runs_votes(body))
    return body


def _draft(visit: Visit, body: body_pb.Body, course: str, work: str, review: str) -> Draft:
    """Return what is voted on: to who runs the committee, what is before it. Its members read what they vote on."""
    if work:
        found = works.load(visit, work)
        only(_writes(visit) or voting.body_of(found) == body.name)
        return _of_work(visit, found)
    if review:
        read = rounds.load(visit, review)
        only(_writes(visit) or read.body == body.name)
        return _of_review(read)
    only(_writes(visit))
    return _course(visit, f"courses/{course}", "MAJOR", f"course={course}")


def _of_review(review: round_pb.Round) -> Draft:
    """Return a draft as a committee read it: who runs that sees no more of it than the committee did."""
    must = sentences.count(review.open_must_count, "comment")
    return Draft(
        subject=review.subject,
        title=review.title,
        digest=review.digest,
        motion=_APPROVE.format(title=review.title),
        decision_class="MAJOR",
        written_by=review.opener,
        asked_for=f"review={review.name.partition('/')[2]}",
        address=rounds.path(review),
        size=f"as it was read in review {review.number}",
        missing=[f"{must} that must be fixed"] if review.open_must_count else [],
        wrote="who had it reviewed",
    )


def _of_work(visit: Visit, found: work_pb.Work) -> Draft:
    """Return a course under way, which is voted on itself, but for its step Develop: there its course is."""
    only(bool(found.subject))
    weight, asked_for = decision_pb.DecisionClass.Name(found.work_class), f"work={found.name.partition('/')[2]}"
    if found.subject.startswith("courses/") and _writes(visit):
        course_draft = _course(visit, found.subject, weight, asked_for)
        return replace(
            course_draft,
            missing=[*course_draft.missing, *_missing(found)],
            back=works.path(found.name),
            least=_least(found),
            there=works.vote_on(visit, found),
        )
    return Draft(
        subject=found.subject,
        title=found.title,
        digest=found.digest,
        motion=_APPROVE.format(title=found.title) if found.subject.startswith("courses/") else voting.motion(found),
        decision_class=weight,
        written_by=found.owner,
        asked_for=asked_for,
        address=works.path(found.name),
        size=work_phrases.stands(found),
        missing=_missing(found),
        back=works.path(found.name),
        least=_least(found),
        there=works.vote_on(visit, found),
        wrote="whose work it is",
    )


def _missing(work: work_pb.Work) -> list[str]:
    return [gates.line(one) for one in voting.missing(work)]


def _least(work: work_pb.Work) -> str:
    name = decision_pb.DecisionClass.Name(work.work_class)
    return name if name in phrases.CLASSES else ""


def _course(visit: Visit, name: str, weight: str, asked_for: str) -> Draft:
    found = visit.clients.courses.GetCourse(course_pb.GetCourseRequest(name=name))
    return Draft(
        subject=found.name,
        title=found.title,
        digest=found.content_sha256,
        motion=_APPROVE.format(title=found.title),
        decision_class=weight,
        written_by=found.saved_by,
        asked_for=asked_for,
        address=f"/{found.name}/edit",
        size=f"the draft as it is now: {sentences.count(len(found.sections), 'section')}",
        missing=list(found.missing),
    )


def _choose(visit: Visit, committee: str, course: str) -> Answer:
    bodies = visit.clients.bodies.ListBodies(body_pb.ListBodiesRequest(page_size=_MOST)).bodies
    courses = [
        *visit.clients.courses.ListCourses(
            course_pb.ListCoursesRequest(page_size=_MOST, offer=course_pb.UNFINISHED)
        ).courses,
        *visit.clients.courses.ListCourses(course_pb.ListCoursesRequest(page_size=_MOST, offer=course_pb.HERE)).courses,
    ]
    return visit.page(
        "votes/choose.html",
        form=Form.of({"committee": committee, "course": course}),
        committees=[("", "Choose one"), *((shown.slug_of(one.name), f"{one.title} ({one.code})") for one in bodies)],
        courses=[("", "Choose one"), *((one.name.partition("/")[2], one.title) for one in courses)],
    )


def _before(visit: Visit, committee: body_pb.Body) -> Answer:
    """Show who runs a committee what is before it: what is under way and waits for its vote, and what it reviewed."""
    under_way = visit.clients.works.ListWorks(work_pb.ListWorksRequest(page_size=_MOST)).works
    asked = round_pb.ListRoundsRequest(parent=committee.name, page_size=_MOST)
    newest: dict[str, round_pb.Round] = {}
    for one in visit.clients.rounds.ListRounds(asked).rounds:
        if one.number > newest.get(one.subject, round_pb.Round()).number:
            newest[one.subject] = one
    waiting = [one for one in under_way if _waits_for(one, committee)]
    courses = {one.course for one in waiting}
    return visit.page(
        "votes/before.html",
        committee=committee,
        works=waiting,
        reviews=[one for subject, one in newest.items() if subject not in courses],
        stands=work_phrases.stands,
        read=round_phrases,
        home=shown.path(committee.name),
    )


def _waits_for(work: work_pb.Work, committee: body_pb.Body) -> bool:
    """Whether what a work needs now is a decision of the committee; of a line in a list, that of its step."""
    return any(one.body == committee.name and gates.needs_decision(one, work) for one in work.gates)


def _form(visit: Visit, committee: body_pb.Body, draft: Draft, form: Form) -> Answer:
    people = shown.people(visit, committee, others=[draft.written_by])
    for name in _FIELDS:
        form.values.setdefault(name, [""])
    return visit.page(
        "votes/prepare.html",
        status=400 if form.errors else 200,
        form=form,
        committee=committee,
        draft=draft,
        classes=draft.classes,
        meetings=_meetings(visit, committee),
        authors=_authors(draft, people),
        rules=committee_phrases.rules(committee.rules),
        back=draft.back or shown.path(committee.name),
        home=shown.path(committee.name),
    )


def _meetings(visit: Visit, committee: body_pb.Body) -> list[tuple[str, str]]:
    """Return where it can be voted on: between meetings if the rules let them, or in one that comes."""
    asked = meeting_pb.ListMeetingsRequest(parent=committee.name, page_size=_MOST)
    coming = [one for one in visit.clients.meetings.ListMeetings(asked).meetings if one.state in _COMING]
    between = [("", "Between meetings, until the day below")] if committee.rules.written_votes else []
    return [*between, *((one.name, f"{one.title}, {committee_phrases.when(one, visit.today)}") for one in coming)]


def _authors(draft: Draft, people: People) -> list[tuple[str, str]]:
    """Return who may have written it: who sits there, and who saved it last."""
    seated = {one.person: people.name(one.person) for one in people.of_part("MEMBER")}
    if draft.written_by in seated:
        seated[draft.written_by] += f", {draft.wrote}"
    return list(seated.items())
