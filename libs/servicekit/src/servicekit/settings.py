"""The settings of a process, read once from the environment, by `__main__` only."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What a process must know to start: `CADRE_<NAME>` in the environment. Missing or malformed = no start."""

    model_config = SettingsConfigDict(env_prefix="CADRE_", frozen=True, extra="ignore")

    service: str
    database_url: str = ""
    nats_url: str = ""
    # 0 = any free port.
    grpc_port: int = 0
    metrics_port: int = 0
    http_port: int = 8000
    # Addresses of the other services: name -> host:port.
    peers: dict[str, str] = Field(default_factory=dict)
    keys_dir: Path = Path(".cadre/keys")
    state_file: Path | None = None
    # Personas and synthetic data are allowed.
    demo: bool = False
    log_json: bool = True
    # Threads that answer RPCs, and database connections for them. More would wait for the interpreter, not for the
    # database: with 16, 32 callers on 2 cores cost a seventh more CPU a call, and the slowest took half as long again.
    threads: int = 10
