"""A draft under review is found by nobody who is not on its roll: by no method of the service, message or event."""

import itertools
import uuid

import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message_factory import GetMessageClass

from notification.app import SERVICERS
from notification.connections.rpc import ConnectionServicer
from notification.evidence.rpc import EvidenceServicer
from notification.messages.rpc import MessageServicer
from servicekit.rpc.client import Refused

from .test_reviews import Review

WORD = "Zebrafish"
# What each role holds that is not the state's.
SELF = {right: ["self"] for right in ("notices.read", "learning.do", "self.read", "self.write")}


def of_agency(agency, *rights):
    return {right: [f"agencies/{agency}"] for right in rights}


EVERYTHING = (
    *("readiness.read_agency", "reminders.send", "calendar.write_agency", "connections.manage"),
    *("people.read", "assignments.read"),
)
# Whoever could be thought to come across it: the agency's own staff, and who confirms for another one.
OTHERS = {
    "a worker of the agency": SELF,
    "a supervisor of the agency": SELF | of_agency("lake", "readiness.read_agency", "people.read"),
    "everything at the agency but to confirm for it": SELF | of_agency("lake", *EVERYTHING),
    "a coordinator elsewhere": SELF | of_agency("alameda", "notices.confirm_for_agency", *EVERYTHING),
}


def methods():
    """Every method that reads, of every service."""
    for servicer in (*SERVICERS, MessageServicer, ConnectionServicer, EvidenceServicer):
        for method in servicer.service.methods:
            if "request_id" not in method.input_type.fields_by_name:
                yield method


def requests(method, review):
    """Requests that name the draft, its review, its words and the agencies, in each field that takes one."""
    names = [review.draft.name, review.name, "agencies/lake", "agencies/alameda", WORD]
    fields = [
        field
        for field in method.input_type.fields
        if field.type == FieldDescriptor.TYPE_STRING and field.name not in ("page_token", "unit")
    ]
    for values in itertools.product(names, repeat=len(fields)):
        request = GetMessageClass(method.input_type)()
        for field, value in zip(fields, values, strict=True):
            if field.is_repeated:
                getattr(request, field.name).append(value)
            else:
                setattr(request, field.name, value)
        yield request


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_is_told_of_a_draft_under_review(cadre, who):
    events = cadre.rows("SELECT count(*) FROM outbox")
    review = Review(cadre, subject=f"{WORD} and its kin")
    review.say(review.lake, text=f"{WORD}: a table would help.")
    review.send(review.lake)
    other = review.person(OTHERS[who])
    review.go(lake=review.lake, yolo=review.yolo)

    answered, told = 0, []
    for method in methods():
        for request in requests(method, review):
            try:
                answer = str(getattr(other.stub, method.name)(request))
            except Refused as refused:
                answer = f"{refused.message} {refused.metadata}"
                # What a caller names, a refusal may name again.
                answer = "" if refused.reason in ("NOT_FOUND", "INVALID_FIELD", "PERMISSION_MISSING") else answer
            else:
                answered += 1
            if WORD in answer or review.draft.name in answer:
                told.append((method.full_name, str(request)))
    assert told == []
    assert answered > 20
    heard = cadre.rows("SELECT FROM message_to WHERE person_id = %(p)s", p=uuid.UUID(other.name[7:]))
    assert heard == []
    # Writing a draft tells nobody either.
    assert cadre.rows("SELECT count(*) FROM outbox") == events


def test_who_is_on_the_roll_sees_it_in_the_review_alone(cadre):
    review = Review(cadre, subject=f"{WORD} and its kin")

    told = set()
    for method in methods():
        for request in requests(method, review):
            try:
                answer = str(getattr(review.lake.stub, method.name)(request))
            except Refused:
                continue
            if WORD in answer or review.draft.name in answer:
                told.add(method.name)
    assert told == {"GetReview", "ListOwnReviews"}
