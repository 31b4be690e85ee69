"""What is said of disclosures."""

_SEARCH = "query=…"

WAYS = {"VIEW": "Looked at", "EXPORT": "Downloaded", "PRINT": "To print"}
PURPOSES = {
    "TRAINING": "Training of staff",
    "ACCESS": "Help with signing in",
    "PROOF": "Proof of what was confirmed",
    "OVERSIGHT": "Oversight of who looks",
}


def narrowed(filters: str) -> str:
    """`unit: legal, a search`: by what a list was narrowed."""
    return ", ".join("a search" if one == _SEARCH else one.replace("=", ": ", 1) for one in filters.split())


def kept(days: int) -> str:
    """`3 years`, or `400 days`: for how long it is kept, said short where it can be."""
    years, rest = divmod(days, 365)
    return f"{years} years" if years > 1 and rest <= years else f"{days:,} days"
