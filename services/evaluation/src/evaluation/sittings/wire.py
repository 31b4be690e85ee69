"""Between the contract and the terms of sittings. What a person sees of the key is decided by the rules."""

import uuid

from cadre.evaluation.v1 import sitting_service_pb2 as pb
from evaluation.sittings.records import Sitting
from evaluation.sittings.rules import shows_key
from evaluation.tests.records import TestVersion
from servicekit import names
from servicekit.rpc.tokens import Principal
from servicekit.rpc.wire import caller, timestamp


def taker(principal: Principal) -> uuid.UUID:
    """Return the id of the person who calls: a service takes no test."""
    return caller(principal, right="tests.take", scope="SELF")


def sitting_id(name: str) -> uuid.UUID:
    """Return the id in `sittings/{sitting}`."""
    return names.uuid_in("sittings/{sitting}", name)


def sitting(given: Sitting, version: TestVersion) -> pb.Sitting:
    """Return the sitting as the person sees it: with results once it is scored."""
    message = pb.Sitting(
        name=f"sittings/{given.id}",
        test_version=version.name,
        state=pb.Sitting.State.Value(given.state),
        items=len(version.test.items),
        pass_mark=version.test.pass_mark,
        start_time=timestamp(given.started_at),
    )
    if given.submitted_at is not None and given.chosen is not None and given.right_items is not None:
        message.submit_time.FromDatetime(given.submitted_at)
        message.right = sum(given.right_items)
        for item, chosen, right in zip(version.test.items, given.chosen, given.right_items, strict=True):
            shown = shows_key(given.state, right=right)
            message.results.add(
                right=right,
                chosen=chosen,
                correct=sorted(item.key) if shown else (),
                explanation=item.explanation if shown else "",
                section=item.section,
            )
    return message
