"""Tokens and personas."""

from cadre.directory.v1 import sign_in_service_pb2 as pb
from directory.people import wire as people_wire
from directory.sign_in import personas, queries, tokens, wire
from servicekit import names
from servicekit.data.db import Database
from servicekit.rpc.calls import Call, Servicer
from servicekit.rpc.tokens import Signer


class SignInServicer(Servicer):
    """Answers `cadre.directory.v1.SignInService`. They write nothing: a token is a statement, not a record."""

    service = pb.DESCRIPTOR.services_by_name["SignInService"]

    def __init__(self, database: Database, signer: Signer, *, demonstration: bool) -> None:
        super().__init__(database)
        self.signer = signer
        self.demonstration = demonstration

    def ExchangeSignIn(self, request: pb.ExchangeSignInRequest, call: Call) -> pb.Token:
        with self.read() as db:
            if request.person.startswith("staffNumbers/"):
                number = names.one("staffNumbers/{number}", request.person, field="person")
                person_id = queries.person_id_of(db, number)
            else:
                person_id = people_wire.person_id(request.person)
            return wire.token(tokens.exchange(db, self.signer, person_id=person_id, at=call.now))

    def GetSignInPerson(self, request: pb.GetSignInPersonRequest, call: Call) -> pb.SignInPerson:
        with self.read() as db:
            return wire.sign_in_person(tokens.named(db, **wire.sign_in_key(request), at=call.now))

    def BatchGetNames(self, request: pb.BatchGetNamesRequest, call: Call) -> pb.BatchGetNamesResponse:  # noqa: ARG002
        ids = people_wire.person_ids(request.people, "people", most=wire.MOST_NAMES)
        with self.read() as db:
            return pb.BatchGetNamesResponse(names=map(wire.person_name, queries.called(db, ids)))

    def ListPersonas(self, request: pb.ListPersonasRequest, call: Call) -> pb.ListPersonasResponse:  # noqa: ARG002
        with self.read() as db:
            rows = personas.personas(db, demonstration=self.demonstration, at=call.now)
        return pb.ListPersonasResponse(personas=map(wire.persona, rows))
