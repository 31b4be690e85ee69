"""What the pages ask the directory as themselves, where the visitor may know so much of somebody and no more.

Who calls has decided that they may: the directory tells the pages of everybody.
"""

from collections.abc import Iterable

from cadre.directory.v1 import sign_in_service_pb2 as pb
from gateway.web import clients
from gateway.web.visit import Visit
from servicekit.rpc.client import Refused


def names(visit: Visit, people: Iterable[str]) -> dict[str, str]:
    """Name people, and tell nothing else of them.

    Such as who has the ball, to whoever may read the work; or who sits in a committee, to those who sit there with them
    and come from outside, to whom the directory names none of our staff.
    """
    asked = pb.BatchGetNamesRequest(people=dict.fromkeys(people))
    if not asked.people:
        return {}
    with clients.acting_as(visit.clients.own_token):
        found = visit.clients.sign_ins.BatchGetNames(asked).names
    clients.seen_people().update(one.person for one in found)
    return {one.person: one.display_name for one in found}


def person(visit: Visit, *, staff_number: str = "", name: str = "") -> pb.SignInPerson | None:
    """Return who has a staff number, or a name such as `people/{uuid}`; None where nobody has it."""
    asked = pb.GetSignInPersonRequest(staff_number=staff_number, person=name, whole_state=True)
    try:
        with clients.acting_as(visit.clients.own_token):
            return visit.clients.sign_ins.GetSignInPerson(asked)
    except Refused as error:
        if error.code in ("NOT_FOUND", "INVALID_ARGUMENT"):
            return None
        raise
