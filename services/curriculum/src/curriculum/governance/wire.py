"""Between the contract's messages and decisions."""

from cadre.curriculum.v1 import decision_service_pb2 as pb
from curriculum.governance.tables import DecisionRow
from servicekit.rpc.wire import timestamp


def decision_line(row: DecisionRow, *, by_name: bool) -> pb.Decision:
    """Write a decision without its counts; who decided, where it may be said *by_name*."""
    person = row.decider if by_name and row.decider.startswith("people/") else ""
    return pb.Decision(
        name=f"decisions/{row.id}",
        number=row.number,
        way=pb.Decision.Way.Value(row.way),
        body=f"bodies/{row.body_id}" if row.body_id else "",
        ballot=f"ballots/{row.ballot_id}" if row.ballot_id else "",
        subject=row.subject,
        digest=row.digest,
        decision_class=pb.DecisionClass.Value(row.decision_class),
        motion=row.motion,
        decider=person,
        decide_time=timestamp(row.decided_at),
        corrects=f"decisions/{row.corrects}" if row.corrects else "",
    )
