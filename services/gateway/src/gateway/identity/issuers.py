"""Who is believed about a person: OpenID providers, named in a file by the operator.

Each issuer vouches for the people of its own agencies, or for everybody if it is the state's. docs/runbook/sign-in.md
shows the file.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

STAFF_NUMBER, EMAIL = "staff_number", "email"
WHOLE_STATE = "state"
_KNOWN = {"slug", "title", "url", "client_id", "client_secret_file", "agencies", "claim", "claim_name"}
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ON_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


class IssuersWrong(ValueError):  # noqa: N818 - said to an operator
    """The file of issuers cannot be used; the message says where and why."""


@dataclass(frozen=True)
class Issuer:
    """One OpenID provider. *agencies*: `agencies/{slug}` of those it vouches for; None = everybody in the state."""

    slug: str
    title: str
    url: str
    client_id: str
    client_secret: str = field(repr=False)
    agencies: tuple[str, ...] | None
    # What its claim *claim_name* holds: a staff number, or an e-mail address that the issuer says it verified.
    claim: str
    claim_name: str


def load(file: Path | None) -> Mapping[str, Issuer]:
    """Read the issuers by slug, in the order of the file; none without a file."""
    if file is None:
        return {}
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise IssuersWrong(f"{file} cannot be read: {error}") from None
    tables = content.get("issuer")
    if not isinstance(tables, list) or set(content) != {"issuer"}:
        raise IssuersWrong(f"{file} must hold [[issuer]] tables, and nothing else")
    issuers: dict[str, Issuer] = {}
    for number, table in enumerate(tables, 1):
        issuer = _issuer(table, f"{file}, issuer {number}", file.parent)
        if issuer.slug in issuers:
            raise IssuersWrong(f"{file}, issuer {number}: the slug {issuer.slug} is taken")
        issuers[issuer.slug] = issuer
    return issuers


def _issuer(table: Mapping[str, Any], where: str, folder: Path) -> Issuer:
    strange = sorted(set(table) - _KNOWN)
    if strange:
        raise IssuersWrong(f"{where}: unknown {', '.join(strange)}")
    slug, url = _text(table, "slug", where), _text(table, "url", where)
    if not _SLUG.fullmatch(slug):
        raise IssuersWrong(f"{where}: slug must be small letters, figures and hyphens")
    address = urlsplit(url)
    if address.scheme != "https" and address.hostname not in _ON_THIS_MACHINE:
        raise IssuersWrong(f"{where}: url must begin with https://")
    claim = _text(table, "claim", where)
    if claim not in (STAFF_NUMBER, EMAIL):
        raise IssuersWrong(f"{where}: claim must be {STAFF_NUMBER} or {EMAIL}")
    return Issuer(
        slug=slug,
        title=_text(table, "title", where),
        url=url,
        client_id=_text(table, "client_id", where),
        client_secret=_secret(folder / _text(table, "client_secret_file", where), where),
        agencies=_agencies(table.get("agencies"), where),
        claim=claim,
        claim_name=_text(table, "claim_name", where) if "claim_name" in table else claim,
    )


def _text(table: Mapping[str, Any], name: str, where: str) -> str:
    value = table.get(name)
    if not isinstance(value, str) or not value.strip():
        raise IssuersWrong(f"{where}: {name} is missing")
    return value.strip()


def _secret(file: Path, where: str) -> str:
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise IssuersWrong(f"{where}: client_secret_file cannot be read: {error}") from None
    if not secret:
        raise IssuersWrong(f"{where}: {file} is empty")
    return secret


def _agencies(value: object, where: str) -> tuple[str, ...] | None:
    """Whom it vouches for. It must be spelled out: what is left out must not mean everybody."""
    if value == WHOLE_STATE:
        return None
    slugs = value if isinstance(value, list) else []
    if not slugs or not all(isinstance(one, str) and _SLUG.fullmatch(one) for one in slugs):
        raise IssuersWrong(f'{where}: agencies must be a list such as ["lake"], or "{WHOLE_STATE}"')
    return tuple(f"agencies/{one}" for one in slugs)
