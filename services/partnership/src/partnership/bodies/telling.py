"""Telling others by which rules a body decides."""

from cadre.partnership.v1 import body_service_pb2 as pb
from partnership import events
from partnership.bodies.rules.ruling import NONE, Ruling, Share, Threshold
from servicekit.data import outbox
from servicekit.data.db import Db


def tell_rules(db: Db, *, body_id: str, code: str, ruling: Ruling, version: int) -> None:
    """Tell the rules of a body, whole, if the transaction commits."""
    outbox.emit(db, events.body_ruled(body_id=body_id, code=code, rules=rules(ruling), version=version))


def rules(ruling: Ruling) -> pb.BodyRules:
    """Write the rules of a body."""
    return pb.BodyRules(
        quorum=_fraction(ruling.quorum),
        quorum_of_each_constituency=ruling.quorum_of_each_constituency,
        thresholds=map(_threshold, ruling.thresholds),
        notice_hours=ruling.notice_hours,
        written_votes=ruling.written_votes,
        override=_fraction(ruling.override),
        conflict_text=ruling.conflict_text,
    )


def _threshold(one: Threshold) -> pb.Threshold:
    return pb.Threshold(
        decision_class=one.decision_class,
        of_all=_fraction(one.of_all),
        of_each_constituency=_fraction(one.of_each_constituency),
        yes_of_each_constituency=one.yes_of_each_constituency,
    )


def _fraction(share: Share) -> pb.Fraction | None:
    return None if share == NONE else pb.Fraction(numerator=share.numerator, denominator=share.denominator)
