"""The services of this tree, by their folders: nothing else names them all.

An image is laid out as the source tree is, so both find them in the same way.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

ROOT = Path(__file__).resolve().parents[4]


class Declared(BaseModel, extra="forbid", frozen=True):
    """What a service says of itself in its pyproject.toml, `[tool.cadre]`; most have nothing to say.

    *answers*: calls, or pages; what answers calls hears events, too. *key_in* are the roles in which it needs its
    private key, *rights* what it may do by itself with that key. What *keeps_files* has a folder for them, that stays.
    *asks* are the services that its work calls: an exception, since services keep the copies they need. What
    *sends_mail* hands it to a server outside; what *calls_out* calls other systems wherever they are. What *decides* is
    told which bodies do.
    """

    answers: Literal["grpc", "http"] = "grpc"
    key_in: tuple[Literal["serve", "work"], ...] = ()
    rights: tuple[str, ...] = ()
    keeps_files: bool = False
    asks: tuple[str, ...] = ()
    sends_mail: bool = False
    calls_out: bool = False
    decides: bool = False


@cache
def services() -> dict[str, Declared]:
    """Return every service with what it says of itself, by name.

    Raises:
        LookupError: there is none, so this is not the tree.
        ValidationError: one says what nobody understands.
    """
    files = sorted(ROOT.glob("services/*/pyproject.toml"))
    if not files:
        raise LookupError(f"{ROOT} holds no services")
    return {
        file.parent.name: Declared.model_validate(
            tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get("cadre", {})
        )
        for file in files
    }


def back_ends() -> tuple[str, ...]:
    """Return the services that answer calls and tell what happened."""
    return tuple(name for name, said in services().items() if said.answers == "grpc")
