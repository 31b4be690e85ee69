"""What all handlers of the directory share."""

from cadre.directory.v1 import directory_service_pb2 as pb
from directory.roster_work import RosterWorker
from directory.rules.roles import STATE
from servicekit.db import Database
from servicekit.rpc import Call, Servicer
from servicekit.tokens import Signer


class DirectoryBase(Servicer):
    """The contract, the signer of tokens and the worker on roster files."""

    service = pb.DESCRIPTOR.services_by_name["DirectoryService"]

    def __init__(self, database: Database, signer: Signer, worker: RosterWorker, *, demonstration: bool) -> None:
        super().__init__(database)
        self.signer = signer
        self.worker = worker
        self.demonstration = demonstration

    @staticmethod
    def readable(call: Call) -> tuple[list[str], bool]:
        """Return the agencies whose people the caller reads, and whether she reads those of all."""
        reach = call.principal.rights.get("people.read", frozenset())
        return [name.removeprefix("agencies/") for name in reach if name.startswith("agencies/")], STATE in reach
