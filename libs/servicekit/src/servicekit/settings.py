"""The settings of a process, read once from the environment, by `__main__` only."""

import os
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SecretsSettingsSource, SettingsConfigDict

SECRETS_DIR = "CADRE_SECRETS_DIR"


def optional_file(path: str) -> Path | None:
    """Give the file that a setting names, or None: nothing is named, or it would be in a folder that is empty.

    Containers are given a folder in case the operator puts something into it. One that holds anything but the file is a
    mistake that is to be found, and so is one that is not there: then the file is given, and cannot be read.
    """
    if not path:
        return None
    file = Path(path)
    # Kubernetes keeps hidden entries of its own in the folder of a secret, also of one that there is not.
    empty = file.parent.is_dir() and all(entry.name.startswith(".") for entry in file.parent.iterdir())
    return None if empty else file


class Settings(BaseSettings):
    """What a process must know to start: `CADRE_<NAME>` in the environment. Missing or malformed = no start.

    What must not stand in the environment is read from the file `cadre_<name>` in the folder `CADRE_SECRETS_DIR`.
    """

    model_config = SettingsConfigDict(env_prefix="CADRE_", frozen=True, extra="ignore")

    service: str
    database_url: str = ""
    nats_url: str = ""
    # 0 = any free port.
    grpc_port: int = 0
    metrics_port: int = 0
    http_port: int = 8000
    # The address that calls, pages and metrics are answered on. On a machine of its own: 0.0.0.0.
    listen_host: str = "127.0.0.1"
    # Where visitors find the pages, such as https://cadre.example.gov; empty on a machine of one's own.
    public_url: str = ""
    # Where links in what is sent to people lead; empty = the address above.
    pages_url: str = ""
    # The server that mail is handed to; none = it does not leave. The password is a secret.
    mail_host: str = ""
    mail_port: int = 587
    mail_security: Literal["starttls", "tls", "none"] = "starttls"
    mail_user: str = ""
    mail_password: str = ""
    mail_from: str = "cadre@example.org"
    # What the server takes from us in a minute, and whether mail goes out of office hours too.
    mails_a_minute: int = 3000
    mail_at_any_hour: bool = False
    # An address to which a mail of each rule goes, so that it is seen that mail arrives; none = none goes.
    mail_canary: str = ""
    # Mail that comes back is taken at this domain and port by the process that works; no domain = none is.
    mail_bounce_domain: str = ""
    mail_bounce_port: int = 2525
    # Files with a certificate for that domain and its key: STARTTLS is offered, and required of servers if so said.
    mail_bounce_certificate: str = ""
    mail_bounce_key: str = ""
    mail_bounce_tls_required: bool = False
    # Calls to other systems may go to this very machine, without TLS: for a demonstration and for tests only.
    webhooks_to_this_machine: bool = False
    # Above every page: a line that says whose site it is, if anything. Beside the name of Cadre: whose it is, as
    # text, and an image (the path of an SVG or PNG) that shows the same.
    banner: str = ""
    wordmark: str = ""
    wordmark_image: str = ""
    # Who signs people in for the pages: the path of a file of OpenID providers; empty, or its folder empty = none does.
    oidc_file: str = ""
    # For so many days the pages keep who looked at whose record; a year at least.
    disclosure_days: int = Field(default=1096, ge=366)
    # Proxies that are believed about the visitor's address and about TLS: addresses or networks, by commas.
    trusted_proxies: str = "127.0.0.1"
    # Copies of each event that a cluster of NATS servers keeps: 3 of 3. One server keeps one.
    stream_replicas: int = 1
    # Addresses of the other services: name -> host:port.
    peers: dict[str, str] = Field(default_factory=dict)
    keys_dir: Path = Path(".cadre/keys")
    state_file: Path | None = None
    # The folder of a service that keeps large files, the same for all its processes, and how much may be in it.
    files_dir: Path = Path(".cadre/files")
    files_gib: int = 50
    # Who decides, by the last part of the address: on content, and on what is begun and what becomes of it.
    content_body: str = "pcdrt"
    steering_body: str = "stsc"
    # Personas and synthetic data are allowed.
    demo: bool = False
    log_json: bool = True
    # Start, once, on a database that is known to have lost something: after a failover, never instead of a restore.
    accept_loss: bool = False
    # Where spans go by OTLP over gRPC, such as http://collector:4317; empty = none are made.
    otlp_endpoint: str = Field(
        default="",
        validation_alias=AliasChoices(
            "CADRE_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"
        ),
    )
    # What the image was built from, for the operator's page; empty = the version of the package.
    software_version: str = ""
    # Threads that answer RPCs. Most of those of a busy minute wait for a transaction that they share with others.
    threads: int = 32
    # Database connections for them. More would wait for the interpreter, not for the database.
    connections: int = 10

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the base class's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Look into what is said by the caller, then the environment, then the files of the secrets' folder."""
        folder = os.environ.get(SECRETS_DIR)
        files = (SecretsSettingsSource(settings_cls, secrets_dir=folder),) if folder else ()
        return init_settings, env_settings, *files
