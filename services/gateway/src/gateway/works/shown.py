"""What the pages of a course under way show: the work, with the names of those who have to do with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cadre.curriculum.v1 import ballot_service_pb2 as ballot_pb
from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import work_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.partnership.v1 import body_service_pb2 as body_pb
from gateway.web import ours
from gateway.web.visit import Visit
from gateway.words import sentences
from gateway.works import phrases, voting
from servicekit.rpc.client import Refused

WRITE = "works.write"
_BODIES, _OF_A_COURSE, _VOTES = 100, 10, 50
_RUNS = frozenset({"CHAIR", "DEPUTY", "SECRETARY"})
_LIVE = (ballot_pb.Ballot.PREPARED, ballot_pb.Ballot.OPEN)


@dataclass(frozen=True)
class Names:
    """How people and committees are called, as far as the visitor may see them."""

    people: Mapping[str, str]
    bodies: Mapping[str, str]
    me: str = ""
    mine: frozenset[str] = field(default_factory=frozenset)
    # The committees that the visitor runs.
    runs: frozenset[str] = field(default_factory=frozenset)

    def of(self, resource: str) -> str:
        """Name a person or a committee."""
        if resource.startswith("bodies/"):
            return self.bodies.get(resource) or "A committee"
        return "You" if resource and resource == self.me else self.people.get(resource) or "Somebody at the state"

    def beside(self, resource: str) -> str:
        """The same within a sentence: `With you`."""
        said = self.of(resource)
        return f"{said[:1].lower()}{said[1:]}" if said in ("You", "A committee", "Somebody at the state") else said

    def waits_for_me(self, work: pb.Work) -> bool:
        """Whether the visitor, or a committee of theirs, has the ball."""
        return work.status != pb.Work.ON_HOLD and (work.holder == self.me or work.holder in self.mine)


def path(name: str) -> str:
    """Return the address of a work."""
    return f"/{name}"


def load(visit: Visit, work_id: str) -> pb.Work:
    """Return a work that the visitor sees, with all that is said of it."""
    return visit.clients.works.GetWork(pb.GetWorkRequest(name=f"works/{work_id}"))


def bodies(visit: Visit) -> list[body_pb.BodySummary]:
    """Return the committees that the visitor sees; none where these do not answer to them."""
    if not visit.rights.holds("bodies.read"):
        return []
    return list(visit.clients.bodies.ListBodies(body_pb.ListBodiesRequest(page_size=_BODIES)).bodies)


def names(visit: Visit, resources: Iterable[str], committees: Iterable[body_pb.BodySummary]) -> Names:
    """Return the names of people among *resources*, and of *committees*."""
    known = list(committees)
    people = [one for one in resources if one.startswith("people/") and one != visit.person]
    return Names(
        # People from outside are told of those alone whom the directory names to them.
        visit.names(people) if visit.rights.from_outside else ours.names(visit, people),
        {one.name: one.code or one.title for one in known},
        visit.person,
        frozenset(one.name for one in known if one.my_parts),
        frozenset(one.name for one in known if not _RUNS.isdisjoint(one.my_parts)),
    )


def of_work(work: pb.Work) -> list[str]:
    """Return whoever has to do with a work."""
    passers = [one.passer for one in work.gates]
    return [work.owner, work.holder, *passers, *(one.person for one in work.confirmations)]


def open_works(visit: Visit, course: str) -> list[pb.Work]:
    """Return what is under way about a course, for who writes courses."""
    if not may_write(visit):
        return []
    found = visit.clients.works.ListWorks(pb.ListWorksRequest(course=course, page_size=_OF_A_COURSE)).works
    return [one for one in found if not phrases.has_ended(one)]


def course_title(visit: Visit, work: pb.Work) -> str:
    """Return what its course is called in the catalogue; empty where none is there for the visitor."""
    if not work.course:
        return ""
    try:
        asked = course_pb.GetCatalogueEntryRequest(name=work.course)
        return visit.clients.courses.GetCatalogueEntry(asked).title
    except Refused as error:
        if error.code not in ("NOT_FOUND", "PERMISSION_DENIED"):
            raise
        return ""


def vote(visit: Visit, work: pb.Work) -> ballot_pb.Ballot | None:
    """Return the vote that goes on about exactly what stands there now, to who writes courses."""
    return vote_on(visit, work) if visit.rights.state("courses.write") else None


def vote_on(visit: Visit, work: pb.Work) -> ballot_pb.Ballot | None:
    """Return that vote to whoever sees the votes of the committee."""
    committee = voting.body_of(work)
    if not committee:
        return None
    asked = ballot_pb.ListBallotsRequest(parent=committee, page_size=_VOTES)
    found = visit.clients.ballots.ListBallots(asked).ballots
    asked_for = (work.subject, work.digest)
    return next((one for one in found if (one.subject, one.digest) == asked_for and one.state in _LIVE), None)


def link(visit: Visit, work: pb.Work) -> str:
    """Return where the letter can be read for which a work is; empty where it is for none."""
    kind, _, letter = work.source_name.partition("/")
    return f"/training/{letter}/letter" if kind == "notices" and letter and not visit.rights.from_outside else ""


def issued_letter(visit: Visit, said: str) -> notice_pb.Notice | None:
    """Return the letter with exactly this number, if it is issued: nobody is told of one that is not."""
    wanted = said.strip().casefold()
    if not wanted:
        return None
    asked = notice_pb.SearchNoticesRequest(query=said[:200], page_size=10)
    found = visit.clients.notices.SearchNotices(asked).notices
    return next(
        (
            one
            for one in found
            if sentences.letter(one).casefold() == wanted and one.state == notice_pb.Notice.PUBLISHED
        ),
        None,
    )


def may_write(visit: Visit) -> bool:
    """Whether the visitor writes works."""
    return visit.rights.state(WRITE)
