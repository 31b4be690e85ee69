"""How courses are put in order and found: by words, without regard to case and diacritics."""

import re
import unicodedata


def folded(text: str) -> str:
    """Return *text* without case and diacritics: `Protección` is `proteccion`."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def words(text: str) -> list[str]:
    """Return the words of *text*, folded, each once, in their order."""
    return list(dict.fromkeys(re.findall(r"\w+", folded(text))))


def sort_title(title: str) -> str:
    """Return what a title is ordered by: its folded words."""
    return " ".join(re.findall(r"\w+", folded(title)))


def search_text(*texts: str) -> str:
    """Return the words of *texts*, each after a space, so that ` word` finds one by how it begins."""
    return "".join(f" {word}" for word in words(" ".join(texts)))
