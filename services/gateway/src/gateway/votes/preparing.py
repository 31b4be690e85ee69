"""A vote is prepared by who writes what is voted on: which committee, on what, until when. Who runs that opens it."""

from dataclasses import dataclass, replace
from datetime import datetime, time

from fastapi import APIRouter

from cadre.curriculum.v1 import ballot_service_pb2 as pb
from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import decision_service_pb2 as decision_pb
from cadre.curriculum.v1 import work_service_pb2 as work_pb
from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import meeting_service_pb2 as meeting_pb
from gateway.committees import phrases as committee_phrases
from gateway.committees import shown
from gateway.committees.shown import People
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


@dataclass(frozen=True)
class Draft:
    """What a vote is prepared on, as it is now: a course, or a course under way at the gate of its step.

    *asked_for*: by which words of the address it is found again. *address*: where it is read. *missing*: what keeps the
    vote from being opened, in words. *back*: where it was asked from, if not at the committee. *least*: what it weighs
    at least; empty where the service alone knows. *there*: the vote that there is already on exactly this.
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

    @property
    def classes(self) -> list[tuple[str, str]]:
        """How much it can weigh: no less than what is voted on does."""
        offered = list(phrases.CLASSES)
        return [
            (one, phrases.CLASSES[one]) for one in offered[: (offered.index(self.least) + 1) if self.least else None]
        ]


@router.get("/new")
def new_vote(visit: Visitor, committee: str = "", course: str = "", work: str = "") -> Answer:
    """Choose the committee and the course first; then say the rest."""
    only(visit.rights.state("courses.write"))
    if not committee or not (course or work):
        return _choose(visit, committee, course)
    draft = _draft(visit, course, work)
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
    return _form(visit, shown.load(visit, committee), draft, form)


@router.post("/new")
def prepare(visit: Visitor, form: Sent, committee: str = "", course: str = "", work: str = "") -> Answer:
    """Prepare it: who runs the committee sees it, and opens it."""
    body, draft = shown.load(visit, committee), _draft(visit, course, work)
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


def _draft(visit: Visit, course: str, work: str) -> Draft:
    """Return what is voted on. A course under way is voted on itself, but for its step Develop: there its course is."""
    found = works.load(visit, work) if work else None
    if found is None:
        return _course(visit, f"courses/{course}", "MAJOR", f"course={course}")
    weight = decision_pb.DecisionClass.Name(found.work_class)
    if found.subject.startswith("courses/"):
        course_draft = _course(visit, found.subject, weight, f"work={work}")
        return replace(
            course_draft,
            missing=[*course_draft.missing, *_missing(found)],
            back=works.path(found.name),
            least=_least(found),
            there=works.vote(visit, found),
        )
    only(bool(found.subject))
    return Draft(
        subject=found.subject,
        title=found.title,
        digest=found.digest,
        motion=voting.motion(found),
        decision_class=weight,
        written_by=found.owner,
        asked_for=f"work={work}",
        address=works.path(found.name),
        size=work_phrases.stands(found),
        missing=_missing(found),
        back=works.path(found.name),
        least=_least(found),
        there=works.vote(visit, found),
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
        motion=f"Approve the course “{found.title}”",
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
        seated[draft.written_by] += (
            ", whose work it is" if draft.subject.startswith("works/") else ", who saved it last"
        )
    return list(seated.items())
