"""Which bodies decide on works, and what reviews and materials say of a course: given by who puts it all together."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from curriculum.works.rules.gates import Materials, Reviewed
from curriculum.works.rules.phases import Phase
from servicekit.data.db import Db

# For courses, by slug; those of which reviews say nothing are not in it.
Reviews = Callable[[Db, Collection[str]], Mapping[str, Reviewed]]
# The same of what courses are given with.
Given = Callable[[Db, Collection[str]], Mapping[str, Materials]]


def no_reviews(_db: Db, _courses: Collection[str]) -> Mapping[str, Reviewed]:
    """Say nothing of any course."""
    return {}


def no_materials(_db: Db, _courses: Collection[str]) -> Mapping[str, Materials]:
    """Say that no course has any."""
    return {}


@dataclass(frozen=True)
class Office:
    """The bodies, by slug: which one decides on content, and which one on what is begun and what becomes of it."""

    content_body: str
    steering_body: str
    reviews: Reviews = no_reviews
    materials: Given = no_materials

    def body_of(self, phase: Phase) -> str:
        """Return the body that decides at the gate of a phase; '' where a person does."""
        deciding = {
            Phase.DIAGNOSE: self.steering_body,
            Phase.DESIGN: self.content_body,
            Phase.DEVELOP: self.content_body,
            Phase.DETERMINE: self.steering_body,
        }
        return deciding.get(phase, "")
