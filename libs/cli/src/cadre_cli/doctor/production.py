"""What may be in a demonstration and must not be in production."""

import ipaddress
import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from cadre_cli import processes as table
from cadre_cli.doctor.finding import Finding
from servicekit.rpc import keys
from servicekit.settings import optional_file

_YES = {"1", "true", "yes", "on"}


def examine(environment: Mapping[str, str], keys_dir: Path) -> Iterator[Finding]:
    """Whether visitors may be let in: no personas, no key of the demonstration, TLS in front, a way to sign in."""
    yield _demonstration(environment)
    yield _keys(keys_dir)
    yield _tls(environment)
    yield _sign_in(environment, keys_dir)


def _demonstration(environment: Mapping[str, str]) -> Finding:
    if environment.get("CADRE_DEMO", "").strip().lower() in _YES:
        mend = "Unset CADRE_DEMO for every process, or leave out --demo: with it, anybody signs in as anybody."
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
    if _is_this_machine(urlsplit(url).hostname or ""):
        mend = "Say the name that visitors type: CADRE_SITE in the file .env, or CADRE_PUBLIC_URL. Then start again."
        return Finding("TLS", f"visitors come by {url}, which is this machine's name for itself", mend)
    return Finding("TLS", f"visitors come by {url}")


def _is_this_machine(host: str) -> bool:
    """Say whether *host* names whatever machine it is typed on."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host in ("", "localhost", "localhost.localdomain") or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def _sign_in(environment: Mapping[str, str], folder: Path) -> Finding:
    """Look for a way in: providers that a file names, or invitations, which the gateway's key makes."""
    check, named = "Sign-in", optional_file(environment.get("CADRE_OIDC_FILE", ""))
    if named:
        return _issuers(check, named)
    try:
        rights = json.loads((folder / keys.PUBLIC_FILE).read_text(encoding="utf-8"))["gateway"]["rights"]
    except (FileNotFoundError, json.JSONDecodeError, KeyError):
        rights = []
    if "sign_ins.exchange" not in rights:
        mend = "Name providers in CADRE_OIDC_FILE (docs/runbook/sign-in.md), or make the keys: cadre secrets FOLDER"
        return Finding(check, "no provider is named, and without a key of the gateway nobody can be invited", mend)
    return Finding(check, "by invitation only; the first one: docs/runbook/sign-in.md")


def _issuers(check: str, file: Path) -> Finding:
    """Whether the file of providers can be read, with the secrets that it names; the gateway looks closer."""
    try:
        issuers = tomllib.loads(file.read_text(encoding="utf-8"))["issuer"]
        for issuer in issuers:
            (file.parent / issuer["client_secret_file"]).read_text(encoding="utf-8")
        titles = ", ".join(issuer["title"] for issuer in issuers)
    except (OSError, ValueError, KeyError, TypeError) as error:
        mend = f"Correct {file} as docs/runbook/sign-in.md shows it: the gateway does not start with it."
        return Finding(check, f"the file of providers cannot be used: {error}", mend)
    return Finding(check, f"by {titles}")
