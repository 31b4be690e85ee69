"""Tokens and personas."""

from cadre.directory.v1 import directory_service_pb2 as pb
from directory import wire
from directory.rpc.base import DirectoryBase
from directory.sign_in import personas, queries, tokens
from servicekit import names
from servicekit.rpc.calls import Call


class SignInRpcs(DirectoryBase):
    """Handlers of sign-in. They write nothing: a token is a statement, not a record."""

    def ExchangeSignIn(self, request: pb.ExchangeSignInRequest, call: Call) -> pb.Token:
        with self.read() as db:
            if request.person.startswith("staffNumbers/"):
                number = names.one("staffNumbers/{number}", request.person, field="person")
                person_id = queries.person_id_of(db, number)
            else:
                person_id = wire.person_id(request.person)
            return wire.token(tokens.exchange(db, self.signer, person_id=person_id, at=call.now))

    def GetSignInPerson(self, request: pb.GetSignInPersonRequest, call: Call) -> pb.SignInPerson:
        with self.read() as db:
            return wire.sign_in_person(tokens.named(db, **wire.sign_in_key(request), at=call.now))

    def ListPersonas(self, request: pb.ListPersonasRequest, call: Call) -> pb.ListPersonasResponse:  # noqa: ARG002
        with self.read() as db:
            rows = personas.personas(db, demonstration=self.demonstration, at=call.now)
        return pb.ListPersonasResponse(personas=map(wire.persona, rows))
