"""Ballots and decisions: unpack, call, pack."""

from uuid import UUID

from cadre.curriculum.v1 import ballot_service_pb2 as pb
from cadre.curriculum.v1 import decision_service_pb2 as decision_pb
from curriculum.governance import ballots, queries, voting, wire
from curriculum.governance.queries import Reader, Waits
from curriculum.governance.rules.counting import Choice
from curriculum.governance.subjects import Subjects
from servicekit.data.db import Database, Db
from servicekit.rpc.calls import Call, Servicer
from servicekit.rpc.tokens import WHOLE
from servicekit.rpc.wire import caller, is_person


class BallotServicer(Servicer):
    """Answers `cadre.curriculum.v1.BallotService`."""

    service = pb.DESCRIPTOR.services_by_name["BallotService"]

    def __init__(self, database: Database, subjects: Subjects) -> None:
        super().__init__(database)
        self._subjects = subjects

    def CreateBallot(self, request: pb.CreateBallotRequest, call: Call) -> pb.Ballot:
        what, by = wire.prepared(request.ballot), caller(call.principal)
        with self.write(call, request) as db:
            ballot = ballots.create(db, what, self._subjects, by=by, writes=_reader(call).whole)
            return db.answer(_read(db, ballot, call))

    def OpenBallot(self, request: pb.OpenBallotRequest, call: Call) -> pb.Ballot:
        ballot, by = wire.ballot_id(request.name), caller(call.principal)
        with self.write(call, request) as db:
            ballots.open_(db, ballot, self._subjects, by=by)
            return db.answer(_read(db, ballot, call))

    def CastPosition(self, request: pb.CastPositionRequest, call: Call) -> pb.Ballot:
        ballot, by = wire.ballot_id(request.name), caller(call.principal)
        choice, words = wire.choice(request.choice), wire.words(request)
        with self.write(call, request) as db:
            _require_seen(db, ballot, call)
            voting.cast(db, ballot, request.seat, choice, words, digest=request.digest, by=by)
            return db.answer(_read(db, ballot, call))

    def LiftHold(self, request: pb.LiftHoldRequest, call: Call) -> pb.Ballot:
        ballot, by = wire.ballot_id(request.name), caller(call.principal)
        choice = wire.choice(request.choice, default=Choice.NO_OBJECTION)
        with self.write(call, request) as db:
            _require_seen(db, ballot, call)
            voting.lift(db, ballot, request.seat, choice, by=by)
            return db.answer(_read(db, ballot, call))

    def RecordPosition(self, request: pb.RecordPositionRequest, call: Call) -> pb.Ballot:
        ballot, by = wire.ballot_id(request.name), caller(call.principal)
        person, choice, words = wire.person_id(request.person), wire.choice(request.choice), wire.words(request)
        with self.write(call, request) as db:
            voting.record(db, ballot, request.seat, person, choice, words, by=by)
            return db.answer(_read(db, ballot, call))

    def ContestPosition(self, request: pb.ContestPositionRequest, call: Call) -> pb.Ballot:
        ballot, by = wire.ballot_id(request.name), caller(call.principal)
        with self.write(call, request) as db:
            _require_seen(db, ballot, call)
            voting.contest(db, ballot, request.number, request.reason.strip(), by=by)
            return db.answer(_read(db, ballot, call))

    def CloseBallot(self, request: pb.CloseBallotRequest, call: Call) -> pb.Ballot:
        ballot, by = wire.ballot_id(request.name), caller(call.principal)
        with self.write(call, request) as db:
            ballots.close(db, ballot, self._subjects, by=by)
            return db.answer(_read(db, ballot, call))

    def WithdrawBallot(self, request: pb.WithdrawBallotRequest, call: Call) -> pb.Ballot:
        ballot, by = wire.ballot_id(request.name), caller(call.principal)
        with self.write(call, request) as db:
            ballots.withdraw(db, ballot, request.reason.strip(), by=by)
            return db.answer(_read(db, ballot, call))

    def GetBallot(self, request: pb.GetBallotRequest, call: Call) -> pb.Ballot:
        ballot = wire.ballot_id(request.name)
        with self.read() as db:
            return _read(db, ballot, call)

    def GetBallotText(self, request: pb.GetBallotTextRequest, call: Call) -> pb.BallotText:
        ballot = wire.ballot_id(request.name)
        with self.read() as db:
            row = queries.get_ballot(db, ballot, _reader(call)).row
            text = self._subjects.of(row.subject).text
            said = text(db, row.subject, row.digest) if text else pb.BallotText()
        said.name = request.name
        return said

    def ListBallots(self, request: pb.ListBallotsRequest, call: Call) -> pb.ListBallotsResponse:
        page, body = self.page_of(request), wire.body_id(request.parent) if request.parent else ""
        with self.read() as db:
            rows = queries.list_ballots(
                db, page, _reader(call), body=body, waits=_waits(request), states=wire.states(request.states)
            )
            shown, token = page.cut(rows, lambda row: [row.created_at, row.id])
            decided = queries.decisions_of(db, [row.id for row in shown])
        return pb.ListBallotsResponse(
            ballots=[wire.ballot_line(row, decided.get(row.id)) for row in shown], next_page_token=token
        )


class DecisionServicer(Servicer):
    """Answers `cadre.curriculum.v1.DecisionService`."""

    service = decision_pb.DESCRIPTOR.services_by_name["DecisionService"]

    def GetDecision(self, request: decision_pb.GetDecisionRequest, call: Call) -> decision_pb.Decision:
        decision = wire.decision_id(request.name)
        with self.read() as db:
            return wire.decision(*queries.get_decision(db, decision, _reader(call)))

    def CorrectDecision(self, request: decision_pb.CorrectDecisionRequest, call: Call) -> decision_pb.Decision:
        decision, by = wire.decision_id(request.name), caller(call.principal)
        motion, reason = request.motion.strip(), request.reason.strip()
        with self.write(call, request) as db:
            row = ballots.correct(db, decision, motion, reason, by=by)
            return db.answer(wire.decision(row, None))

    def ListDecisions(self, request: decision_pb.ListDecisionsRequest, call: Call) -> decision_pb.ListDecisionsResponse:
        page, (body, subject) = self.page_of(request), wire.parent(request.parent)
        with self.read() as db:
            rows = queries.list_decisions(db, page, _reader(call), body=body, subject=subject)
        shown, token = page.cut(rows, lambda row: [row.decided_at, row.id])
        lines = [wire.decision_line(row, by_name=True) for row in shown]
        return decision_pb.ListDecisionsResponse(decisions=lines, next_page_token=token)


def _reader(call: Call) -> Reader:
    """Return who asks; who writes courses sees what all bodies vote on."""
    person = caller(call.principal) if is_person(call.principal) else None
    return Reader(person, whole=WHOLE in call.principal.rights.get("courses.write", ()))


def _waits(request: pb.ListBallotsRequest) -> Waits:
    if request.mine_to_do:
        return Waits.TO_DO
    return Waits.TO_VOTE if request.mine_to_vote else Waits.NOT_ASKED


def _read(db: Db, ballot: UUID, call: Call) -> pb.Ballot:
    reader = _reader(call)
    db.flush()
    sheet = queries.get_ballot(db, ballot, reader)
    return wire.ballot(sheet, reader, queries.decisions_of(db, [ballot]).get(ballot), call.now)


def _require_seen(db: Db, ballot: UUID, call: Call) -> None:
    """Refuse as if there were none what the caller may not see."""
    queries.get_ballot(db, ballot, _reader(call))
