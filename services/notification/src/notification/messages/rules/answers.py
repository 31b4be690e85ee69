"""What mail servers say: kept without addresses, and told to people in plain words."""

import re

_ADDRESS = re.compile(r"<?[^\s<>@]+@[^\s<>@]+>?")
# An enhanced code (RFC 3463) says it best, then the code of the protocol.
_PLAIN = (
    (re.compile(r"\b5\.1\.(2|8)\b|\b5\.4\.4\b"), "There is no such domain behind the @."),
    (re.compile(r"\b5\.2\.1\b"), "The mailbox is closed."),
    (re.compile(r"\b5\.1\.\d|\b5\.4\.1\b|\b55[013]\b"), "The mail server there knows no such mailbox."),
)
_OTHERWISE = "The mail server there takes no mail for it."


def without_addresses(said: str) -> str:
    """Leave out of what a server said whom it was about: that is kept and logged, and an address is personal."""
    return _ADDRESS.sub("(address)", said)


def plain(said: str) -> str:
    """Say in plain words why an address does not work."""
    return next((words for form, words in _PLAIN if form.search(said)), _OTHERWISE)
