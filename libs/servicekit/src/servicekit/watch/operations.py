"""What an operator asks of any service: is it healthy, is anything stuck, hand it over once more, let it go."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import structlog
from google.protobuf import json_format
from google.protobuf.message import DecodeError

from cadre.operations.v1 import operations_service_pb2 as pb
from servicekit import names, trace
from servicekit.background.audits import Audits, Finding
from servicekit.background.jobs import Job, Projection
from servicekit.data.db import Database, Db
from servicekit.data.outbox import OUTBOX_KEPT
from servicekit.events.consumers import Subscription, explain, is_outage
from servicekit.refusals import InvalidField, NotFound, Refusal
from servicekit.rpc.calls import Call
from servicekit.watch.health import Health
from servicekit.watch.steering import SteeringServicer

log = structlog.get_logger()

IDEMPOTENCY_KEPT = timedelta(days=7)
# Longer than a stream keeps its events: whatever can still be delivered is still known.
INBOX_KEPT = timedelta(days=35)

_LETTER = "deadLetters/{dead_letter}"
_COLUMNS = "id, consumer, event_id, subject, payload, headers, tries, error, at, state, reason, actor"
_LIST = f"""
SELECT {_COLUMNS} FROM dead_letter
WHERE (%(settled)s OR state = 'WAITING')
  AND (%(at)s::timestamptz IS NULL OR (at, id) < (%(at)s::timestamptz, %(id)s::uuid))
ORDER BY at DESC, id DESC LIMIT %(limit)s
"""  # noqa: S608 - only constants are put together
_LOCK = f"SELECT {_COLUMNS} FROM dead_letter WHERE id = %(id)s FOR UPDATE"  # noqa: S608 - as above
_SETTLE = f"""
UPDATE dead_letter SET state = %(state)s, reason = %(reason)s, actor = %(actor)s WHERE id = %(id)s RETURNING {_COLUMNS}
"""  # noqa: S608 - as above
_FAILED_AGAIN = """
UPDATE dead_letter SET tries = tries + 1, error = %(error)s, actor = %(actor)s
WHERE id = %(id)s AND state = 'WAITING' RETURNING tries
"""
# Settled ones: handled or buried since, or so old that they cannot come again.
_PURGE_FAILURES = """
DELETE FROM handler_failure AS failure
WHERE at < %(before)s
   OR EXISTS (SELECT FROM inbox WHERE inbox.consumer = failure.consumer AND inbox.event_id = failure.event_id)
"""
_SEEN = "INSERT INTO inbox (consumer, event_id) VALUES (%(consumer)s, %(event_id)s) ON CONFLICT DO NOTHING"


class _Letter(NamedTuple):
    id: UUID
    consumer: str
    event_id: str
    subject: str
    payload: bytes
    headers: dict[str, str]
    tries: int
    error: str
    at: datetime
    state: str
    reason: str
    actor: str


class DeadLetterSettled(Refusal):
    """The dead letter was replayed or discarded before."""


class NoSubscription(Refusal):
    """The service does not hear such events any more, so nothing can handle this one."""


class ReplayFailed(Refusal):
    """The handler failed again; the dead letter waits on."""


class _HandlerFailed(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


class OperationsServicer(SteeringServicer):
    """Answers the operations contract for one service, from its own database and its place on the bus."""

    service = pb.DESCRIPTOR.services_by_name["OperationsService"]

    def __init__(
        self,
        health: Health,
        jobs: Sequence[Job],
        projections: Sequence[Projection],
        audits: Audits,
        *,
        wake: Callable[[], None],
    ) -> None:
        super().__init__(health.database, jobs, projections, wake)
        self._health = health
        self._worker = health.worker
        self._audits = audits

    def GetStatus(self, request: pb.GetStatusRequest, call: Call) -> pb.Status:  # noqa: ARG002 - the contract's form
        return self._health.look()

    def RunAudits(self, request: pb.RunAuditsRequest, call: Call) -> pb.RunAuditsResponse:  # noqa: ARG002 - as above
        with self.database.read(at=call.now) as db:
            return pb.RunAuditsResponse(audits=map(_audit, self._audits.count(db)))

    def ListAudits(self, request: pb.ListAuditsRequest, call: Call) -> pb.ListAuditsResponse:  # noqa: ARG002 - as above
        with self.read() as db:
            return pb.ListAuditsResponse(
                audits=map(_audit, self._audits.kept(db)), job=self.shown(db, self._audits.job)
            )

    def ListDeadLetters(
        self,
        request: pb.ListDeadLettersRequest,
        call: Call,  # noqa: ARG002 - the contract's form
    ) -> pb.ListDeadLettersResponse:
        page = self.page_of(request)
        at, letter_id = page.after or (None, None)
        with self.read() as db:
            rows = db.all(_Letter, _LIST, settled=request.show_settled, at=at, id=letter_id, limit=page.size + 1)
        shown, token = page.cut(rows, lambda row: [row.at.isoformat(), row.id])
        return pb.ListDeadLettersResponse(dead_letters=[self._letter(row) for row in shown], next_page_token=token)

    def ReplayDeadLetter(self, request: pb.ReplayDeadLetterRequest, call: Call) -> pb.DeadLetter:
        letter_id = names.uuid_in(_LETTER, request.name)
        try:
            with self.write(call, request) as db:
                return db.answer(self._replay(db, letter_id, call))
        except _HandlerFailed as failure:
            # Its transaction is rolled back; that it failed once more is remembered in one of its own.
            raise self._failed_again(letter_id, failure.error, call) from failure.error

    def DiscardDeadLetter(self, request: pb.DiscardDeadLetterRequest, call: Call) -> pb.DeadLetter:
        letter_id = names.uuid_in(_LETTER, request.name)
        if not request.reason.strip():
            raise InvalidField("reason", request.reason, "must say why the event is given up")
        with self.write(call, request) as db:
            _waiting(db, letter_id)
            return db.answer(self._letter(_settle(db, letter_id, "DISCARDED", call, reason=request.reason.strip())))

    def _replay(self, db: Db, letter_id: UUID, call: Call) -> pb.DeadLetter:
        row = _waiting(db, letter_id)
        subscription = self._worker.subscriptions.get(row.subject)
        if subscription is None:
            raise NoSubscription("The service does not hear this subject.", subject=row.subject)
        try:
            event = subscription.read(row.payload, row.headers)
            # In the operator's trace, so that log lines carry its id; related to the trace of whoever made the event.
            made = [link] if trace.is_one(link := event.headers.get(trace.HEADER, "")) else []
            with trace.work(f"replay {row.subject}", trace.Kind.CONSUMER, parent=None, links=made):
                subscription.handler(db, [event])
                db.flush()
        except Exception as error:
            if is_outage(error):
                raise
            raise _HandlerFailed(error) from error
        # Buried as malformed, it was not marked as seen; it must not be handled again if it is delivered again.
        db.run(_SEEN, consumer=row.consumer, event_id=event.id)
        return self._letter(_settle(db, letter_id, "REPLAYED", call, changed=db.resource))

    def _failed_again(self, letter_id: UUID, error: Exception, call: Call) -> ReplayFailed:
        name, explained = f"deadLetters/{letter_id}", explain(error)
        with self.database.transaction(actor=call.principal.name, method=call.method, resource=name, at=call.now) as db:
            tries = db.values(_FAILED_AGAIN, id=letter_id, error=explained, actor=call.principal.name)
            db.changed(name, after={"error": explained}, reason="the replay failed")
        failed = tries[0] if tries else 0
        return ReplayFailed("The handler failed again.", dead_letter=name, error=explained, tries=failed)

    def _letter(self, row: _Letter) -> pb.DeadLetter:
        letter = pb.DeadLetter(
            name=f"deadLetters/{row.id}",
            state=pb.DeadLetter.State.Value(row.state),
            consumer=row.consumer,
            subject=row.subject,
            event_id=row.event_id,
            tries=row.tries,
            error=row.error,
            payload=_readable(self._worker.subscriptions.get(row.subject), row.payload),
            reason=row.reason,
            actor=row.actor,
        )
        letter.create_time.FromDatetime(row.at)
        return letter


def _audit(finding: Finding) -> pb.Audit:
    audit = pb.Audit(
        name=finding.audit.name, description=finding.audit.description, count=finding.count, error=finding.error
    )
    if finding.at is not None:
        audit.count_time.FromDatetime(finding.at)
        audit.count_seconds = finding.seconds
    return audit


def purge(database: Database, now: datetime) -> None:
    """Delete what has served its time: published events, answers to old requests, and what cannot come again."""
    with database.transaction(actor="jobs/purge", method="jobs/purge", resource="kit", at=now) as db:
        removed = {
            "outbox": db.run("DELETE FROM outbox WHERE published_at < %(before)s", before=now - OUTBOX_KEPT),
            "idempotency": db.run("DELETE FROM idempotency WHERE at < %(before)s", before=now - IDEMPOTENCY_KEPT),
            "handler_failure": db.run(_PURGE_FAILURES, before=now - INBOX_KEPT),
            "inbox": db.run("DELETE FROM inbox WHERE at < %(before)s", before=now - INBOX_KEPT),
        }
        db.changed("kit", after=removed, reason="their time is over")


def _waiting(db: Db, letter_id: UUID) -> _Letter:
    """Lock the dead letter, which must wait for a decision."""
    letter = db.maybe(_Letter, _LOCK, id=letter_id)
    name = f"deadLetters/{letter_id}"
    if letter is None:
        raise NotFound(name)
    if letter.state != "WAITING":
        raise DeadLetterSettled("It was settled before.", dead_letter=name, state=letter.state)
    return letter


def _settle(db: Db, letter_id: UUID, state: str, call: Call, *, reason: str = "", changed: str = "") -> _Letter:
    letter = db.one(_Letter, _SETTLE, id=letter_id, state=state, reason=reason, actor=call.principal.name)
    after = {"state": state} | ({"changed": changed} if changed else {})
    db.changed(f"deadLetters/{letter_id}", before={"state": "WAITING"}, after=after, reason=reason)
    return letter


def _readable(subscription: Subscription | None, payload: bytes) -> str:
    """Show an event as JSON, or its bytes in hexadecimal where nobody can read them."""
    if subscription is None:
        return payload.hex()
    try:
        message = subscription.message_type.FromString(payload)
    except DecodeError:
        return payload.hex()
    return json_format.MessageToJson(message, preserving_proto_field_name=True, indent=None)
