"""The keys by which callers are known: one Ed25519 pair per principal, the public halves in one file.

`public.json` says of each key whether it speaks for itself alone, with the rights listed there, or may issue tokens
for anybody (the issuer). It is configuration that an operator reads; private halves are `<name>.pem`, mode 0600.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PUBLIC_FILE = "public.json"


@dataclass(frozen=True)
class KnownKey:
    """A public key and what it is good for: `rights` is None for the issuer, who speaks for anybody."""

    public: Ed25519PublicKey
    rights: frozenset[str] | None


def ensure_keys(folder: Path, issuer: str, principals: Mapping[str, Sequence[str]]) -> None:
    """Make the keys of *issuer* and of *principals* (name -> rights) that are not there yet; rewrite `public.json`."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    known: dict[str, dict[str, object]] = {}
    for name in (issuer, *principals):
        path = folder / f"{name}.pem"
        if not path.exists():
            _write(path, _pem(Ed25519PrivateKey.generate()), 0o600)
        public = load_private(folder, name).public_key()
        known[name] = {
            "public_key": public.public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            ).decode(),
            "issuer": name == issuer,
            "rights": sorted(principals.get(name, ())),
        }
    _write(folder / PUBLIC_FILE, json.dumps(known, indent=2).encode(), 0o644)


def load_private(folder: Path, name: str) -> Ed25519PrivateKey:
    """Return the private key of *name*."""
    key = serialization.load_pem_private_key((folder / f"{name}.pem").read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{name}.pem holds no Ed25519 key")
    return key


def derived(folder: Path, name: str, purpose: bytes) -> bytes:
    """Return 32 secret bytes for *purpose* that only the holder of *name*'s private key can make; always the same."""
    key = load_private(folder, name)
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(key.private_bytes_raw())


def load_public(folder: Path) -> dict[str, KnownKey]:
    """Return all public keys by name."""
    keys: dict[str, KnownKey] = {}
    for name, entry in json.loads((folder / PUBLIC_FILE).read_text()).items():
        public = serialization.load_pem_public_key(entry["public_key"].encode())
        if not isinstance(public, Ed25519PublicKey):
            raise TypeError(f"{PUBLIC_FILE}: {name} holds no Ed25519 key")
        keys[name] = KnownKey(public, None if entry["issuer"] else frozenset(entry["rights"]))
    return keys


def _pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes, mode: int) -> None:
    """Write whole or not at all, readable as *mode* says from the first byte on."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    part.replace(path)
