"""What may be in a demonstration and must not be in production."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from cadre_cli import processes as table
from cadre_cli.doctor.finding import Finding
from servicekit import keys

_YES = {"1", "true", "yes", "on"}


def examine(environment: Mapping[str, str], keys_dir: Path) -> Iterator[Finding]:
    """Whether visitors may be let in: no personas, no key of the demonstration, TLS in front."""
    yield _demonstration(environment)
    yield _keys(keys_dir)
    yield _tls(environment)


def _demonstration(environment: Mapping[str, str]) -> Finding:
    if environment.get("CADRE_DEMO", "").strip().lower() in _YES:
        mend = "Unset CADRE_DEMO for every process: with it, anybody signs in as anybody."
        return Finding("Personas", "CADRE_DEMO is on", mend)
    return Finding("Personas", "off")


def _keys(folder: Path) -> Finding:
    """Look for keys with rights that no production key has: the demonstration's signs in as any person."""
    try:
        known = json.loads((folder / keys.PUBLIC_FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        known = {}
    named = {table.ISSUER, *table.PRINCIPALS}
    strange = sorted(set(known) - named)
    wider = sorted(
        name for name in set(known) & named if set(known[name]["rights"]) - set(table.PRINCIPALS.get(name, ()))
    )
    if strange or wider:
        words = [f"{name} is a key of a demonstration" for name in strange]
        words += [f"{name} has more rights than this release gives it" for name in wider]
        mend = "Make keys of production's own in a new folder: cadre secrets FOLDER"
        return Finding("Demonstration keys", "; ".join(words), mend)
    return Finding("Demonstration keys", "none")


def _tls(environment: Mapping[str, str]) -> Finding:
    url = environment.get("CADRE_PUBLIC_URL", "")
    if not url.startswith("https://"):
        mend = "Put TLS in front (deploy/caddy) and set CADRE_PUBLIC_URL to the address that visitors type: https://…"
        return Finding("TLS", f"visitors come by {url or 'an address that CADRE_PUBLIC_URL does not say'}", mend)
    return Finding("TLS", f"visitors come by {url}")
