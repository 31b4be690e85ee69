"""The processes of Cadre, one row for each service of the tree, and the environment that each is given."""

import enum
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from servicekit.rpc import keys
from servicekit.tree import Declared, back_ends, services

POSTGRES = "postgres"
NATS = "nats"
SERVERS = (POSTGRES, NATS)


class Answer(enum.Enum):
    """How a process says that it is ready."""

    GRPC = "the gRPC health service"
    HTTP = "GET /healthz"


@dataclass(frozen=True)
class Process:
    """One row of the table: a process that the supervisor keeps running.

    *migrate* makes the schema current; *needs* are started before and stopped after; *publishes* are the subjects
    that its NATS account may publish; *key_in* are the roles in which it needs its private key; who *keeps_files* has
    a folder of large ones; *asks* are the services that its work calls; who *sends_mail* hands it to a server outside;
    who *calls_out* calls other systems; who *decides* is told which bodies do.
    """

    name: str
    command: tuple[str, ...]
    migrate: tuple[str, ...] = ()
    database: bool = True
    needs: tuple[str, ...] = SERVERS
    publishes: tuple[str, ...] = ()
    key_in: tuple[str, ...] = ()
    keeps_files: bool = False
    asks: tuple[str, ...] = ()
    sends_mail: bool = False
    calls_out: bool = False
    decides: bool = False
    answer: Answer = Answer.GRPC


def _process(name: str, said: Declared) -> Process:
    pages = said.answers == "http"
    return Process(
        name=name,
        command=(sys.executable, "-m", name, "all"),
        migrate=(sys.executable, "-m", name, "migrate"),
        needs=(*SERVERS, *BACK_ENDS) if pages else SERVERS,
        publishes=() if pages else (f"cadre.{name}.>",),
        key_in=said.key_in,
        keeps_files=said.keeps_files,
        asks=said.asks,
        sends_mail=said.sends_mail,
        calls_out=said.calls_out,
        decides=said.decides,
        answer=Answer.HTTP if pages else Answer.GRPC,
    )


BACK_ENDS = back_ends()

# Who asks the others comes after them.
PROCESSES = tuple(
    _process(name, said) for name, said in sorted(services().items(), key=lambda row: row[0] not in BACK_ENDS)
)

# Where a container has the large files of its service; who looks after all has each service's in a folder by its name.
FILES_ROOT = Path("/files")

# The one who issues tokens for people, and the rights of everybody else who has a key.
ISSUER = "directory"
PRINCIPALS: Mapping[str, Sequence[str]] = {
    **{name: said.rights for name, said in services().items() if said.key_in and name != ISSUER},
    "cli": (
        "agencies.read",
        "catalogue.read",
        "courses.write",
        "operations.read",
        "operations.write",
        "people.read",
        "people.write",
        "reference.import",
        "assignments.read",
        "readiness.read",
        "readiness.read_agency",
        "roles.grant",
        "roster.import",
        "tests.write",
    ),
}
# The demonstration acts for its personas through the sign-in, so nobody else is given this.
DEMO_PRINCIPALS: Mapping[str, Sequence[str]] = {"demo": (*PRINCIPALS["cli"], "sign_ins.exchange")}


@dataclass(frozen=True)
class Ports:
    """The ports of one process on 127.0.0.1: where it serves, and where it shows its metrics."""

    serve: int
    metrics: int


@dataclass(frozen=True)
class Site:
    """Where everything of one ``cadre up`` is: its folder, its ports, its servers."""

    data_dir: Path
    ports: Mapping[str, Ports]
    database_urls: Mapping[str, str]
    nats_urls: Mapping[str, str]
    demo: bool

    @property
    def state_file(self) -> Path:
        """What runs, for tests and the operator's page."""
        return self.data_dir / "state.json"

    @property
    def keys_dir(self) -> Path:
        """The keys that tokens are signed and verified with."""
        return self.data_dir / "keys"

    def files_dir(self, name: str) -> Path:
        """Where a service keeps its large files."""
        return files_dir(self.data_dir, name)


def files_dir(data_dir: Path, name: str) -> Path:
    """Where, in the folder of ``cadre up``, a service keeps its large files."""
    return data_dir / "files" / name


def environment(process: Process, processes: Iterable[Process], site: Site) -> dict[str, str]:
    """Give the whole environment of *process*: ours, and the variables that every service reads."""
    ports = site.ports[process.name]
    peers = {peer.name: f"127.0.0.1:{site.ports[peer.name].serve}" for peer in processes if peer.answer is Answer.GRPC}
    # Bytecode that is kept saves each service a second or two at every start.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return inherited | {
        "PYTHONUNBUFFERED": "1",
        "CADRE_SERVICE": process.name,
        "CADRE_DATABASE_URL": site.database_urls.get(process.name, ""),
        "CADRE_NATS_URL": site.nats_urls.get(process.name, ""),
        "CADRE_HTTP_PORT" if process.answer is Answer.HTTP else "CADRE_GRPC_PORT": str(ports.serve),
        "CADRE_METRICS_PORT": str(ports.metrics),
        "CADRE_KEYS_DIR": str(site.keys_dir),
        "CADRE_STATE_FILE": str(site.state_file),
        "CADRE_FILES_DIR": str(site.files_dir(process.name)),
        "CADRE_PEERS": json.dumps(peers),
        # What is sent to people leads them there.
        "CADRE_PAGES_URL": "".join(
            f"http://127.0.0.1:{site.ports[peer.name].serve}" for peer in processes if peer.answer is Answer.HTTP
        ),
        "CADRE_DEMO": "1" if site.demo else "0",
    }


def ensure_keys(site: Site) -> None:
    """Make the keys that are missing."""
    keys.ensure_keys(site.keys_dir, ISSUER, {**PRINCIPALS, **(DEMO_PRINCIPALS if site.demo else {})})
