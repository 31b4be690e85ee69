"""The digest of what never changes again: whoever holds the content can compute it and see that it is the same."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def sha256(content: "DataclassInstance") -> str:
    """Digest of the canonical form: the fields as JSON with sorted keys, without spaces, in UTF-8."""
    return sha256_of(asdict(content))


def sha256_of(content: Mapping[str, Any]) -> str:
    """Digest of the same form of what is given as fields already."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
