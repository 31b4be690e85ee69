"""Writes in company: callers of a method that come while others' writes are being done form the next transaction.

Alone, a caller has a transaction of their own. When thousands do the same within a minute, those who wait share round
trips, locks and the flush to disk, and nothing else: each has an audit row, events, an answer and a known request, or
is refused, and a refusal harms nobody. One group of a method is at work at a time; callers lead in turn, and no thread
runs beside them. After a group of many the next one may gather for some milliseconds, until nearly as many are there.

What a group does is a function over all who ask, in three steps: look and decide for each, `group.record(db)`, save.
It never waits for a row that somebody else has locked: whoever wants such a row is left undecided and does it alone,
where it may wait. If a group fails, each of it is done alone, which shows whose fault it was.
"""

import threading
import time
import uuid
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Generic, LiteralString, NamedTuple, Protocol, TypeVar

import structlog
from google.protobuf.message import Message
from psycopg.types.json import Jsonb
from sqlalchemy.exc import IntegrityError

from servicekit import trace
from servicekit.data.db import Answered, Database, Db, PendingEvent, digest_of, replay
from servicekit.data.outbox import pending
from servicekit.refusals import Refusal

log = structlog.get_logger()

# More share nothing that is worth a longer wait.
MOST_TOGETHER = 64
# A group of 24 takes a third less CPU than two of 12. So where so many came, as many are given the time that their
# writes took, but never longer than this, to come again.
_GATHERS_FROM = 8
_NEARLY_ALL = 0.9
_GATHER_SECONDS = 0.02

# What is done in company finds its rows by their keys. A plan made while a table was small would read it whole, and is
# kept while it grows to thousands of times of that, until statistics are made again.
_BEGIN = """
SELECT asked.n::int, known.request_sha256, known.answer
FROM (
  SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
    set_config('enable_mergejoin', 'off', true)
) AS by_key,
  unnest(%(actors)b::text[], %(request_ids)b::text[]) WITH ORDINALITY AS asked (caller, request_id, n)
LEFT JOIN LATERAL (
  SELECT request_sha256, answer FROM idempotency
  WHERE (caller, request_id) = (asked.caller, asked.request_id) AND method IN (%(method)s, %(formerly)s) OFFSET 0
) AS known ON true
"""
# Arrays go in binary (%b): as text, each string of them is quoted. Events come last, in the order of their callers
# and then what is said of several: theirs is the order of the outbox.
_RECORD = """
WITH entry AS (
  INSERT INTO audit (id, at, actor, method, resource, reason, before, after)
  SELECT id, at, actor, %(method)s, resource, reason, before, after
  FROM unnest(
    %(ids)b::uuid[], %(moments)b::timestamptz[], %(actors)b::text[], %(resources)b::text[], %(reasons)b::text[],
    %(before)b::jsonb[], %(after)b::jsonb[]
  ) AS entry (id, at, actor, resource, reason, before, after)
), remembered AS (
  INSERT INTO idempotency (caller, method, request_id, request_sha256, answer, at)
  SELECT caller, %(method)s, request_id, digest, answer, at
  FROM unnest(
    %(actors)b::text[], %(request_ids)b::text[], %(digests)b::bytea[], %(answers)b::bytea[], %(moments)b::timestamptz[]
  ) AS done (caller, request_id, digest, answer, at)
), told AS (
  INSERT INTO outbox (id, subject, payload, headers, at)
  SELECT event.id, event.subject, event.payload, event.headers, event.at
  FROM unnest(
    %(events)b::uuid[], %(subjects)b::text[], %(payloads)b::bytea[], %(headers)b::jsonb[], %(told_at)b::timestamptz[]
  ) WITH ORDINALITY AS event (id, subject, payload, headers, at, n)
  ORDER BY event.n
)
SELECT set_config('cadre.audit', %(first)s::text, true)
"""


class _Known(NamedTuple):
    """The place of one who asks, and what they were answered before, if they were."""

    n: int
    request_sha256: bytes
    answer: bytes | None


class What(Protocol):
    """What one caller wants. Two with the same *key* want the same row: they are never in one group."""

    @property
    def key(self) -> Hashable:
        """The row that is changed."""


W = TypeVar("W", bound=What)
R = TypeVar("R")


class Asked(Generic[W, R]):
    """One caller's part of a group: what they want, and what was decided about it."""

    __slots__ = (
        "actor", "after", "alone", "answer", "at", "before", "digest", "events", "failure", "reason", "request_id",
        "resource", "result", "traced", "turn", "what",
    )  # fmt: skip

    def __init__(self, what: W, *, actor: str, at: datetime, request_id: str, request: Message) -> None:
        self.what = what
        self.at = at
        self.actor = actor
        self.request_id = request_id
        self.digest = digest_of(request)
        self.traced = trace.current.get()
        # Held until somebody wakes them: half of what a semaphore costs.
        self.turn = threading.Lock()
        self.turn.acquire()
        self.forget()

    def forget(self) -> None:
        """Start over: nothing is decided."""
        self.resource, self.reason = "", ""
        self.before: dict[str, Any] | None = None
        self.after: dict[str, Any] | None = None
        self.events: list[PendingEvent] = []
        self.result: R | None = None
        self.answer: Message | None = None
        self.failure: Exception | None = None
        self.alone = False

    def changed(
        self, resource: str, *, before: dict[str, Any] | None = None, after: dict[str, Any] | None = None
    ) -> None:
        """Say for the audit entry what is changed, from what, to what. Ids and values, never names."""
        self.resource, self.before, self.after = resource, before, after

    def emit(self, message: Message) -> None:
        """Leave *message* in the outbox when the group commits."""
        self.events.append(pending(message, self.traced))

    @property
    def decided(self) -> bool:
        """Whether they get a result."""
        return self.result is not None


class Group(Generic[W, R]):
    """Those whose writes are done together.

    A statement that locks rows ends with *waits*. Only who is *alone* waits for a lock, and so only they can be told
    that a row is not there.
    """

    def __init__(self, asked: Sequence[Asked[W, R]], method: str, pack: Callable[[R], Message], *, alone: bool) -> None:
        self.asked = asked
        self.alone = alone
        self.waits: LiteralString = "" if alone else " SKIP LOCKED"
        self._method = method
        self._pack = pack
        self._told: list[tuple[datetime, PendingEvent]] = []
        self.recorded = False

    def __iter__(self) -> Iterator[Asked[W, R]]:
        """Give one after another."""
        return iter(self.asked)

    @contextmanager
    def deciding(self, one: Asked[W, R]) -> Iterator[None]:
        """Refuse *one*, and nobody else, with the refusal that is raised inside."""
        try:
            yield
        except Refusal as refusal:
            one.forget()
            one.failure = refusal

    def emit(self, message: Message, of: Sequence[Asked[W, R]]) -> None:
        """Leave *message*, a fact about several of them at once, in the outbox when the group commits.

        Said of those with a result, after everybody is decided.
        """
        event = pending(message, of[0].traced, (one.traced for one in of[1:]))
        self._told.append((max(one.at for one in of), event))

    def record(self, db: Db) -> list[Asked[W, R]]:
        """Write audit entries, events and answers of those with a result; return them. What is saved comes after it."""
        self.recorded = True
        done = []
        for one in self.asked:
            if one.result is not None:
                one.answer = self._pack(one.result)
                done.append(one)
        if not done:
            return done
        ids = [uuid.uuid4() for _ in done]
        told = [(one.at, event) for one in done for event in one.events] + self._told
        db.run(
            _RECORD,
            method=self._method,
            ids=ids,
            first=ids[0],
            moments=[one.at for one in done],
            actors=[one.actor for one in done],
            resources=[one.resource for one in done],
            reasons=[one.reason for one in done],
            before=[None if one.before is None else Jsonb(one.before) for one in done],
            after=[None if one.after is None else Jsonb(one.after) for one in done],
            request_ids=[one.request_id for one in done],
            digests=[one.digest for one in done],
            answers=[one.answer.SerializeToString(deterministic=True) for one in done if one.answer is not None],
            events=[event.id for _, event in told],
            subjects=[event.subject for _, event in told],
            payloads=[event.payload for _, event in told],
            headers=[Jsonb(event.headers) for _, event in told],
            told_at=[at for at, _ in told],
        )
        db.events.extend(event for _, event in told)
        return done


class Company(Generic[W, R]):
    """The callers of one method of a running service."""

    def __init__(
        self,
        database: Database,
        method: str,
        act: Callable[[Db, Group[W, R]], None],
        pack: Callable[[R], Message],
        *,
        formerly: str = "",
    ) -> None:
        self._database = database
        self.method = method
        # What it was called when a request may have been answered before.
        self._formerly = formerly
        # Told how many were done together.
        self.observe: Callable[[int], None] = lambda _: None
        self._act = act
        self._pack = pack
        self._waiting: list[Asked[W, R]] = []
        self._led = False
        # When the last group was done, how many are worth waiting for, how many seconds, and who does so now.
        self._ended = 0.0
        self._expected = 0.0
        self._patience = 0.0
        self._gathering: Asked[W, R] | None = None
        self._lock = threading.Lock()

    def write(self, one: Asked[W, R]) -> Message:
        """Do what one caller wants, with others who want it now; return their answer.

        Raises:
            Refusal: it is refused; nothing of it was written.
            Replayed: it was done before, and this was the answer.
        """
        with self._lock:
            self._waiting.append(one)
            leads, self._led = not self._led, True
            if self._gathering is not None and len(self._waiting) >= self._expected:
                self._gathering.turn.release()
                self._gathering = None
        if not leads:
            one.turn.acquire()
        if not (one.decided or one.failure or one.alone):
            self._lead(one)
        if one.alone:
            self._transact([one], alone=True)
        if isinstance(one.failure, Refusal | IntegrityError) and (answered := self._answered([one])):
            # A twin of this request may have won meanwhile, and be the very reason why this one fails.
            one.failure = replay(answered[0], one.digest)
        if one.failure is not None:
            raise one.failure
        if one.answer is None:
            raise RuntimeError(f"{self.method} decided nothing about a caller who was alone")
        return one.answer

    def _lead(self, leader: Asked[W, R]) -> None:
        """Do what the first of those who wait want, and hand on the lead."""
        self._gather(leader)
        with self._lock:
            group = self._take()
        began = time.perf_counter()
        try:
            self._transact(group, alone=False)
        finally:
            with self._lock:
                following = self._waiting[0] if self._waiting else None
                self._led = following is not None
                self._expected = _NEARLY_ALL * min(len(group) + len(self._waiting), MOST_TOGETHER)
                self._ended = time.perf_counter()
                self._patience = min(self._ended - began, _GATHER_SECONDS)
            # Whoever leads next is among those that were not taken, and so is woken by nobody else.
            for other in group[1:]:
                other.turn.release()
            if following is not None:
                following.turn.release()

    def _gather(self, leader: Asked[W, R]) -> None:
        """Wait until nearly as many are there as came a moment ago: for as long as the last group took, at most."""
        with self._lock:
            past = time.perf_counter() - self._ended > _GATHER_SECONDS
            if past or self._expected < _GATHERS_FROM or len(self._waiting) >= self._expected:
                return
            self._gathering = leader
        leader.turn.acquire(timeout=self._patience)
        with self._lock:
            self._gathering = None

    def _take(self) -> list[Asked[W, R]]:
        """Take the first of each key out of those who wait, the leader first of all."""
        taken: dict[Hashable, Asked[W, R]] = {}
        left = []
        for one in self._waiting:
            if len(taken) < MOST_TOGETHER and one.what.key not in taken:
                taken[one.what.key] = one
            else:
                left.append(one)
        self._waiting = left
        return list(taken.values())

    def _transact(self, asked: list[Asked[W, R]], *, alone: bool) -> None:
        """Do what *asked* want in one transaction; leave with each what came of it."""
        for one in asked:
            one.forget()
        try:
            with self._database.together() as db:
                known = self._known(db, asked)
                fresh = [one for n, one in enumerate(asked) if n not in known]
                group = Group(fresh, self.method, self._pack, alone=alone)
                if fresh:
                    self._act(db, group)
                if not group.recorded and any(one.decided for one in fresh):
                    raise RuntimeError(f"{self.method} did not record what it decided: call group.record(db)")  # noqa: TRY301
        except BaseException as error:
            self._failed(asked, error)
            if not isinstance(error, Exception):
                raise
            return
        self.observe(len(asked))
        for n, answered in known.items():
            asked[n].failure = replay(answered, asked[n].digest)
        for one in fresh:
            one.alone = not (one.decided or one.failure or alone)

    def _failed(self, asked: list[Asked[W, R]], error: BaseException) -> None:
        """Have each done alone, or tell the one who was by themselves."""
        if len(asked) > 1:
            log.warning("group_failed", method=self.method, callers=len(asked), error=type(error).__name__)
        for one in asked:
            one.forget()
            if len(asked) == 1:
                one.failure = error if isinstance(error, Exception) else RuntimeError(type(error).__name__)
            else:
                one.alone = True

    def _known(self, db: Db, asked: list[Asked[W, R]]) -> dict[int, Answered]:
        """Return which of *asked* were answered before."""
        rows = db.all(
            _Known,
            _BEGIN,
            method=self.method,
            formerly=self._formerly,
            actors=[one.actor for one in asked],
            request_ids=[one.request_id for one in asked],
        )
        return {row.n - 1: Answered(row.request_sha256, row.answer) for row in rows if row.answer is not None}

    def _answered(self, asked: list[Asked[W, R]]) -> dict[int, Answered]:
        with self._database.read() as db:
            return self._known(db, asked)
