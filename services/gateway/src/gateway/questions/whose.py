"""Who asked and who answered, as far as the visitor sees their names."""

from collections.abc import Iterable

from cadre.notification.v1 import question_service_pb2 as pb
from gateway.web.visit import Visit


def names(visit: Visit, questions: Iterable[pb.Question]) -> dict[str, str]:
    """Return the names of who asked and answered, in one call."""
    people = [person for one in questions for person in (one.asker, *(answer.answerer for answer in one.answers))]
    return visit.names(people)
