"""Where a sign-in is from, as its owner recognises it."""

from dataclasses import dataclass

# In this order: each later one also calls itself by the names of those after it.
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)
DEMONSTRATION, PASSWORD, ISSUER = "demonstration", "password", "issuer/"


@dataclass(frozen=True)
class Place:
    """By which way somebody signed in, from which address, with which browser."""

    way: str
    address: str = ""
    browser: str = ""


def browser_of(agent: str) -> str:
    """`Chrome on Windows`: what a browser says of itself, in the words of the person in front of it."""
    browser = next((name for sign, name in _BROWSERS if sign in agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    return " on ".join(part for part in (browser or "A browser", system) if part)
