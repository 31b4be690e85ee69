"""The W3C `traceparent` of the work in hand: one id from the page to the last consumer."""

import re
import secrets
from contextvars import ContextVar

HEADER = "traceparent"
current: ContextVar[str] = ContextVar("traceparent", default="")
_FORM = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]")


def accept(value: str) -> str:
    """Return *value* if it is a traceparent, else a new one."""
    return value if _FORM.fullmatch(value) else f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
