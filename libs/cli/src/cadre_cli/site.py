"""What every place has in common: which processes there are, what each is told, and what it may use."""

import json
from collections.abc import Collection
from dataclasses import dataclass

from cadre_cli import processes as table
from cadre_cli import secret_files
from cadre_cli.processes import FILES_ROOT, Answer, Process

GRPC_PORT, HTTP_PORT, METRICS_PORT = 9000, 8000, 9100
# Where mail that comes back is taken, behind port 25 of the outside.
BOUNCE_PORT = 2525
SECRETS_DIR = "/run/secrets"
# Who decides on courses under way, unless the operator says otherwise.
BODIES = {"CADRE_CONTENT_BODY": "pcdrt", "CADRE_STEERING_BODY": "stsc"}
# Who signs people in, beside the secrets of this installation since it comes from the agencies' providers, if at all.
OIDC_DIR = "/run/oidc"
OIDC_FILE = f"{OIDC_DIR}/issuers.toml"
PUBLIC_KEYS = "public.json"


@dataclass(frozen=True)
class Need:
    """What a process of a role is given: CPUs and MiB at most, and what the scheduler sets aside for it."""

    cpus: float
    memory_mib: int
    reserved_cpus: float
    reserved_mib: int


NEEDS = {
    "serve": Need(cpus=2.0, memory_mib=768, reserved_cpus=0.25, reserved_mib=256),
    "work": Need(cpus=2.0, memory_mib=768, reserved_cpus=0.25, reserved_mib=256),
    "migrate": Need(cpus=1.0, memory_mib=512, reserved_cpus=0.1, reserved_mib=128),
}


def roles(process: Process) -> tuple[str, ...]:
    """Give the roles that run for good: pages have no work of their own."""
    return ("serve",) if process.answer is Answer.HTTP else ("serve", "work")


def command(process: Process, role: str) -> list[str]:
    """Give the command line of *process* in *role*."""
    return ["python", "-m", process.name, role]


def environment(process: Process, role: str) -> dict[str, str]:
    """Give what *process* is told in *role* beside its secrets; where it listens is said by the image."""
    if role == "migrate":
        return {}
    said = {"CADRE_METRICS_PORT": str(METRICS_PORT)}
    if process.keeps_files:
        said["CADRE_FILES_DIR"] = str(FILES_ROOT)
    if process.answer is Answer.HTTP:
        return said | {"CADRE_HTTP_PORT": str(HTTP_PORT), "CADRE_PEERS": peers(), "CADRE_OIDC_FILE": OIDC_FILE}
    if role == "serve":
        said["CADRE_GRPC_PORT"] = str(GRPC_PORT)
    if role == "work" and process.asks:
        said["CADRE_PEERS"] = peers(process.asks)
    return said


def peers(names: Collection[str] = table.BACK_ENDS) -> str:
    """Say where services answer calls, as the setting of that name."""
    return json.dumps({name: f"{name}:{GRPC_PORT}" for name in names})


def secrets(process: Process, role: str) -> dict[str, str]:
    """Give the secrets of *process* in *role*: file of `cadre secrets` -> name under which the process finds it."""
    given = {secret_files.database_url(process.name): "cadre_database_url"}
    if role == "migrate":
        return given
    if process.publishes:
        given[secret_files.nats_url(process.name)] = "cadre_nats_url"
    if role == "serve":
        # Tokens are verified by all who answer calls.
        given[PUBLIC_KEYS] = PUBLIC_KEYS
    if role == "work" and process.sends_mail:
        given[secret_files.MAIL_PASSWORD] = "cadre_mail_password"
    if role in process.key_in:
        given[f"{process.name}.pem"] = f"{process.name}.pem"
    return given


def keeper_secrets() -> list[str]:
    """Give the secrets of whoever backs up, restores and examines an installation, by the names of their files."""
    files = [secret_files.database_url(process.name) for process in table.PROCESSES]
    return [*files, secret_files.OPERATOR_NATS_URL, PUBLIC_KEYS, "cli.pem"]


def desk_secrets() -> list[str]:
    """Give the secrets of whoever brings data in by the services' own calls."""
    return [PUBLIC_KEYS, "cli.pem"]
