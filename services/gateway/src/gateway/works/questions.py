"""The questions that objectives are linked to: by number and words, as the test asks them that ends the course."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.evaluation.v1 import test_service_pb2 as test_pb
from gateway.web.visit import Visit

_UNSEEN, _GONE = "A question of its test", "A question that the test asks no more"


@dataclass(frozen=True)
class Question:
    """A question of the test, with the section of the course that it is about, from 1; 0 = none."""

    number: int
    text: str
    section: int = 0
    # Where it is read; empty to who does not write tests.
    address: str = ""

    @property
    def label(self) -> str:
        """`2. Within how many days?`."""
        return f"{self.number}. {self.text}"


@dataclass(frozen=True)
class Questions:
    """What a test asks, by the names that links have. *seen*: the visitor may see which test ends the course."""

    seen: bool = False
    test: str = ""
    asked: Mapping[str, Question] = field(default_factory=dict)
    # Of those that are asked no more, how they read in the version before.
    gone: Mapping[str, str] = field(default_factory=dict)

    def lasting(self, links: Iterable[str]) -> list[str]:
        """Name questions by their ids where a link names them by number, each once."""
        by_number = {f"{self.test}/items/{one.number}": link for link, one in self.asked.items()}
        return list(dict.fromkeys(by_number.get(link, link) for link in links))

    def label(self, link: str) -> str:
        """Say which question a link leads to."""
        if link in self.asked:
            return self.asked[link].label
        return self.gone.get(link) or (_GONE if self.seen else _UNSEEN)

    def address(self, link: str) -> str:
        """Return where a question is read; empty where it is nowhere, or not by the visitor."""
        return self.asked[link].address if link in self.asked else ""

    def offered(self, titles: Sequence[str], linked: Iterable[str]) -> list[tuple[str, list[tuple[str, str]]]]:
        """Put what can be linked together by the sections of the course, whose *titles* are given, in their order.

        What is *linked* and is asked no more stays offered, at the end: saving does not drop it unseen.
        """
        order = [*range(1, len(titles) + 1), 0]
        found = []
        for section in order:
            those = [(link, one.label) for link, one in self.asked.items() if _place(one, titles) == section]
            found.append((f"Section {section}: {titles[section - 1]}" if section else "Of no section", those))
        lost = [(link, self.label(link)) for link in linked if link not in self.asked]
        found.append(("Asked no more", lost))
        return [(title, those) for title, those in found if those]


def load(visit: Visit, draft: course_pb.Course, links: Sequence[str]) -> Questions:
    """Return what the test asks that a draft names; what *links* name besides is looked up in the version before."""
    if not draft.test_version:
        return Questions(seen=True)
    test, _, said = draft.test_version.partition("/versions/")
    number = int(said)
    asked = _asked(visit, test, number)
    lost = set(links) - set(asked) - {f"{test}/items/{one.number}" for one in asked.values()}
    before = _asked(visit, test, number - 1) if lost and number > 1 else {}
    gone = {link: one.text for link, one in before.items() if link in lost}
    return Questions(seen=True, test=test, asked=asked, gone=gone)


def _asked(visit: Visit, test: str, number: int) -> dict[str, Question]:
    name = f"{test}/versions/{number}"
    version = visit.clients.tests.GetTestVersion(test_pb.GetTestVersionRequest(name=name))
    page = f"/{name}#question-" if visit.rights.state("tests.write") else ""
    return {
        # A service of the release before gives no ids.
        f"{test}/items/{one.id or place}": Question(place, one.text, one.section, f"{page}{place}" if page else "")
        for place, one in enumerate(version.items, start=1)
    }


def _place(one: Question, titles: Sequence[str]) -> int:
    return one.section if one.section <= len(titles) else 0
